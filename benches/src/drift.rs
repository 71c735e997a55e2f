//! `drift`: twenty columns of a million values against a million others, beside SciPy and NumPy, and beside evidently, on the
//! same values. Times are those of the processors, so that neither side gains by having more of them.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use assent_eval::drift::{Column, ColumnPair, DriftOptions, Figures, Numbers, kolmogorov_smirnov, report};

use crate::stats::{Bar, bar, figure, number, say};

const COLUMNS: usize = 20;
const ROWS: usize = 1_000_000;
/// What every second column is moved by, in standard deviations. The p-value of columns that have moved is dearer to SciPy.
const SHIFT: f64 = 0.004;

/// The same figures by SciPy and NumPy: processor seconds for the test alone, for all figures, and the statistic of each column.
const PEER: &str = r#"
import sys, time
import numpy as np
from scipy import stats
from scipy.spatial import distance

tests, others, found = 0.0, 0.0, []
for column in range(int(sys.argv[2])):
    first, second = (np.fromfile(f"{sys.argv[1]}/{column}-{side}.bin") for side in (0, 1))
    begun = time.process_time()
    test = stats.ks_2samp(first, second)
    tests += time.process_time() - begun
    begun = time.process_time()
    stats.wasserstein_distance(first, second)
    edges = np.concatenate([[-np.inf], np.quantile(first, np.arange(1, 10) / 10), [np.inf]])
    r, c = (np.histogram(values, edges)[0] / len(values) for values in (first, second))
    np.sum((c - r) * np.log(c / r))
    distance.jensenshannon(r, c, base=2)
    others += time.process_time() - begun
    found.append(f"{test.statistic!r}".removeprefix("np.float64(").removesuffix(")"))
print(tests, tests + others, *found)
"#;

/// The preset for drift of evidently with the same test: processor seconds, versions, and the p-value of each column.
const EVIDENTLY: &str = r#"
import sys, time, warnings
warnings.simplefilter("ignore")
import evidently, numpy, pandas
from evidently import Report
from evidently.presets import DataDriftPreset

def table(side):
    columns = range(int(sys.argv[2]))
    return pandas.DataFrame({str(c): numpy.fromfile(f"{sys.argv[1]}/{c}-{side}.bin") for c in columns})

reference, current = table(0), table(1)
begun = time.process_time()
report = Report([DataDriftPreset(num_method="ks")]).run(current_data=current, reference_data=reference)
found = [value for value in report.dict()["metrics"] if "ValueDrift" in str(value)]
taken = time.process_time() - begun
print(taken, f"{evidently.__version__}", f"{pandas.__version__}", *(float(value["value"]) for value in found))
"#;

/// Runs the benchmark with its files in `folder` and the interpreters that have SciPy and evidently.
pub(crate) fn run(folder: &Path, python: Option<&Path>, evidently: Option<&Path>) -> Result<()> {
    say(&format!("\ndrift: {COLUMNS} columns, {ROWS} and {ROWS} values, every second one moved by {SHIFT}"));
    let values: Vec<[Vec<f64>; 2]> = (0..COLUMNS).map(column).collect();
    for (index, sides) in values.iter().enumerate() {
        for (side, values) in sides.iter().enumerate() {
            let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
            fs::write(folder.join(format!("{index}-{side}.bin")), bytes)?;
        }
    }
    let copies = values.clone();
    // Forgets what the values took while they were made.
    fs::write("/proc/self/clear_refs", "5")?;
    let before = largest_memory()?;
    let (all, reported) = everything(copies)?;
    let more = largest_memory()? - before;
    let (test_alone, statistics, p_values) = tests(values)?;
    ensure!(statistics == reported, "the test alone and the report differ");
    figure("Kolmogorov-Smirnov alone, sorting included", test_alone, "CPU-s");
    figure("all figures of the report, sorting included", all, "CPU-s");
    let rows = number(COLUMNS) * number(2 * ROWS);
    bar("memory, the values included", 8.0 + more / rows, "bytes/row", Bar::AtMost(16.0));
    if let Some(python) = python {
        beside_scipy(folder, python, test_alone, all, &statistics)?;
    }
    evidently.map_or(Ok(()), |python| beside_evidently(folder, python, all, &p_values))
}

fn beside_scipy(folder: &Path, python: &Path, test_alone: f64, all: f64, statistics: &[f64]) -> Result<()> {
    let peer = Command::new(python).args(["-c", PEER]).arg(folder).arg(COLUMNS.to_string()).output();
    let peer = peer.context("the interpreter of the reference implementations cannot be started")?;
    ensure!(peer.status.success(), "SciPy: {}", String::from_utf8_lossy(&peer.stderr));
    let peer: Vec<f64> =
        String::from_utf8(peer.stdout)?.split_whitespace().map(str::parse).collect::<Result<_, _>>()?;
    let [peer_test, peer_all, peer_statistics @ ..] = peer.as_slice() else {
        anyhow::bail!("SciPy has printed nothing")
    };
    let agree = statistics.iter().zip(peer_statistics).all(|(ours, theirs)| (ours - theirs).abs() < 1e-9);
    ensure!(agree && peer_statistics.len() == COLUMNS, "SciPy finds other statistics");
    figure("SciPy's ks_2samp", *peer_test, "CPU-s");
    figure("SciPy and NumPy, all figures", *peer_all, "CPU-s");
    bar("test alone, against ks_2samp", peer_test / test_alone, "x", Bar::AtLeast(3.0));
    bar("all figures, against SciPy and NumPy", peer_all / all, "x", Bar::AtLeast(3.0));
    Ok(())
}

