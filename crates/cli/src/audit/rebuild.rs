//! Replay in a process of its own: that process sees entries and payloads, and never the tables.
//!
//! It writes nothing before it has read everything, so that the two pipes cannot wait for each other; and so one snapshot
//! of the store serves both the sending and the comparing, however much is written meanwhile.

use std::io::{self, BufReader, BufWriter, Read as _};
use std::process::{Child, Command, Stdio};

use assent_app::replay::{self, Report};
use assent_store::Read;

use crate::problem::Problem;

/// The most of the other process's words that is kept.
const MAX_ERROR_BYTES: u64 = 64 * 1024;

/// Replays the log of `read` in a separate process and compares the outcome with the tables of `read`.
pub(crate) fn replay(read: &dyn Read) -> Result<Report, Problem> {
    let mut child = spawn()?;
    let sent = send(read, &mut child);
    // What is wrong with an entry is what the other process says; a pipe that broke is only its echo.
    let compared = match child.stdout.take() {
        Some(stdout) => replay::compare(read, &mut BufReader::new(stdout)),
        None => return Err(Problem::new("the process that rebuilds has no output")),
    };
    let mut error = String::new();
    if let Some(stderr) = child.stderr.take() {
        drop(stderr.take(MAX_ERROR_BYTES).read_to_string(&mut error));
    }
    let status =
        child.wait().map_err(|error| Problem::new(format!("the process that rebuilds was lost: {error}")))?;
    if !status.success() {
        let cause = error.trim().trim_start_matches("error: ");
        return Ok(failed(
            read,
            if cause.is_empty() { "the process that rebuilds broke off" } else { cause },
        ));
    }
    match (sent, compared) {
        (Err(error), _) | (Ok(()), Err(error)) => Ok(failed(read, &error.to_string())),
        (Ok(()), Ok(report)) => Ok(report),
    }
}

/// The other process: frames in, rows out.
pub(crate) fn rebuild() -> Result<(), Problem> {
    let (stdin, stdout) = (io::stdin().lock(), io::stdout().lock());
    replay::serve(&mut BufReader::new(stdin), &mut BufWriter::new(stdout)).map_err(Problem::new)
}

fn spawn() -> Result<Child, Problem> {
    let program = std::env::current_exe();
    let program =
        program.map_err(|error| Problem::new(format!("this program does not find itself: {error}")))?;
    Command::new(&program)
        .args(["audit", "rebuild"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| Problem::path("started", &program, error))
}

fn send(read: &dyn Read, child: &mut Child) -> Result<(), replay::ReplayError> {
    // Taken, so that it is closed at the end: that is how the other process knows.
    let Some(stdin) = child.stdin.take() else { return Ok(()) };
    replay::send(read, &mut BufWriter::new(stdin)).map(drop)
}

fn failed(read: &dyn Read, cause: &str) -> Report {
    Report {
        entries: read.head().map_or(0, |head| head.size),
        error: Some(cause.to_owned()),
        ..Report::default()
    }
}
