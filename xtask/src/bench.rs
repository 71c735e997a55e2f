//! `cargo xtask bench <name>`: builds the benchmarks and the server with optimisation, and runs one.

use std::process::Command;

use anyhow::{Result, bail};

use crate::powerloss::recorder;
use crate::run::{cargo, check, scratch, target};

const NAMES: [&str; 4] = ["write", "gate", "rules", "log"];

/// Runs one benchmark.
pub fn run(name: &str) -> Result<()> {
    if !NAMES.contains(&name) {
        bail!("`{name}` is no benchmark: choose one of {}", NAMES.join(", "));
    }
    // In one build, so that both share what they are made of.
    check(&mut cargo(&[
        "build",
        "--quiet",
        "--release",
        "--package",
        "assent",
        "--package",
        "assent-benches",
    ]))?;
    let built = target().join("release");
    let mut bench = Command::new(built.join("assent-benches"));
    bench.arg(name).env("ASSENT_BENCH_DIR", scratch(&format!("bench-{name}"))?);
    bench.env("ASSENT_BENCH_SERVER", built.join("assent")).env("ASSENT_BENCH_RECORDER", recorder::build()?);
    check(&mut bench)
}
