//! `assent retention`: how long records are to be kept, and until when the log is by that.

use serde_json::Value;

use super::Context;
use crate::output::Answer;
use crate::problem::Problem;
use crate::table::{Table, text};

/// Runs the command, which takes no options.
pub(crate) fn run(context: &Context) -> Result<Answer, Problem> {
    Ok(shown(context.client()?.get("/api/v1/retention")?))
}

fn shown(answer: Value) -> Answer {
    let classes = answer.get("classes").and_then(Value::as_array).cloned().unwrap_or_default();
    let columns = [("class", "/class"), ("keep", "/keep"), ("rule", "/rule"), ("title", "/title")];
    let line = match answer.get("logKeptUntil") {
        Some(_) => format!(
            "the log, whose newest entry is of {}, is to be kept for {}, until {}",
            text(&answer, "/newestEntry"),
            text(&answer, "/logKeptFor"),
            text(&answer, "/logKeptUntil")
        ),
        None => format!("the pack `{}` says nothing of how long records are kept", text(&answer, "/pack")),
    };
    let without = |class: &&Value| class.get("keep").is_none();
    let missing: Vec<String> = classes.iter().filter(without).map(|class| text(class, "/class")).collect();
    let mut shown = Answer::new(answer).table(Table::of(&classes, &columns)).line(line);
    shown = shown.line("the platform deletes nothing by itself");
    if !missing.is_empty() {
        shown = shown.hint(format!("write a `RetentionRule` for {}", missing.join(", ")));
    }
    shown
}
