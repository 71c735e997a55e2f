//! `cargo xtask bench <name>`: builds the benchmarks and the server with optimisation, and runs one.

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::args::Args;
use crate::out::line;
use crate::powerloss::recorder;
use crate::reference;
use crate::run::{cargo, check, target};

/// A disk that syncs 400 times a second. Virtual disks that acknowledge from a cache sync ten thousand times, and leave
/// nothing to gain by writing together.
const SYNC_US: &str = "2500";

const NAMES: [&str; 8] = ["write", "gate", "rules", "log", "blobs", "audit", "drift", "eval"];

/// Runs one benchmark, with those of its options that it knows.
pub fn run(args: &Args) -> Result<()> {
    let name = args.word(0).unwrap_or_default();
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
    // The processes of PostgreSQL are another user's, who reaches neither the target folder of root nor what is in it.
    let shim = folder("recorder")?.join("libassent_recorder.so");
    std::fs::copy(recorder::build()?, &shim)?;
    let bench = || -> Result<Command> {
        let mut bench = Command::new(built.join("assent-benches"));
        bench.arg(name).args(args.options()).env("ASSENT_BENCH_DIR", folder(name)?);
        bench.env("ASSENT_BENCH_SERVER", built.join("assent")).env("ASSENT_BENCH_RECORDER", &shim);
        let has_peers = match args.text("peers") {
            None => !args.flag("growth"),
            Some("none") => false,
            Some(other) => bail!("`--peers {other}` is not known: it is none, and all without it"),
        };
        if ["drift", "eval"].contains(&name) && has_peers {
            bench.env(reference::VARIABLE, reference::python()?);
        }
        if name == "drift" && has_peers {
            bench.env(reference::EVIDENTLY, reference::evidently()?);
        }
        Ok(bench)
    };
    check(&mut bench()?)?;
    if name == "write" {
        line(
            "\nOnce more, with a disk as the bar has in mind: whatever the disk of this machine does, a sync takes 2.5 ms.",
        );
        check(bench()?.env("LD_PRELOAD", &shim).env("ASSENT_SHIM_SYNC_US", SYNC_US))?;
    }
    Ok(())
}

/// Where a benchmark works: below the folder for temporary files, which `TMPDIR` puts on the disk that is to be measured.
fn folder(name: &str) -> Result<PathBuf> {
    let folder = std::env::temp_dir().join(format!("assent-bench-{name}"));
    // A log of ten million entries takes minutes to make: what an earlier run has kept is used again.
    if name != "audit" && folder.exists() {
        std::fs::remove_dir_all(&folder).with_context(|| format!("`{}` stays", folder.display()))?;
    }
    std::fs::create_dir_all(&folder)?;
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o755))?;
    Ok(folder)
}
