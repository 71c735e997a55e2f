-- AI systems, and uses of them.
CREATE TABLE systems (
    id uuid PRIMARY KEY,
    revision bigint NOT NULL,
    projection_version bigint NOT NULL,
    name text COLLATE "C",
    owner_id text COLLATE "C",
    uses text COLLATE "C",
    document bytea NOT NULL,
    CONSTRAINT systems_name UNIQUE (name) DEFERRABLE INITIALLY DEFERRED
);

CREATE INDEX systems_owner_id ON systems (owner_id, id);
-- Many uses make a text that is too long for an ordered index.
CREATE INDEX systems_uses ON systems USING hash (uses);

-- Risk assessments. Those that count are found by what they count for: a model, or a version.
CREATE TABLE assessments (
    id uuid PRIMARY KEY,
    revision bigint NOT NULL,
    projection_version bigint NOT NULL,
    model_id text COLLATE "C",
    version_id text COLLATE "C",
    state text COLLATE "C",
    assessor_id text COLLATE "C",
    counts_for text COLLATE "C",
    document bytea NOT NULL
);

CREATE INDEX assessments_model_id ON assessments (model_id, id);
CREATE INDEX assessments_version_id ON assessments (version_id, id);
CREATE INDEX assessments_state ON assessments (state, id);
CREATE INDEX assessments_assessor_id ON assessments (assessor_id, id);
CREATE INDEX assessments_counts_for ON assessments (counts_for, id);

-- Requests to put a model into another tier; of each model at most one is open.
CREATE TABLE tier_changes (
    id uuid PRIMARY KEY,
    revision bigint NOT NULL,
    projection_version bigint NOT NULL,
    model_id text COLLATE "C",
    state text COLLATE "C",
    requester_id text COLLATE "C",
    open_model text COLLATE "C",
    document bytea NOT NULL,
    CONSTRAINT tier_changes_open_model UNIQUE (open_model) DEFERRABLE INITIALLY DEFERRED
);

CREATE INDEX tier_changes_model_id ON tier_changes (model_id, id);
CREATE INDEX tier_changes_state ON tier_changes (state, id);
CREATE INDEX tier_changes_requester_id ON tier_changes (requester_id, id);

-- Waivers of policies. For a policy and subject at most one request is open. Those that are approved are found by the model or
-- version that they are about; whether they hold is for the clock to say.
CREATE TABLE exceptions (
    id uuid PRIMARY KEY,
    revision bigint NOT NULL,
    projection_version bigint NOT NULL,
    model_id text COLLATE "C",
    version_id text COLLATE "C",
    policy text COLLATE "C",
    state text COLLATE "C",
    requester_id text COLLATE "C",
    open_subject text COLLATE "C",
    approved_subject text COLLATE "C",
    document bytea NOT NULL
);

CREATE INDEX exceptions_model_id ON exceptions (model_id, id);
CREATE INDEX exceptions_version_id ON exceptions (version_id, id);
CREATE INDEX exceptions_policy ON exceptions (policy, id);
CREATE INDEX exceptions_state ON exceptions (state, id);
CREATE INDEX exceptions_requester_id ON exceptions (requester_id, id);
CREATE UNIQUE INDEX exceptions_open_subject ON exceptions (open_subject) WHERE open_subject IS NOT NULL;
CREATE INDEX exceptions_approved_subject ON exceptions (approved_subject, id);

-- Requests to change a model in service. Those that are not over are found by their model, scheduled and ended ones by month.
CREATE TABLE changes (
    id uuid PRIMARY KEY,
    revision bigint NOT NULL,
    projection_version bigint NOT NULL,
    model_id text COLLATE "C",
    version_id text COLLATE "C",
    kind text COLLATE "C",
    state text COLLATE "C",
    requester_id text COLLATE "C",
    environment text COLLATE "C",
    open_model_id text COLLATE "C",
    scheduled_month text COLLATE "C",
    ended_month text COLLATE "C",
    document bytea NOT NULL
);

CREATE INDEX changes_model_id ON changes (model_id, id);
CREATE INDEX changes_version_id ON changes (version_id, id);
CREATE INDEX changes_kind ON changes (kind, id);
CREATE INDEX changes_state ON changes (state, id);
CREATE INDEX changes_requester_id ON changes (requester_id, id);
CREATE INDEX changes_environment ON changes (environment, id);
CREATE INDEX changes_open_model_id ON changes (open_model_id, id);
CREATE INDEX changes_scheduled_month ON changes (scheduled_month, id);
CREATE INDEX changes_ended_month ON changes (ended_month, id);
