-- Evaluations that wait, run or have ended.
CREATE TABLE evaluations (
    id uuid PRIMARY KEY,
    revision bigint NOT NULL,
    projection_version bigint NOT NULL,
    model_id text COLLATE "C",
    version_id text COLLATE "C",
    state text COLLATE "C",
    open_requester_id text COLLATE "C",
    document bytea NOT NULL
);

CREATE INDEX evaluations_model_id ON evaluations (model_id, id);
CREATE INDEX evaluations_version_id ON evaluations (version_id, id);
CREATE INDEX evaluations_state ON evaluations (state, id);
CREATE INDEX evaluations_open_requester_id ON evaluations (open_requester_id, id);
