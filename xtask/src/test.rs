//! `cargo xtask test`: the one command that runs everything, in the order in which it is best to hear of a failure.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, anyhow, ensure};

use crate::postgres::{self, Postgres};
use crate::run::{cargo, check, is_there, shown, target};
use crate::site::Kind;
use crate::{crash, fault, out, powerloss, reference, replicas, sabotage, schemathesis, tamper, tidy, watch};

/// Kills in the short run.
pub const CRASH_ROUNDS: u64 = 20;
/// Calls that fail in the short run.
pub const FAULT_ROUNDS: u64 = 36;
/// Losses of power in the short run.
pub const POWERLOSS_ROUNDS: u64 = 80;
/// Failures of servers and of their database in the short run.
pub const REPLICAS_ROUNDS: u64 = 6;
/// How often each class of change is tried in the short run.
pub const TAMPER_ROUNDS: u64 = 1;

/// How long requests are made up in the short run.
pub const SCHEMATHESIS_SECONDS: u64 = 60;

/// A run that takes longer stands still somewhere.
const LIMIT: Duration = Duration::from_mins(80);

/// The conformance suite of the rule language.
const CEL_SPEC: Npm =
    Npm { folder: "cel-spec", name: "@bufbuild/cel-spec", version: "0.6.1", user: "the rule language" };
/// A provider to log in with.
const OIDC_PROVIDER: Npm =
    Npm { folder: "oidc-provider", name: "oidc-provider", version: "9.13.3", user: "log-ins" };

/// How many tests a step ran, all of which passed.
type Passed = u64;

