//! Reproducible benchmarks, each beside its peers: `cargo xtask bench write|gate|rules|log|blobs`.
//!
//! A figure that a document names comes from here. Each benchmark prints the machine and the versions, measures what it is
//! compared with in the same run, and says how far each figure is from its bar: bars are ratios wherever they can be, so
//! that they hold on other machines too. Not a test: nothing fails because a machine is slow.

mod blobs;
mod client;
mod gate;
mod http;
mod log;
mod machine;
mod pack;
mod rules;
mod stats;
mod world;
mod write;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};

use crate::stats::say;

/// As in the server.
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let name = std::env::args().nth(1).unwrap_or_default();
    say(&machine::describe());
    match name.as_str() {
        "write" => write::run(),
        "gate" => gate::run(),
        "rules" => rules::run(),
        "log" => log::run(),
        "blobs" => blobs::run(),
        other => bail!("`{other}` is no benchmark: run `cargo xtask bench write|gate|rules|log|blobs`"),
    }
}

/// The folder for files of a benchmark; it should lie on the disk that is asked about.
fn folder() -> Result<PathBuf> {
    let folder = std::env::var_os("ASSENT_BENCH_DIR").context("start it by `cargo xtask bench`")?;
    Ok(PathBuf::from(folder))
}
