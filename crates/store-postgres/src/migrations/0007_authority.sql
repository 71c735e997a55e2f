-- Promotions that are not over are found by their model; what else is new: whether an emergency was declared or used, when a
-- reminder or an escalation may come next, and to whom steps are assigned. Rows that were written before are made anew from the
-- log when the release that knows the columns starts. The document stands last, and so the table is made anew.
CREATE TABLE promotions_anew (
    id uuid PRIMARY KEY,
    revision bigint NOT NULL,
    projection_version bigint NOT NULL,
    model_id text COLLATE "C",
    version_id text COLLATE "C",
    version_target text COLLATE "C",
    open_target text COLLATE "C",
    state text COLLATE "C",
    requester_id text COLLATE "C",
    open_model_id text COLLATE "C",
    emergency text COLLATE "C",
    next_notice text COLLATE "C",
    assignees text COLLATE "C",
    document bytea NOT NULL
);

INSERT INTO promotions_anew
    (id, revision, projection_version, model_id, version_id, version_target, open_target, state, requester_id, document)
SELECT id, revision, projection_version, model_id, version_id, version_target, open_target, state, requester_id, document
FROM promotions;

DROP TABLE promotions;
ALTER TABLE promotions_anew RENAME TO promotions;
ALTER INDEX promotions_anew_pkey RENAME TO promotions_pkey;

CREATE INDEX promotions_model_id ON promotions (model_id, id);
CREATE INDEX promotions_version_id ON promotions (version_id, id);
CREATE INDEX promotions_version_target ON promotions (version_target, id);
ALTER TABLE promotions ADD CONSTRAINT promotions_open_target UNIQUE (open_target) DEFERRABLE INITIALLY DEFERRED;
CREATE INDEX promotions_state ON promotions (state, id);
CREATE INDEX promotions_requester_id ON promotions (requester_id, id);
CREATE INDEX promotions_open_model_id ON promotions (open_model_id, id);
CREATE INDEX promotions_emergency ON promotions (emergency, id);
CREATE INDEX promotions_next_notice ON promotions (next_notice, id);
CREATE INDEX promotions_assignees ON promotions (assignees, id);

-- Delegations. Those that were not revoked are found by who gave them, and by the two together; whether they hold is for the
-- clock to say.
CREATE TABLE delegations (
    id uuid PRIMARY KEY,
    revision bigint NOT NULL,
    projection_version bigint NOT NULL,
    delegator_id text COLLATE "C",
    delegate_id text COLLATE "C",
    open_delegator_id text COLLATE "C",
    open_pair text COLLATE "C",
    document bytea NOT NULL
);

CREATE INDEX delegations_delegator_id ON delegations (delegator_id, id);
CREATE INDEX delegations_delegate_id ON delegations (delegate_id, id);
CREATE INDEX delegations_open_delegator_id ON delegations (open_delegator_id, id);
CREATE INDEX delegations_open_pair ON delegations (open_pair, id);
