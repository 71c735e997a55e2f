//! `strace`: which calls a server makes on its files, and which of them were made to fail.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};

use crate::run::is_there;
use crate::server::Home;

/// The calls by which names and bytes get onto a disk. `lseek` is made before each write into a staging file of the blobs,
/// whose name nobody knows beforehand: where it fails, that write fails.
pub(super) const CALLS: [&str; 11] = [
    "pwrite64",
    "write",
    "fsync",
    "fdatasync",
    "ftruncate",
    "fallocate",
    "openat",
    "rename",
    "unlink",
    "mkdir",
    "lseek",
];
/// Calls that can be made to fail without naming a file: nothing but the stores makes them.
const ANYWHERE: [&str; 4] = ["fsync", "rename", "mkdir", "lseek"];
/// How long the last lines of a trace may take to come.
const LAST_LINES: Duration = Duration::from_secs(10);

/// Where a call is made to fail.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    /// On this file or folder, named from the folder of the installation on.
    At(String),
    /// Below the folder of the blobs: file names there are chance, so calls everywhere are counted.
    Blobs,
}

impl Place {
    /// For people.
    pub(super) fn name(&self) -> &str {
        match self {
            Self::At(path) => path,
            Self::Blobs => "data/blobs",
        }
    }
}

/// One line of a trace that is about a file of the installation.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Call {
    /// Thread.
    thread: u32,
    /// Seconds since 1970.
    pub(super) at: f64,
    /// The call.
    pub(super) name: String,
    /// The file, from the folder of the installation on; what lies elsewhere is absent.
    pub(super) path: Option<String>,
    /// Whether it was made to fail.
    pub(super) injected: bool,
}

/// Refuses to go on without the program.
pub(crate) fn ensure_there() -> Result<()> {
    ensure!(
        is_there("strace", &["-V"]),
        "this needs `strace`, on Linux: on Debian and Ubuntu `apt-get install strace`, on Fedora `dnf install strace`"
    );
    ensure!(
        is_there("strace", &["-f", "-o", "/dev/null", "true"]),
        "`strace` may not trace here: it needs ptrace, in a container `--cap-add SYS_PTRACE`"
    );
    Ok(())
}

/// The server under the tracer, which is no parent of it: who kills the child kills the server.
pub(super) fn command(binary: &Path, trace: &Path, fault: &[String]) -> Command {
    let mut command = Command::new("strace");
    command.args(["-D", "-f", "-y", "-ttt", "-q", "-o"]).arg(trace);
    if fault.is_empty() {
        command.args(["-e", &format!("trace={}", CALLS.join(","))]);
    }
    command.args(fault).arg("--").arg(binary);
    command
}