/// evidently gives p-values and no statistics, and its report has no figures but these.
fn beside_evidently(folder: &Path, python: &Path, all: f64, ours: &[f64]) -> Result<()> {
    let peer = Command::new(python).args(["-c", EVIDENTLY]).arg(folder).arg(COLUMNS.to_string()).output();
    let peer = peer.context("the interpreter that has evidently cannot be started")?;
    ensure!(peer.status.success(), "evidently: {}", String::from_utf8_lossy(&peer.stderr));
    let said = String::from_utf8(peer.stdout)?;
    let words: Vec<&str> = said.split_whitespace().collect();
    let [seconds, evidently, pandas, theirs @ ..] = words.as_slice() else {
        anyhow::bail!("evidently has printed nothing")
    };
    let theirs: Vec<f64> = theirs.iter().map(|word| word.parse()).collect::<Result<_, _>>()?;
    let agree = ours.iter().zip(&theirs).all(|(ours, theirs)| (ours - theirs).abs() < 1e-9);
    ensure!(agree && theirs.len() == COLUMNS, "evidently finds other p-values");
    let seconds: f64 = seconds.parse()?;
    figure(&format!("evidently {evidently} with pandas {pandas}, the same test"), seconds, "CPU-s");
    bar("all figures, against evidently", seconds / all, "x", Bar::AtLeast(50.0));
    Ok(())
}

/// The test of one column after the other: processor seconds, statistics and p-values.
fn tests(values: Vec<[Vec<f64>; 2]>) -> Result<(f64, Vec<f64>, Vec<f64>)> {
    let begun = processor_seconds()?;
    let found = values.into_iter().map(|sides| {
        let [first, second] = sides.map(|values| Numbers::new(values, 0));
        let test = kolmogorov_smirnov(first.sorted(), second.sorted());
        (test.statistic.value.unwrap_or(f64::NAN), test.p_value.value.unwrap_or(f64::NAN))
    });
    let (statistics, p_values) = found.unzip();
    Ok((processor_seconds()? - begun, statistics, p_values))
}

/// The whole report.
fn everything(values: Vec<[Vec<f64>; 2]>) -> Result<(f64, Vec<f64>)> {
    let begun = processor_seconds()?;
    let pair = |(index, sides): (usize, [Vec<f64>; 2])| {
        let [reference, current] = sides.map(|values| Column::Numeric(Numbers::new(values, 0)));
        ColumnPair { name: index.to_string(), reference, current }
    };
    let columns: Vec<ColumnPair> = values.into_iter().enumerate().map(pair).collect();
    let found = report(&columns, &DriftOptions::default())?;
    let seconds = processor_seconds()? - begun;
    let statistic = |figures: &Figures| match figures {
        Figures::Numeric { kolmogorov_smirnov, .. } => kolmogorov_smirnov.value.unwrap_or(f64::NAN),
        Figures::Categorical { .. } => f64::NAN,
    };
    Ok((seconds, found.columns.iter().map(|column| statistic(&column.figures)).collect()))
}

/// Values of the normal distribution, near enough: sums of twelve uniform ones.
fn column(index: usize) -> [Vec<f64>; 2] {
    let mut state = index as u64 + 1;
    let mut unit = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        f64::from(u32::try_from(state >> 32).unwrap_or_default()) / f64::from(u32::MAX)
    };
    let shift = if index % 2 == 1 { SHIFT } else { 0.0 };
    [0.0, shift].map(|shift| (0..ROWS).map(|_| (0..12).map(|_| unit()).sum::<f64>() - 6.0 + shift).collect())
}

/// The most memory that this process has held, in bytes.
fn largest_memory() -> Result<f64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("no VmHWM")?;
    let kilobytes: u32 = line.trim().trim_end_matches(" kB").parse()?;
    Ok(f64::from(kilobytes) * 1024.0)
}

/// What this process has had of the processors. The kernel counts in hundredths of a second.
fn processor_seconds() -> Result<f64> {
    let line = fs::read_to_string("/proc/self/stat")?;
    let fields = line.rsplit_once(')').context("no name in /proc/self/stat")?.1.split_whitespace();
    let ticks: Vec<u32> = fields.skip(11).take(2).map(str::parse).collect::<Result<_, _>>()?;
    Ok(ticks.into_iter().map(f64::from).sum::<f64>() / 100.0)
}
