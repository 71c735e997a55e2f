//! `assent evaluate`: predictions in a file, without any server; or those of a version, on a data set of the server.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use assent_eval::metrics::Bootstrap;
use assent_eval::state::State;
use assent_eval::{
    EvalError, EvaluationOptions, Report, ScoreState, Task, Verdict, checked_suites, evaluate_state, junit,
    page, render_table, scan_files_watched, sql, state_of_sql,
};
use clap::Args;
use serde_json::{Value, json};

use super::Context;
use crate::client::Client;
use crate::data_files::{self, joined};
use crate::names;
use crate::output::{Answer, Block, Format};
use crate::pairs;
use crate::problem::{Exit, Problem};
use crate::progress::Bar;
use crate::table::{Table, text};
use crate::thresholds::Thresholds;

/// For how many seconds one answer may wait for the figures.
pub(super) const WAIT: u64 = 300;
/// How long to wait before the server is asked again.
const LOOK_AGAIN: Duration = Duration::from_secs(2);

const EXIT_CODES: &str = "\
Exit codes:
  0  the figures were computed; with --threshold-set: every threshold holds
  1  with --threshold-set: a threshold does not hold, or its figure is missing
  2  the command is wrong, or a file cannot be read
  3  the server refused it, or failed";

/// Options of `assent evaluate`.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
#[command(group = clap::ArgGroup::new("source").required(true).args(["data", "merge", "emit_sql", "from_sql_result", "version"]))]
pub(crate) struct Evaluate {
    /// Files with labels and predictions (CSV, Parquet, Arrow IPC, JSON lines), folders or patterns: evaluates them here,
    /// without a server
    #[arg(long, value_name = "FILE", num_args = 1.., requires = "label", conflicts_with_all = ["dataset", "predictions"])]
    data: Vec<PathBuf>,
    /// States that --emit-state wrote for parts of the data: evaluates them together, without a server
    #[arg(long, value_name = "FILE", num_args = 1.., conflicts_with_all = ["label", "score", "class_scores", "weight", "features", "task", "dataset", "predictions"])]
    merge: Vec<PathBuf>,
    /// The parts of the name of a table: prints the query by which a database computes what --emit-state would write
    #[arg(long, value_name = "NAME", num_args = 1..=4, requires = "label", conflicts_with_all = ["dataset", "predictions"])]
    emit_sql: Vec<String>,
    /// Files with the rows that this query gave (CSV, Parquet, Arrow IPC, JSON lines): evaluates them with the same options
    #[arg(long, value_name = "FILE", num_args = 1.., requires = "label", conflicts_with_all = ["dataset", "predictions"])]
    from_sql_result: Vec<PathBuf>,
    /// Where to write what the figures are computed from, to merge it with that of other parts of the data
    #[arg(long, value_name = "FILE", conflicts_with_all = ["version", "emit_sql"])]
    emit_state: Option<PathBuf>,
    /// What labels and predictions are: binary, multiclass, regression; binary if absent
    #[arg(long, value_name = "NAME", conflicts_with = "version")]
    task: Option<String>,
    /// The column with what was true
    #[arg(long, value_name = "COL", conflicts_with = "version")]
    label: Option<String>,
    /// Values of the label that count as positive
    #[arg(long, value_name = "VALUE,...", value_delimiter = ',', conflicts_with = "version")]
    label_positive: Vec<String>,
    /// Groups with fewer rows are shown, and not compared; 0 if absent, or what the threshold set says
    #[arg(long, value_name = "ROWS", conflicts_with = "version")]
    min_group_size: Option<u64>,
    /// The version to evaluate on the server: its id, or `model:number`
    #[arg(long, value_name = "VERSION", requires_all = ["dataset", "predictions"])]
    version: Option<String>,
    /// The data set on the server: its id, or `name:number`
    #[arg(long, value_name = "DATASET")]
    dataset: Option<String>,
    /// A file with the version's predictions, by row id: CSV, Parquet, Arrow IPC or JSON lines
    #[arg(long, value_name = "FILE")]
    predictions: Option<PathBuf>,
    /// The column with what the model said
    #[arg(long, value_name = "COL", required_unless_present = "merge", conflicts_with = "merge")]
    prediction: Option<String>,
    /// Values of the prediction that count as positive
    #[arg(long, value_name = "VALUE,...", value_delimiter = ',')]
    positive: Vec<String>,
    /// The column with a score that grows with the belief in the positive class
    #[arg(long, value_name = "COL")]
    score: Option<String>,
    /// The column with the probability that the model gave to a class, for each of several classes: CLASS=COL; comes again
    #[arg(long = "score-for", value_name = "CLASS=COL", conflicts_with_all = ["version", "score"])]
    class_scores: Vec<String>,
    /// The column with the weights of the rows
    #[arg(long, value_name = "COL", conflicts_with = "version")]
    weight: Option<String>,
    /// Columns with features by which rows are alike: compares the predictions of rows with those of their neighbours
    #[arg(long = "feature", value_name = "COL,...", value_delimiter = ',', conflicts_with = "version")]
    features: Vec<String>,
    /// How often rows are drawn again for intervals; 0 for none
    #[arg(long, value_name = "TIMES", default_value_t = Bootstrap::default().replicates, conflicts_with = "version")]
    bootstrap: u32,
    /// The seed of these draws
    #[arg(long, value_name = "NUMBER", default_value_t = 0, conflicts_with = "version")]
    seed: u64,
    /// What is kept of scores: every one, for exact figures, or counts in fixed bins, in memory that does not grow with the rows
    #[arg(long, value_name = "KIND", value_parser = ["exact", "histogram"], conflicts_with_all = ["merge", "version"])]
    score_state: Option<String>,
    /// Columns with protected attributes
    #[arg(long, value_name = "COL,...", value_delimiter = ',')]
    protected: Vec<String>,
    /// Protected attributes whose values together make groups; may come again
    #[arg(long = "intersection", value_name = "COL,COL", conflicts_with = "version")]
    intersections: Vec<String>,
    /// Columns by whose values the figures are given apart
    #[arg(long = "segment", value_name = "COL,...", value_delimiter = ',', conflicts_with = "version")]
    segments: Vec<String>,
    /// What to compute: performance, bias
    #[arg(
        long = "suite",
        value_name = "NAME,...",
        value_delimiter = ',',
        required_unless_present_any = ["emit_state", "emit_sql"]
    )]
    suites: Vec<String>,
    /// Judge the figures by this threshold set of a pack, without a server
    #[arg(long, value_name = "NAME", conflicts_with_all = ["version", "emit_state", "emit_sql"])]
    threshold_set: Option<String>,
    /// The folder of the pack with the threshold set; the one that comes with the program if absent
    #[arg(long, value_name = "DIR", requires = "threshold_set")]
    pack: Option<PathBuf>,
    /// Judge as for a model of this tier; by the thresholds for all tiers if absent
    #[arg(long, value_name = "TIER", requires = "threshold_set")]
    tier: Option<String>,
    /// No progress bar
    #[arg(long)]
    quiet: bool,
    /// How the answer is written
    #[arg(
        id = "output",
        long,
        value_enum,
        default_value_t,
        value_name = "table|json|html|junit",
        hide_possible_values = true
    )]
    output: Format,
}

