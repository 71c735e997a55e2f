-- The log. Searches walk the lists of the indexes below (each is a column and the index of the entry), so that none needs
-- a column twice; times never fall, so that a time is found by halving and needs no index.
CREATE TABLE head (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    size INTEGER NOT NULL,
    root BLOB NOT NULL,
    last_hash BLOB NOT NULL,
    time_ms INTEGER NOT NULL
) STRICT;

-- The hash of the empty tree.
INSERT INTO head (one, size, root, last_hash, time_ms) VALUES (
    1,
    0,
    x'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    x'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    0
);

CREATE TABLE entries (
    idx INTEGER PRIMARY KEY,
    time_ms INTEGER NOT NULL,
    id BLOB NOT NULL,
    event_type TEXT NOT NULL,
    actor BLOB NOT NULL,
    subject_kind TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    model_id BLOB,
    outcome TEXT NOT NULL,
    correlation_id BLOB,
    bytes BLOB NOT NULL
) STRICT;

CREATE INDEX entries_event_type ON entries (event_type);
CREATE INDEX entries_actor ON entries (actor);
CREATE INDEX entries_subject_kind ON entries (subject_kind);
CREATE INDEX entries_subject_id ON entries (subject_id);
CREATE INDEX entries_model_id ON entries (model_id) WHERE model_id IS NOT NULL;
CREATE INDEX entries_correlation_id ON entries (correlation_id) WHERE correlation_id IS NOT NULL;
-- Nearly all entries are successes: looking for those needs no index.
CREATE INDEX entries_outcome ON entries (outcome) WHERE outcome <> 'SUCCESS';

-- place = level * 2^56 + number.
CREATE TABLE tiles (
    place INTEGER PRIMARY KEY,
    bytes BLOB NOT NULL
) STRICT;

CREATE TABLE payloads (
    digest BLOB NOT NULL PRIMARY KEY,
    bytes BLOB NOT NULL
) STRICT;

CREATE TABLE receipts (
    principal BLOB NOT NULL,
    route TEXT NOT NULL,
    key TEXT NOT NULL,
    body_digest BLOB NOT NULL,
    time_ms INTEGER NOT NULL,
    receipt BLOB NOT NULL,
    PRIMARY KEY (principal, route, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE checkpoints (
    size INTEGER PRIMARY KEY,
    note BLOB NOT NULL
) STRICT;

-- State tables. The document stands last: index columns are read without it.
CREATE TABLE principals (
    id BLOB NOT NULL PRIMARY KEY,
    revision INTEGER NOT NULL,
    projection_version INTEGER NOT NULL,
    kind TEXT,
    status TEXT,
    document BLOB NOT NULL
) STRICT;

CREATE INDEX principals_kind ON principals (kind, id);
CREATE INDEX principals_status ON principals (status, id);

CREATE TABLE tokens (
    id BLOB NOT NULL PRIMARY KEY,
    revision INTEGER NOT NULL,
    projection_version INTEGER NOT NULL,
    principal_id TEXT,
    document BLOB NOT NULL
) STRICT;

CREATE INDEX tokens_principal_id ON tokens (principal_id, id);

CREATE TABLE models (
    id BLOB NOT NULL PRIMARY KEY,
    revision INTEGER NOT NULL,
    projection_version INTEGER NOT NULL,
    name TEXT,
    tier TEXT,
    owner_id TEXT,
    model_id TEXT,
    tags TEXT,
    document BLOB NOT NULL
) STRICT;

CREATE UNIQUE INDEX models_name ON models (name) WHERE name IS NOT NULL;
CREATE INDEX models_tier ON models (tier, id);
CREATE INDEX models_owner_id ON models (owner_id, id);
CREATE UNIQUE INDEX models_model_id ON models (model_id) WHERE model_id IS NOT NULL;
CREATE INDEX models_tags ON models (tags, id);

CREATE TABLE versions (
    id BLOB NOT NULL PRIMARY KEY,
    revision INTEGER NOT NULL,
    projection_version INTEGER NOT NULL,
    model_id TEXT,
    model_number TEXT,
    stage TEXT,
    model_stage TEXT,
    created_by TEXT,
    document BLOB NOT NULL
) STRICT;

CREATE INDEX versions_model_id ON versions (model_id, id);
CREATE UNIQUE INDEX versions_model_number ON versions (model_number) WHERE model_number IS NOT NULL;
CREATE INDEX versions_stage ON versions (stage, id);
CREATE INDEX versions_model_stage ON versions (model_stage, id);
CREATE INDEX versions_created_by ON versions (created_by, id);

CREATE TABLE datasets (
    id BLOB NOT NULL PRIMARY KEY,
    revision INTEGER NOT NULL,
    projection_version INTEGER NOT NULL,
    name TEXT,
    name_number TEXT,
    steward_id TEXT,
    document BLOB NOT NULL
) STRICT;

CREATE INDEX datasets_name ON datasets (name, id);
CREATE UNIQUE INDEX datasets_name_number ON datasets (name_number) WHERE name_number IS NOT NULL;
CREATE INDEX datasets_steward_id ON datasets (steward_id, id);

CREATE TABLE promotions (
    id BLOB NOT NULL PRIMARY KEY,
    revision INTEGER NOT NULL,
    projection_version INTEGER NOT NULL,
    model_id TEXT,
    version_id TEXT,
    version_target TEXT,
    open_target TEXT,
    state TEXT,
    requester_id TEXT,
    document BLOB NOT NULL
) STRICT;

CREATE INDEX promotions_model_id ON promotions (model_id, id);
CREATE INDEX promotions_version_id ON promotions (version_id, id);
CREATE INDEX promotions_version_target ON promotions (version_target, id);
CREATE UNIQUE INDEX promotions_open_target ON promotions (open_target) WHERE open_target IS NOT NULL;
CREATE INDEX promotions_state ON promotions (state, id);
CREATE INDEX promotions_requester_id ON promotions (requester_id, id);

CREATE TABLE packs (
    id BLOB NOT NULL PRIMARY KEY,
    revision INTEGER NOT NULL,
    projection_version INTEGER NOT NULL,
    digest TEXT,
    document BLOB NOT NULL
) STRICT;

CREATE INDEX packs_digest ON packs (digest, id);
