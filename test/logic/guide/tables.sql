-- Tables of the routines over the guide, with rows that have NULLs, equal texts of other case, ends of months and years.
CREATE TABLE item (id int NOT NULL AUTO_INCREMENT PRIMARY KEY, code varchar(20) NOT NULL, name varchar(60) NULL, price decimal(10,2) NOT NULL, qty int NOT NULL DEFAULT 0, is_active tinyint(1) NOT NULL DEFAULT 1, kind enum('book','toy','food') NOT NULL DEFAULT 'toy', made date NULL, seen datetime NULL, doc json NULL, UNIQUE KEY item_code (code))//
CREATE TABLE sale (id int NOT NULL AUTO_INCREMENT PRIMARY KEY, item_id int NOT NULL, day date NOT NULL, qty int NOT NULL, price decimal(10,2) NOT NULL, CONSTRAINT sale_item FOREIGN KEY (item_id) REFERENCES item (id))//
CREATE TABLE journal (id int NOT NULL AUTO_INCREMENT PRIMARY KEY, what varchar(60) NULL, number decimal(14,4) NULL, line int NULL)//
CREATE TABLE pair (a int NOT NULL PRIMARY KEY, b int NOT NULL, c int NULL, UNIQUE KEY pair_b (b))//
CREATE TABLE tally (name varchar(30) NOT NULL PRIMARY KEY, n bigint NOT NULL DEFAULT 0)//
CREATE TABLE staff (id int NOT NULL PRIMARY KEY, boss int NULL, name varchar(30) NOT NULL, salary decimal(9,2) NULL)//
CREATE TABLE audit (id int NOT NULL AUTO_INCREMENT PRIMARY KEY, act varchar(10) NOT NULL, row_id int NULL, old_value varchar(60) NULL, new_value varchar(60) NULL)//
CREATE TABLE stock (id int NOT NULL PRIMARY KEY, name varchar(30) NULL, amount int NOT NULL DEFAULT 0, changes int NOT NULL DEFAULT 0, total decimal(12,2) NULL)//
CREATE TABLE outbox (id int NOT NULL PRIMARY KEY, body varchar(100) NULL, state varchar(10) NOT NULL DEFAULT 'new', CHECK (state IN ('new', 'sent', 'dead')))//
CREATE TABLE slot (a int NOT NULL, b int NOT NULL, v int NOT NULL DEFAULT 0, PRIMARY KEY (a, b))//
CREATE TABLE account (id int NOT NULL PRIMARY KEY, owner varchar(30) NOT NULL, balance decimal(12,2) NOT NULL DEFAULT 0, moves int NOT NULL DEFAULT 0, UNIQUE KEY account_owner (owner, id))//
CREATE TABLE ledger (id int NOT NULL AUTO_INCREMENT PRIMARY KEY, account int NOT NULL, amount decimal(12,2) NOT NULL)//
CREATE TABLE `maß` (id int NOT NULL PRIMARY KEY, `länge` decimal(6,2) NOT NULL)//
CREATE TABLE `Odd Table` (`key` int NOT NULL PRIMARY KEY, `group by` varchar(30) NULL)//
CREATE TABLE word (id int NOT NULL PRIMARY KEY, w varchar(30) NULL, spelled varchar(30) COLLATE utf8mb4_bin NULL, n int NULL)//
CREATE TABLE flagged (id int NOT NULL PRIMARY KEY, tags set('a','b','c') NULL, f tinyint(1) NOT NULL)//
INSERT INTO item (code, name, price, qty, is_active, kind, made, seen, doc) VALUES ('A-1', 'Anvil', 19.99, 3, 1, 'toy', '2024-01-31', '2024-01-31 23:59:59', '{"tags": ["iron", "heavy"], "size": {"w": 10, "h": 2.5}}'), ('B-2', 'bell', 5.00, 0, 0, 'toy', '2024-02-29', '2024-02-29 00:00:00', '{"tags": [], "size": null}'), ('C-3', 'Cake', 12.50, 40, 1, 'food', '2023-12-31', NULL, NULL), ('D-4', NULL, 0.00, 7, 1, 'book', NULL, '2023-06-15 12:30:45', '[1, 2, 3]'), ('E-5', 'anvil', 99.95, 1, 0, 'book', '2020-02-28', '2020-02-28 06:00:00', '"text"')//
INSERT INTO sale (item_id, day, qty, price) VALUES (1, '2024-01-05', 2, 19.99), (1, '2024-02-05', 1, 18.00), (3, '2024-01-31', 10, 12.50), (3, '2024-02-29', 5, 12.00), (3, '2024-03-01', 1, 12.50), (4, '2023-12-31', 3, 0.00)//
INSERT INTO journal (what, number, line) VALUES ('start', 1.5, 1), ('Start', NULL, 2), (NULL, -3.25, NULL)//
INSERT INTO pair VALUES (1, 10, 100), (2, 20, NULL), (3, 30, 300), (4, 40, 400)//
INSERT INTO tally VALUES ('orders', 5), ('Bills', 0)//
INSERT INTO staff VALUES (1, NULL, 'Ann', 9000.00), (2, 1, 'bob', 5000.50), (3, 1, 'Cyd', NULL), (4, 2, 'dan', 3000.00), (5, 4, 'Eve', 2999.99)//
INSERT INTO stock VALUES (1, 'one', 10, 0, 1.00), (2, 'two', 20, 0, NULL), (3, NULL, 0, 0, 3.00)//
INSERT INTO outbox VALUES (1, 'a', 'new'), (2, 'b', 'new'), (3, 'c', 'sent'), (4, NULL, 'dead')//
INSERT INTO slot VALUES (1, 1, 5), (1, 2, 6), (2, 1, 7)//
INSERT INTO account (id, owner, balance) VALUES (1, 'Ada', 100.00), (2, 'bo', 0.00), (3, 'Cy', -50.00)//
INSERT INTO ledger (account, amount) VALUES (1, 60.00), (1, 40.00), (3, -50.00)//
INSERT INTO `maß` VALUES (1, 2.50), (2, 10.00)//
INSERT INTO `Odd Table` VALUES (1, 'one'), (2, NULL)//
INSERT INTO word VALUES (1, 'apple', 'apple', 1), (2, 'Banana', 'Banana', 2), (3, 'APPLE', 'APPLE', 3), (4, NULL, NULL, 4), (5, 'banana', 'apple', 5), (6, 'Cherry', 'Cherry', 6), (7, 'zebra', 'zebra', 7), (8, 'Zebra', 'Banana', 7)//
INSERT INTO flagged VALUES (1, 'a,b', 1), (2, '', 0), (3, NULL, 1)//
CREATE TABLE gauge (id int NOT NULL PRIMARY KEY, held int unsigned NULL, level smallint unsigned NOT NULL, shade enum('red','green') NULL, flags set('x','y','z') NULL, tag char(6) NULL, CHECK (level <> 7))//
INSERT INTO gauge VALUES (1, 10, 1, 'green', 'x,z', 'a'), (2, 0, 2, NULL, '', NULL), (3, 4, 3, 'red', NULL, 'b'), (4, 4000000000, 4, 'red', 'y', 'c')//
CREATE TABLE lamp (id int NOT NULL PRIMARY KEY, is_on bit(1) NOT NULL, level bit(8) NULL, lit datetime(3) NULL, lasts time NULL)//
INSERT INTO lamp VALUES (1, b'1', b'10000101', '2024-02-29 23:59:59.500', '23:30:00'), (2, b'0', NULL, '2024-02-29 00:00:00.000', '00:45:10'), (3, b'1', b'0', NULL, NULL)//
CREATE TABLE crate (id int NOT NULL PRIMARY KEY, note varchar(20) NULL)//
CREATE TABLE `CratePart` (`Id` int NOT NULL PRIMARY KEY, `CrateId` int NULL, `Name` varchar(20) NULL, CONSTRAINT part_crate FOREIGN KEY (`CrateId`) REFERENCES crate (id) ON DELETE CASCADE ON UPDATE CASCADE)//
INSERT INTO crate VALUES (1, 'one'), (2, NULL)//
INSERT INTO `CratePart` VALUES (1, 1, 'a'), (2, 1, 'b'), (3, 2, 'c'), (4, NULL, 'd')//
CREATE TABLE ticket (id int NOT NULL AUTO_INCREMENT PRIMARY KEY, what varchar(20) NULL, n int NULL)//
CREATE TABLE ticket_log (id int NOT NULL AUTO_INCREMENT PRIMARY KEY, what varchar(20) NULL, ticket int NULL)//
INSERT INTO ticket (what, n) VALUES ('b', 3), ('a', 3), ('c', 1), (NULL, 9), ('a', 2)//
INSERT INTO ticket_log (what) VALUES ('first'), ('second')//
CREATE TABLE parcel (id int NOT NULL AUTO_INCREMENT PRIMARY KEY, note varchar(30) NULL, weight int NOT NULL DEFAULT 1, UNIQUE KEY parcel_note (note))//
CREATE TABLE parcel_log (id int NOT NULL AUTO_INCREMENT PRIMARY KEY, parcel int NULL, act varchar(10) NOT NULL, who varchar(30) NULL, user_id int NULL)//
INSERT INTO parcel (note, weight) VALUES ('one', 5), ('two', 7), ('Three', 2), (NULL, 9)//
CREATE TABLE vehicle (id int NOT NULL PRIMARY KEY, built year NULL, load_kg int unsigned NOT NULL DEFAULT 0, note varchar(8) NULL, small tinyint NULL, CONSTRAINT vehicle_load_limit_check CHECK (load_kg < 1000))//
INSERT INTO vehicle VALUES (1, 2020, 10, 'a', 1), (2, 0, 20, NULL, NULL), (3, 2000, 0, 'c', -1), (4, NULL, 5, 'd', 5), (5, 1999, 999, '', 127)//
CREATE TABLE job (id int NOT NULL AUTO_INCREMENT PRIMARY KEY, what varchar(10) NULL, state enum('new','done') NOT NULL, marks set('a','b') NOT NULL DEFAULT '', UNIQUE KEY job_what (what))//
INSERT INTO job (what, state) VALUES ('old', 'done')//
CREATE TABLE filed (id int NOT NULL PRIMARY KEY, d varchar(20) NULL, g varchar(20) COLLATE utf8mb4_general_ci NULL, n varchar(20) COLLATE utf8mb4_unicode_ci NULL, b varchar(20) COLLATE utf8mb4_bin NULL, mark int NULL)//
INSERT INTO filed (id, d) VALUES (1, 'Ann'), (2, 'ann lee'), (3, 'Ann-Lee'), (4, 'ann_x'), (5, 'anna'), (6, 'O''Brien'), (7, 'obrien'), (8, 'A1'), (9, 'a10'), (10, 'a2'), (11, 'a[b'), (12, '_a'), (13, 'zoe'), (14, 'Zora'), (15, '(a)'), (16, 'x@y.de'), (17, '#5'), (18, '~t'), (19, ''), (20, NULL), (21, 'B'), (22, 'a:c'), (23, 'a\\c'), (24, '10'), (25, '9')//
UPDATE filed SET g = d, n = d, b = d//
