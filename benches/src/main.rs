//! Reproducible benchmarks, each beside its peers: `cargo xtask bench write|gate|rules|log|blobs|audit|drift|eval`.
//!
//! A figure that a document names comes from here. Each benchmark prints the machine and the versions, measures what it is
//! compared with in the same run, and says how far each figure is from its bar: bars are ratios wherever they can be, so
//! that they hold on other machines too. Not a test: nothing fails because a machine is slow.

mod audit;
mod blobs;
mod client;
mod drift;
mod eval;
mod gate;
mod http;
mod log;
mod machine;
mod pack;
mod place;
mod rules;
mod stats;
mod world;
mod write;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};

use xtask::args::Args;

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
    let known = ["entries", "store", "keep", "rows", "rounds", "peers", "growth"];
    let args = Args::parse(std::env::args().skip(1), &known)?;
    let name = args.word(0).unwrap_or_default();
    if let ("eval-job", Some(job), Some(file)) = (name, args.word(1), args.word(2)) {
        return eval::run_job(job, file.as_ref());
    }
    say(&machine::describe());
    match name {
        "write" => write::run(&args),
        "gate" => gate::run(&args),
        "rules" => rules::run(),
        "log" => log::run(),
        "blobs" => blobs::run(),
        "audit" => audit::run(&args),
        "drift" => drift::run(&folder()?, python().as_deref(), evidently().as_deref()),
        "eval" => eval::run(&args, &folder()?, python().as_deref()),
        other => {
            bail!(
                "`{other}` is no benchmark: run `cargo xtask bench write|gate|rules|log|blobs|audit|drift|eval`"
            )
        }
    }
}

/// The folder for files of a benchmark; it should lie on the disk that is asked about.
fn folder() -> Result<PathBuf> {
    let folder = std::env::var_os("ASSENT_BENCH_DIR").context("start it by `cargo xtask bench`")?;
    Ok(PathBuf::from(folder))
}

/// The interpreter that has the reference implementations of metrics, where the peers are asked.
fn python() -> Option<PathBuf> {
    std::env::var_os("ASSENT_REFERENCE_PYTHON").map(PathBuf::from)
}

/// The interpreter that has evidently, where the peers are asked.
fn evidently() -> Option<PathBuf> {
    std::env::var_os("ASSENT_EVIDENTLY_PYTHON").map(PathBuf::from)
}
