//! `eval`: the evaluation of a Parquet file beside scikit-learn and fairlearn, and beside the mere reading of its columns.
//!
//! Everything that is measured runs in a process of its own, in turn, several times; the figures of ours and of the peers
//! are compared in the same run. Ratios to a peer are those of whole jobs, the reading of the file on both sides, and then, less
//! fair to ours, of our whole job to the peer's computing alone. Loading Python's packages counts on neither side.

mod data;
mod ours;
mod took;

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use xtask::args::Args;

pub(crate) use self::ours::run as run_job;
use self::took::{Took, Turns};
use crate::stats::{Bar, bar, figure, machine_load, say};

const PEERS: &str = include_str!("peers.py");
/// Every metric of a peer has to be ours to this.
const AGREEMENT: f64 = 1e-9;
/// Rows beyond which a peer that takes minutes is measured once.
const MANY_ROWS: u64 = 5_000_000;

/// Our jobs, and what they are.
const JOBS: [(&str, &str); 5] = [
    ("read", "reading the columns"),
    ("groups", "counts and fairness by three attributes"),
    ("bins", "all figures, scores as a histogram"),
    ("exact", "performance, ROC AUC exact"),
    ("all", "performance and fairness, ROC AUC exact"),
];

/// Runs the benchmark with its files in `folder`; `python` is the interpreter that has the peers.
pub(crate) fn run(args: &Args, folder: &Path, python: Option<&Path>) -> Result<()> {
    let rounds = args.number("rounds", 3)?.max(1);
    if args.flag("growth") {
        return growth(folder, rounds);
    }
    let sizes = match args.text("rows") {
        Some(_) => vec![args.number("rows", 0)?],
        None => vec![1_000_000, 10_000_000],
    };
    if let Some(python) = python {
        say(&versions(python)?);
    }
    for rows in sizes {
        compare(folder, rows, rounds, python)?;
    }
    Ok(())
}

fn compare(folder: &Path, rows: u64, rounds: u64, python: Option<&Path>) -> Result<()> {
    let file = data::file(folder, rows)?;
    say(&format!("\neval: {rows} rows, {rounds} rounds in turn, load {}", machine_load()));
    let mut turns = Turns::default();
    for round in 0..rounds {
        for (job, _) in JOBS {
            turns.put(job, ours(job, &file)?);
        }
        let Some(python) = python else { continue };
        turns.put("scikit_learn", peer(python, "scikit_learn", &file)?);
        if round == 0 || rows < MANY_ROWS {
            turns.put("fairlearn", peer(python, "fairlearn", &file)?);
        }
    }
    std::fs::remove_file(&file)?;
    say(&format!("{:<52} {:>20} {:>20} {:>10}", "median (least to most)", "CPU-s", "wall s", "peak MB"));
    for (job, name) in JOBS {
        turns.show(job, name);
    }
    against_reading(&turns);
    if python.is_some() {
        turns.show("scikit_learn", "scikit-learn, its reading included");
        turns.show("fairlearn", "fairlearn, its reading included");
        agree(&turns)?;
        against_peers(&turns);
    }
    within_bounds(&turns)
}

fn against_reading(turns: &Turns) {
    let [read, groups, bins] = ["read", "groups", "bins"].map(|job| turns.median(job));
    bar("counts, fairness and histogram, to reading: CPU", bins.cpu / read.cpu, "x", Bar::AtMost(3.0));
    bar("the same: wall", bins.wall / read.wall, "x", Bar::AtMost(3.0));
    figure("counts and fairness alone, to reading: CPU", groups.cpu / read.cpu, "x");
}

fn against_peers(turns: &Turns) {
    let [read, groups, exact, all] = ["read", "groups", "exact", "all"].map(|job| turns.median(job));
    let scikit = turns.median("scikit_learn");
    for part in &scikit.parts {
        figure(&format!("scikit-learn: {}", part.name), part.cpu, "CPU-s");
    }
    bar(
        "scikit-learn, same figures, both from the file: CPU",
        scikit.cpu / exact.cpu,
        "x",
        Bar::AtLeast(10.0),
    );
    bar("the same: wall", scikit.wall / exact.wall, "x", Bar::AtLeast(15.0));
    let computing = scikit.without("reading");
    figure("its computing alone, to our whole job: CPU", computing.cpu / exact.cpu, "x");
    figure("the same: wall", computing.wall / exact.wall, "x");
    figure("its whole job, to ours with all of fairness: CPU", scikit.cpu / all.cpu, "x");
    let fair = turns.median("fairlearn");
    for part in &fair.parts {
        figure(&format!("fairlearn: {}", part.name), part.cpu, "CPU-s");
    }
    bar("fairlearn, both from the file: CPU", fair.cpu / groups.cpu, "x", Bar::AtLeast(1_000.0));
    let computing = fair.without("reading");
    figure("its computing alone, to our whole job: CPU", computing.cpu / groups.cpu, "x");
    let counting = (groups.cpu - read.cpu).max(f64::MIN_POSITIVE);
    figure("its computing alone, to ours less reading six columns: CPU", computing.cpu / counting, "x");
}

