//! `cargo xtask tamper`: whoever can write to the files or the database is an attacker here.
//!
//! One installation with something in every table is made, in a file and in PostgreSQL. In each round every class of change
//! is made once on a fresh copy of it, at a place that chance chooses. The shipped binary has to find each with `assent
//! audit verify --replay`, and to name the place. What cannot be seen from inside (a log cut or rewritten with care, an older
//! state as a whole) it has to find with a checkpoint that was kept elsewhere. What nobody has touched verifies, before and
//! after.

mod database;
mod export;
mod log;
mod state;
mod world;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;

use self::database::Database;
use self::world::{World, copy_log, findings};
use crate::postgres::Postgres;
use crate::rng::Rng;
use crate::{out, server};

/// What to do.
#[derive(Debug, Clone)]
pub struct Plan {
    /// How often each class is tried on each store.
    pub rounds: u64,
    /// Where randomness begins.
    pub seed: u64,
    /// The cargo profile of the binary.
    pub profile: String,
}

/// One class of changes.
#[derive(Clone, Copy)]
struct Class {
    name: &'static str,
    /// Makes the change, and says by which words a finding may name its place.
    change: fn(&mut Database, &mut Rng) -> Result<Vec<String>>,
    /// Whether only a checkpoint that was kept elsewhere shows it.
    outside: bool,
}

impl Class {
    const fn of(name: &'static str, change: fn(&mut Database, &mut Rng) -> Result<Vec<String>>) -> Self {
        Self { name, change, outside: false }
    }

    const fn outside(name: &'static str, change: fn(&mut Database, &mut Rng) -> Result<Vec<String>>) -> Self {
        Self { name, change, outside: true }
    }
}

/// Where the log is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kept {
    Sqlite,
    Postgres,
    Export,
}

impl Kept {
    fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
            Self::Export => "export",
        }
    }
}

/// How often a class was tried, detected, and named.
#[derive(Debug, Default, Clone, Copy)]
struct Counts {
    tried: u64,
    detected: u64,
    named: u64,
}

type Table = BTreeMap<(&'static str, Kept), Counts>;

/// Makes the installation and all changes; gives how many were made. Anything undetected or unnamed is an error, at the end.
pub fn run(plan: &Plan) -> Result<u64> {
    out::step(&format!("tamper: every class of change, {} rounds, seed {}", plan.rounds, plan.seed));
    let binary = server::build("tamper", &plan.profile)?;
    let (postgres, mut rng) = (Postgres::start()?, Rng::new(plan.seed));
    let world = World::make(&binary, &postgres, &mut rng)?;
    let mut run = Run { world: &world, table: Table::new(), missed: Vec::new() };
    run.controls()?;
    for round in 0..plan.rounds {
        run.round(&mut rng).with_context(|| format!("round {round}, seed {}", plan.seed))?;
    }
    run.controls()?;
    run.print();
    let tried = run.table.values().map(|counts| counts.tried).sum();
    ensure!(
        run.missed.is_empty(),
        "{} of {tried} changes were missed:\n{}",
        run.missed.len(),
        run.missed.join("\n")
    );
    out::line(&format!("tamper: {tried} changes, all detected and named; what was not touched verifies"));
    Ok(tried)
}

struct Run<'a> {
    world: &'a World<'a>,
    table: Table,
    missed: Vec<String>,
}

