//! `assent comment add`

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use super::Thread;
use crate::commands::Context;
use crate::names;
use crate::output::Answer;
use crate::pairs;
use crate::problem::Problem;

/// Options of `assent comment add`.
#[derive(Debug, Args)]
pub(crate) struct Add {
    #[command(flatten)]
    thread: Thread,
    /// What there is to say
    text: String,
    /// Id of the comment that it answers
    #[arg(long, value_name = "COMMENT")]
    answers: Option<uuid::Uuid>,
    /// Whom it is meant for: an id or a name; can be repeated
    #[arg(long = "mention", value_name = "PERSON")]
    mentions: Vec<String>,
    /// A file to bring along; can be repeated
    #[arg(long = "attach", value_name = "FILE")]
    files: Vec<PathBuf>,
}

impl Add {
    /// Runs the command.
    pub(super) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let client = context.client()?;
        let mentions: Vec<String> =
            self.mentions.iter().map(|name| names::principal_id(&client, name)).collect::<Result<_, _>>()?;
        let mut attachments: Vec<Value> = Vec::with_capacity(self.files.len());
        for file in &self.files {
            let name = file.file_name().map(|name| name.to_string_lossy().into_owned());
            let blob = client.upload(file)?;
            attachments.push(json!({"name": name, "sha256": blob.get("sha256")}));
        }
        let mut body = json!({"text": self.text, "mentions": mentions, "attachments": attachments});
        pairs::put(&mut body, "answers", self.answers.as_ref());
        Ok(super::written(client.post(&self.thread.path(), &body)?))
    }
}
