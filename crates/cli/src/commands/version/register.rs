//! `assent version register`

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Value, json};

use super::layout::Layout;
use crate::client::{Client, escaped};
use crate::commands::Context;
use crate::names;
use crate::output::Answer;
use crate::pairs;
use crate::problem::Problem;

/// Options of `assent version register`.
#[derive(Debug, Args)]
pub(crate) struct Register {
    /// The model: its name or id
    #[arg(required_unless_present = "from_layout")]
    model: Option<String>,
    /// A folder with `metadata.json` and the files that it names; the same folder makes one version, however often
    #[arg(long, value_name = "DIR", conflicts_with_all = ["kind", "artifacts", "params", "metrics", "datasets", "run"])]
    from_layout: Option<PathBuf>,
    /// Only read the folder and compare its files with its metadata; needs no server
    #[arg(long, requires = "from_layout")]
    dry_run: bool,
    #[command(flatten)]
    made: Made,
}

/// What a version is made of.
#[derive(Debug, Args)]
pub(in crate::commands) struct Made {
    /// What it is: CLASSICAL, DEEP, LLM, PROMPT, AGENT or VENDOR
    #[arg(long, default_value = "CLASSICAL")]
    kind: String,
    /// A file of the version; several times for several files, the main one first
    #[arg(long = "artifact", value_name = "FILE")]
    artifacts: Vec<PathBuf>,
    /// A training parameter
    #[arg(long = "param", value_name = "KEY=VALUE", value_parser = pairs::parse)]
    params: Vec<(String, String)>,
    /// A metric that the builder reports
    #[arg(long = "metric", value_name = "NAME=NUMBER", value_parser = pairs::parse_number)]
    metrics: Vec<(String, f64)>,
    /// A data set that it was made with: id, or `name:number`
    #[arg(long = "dataset", value_name = "DATASET")]
    datasets: Vec<String>,
    /// The training run that it came from
    #[arg(long)]
    run: Option<String>,
}

impl Register {
    /// Runs the command.
    pub(crate) fn run(self, context: &Context) -> Result<Answer, Problem> {
        if let Some(folder) = &self.from_layout {
            let layout = Layout::read(folder)?;
            if self.dry_run {
                return Ok(layout.told());
            }
            return layout.send(&context.client()?, self.model.as_deref());
        }
        let client = context.client()?;
        let body = self.made.body(&client)?;
        let path = format!("/api/v1/models/{}/versions", escaped(&self.model.unwrap_or_default()));
        Ok(super::written(client.post(&path, &body)?))
    }
}

impl Made {
    /// The version as it is sent, once its files are there.
    pub(in crate::commands) fn body(self, client: &Client) -> Result<Value, Problem> {
        let artifacts: Vec<Value> =
            self.artifacts.iter().map(|file| artifact(client, file)).collect::<Result<_, _>>()?;
        let datasets: Vec<String> =
            self.datasets.iter().map(|name| names::dataset_id(client, name)).collect::<Result<_, _>>()?;
        let mut body = json!({
            "kind": self.kind,
            "artifacts": artifacts,
            "params": self.params.into_iter().collect::<BTreeMap<_, _>>(),
            "reportedMetrics": self.metrics.into_iter().collect::<BTreeMap<_, _>>(),
            "datasets": datasets,
        });
        pairs::put(&mut body, "sourceRun", self.run.as_ref());
        Ok(body)
    }
}

fn artifact(client: &Client, file: &Path) -> Result<Value, Problem> {
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned());
    let name = name.ok_or_else(|| Problem::new(format!("`{}` is not a file", file.display())))?;
    let format = file.extension().map(|extension| extension.to_string_lossy().into_owned());
    let blob = client.upload(file)?;
    let mut artifact = json!({"name": name, "sha256": blob.get("sha256")});
    pairs::put(&mut artifact, "format", format.as_ref());
    Ok(artifact)
}