impl Evaluate {
    /// Runs the command.
    pub(crate) fn run(self, context: &Context) -> Result<Answer, Problem> {
        match &self.version {
            Some(version) => self.online(context, version),
            None => self.offline(context.printer.format()),
        }
    }

    fn offline(&self, format: Format) -> Result<Answer, Problem> {
        let thresholds = self.thresholds()?;
        let options = self.options(thresholds.as_ref())?;
        if !self.emit_sql.is_empty() {
            let query = sql(&options, &self.emit_sql).map_err(explained)?;
            return Ok(Answer::new(json!({ "sql": query })).with(Block::Laid(query)));
        }
        let state = self.state(&options)?;
        if let Some(path) = &self.emit_state {
            return write_state(path, &state);
        }
        let report = evaluate_state(&options, &state).map_err(|error| match &*self.data {
            [file] => explained(error.in_file(&file.to_string_lossy())),
            _ => explained(error),
        })?;
        let verdict = thresholds.map(|thresholds| thresholds.judge(&report)).transpose()?;
        let sources = [&self.data, &self.merge, &self.from_sql_result];
        let title = joined(sources.into_iter().find(|paths| !paths.is_empty()).unwrap_or(&self.data));
        let document = document(&title, &report, verdict.as_ref(), format);
        Ok(told(&report, verdict.as_ref())?.document(document))
    }

