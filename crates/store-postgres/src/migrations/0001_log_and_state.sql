-- The log. Indexes end in the index of the entry, so that the newest matches of a condition are read in order.
CREATE TABLE head (
    one integer PRIMARY KEY CHECK (one = 1),
    size bigint NOT NULL,
    root bytea NOT NULL,
    last_hash bytea NOT NULL,
    time_ms bigint NOT NULL
) WITH (fillfactor = 10);

-- The hash of the empty tree.
INSERT INTO head (one, size, root, last_hash, time_ms) VALUES (
    1,
    0,
    '\xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    '\xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    0
);

CREATE TABLE entries (
    idx bigint PRIMARY KEY,
    time_ms bigint NOT NULL,
    id uuid NOT NULL,
    event_type text COLLATE "C" NOT NULL,
    actor uuid NOT NULL,
    subject_kind text COLLATE "C" NOT NULL,
    subject_id text COLLATE "C" NOT NULL,
    model_id uuid,
    outcome text COLLATE "C" NOT NULL,
    correlation_id uuid,
    bytes bytea NOT NULL
);

CREATE INDEX entries_time_ms ON entries (time_ms, idx);
CREATE INDEX entries_event_type ON entries (event_type, idx);
CREATE INDEX entries_actor ON entries (actor, idx);
CREATE INDEX entries_subject_kind ON entries (subject_kind, idx);
CREATE INDEX entries_subject_id ON entries (subject_id, idx);
CREATE INDEX entries_model_id ON entries (model_id, idx) WHERE model_id IS NOT NULL;
CREATE INDEX entries_correlation_id ON entries (correlation_id, idx) WHERE correlation_id IS NOT NULL;
-- Nearly all entries are successes: looking for those needs no index.
CREATE INDEX entries_outcome ON entries (outcome, idx) WHERE outcome <> 'SUCCESS';

-- place = level * 2^56 + number.
CREATE TABLE tiles (
    place bigint PRIMARY KEY,
    bytes bytea NOT NULL
);

CREATE TABLE payloads (
    digest bytea PRIMARY KEY,
    bytes bytea NOT NULL
);

CREATE TABLE receipts (
    principal uuid NOT NULL,
    route text COLLATE "C" NOT NULL,
    key text COLLATE "C" NOT NULL,
    body_digest bytea NOT NULL,
    time_ms bigint NOT NULL,
    receipt bytea NOT NULL,
    PRIMARY KEY (principal, route, key)
);

CREATE TABLE checkpoints (
    size bigint PRIMARY KEY,
    note bytea NOT NULL
);

-- State tables. Unique columns are judged at the commit: on the state after the whole batch.
CREATE TABLE principals (
    id uuid PRIMARY KEY,
    revision bigint NOT NULL,
    projection_version bigint NOT NULL,
    kind text COLLATE "C",
    status text COLLATE "C",
    document bytea NOT NULL
);

CREATE INDEX principals_kind ON principals (kind, id);
CREATE INDEX principals_status ON principals (status, id);

CREATE TABLE tokens (
    id uuid PRIMARY KEY,
    revision bigint NOT NULL,
    projection_version bigint NOT NULL,
    principal_id text COLLATE "C",
    document bytea NOT NULL
);

CREATE INDEX tokens_principal_id ON tokens (principal_id, id);

CREATE TABLE models (
    id uuid PRIMARY KEY,
    revision bigint NOT NULL,
    projection_version bigint NOT NULL,
    name text COLLATE "C",
    tier text COLLATE "C",
    owner_id text COLLATE "C",
    model_id text COLLATE "C",
    tags text COLLATE "C",
    document bytea NOT NULL,
    CONSTRAINT models_name UNIQUE (name) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT models_model_id UNIQUE (model_id) DEFERRABLE INITIALLY DEFERRED
);

CREATE INDEX models_tier ON models (tier, id);
CREATE INDEX models_owner_id ON models (owner_id, id);
-- Many tags make a text that is too long for an ordered index.
CREATE INDEX models_tags ON models USING hash (tags);

CREATE TABLE versions (
    id uuid PRIMARY KEY,
    revision bigint NOT NULL,
    projection_version bigint NOT NULL,
    model_id text COLLATE "C",
    model_number text COLLATE "C",
    stage text COLLATE "C",
    model_stage text COLLATE "C",
    created_by text COLLATE "C",
    document bytea NOT NULL,
    CONSTRAINT versions_model_number UNIQUE (model_number) DEFERRABLE INITIALLY DEFERRED
);

CREATE INDEX versions_model_id ON versions (model_id, id);
CREATE INDEX versions_stage ON versions (stage, id);
CREATE INDEX versions_model_stage ON versions (model_stage, id);
CREATE INDEX versions_created_by ON versions (created_by, id);

CREATE TABLE datasets (
    id uuid PRIMARY KEY,
    revision bigint NOT NULL,
    projection_version bigint NOT NULL,
    name text COLLATE "C",
    name_number text COLLATE "C",
    steward_id text COLLATE "C",
    document bytea NOT NULL,
    CONSTRAINT datasets_name_number UNIQUE (name_number) DEFERRABLE INITIALLY DEFERRED
);

CREATE INDEX datasets_name ON datasets (name, id);
CREATE INDEX datasets_steward_id ON datasets (steward_id, id);

CREATE TABLE promotions (
    id uuid PRIMARY KEY,
    revision bigint NOT NULL,
    projection_version bigint NOT NULL,
    model_id text COLLATE "C",
    version_id text COLLATE "C",
    version_target text COLLATE "C",
    open_target text COLLATE "C",
    state text COLLATE "C",
    requester_id text COLLATE "C",
    document bytea NOT NULL,
    CONSTRAINT promotions_open_target UNIQUE (open_target) DEFERRABLE INITIALLY DEFERRED
);

CREATE INDEX promotions_model_id ON promotions (model_id, id);
CREATE INDEX promotions_version_id ON promotions (version_id, id);
CREATE INDEX promotions_version_target ON promotions (version_target, id);
CREATE INDEX promotions_state ON promotions (state, id);
CREATE INDEX promotions_requester_id ON promotions (requester_id, id);

CREATE TABLE packs (
    id uuid PRIMARY KEY,
    revision bigint NOT NULL,
    projection_version bigint NOT NULL,
    digest text COLLATE "C",
    document bytea NOT NULL
);

CREATE INDEX packs_digest ON packs (digest, id);
