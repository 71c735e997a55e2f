-- When a reminder or an escalation of a promotion may come next, and to whom its steps are assigned. Rows that were written
-- before are made anew from the log when the release that knows the columns starts. The document stands last, and so the table
-- is made anew.
CREATE TABLE promotions_with_notices (
    id BLOB NOT NULL PRIMARY KEY,
    revision INTEGER NOT NULL,
    projection_version INTEGER NOT NULL,
    model_id TEXT,
    version_id TEXT,
    version_target TEXT,
    open_target TEXT,
    state TEXT,
    requester_id TEXT,
    next_notice TEXT,
    assignees TEXT,
    document BLOB NOT NULL
) STRICT;

INSERT INTO promotions_with_notices (id, revision, projection_version, model_id, version_id, version_target, open_target, state, requester_id, document)
SELECT id, revision, projection_version, model_id, version_id, version_target, open_target, state, requester_id, document FROM promotions;

DROP TABLE promotions;
ALTER TABLE promotions_with_notices RENAME TO promotions;

CREATE INDEX promotions_model_id ON promotions (model_id, id);
CREATE INDEX promotions_version_id ON promotions (version_id, id);
CREATE INDEX promotions_version_target ON promotions (version_target, id);
CREATE UNIQUE INDEX promotions_open_target ON promotions (open_target) WHERE open_target IS NOT NULL;
CREATE INDEX promotions_state ON promotions (state, id);
CREATE INDEX promotions_requester_id ON promotions (requester_id, id);
CREATE INDEX promotions_next_notice ON promotions (next_notice, id);
CREATE INDEX promotions_assignees ON promotions (assignees, id);

-- What people say about an object. A thread is found by its subject, and what mentions somebody by their id.
CREATE TABLE comments (
    id BLOB NOT NULL PRIMARY KEY,
    revision INTEGER NOT NULL,
    projection_version INTEGER NOT NULL,
    model_id TEXT,
    subject TEXT,
    author_id TEXT,
    mentions TEXT,
    document BLOB NOT NULL
) STRICT;

CREATE INDEX comments_model_id ON comments (model_id, id);
CREATE INDEX comments_subject ON comments (subject, id);
CREATE INDEX comments_author_id ON comments (author_id, id);
CREATE INDEX comments_mentions ON comments (mentions, id);
