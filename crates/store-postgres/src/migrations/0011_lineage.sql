-- Where things come from: edges between files, data sets of other systems and runs, found from either end.
CREATE TABLE lineage (
    id uuid PRIMARY KEY,
    revision bigint NOT NULL,
    projection_version bigint NOT NULL,
    upstream text COLLATE "C",
    downstream text COLLATE "C",
    document bytea NOT NULL
);

CREATE INDEX lineage_upstream ON lineage (upstream, id);
CREATE INDEX lineage_downstream ON lineage (downstream, id);

-- Versions are found by what they were made with and by their files. The document stands last, and so the table is made anew.
CREATE TABLE versions_anew (
    id uuid PRIMARY KEY,
    revision bigint NOT NULL,
    projection_version bigint NOT NULL,
    model_id text COLLATE "C",
    model_number text COLLATE "C",
    stage text COLLATE "C",
    model_stage text COLLATE "C",
    created_by text COLLATE "C",
    datasets text COLLATE "C",
    files text COLLATE "C",
    document bytea NOT NULL
);

INSERT INTO versions_anew
    (id, revision, projection_version, model_id, model_number, stage, model_stage, created_by, document)
SELECT id, revision, projection_version, model_id, model_number, stage, model_stage, created_by, document
FROM versions;

DROP TABLE versions;
ALTER TABLE versions_anew RENAME TO versions;
ALTER INDEX versions_anew_pkey RENAME TO versions_pkey;
ALTER TABLE versions
    ADD CONSTRAINT versions_model_number UNIQUE (model_number) DEFERRABLE INITIALLY DEFERRED;

CREATE INDEX versions_model_id ON versions (model_id, id);
CREATE INDEX versions_stage ON versions (stage, id);
CREATE INDEX versions_model_stage ON versions (model_stage, id);
CREATE INDEX versions_created_by ON versions (created_by, id);
-- Many data sets or files make a text that is too long for an ordered index.
CREATE INDEX versions_datasets ON versions USING hash (datasets);
CREATE INDEX versions_files ON versions USING hash (files);

-- Data sets are found by their bytes.
CREATE TABLE datasets_anew (
    id uuid PRIMARY KEY,
    revision bigint NOT NULL,
    projection_version bigint NOT NULL,
    name text COLLATE "C",
    name_number text COLLATE "C",
    steward_id text COLLATE "C",
    sha256 text COLLATE "C",
    document bytea NOT NULL
);

INSERT INTO datasets_anew (id, revision, projection_version, name, name_number, steward_id, document)
SELECT id, revision, projection_version, name, name_number, steward_id, document
FROM datasets;

DROP TABLE datasets;
ALTER TABLE datasets_anew RENAME TO datasets;
ALTER INDEX datasets_anew_pkey RENAME TO datasets_pkey;
ALTER TABLE datasets
    ADD CONSTRAINT datasets_name_number UNIQUE (name_number) DEFERRABLE INITIALLY DEFERRED;

CREATE INDEX datasets_name ON datasets (name, id);
CREATE INDEX datasets_steward_id ON datasets (steward_id, id);
CREATE INDEX datasets_sha256 ON datasets (sha256, id);
