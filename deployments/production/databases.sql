-- For the container of PostgreSQL, run once by its superuser when its volume is still empty: a role for each of the
-- two databases, which may do everything in its own, nothing in the other's, and is no superuser.
-- psql takes the passwords from the environment; none of them is in a process list.
\set ON_ERROR_STOP on
\getenv bpjs_password BPJS_DB_PASSWORD
\getenv prefect_password PREFECT_DB_PASSWORD

CREATE ROLE bpjs LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'bpjs_password';
CREATE ROLE prefect LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'prefect_password';
CREATE DATABASE bpjs OWNER bpjs;
CREATE DATABASE prefect OWNER prefect;
REVOKE ALL ON DATABASE bpjs FROM PUBLIC;
REVOKE ALL ON DATABASE prefect FROM PUBLIC;
