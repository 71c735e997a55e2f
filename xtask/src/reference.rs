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
