-- Who answers for models: one row for each model for which somebody was put into a role. Who is in one now are lines of a column.
CREATE TABLE accountabilities (
    id BLOB NOT NULL PRIMARY KEY,
    revision INTEGER NOT NULL,
    projection_version INTEGER NOT NULL,
    model_id TEXT,
    persons TEXT,
    document BLOB NOT NULL
) STRICT;

CREATE INDEX accountabilities_model_id ON accountabilities (model_id, id);
CREATE INDEX accountabilities_persons ON accountabilities (persons, id);

-- Periodic reviews of models. For a model at most one is open; those that were completed are found by their model.
CREATE TABLE periodic_reviews (
    id BLOB NOT NULL PRIMARY KEY,
    revision INTEGER NOT NULL,
    projection_version INTEGER NOT NULL,
    model_id TEXT,
    state TEXT,
    requester_id TEXT,
    open_model TEXT,
    completed_model TEXT,
    document BLOB NOT NULL
) STRICT;

CREATE INDEX periodic_reviews_model_id ON periodic_reviews (model_id, id);
CREATE INDEX periodic_reviews_state ON periodic_reviews (state, id);
CREATE INDEX periodic_reviews_requester_id ON periodic_reviews (requester_id, id);
CREATE UNIQUE INDEX periodic_reviews_open_model ON periodic_reviews (open_model) WHERE open_model IS NOT NULL;
CREATE INDEX periodic_reviews_completed_model ON periodic_reviews (completed_model, id);
