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
    /// What you could decide or sign now, in your own name or in the place of somebody who lets you
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
                let promotions = client.list("/api/v1/inbox", &[], self.limit as usize)?;
                let mut found: Vec<Value> = promotions.iter().flat_map(by_hand).collect();
                let requests = client.get(&with_query("/api/v1/inbox/requests", &[limit]))?;
                let items = requests.get("items").and_then(Value::as_array).into_iter().flatten();
                found.extend(items.cloned().map(with_names));
                let is_cut = requests.get("truncated") == Some(&Value::Bool(true));
                let columns: Vec<_> =
                    REQUEST.into_iter().chain([("in the place of", "/inPlaceOf")]).collect();
                let lent = found.iter().any(|item| item.get("inPlaceOf").is_some());
                let nothing = if is_cut { "nothing was found so far" } else { "nothing waits for you" };
                let answer = shown(&found, if lent { &columns } else { &REQUEST }, nothing);
                Ok(if is_cut {
                    answer.line("there may be more: ask again with a larger --limit, or later")
                } else {
                    answer
                })
            }
        }
    }
}

/// A promotion as the other requests are shown: once for what waits in one's own name, and once for each person in whose place
/// something waits.
fn by_hand(item: &Value) -> Vec<Value> {
    let holds = |part: &Value, list: &str| {
        part.get(list).and_then(Value::as_array).is_some_and(|steps| !steps.is_empty())
    };
    let own = [item].into_iter().filter(|own| holds(own, "steps") || holds(own, "escalated"));
    let others = item.get("onBehalfOf").and_then(Value::as_array).into_iter().flatten();
    own.map(|own| promotion(item, own, None))
        .chain(others.map(|other| promotion(item, other, Some(named(other.get("person"))))))
        .collect()
}

fn promotion(item: &Value, part: &Value, in_place_of: Option<Value>) -> Value {
    let at = |pointer: &str| item.pointer(pointer).cloned().unwrap_or_default();
    let mut shown = json!({
        "kind": "PROMOTION", "id": at("/promotion/id"), "model": at("/promotion/model"),
        "about": at("/promotion/target/stage"), "state": at("/promotion/state"),
        "requested": at("/promotion/requested"), "steps": part.get("steps").cloned().unwrap_or_default(),
    });
    if let Some((shown, person)) = shown.as_object_mut().zip(in_place_of) {
        shown.insert("inPlaceOf".to_owned(), json!([person]));
    }
    shown
}

/// An item with the names of those in whose place it waits, if there are any.
pub(crate) fn with_names(mut item: Value) -> Value {
    let persons = item.get("onBehalfOf").and_then(Value::as_array).filter(|persons| !persons.is_empty());
    // Of a promotion a person comes with their steps.
    let name = |it: &Value| named(Some(it.get("person").unwrap_or(it)));
    let names: Option<Vec<Value>> = persons.map(|persons| persons.iter().map(name).collect());
    if let Some((item, names)) = item.as_object_mut().zip(names) {
        item.insert("inPlaceOf".to_owned(), Value::from(names));
    }
    item
}

/// The name of a person, or the id of one whose name was erased.
fn named(person: Option<&Value>) -> Value {
    let of = |field: &str| person.and_then(|person| person.get(field)).filter(|value| !value.is_null());
    of("name").or_else(|| of("id")).cloned().unwrap_or_default()
}

fn shown(items: &[Value], columns: &[(&str, &str)], nothing: &str) -> Answer {
    let table = Table::of(items, columns);
    let answer = Answer::new(json!({"items": items}));
    if table.is_empty() { answer.line(nothing) } else { answer.table(table) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_in_the_place_of_somebody_has_a_line_of_its_own() {
        let cora = json!({"person": {"id": 7, "name": "Cora"}, "steps": ["legal"], "escalated": []});
        let erased = json!({"person": {"id": 8, "name": null}, "steps": [], "escalated": ["legal"]});
        let (one, other) = (cora.clone(), erased);
        let item = json!({"promotion": {"id": 1, "target": {"stage": "PRODUCTION"}}, "steps": ["technical"],
            "escalated": [], "onBehalfOf": [one, other]});
        let lines = by_hand(&item);
        let of = |field: &str| lines.iter().map(|line| line[field].clone()).collect::<Vec<_>>();
        assert_eq!(of("steps"), [json!(["technical"]), json!(["legal"]), json!([])]);
        assert_eq!(of("inPlaceOf"), [Value::Null, json!(["Cora"]), json!([8])]);
        assert_eq!(of("about"), [json!("PRODUCTION"), json!("PRODUCTION"), json!("PRODUCTION")]);
        let others = json!({"promotion": {"id": 1}, "steps": [], "escalated": [], "onBehalfOf": [cora]});
        assert_eq!(by_hand(&others).len(), 1, "nothing in one's own name");
    }

    #[test]
    fn an_item_names_those_in_whose_place_it_waits() {
        let request = json!({"id": 1, "onBehalfOf": [{"id": 7, "name": "Cora"}, {"id": 9, "name": "Lena"}]});
        assert_eq!(with_names(request)["inPlaceOf"], json!(["Cora", "Lena"]));
        let promotion = json!({"onBehalfOf": [{"person": {"id": 7, "name": "Cora"}, "steps": []}]});
        assert_eq!(with_names(promotion)["inPlaceOf"], json!(["Cora"]));
        assert_eq!(with_names(json!({"onBehalfOf": []})).get("inPlaceOf"), None);
    }
}
