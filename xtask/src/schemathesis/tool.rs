//! The program `schemathesis`, in a Python environment of its own below the target folder.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail, ensure};

use crate::out;
use crate::run::{is_there, target};

/// The program and all that it needs, each at one version.
const REQUIREMENTS: &str = include_str!("requirements.txt");
/// The oldest Python that the program runs on.
const OLDEST: &str = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))";

/// Where the program stands; it is installed at the first time, and again when its version here has changed.
pub(super) fn installed() -> Result<PathBuf> {
    let folder = target().join("xtask").join("schemathesis-python");
    let (program, stamp) = (folder.join("bin").join("st"), folder.join("requirements.txt"));
    if program.exists() && fs::read_to_string(&stamp).is_ok_and(|there| there == REQUIREMENTS) {
        return Ok(program);
    }
    ensure!(
        is_there("python3", &["-c", OLDEST]),
        "schemathesis needs `python3`, 3.10 or newer, with the modules venv and ensurepip: on Debian and Ubuntu \
         `apt-get install python3 python3-venv`, elsewhere see https://www.python.org"
    );
    out::line("installing schemathesis into a Python environment below the target folder");
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| format!("`{}` cannot be emptied", folder.display()))?;
    }
    quiet(Command::new("python3").args(["-m", "venv"]).arg(&folder))?;
    let wanted = folder.join("wanted.txt");
    fs::write(&wanted, REQUIREMENTS)?;
    let mut install = Command::new(folder.join("bin").join("python"));
    install.args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--no-deps",
        "--requirement",
    ]);
    quiet(install.arg(&wanted)).context(
        "schemathesis comes from the Python package index: look whether `pip download schemathesis` works here",
    )?;
    fs::rename(&wanted, &stamp)?;
    Ok(program)
}

/// Runs to the end; where it fails, what it printed is the error.
fn quiet(command: &mut Command) -> Result<()> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.stdin(Stdio::null()).output();
    let output = output.with_context(|| format!("`{name}` cannot be started"))?;
    if !output.status.success() {
        let said = [output.stdout, output.stderr].concat();
        bail!("`{name}` ended with {}:\n{}", output.status, String::from_utf8_lossy(&said).trim());
    }
    Ok(())
}
