-- Keys are appended to the table's tree, which therefore never moves one: a key that is overwritten leaves no copy behind
-- on a page that was split. A destroyed key is NULL, and its row stays.
CREATE TABLE subject_keys (
    number INTEGER PRIMARY KEY,
    subject BLOB NOT NULL UNIQUE,
    key BLOB
) STRICT;
