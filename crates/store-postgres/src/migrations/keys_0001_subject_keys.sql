-- A destroyed key is NULL, and its row stays.
CREATE TABLE subject_keys (
    subject uuid PRIMARY KEY,
    key bytea,
    lookup bytea UNIQUE CHECK (octet_length(lookup) = 32),
    CHECK (key IS NOT NULL OR lookup IS NULL)
);

-- What look-ups are computed under.
CREATE TABLE lookup_key (
    one integer PRIMARY KEY CHECK (one = 1),
    key bytea NOT NULL
);
