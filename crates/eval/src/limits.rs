//! The bounds that keep the memory and time of an evaluation in proportion, whatever a client sends.

/// Bytes of one record of a table, all columns together.
pub const MAX_RECORD_BYTES: usize = 1 << 20;
/// Bytes of one value in a column that the evaluation reads; columns it does not read may use the whole record.
pub const MAX_VALUE_BYTES: usize = 256;
/// Columns of a table.
pub const MAX_COLUMNS: usize = 2_000;
/// Distinct values of a label or prediction column.
pub const MAX_CLASSES: usize = 256;
/// Protected attributes of one evaluation.
pub const MAX_ATTRIBUTES: usize = 32;
/// Groups, that is distinct values, of one protected attribute.
pub const MAX_GROUPS: usize = 1_000;
/// Categories, that is distinct values, of one column of one table whose drift is told.
pub const MAX_CATEGORIES: usize = 1_000;
/// Numbers that are held at once while drift is told: 8 bytes each. Columns beyond are read in another pass.
pub const MAX_HELD_NUMBERS: u64 = 1 << 27;
/// Combinations of label, prediction and groups that rows may have.
pub const MAX_CELLS: usize = 1 << 20;
/// Combinations whose scores are counted in bins, a few thousand bins each.
pub const MAX_BINNED_CELLS: usize = 1 << 12;
/// Bytes of one column in one row group of a Parquet file, uncompressed.
pub const MAX_ROW_GROUP_BYTES: i64 = 1 << 31;
/// Rows of one batch of an Arrow file.
pub const MAX_BATCH_ROWS: usize = 1 << 27;
/// Rows of a table.
pub const MAX_ROWS: u64 = 1 << 40;
/// Rows when scores are kept for the exact ROC AUC: 12 bytes a row.
pub const MAX_SCORED_ROWS: u64 = 1 << 27;
/// Numbers that are kept row by row, 8 bytes each: the scores of several classes, scores with weights.
pub const MAX_MEASURES: u64 = 1 << 27;
/// Rows when labels and predictions are joined by id, which holds every id in memory.
pub const MAX_JOINED_ROWS: u64 = 1 << 22;
/// Rows of which each is compared with all others, to find its neighbours.
pub const MAX_NEIGHBOUR_ROWS: u64 = 20_000;
/// How often rows may be drawn again for an interval.
pub const MAX_REPLICATES: u32 = 100_000;
/// Names in one list of the options (positive values, suites).
pub const MAX_LIST: usize = 256;
/// Names or row numbers that one error message lists.
pub const MAX_LISTED: usize = 5;
