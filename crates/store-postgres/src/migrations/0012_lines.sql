-- Versions are found by each of their data sets and files, and no longer by the whole list of them: an index of whole lists
-- answered no question. The expression is just that of the conditions on columns of lines.
DROP INDEX versions_datasets;
DROP INDEX versions_files;

CREATE INDEX versions_datasets ON versions USING gin ((CASE datasets WHEN '' THEN ARRAY[''] ELSE string_to_array(datasets, E'\n') END));
CREATE INDEX versions_files ON versions USING gin ((CASE files WHEN '' THEN ARRAY[''] ELSE string_to_array(files, E'\n') END));
