-- When a reminder or an escalation of a promotion may come next, and to whom its steps are assigned. Rows that were written
-- before are made anew from the log when the release that knows the columns starts. The document stands last, and so the table
-- is made anew.
CREATE TABLE promotions_with_notices (
    id uuid PRIMARY KEY,
    revision bigint NOT NULL,
    projection_version bigint NOT NULL,
    model_id text COLLATE "C",
    version_id text COLLATE "C",
    version_target text COLLATE "C",
    open_target text COLLATE "C",
    state text COLLATE "C",
    requester_id text COLLATE "C",
    next_notice text COLLATE "C",
    assignees text COLLATE "C",
    document bytea NOT NULL,
    CONSTRAINT promotions_with_notices_open_target UNIQUE (open_target) DEFERRABLE INITIALLY DEFERRED
);

INSERT INTO promotions_with_notices (id, revision, projection_version, model_id, version_id, version_target, open_target, state, requester_id, document)
SELECT id, revision, projection_version, model_id, version_id, version_target, open_target, state, requester_id, document FROM promotions;

DROP TABLE promotions;
ALTER TABLE promotions_with_notices RENAME TO promotions;
ALTER INDEX promotions_with_notices_pkey RENAME TO promotions_pkey;
ALTER INDEX promotions_with_notices_open_target RENAME TO promotions_open_target;

CREATE INDEX promotions_model_id ON promotions (model_id, id);
CREATE INDEX promotions_version_id ON promotions (version_id, id);
CREATE INDEX promotions_version_target ON promotions (version_target, id);
CREATE INDEX promotions_state ON promotions (state, id);
CREATE INDEX promotions_requester_id ON promotions (requester_id, id);
CREATE INDEX promotions_next_notice ON promotions (next_notice, id);
CREATE INDEX promotions_assignees ON promotions (assignees, id);

-- What people say about an object. A thread is found by its subject, and what mentions somebody by their id.
CREATE TABLE comments (
    id uuid PRIMARY KEY,
    revision bigint NOT NULL,
    projection_version bigint NOT NULL,
    model_id text COLLATE "C",
    subject text COLLATE "C",
    author_id text COLLATE "C",
    mentions text COLLATE "C",
    document bytea NOT NULL
);

CREATE INDEX comments_model_id ON comments (model_id, id);
CREATE INDEX comments_subject ON comments (subject, id);
CREATE INDEX comments_author_id ON comments (author_id, id);
CREATE INDEX comments_mentions ON comments (mentions, id);