/// Every figure that a peer has found is one of ours.
fn agree(turns: &Turns) -> Result<()> {
    let (ours, mut compared) = (turns.median("all").figures, 0);
    for peer in ["scikit_learn", "fairlearn"] {
        for (name, theirs) in turns.median(peer).figures {
            let found = ours.get(&name).with_context(|| format!("`{name}` is not among ours"))?;
            ensure!((found - theirs).abs() < AGREEMENT, "{name}: {found} by us, {theirs} by {peer}");
            compared += 1;
        }
    }
    ensure!(compared >= 16, "only {compared} figures were compared");
    say(&format!("{compared} figures of the peers agree with ours to {AGREEMENT:e}"));
    Ok(())
}

/// The exact area lies where the histogram says that it does.
fn within_bounds(turns: &Turns) -> Result<()> {
    let [binned, exact] = ["bins", "exact"].map(|job| turns.median(job).figures);
    let of =
        |figures: &took::Figures, name| figures.get(name).copied().context("an evaluation without an area");
    let (about, bound) = (of(&binned, "rocAuc")?, of(&binned, "rocAuc.errorBound")?);
    let off = (about - of(&exact, "rocAuc")?).abs();
    ensure!(off <= bound, "the area of the histogram is off by {off:e}, more than {bound:e}");
    say(&format!("the area of the histogram is off by {off:.1e}, and says {bound:.1e} at most"));
    Ok(())
}

/// The same jobs with ever more rows.
fn growth(folder: &Path, rounds: u64) -> Result<()> {
    let jobs = ["read", "bins", "all"];
    let mut peaks: Vec<(f64, [f64; 3])> = Vec::new();
    for rows in [1_000_000_u64, 10_000_000, 100_000_000] {
        let file = data::file(folder, rows)?;
        let mut turns = Turns::default();
        for _ in 0..rounds {
            for job in jobs {
                turns.put(job, ours(job, &file)?);
            }
        }
        std::fs::remove_file(&file)?;
        say(&format!("\neval: {rows} rows, load {}", machine_load()));
        say(&format!("{:<52} {:>20} {:>20} {:>10}", "median (least to most)", "CPU-s", "wall s", "peak MB"));
        for (job, name) in JOBS.into_iter().filter(|(job, _)| jobs.contains(job)) {
            turns.show(job, name);
        }
        #[expect(clippy::cast_precision_loss, reason = "rows stay below 2^53")]
        peaks.push((rows as f64, jobs.map(|job| turns.median(job).peak)));
    }
    say("");
    if let [(few, first), .., (many, last)] = peaks.as_slice() {
        let slope = |index: usize| {
            let of = |peaks: &[f64; 3]| peaks.get(index).copied().unwrap_or_default();
            (of(last) - of(first)) / (many - few)
        };
        bar("memory with scores as a histogram, for each row more", slope(1), "bytes", Bar::AtMost(1.0));
        bar("memory with the exact area, for each row more", slope(2), "bytes", Bar::AtMost(16.0));
    }
    Ok(())
}

fn ours(job: &str, file: &Path) -> Result<Took> {
    Took::by(Command::new(std::env::current_exe()?).args(["eval-job", job]).arg(file))
}

fn peer(python: &Path, name: &str, file: &Path) -> Result<Took> {
    Took::by(Command::new(python).args(["-c", PEERS, name]).arg(file))
}

fn versions(python: &Path) -> Result<String> {
    let program = "import sys, sklearn, fairlearn, pandas, numpy, pyarrow
print('peers: Python', sys.version.split()[0], *(f'{m.__name__} {m.__version__}' for m in (sklearn, fairlearn, pandas, numpy, pyarrow)))";
    let output = Command::new(python).args(["-c", program]).output()?;
    ensure!(output.status.success(), "the peers: {}", String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}
