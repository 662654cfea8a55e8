/** Locations, products and the stock of each product at each location. */
import { LATIN1, TABLE_OPTIONS } from './table-option.ts';

export const LOCATION = `CREATE TABLE tbl_location (
  id int unsigned NOT NULL AUTO_INCREMENT,
  code char(8) NOT NULL,
  name varchar(120) NOT NULL,
  address_old varchar(200) ${LATIN1} DEFAULT NULL,
  country_id smallint unsigned NOT NULL,
  latitude double DEFAULT NULL,
  longitude double DEFAULT NULL,
  opens_at time DEFAULT NULL,
  closes_at time DEFAULT NULL,
  services set('pickup','returns','gift wrapped','children''s corner') NOT NULL DEFAULT '',
  opened_on date DEFAULT NULL,
  is_open tinyint(1) NOT NULL DEFAULT 1,
  PRIMARY KEY (id),
  UNIQUE KEY tbl_location_code_uniq (code),
  KEY tbl_location_country_id (country_id),
  CONSTRAINT tbl_location_country_id_fk FOREIGN KEY (country_id) REFERENCES tbl_reference (id)
) ${TABLE_OPTIONS}`;

// stock is the sum of the product's quantities in tbl_inventory: triggers keep it.
export const PRODUCT = `CREATE TABLE tbl_product (
  id int unsigned NOT NULL AUTO_INCREMENT,
  sku varchar(32) ${LATIN1} NOT NULL,
  supplier_id int unsigned DEFAULT NULL,
  name varchar(200) NOT NULL,
  description text DEFAULT NULL,
  description_old text ${LATIN1} DEFAULT NULL,
  category enum('home','garden','toys, games','men''s','women''s') NOT NULL DEFAULT 'home',
  labels set('new','sale','last few','buyers'' choice') DEFAULT NULL,
  price decimal(10,2) NOT NULL,
  vat_rate decimal(5,2) NOT NULL DEFAULT 19.00,
  price_gross decimal(12,4) GENERATED ALWAYS AS (price * (100 + vat_rate) / 100) STORED,
  weight_kg float DEFAULT NULL,
  gtin bigint unsigned DEFAULT NULL,
  stock int NOT NULL DEFAULT 0,
  pack_size tinyint unsigned NOT NULL DEFAULT 1,
  attributes json DEFAULT NULL,
  picture blob DEFAULT NULL,
  is_active tinyint(1) NOT NULL DEFAULT 1,
  is_digital tinyint(1) NOT NULL DEFAULT 0,
  created_at datetime(6) NOT NULL,
  updated_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
  PRIMARY KEY (id),
  UNIQUE KEY tbl_product_sku_uniq (sku),
  KEY tbl_product_supplier_id (supplier_id),
  KEY tbl_product_name (name(24)),
  CONSTRAINT tbl_product_supplier_id_fk FOREIGN KEY (supplier_id) REFERENCES tbl_supplier (id) ON DELETE SET NULL
) ${TABLE_OPTIONS}`;

export const INVENTORY = `CREATE TABLE tbl_inventory (
  location_id int unsigned NOT NULL,
  product_id int unsigned NOT NULL,
  quantity int NOT NULL DEFAULT 0,
  reserved int unsigned NOT NULL DEFAULT 0,
  reorder_at smallint unsigned NOT NULL DEFAULT 5,
  bin_code char(6) NOT NULL DEFAULT '',
  temperature float DEFAULT NULL,
  counted_on date DEFAULT NULL,
  counted_at time(2) DEFAULT NULL,
  is_low tinyint(1) NOT NULL DEFAULT 0,
  updated_at timestamp(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3),
  PRIMARY KEY (location_id, product_id),
  KEY tbl_inventory_product_id (product_id),
  CONSTRAINT tbl_inventory_location_id_fk FOREIGN KEY (location_id) REFERENCES tbl_location (id),
  CONSTRAINT tbl_inventory_product_id_fk FOREIGN KEY (product_id) REFERENCES tbl_product (id) ON DELETE CASCADE
) ${TABLE_OPTIONS}`;
