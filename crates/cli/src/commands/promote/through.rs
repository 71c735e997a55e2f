//! `assent promote VERSION --through STAGE`: walks all stages on the way, and stops where a person is needed.
//!
//! Every step asks the server what stands there and does the next thing that the caller may do, so a walk that stopped is gone
//! on with by the same command, and nothing is asked for twice.

use std::collections::{BTreeSet, VecDeque};

use serde_json::{Value, json};
use ureq::http::Method;

use crate::client::{Client, Reply, refused, success, with_query};
use crate::names;
use crate::output::{Answer, Block};
use crate::pairs;
use crate::problem::{Exit, Problem};
use crate::table::{Table, text};

/// The most promotions of one version that are looked through for an open one.
const LOOKED_THROUGH: usize = 1_000;

/// A walk.
pub(super) struct Walk<'a> {
    pub(super) client: &'a Client,
    pub(super) version: &'a str,
    pub(super) to: &'a str,
    pub(super) comment: Option<&'a String>,
}

/// Where a walk stands at one stage.
struct Stop {
    promotion: Value,
    /// Why it does not go on; empty once the version is there.
    waits_for: Vec<Value>,
}

impl Walk<'_> {
    /// Walks as far as it goes.
    pub(super) fn run(&self) -> Result<Answer, Problem> {
        let version = names::version(self.client, self.version)?;
        let (id, tier) = (text(&version, "/id"), text(&version, "/model/tier"));
        let from = text(&version, "/stage");
        let pack = self.client.get("/api/v1/packs/current")?;
        let documents = pack.get("documents").and_then(Value::as_array).cloned().unwrap_or_default();
        let workflows: Vec<Value> =
            documents.iter().filter_map(|held| held.get("document")).cloned().collect();
        let way = way(&workflows, &tier, &from, self.to).ok_or_else(|| {
            let message = format!(
                "no workflows of the pack lead a model of the tier `{tier}` from `{from}` to `{}`",
                self.to
            );
            Problem::new(message)
                .hint("workflows, and the tiers that they are for, stand in the pack")
                .exit(Exit::Refused)
        })?;
        let mut stops = Vec::new();
        for stage in way {
            let stop = self.step(&id, &stage)?;
            let goes_on = stop.waits_for.is_empty();
            stops.push((stage, stop));
            if !goes_on {
                break;
            }
        }
        Ok(self.account(&id, &from, &stops))
    }

    /// Brings the version to the next stage, as far as the caller can.
    fn step(&self, version: &str, stage: &str) -> Result<Stop, Problem> {
        let promotion = match self.open(version, stage)? {
            Some(open) => open,
            None => match self.requested(version, stage)? {
                Ok(requested) => requested,
                Err(reason) => return Ok(Stop { promotion: Value::Null, waits_for: vec![reason] }),
            },
        };
        let mut promotion = self.shown(&promotion)?;
        if ["DRAFT", "CHANGES_REQUIRED"].contains(&text(&promotion, "/state").as_str()) {
            let unmended = unmended(&promotion);
            if !unmended.is_empty() {
                return Ok(Stop { promotion, waits_for: unmended });
            }
            match self.tried(&promotion, "submit")? {
                Ok(submitted) => promotion = self.shown(&submitted)?,
                Err(reason) => return Ok(Stop { promotion, waits_for: vec![reason] }),
            }
        }
        let missing = missing(&promotion);
        if !missing.is_empty() {
            return Ok(Stop { promotion, waits_for: missing });
        }
        match self.tried(&promotion, "complete")? {
            Ok(completed) => Ok(Stop { promotion: completed, waits_for: Vec::new() }),
            Err(reason) => Ok(Stop { promotion, waits_for: vec![reason] }),
        }
    }

    /// The open promotion of the version to that stage.
    fn open(&self, version: &str, stage: &str) -> Result<Option<Value>, Problem> {
        let query = [("version", Some(version.to_owned()))];
        let promotions = self.client.list("/api/v1/promotions", &query, LOOKED_THROUGH)?;
        let is_open = |promotion: &Value| {
            text(promotion, "/target/stage") == stage
                && ["DRAFT", "CHANGES_REQUIRED", "IN_REVIEW", "APPROVED"]
                    .contains(&text(promotion, "/state").as_str())
        };
        Ok(promotions.into_iter().find(is_open))
    }

    /// A new promotion; or why there is none. Where somebody else was quicker, theirs.
    fn requested(&self, version: &str, stage: &str) -> Result<Result<Value, Value>, Problem> {
        let mut body = json!({"version": version, "target": {"stage": stage}});
        pairs::put(&mut body, "comment", self.comment);
        let reply = self.client.send(&Method::POST, "/api/v1/promotions", Some(&body))?;
        if text(&reply.json(), "/code") == "promotion-open"
            && let Some(open) = self.open(version, stage)?
        {
            return Ok(Ok(open));
        }
        outcome(&reply)
    }

    fn tried(&self, promotion: &Value, what: &str) -> Result<Result<Value, Value>, Problem> {
        let path = format!("/api/v1/promotions/{}/{what}", text(promotion, "/id"));
        outcome(&self.client.send(&Method::POST, &path, Some(&json!({})))?)
    }

    fn shown(&self, promotion: &Value) -> Result<Value, Problem> {
        self.client.get(&with_query(&format!("/api/v1/promotions/{}", text(promotion, "/id")), &[]))
    }

    /// What was done, and what waits for whom.
    fn account(&self, version: &str, from: &str, stops: &[(String, Stop)]) -> Answer {
        let arrived = stops.iter().all(|(_, stop)| stop.waits_for.is_empty());
        let stages: Vec<Value> = stops.iter().map(|(stage, stop)| told(stage, stop)).collect();
        let json = json!({
            "version": version, "from": from, "to": self.to, "arrived": arrived, "stages": stages
        });
        let mut blocks = Vec::new();
        for (stage, stop) in stops {
            if stop.waits_for.is_empty() {
                blocks.push(Block::Good(format!("{stage}: the version is there")));
            } else {
                blocks.push(Block::Bad(format!("{stage}: the way stops here")));
                blocks.extend(waiting(stop));
            }
        }
        if stops.is_empty() {
            blocks.push(Block::Good(format!("{}: the version is there already", self.to)));
        }
        let exit = if arrived { Exit::Done } else { Exit::No };
        let answer = Answer { blocks, exit, ..Answer::new(json) };
        if arrived { answer } else { answer.hint("run the same command again to go on from here") }
    }
}

