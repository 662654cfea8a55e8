#!/bin/bash
# Runs once, when the data directory is new: the account that sluice logs in with, and something to move.
mysql -uroot --password="$MYSQL_ROOT_PASSWORD" <<SQL
CREATE DATABASE shop CHARACTER SET utf8mb4;
CREATE USER sluice IDENTIFIED BY '${SOURCE_PASSWORD//\'/\'\'}';
GRANT SELECT, SHOW VIEW, TRIGGER ON shop.* TO sluice;
GRANT REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO sluice;
-- The heartbeat row lives in a database of our own.
GRANT ALL ON sluice.* TO sluice;
CREATE TABLE shop.greeting (
  id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  words VARCHAR(100) NOT NULL,
  said_at DATETIME(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6)
);
INSERT INTO shop.greeting (words) VALUES ('hello'), ('good morning'), ('how are you');
SQL
