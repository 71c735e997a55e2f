//! What is measured of ours, each in a process of its own: it prints what it took, and what it found.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::ScopedJoinHandle;
use std::time::Instant;

use anyhow::{Context as _, Result, bail};
use assent_eval::source::{Projection, Unit};
use assent_eval::{DataFile, EvaluationOptions, ScoreState, Storage, evaluate_files};
use serde_json::json;

use super::data::PROTECTED;
use crate::stats::say;

/// A file, read as the command line reads it.
struct LocalFile(File);

impl Storage for LocalFile {
    fn size_bytes(&self) -> io::Result<u64> {
        Ok(self.0.metadata()?.len())
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read_at(buffer, offset)
    }
}

/// Does one of the jobs with a file, and prints what it took.
pub(crate) fn run(job: &str, file: &Path) -> Result<()> {
    let begun = Instant::now();
    let data = DataFile::new(file.to_string_lossy(), LocalFile(File::open(file)?));
    let figures = match job {
        "read" => read(&data)?,
        "counts" => evaluate(&data, None, &["performance", "bias"])?,
        "bins" => evaluate(&data, Some(ScoreState::Histogram), &["performance", "bias"])?,
        "exact" => evaluate(&data, Some(ScoreState::Exact), &["performance"])?,
        "all" => evaluate(&data, Some(ScoreState::Exact), &["performance", "bias"])?,
        "groups" => evaluate(&data, None, &["bias"])?,
        other => bail!("`{other}` is no job"),
    };
    let wall = begun.elapsed().as_secs_f64();
    let answer =
        json!({ "wall": wall, "cpu": processor_seconds()?, "peak": peak_bytes()?, "figures": figures });
    say(&answer.to_string());
    Ok(())
}

/// Reads the columns, with all processors, and does nothing with them.
fn read(data: &DataFile) -> Result<BTreeMap<String, f64>> {
    let mut projection = Projection::default();
    for name in ["label", "prediction"].into_iter().chain(PROTECTED.map(|(name, _)| name)) {
        projection.text(name);
    }
    projection.number("score");
    let units = Unit::of(data, &projection)?;
    let next = AtomicUsize::new(0);
    let worker = || -> Result<()> {
        while let Some(unit) = units.get(next.fetch_add(1, Ordering::Relaxed)) {
            let mut chunks = unit.open(&projection)?;
            while chunks.next_chunk()?.is_some() {}
        }
        Ok(())
    };
    let threads = std::thread::available_parallelism()?.get();
    std::thread::scope(|scope| {
        let workers: Vec<_> = (1..threads).map(|_| scope.spawn(worker)).collect();
        worker()?;
        let join = |worker: ScopedJoinHandle<'_, Result<()>>| worker.join();
        workers
            .into_iter()
            .map(join)
            .try_for_each(|ended| ended.unwrap_or_else(|_| bail!("a reader has panicked")))
    })?;
    Ok(BTreeMap::new())
}

fn evaluate(data: &DataFile, scores: Option<ScoreState>, suites: &[&str]) -> Result<BTreeMap<String, f64>> {
    let bias = suites.contains(&"bias");
    let options = EvaluationOptions {
        label: "label".to_owned(),
        prediction: "prediction".to_owned(),
        score: scores.map(|_| "score".to_owned()),
        score_state: scores.unwrap_or_default(),
        protected: PROTECTED.iter().filter(|_| bias).map(|(name, _)| (*name).to_owned()).collect(),
        suites: suites.iter().map(|suite| (*suite).to_owned()).collect(),
        ..EvaluationOptions::default()
    };
    let report = evaluate_files(&options, std::slice::from_ref(data))?;
    let bounds = report
        .metrics
        .iter()
        .filter_map(|(name, metric)| metric.error_bound.map(|bound| (format!("{name}.errorBound"), bound)));
    let values = report.metrics.iter().filter_map(|(name, metric)| Some((name.clone(), metric.value?)));
    Ok(values.chain(bounds).collect())
}

/// What the threads of this process have had of the processors, to the nanosecond. All of them are still there.
fn processor_seconds() -> Result<f64> {
    let mut total = 0.0;
    for thread in fs::read_dir("/proc/self/task")? {
        let text = fs::read_to_string(thread?.path().join("schedstat"))?;
        let first = text.split_whitespace().next().context("an empty schedstat")?;
        total += first.parse::<f64>()? / 1e9;
    }
    Ok(total)
}

/// The most memory that this process has held.
fn peak_bytes() -> Result<f64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("no VmHWM")?;
    Ok(line.trim().trim_end_matches(" kB").parse::<f64>()? * 1024.0)
}