/// Reads a trace once the tracer has written that the process ended.
pub(super) fn read(trace: &Path, process: u32, home: &Path) -> Result<Vec<Call>> {
    let begun = Instant::now();
    let ended = |text: &str| {
        text.lines()
            .rev()
            .take(64)
            .any(|line| line.split_whitespace().next() == Some(&process.to_string()) && line.contains("+++ "))
    };
    loop {
        let bytes = fs::read(trace).with_context(|| format!("`{}` cannot be read", trace.display()))?;
        let text = String::from_utf8_lossy(&bytes);
        if ended(&text) || begun.elapsed() > LAST_LINES {
            let home = home.to_string_lossy();
            return Ok(text.lines().filter_map(|line| call(line, &home)).collect());
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Whether the process was killed, by the trace.
pub(super) fn was_killed(trace: &Path) -> Result<bool> {
    Ok(String::from_utf8_lossy(&fs::read(trace)?).contains("+++ killed by SIGKILL"))
}

/// `22862 1795240988.115720 fsync(33</folder/data/log.sqlite>) = 0`
fn call(line: &str, home: &str) -> Option<Call> {
    let (thread, rest) = line.split_once(' ')?;
    let (at, rest) = rest.trim_start().split_once(' ')?;
    let (name, arguments) = match rest.strip_prefix("<... ") {
        // The second half of a call; it names the file only in the first half.
        Some(resumed) => resumed.split_once(" resumed>")?,
        None => rest.split_once('(')?,
    };
    if !CALLS.contains(&name) {
        return None;
    }
    Some(Call {
        thread: thread.parse().ok()?,
        at: at.parse().ok()?,
        name: name.to_owned(),
        path: path(name, arguments, home),
        injected: line.contains("(INJECTED)"),
    })
}

fn path(name: &str, arguments: &str, home: &str) -> Option<String> {
    let quoted = || arguments.split('"').nth(1);
    let path = match name {
        "openat" | "rename" | "unlink" | "mkdir" => quoted()?,
        _ => arguments.split_once('<')?.1.split_once('>')?.0,
    };
    let inside = path.strip_prefix(home)?.trim_start_matches('/');
    (!inside.is_empty()).then(|| inside.to_owned())
}

/// How often each call is made at each place, by the thread that makes it most often: the tracer counts for each thread.
pub(super) fn places(calls: &[Call]) -> BTreeMap<(String, Place), u64> {
    let mut threads: BTreeMap<(String, Place, u32), u64> = BTreeMap::new();
    let mut everywhere: BTreeMap<(&str, u32), u64> = BTreeMap::new();
    let mut below_blobs: BTreeMap<&str, u64> = BTreeMap::new();
    for call in calls.iter().filter(|call| call.path.is_some()) {
        let Some(path) = &call.path else { continue };
        *everywhere.entry((&call.name, call.thread)).or_default() += 1;
        if path.starts_with("data/blobs/") {
            *below_blobs.entry(&call.name).or_default() += 1;
        } else if !path.ends_with("-shm") && call.name != "lseek" {
            // The shared memory of the log is an index of it in memory, made anew by whoever opens it.
            *threads.entry((call.name.clone(), Place::At(path.clone()), call.thread)).or_default() += 1;
        }
    }
    let mut most = BTreeMap::new();
    for ((name, place, _), count) in threads {
        let held: &mut u64 = most.entry((name, place)).or_default();
        *held = (*held).max(count);
    }
    for ((name, _), count) in everywhere {
        if ANYWHERE.contains(&name) && below_blobs.contains_key(name) {
            let held: &mut u64 = most.entry((name.to_owned(), Place::Blobs)).or_default();
            *held = (*held).max(count);
        }
    }
    most
}

/// The options that make the `when`th of these calls at that place fail.
pub(super) fn options(call: &str, place: &Place, when: u64, fault: &str, home: &Home) -> Vec<String> {
    let mut options = vec!["-e".to_owned(), format!("trace={call}")];
    options.extend(["-e".to_owned(), format!("inject={call}:{fault}:when={when}")]);
    if let Place::At(path) = place {
        let folder = home.data.parent().map_or_else(PathBuf::new, Path::to_path_buf);
        options.extend(["-P".to_owned(), folder.join(path).to_string_lossy().into_owned()]);
    }
    options
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRACE: &str = "\
7 1.5 openat(AT_FDCWD</tmp>, \"/h/data/log.sqlite-wal\", O_RDWR|O_CREAT, 0600) = 9</h/data/log.sqlite-wal>
7 1.6 pwrite64(9</h/data/log.sqlite-wal>, \"abc\"..., 24, 0) = 24
8 1.7 pwrite64(9</h/data/log.sqlite-wal>, \"abc\"..., 24, 24) = 24
7 1.8 pwrite64(9</h/data/log.sqlite-wal>, \"abc\"..., 24, 48 <unfinished ...>
8 1.9 write(4<anon_inode:[eventfd]>, \"\\1\", 8) = 8
7 2.0 <... pwrite64 resumed>) = 24
8 2.1 rename(\"/h/data/blobs/incoming/1\", \"/h/data/blobs/sha256/aa/1\") = 0
8 2.2 fsync(9</h/data/log.sqlite-wal>) = -1 EIO (Input/output error) (INJECTED)
8 2.3 futex(0x1, FUTEX_WAIT) = 0
8 2.4 +++ exited with 0 +++";

    #[test]
    fn calls_are_counted_by_place_and_thread() {
        let calls: Vec<Call> = TRACE.lines().filter_map(|line| call(line, "/h")).collect();
        let injected: Vec<(&str, Option<&str>, f64)> = calls
            .iter()
            .filter(|call| call.injected)
            .map(|call| (call.name.as_str(), call.path.as_deref(), call.at))
            .collect();
        assert_eq!(injected, [("fsync", Some("data/log.sqlite-wal"), 2.2)]);
        let wal = || Place::At("data/log.sqlite-wal".to_owned());
        let counted: Vec<_> = places(&calls).into_iter().collect();
        assert_eq!(
            counted,
            [
                (("fsync".to_owned(), wal()), 1),
                (("openat".to_owned(), wal()), 1),
                (("pwrite64".to_owned(), wal()), 2),
                (("rename".to_owned(), Place::Blobs), 1),
            ]
        );
    }
}
