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
