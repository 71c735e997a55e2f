//! The bounds that keep a record in proportion.

/// Bytes of a record, in any form.
pub const MAX_BYTES: usize = 1 << 20;
/// Characters of a text.
pub const MAX_TEXT: usize = 20_000;
/// Characters of a line, an item of a list, or a cell of a table.
pub const MAX_LINE: usize = 2_000;
/// Items of a list.
pub const MAX_ITEMS: usize = 200;
/// Rows of a table.
pub const MAX_ROWS: usize = 2_000;
