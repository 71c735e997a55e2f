//! `assent evaluate`: predictions in a file, without any server; or those of a version, on a data set of the server.

use std::fs::File;
use std::io::{BufReader, BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use assent_eval::state::State;
use assent_eval::{
    EvalError, EvaluationOptions, Task, checked_suites, evaluate_state, render_table, scan_files,
};
use clap::Args;
use serde_json::{Value, json};

use super::Context;
use crate::client::Client;
use crate::data_files;
use crate::names;
use crate::output::{Answer, Block};
use crate::pairs;
use crate::problem::Problem;
use crate::table::text;

/// For how many seconds one answer may wait for the figures.
pub(super) const WAIT: u64 = 300;
/// How long to wait before the server is asked again.
const LOOK_AGAIN: Duration = Duration::from_secs(2);

/// Options of `assent evaluate`.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("source").required(true).args(["data", "merge", "version"]))]
pub(crate) struct Evaluate {
    /// Files with labels and predictions (CSV, Parquet, Arrow IPC, JSON lines), folders or patterns: evaluates them here,
    /// without a server
    #[arg(long, value_name = "FILE", num_args = 1.., requires = "label", conflicts_with_all = ["dataset", "predictions"])]
    data: Vec<PathBuf>,
    /// States that --emit-state wrote for parts of the data: evaluates them together, without a server
    #[arg(long, value_name = "FILE", num_args = 1.., conflicts_with_all = ["label", "score", "task", "dataset", "predictions"])]
    merge: Vec<PathBuf>,
    /// Where to write what the figures are computed from, to merge it with that of other parts of the data
    #[arg(long, value_name = "FILE", conflicts_with = "version")]
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
    /// Groups with fewer rows are shown, and not compared
    #[arg(long, value_name = "ROWS", default_value_t = 0, conflicts_with = "version")]
    min_group_size: u64,
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
        required_unless_present = "emit_state"
    )]
    suites: Vec<String>,
}

impl Evaluate {
    /// Runs the command.
    pub(crate) fn run(self, context: &Context) -> Result<Answer, Problem> {
        match &self.version {
            Some(version) => self.online(context, version),
            None => self.offline(),
        }
    }

    fn offline(&self) -> Result<Answer, Problem> {
        let options = self.options()?;
        let state = if self.merge.is_empty() {
            if self.emit_state.is_none() {
                checked_suites(&options).map_err(explained)?;
            }
            scan_files(&options, &data_files::open(&self.data)?).map_err(explained)?
        } else {
            let states = self.merge.iter().map(|path| read_state(path)).collect::<Result<_, _>>()?;
            State::merged(states).map_err(explained)?
        };
        if let Some(path) = &self.emit_state {
            return write_state(path, &state);
        }
        let report = evaluate_state(&options, &state).map_err(|error| match &*self.data {
            [file] => explained(error.in_file(&file.to_string_lossy())),
            _ => explained(error),
        })?;
        let json = serde_json::to_value(&report).map_err(Problem::new)?;
        Ok(Answer::new(json).with(Block::Laid(render_table(&report))))
    }

    fn options(&self) -> Result<EvaluationOptions, Problem> {
        let columns = |list: &String| list.split(',').map(str::to_owned).collect();
        let task = self.task.as_deref().map(Task::named).transpose().map_err(explained)?;
        Ok(EvaluationOptions {
            task: task.unwrap_or_default(),
            label: self.label.clone().unwrap_or_default(),
            label_positive: self.label_positive.clone(),
            prediction: self.prediction.clone().unwrap_or_default(),
            positive: self.positive.clone(),
            score: self.score.clone(),
            protected: self.protected.clone(),
            intersections: self.intersections.iter().map(columns).collect(),
            segments: self.segments.clone(),
            suites: self.suites.clone(),
            min_group_size: self.min_group_size,
            ..EvaluationOptions::default()
        })
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
        Ok(shown(answer, &evaluation))
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
fn shown(mut answer: Value, evaluation: &Value) -> Answer {
    pairs::put(&mut answer, "object", Some(evaluation));
    let report = evaluation.get("report").cloned().unwrap_or_default();
    let report = serde_json::from_value(report).map(|report| render_table(&report)).unwrap_or_default();
    let provenance = format!("provenance {}", text(evaluation, "/provenance"));
    Answer::new(answer).line(provenance).with(Block::Laid(report))
}