impl Run<'_> {
    /// What nobody has touched is sound.
    fn controls(&self) -> Result<()> {
        for kept in [Kept::Sqlite, Kept::Postgres] {
            self.prepare(kept, "newer")?;
            for outside in [false, true] {
                let found = self.verify(kept, outside)?;
                ensure!(
                    found.is_empty(),
                    "{} was not touched, and is called damaged: {found:?}",
                    kept.name()
                );
            }
        }
        let folder = self.world.folder.join("export");
        if !folder.exists() {
            self.world.export(&folder)?;
        }
        let found = self.verify_export(&folder)?;
        ensure!(found.is_empty(), "the export was not touched, and is called damaged: {found:?}");
        Ok(())
    }

    fn round(&mut self, rng: &mut Rng) -> Result<()> {
        for kept in [Kept::Sqlite, Kept::Postgres] {
            for class in log::CLASSES.iter().chain(&state::CLASSES) {
                self.prepare(kept, "newer")?;
                let mut database = self.open(kept)?;
                let names = (class.change)(&mut database, rng).with_context(|| class.name.to_owned())?;
                drop(database);
                let found = self.verify(kept, class.outside)?;
                self.count(class.name, kept, &names, &found);
            }
            // An older state is sound by itself.
            self.prepare(kept, "older")?;
            let inside = self.verify(kept, false)?;
            ensure!(inside.is_empty(), "an older state is called damaged: {inside:?}");
            let found = self.verify(kept, true)?;
            self.count("an older state as a whole", kept, &["rolled back".to_owned()], &found);
        }
        for class in &export::CLASSES {
            let copy = self.world.folder.join("tampered-export");
            export::copy(&self.world.folder.join("export"), &copy)?;
            let names = (class.change)(&copy, rng).with_context(|| class.name.to_owned())?;
            let found = self.verify_export(&copy)?;
            self.count(class.name, Kept::Export, &names, &found);
        }
        Ok(())
    }

    fn count(&mut self, class: &'static str, kept: Kept, names: &[String], found: &[String]) {
        let counts = self.table.entry((class, kept)).or_default();
        counts.tried += 1;
        let is_placed = names.iter().any(|name| found.iter().any(|line| holds(line, name)));
        counts.detected += u64::from(!found.is_empty());
        counts.named += u64::from(is_placed);
        if !is_placed {
            let found: String = found.join("; ").chars().take(400).collect();
            self.missed.push(format!("{class} ({}): none of {names:?} in [{found}]", kept.name()));
        }
    }

    /// A fresh copy of a state, ready to be tampered with.
    fn prepare(&self, kept: Kept, state: &str) -> Result<()> {
        let copy = self.world.folder.join("tampered");
        copy_log(&self.world.folder.join(state), &copy)?;
        if kept == Kept::Postgres {
            fs::remove_file(copy.join("log.sqlite"))?;
            let mut server = Database::server(&self.world.postgres.address())?;
            server.run("DROP DATABASE IF EXISTS tampered WITH (FORCE)")?;
            server.run(&format!("CREATE DATABASE tampered TEMPLATE {state}"))?;
        }
        Ok(())
    }

    fn open(&self, kept: Kept) -> Result<Database> {
        match kept {
            Kept::Postgres => Database::server(&self.world.address("tampered")),
            Kept::Sqlite | Kept::Export => {
                Database::file(&self.world.folder.join("tampered").join("log.sqlite"))
            }
        }
    }

    fn verify(&self, kept: Kept, outside: bool) -> Result<Vec<String>> {
        let mut command = Command::new(self.world.binary);
        command.args(["audit", "verify", "--output", "json", "--vkey", &self.world.vkey, "--data-dir"]);
        command.arg(self.world.folder.join("tampered"));
        if outside {
            command.arg("--checkpoint").arg(&self.world.checkpoint);
        } else {
            command.arg("--replay");
        }
        if kept == Kept::Postgres {
            command.env("ASSENT_DATABASE_URL", self.world.address("tampered"));
        }
        found_by(&mut command)
    }

    fn verify_export(&self, folder: &Path) -> Result<Vec<String>> {
        let mut command = Command::new(self.world.binary);
        command
            .args(["audit", "verify", "--output", "json", "--vkey", &self.world.vkey, "--export"])
            .arg(folder);
        found_by(command.arg("--checkpoint").arg(&self.world.checkpoint))
    }

    /// As a table that documents can hold.
    fn print(&self) {
        out::line("| what is changed | where | tried | detected | named |");
        out::line("| --- | --- | --- | --- | --- |");
        for ((class, kept), Counts { tried, detected, named }) in &self.table {
            out::line(&format!("| {class} | {} | {tried} | {detected} | {named} |", kept.name()));
        }
    }
}

/// What a verification found. It says yes or no; anything else is an error of its own.
fn found_by(command: &mut Command) -> Result<Vec<String>> {
    let output = command.stdin(Stdio::null()).env("RUST_LOG", "off").output()?;
    let code = output.status.code();
    if !matches!(code, Some(0 | 1)) {
        // A log that cannot even be read is found as well, as long as the message says what is wrong with it.
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        ensure!(
            code == Some(2) && !said.contains("panicked"),
            "the verification ended with {code:?}: {said}"
        );
        return Ok(vec![said]);
    }
    let report: Value = serde_json::from_slice(&output.stdout).context("the verification printed no JSON")?;
    let found = findings(&report);
    if found.is_empty() != (code == Some(0)) {
        bail!("the verification ended with {code:?} and found {found:?}");
    }
    Ok(found)
}

/// Whether a line holds a name, and not the beginning of a longer number.
fn holds(line: &str, name: &str) -> bool {
    line.match_indices(name).any(|(at, _)| {
        let after = line.get(at + name.len()..).and_then(|rest| rest.chars().next());
        let is_digit = |text: Option<char>| text.is_some_and(|c| c.is_ascii_digit());
        !(is_digit(after) && is_digit(name.chars().last()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_not_named_by_a_longer_one() {
        assert!(holds("CHAIN_BROKEN: entry 4 names", "entry 4") && holds("entry 4", "entry 4"));
        assert!(!holds("entry 41 names", "entry 4"));
        assert!(holds("`tile/0/000.p/12`", "tile/0/000"));
    }
}
