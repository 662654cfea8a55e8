/** Functions, procedures and the event: what ten years left inside the server. */
export const FUNCTIONS = [
  `CREATE FUNCTION fn_gross(net decimal(12,2), vat decimal(5,2)) RETURNS decimal(12,2)
DETERMINISTIC NO SQL
RETURN round(net * (100 + vat) / 100, 2)`,

  `CREATE FUNCTION fn_customer_level(in_customer_id bigint unsigned) RETURNS varchar(20) CHARSET utf8mb4
READS SQL DATA
BEGIN
  DECLARE spent decimal(14,2) DEFAULT 0;
  DECLARE level varchar(20) DEFAULT 'none';
  SELECT coalesce(sum(total), 0) INTO spent FROM tbl_order WHERE customer_id = in_customer_id AND is_paid = 1;
  IF spent >= 5000 THEN
    SET level = 'gold';
  ELSEIF spent >= 500 THEN
    SET level = 'silver';
  ELSEIF spent > 0 THEN
    SET level = 'bronze';
  END IF;
  RETURN level;
END`,
];

export const PROCEDURES = [
  // Called by the traffic: a move that happens as a whole or answers with moved = 0.
  `CREATE PROCEDURE sp_move_stock(IN in_product int unsigned, IN in_from int unsigned, IN in_to int unsigned,
  IN in_quantity int, OUT moved int)
MODIFIES SQL DATA
BEGIN
  SET moved = 0;
  UPDATE tbl_inventory SET quantity = quantity - in_quantity
  WHERE location_id = in_from AND product_id = in_product AND quantity >= in_quantity;
  IF row_count() = 1 THEN
    UPDATE tbl_inventory SET quantity = quantity + in_quantity
    WHERE location_id = in_to AND product_id = in_product;
    IF row_count() = 1 THEN
      SET moved = in_quantity;
    ELSE
      SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'no stock row at the other location';
    END IF;
  END IF;
END`,

  // A cursor, a handler and a loop, as such procedures are.
  `CREATE PROCEDURE sp_settle_invoices(IN in_limit int, OUT settled int)
MODIFIES SQL DATA
BEGIN
  DECLARE is_done int DEFAULT 0;
  DECLARE invoice bigint unsigned;
  DECLARE open_invoices CURSOR FOR
    SELECT id FROM tbl_billing WHERE is_settled = 0 AND paid >= amount ORDER BY id LIMIT in_limit;
  DECLARE CONTINUE HANDLER FOR NOT FOUND SET is_done = 1;
  SET settled = 0;
  OPEN open_invoices;
  settle: LOOP
    FETCH open_invoices INTO invoice;
    IF is_done = 1 THEN
      LEAVE settle;
    END IF;
    UPDATE tbl_billing SET is_settled = 1 WHERE id = invoice;
    SET settled = settled + 1;
  END LOOP;
  CLOSE open_invoices;
END`,

  `CREATE PROCEDURE sp_customer_report(IN in_status varchar(20))
READS SQL DATA
BEGIN
  SET @statement = 'SELECT status, count(*) AS customers, sum(credit) AS credit FROM tbl_customer';
  IF in_status IS NOT NULL THEN
    SET @statement = concat(@statement, ' WHERE status = ', quote(in_status));
  END IF;
  SET @statement = concat(@statement, ' GROUP BY status ORDER BY status');
  PREPARE report FROM @statement;
  EXECUTE report;
  DEALLOCATE PREPARE report;
END`,
];

// Switched off, so that nothing writes the shop but its traffic.
export const EVENTS = [
  `CREATE EVENT ev_purge_audit ON SCHEDULE EVERY 1 DAY STARTS '2024-01-01 03:00:00' ON COMPLETION PRESERVE DISABLE
COMMENT 'nightly purge'
DO DELETE FROM tbl_audit WHERE happened_at < now() - INTERVAL 10 YEAR LIMIT 1000`,
];
