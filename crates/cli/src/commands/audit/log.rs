//! `assent audit log`: searches the log, newest first, or follows it.

use std::collections::{BTreeMap, BTreeSet};
use std::thread;
use std::time::Duration;

use clap::Args;
use serde_json::{Value, json};

use crate::client::Client;
use crate::commands::Context;
use crate::output::{Answer, Block, Format, Printer};
use crate::problem::{Exit, Problem};
use crate::table::{Table, text};

/// How often a followed log is asked.
const PAUSE: Duration = Duration::from_secs(1);
/// How many entries are looked back for between two questions.
const LOOK_BACK: usize = 1_000;
/// How many names are looked up.
const MAX_PEOPLE: usize = 2_000;

/// Options of `assent audit log`. Absent filters do not restrict.
#[derive(Debug, Args)]
pub(crate) struct Log {
    /// Only events of that type, for example `reviewDecided`
    #[arg(long = "type", value_name = "TYPE")]
    kind: Option<String>,
    /// Only events by that principal: its id
    #[arg(long, value_name = "ID")]
    actor: Option<uuid::Uuid>,
    /// Only events on that kind of object, for example VERSION
    #[arg(long, value_name = "KIND")]
    subject_kind: Option<String>,
    /// Only events on that object
    #[arg(long, value_name = "ID")]
    subject_id: Option<String>,
    /// Only events that concern that model: its id
    #[arg(long, value_name = "ID")]
    model: Option<uuid::Uuid>,
    /// Only events with that outcome: SUCCESS, FAILURE or PARTIAL
    #[arg(long)]
    outcome: Option<String>,
    /// Only events of that command
    #[arg(long, value_name = "ID")]
    correlation: Option<uuid::Uuid>,
    /// Not before that time, as RFC 3339
    #[arg(long, value_name = "TIME")]
    from: Option<String>,
    /// Before that time, as RFC 3339
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    /// At most so many
    #[arg(long, default_value_t = 50)]
    limit: usize,
    /// Go on, and show what comes
    #[arg(long)]
    follow: bool,
}

impl Log {
    /// Runs the command.
    pub(super) fn run(self, context: &Context) -> Result<Exit, Problem> {
        let client = context.client()?;
        let mut entries = self.entries(&client, self.limit)?;
        if self.follow {
            entries.reverse();
            return self.follow(&client, entries, context.printer);
        }
        let people = People::known_to(&client);
        let answer = Answer::new(json!({"items": entries})).table(table(&entries, &people));
        Ok(context.printer.answer(&answer))
    }

    /// Shows what comes until somebody stops the program.
    fn follow(&self, client: &Client, first: Vec<Value>, printer: Printer) -> Result<Exit, Problem> {
        let mut shown: BTreeSet<u64> = BTreeSet::new();
        let (mut fresh, people) = (first, People::known_to(client));
        loop {
            for entry in &fresh {
                show(entry, &people, printer);
            }
            shown.extend(fresh.iter().filter_map(index));
            while shown.len() > LOOK_BACK {
                shown.pop_first();
            }
            thread::sleep(PAUSE);
            fresh = self.entries(client, LOOK_BACK.min(200))?;
            let newest = shown.last().copied();
            fresh.retain(|entry| index(entry) > newest);
            fresh.reverse();
        }
    }

    fn entries(&self, client: &Client, limit: usize) -> Result<Vec<Value>, Problem> {
        let id = |id: Option<uuid::Uuid>| id.map(|id| id.to_string());
        let query = [
            ("type", self.kind.clone()),
            ("actor", id(self.actor)),
            ("subjectKind", self.subject_kind.clone()),
            ("subjectId", self.subject_id.clone()),
            ("model", id(self.model)),
            ("outcome", self.outcome.clone()),
            ("correlation", id(self.correlation)),
            ("from", self.from.clone()),
            ("until", self.until.clone()),
        ];
        client.list("/api/v1/log/entries", &query, limit)
    }
}

fn index(entry: &Value) -> Option<u64> {
    entry.get("index").and_then(Value::as_u64)
}

fn show(entry: &Value, people: &People, printer: Printer) {
    match printer.format() {
        Format::Json => printer.json_line(entry),
        Format::Table | Format::Html | Format::Junit | Format::Markdown => {
            let at = |pointer| text(entry, pointer);
            let [at_time, kind, action] = ["/entry/time", "/entry/type", "/entry/action"].map(at);
            let line = format!("{}  {at_time}  {kind}  {}  {action}", at("/index"), people.actor(entry));
            printer.blocks(&[Block::Line(line)]);
        }
    }
}

/// Entries as a table.
pub(crate) fn table(entries: &[Value], people: &People) -> Table {
    let mut table = Table::new([">index", "time", "type", "actor", "action", "outcome"]);
    for entry in entries {
        let at = |pointer| text(entry, pointer);
        let [at_time, kind, action, outcome] =
            ["/entry/time", "/entry/type", "/entry/action", "/entry/outcome"].map(at);
        table.row([at("/index"), at_time, kind, people.actor(entry), action, outcome]);
    }
    table
}

/// Names by id. The log itself holds ids only.
#[derive(Debug, Default)]
pub(crate) struct People(BTreeMap<String, String>);

impl People {
    /// The principals, if this client may list them.
    pub(crate) fn known_to(client: &Client) -> Self {
        let found = client.list("/api/v1/principals", &[], MAX_PEOPLE).unwrap_or_default();
        let named = found.iter().map(|principal| (text(principal, "/id"), text(principal, "/name")));
        Self(named.filter(|(_, name)| name != "-").collect())
    }

    /// Who did it, by name where the name is known.
    fn actor(&self, entry: &Value) -> String {
        if text(entry, "/entry/actor/kind") == "SYSTEM" {
            return "the platform".to_owned();
        }
        let id = text(entry, "/entry/actor/id");
        self.0.get(&id).cloned().unwrap_or(id)
    }
}
