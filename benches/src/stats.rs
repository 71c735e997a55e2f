//! Printing, rates and percentiles.

#![expect(clippy::print_stdout, reason = "a benchmark prints its results")]

use std::hint::black_box;
use std::time::{Duration, Instant};

/// Prints a line.
pub(crate) fn say(text: &str) {
    println!("{text}");
}

/// Prints a figure beside its bar. `met` says whether more or less is better; by how much a bar is missed is said in its
/// own unit.
pub(crate) fn bar(name: &str, figure: f64, unit: &str, bar: Bar) {
    let (Bar::AtLeast(limit) | Bar::AtMost(limit)) = bar;
    let met = bar.is_met(figure);
    let verdict = if met { "met".to_owned() } else { format!("MISSED: {:.2} x the bar", figure / limit) };
    say(&format!("{name:<52} {figure:>12.2} {unit:<10} bar {bar} {unit}: {verdict}"));
}

/// What a figure has to be.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Bar {
    AtLeast(f64),
    AtMost(f64),
}

impl Bar {
    fn is_met(self, figure: f64) -> bool {
        match self {
            Self::AtLeast(limit) => figure >= limit,
            Self::AtMost(limit) => figure <= limit,
        }
    }
}

impl std::fmt::Display for Bar {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::AtLeast(limit) => write!(f, ">= {limit}"),
            Self::AtMost(limit) => write!(f, "<= {limit}"),
        }
    }
}

/// Figures of several stores beside each other.
#[derive(Debug, Default)]
pub(crate) struct Table {
    columns: Vec<&'static str>,
    rows: Vec<Line>,
}

#[derive(Debug)]
struct Line {
    name: String,
    unit: &'static str,
    bar: Option<Bar>,
    figures: Vec<(&'static str, f64)>,
}

impl Table {
    /// Adds a figure of a store.
    pub(crate) fn put(
        &mut self,
        store: &'static str,
        name: &str,
        figure: f64,
        unit: &'static str,
        bar: Option<Bar>,
    ) {
        if !self.columns.contains(&store) {
            self.columns.push(store);
        }
        match self.rows.iter_mut().find(|line| line.name == name) {
            Some(line) => line.figures.push((store, figure)),
            None => {
                self.rows.push(Line { name: name.to_owned(), unit, bar, figures: vec![(store, figure)] });
            }
        }
    }

    /// Prints all of it.
    pub(crate) fn show(&self, title: &str) {
        let heads: Vec<_> = self.columns.iter().map(|column| format!("{column:>22}")).collect();
        say(&format!("\n{title:<60}{}", heads.concat()));
        for line in &self.rows {
            let cells = self.columns.iter().map(|column| {
                let found = line.figures.iter().find(|(store, _)| store == column);
                found.map_or_else(|| format!("{:>22}", "-"), |(_, figure)| line.cell(*figure))
            });
            let (cells, name): (String, _) = (cells.collect(), format!("{}, {}", line.name, line.unit));
            let bar = line.bar.map_or_else(String::new, |bar| format!("  bar {bar}"));
            say(&format!("{:<60}{cells}{bar}", name.trim_end_matches(", ")));
        }
    }
}

impl Line {
    fn cell(&self, figure: f64) -> String {
        let verdict = match self.bar {
            None => "",
            Some(bar) if bar.is_met(figure) => " met",
            Some(_) => " MISSED",
        };
        format!("{:>22}", format!("{figure:.2}{verdict}"))
    }
}

/// Prints a figure that has no bar.
pub(crate) fn figure(name: &str, figure: f64, unit: &str) {
    say(&format!("{name:<52} {figure:>12.2} {unit}"));
}

/// How often something can be done in a second, called for at least `span`.
pub(crate) fn rate<T>(span: Duration, mut action: impl FnMut() -> T) -> f64 {
    let (begun, mut count) = (Instant::now(), 0_u32);
    loop {
        for _ in 0..16 {
            drop(black_box(action()));
        }
        count += 16;
        let elapsed = begun.elapsed();
        if elapsed >= span {
            return f64::from(count) / elapsed.as_secs_f64();
        }
    }
}

/// Latencies.
#[derive(Debug, Default)]
pub(crate) struct Times(Vec<Duration>);

impl Times {
    /// One more.
    pub(crate) fn push(&mut self, time: Duration) {
        self.0.push(time);
    }

    /// All of another.
    pub(crate) fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// The time that so many of a thousand stay below, in milliseconds (nearest rank).
    pub(crate) fn permille(&mut self, permille: usize) -> f64 {
        self.0.sort_unstable();
        let rank = (self.0.len() * permille).div_ceil(1_000).max(1) - 1;
        self.0.get(rank).map_or(0.0, |time| time.as_secs_f64() * 1e3)
    }
}

/// What others do on the machine: the load of the last minute.
pub(crate) fn machine_load() -> String {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    load.split_whitespace().next().unwrap_or("unknown").to_owned()
}

/// A count as a number to divide.
pub(crate) fn number(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::MAX, f64::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_of_nearest_rank() {
        let mut times = Times::default();
        (1..=200).rev().for_each(|ms| times.push(Duration::from_millis(ms)));
        assert!((times.permille(500) - 100.0).abs() < 1e-9);
        assert!((times.permille(990) - 198.0).abs() < 1e-9);
        assert!((times.permille(1_000) - 200.0).abs() < 1e-9);
        assert!(Times::default().permille(990).abs() < 1e-9);
    }
}
