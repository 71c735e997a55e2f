//! What jobs took, over several rounds.

use std::collections::BTreeMap;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use crate::stats::say;

/// Figures of an evaluation by name.
pub(super) type Figures = BTreeMap<String, f64>;

/// What one run of a job took.
#[derive(Clone, Debug, Default)]
pub(super) struct Took {
    pub(super) cpu: f64,
    pub(super) wall: f64,
    pub(super) peak: f64,
    pub(super) figures: Figures,
    /// The parts that the job consists of, where it tells them.
    pub(super) parts: Vec<Part>,
}

/// A part of a job.
#[derive(Clone, Debug)]
pub(super) struct Part {
    pub(super) name: String,
    pub(super) wall: f64,
    pub(super) cpu: f64,
}

impl Took {
    /// Runs a job, which prints what it took.
    pub(super) fn by(command: &mut Command) -> Result<Self> {
        let output = command.output().with_context(|| format!("{command:?} cannot be started"))?;
        ensure!(output.status.success(), "a job failed: {}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8(output.stdout)?;
        let last = text.lines().last().context("a job printed nothing")?;
        let answer: Value = serde_json::from_str(last)?;
        let number = |name: &str| answer.get(name).and_then(Value::as_f64);
        let parts = answer.get("parts").and_then(Value::as_array).into_iter().flatten();
        let parts = parts.filter_map(|part| {
            let number = |place: usize| part.get(place).and_then(Value::as_f64);
            Some(Part { name: part.get(0)?.as_str()?.to_owned(), wall: number(1)?, cpu: number(2)? })
        });
        let parts: Vec<Part> = parts.collect();
        let sum = |of: fn(&Part) -> f64| parts.iter().map(of).sum();
        Ok(Self {
            cpu: number("cpu").unwrap_or_else(|| sum(|part| part.cpu)),
            wall: number("wall").unwrap_or_else(|| sum(|part| part.wall)),
            peak: number("peak").context("a job did not say what memory it took")?,
            figures: serde_json::from_value(answer.get("figures").cloned().unwrap_or_default())?,
            parts,
        })
    }

    /// The job without one of its parts.
    pub(super) fn without(&self, part: &str) -> Self {
        let mut rest = self.clone();
        for part in self.parts.iter().filter(|known| known.name == part) {
            rest.cpu -= part.cpu;
            rest.wall -= part.wall;
        }
        rest
    }
}

/// All runs of all jobs.
#[derive(Debug, Default)]
pub(super) struct Turns(BTreeMap<String, Vec<Took>>);

impl Turns {
    /// One more run of a job.
    pub(super) fn put(&mut self, job: &str, took: Took) {
        self.0.entry(job.to_owned()).or_default().push(took);
    }

    /// The median of each measure of a job; figures and parts are those of its first run.
    pub(super) fn median(&self, job: &str) -> Took {
        let Some(first) = self.0.get(job).and_then(|runs| runs.first()) else { return Took::default() };
        let middle = |of: fn(&Took) -> f64| {
            let sorted = self.sorted(job, of);
            sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
        };
        let (cpu, wall, peak) = (middle(|took| took.cpu), middle(|took| took.wall), middle(|took| took.peak));
        Took { cpu, wall, peak, ..first.clone() }
    }

    /// Prints a line of the table.
    pub(super) fn show(&self, job: &str, name: &str) {
        let range = |of: fn(&Took) -> f64| {
            let sorted = self.sorted(job, of);
            let at = |place: usize| sorted.get(place).copied().unwrap_or(f64::NAN);
            format!("{:.2} ({:.2} to {:.2})", at(sorted.len() / 2), at(0), at(sorted.len().saturating_sub(1)))
        };
        let peak = self.median(job).peak / 1e6;
        say(&format!(
            "{name:<52} {:>20} {:>20} {peak:>10.0}",
            range(|took| took.cpu),
            range(|took| took.wall)
        ));
    }

    fn sorted(&self, job: &str, of: fn(&Took) -> f64) -> Vec<f64> {
        let mut all: Vec<f64> = self.0.get(job).into_iter().flatten().map(of).collect();
        all.sort_by(f64::total_cmp);
        all
    }
}
