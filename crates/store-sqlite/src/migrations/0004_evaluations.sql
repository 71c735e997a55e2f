-- Evaluations that wait, run or have ended.
CREATE TABLE evaluations (
    id BLOB NOT NULL PRIMARY KEY,
    revision INTEGER NOT NULL,
    projection_version INTEGER NOT NULL,
    model_id TEXT,
    version_id TEXT,
    state TEXT,
    open_requester_id TEXT,
    document BLOB NOT NULL
) STRICT;

CREATE INDEX evaluations_model_id ON evaluations (model_id, id);
CREATE INDEX evaluations_version_id ON evaluations (version_id, id);
CREATE INDEX evaluations_state ON evaluations (state, id);
CREATE INDEX evaluations_open_requester_id ON evaluations (open_requester_id, id);
