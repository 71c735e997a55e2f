//! What is recorded, and where a disk is put: the server alone, or the server with the database that keeps its log.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};

use super::image::Tree;
use super::journal::{self, Record};
use super::recorder::{self, Recorder};
use super::strace;
use crate::fault::trace::ensure_there;
use crate::postgres::Postgres;
use crate::server::{Home, Server};
use crate::site::{Kind, Site};

/// Small segments of the log of the database, and a checkpoint after every few of them, so that a recording of seconds has
/// all that days have: segments are made, filled, renamed and removed, and pages leave the memory before their commit. What
/// decides over durability stays as it is.
const SEGMENTS: [&str; 1] = ["--wal-segsize=1"];
const SETTINGS: &str = "max_wal_size = 2MB\nmin_wal_size = 2MB\nshared_buffers = 2MB\n";
/// Databases that nobody uses: their files would be read, compared and synced at every loss.
const SPARE: [&str; 3] =
    ["UPDATE pg_database SET datistemplate = false", "DROP DATABASE template0", "DROP DATABASE template1"];
/// The longest string that the tracer writes down whole.
const LONGEST_BYTES: usize = 1 << 26;
/// How long the last lines of a trace may take to come.
const LAST_LINES: Duration = Duration::from_secs(30);

/// Where the log is kept, and how it is recorded.
pub(super) enum Stage {
    /// In a file: the recorder is preloaded into the server.
    File {
        /// The recorder.
        shim: PathBuf,
    },
    /// In a database of many processes: the tracer sees all of them, and the server.
    Database(Postgres),
}

impl Stage {
    /// A stage for new installations.
    pub(super) fn new(kind: Kind) -> Result<Self> {
        if kind == Kind::Sqlite {
            return Ok(Self::File { shim: recorder::build()? });
        }
        ensure_there()?;
        let postgres = Postgres::make(None, &SEGMENTS)?;
        let path = postgres.data().join("postgresql.conf");
        fs::write(&path, fs::read_to_string(&path)? + SETTINGS)?;
        postgres.start_again()?;
        SPARE.iter().try_for_each(|statement| postgres.run(statement))?;
        postgres.end()?;
        Ok(Self::Database(postgres))
    }

    /// An installation with these folders.
    pub(super) fn site(&self, home: &Home) -> Site {
        match self {
            Self::File { .. } => Site::with_file(home.clone()),
            Self::Database(postgres) => Site::with_database(home.clone(), postgres, "postgres"),
        }
    }

    /// The folders whose changes are recorded.
    pub(super) fn roots(&self, home: &Home) -> Vec<PathBuf> {
        let mut roots = vec![home.data.clone(), home.keys.clone()];
        if let Self::Database(postgres) = self {
            roots.push(postgres.data().to_owned());
        }
        roots
    }

    /// Puts a disk where an installation reads it.
    pub(super) fn put(&self, disk: &Tree, home: &Home) -> Result<()> {
        disk.write(&self.roots(home))?;
        let Self::Database(postgres) = self else { return Ok(()) };
        // It names a process of the time before the loss, and after a start of the machine that number is somebody else's.
        let stale = postgres.data().join("postmaster.pid");
        if stale.exists() {
            fs::remove_file(stale)?;
        }
        postgres.make_private()
    }

    /// Keeps the files of the database of a disk that failed, beside the others.
    pub(super) fn keep(&self, disk: &Tree, home: &Home) {
        if matches!(self, Self::File { .. }) {
            return;
        }
        let kept = home.data.with_file_name("kept");
        let places = ["data", "keys", "postgres"].map(|name| kept.join(name));
        // The failure itself matters more than one to keep its files.
        drop(fs::create_dir_all(&kept).map(|()| disk.write(&places)));
    }

    /// Starts the database on what was put there: it recovers.
    pub(super) fn open(&self) -> Result<()> {
        match self {
            Self::File { .. } => Ok(()),
            Self::Database(postgres) => postgres.start_again(),
        }
    }

    /// Stops the database at once.
    pub(super) fn close(&self) -> Result<()> {
        match self {
            Self::File { .. } => Ok(()),
            Self::Database(postgres) => postgres.stop_at_once(),
        }
    }

    /// Starts what is recorded.
    pub(super) fn record(&self, binary: &Path, home: &Home, journal: &Path) -> Result<Server> {
        match self {
            Self::File { shim } => {
                let mut recorder = Recorder::new(shim, journal)?;
                Server::start(binary, home, &recorder.environment(&self.roots(home))?)
            }
            Self::Database(postgres) => {
                let calls: Vec<String> = strace::CALLS.iter().map(|call| format!("?{call}")).collect();
                let script = format!("{} && exec \"$0\" \"$@\"", postgres.start_line());
                let mut command = Command::new("strace");
                command.args(["-D", "-f", "-y", "-q", "--seccomp-bpf", "-e", "signal=none", "-s"]);
                command.args([&LONGEST_BYTES.to_string(), "-e", &format!("trace={}", calls.join(","))]);
                command.arg("-o").arg(journal).args(["--", "sh", "-c", &script]).arg(binary);
                Server::start_by(command, home, &self.site(home).variables())
            }
        }
    }

    /// Lets what is recorded end in order; gives the bytes that were written, and the records that point into them.
    pub(super) fn end(&self, server: Server, journal: &Path, base: &Tree) -> Result<(Vec<u8>, Vec<Record>)> {
        match self {
            Self::File { .. } => {
                server.stop()?;
                let bytes = fs::read(journal)?;
                let records = journal::parse(&bytes)?;
                ensure!(
                    !records.is_empty(),
                    "the recorder has recorded nothing: is the binary linked statically?"
                );
                Ok((bytes, records))
            }
            Self::Database(postgres) => {
                let last = postgres.process()?;
                server.stop()?;
                postgres.end()?;
                let trace = until(journal, &last)?;
                let traced = strace::read(&trace, base, postgres.data())?;
                Ok((traced.bytes, traced.records))
            }
        }
    }
}

/// The trace once it tells that this process has ended.
fn until(journal: &Path, process: &str) -> Result<String> {
    let begun = Instant::now();
    loop {
        let trace =
            fs::read_to_string(journal).with_context(|| format!("`{}` cannot be read", journal.display()))?;
        let ends = |line: &str| {
            line.split_once(' ').is_some_and(|(number, rest)| number == process && rest.contains("+++ "))
        };
        if trace.lines().rev().take(16).any(ends) {
            return Ok(trace);
        }
        ensure!(begun.elapsed() < LAST_LINES, "the tracer does not end");
        std::thread::sleep(Duration::from_millis(20));
    }
}
