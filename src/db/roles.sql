-- Makes the roles and the database on a new server of compose.yaml, as bootstrap.ts does on our own; needs a superuser.
-- The owner migrates; the application may do what grants.ts gives it, and no more.
\getenv owner_password POSTGRES_OWNER_PASSWORD
\getenv app_password POSTGRES_APP_PASSWORD
CREATE ROLE eucora_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE eucora_app LOGIN PASSWORD :'app_password';
CREATE DATABASE eucora OWNER eucora_owner;
