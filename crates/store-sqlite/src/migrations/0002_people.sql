-- How people come in: passwords, and sessions of who logged in.
CREATE TABLE credentials (
    id BLOB NOT NULL PRIMARY KEY,
    revision INTEGER NOT NULL,
    projection_version INTEGER NOT NULL,
    document BLOB NOT NULL
) STRICT;

CREATE TABLE sessions (
    id BLOB NOT NULL PRIMARY KEY,
    revision INTEGER NOT NULL,
    projection_version INTEGER NOT NULL,
    principal_id TEXT,
    document BLOB NOT NULL
) STRICT;

CREATE INDEX sessions_principal_id ON sessions (principal_id, id);
