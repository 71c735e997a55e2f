//! `assent inbox`

use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use crate::client::with_query;
use crate::commands::Context;
use crate::output::Answer;
use crate::problem::Problem;
use crate::table::Table;

/// Options of `assent inbox`.
#[derive(Debug, Args)]
pub(crate) struct Inbox {
    /// What is shown
    #[arg(value_enum, default_value_t = What::Waiting)]
    what: What,
    /// With `mine`: requests that are over as well
    #[arg(long)]
    all: bool,
    /// At most so many of each list
    #[arg(long, default_value_t = 50)]
    limit: u32,
}

/// What is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum What {
    /// What you could decide or sign now
    Waiting,
    /// What you asked for
    Mine,
    /// What you decided, from the log
    Decided,
}

/// What is shown of a request of any kind.
const REQUEST: [(&str, &str); 7] = [
    ("what", "/kind"),
    ("model", "/model/name"),
    ("about", "/about"),
    ("state", "/state"),
    ("since", "/requested/at"),
    ("by", "/requested/by/name"),
    ("id", "/id"),
];

/// What is shown of a decision.
const DECISION: [(&str, &str); 6] = [
    ("at", "/at"),
    ("what", "/subject"),
    ("name", "/name"),
    ("decision", "/decision"),
    (">log index", "/index"),
    ("id", "/id"),
];

impl Inbox {
    /// Runs the command.
    pub(crate) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let limit = ("limit", Some(self.limit.to_string()));
        let client = context.client()?;
        let items = |path: &str, query: &[(&str, Option<String>)]| {
            let found = client.get(&with_query(path, query))?;
            Ok::<_, Problem>(found.get("items").and_then(Value::as_array).cloned().unwrap_or_default())
        };
        match self.what {
            What::Mine => {
                let all = ("all", self.all.then(|| "true".to_owned()));
                let found = items("/api/v1/inbox/mine", &[all, limit])?;
                Ok(shown(&found, &REQUEST, "you asked for nothing that is not over"))
            }
            What::Decided => {
                Ok(shown(&items("/api/v1/inbox/decided", &[limit])?, &DECISION, "you decided nothing yet"))
            }
            What::Waiting => {
                let promotions = items("/api/v1/inbox", std::slice::from_ref(&limit))?;
                let mut found: Vec<Value> = promotions.iter().map(promotion).collect();
                found.extend(items("/api/v1/inbox/requests", &[limit])?);
                Ok(shown(&found, &REQUEST, "nothing waits for you"))
            }
        }
    }
}

/// A promotion as the other requests are shown.
fn promotion(item: &Value) -> Value {
    let at = |pointer: &str| item.pointer(pointer).cloned().unwrap_or_default();
    json!({
        "kind": "PROMOTION", "id": at("/promotion/id"), "model": at("/promotion/model"),
        "about": at("/promotion/target/stage"), "state": at("/promotion/state"),
        "requested": at("/promotion/requested"), "steps": at("/steps"),
    })
}

fn shown(items: &[Value], columns: &[(&str, &str)], nothing: &str) -> Answer {
    let table = Table::of(items, columns);
    let answer = Answer::new(json!({"items": items}));
    if table.is_empty() { answer.line(nothing) } else { answer.table(table) }
}
