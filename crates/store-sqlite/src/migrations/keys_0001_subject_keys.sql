-- Keys are appended to the table's tree, which therefore never moves one: a key that is overwritten leaves no copy behind
-- on a page that was split. A destroyed key is NULL, and its row stays. A look-up is always of the same length (zeros where
-- there is none), so that a later one takes the place of the former, and it has no index, whose pages would keep copies.
CREATE TABLE subject_keys (
    number INTEGER PRIMARY KEY,
    subject BLOB NOT NULL UNIQUE,
    key BLOB,
    lookup BLOB NOT NULL
) STRICT;

-- What look-ups are computed under.
CREATE TABLE lookup_key (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    key BLOB NOT NULL
) STRICT;
