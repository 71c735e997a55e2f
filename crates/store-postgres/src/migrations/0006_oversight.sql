-- Who answers for models: one row for each model for which somebody was put into a role. Who is in one now are lines of a column.
CREATE TABLE accountabilities (
    id uuid PRIMARY KEY,
    revision bigint NOT NULL,
    projection_version bigint NOT NULL,
    model_id text COLLATE "C",
    persons text COLLATE "C",
    document bytea NOT NULL
);

CREATE INDEX accountabilities_model_id ON accountabilities (model_id, id);
CREATE INDEX accountabilities_persons ON accountabilities (persons, id);

-- Periodic reviews of models. For a model at most one is open; those that were completed are found by their model.
CREATE TABLE periodic_reviews (
    id uuid PRIMARY KEY,
    revision bigint NOT NULL,
    projection_version bigint NOT NULL,
    model_id text COLLATE "C",
    state text COLLATE "C",
    requester_id text COLLATE "C",
    open_model text COLLATE "C",
    completed_model text COLLATE "C",
    document bytea NOT NULL,
    CONSTRAINT periodic_reviews_open_model UNIQUE (open_model) DEFERRABLE INITIALLY DEFERRED
);

CREATE INDEX periodic_reviews_model_id ON periodic_reviews (model_id, id);
CREATE INDEX periodic_reviews_state ON periodic_reviews (state, id);
CREATE INDEX periodic_reviews_requester_id ON periodic_reviews (requester_id, id);
CREATE INDEX periodic_reviews_completed_model ON periodic_reviews (completed_model, id);
