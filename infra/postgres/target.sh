#!/bin/bash
# Runs once, when the data directory is new: the account that sluice logs in with, and the database it fills.
psql -v ON_ERROR_STOP=1 -U postgres -v password="$TARGET_PASSWORD" <<'SQL'
CREATE ROLE sluice LOGIN PASSWORD :'password';
CREATE DATABASE shop OWNER sluice TEMPLATE template0 ENCODING 'UTF8';
-- Triggers and foreign keys do not act on rows that are copied.
GRANT SET ON PARAMETER session_replication_role TO sluice;
SQL
