//! The bounds that keep the time and memory of a scan in proportion, whatever is in the file.

/// How far a scan goes. What lies beyond is a finding, and the scan says that it is not complete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Archives inside archives.
    pub depth: u32,
    /// Members of all archives together.
    pub members: u64,
    /// Bytes held at once of what had to be unpacked.
    pub buffered_bytes: u64,
    /// Bytes unpacked, of all members together.
    pub unpacked_bytes: u64,
    /// Unpacked bytes for each packed byte; beyond it a member is a bomb. Members below a megabyte are not measured.
    pub ratio: u64,
    /// Opcodes of pickles and fields of graphs, all together.
    pub steps: u64,
    /// Findings that are kept. More are counted.
    pub findings: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            depth: 5,
            members: 100_000,
            buffered_bytes: 256 << 20,
            unpacked_bytes: 4 << 30,
            ratio: 200,
            steps: 200_000_000,
            findings: 1_000,
        }
    }
}

/// Bytes of a text that a pickle's machine remembers: a longer one names no import.
pub(super) const MAX_TEXT_BYTES: usize = 256;
/// Bytes of all texts that it remembers.
pub(super) const MAX_TEXTS_BYTES: usize = 64 << 20;
/// Values that it remembers; more are unknown to it.
pub(super) const MAX_VALUES: usize = 4 << 20;
/// Values on its stack.
pub(super) const MAX_STACK: usize = 16 << 20;
/// Slots of its memo.
pub(super) const MAX_MEMO: usize = 8 << 20;
/// Distinct imports of one item.
pub(super) const MAX_IMPORTS: usize = 10_000;
/// Pickles inside pickles: arrays of objects.
pub(super) const MAX_PICKLE_DEPTH: u32 = 8;
/// Bytes of a header in JSON (safetensors), and of a member in JSON (Keras).
pub(super) const MAX_JSON_BYTES: u64 = 64 << 20;
/// Messages inside messages of a graph.
pub(super) const MAX_GRAPH_DEPTH: u32 = 100;
