//! `cargo xtask reference <command>`: runs a command with the reference implementations that the differential tests of the
//! evaluation engine and of cards ask: NumPy, SciPy, pandas, scikit-learn, fairlearn, AIF360, river, `DataFusion`,
//! `huggingface_hub` and mlcroissant in a Python environment of its own.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::python::Environment;
use crate::run::check;

/// Where the tests find the interpreter.
pub(crate) const VARIABLE: &str = "ASSENT_REFERENCE_PYTHON";

const ENVIRONMENT: Environment = Environment {
    folder: "reference-python",
    user: "the comparison with reference implementations",
    package: "scikit-learn",
    requirements: include_str!("../../crates/eval/tests/differential/requirements.txt"),
};

/// Where the benchmark of drift finds the interpreter that has evidently.
pub(crate) const EVIDENTLY: &str = "ASSENT_EVIDENTLY_PYTHON";

/// evidently wants an older pandas than the others, and much beside it: only the benchmark installs it.
const WITH_EVIDENTLY: Environment = Environment {
    folder: "evidently-python",
    user: "the benchmark of drift beside evidently",
    package: "evidently",
    requirements: include_str!("../../benches/src/evidently-requirements.txt"),
};

/// The interpreter that has evidently.
pub(crate) fn evidently() -> Result<PathBuf> {
    Ok(WITH_EVIDENTLY.provide()?.canonicalize()?.join("python"))
}

/// Where the tests of lineage find the interpreter that has DVC and the client of `OpenLineage`.
pub(crate) const LINEAGE: &str = "ASSENT_LINEAGE_PYTHON";

/// DVC brings many packages of its own, which must not move those of the reference implementations.
const WITH_DVC: Environment = Environment {
    folder: "lineage-python",
    user: "the tests of lineage",
    package: "dvc",
    requirements: include_str!("../../crates/cli/tests/cli/lineage-requirements.txt"),
};

/// The interpreter that has DVC and the client of `OpenLineage`.
pub(crate) fn lineage() -> Result<PathBuf> {
    Ok(WITH_DVC.provide()?.canonicalize()?.join("python"))
}

/// Runs a command that finds that interpreter, and the one of the reference implementations, in its environment.
pub fn run_lineage(command: &[String]) -> Result<()> {
    let (program, arguments) = command
        .split_first()
        .context("name the command to run, for example `cargo xtask lineage cargo nextest run -p assent`")?;
    check(Command::new(program).args(arguments).env(VARIABLE, python()?).env(LINEAGE, lineage()?))
}

/// The interpreter, with everything installed.
pub(crate) fn python() -> Result<PathBuf> {
    let programs = ENVIRONMENT.provide()?;
    Ok(programs.canonicalize()?.join("python"))
}

/// Runs a command that finds the interpreter in its environment.
pub fn run(command: &[String]) -> Result<()> {
    let (program, arguments) = command.split_first().context(
        "name the command to run, for example `cargo xtask reference cargo nextest run -p assent-eval`",
    )?;
    check(Command::new(program).args(arguments).env(VARIABLE, python()?))
}
