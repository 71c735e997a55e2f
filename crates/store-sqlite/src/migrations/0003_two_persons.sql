-- The person behind a principal. Rows that were written before are made anew from the log when the release that knows the
-- column starts. The document stands last, and so the table is made anew.
CREATE TABLE principals_with_person (
    id BLOB NOT NULL PRIMARY KEY,
    revision INTEGER NOT NULL,
    projection_version INTEGER NOT NULL,
    kind TEXT,
    status TEXT,
    person_id TEXT,
    document BLOB NOT NULL
) STRICT;

INSERT INTO principals_with_person (id, revision, projection_version, kind, status, document)
SELECT id, revision, projection_version, kind, status, document FROM principals;

DROP TABLE principals;
ALTER TABLE principals_with_person RENAME TO principals;

CREATE INDEX principals_kind ON principals (kind, id);
CREATE INDEX principals_status ON principals (status, id);
CREATE INDEX principals_person_id ON principals (person_id, id);

-- What waits for a second person.
CREATE TABLE proposals (
    id BLOB NOT NULL PRIMARY KEY,
    revision INTEGER NOT NULL,
    projection_version INTEGER NOT NULL,
    state TEXT,
    proposer_id TEXT,
    document BLOB NOT NULL
) STRICT;

CREATE INDEX proposals_state ON proposals (state, id);
CREATE INDEX proposals_proposer_id ON proposals (proposer_id, id);
