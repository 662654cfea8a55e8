/** Triggers: the audit trail, and the stock of a product as the sum of its inventory. Made after the fill. */
export const TRIGGERS = [
  `CREATE TRIGGER tr_customer_audit AFTER UPDATE ON tbl_customer FOR EACH ROW
INSERT INTO tbl_audit (actor, action, table_name, row_ref, detail)
VALUES (substring_index(current_user(), '@', 1), 'update', 'tbl_customer', NEW.id,
  json_object('status', NEW.status, 'was', OLD.status, 'credit', NEW.credit))`,

  `CREATE TRIGGER tr_order_audit AFTER INSERT ON tbl_order FOR EACH ROW
INSERT INTO tbl_audit (actor, action, table_name, row_ref, ip)
VALUES (substring_index(current_user(), '@', 1), 'insert', 'tbl_order', NEW.id, NEW.ip)`,

  `CREATE TRIGGER tr_inventory_low BEFORE UPDATE ON tbl_inventory FOR EACH ROW
SET NEW.is_low = IF(NEW.quantity < NEW.reorder_at, 1, 0)`,

  `CREATE TRIGGER tr_inventory_stock_insert AFTER INSERT ON tbl_inventory FOR EACH ROW
UPDATE tbl_product SET stock = stock + NEW.quantity WHERE id = NEW.product_id`,

  `CREATE TRIGGER tr_inventory_stock_update AFTER UPDATE ON tbl_inventory FOR EACH ROW
BEGIN
  IF NEW.quantity <> OLD.quantity THEN
    UPDATE tbl_product SET stock = stock + NEW.quantity - OLD.quantity WHERE id = NEW.product_id;
  END IF;
END`,

  `CREATE TRIGGER tr_inventory_stock_delete AFTER DELETE ON tbl_inventory FOR EACH ROW
UPDATE tbl_product SET stock = stock - OLD.quantity WHERE id = OLD.product_id`,
];
