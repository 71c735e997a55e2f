-- The change that counts is found by the version that it leads to. The document stands last, and so the table is made anew.
CREATE TABLE changes_anew (
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
    counts_for text COLLATE "C",
    document bytea NOT NULL
);

INSERT INTO changes_anew
    (id, revision, projection_version, model_id, version_id, kind, state, requester_id, environment, open_model_id,
    scheduled_month, ended_month, document)
SELECT id, revision, projection_version, model_id, version_id, kind, state, requester_id, environment, open_model_id,
    scheduled_month, ended_month, document
FROM changes;

DROP TABLE changes;
ALTER TABLE changes_anew RENAME TO changes;
ALTER INDEX changes_anew_pkey RENAME TO changes_pkey;

CREATE INDEX changes_model_id ON changes (model_id, id);
CREATE INDEX changes_version_id ON changes (version_id, id);
CREATE INDEX changes_kind ON changes (kind, id);
CREATE INDEX changes_state ON changes (state, id);
CREATE INDEX changes_requester_id ON changes (requester_id, id);
CREATE INDEX changes_environment ON changes (environment, id);
CREATE INDEX changes_open_model_id ON changes (open_model_id, id);
CREATE INDEX changes_scheduled_month ON changes (scheduled_month, id);
CREATE INDEX changes_ended_month ON changes (ended_month, id);
CREATE INDEX changes_counts_for ON changes (counts_for, id);
