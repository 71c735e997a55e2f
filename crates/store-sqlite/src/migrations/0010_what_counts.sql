-- Changes that count are found by the version that they lead to, and promotions that are not over by their model.
ALTER TABLE changes ADD COLUMN counts_for TEXT;
CREATE INDEX changes_counts_for ON changes (counts_for, id);
ALTER TABLE promotions ADD COLUMN open_model_id TEXT;
CREATE INDEX promotions_open_model_id ON promotions (open_model_id, id);
