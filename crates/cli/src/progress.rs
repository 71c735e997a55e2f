//! A progress bar on the standard error, where that is a terminal.

use std::io::{self, IsTerminal as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use assent_eval::progress::Progress;
use assent_eval::{DataFile, Storage};
use indicatif::{HumanBytes, HumanCount, ProgressBar, ProgressDrawTarget, ProgressStyle};

/// How often the time that is left is told anew.
const REDRAWN: Duration = Duration::from_millis(200);
const LOOK: &str = "{wide_bar:.cyan/dim} {percent:>3} %  {msg}  {eta} left";
const AT_THE_END: &str = "{msg}";

/// The progress of reading files. It costs nothing but a few additions where nobody sees it.
pub(crate) struct Bar {
    drawn: ProgressBar,
    rows: AtomicU64,
    expected_rows: AtomicU64,
    bytes: Arc<AtomicU64>,
    expected_bytes: AtomicU64,
}

/// Files that do not say how many rows they have: their bytes are told instead.
const UNKNOWN: u64 = u64::MAX;

impl Bar {
    /// A bar, or none where it is not wanted or nobody would see it.
    pub(crate) fn new(quiet: bool) -> Self {
        let seen = !quiet && io::stderr().is_terminal();
        let target = if seen { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(0), target);
        if let Ok(style) = ProgressStyle::with_template(LOOK) {
            bar.set_style(style.progress_chars("━╸─"));
        }
        if seen {
            bar.enable_steady_tick(REDRAWN);
        }
        Self {
            drawn: bar,
            rows: AtomicU64::new(0),
            expected_rows: AtomicU64::new(0),
            bytes: Arc::new(AtomicU64::new(0)),
            expected_bytes: AtomicU64::new(0),
        }
    }

    /// The same files; what is read of them is counted.
    pub(crate) fn watched(&self, files: Vec<DataFile>) -> Vec<DataFile> {
        let watched = |file: DataFile| {
            let storage = Arc::new(Counted { inner: file.storage, read: Arc::clone(&self.bytes) });
            DataFile { storage, ..file }
        };
        files.into_iter().map(watched).collect()
    }

    /// Takes the bar away.
    pub(crate) fn clear(&self) {
        self.drawn.finish_and_clear();
    }

    fn redraw(&self) {
        let (rows, bytes) = (self.rows.load(Ordering::Relaxed), self.bytes.load(Ordering::Relaxed));
        let (done, all) = match self.expected_rows.load(Ordering::Relaxed) {
            UNKNOWN => (bytes, self.expected_bytes.load(Ordering::Relaxed)),
            expected => (rows, expected),
        };
        self.drawn.set_length(all.max(done));
        self.drawn.set_position(done);
        let milliseconds = self.drawn.elapsed().as_millis().max(1);
        let rate = u64::try_from(u128::from(rows) * 1_000 / milliseconds).unwrap_or(u64::MAX);
        let (rows, bytes, rate) = (HumanCount(rows), HumanBytes(bytes), HumanCount(rate));
        self.drawn.set_message(format!("{rows} rows, {bytes}, {rate} rows/s"));
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.clear();
    }
}

impl Progress for Bar {
    fn begin(&self, rows: Option<u64>, bytes: u64) {
        for (count, value) in [
            (&self.rows, 0),
            (&*self.bytes, 0),
            (&self.expected_rows, rows.unwrap_or(UNKNOWN)),
            (&self.expected_bytes, bytes),
        ] {
            count.store(value, Ordering::Relaxed);
        }
        self.drawn.reset();
    }

    fn rows(&self, count: u64) {
        self.rows.fetch_add(count, Ordering::Relaxed);
        if !self.drawn.is_hidden() {
            self.redraw();
        }
    }

    fn end(&self) {
        if let Ok(style) = ProgressStyle::with_template(AT_THE_END) {
            self.drawn.set_style(style);
        }
        let rows = HumanCount(self.rows.load(Ordering::Relaxed));
        self.drawn.set_message(format!("{rows} rows read; putting them together"));
    }
}

/// A storage of which is counted what is read.
struct Counted {
    inner: Arc<dyn Storage>,
    read: Arc<AtomicU64>,
}

impl Storage for Counted {
    fn size_bytes(&self) -> io::Result<u64> {
        self.inner.size_bytes()
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read_at(offset, buffer)?;
        self.read.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}
