//! `cargo xtask bench <name>`: builds the benchmarks with optimisation, and for those that speak HTTP the server too.

use anyhow::{Result, bail};

use crate::powerloss::recorder;
use crate::run::{cargo, check, scratch};
use crate::server;

const NAMES: [&str; 4] = ["write", "gate", "rules", "log"];

/// Runs one benchmark.
pub fn run(name: &str) -> Result<()> {
    if !NAMES.contains(&name) {
        bail!("`{name}` is no benchmark: choose one of {}", NAMES.join(", "));
    }
    let mut bench = cargo(&["run", "--quiet", "--release", "--package", "assent-benches", "--"]);
    bench.arg(name).env("ASSENT_BENCH_DIR", scratch(&format!("bench-{name}"))?);
    if name == "write" {
        bench.env("ASSENT_BENCH_SERVER", server::build("bench", "release", &[])?);
        bench.env("ASSENT_BENCH_RECORDER", recorder::build()?);
    }
    check(&mut bench)
}