    /// What the figures are computed from.
    fn state(&self, options: &EvaluationOptions) -> Result<State, Problem> {
        if !self.merge.is_empty() {
            let states = self.merge.iter().map(|path| read_state(path)).collect::<Result<_, _>>()?;
            return State::merged(states).map_err(explained);
        }
        if self.emit_state.is_none() {
            checked_suites(options).map_err(explained)?;
        }
        if self.data.is_empty() {
            return state_of_sql(options, &data_files::open(&self.from_sql_result)?).map_err(explained);
        }
        let bar = Bar::new(self.quiet);
        let files = bar.watched(data_files::open(&self.data)?);
        let state = scan_files_watched(options, &files, &bar);
        bar.clear();
        state.map_err(explained)
    }

    fn thresholds(&self) -> Result<Option<Thresholds>, Problem> {
        let find = |name: &String| Thresholds::find(name, self.pack.as_deref(), self.tier.as_deref());
        self.threshold_set.as_ref().map(find).transpose()
    }

    fn options(&self, thresholds: Option<&Thresholds>) -> Result<EvaluationOptions, Problem> {
        let columns = |list: &String| list.split(',').map(str::to_owned).collect();
        let task = self.task.as_deref().map(Task::named).transpose().map_err(explained)?;
        Ok(EvaluationOptions {
            task: task.unwrap_or_default(),
            label: self.label.clone().unwrap_or_default(),
            label_positive: self.label_positive.clone(),
            prediction: self.prediction.clone().unwrap_or_default(),
            positive: self.positive.clone(),
            score: self.score.clone(),
            class_scores: self.class_scores()?,
            weight: self.weight.clone(),
            features: self.features.clone(),
            bootstrap: Bootstrap { replicates: self.bootstrap, seed: self.seed },
            score_state: match self.score_state.as_deref() {
                Some("histogram") => ScoreState::Histogram,
                _ => ScoreState::Exact,
            },
            protected: self.protected.clone(),
            intersections: self.intersections.iter().map(columns).collect(),
            segments: self.segments.clone(),
            suites: self.suites.clone(),
            min_group_size: match thresholds {
                Some(thresholds) => thresholds.min_group_size(self.min_group_size)?,
                None => self.min_group_size.unwrap_or_default(),
            },
            ..EvaluationOptions::default()
        })
    }

    /// The columns with the scores of each class. The name of a class may have equals signs, as `<=50K` has.
    fn class_scores(&self) -> Result<BTreeMap<String, String>, Problem> {
        let mut columns = BTreeMap::new();
        for pair in &self.class_scores {
            let Some((class, column)) = pair.rsplit_once('=') else {
                let problem = Problem::new(format!("`{pair}` is not a class and a column"));
                return Err(problem.hint("write `--score-for CLASS=COL`"));
            };
            if columns.insert(class.to_owned(), column.to_owned()).is_some() {
                let problem = Problem::new(format!("the class `{class}` has two columns with scores"));
                return Err(problem.hint("name one column for each class"));
            }
        }
        Ok(columns)
    }

    fn online(&self, context: &Context, version: &str) -> Result<Answer, Problem> {
        let client = context.client()?;
        let version = names::version_id(&client, version)?;
        let dataset = names::dataset_id(&client, self.dataset.as_deref().unwrap_or_default())?;
        let predictions = client.upload(&self.predictions.clone().unwrap_or_default())?;
        let mut body = json!({
            "dataset": dataset,
            "predictions": predictions.get("sha256"),
            "prediction": self.prediction,
            "suites": self.suites,
        });
        pairs::put(&mut body, "positive", (!self.positive.is_empty()).then_some(&self.positive));
        pairs::put(&mut body, "protected", (!self.protected.is_empty()).then_some(&self.protected));
        pairs::put(&mut body, "score", self.score.as_ref());
        let answer = client.post(&format!("/api/v1/versions/{version}/evaluations?wait={WAIT}"), &body)?;
        let evaluation = ended(&client, answer.get("object").cloned().unwrap_or_default())?;
        Ok(shown(answer, &evaluation, context.printer.format()))
    }
}

