//! An end to a run that does not end by itself: it says in which step it stood, as any other failure.

use std::collections::BTreeSet;
use std::fs;
use std::process::{Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::Duration;

/// Tells the watch that the run has ended, when dropped.
#[derive(Debug)]
pub(crate) struct Watch {
    _running: Sender<()>,
}

/// Ends this process with failure once `limit` has passed, unless what this returns was dropped before. `last_words` is called
/// first; then every program that was started by this one, or by those that it has started, is ended: one that goes on
/// would hold on to what we print to, and whoever reads that would wait for it. What has left us for init, as the PostgreSQL
/// that `pg_ctl` starts, stays.
#[expect(clippy::exit, reason = "the thread that would return an exit code is the one that stands still")]
pub(crate) fn over(limit: Duration, last_words: impl FnOnce() + Send + 'static) -> Watch {
    let (running, ended) = channel();
    std::thread::spawn(move || {
        if ended.recv_timeout(limit) == Err(RecvTimeoutError::Timeout) {
            last_words();
            end_descendants();
            std::process::exit(1);
        }
    });
    Watch { _running: running }
}

fn end_descendants() {
    // What is being started while we look is found the next time.
    for _ in 0..3 {
        let all: Vec<String> = descendants(std::process::id()).iter().map(ToString::to_string).collect();
        if !all.is_empty() {
            drop(Command::new("kill").arg("-KILL").args(all).stderr(Stdio::null()).status());
        }
    }
}

/// The running programs below this one, where the system has `/proc`.
fn descendants(of: u32) -> BTreeSet<u32> {
    let parents: Vec<(u32, u32)> = fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .filter_map(|entry| fs::read_to_string(entry.ok()?.path().join("stat")).ok())
        .filter_map(|stat| parent(&stat))
        .collect();
    let mut found = BTreeSet::from([of]);
    while let Some((child, _)) =
        parents.iter().find(|(child, parent)| found.contains(parent) && !found.contains(child))
    {
        found.insert(*child);
    }
    found.remove(&of);
    found
}

/// A process and its parent, from its line in `/proc` (proc(5)), unless it has ended. The name stands in parentheses and may
/// hold anything.
fn parent(stat: &str) -> Option<(u32, u32)> {
    let (before, after) = (stat.split(' ').next()?, stat.rsplit_once(')')?.1);
    let mut fields = after.split_whitespace();
    let state = fields.next()?;
    (state != "Z").then_some((before.parse().ok()?, fields.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_may_hold_anything() {
        assert_eq!(parent("12 (a) b) S 7 12 12 0"), Some((12, 7)));
        assert_eq!(parent("12 (gone) Z 7 12"), None);
        assert_eq!(parent("nonsense"), None);
    }

    #[test]
    fn programs_are_found_two_generations_down() {
        let mut shell = Command::new("sh").args(["-c", "sleep 60 & wait"]).spawn().unwrap();
        let below = |id| {
            let deadline = std::time::Instant::now() + Duration::from_secs(20);
            loop {
                let found = descendants(id);
                if !found.is_empty() || std::time::Instant::now() > deadline {
                    return found;
                }
                std::thread::sleep(Duration::from_millis(5));
            }
        };
        let sleeping = below(shell.id());
        assert_eq!(sleeping.len(), 1);
        let ours = descendants(std::process::id());
        assert!(ours.contains(&shell.id()) && sleeping.is_subset(&ours), "{ours:?}");
        let ids = sleeping.iter().map(ToString::to_string);
        assert!(Command::new("kill").arg("-KILL").args(ids).status().unwrap().success());
        shell.wait().unwrap();
        assert_eq!(descendants(shell.id()), BTreeSet::new());
    }

    /// Set in the process that stands still.
    const STANDS_STILL: &str = "ASSENT_TEST_STANDS_STILL";

    #[test]
    fn a_run_that_stands_still_is_ended_with_all_that_it_started() {
        if std::env::var_os(STANDS_STILL).is_some() {
            let _watch = over(Duration::from_millis(200), || crate::out::line("last words"));
            // It holds what is printed to, as a program does that was started by a step.
            drop(Command::new("sh").args(["-c", "sleep 600 & wait"]).status());
            std::thread::sleep(Duration::from_mins(10));
        }
        let name = "watch::tests::a_run_that_stands_still_is_ended_with_all_that_it_started";
        let ourselves = std::env::current_exe().unwrap();
        let mut ended = Command::new(ourselves);
        ended.args(["--exact", name, "--nocapture"]).env(STANDS_STILL, "1").stderr(Stdio::null());
        // The end of the output is the end of everything that held it.
        let ended = ended.output().unwrap();
        assert_eq!(ended.status.code(), Some(1));
        assert!(String::from_utf8_lossy(&ended.stdout).contains("last words"));
    }
}
