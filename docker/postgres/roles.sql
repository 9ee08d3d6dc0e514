-- The least that Karere needs of PostgreSQL, run once by an administrator, who keeps the password for DATABASE_URL:
--   PASSWORD=$(openssl rand -hex 24); echo "$PASSWORD"
--   (printf '\\set password %s\n' "$PASSWORD"; cat docker/postgres/roles.sql) |
--     psql -v ON_ERROR_STOP=1 postgres://postgres@db/postgres
-- One role, which owns one database and nothing else: migrations and the partitions of days need no more.

CREATE ROLE karere LOGIN PASSWORD :'password' NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
CREATE DATABASE karere OWNER karere ENCODING 'UTF8' TEMPLATE template0;
REVOKE ALL ON DATABASE karere FROM PUBLIC;

\connect karere
ALTER SCHEMA public OWNER TO karere;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