/// A report, and what thresholds say of it.
fn told(report: &Report, verdict: Option<&Verdict>) -> Result<Answer, Problem> {
    let mut json = serde_json::to_value(report).map_err(Problem::new)?;
    pairs::put(&mut json, "verdict", verdict);
    let answer = Answer::new(json).with(Block::Laid(render_table(report)));
    let Some(verdict) = verdict else { return Ok(answer) };
    let mut table = Table::new(["THRESHOLD", ">BOUND", ">FIGURE", ">ROWS", "OUTCOME", "WHY"]);
    for threshold in &verdict.thresholds {
        table.row([
            threshold.metric.clone(),
            format!("{} {}", threshold.operator, threshold.bound),
            threshold.value.map_or_else(|| "-".to_owned(), |value| format!("{value:.4}")),
            threshold.n.map_or_else(|| "-".to_owned(), |n| n.to_string()),
            threshold.outcome().to_owned(),
            threshold.reason.clone().unwrap_or_default(),
        ]);
    }
    let mut answer = answer.line("").table(table);
    if !verdict.suites_not_judged.is_empty() {
        let suites = verdict.suites_not_judged.join(", ");
        answer = answer.line(format!("not judged, because it was not asked for: {suites}"));
    }
    let sentence = verdict.sentence();
    Ok(if verdict.passed {
        answer.with(Block::Good(sentence))
    } else {
        answer.with(Block::Bad(sentence)).exit(Exit::No)
    })
}

/// The report in the format that was asked for, where that is one of a document.
fn document(title: &str, report: &Report, verdict: Option<&Verdict>, format: Format) -> Option<String> {
    match format {
        Format::Table | Format::Json | Format::Markdown => None,
        Format::Html => Some(page::evaluation(title, report, verdict)),
        Format::Junit => Some(junit::evaluation(report, verdict)),
    }
}

/// The evaluation once it has ended. Whoever stops waiting leaves it running.
pub(super) fn ended(client: &Client, mut evaluation: Value) -> Result<Value, Problem> {
    loop {
        let id = text(&evaluation, "/id");
        match text(&evaluation, "/state").as_str() {
            "QUEUED" | "RUNNING" => std::thread::sleep(LOOK_AGAIN),
            "FINISHED" => return Ok(evaluation),
            state => {
                let why = format!(
                    "the evaluation `{id}` is {state}: {}",
                    text(&evaluation, "/problem/detail/text")
                );
                return Err(Problem::new(why).hint("mend what it names, and evaluate again"));
            }
        }
        evaluation = client.get(&format!("/api/v1/evaluations/{id}"))?;
    }
}

#[expect(clippy::needless_pass_by_value, reason = "errors are mapped by it")]
fn explained(error: EvalError) -> Problem {
    Problem::new(&error).code(error.code()).hint(error.remedy())
}

fn read_state(path: &Path) -> Result<State, Problem> {
    let file = File::open(path)
        .map_err(|error| Problem::path("read", path, error).hint("name a file that --emit-state wrote"))?;
    serde_json::from_reader(BufReader::new(file)).map_err(|error| {
        let problem = assent_eval::Problem::BadState { detail: error.to_string() };
        explained(EvalError::new(problem).in_file(&path.to_string_lossy()))
    })
}

fn write_state(path: &Path, state: &State) -> Result<Answer, Problem> {
    let failed = |error: &dyn std::fmt::Display| {
        Problem::path("written", path, error).hint("name a file in a folder that can be written")
    };
    let mut file = BufWriter::new(File::create(path).map_err(|error| failed(&error))?);
    serde_json::to_writer(&mut file, state).map_err(|error| failed(&error))?;
    file.flush().map_err(|error| failed(&error))?;
    let rows = state.rows();
    let line = format!("{rows} rows; `assent evaluate --merge FILE ...` makes the report");
    Ok(Answer::new(json!({ "rows": rows, "state": path.to_string_lossy() })).line(line))
}

/// The figures of an evaluation by the server.
fn shown(mut answer: Value, evaluation: &Value, format: Format) -> Answer {
    pairs::put(&mut answer, "object", Some(evaluation));
    let report: Option<Report> =
        evaluation.get("report").cloned().and_then(|report| serde_json::from_value(report).ok());
    let provenance = text(evaluation, "/provenance");
    let title = format!("{} ({provenance})", text(evaluation, "/id"));
    let document = report.as_ref().and_then(|report| document(&title, report, None, format));
    let table = report.as_ref().map(render_table).unwrap_or_default();
    Answer::new(answer).document(document).line(format!("provenance {provenance}")).with(Block::Laid(table))
}
