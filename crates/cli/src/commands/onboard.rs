//! `assent onboard`: a model with its first version, its card and its validation data, in one commit.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Value, json};

use super::card::{attach, file};
use super::{Context, check, dataset, model, version};
use crate::client::Client;
use crate::output::{Answer, Block};
use crate::pairs;
use crate::problem::Problem;
use crate::table::{Table, text};

const HOW: &str = "\
All of it is registered, or nothing. Each part takes the permission that it takes alone: who registers validation data needs that
of a data steward, and becomes its steward. Figures given by `--metric` count as reported. The answer says what the policies of
the next stage find, and what is missing there.";

/// Options of `assent onboard`.
#[derive(Debug, Args)]
#[command(after_help = HOW)]
pub(crate) struct Onboard {
    #[command(flatten)]
    model: model::register::Register,
    #[command(flatten)]
    first: version::register::Made,
    /// Its model card; whatever its form, it is sent as JSON
    #[arg(long, value_name = "FILE")]
    card: Option<PathBuf>,
    /// Another document of the version; several times for several documents
    #[arg(long = "document", value_name = "KIND=FILE", value_parser = pairs::parse)]
    documents: Vec<(String, String)>,
    #[command(flatten)]
    data: HeldOut,
}

/// The data that a version is validated on.
#[derive(Debug, Args)]
struct HeldOut {
    /// The data that it is validated on
    #[arg(long, value_name = "FILE", requires_all = ["data_name", "classification"])]
    validation_data: Option<PathBuf>,
    /// The name of that data set
    #[arg(long, value_name = "NAME", requires = "validation_data")]
    data_name: Option<String>,
    /// How sensitive it is: PUBLIC, INTERNAL, CONFIDENTIAL or RESTRICTED
    #[arg(long, requires = "validation_data")]
    classification: Option<String>,
    /// Its columns, where the file is no CSV file: Parquet, Arrow IPC or JSON lines
    #[arg(long, value_name = "COL,...", value_delimiter = ',', requires = "validation_data")]
    columns: Vec<String>,
    /// Columns with protected or otherwise sensitive attributes
    #[arg(long, value_name = "COL,...", value_delimiter = ',', requires = "validation_data")]
    sensitive: Vec<String>,
    /// The column that names a row; needed with --label
    #[arg(long, value_name = "COL", requires_all = ["label", "validation_data"])]
    id_column: Option<String>,
    /// The column with the true value
    #[arg(long, value_name = "COL", requires = "id_column")]
    label: Option<String>,
    /// Values of the label that count as positive
    #[arg(long, value_name = "VALUE,...", value_delimiter = ',', requires = "label")]
    label_positive: Vec<String>,
    /// What the label is: binary, multiclass, regression; binary if absent
    #[arg(long, value_name = "NAME", requires = "label")]
    task: Option<String>,
    /// Suites that are measured on it
    #[arg(long, value_name = "SUITE,...", value_delimiter = ',', requires = "validation_data")]
    designated_for: Vec<String>,
    /// Its datasheet
    #[arg(long, value_name = "FILE", requires = "validation_data")]
    datasheet: Option<PathBuf>,
}

impl Onboard {
    /// Runs the command.
    pub(crate) fn run(self, context: &Context) -> Result<Answer, Problem> {
        // What is wrong in a card is told before anything is sent.
        let card = self.card.map(|path| file::read(&path)).transpose()?;
        let client = context.client()?;
        let mut documents = Vec::new();
        if let Some(held) = &card {
            documents.push(attach::sent(&client, &held.record)?);
        }
        for (kind, path) in &self.documents {
            documents.push(document(&client, kind, Path::new(path))?);
        }
        let mut body = json!({
            "model": self.model.body(&client)?,
            "version": self.first.body(&client)?,
            "documents": documents,
        });
        let data = self.data.registered().map(|data| data.body(&client)).transpose()?;
        pairs::put(&mut body, "validationData", data.as_ref());
        let mut answer = shown(client.post("/api/v1/onboarding", &body)?);
        for line in card.iter().flat_map(|held| &held.left_out) {
            answer = answer.hint(format!("left out: {line}"));
        }
        Ok(answer)
    }
}

impl HeldOut {
    /// The same as `assent dataset register` takes it, where there is some.
    fn registered(self) -> Option<dataset::register::Register> {
        let (file, name, classification) = (
            self.validation_data?,
            self.data_name.unwrap_or_default(),
            self.classification.unwrap_or_default(),
        );
        Some(dataset::register::Register {
            name,
            number: None,
            file,
            columns: self.columns,
            classification,
            sensitive: self.sensitive,
            id_column: self.id_column,
            label: self.label,
            label_positive: self.label_positive,
            task: self.task,
            designated_for: self.designated_for,
            datasheet: self.datasheet,
        })
    }
}

fn document(client: &Client, kind: &str, path: &Path) -> Result<Value, Problem> {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
    let name = name.ok_or_else(|| Problem::new(format!("`{}` is not a file", path.display())))?;
    let blob = client.upload(path)?;
    Ok(json!({"kind": kind, "name": name, "sha256": blob.get("sha256")}))
}

/// The governance record.
fn shown(answer: Value) -> Answer {
    let record = answer.get("object").cloned().unwrap_or_default();
    let facts = [
        ("model", "/model/id"),
        ("name", "/model/name"),
        ("tier", "/model/tier"),
        ("tier rule", "/model/tierRule"),
        ("tier criterion", "/model/tierCriterion"),
        ("owner", "/model/owner/name"),
        ("version", "/version/id"),
        ("number", "/version/number"),
        ("stage", "/version/stage"),
        ("validation data", "/validationData/id"),
        ("log index", "/logIndex"),
    ];
    let list = |pointer| record.pointer(pointer).and_then(Value::as_array).cloned().unwrap_or_default();
    let stage = text(&record, "/firstCheck/stage");
    let line = format!(
        "on its way to {stage}: compliance {} (score {})",
        text(&record, "/firstCheck/compliance/status"),
        text(&record, "/firstCheck/compliance/score")
    );
    let mut shown = Answer::new(answer)
        .table(Table::facts(&record, &facts))
        .table(check::findings(&list("/firstCheck/findings")))
        .line(line);
    for reason in list("/firstCheck/missing") {
        shown = shown.line(format!("missing: {}: {}", text(&reason, "/code"), text(&reason, "/message")));
        shown = shown.with(Block::Hint(text(&reason, "/remedy")));
    }
    shown
}
