//! Building the recorder and running a program under it.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use super::journal::{Op, parse};
use crate::run::{check, root, target};

/// Compiles the recorder with the C compiler that Rust links with.
pub fn build() -> Result<PathBuf> {
    let folder = target().join("xtask").join("bin");
    fs::create_dir_all(&folder)?;
    let shim = folder.canonicalize()?.join("libassent_recorder.so");
    let source = root().join("xtask/src/powerloss/shim.c");
    let mut compile = Command::new(std::env::var_os("CC").unwrap_or_else(|| "cc".into()));
    compile.args(["-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-pthread", "-o"]);
    check(compile.arg(&shim).arg(source)).context("the recorder needs a C compiler: install one as `cc`")?;
    Ok(shim)
}

/// A journal and the environment that fills it.
#[derive(Debug)]
pub struct Recorder {
    shim: PathBuf,
    journal: PathBuf,
    roots: OsString,
}

impl Recorder {
    /// A recorder that writes to that file, anew.
    pub fn new(shim: &Path, journal: &Path) -> Result<Self> {
        fs::write(journal, b"").with_context(|| format!("`{}` cannot be written", journal.display()))?;
        Ok(Self { shim: shim.to_owned(), journal: journal.to_owned(), roots: OsString::new() })
    }

    /// What has to stand in the environment of a program so that what it does below these folders is recorded.
    pub fn environment(&mut self, roots: &[PathBuf]) -> Result<[(&'static str, &OsStr); 3]> {
        self.roots = std::env::join_paths(roots)?;
        Ok([
            ("LD_PRELOAD", self.shim.as_os_str()),
            ("ASSENT_SHIM_ROOTS", &self.roots),
            ("ASSENT_SHIM_JOURNAL", self.journal.as_os_str()),
        ])
    }

    /// How long the journal is.
    pub fn length(&self) -> u64 {
        fs::metadata(&self.journal).map_or(0, |journal| journal.len())
    }

    /// The journal.
    pub fn read(&self) -> Result<Vec<u8>> {
        Ok(fs::read(&self.journal)?)
    }
}

/// How many syncs a journal holds that have ended.
pub fn syncs(journal: &[u8]) -> Result<usize> {
    Ok(parse(journal)?.iter().filter(|record| matches!(record.op, Op::SyncEnd { .. })).count())
}
