//! `assent dataset register`

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use crate::client::Client;
use crate::commands::Context;
use crate::output::Answer;
use crate::pairs;
use crate::problem::Problem;
use crate::table::Table;

/// Options of `assent dataset register`.
#[derive(Debug, Args)]
pub(crate) struct Register {
    /// Its name
    pub(in crate::commands) name: String,
    /// Its version within the name
    #[arg(long)]
    pub(in crate::commands) number: Option<u64>,
    /// The data
    #[arg(long, value_name = "FILE")]
    pub(in crate::commands) file: PathBuf,
    /// Its columns, where the file is no CSV file: Parquet, Arrow IPC or JSON lines
    #[arg(long, value_name = "COL,...", value_delimiter = ',')]
    pub(in crate::commands) columns: Vec<String>,
    /// How sensitive it is: PUBLIC, INTERNAL, CONFIDENTIAL or RESTRICTED
    #[arg(long)]
    pub(in crate::commands) classification: String,
    /// Columns with protected or otherwise sensitive attributes
    #[arg(long, value_name = "COL,...", value_delimiter = ',')]
    pub(in crate::commands) sensitive: Vec<String>,
    /// The column that names a row; needed with --label
    #[arg(long, value_name = "COL", requires = "label")]
    pub(in crate::commands) id_column: Option<String>,
    /// The column with the true value
    #[arg(long, value_name = "COL", requires = "id_column")]
    pub(in crate::commands) label: Option<String>,
    /// Values of the label that count as positive
    #[arg(long, value_name = "VALUE,...", value_delimiter = ',', requires = "label")]
    pub(in crate::commands) label_positive: Vec<String>,
    /// What the label is: binary, multiclass, regression; binary if absent
    #[arg(long, value_name = "NAME", requires = "label")]
    pub(in crate::commands) task: Option<String>,
    /// Suites that are measured on it
    #[arg(long, value_name = "SUITE,...", value_delimiter = ',')]
    pub(in crate::commands) designated_for: Vec<String>,
    /// Its datasheet
    #[arg(long, value_name = "FILE")]
    pub(in crate::commands) datasheet: Option<PathBuf>,
}

impl Register {
    /// Runs the command.
    pub(crate) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let client = context.client()?;
        let answer = client.post("/api/v1/datasets", &self.body(&client)?)?;
        let object = answer.get("object").cloned().unwrap_or_default();
        Ok(Answer::new(answer).table(Table::facts(&object, &super::FACTS)))
    }

    /// The data set as it is sent, once its file is there.
    pub(in crate::commands) fn body(self, client: &Client) -> Result<Value, Problem> {
        let data = client.upload(&self.file)?;
        let mut body = json!({
            "name": self.name,
            "sha256": data.get("sha256"),
            "classification": self.classification,
            "sensitiveAttributes": self.sensitive,
            "designatedFor": self.designated_for,
        });
        pairs::put(&mut body, "number", self.number.as_ref());
        pairs::put(&mut body, "columns", (!self.columns.is_empty()).then_some(&self.columns));
        let labels = self.label.zip(self.id_column);
        let mut labels =
            labels.map(|(label, id)| json!({"id": id, "label": label, "positive": self.label_positive}));
        if let Some(labels) = &mut labels {
            pairs::put(labels, "task", self.task.map(|task| task.to_uppercase()).as_ref());
        }
        pairs::put(&mut body, "labels", labels.as_ref());
        let datasheet = self.datasheet.map(|file| client.upload(&file)).transpose()?;
        pairs::put(&mut body, "datasheet", datasheet.as_ref().and_then(|blob| blob.get("sha256")));
        Ok(body)
    }
}
