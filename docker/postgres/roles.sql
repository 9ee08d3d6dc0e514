-- The least that Karere needs of PostgreSQL, run once by an administrator:
--   psql -v password="$(openssl rand -hex 24)" -f docker/postgres/roles.sql postgres://postgres@db/postgres
-- One role, which owns one database and nothing else: migrations and the partitions of days need no more.

CREATE ROLE karere LOGIN PASSWORD :'password' NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
CREATE DATABASE karere OWNER karere ENCODING 'UTF8' TEMPLATE template0;
REVOKE ALL ON DATABASE karere FROM PUBLIC;

\connect karere
ALTER SCHEMA public OWNER TO karere;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
