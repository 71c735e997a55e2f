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
