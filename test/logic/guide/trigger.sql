-- Triggers, and an event.
-- run INSERT INTO item (code, price) VALUES ('T-1', -5) | INSERT INTO item (code, price) VALUES ('t-2', 5)
CREATE TRIGGER item_in BEFORE INSERT ON item FOR EACH ROW
BEGIN
  IF NEW.price < 0 THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'price below zero'; END IF;
  SET NEW.code = UPPER(NEW.code), NEW.name = COALESCE(NEW.name, NEW.code);
END//
-- run INSERT INTO item (code, price) VALUES ('T-3', 1)
CREATE TRIGGER item_made AFTER INSERT ON item FOR EACH ROW INSERT INTO audit (act, row_id, new_value) VALUES ('insert', NEW.id, CONCAT(NEW.code, ':', NEW.price))//
-- run UPDATE item SET price = price + 1 WHERE id IN (1, 2) | UPDATE item SET price = price WHERE id = 1 | UPDATE item SET name = NULL WHERE id = 1
CREATE TRIGGER item_changed AFTER UPDATE ON item FOR EACH ROW
BEGIN
  IF NEW.price <> OLD.price THEN INSERT INTO audit (act, row_id, old_value, new_value) VALUES ('price', NEW.id, OLD.price, NEW.price); END IF;
  IF NOT (NEW.name <=> OLD.name) THEN INSERT INTO audit (act, row_id, old_value, new_value) VALUES ('name', NEW.id, OLD.name, NEW.name); END IF;
END//
-- run DELETE FROM item WHERE id = 2 | DELETE FROM item WHERE id = 1
CREATE TRIGGER item_gone BEFORE DELETE ON item FOR EACH ROW
BEGIN
  IF EXISTS (SELECT 1 FROM sale WHERE item_id = OLD.id) THEN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'item has sales'; END IF;
  INSERT INTO audit (act, row_id, old_value) VALUES ('delete', OLD.id, OLD.code);
END//
-- run UPDATE stock SET amount = 5 WHERE id = 1 | UPDATE stock SET amount = amount
CREATE TRIGGER stock_total BEFORE UPDATE ON stock FOR EACH ROW SET NEW.total = NEW.amount * 1.5, NEW.changes = OLD.changes + (NEW.amount <> OLD.amount)//
-- run INSERT INTO sale (item_id, day, qty, price) VALUES (3, '2024-04-01', 2, 12.00) | DELETE FROM sale WHERE id = 1
CREATE TRIGGER sale_in AFTER INSERT ON sale FOR EACH ROW UPDATE item SET qty = qty - NEW.qty WHERE id = NEW.item_id//
-- run DELETE FROM sale WHERE id = 2
CREATE TRIGGER sale_out AFTER DELETE ON sale FOR EACH ROW UPDATE item SET qty = qty + OLD.qty WHERE id = OLD.item_id//
-- run INSERT INTO slot (a, b) VALUES (9, 9)
CREATE TRIGGER slot_in BEFORE INSERT ON slot FOR EACH ROW
BEGIN
  DECLARE highest int;
  SELECT MAX(v) INTO highest FROM slot;
  IF NEW.v = 0 THEN SET NEW.v = IFNULL(highest, 0) + 1; END IF;
END//
CREATE EVENT nightly ON SCHEDULE EVERY 1 DAY STARTS '2024-01-01 03:30:00' DO DELETE FROM journal WHERE line < 0//
