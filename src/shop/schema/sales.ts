/** Orders, their invoices and the insurances sold with them. */
import { LATIN1, TABLE_OPTIONS } from './table-option.ts';

export const ORDER = `CREATE TABLE tbl_order (
  id bigint unsigned NOT NULL AUTO_INCREMENT,
  order_no char(14) NOT NULL,
  customer_id bigint unsigned NOT NULL,
  employee_id int DEFAULT NULL,
  location_id int unsigned NOT NULL,
  status enum('cart','paid','sent','returned, refunded','customer''s dispute') NOT NULL DEFAULT 'cart',
  items json NOT NULL,
  item_count smallint unsigned NOT NULL,
  total decimal(12,2) NOT NULL,
  currency char(3) ${LATIN1} NOT NULL DEFAULT 'EUR',
  options set('gift','express','no signature','neighbour''s door') NOT NULL DEFAULT '',
  note varchar(500) DEFAULT NULL,
  note_old varchar(200) ${LATIN1} DEFAULT NULL,
  ip varbinary(16) DEFAULT NULL,
  placed_at datetime(6) NOT NULL,
  shipped_at datetime DEFAULT NULL,
  delivery_at time DEFAULT NULL,
  is_paid tinyint(1) NOT NULL DEFAULT 0,
  is_gift bit(1) NOT NULL DEFAULT b'0',
  updated_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
  PRIMARY KEY (id),
  UNIQUE KEY tbl_order_order_no_uniq (order_no),
  KEY tbl_order_customer_id (customer_id),
  KEY tbl_order_employee_id (employee_id),
  KEY tbl_order_location_id (location_id),
  CONSTRAINT tbl_order_customer_id_fk FOREIGN KEY (customer_id) REFERENCES tbl_customer (id) ON DELETE CASCADE,
  CONSTRAINT tbl_order_employee_id_fk FOREIGN KEY (employee_id) REFERENCES tbl_employee (id) ON DELETE SET NULL,
  CONSTRAINT tbl_order_location_id_fk FOREIGN KEY (location_id) REFERENCES tbl_location (id)
) ${TABLE_OPTIONS}`;

// balance is a deposit that moves to and from tbl_insurance.reserve: the sum of both never changes.
export const BILLING = `CREATE TABLE tbl_billing (
  id bigint unsigned NOT NULL AUTO_INCREMENT,
  order_id bigint unsigned NOT NULL,
  invoice_no varchar(20) CHARACTER SET ascii COLLATE ascii_general_ci NOT NULL,
  amount decimal(12,2) NOT NULL,
  paid decimal(12,2) NOT NULL DEFAULT 0.00,
  open_amount decimal(13,2) GENERATED ALWAYS AS (amount - paid) STORED,
  balance decimal(14,2) NOT NULL DEFAULT 0.00,
  method enum('card','transfer','cash, on delivery','giver''s voucher') NOT NULL DEFAULT 'card',
  fee double DEFAULT NULL,
  due_on date DEFAULT NULL,
  paid_at datetime(6) DEFAULT NULL,
  token varbinary(24) DEFAULT NULL,
  is_settled tinyint(1) NOT NULL DEFAULT 0,
  created_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP,
  PRIMARY KEY (id),
  UNIQUE KEY tbl_billing_invoice_no_uniq (invoice_no),
  KEY tbl_billing_order_id (order_id),
  CONSTRAINT tbl_billing_order_id_fk FOREIGN KEY (order_id) REFERENCES tbl_order (id) ON DELETE CASCADE
) ${TABLE_OPTIONS}`;

export const INSURANCE = `CREATE TABLE tbl_insurance (
  id int unsigned NOT NULL AUTO_INCREMENT,
  customer_id bigint unsigned DEFAULT NULL,
  policy_no varchar(24) NOT NULL,
  kind enum('theft','breakage','fire, water','buyer''s remorse') NOT NULL,
  coverage set('home','abroad','kids & pets','owner''s car') NOT NULL DEFAULT '',
  premium decimal(9,2) NOT NULL,
  reserve decimal(14,2) NOT NULL DEFAULT 0.00,
  risk float NOT NULL DEFAULT 0,
  probability double DEFAULT NULL,
  starts_on date NOT NULL,
  ends_on date DEFAULT NULL,
  signed_at timestamp NULL DEFAULT NULL,
  built_in year DEFAULT NULL,
  terms mediumtext ${LATIN1} DEFAULT NULL,
  is_cancelled tinyint(1) NOT NULL DEFAULT 0,
  PRIMARY KEY (id),
  UNIQUE KEY tbl_insurance_policy_no_uniq (policy_no),
  KEY tbl_insurance_customer_id (customer_id),
  CONSTRAINT tbl_insurance_customer_id_fk FOREIGN KEY (customer_id) REFERENCES tbl_customer (id) ON DELETE SET NULL
) ${TABLE_OPTIONS}`;