type Step = (&'static str, fn() -> Result<Passed>);

const STEPS: [Step; 14] = [
    ("formatting", || one(&["fmt", "--all", "--check"])),
    ("tidy", || tidy::run().map(|()| 1)),
    ("lints", || one(&["clippy", "--quiet", "--workspace", "--all-targets", "--", "-D", "warnings"])),
    ("tests", tests),
    ("documentation tests", doc_tests),
    ("documentation", documentation),
    ("dependencies", dependencies),
    ("sabotage", sabotage::run),
    ("crash", || {
        let (profile, stores) = ("dev".to_owned(), vec![Kind::Sqlite, Kind::Postgres]);
        crash::run(&crash::Plan { rounds: CRASH_ROUNDS, seed: 1, profile, stores }).map(|()| CRASH_ROUNDS)
    }),
    ("fault", || {
        let (profile, stores) = ("dev".to_owned(), vec![Kind::Sqlite, Kind::Postgres]);
        fault::run(&fault::Plan { rounds: FAULT_ROUNDS, seed: 1, profile, stores }).map(|()| FAULT_ROUNDS)
    }),
    ("powerloss", || {
        let (profile, stores) = ("dev".to_owned(), vec![Kind::Sqlite, Kind::Postgres]);
        let plan = powerloss::Plan { rounds: POWERLOSS_ROUNDS, seed: 1, profile, stores };
        powerloss::run(&plan).map(|()| POWERLOSS_ROUNDS)
    }),
    ("replicas", || {
        let plan = replicas::Plan { rounds: REPLICAS_ROUNDS, seed: 1, profile: "dev".to_owned() };
        replicas::run(&plan).map(|()| REPLICAS_ROUNDS)
    }),
    ("tamper", || tamper::run(&tamper::Plan { rounds: TAMPER_ROUNDS, seed: 1, profile: "dev".to_owned() })),
    ("schemathesis", || {
        let (seconds, profile) = (SCHEMATHESIS_SECONDS, "dev".to_owned());
        schemathesis::run(&schemathesis::Plan { seconds, seed: 1, profile })
    }),
];

/// What is known of a run.
#[derive(Debug, Default)]
struct Totals {
    passed: Passed,
    failed: u64,
    times: Vec<String>,
    /// The step that is running.
    running: Option<(&'static str, Instant)>,
}

impl Totals {
    fn begin(&mut self, name: &'static str) {
        self.running = Some((name, Instant::now()));
    }

    /// The end of the running step.
    fn end(&mut self, outcome: &Result<Passed>) {
        let Some((name, begun)) = self.running.take() else { return };
        let seconds = begun.elapsed().as_secs();
        match outcome {
            Ok(count) => {
                self.passed += count;
                self.times.push(format!("{seconds:>6} s  ok      {name}"));
            }
            Err(error) => {
                let error = format!("{error:#}");
                out::line(&format!("error: {name}: {error}"));
                self.failed += 1;
                self.times.push(format!("{seconds:>6} s  FAILED  {name}: {}", first_line(&error)));
            }
        }
    }

    fn show(&self) {
        out::step("times");
        for line in &self.times {
            out::line(line);
        }
        out::line(&format!("\n{} passed, {} failed", self.passed, self.failed));
    }
}

/// Runs every step, and says how long each took. The last line has the totals; whether all is well.
pub fn run() -> Result<bool> {
    let totals = Arc::new(Mutex::new(Totals::default()));
    let late = Arc::clone(&totals);
    let _watch = watch::over(LIMIT, move || {
        let mut totals = lock(&late);
        totals.end(&Err(anyhow!("there is no end {} minutes after the beginning", LIMIT.as_secs() / 60)));
        totals.show();
    });
    provide();
    for (name, step) in STEPS {
        out::step(name);
        lock(&totals).begin(name);
        let outcome = step();
        lock(&totals).end(&outcome);
    }
    let totals = lock(&totals);
    totals.show();
    Ok(totals.failed == 0)
}

fn lock(totals: &Mutex<Totals>) -> MutexGuard<'_, Totals> {
    totals.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Installs packages of Debian that are missing, where that can be done. Where it cannot, the step that needs one says how to
/// get it.
fn provide() {
    for (package, there) in
        [("strace", is_there("strace", &["-V"])), ("postgresql", postgres::is_installed())]
    {
        if !there && is_there("apt-get", &["--version"]) {
            out::line(&format!("{package} is not installed: installing it"));
            let arguments = ["install", "--yes", "--no-install-recommends", package];
            if let Err(error) = check(Command::new("apt-get").args(arguments)) {
                out::line(&format!("{package} was not installed: {error:#}"));
            }
        }
    }
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

fn one(arguments: &[&str]) -> Result<Passed> {
    check(&mut cargo(arguments)).map(|()| 1)
}

fn tests() -> Result<Passed> {
    ensure_subcommand("nextest", "cargo-nextest")?;
    let mut command = cargo(&["nextest", "run", "--workspace", "--no-fail-fast", "--status-level", "fail"]);
    let postgres = Postgres::start()?;
    command.env("ASSENT_CEL_SPEC", CEL_SPEC.provide()?).env("ASSENT_OIDC_PROVIDER", OIDC_PROVIDER.provide()?);
    command.env(reference::VARIABLE, reference::python()?).env(reference::LINEAGE, reference::lineage()?);
    command.envs(postgres.variables());
    let (code, lines) = shown(&mut command)?;
    let passed = summary(&lines).context("nextest has printed no summary")?;
    ensure!(code == 0, "tests failed: {passed} passed");
    Ok(passed)
}

/// Installs a subcommand of cargo where it is missing.
fn ensure_subcommand(name: &str, package: &str) -> Result<()> {
    if is_there("cargo", &[name, "--version"]) {
        return Ok(());
    }
    out::line(&format!("{package} is not installed: installing it"));
    let install = ["install", "--locked", package];
    check(&mut cargo(&install)).with_context(|| format!("install it with `cargo {}`", install.join(" ")))
}

/// An npm package that tests use.
struct Npm {
    /// The folder that it is installed in.
    folder: &'static str,
    name: &'static str,
    version: &'static str,
    /// Who needs it.
    user: &'static str,
}

impl Npm {
    /// The folder of the package, fetched at the first time.
    fn provide(&self) -> Result<PathBuf> {
        let Self { name, version, user, .. } = self;
        let folder = target().join("xtask").join(self.folder);
        let package = folder.join("node_modules").join(name);
        let held = format!("\"version\": \"{version}\"");
        let manifest = fs::read_to_string(package.join("package.json")).unwrap_or_default();
        if !manifest.contains(&held) {
            fs::create_dir_all(&folder)?;
            let wanted = format!("{name}@{version}");
            let mut install = Command::new("npm");
            install
                .args(["install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix"])
                .arg(&folder)
                .arg(&wanted);
            check(&mut install).with_context(|| {
                format!("the tests of {user} need npm (of Node) for `npm install {wanted}`: install Node")
            })?;
        }
        Ok(package.canonicalize()?)
    }
}

fn doc_tests() -> Result<Passed> {
    let (code, lines) = shown(&mut cargo(&["test", "--quiet", "--workspace", "--doc"]))?;
    ensure!(code == 0, "examples in the documentation failed");
    Ok(lines.iter().filter_map(|line| counted(line, "test result: ok. ", " passed")).sum())
}

fn documentation() -> Result<Passed> {
    let mut doc = cargo(&["doc", "--quiet", "--workspace", "--no-deps", "--document-private-items"]);
    check(doc.env("RUSTDOCFLAGS", "-D warnings")).map(|()| 1)
}

/// The whole of `deny.toml`; tidy has checked what must never slip before anything was built.
fn dependencies() -> Result<Passed> {
    ensure_subcommand("deny", "cargo-deny")?;
    // Also what only other platforms need, which no build here has fetched.
    check(&mut cargo(&["fetch", "--quiet", "--locked"]))?;
    one(&["deny", "--offline", "--log-level", "error", "check", "bans", "licenses", "sources"])
}

/// How many tests nextest says have passed.
fn summary(lines: &[String]) -> Option<u64> {
    let line =
        lines.iter().rev().find(|line| line.contains(" tests run: ") || line.contains(" test run: "))?;
    let (before, _) = line.split_once(" passed")?;
    before.rsplit(' ').next()?.parse().ok()
}

fn counted(line: &str, before: &str, after: &str) -> Option<u64> {
    line.strip_prefix(before)?.split_once(after)?.0.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn totals_are_read_from_what_the_runners_print() {
        let line = |text: &str| vec![text.to_owned(), "other".to_owned()];
        let text = "     Summary [   1.117s] 1234 tests run: 1233 passed (2 slow), 1 failed, 3 skipped";
        assert_eq!(summary(&line(text)), Some(1_233));
        assert_eq!(summary(&line("     Summary [   0.1s] 1 test run: 1 passed, 0 skipped")), Some(1));
        assert_eq!(summary(&line("nothing")), None);
        let doc = "test result: ok. 12 passed; 0 failed; 0 ignored";
        assert_eq!(counted(doc, "test result: ok. ", " passed"), Some(12));
    }
}
