//! `assent evaluate`: predictions in a file, without any server; or those of a version, on a data set of the server.

use std::fs::File;
use std::path::PathBuf;
use std::time::Duration;

use assent_eval::{EvaluationOptions, Input, evaluate, render_table};
use clap::Args;
use serde_json::{Value, json};

use super::Context;
use crate::client::Client;
use crate::names;
use crate::output::{Answer, Block};
use crate::pairs;
use crate::problem::Problem;
use crate::table::text;

/// For how many seconds one answer may wait for the figures.
const WAIT: u64 = 300;
/// How long to wait before the server is asked again.
const LOOK_AGAIN: Duration = Duration::from_secs(2);

/// Options of `assent evaluate`.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("source").required(true).args(["data", "version"]))]
pub(crate) struct Evaluate {
    /// A CSV file with labels and predictions: evaluates it here, without a server
    #[arg(long, value_name = "FILE", requires = "label", conflicts_with_all = ["dataset", "predictions"])]
    data: Option<PathBuf>,
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
    /// A CSV file with the version's predictions, by row id
    #[arg(long, value_name = "FILE")]
    predictions: Option<PathBuf>,
    /// The column with what the model said
    #[arg(long, value_name = "COL")]
    prediction: String,
    /// Values of the prediction that count as positive
    #[arg(long, value_name = "VALUE,...", value_delimiter = ',')]
    positive: Vec<String>,
    /// The column with a score that grows with the belief in the positive class
    #[arg(long, value_name = "COL")]
    score: Option<String>,
    /// Columns with protected attributes
    #[arg(long, value_name = "COL,...", value_delimiter = ',')]
    protected: Vec<String>,
    /// What to compute: performance, bias
    #[arg(long = "suite", value_name = "NAME,...", value_delimiter = ',', required = true)]
    suites: Vec<String>,
}

impl Evaluate {
    /// Runs the command.
    pub(crate) fn run(self, context: &Context) -> Result<Answer, Problem> {
        match (&self.data, &self.version) {
            (Some(data), _) => self.offline(data),
            (None, Some(version)) => self.online(context, version),
            (None, None) => {
                Err(Problem::new("there is nothing to evaluate").hint("give --data or --version"))
            }
        }
    }

    fn offline(&self, data: &PathBuf) -> Result<Answer, Problem> {
        let options = EvaluationOptions {
            label: self.label.clone().unwrap_or_default(),
            label_positive: self.label_positive.clone(),
            prediction: self.prediction.clone(),
            positive: self.positive.clone(),
            score: self.score.clone(),
            protected: self.protected.clone(),
            suites: self.suites.clone(),
            min_group_size: self.min_group_size,
            id: None,
        };
        let file = File::open(data)
            .map_err(|error| Problem::path("read", data, error).hint("name a CSV file with a header line"))?;
        let report = evaluate(&options, Input::new(data.to_string_lossy(), file))
            .map_err(|error| Problem::new(&error).code(error.code()).hint(error.remedy()))?;
        let json = serde_json::to_value(&report).map_err(Problem::new)?;
        Ok(Answer::new(json).with(Block::Laid(render_table(&report))))
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
fn ended(client: &Client, mut evaluation: Value) -> Result<Value, Problem> {
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

/// The figures of an evaluation by the server.
fn shown(mut answer: Value, evaluation: &Value) -> Answer {
    pairs::put(&mut answer, "object", Some(evaluation));
    let report = evaluation.get("report").cloned().unwrap_or_default();
    let report = serde_json::from_value(report).map(|report| render_table(&report)).unwrap_or_default();
    let provenance = format!("provenance {}", text(evaluation, "/provenance"));
    Answer::new(answer).line(provenance).with(Block::Laid(report))
}
