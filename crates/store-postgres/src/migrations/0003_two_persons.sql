-- The person behind a principal. Rows that were written before are made anew from the log when the release that knows the
-- column starts. The document stands last, and so the table is made anew.
CREATE TABLE principals_with_person (
    id uuid PRIMARY KEY,
    revision bigint NOT NULL,
    projection_version bigint NOT NULL,
    kind text COLLATE "C",
    status text COLLATE "C",
    person_id text COLLATE "C",
    document bytea NOT NULL
);

INSERT INTO principals_with_person (id, revision, projection_version, kind, status, document)
SELECT id, revision, projection_version, kind, status, document FROM principals;

DROP TABLE principals;
ALTER TABLE principals_with_person RENAME TO principals;
ALTER INDEX principals_with_person_pkey RENAME TO principals_pkey;

CREATE INDEX principals_kind ON principals (kind, id);
CREATE INDEX principals_status ON principals (status, id);
CREATE INDEX principals_person_id ON principals (person_id, id);

-- What waits for a second person.
CREATE TABLE proposals (
    id uuid PRIMARY KEY,
    revision bigint NOT NULL,
    projection_version bigint NOT NULL,
    state text COLLATE "C",
    proposer_id text COLLATE "C",
    document bytea NOT NULL
);

CREATE INDEX proposals_state ON proposals (state, id);
CREATE INDEX proposals_proposer_id ON proposals (proposer_id, id);
