-- How people come in: passwords, and sessions of who logged in.
CREATE TABLE credentials (
    id uuid PRIMARY KEY,
    revision bigint NOT NULL,
    projection_version bigint NOT NULL,
    document bytea NOT NULL
);

CREATE TABLE sessions (
    id uuid PRIMARY KEY,
    revision bigint NOT NULL,
    projection_version bigint NOT NULL,
    principal_id text COLLATE "C",
    document bytea NOT NULL
);

CREATE INDEX sessions_principal_id ON sessions (principal_id, id);
