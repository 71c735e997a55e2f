//! The binary, data directories, and a server in a process of its own.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

/// The binary, without anything of this environment that it would listen to.
pub(crate) fn assent() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_assent"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("ASSENT_") || name == "RUST_LOG" || name == "COLUMNS" {
            command.env_remove(name);
        }
    }
    command
}

/// What a run gave.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Run {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

/// How long a command may take. The longest trains a network.
const LIMIT: Duration = Duration::from_mins(3);

/// Runs to the end. What does not come to one is ended and named, with what it had said.
pub(crate) fn run(command: &mut Command) -> Run {
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let (id, name) = (child.id(), format!("{command:?}"));
    let (ended, end) = channel::<()>();
    let watch = thread::spawn(move || {
        let is_late = end.recv_timeout(LIMIT) == Err(RecvTimeoutError::Timeout);
        if is_late {
            let killed = Command::new("kill").args(["-KILL", &id.to_string()]).status();
            assert!(killed.unwrap().success(), "{name} cannot be ended");
        }
        is_late
    });
    let Output { status, stdout, stderr } = child.wait_with_output().unwrap();
    drop(ended);
    let (stdout, stderr) = (String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap());
    assert!(!watch.join().unwrap(), "{command:?} did not end; it had said: {stdout}{stderr}");
    Run { code: status.code().unwrap(), stdout, stderr }
}

/// Runs with these arguments.
pub(crate) fn assent_with(arguments: &[&str]) -> Run {
    run(assent().args(arguments))
}

/// A file of the repository.
pub(crate) fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

/// A finished demo: its folder, its data directory, and its document.
pub(crate) fn demo() -> (TempDir, PathBuf, Value) {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let told = run(assent().args(["demo", "--exit", "--output", "json", "--data-dir"]).arg(&data));
    assert_eq!(told.code, 0, "{} {}", told.stdout, told.stderr);
    (folder, data, told.json())
}

pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// A server on a data directory.
pub(crate) struct Server {
    child: Child,
    /// What it said when it started.
    pub(crate) started: Value,
}

impl Server {
    pub(crate) fn start(data: &Path, listen: &str) -> Self {
        Self::start_with(data, listen, &[])
    }

    /// The same, with these variables in its environment.
    pub(crate) fn start_with(data: &Path, listen: &str, variables: &[(&str, &str)]) -> Self {
        let mut child = assent()
            .envs(variables.iter().copied())
            .args(["serve", "--output", "json", "--listen", listen, "--data-dir"])
            .arg(data)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let (mut text, mut started) = (String::new(), Value::Null);
        // The document ends with the line of its closing brace.
        while started.is_null() {
            let read = stdout.read_line(&mut text).unwrap();
            started = serde_json::from_str(&text).unwrap_or_default();
            if read == 0 {
                let mut said = String::new();
                child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
                panic!("the server did not start: {text} {said}");
            }
        }
        Self { child, started }
    }

    pub(crate) fn url(&self) -> &str {
        self.started["url"].as_str().unwrap()
    }

    /// Sends it a signal.
    pub(crate) fn signal(&self, signal: &str) {
        let sent = Command::new("kill").args(["-s", signal]).arg(self.child.id().to_string()).status();
        assert!(sent.unwrap().success());
    }

    /// Asks it to end, and waits until it has.
    pub(crate) fn stop(mut self) {
        let asked = Command::new("kill").arg(self.child.id().to_string()).status().unwrap();
        assert!(asked.success());
        assert!(self.child.wait().unwrap().success(), "a server that is asked to end ends well");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // After `stop` this does nothing.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
