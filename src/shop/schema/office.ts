/** Code lists, settings, reports, documents and the audit trail. */
import { LATIN1, TABLE_OPTIONS } from './table-option.ts';

export const REFERENCE = `CREATE TABLE tbl_reference (
  id smallint unsigned NOT NULL AUTO_INCREMENT,
  kind enum('country','currency','vat, reduced','carrier''s code') NOT NULL,
  code varchar(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  label varchar(80) NOT NULL,
  label_old varchar(80) ${LATIN1} DEFAULT NULL,
  rate decimal(9,6) DEFAULT NULL,
  sort_no mediumint NOT NULL DEFAULT 0,
  valid_from_year year NOT NULL DEFAULT 2014,
  is_active tinyint(1) NOT NULL DEFAULT 1,
  PRIMARY KEY (id),
  UNIQUE KEY tbl_reference_kind_code_uniq (kind, code)
) ${TABLE_OPTIONS} COMMENT='Code lists: countries, currencies, ...'`;

// The key is text and ignores case: 'Shop.Title' and 'shop.title' are one setting here.
export const SETTINGS = `CREATE TABLE tbl_settings (
  name varchar(100) NOT NULL,
  value text DEFAULT NULL,
  value_type enum('text','number','flag','list, by comma','operator''s note') NOT NULL DEFAULT 'text',
  is_secret tinyint(1) NOT NULL DEFAULT 0,
  changed_by_id int DEFAULT NULL,
  changed_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
  PRIMARY KEY (name),
  KEY tbl_settings_changed_by_id (changed_by_id),
  CONSTRAINT tbl_settings_changed_by_id_fk FOREIGN KEY (changed_by_id) REFERENCES tbl_employee (id) ON DELETE SET NULL
) ${TABLE_OPTIONS}`;

export const REPORT = `CREATE TABLE tbl_report (
  id int NOT NULL AUTO_INCREMENT,
  employee_id int DEFAULT NULL,
  name varchar(120) CHARACTER SET utf8mb3 COLLATE utf8mb3_general_ci NOT NULL,
  period_year year DEFAULT NULL,
  week tinyint NOT NULL DEFAULT 0,
  status enum('queued','done','failed, retried','owner''s draft') NOT NULL DEFAULT 'queued',
  parameters text ${LATIN1} DEFAULT NULL,
  payload json DEFAULT NULL,
  chart blob DEFAULT NULL,
  exact_total decimal(65,30) DEFAULT NULL,
  ratio double DEFAULT NULL,
  trend float DEFAULT NULL,
  ran_for time(6) DEFAULT NULL,
  created_on date NOT NULL,
  PRIMARY KEY (id),
  KEY tbl_report_employee_id (employee_id),
  CONSTRAINT tbl_report_employee_id_fk FOREIGN KEY (employee_id) REFERENCES tbl_employee (id) ON DELETE SET NULL
) ${TABLE_OPTIONS}`;

export const DOCUMENT = `CREATE TABLE tbl_document (
  id binary(16) NOT NULL,
  customer_id bigint unsigned DEFAULT NULL,
  order_id bigint unsigned DEFAULT NULL,
  title varchar(200) NOT NULL,
  file_name varchar(160) ${LATIN1} DEFAULT NULL,
  mime varchar(80) CHARACTER SET ascii COLLATE ascii_general_ci NOT NULL DEFAULT 'application/pdf',
  content mediumblob DEFAULT NULL,
  thumbnail tinyblob DEFAULT NULL,
  body longtext DEFAULT NULL,
  size_bytes int unsigned NOT NULL DEFAULT 0,
  hash64 bigint unsigned NOT NULL,
  digest varbinary(32) DEFAULT NULL,
  labels json DEFAULT NULL,
  uploaded_at datetime(6) NOT NULL,
  expires_at datetime DEFAULT NULL,
  is_public tinyint(1) NOT NULL DEFAULT 0,
  PRIMARY KEY (id),
  KEY tbl_document_customer_id (customer_id),
  KEY tbl_document_order_id (order_id),
  CONSTRAINT tbl_document_customer_id_fk FOREIGN KEY (customer_id) REFERENCES tbl_customer (id) ON DELETE CASCADE,
  CONSTRAINT tbl_document_order_id_fk FOREIGN KEY (order_id) REFERENCES tbl_order (id) ON DELETE SET NULL
) ${TABLE_OPTIONS}`;

// No key of any kind is unique here, and some rows are there twice.
export const AUDIT = `CREATE TABLE tbl_audit (
  happened_at timestamp(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
  actor varchar(80) NOT NULL DEFAULT '',
  action enum('insert','update','delete','login, failed','user''s export') NOT NULL,
  table_name varchar(64) DEFAULT NULL,
  row_ref varchar(64) DEFAULT NULL,
  detail json DEFAULT NULL,
  ip varbinary(16) DEFAULT NULL,
  cost double DEFAULT NULL,
  flags bit(4) DEFAULT NULL,
  KEY tbl_audit_happened_at (happened_at)
) ${TABLE_OPTIONS}`;
