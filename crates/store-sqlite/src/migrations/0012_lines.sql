-- Versions are found by each of their data sets and files, and no longer by the whole list of them: an index of whole lists
-- answered no question. The lines of a column stand in a table beside it, which triggers keep.
-- A column of lines becomes a JSON array of them: it is quoted, its escaped backslashes are put out of the way, and then each
-- escaped line break ends one text and begins the next.
DROP INDEX versions_datasets;
DROP INDEX versions_files;

CREATE TABLE versions_datasets (
    line TEXT NOT NULL,
    id BLOB NOT NULL,
    PRIMARY KEY (line, id)
) STRICT, WITHOUT ROWID;

INSERT INTO versions_datasets (line, id)
SELECT DISTINCT value, versions.id
FROM versions, json_each('[' || replace(replace(json_quote(versions.datasets), '\\', '\u005c'), '\n', '","') || ']')
WHERE versions.datasets IS NOT NULL;

CREATE TRIGGER versions_datasets_new AFTER INSERT ON versions WHEN NEW.datasets IS NOT NULL
BEGIN
    INSERT INTO versions_datasets (line, id)
    SELECT DISTINCT value, NEW.id
    FROM json_each('[' || replace(replace(json_quote(NEW.datasets), '\\', '\u005c'), '\n', '","') || ']');
END;

CREATE TRIGGER versions_datasets_gone AFTER DELETE ON versions WHEN OLD.datasets IS NOT NULL
BEGIN
    DELETE FROM versions_datasets WHERE id = OLD.id AND line IN (
        SELECT value FROM json_each('[' || replace(replace(json_quote(OLD.datasets), '\\', '\u005c'), '\n', '","') || ']')
    );
END;

CREATE TRIGGER versions_datasets_other AFTER UPDATE OF datasets ON versions WHEN NEW.datasets IS NOT OLD.datasets
BEGIN
    DELETE FROM versions_datasets WHERE id = OLD.id AND OLD.datasets IS NOT NULL AND line IN (
        SELECT value FROM json_each('[' || replace(replace(json_quote(OLD.datasets), '\\', '\u005c'), '\n', '","') || ']')
    );
    INSERT INTO versions_datasets (line, id)
    SELECT DISTINCT value, NEW.id
    FROM json_each('[' || replace(replace(json_quote(NEW.datasets), '\\', '\u005c'), '\n', '","') || ']')
    WHERE NEW.datasets IS NOT NULL;
END;

CREATE TABLE versions_files (
    line TEXT NOT NULL,
    id BLOB NOT NULL,
    PRIMARY KEY (line, id)
) STRICT, WITHOUT ROWID;

INSERT INTO versions_files (line, id)
SELECT DISTINCT value, versions.id
FROM versions, json_each('[' || replace(replace(json_quote(versions.files), '\\', '\u005c'), '\n', '","') || ']')
WHERE versions.files IS NOT NULL;

CREATE TRIGGER versions_files_new AFTER INSERT ON versions WHEN NEW.files IS NOT NULL
BEGIN
    INSERT INTO versions_files (line, id)
    SELECT DISTINCT value, NEW.id
    FROM json_each('[' || replace(replace(json_quote(NEW.files), '\\', '\u005c'), '\n', '","') || ']');
END;

CREATE TRIGGER versions_files_gone AFTER DELETE ON versions WHEN OLD.files IS NOT NULL
BEGIN
    DELETE FROM versions_files WHERE id = OLD.id AND line IN (
        SELECT value FROM json_each('[' || replace(replace(json_quote(OLD.files), '\\', '\u005c'), '\n', '","') || ']')
    );
END;

CREATE TRIGGER versions_files_other AFTER UPDATE OF files ON versions WHEN NEW.files IS NOT OLD.files
BEGIN
    DELETE FROM versions_files WHERE id = OLD.id AND OLD.files IS NOT NULL AND line IN (
        SELECT value FROM json_each('[' || replace(replace(json_quote(OLD.files), '\\', '\u005c'), '\n', '","') || ']')
    );
    INSERT INTO versions_files (line, id)
    SELECT DISTINCT value, NEW.id
    FROM json_each('[' || replace(replace(json_quote(NEW.files), '\\', '\u005c'), '\n', '","') || ']')
    WHERE NEW.files IS NOT NULL;
END;
