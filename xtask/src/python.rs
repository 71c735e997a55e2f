//! Python environments of our own below the target folder, each made of exact versions.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail, ensure};

use crate::out;
use crate::run::{is_there, target};

/// The oldest Python that the packages run on.
const OLDEST: &str = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))";

/// A Python environment.
pub(crate) struct Environment {
    /// The folder that it is made in.
    pub(crate) folder: &'static str,
    /// What it is for, at the beginning of messages.
    pub(crate) user: &'static str,
    /// A package of it, to try out where installing fails.
    pub(crate) package: &'static str,
    /// All that it holds, each package at one version.
    pub(crate) requirements: &'static str,
}

impl Environment {
    /// The folder of its programs, `python` among them. It is made at the first time, and again when the versions have
    /// changed.
    pub(crate) fn provide(&self) -> Result<PathBuf> {
        let Self { folder, user, package, requirements } = self;
        let folder = target().join("xtask").join(folder);
        let (programs, stamp) = (folder.join("bin"), folder.join("requirements.txt"));
        if programs.join("python").exists()
            && fs::read_to_string(&stamp).is_ok_and(|there| there == *requirements)
        {
            return Ok(programs);
        }
        ensure!(
            is_there("python3", &["-c", OLDEST]),
            "{user} needs `python3`, 3.11 or newer, with the modules venv and ensurepip: on Debian and Ubuntu \
             `apt-get install python3 python3-venv`, elsewhere see https://www.python.org"
        );
        out::line(&format!("installing {package} into a Python environment below the target folder"));
        if folder.exists() {
            fs::remove_dir_all(&folder)
                .with_context(|| format!("`{}` cannot be emptied", folder.display()))?;
        }
        quiet(Command::new("python3").args(["-m", "venv"]).arg(&folder))?;
        let wanted = folder.join("wanted.txt");
        fs::write(&wanted, requirements)?;
        let mut install = Command::new(programs.join("python"));
        install.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]);
        quiet(install.arg("--requirement").arg(&wanted)).with_context(|| {
            format!(
                "{package} comes from the Python package index: look whether `pip download {package}` works here"
            )
        })?;
        fs::rename(&wanted, &stamp)?;
        Ok(programs)
    }
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
