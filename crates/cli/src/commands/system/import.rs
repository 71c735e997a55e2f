//! `assent system import`

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use super::MAX_SYSTEMS;
use super::inventory::{self, Row};
use crate::client::Client;
use crate::commands::Context;
use crate::names;
use crate::output::Answer;
use crate::problem::Problem;
use crate::table::Table;

/// The largest inventory.
const MAX_FILE_BYTES: u64 = 64 * 1024 * 1024;

/// Options of `assent system import`.
#[derive(Debug, Args)]
pub(crate) struct Import {
    /// The inventory, as `assent system export` writes it; columns that it does not have are left as they are
    file: PathBuf,
    /// Only say what would be done
    #[arg(long)]
    dry_run: bool,
}

/// What a row comes to.
struct Step {
    number: usize,
    name: String,
    action: &'static str,
    /// Where it is sent, and what.
    request: Option<(String, Value)>,
}

impl Import {
    /// Runs the command.
    pub(crate) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let file = self.file.display().to_string();
        let size =
            std::fs::metadata(&self.file).map_err(|error| Problem::path("read", &self.file, error))?.len();
        if size > MAX_FILE_BYTES {
            return Err(Problem::new(format!("{file} has {size} bytes, more than {MAX_FILE_BYTES}"))
                .hint("import it in parts"));
        }
        let bytes = std::fs::read(&self.file).map_err(|error| Problem::path("read", &self.file, error))?;
        let rows = inventory::read(&file, &bytes)?;
        let client = context.client()?;
        let steps = steps(&client, &file, &rows)?;
        if !self.dry_run {
            for (done, step) in steps.iter().enumerate() {
                let Some((path, body)) = &step.request else { continue };
                client.post(path, body).map_err(|problem| stopped(problem, &file, step, done))?;
            }
        }
        let told = |step: &Step| json!({"row": step.number, "name": step.name, "action": step.action});
        let told: Vec<Value> = steps.iter().map(told).collect();
        let table = Table::of(&told, &[(">row", "/row"), ("system", "/name"), ("action", "/action")]);
        let count = |action: &str| steps.iter().filter(|step| step.action == action).count();
        let line = format!(
            "{}{} new, {} changed, {} as they were",
            if self.dry_run { "would be: " } else { "" },
            count("NEW"),
            count("CHANGED"),
            count("SAME")
        );
        Ok(Answer::new(json!({"dryRun": self.dry_run, "rows": told})).table(table).line(line))
    }
}

/// What every row comes to, before anything is sent.
fn steps(client: &Client, file: &str, rows: &[Row]) -> Result<Vec<Step>, Problem> {
    let all = [("retired", Some("true".to_owned()))];
    let there = client.list("/api/v1/systems", &all, MAX_SYSTEMS)?;
    let there: BTreeMap<&str, &Value> =
        there.iter().filter_map(|system| Some((system.get("name")?.as_str()?, system))).collect();
    let mut versions: BTreeMap<String, String> = BTreeMap::new();
    let mut steps = Vec::with_capacity(rows.len());
    for row in rows {
        let name = row.text("name").to_owned();
        let before = there.get(name.as_str()).copied();
        if before.is_some_and(|system| system.get("retired").is_some()) {
            return Err(Problem::new(format!("{file}, row {}: the system `{name}` is retired", row.number))
                .hint("leave it out, or give the new system another name"));
        }
        let uses = uses(client, row, &mut versions).map_err(|problem| Problem {
            message: format!("{file}, row {}: {}", row.number, problem.message),
            ..problem
        })?;
        let path = match before.and_then(|system| system.get("id")).and_then(Value::as_str) {
            Some(id) => format!("/api/v1/systems/{id}/revise"),
            None => "/api/v1/systems".to_owned(),
        };
        let request = inventory::body(row, uses.as_deref(), before).map(|body| (path, body));
        let action = match (&request, before) {
            (None, _) => "SAME",
            (Some(_), Some(_)) => "CHANGED",
            (Some(_), None) => "NEW",
        };
        steps.push(Step { number: row.number, name, action, request });
    }
    Ok(steps)
}

/// The ids of the versions that a row names, each asked for once.
fn uses(
    client: &Client,
    row: &Row,
    known: &mut BTreeMap<String, String>,
) -> Result<Option<Vec<String>>, Problem> {
    let Some(Value::Array(names)) = row.cells.get("uses") else { return Ok(None) };
    let mut ids = Vec::with_capacity(names.len());
    for name in names.iter().filter_map(Value::as_str) {
        let id = match known.get(name) {
            Some(id) => id.clone(),
            None => names::version_id(client, name)?,
        };
        known.insert(name.to_owned(), id.clone());
        ids.push(id);
    }
    Ok(Some(ids))
}

/// A row was refused: what came before it is done, and is not done again by another import.
fn stopped(problem: Problem, file: &str, step: &Step, done: usize) -> Problem {
    let message = format!(
        "{file}, row {} (`{}`): {}; the {done} rows before it are done, and importing the file again leaves them as they are",
        step.number, step.name, problem.message
    );
    Problem { message, ..problem }
}
