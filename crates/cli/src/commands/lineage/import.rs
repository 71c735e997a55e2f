//! `assent lineage import`

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use super::{dvc, events};
use crate::client::Client;
use crate::commands::Context;
use crate::output::Answer;
use crate::problem::Problem;

/// How many edges are sent at once.
const AT_ONCE: usize = 500;
/// How many remarks are shown.
const SHOWN: usize = 50;

/// Options of `assent lineage import`.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("what").required(true))]
pub(crate) struct Import {
    /// A folder with a repository of DVC: its `*.dvc`, `dvc.yaml` and `dvc.lock`
    #[arg(long, value_name = "DIR", group = "what")]
    dvc: Option<PathBuf>,
    /// A file with events of `OpenLineage`, one JSON object a line
    #[arg(long, value_name = "FILE", group = "what")]
    openlineage: Option<PathBuf>,
}

/// What was taken in.
#[derive(Debug, Default)]
pub(super) struct Taken {
    recorded: u64,
    known: u64,
    missing: Vec<String>,
}

impl Taken {
    /// Sends something, and counts what became of it.
    pub(super) fn send(&mut self, client: &Client, path: &str, body: &Value) -> Result<(), Problem> {
        let answer = client.post(path, body)?;
        let count = |name: &str| {
            answer.pointer(&format!("/object/{name}")).and_then(Value::as_u64).unwrap_or_default()
        };
        self.recorded += count("recorded");
        self.known += count("known");
        let missing = answer.pointer("/object/missing").and_then(Value::as_array);
        for text in missing.into_iter().flatten().filter_map(Value::as_str) {
            self.remark(text.to_owned());
        }
        Ok(())
    }

    /// Remembers what is missing, each once.
    pub(super) fn remark(&mut self, text: String) {
        if self.missing.len() < 1_000 && !self.missing.contains(&text) {
            self.missing.push(text);
        }
    }

    fn told(self) -> Answer {
        let Self { recorded, known, missing } = self;
        let json = json!({"recorded": recorded, "known": known, "missing": missing});
        let mut answer = Answer::new(json).line(format!("{recorded} statements are new, {known} were known"));
        for text in missing.iter().take(SHOWN) {
            answer = answer.line(format!("missing: {text}"));
        }
        if missing.len() > SHOWN {
            answer = answer
                .hint(format!("{} more are in the answer as JSON: `--output json`", missing.len() - SHOWN));
        }
        answer
    }
}

impl Import {
    /// Runs the command.
    pub(crate) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let mut taken = Taken::default();
        if let Some(folder) = &self.dvc {
            let read = dvc::read(folder)?;
            let client = context.client()?;
            for text in read.missing {
                taken.remark(text);
            }
            for edges in read.edges.chunks(AT_ONCE) {
                taken.send(&client, "/api/v1/lineage", &json!({"source": "DVC", "edges": edges}))?;
            }
        }
        if let Some(file) = &self.openlineage {
            events::send(&context.client()?, file, &mut taken)?;
        }
        Ok(taken.told())
    }
}