fn told(stage: &str, stop: &Stop) -> Value {
    let member = |pointer: &str| stop.promotion.pointer(pointer).cloned().unwrap_or_default();
    json!({
        "stage": stage,
        "arrived": stop.waits_for.is_empty(),
        "promotion": member("/id"),
        "state": member("/state"),
        "waitsFor": stop.waits_for,
        "steps": open_steps(&stop.promotion).cloned().collect::<Vec<_>>(),
    })
}

/// The steps that somebody can decide now.
fn open_steps(promotion: &Value) -> impl Iterator<Item = &Value> {
    let steps = promotion.pointer("/now/steps").and_then(Value::as_array).into_iter().flatten();
    steps.filter(|step| text(step, "/state") == "OPEN")
}

fn waiting(stop: &Stop) -> Vec<Block> {
    let mut blocks = Vec::new();
    if !stop.promotion.is_null() {
        blocks.push(Block::Line(format!("promotion {}", text(&stop.promotion, "/id"))));
    }
    for reason in &stop.waits_for {
        blocks.push(Block::Line(format!("{}: {}", text(reason, "/code"), text(reason, "/message"))));
        blocks.push(Block::Hint(text(reason, "/remedy")));
    }
    let steps: Vec<Value> = open_steps(&stop.promotion).cloned().collect();
    if !steps.is_empty() {
        let columns = [("step", "/step"), ("waits for", "/missingRoles"), ("due", "/dueAt")];
        blocks.push(Block::Table(Table::of(&steps, &columns)));
    }
    blocks
}

/// What is missing for a promotion: nothing where its gate is open.
fn missing(promotion: &Value) -> Vec<Value> {
    promotion.pointer("/now/missing").and_then(Value::as_array).cloned().unwrap_or_default()
}

/// What was to be mended after the last round and is not: submitting again would come to the same.
fn unmended(promotion: &Value) -> Vec<Value> {
    let rounds = promotion.get("rounds").and_then(Value::as_array);
    let Some(last) = rounds.and_then(|rounds| rounds.last()) else { return Vec::new() };
    if last.get("failed").and_then(Value::as_array).is_some_and(|failed| !failed.is_empty()) {
        return missing(promotion)
            .into_iter()
            .filter(|reason| text(reason, "/code").starts_with("policy-"))
            .collect();
    }
    if text(last, "/evidence") != text(promotion, "/now/evidence") {
        return Vec::new();
    }
    let message = format!(
        "a reviewer asked for changes in round {}, and nothing has changed since",
        text(last, "/number")
    );
    let remedy = "mend it; or, if nothing is to be mended, submit it by `assent promote submit`";
    vec![json!({"code": "changes-requested", "message": message, "remedy": remedy})]
}

/// The object of a write, or the reason why the rules refuse it. Whatever else is wrong is a problem.
fn outcome(reply: &Reply) -> Result<Result<Value, Value>, Problem> {
    match reply.status {
        403 | 409 | 422 => {
            let Problem { message, hint, code, .. } = refused(reply);
            Ok(Err(json!({"code": code, "message": message, "remedy": hint})))
        }
        _ => Ok(Ok(success(reply)?.get("object").cloned().unwrap_or_default())),
    }
}

/// The stages on the shortest way, without the first; of several equally short ways, by the workflows that the pack names
/// first.
fn way(documents: &[Value], tier: &str, from: &str, to: &str) -> Option<Vec<String>> {
    let workflows = || documents.iter().filter(|document| leads(document, tier));
    let mut seen = BTreeSet::from([from.to_owned()]);
    let mut ways = VecDeque::from([Vec::new()]);
    while let Some(way) = ways.pop_front() {
        let here = way.last().map_or(from, String::as_str).to_owned();
        if here == to {
            return Some(way);
        }
        let starts_here = |workflow: &&Value| {
            let from = workflow.get("from").and_then(Value::as_array);
            from.is_some_and(|from| from.iter().any(|stage| stage.as_str() == Some(&here)))
        };
        for workflow in workflows().filter(starts_here) {
            let target = text(workflow, "/target");
            if seen.insert(target.clone()) {
                let mut longer = way.clone();
                longer.push(target);
                ways.push_back(longer);
            }
        }
    }
    None
}

/// Whether a document is a workflow for models of that tier.
fn leads(document: &Value, tier: &str) -> bool {
    let tiers = document.get("tiers").and_then(Value::as_array);
    text(document, "/kind") == "Workflow"
        && tiers.is_none_or(|tiers| tiers.iter().any(|known| known.as_str() == Some(tier)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn workflow(from: &[&str], target: &str, tiers: Option<&[&str]>) -> Value {
        let mut workflow = json!({"kind": "Workflow", "from": from, "target": target});
        pairs::put(&mut workflow, "tiers", tiers);
        workflow
    }

    fn check(documents: &[Value], tier: &str, from: &str, to: &str, expected: Option<&[&str]>) {
        let found = way(documents, tier, from, to);
        let expected = expected.map(|stages| stages.iter().map(|stage| (*stage).to_owned()).collect());
        assert_eq!(found, expected, "{tier}: {from} to {to}");
    }

    #[test]
    fn the_way_is_the_shortest_that_the_tier_may_take() {
        let documents = [
            json!({"kind": "Stage", "id": "DEV"}),
            workflow(&["DEV"], "TEST", None),
            workflow(&["TEST"], "STAGING", None),
            workflow(&["DEV"], "STAGING", Some(&["LOW"])),
            workflow(&["STAGING", "OLD"], "PROD", None),
            workflow(&["PROD"], "OLD", None),
        ];
        check(&documents, "HIGH", "DEV", "PROD", Some(&["TEST", "STAGING", "PROD"]));
        check(&documents, "LOW", "DEV", "PROD", Some(&["STAGING", "PROD"]));
        check(&documents, "LOW", "PROD", "PROD", Some(&[]));
        check(&documents, "LOW", "OLD", "PROD", Some(&["PROD"]));
        check(&documents, "LOW", "PROD", "DEV", None);
        check(&documents, "LOW", "NOWHERE", "PROD", None);
    }
}
