//! One good request for each operation that a made-up one would never get through: with objects of its own, in the state that
//! it asks for. They are written into the description as its examples, so that they are sent before anything else, and
//! what is made up begins from them.

mod changes;
mod comments;
mod delegations;
mod exceptions;
mod lineage;
mod models;
mod oversight;
mod people;
mod risk;

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, ensure};
use serde_json::{Map, Value, json};

use super::objects::Objects;
pub(super) use people::Session;

/// Good requests: operations, and values of `path` and `query`, and a `body`.
type Requests = Vec<(&'static str, Value)>;
/// Sessions to log out of, and to set another password in.
type Sessions = [Session; 2];

/// Good requests.
#[derive(Debug)]
pub(super) struct Examples {
    /// By operation: values of `path` and `query`, and a `body`.
    requests: BTreeMap<&'static str, Value>,
    /// Sessions to log out of, and to set another password in.
    pub(super) sessions: Sessions,
}

impl Examples {
    /// Makes the objects that they are about.
    pub(super) fn make(url: &str, objects: &Objects) -> Result<Self> {
        let mut requests = BTreeMap::new();
        requests.extend(models::requests(url, objects)?);
        requests.extend(people::requests(objects)?);
        requests.extend(exceptions::requests(url, objects)?);
        requests.extend(risk::requests(url, objects)?);
        requests.extend(changes::requests(url, objects)?);
        requests.extend(oversight::requests(url, objects)?);
        requests.extend(comments::requests(url, objects)?);
        requests.extend(delegations::requests(url, objects)?);
        requests.extend(lineage::requests(url, objects)?);
        requests.extend(reads());
        let (more, sessions) = people::doors(url, objects)?;
        requests.extend(more);
        Ok(Self { requests, sessions })
    }

    /// The description with these examples.
    pub(super) fn describe(&self, mut description: Value) -> Result<Value> {
        let paths = description.get_mut("paths").and_then(Value::as_object_mut);
        let items =
            paths.context("a description without paths")?.values_mut().filter_map(Value::as_object_mut);
        let (mut known, nothing) = (0, json!({}));
        for operation in items.flat_map(Map::values_mut) {
            let request = operation.get("operationId").and_then(Value::as_str);
            let request = request.and_then(|id| self.requests.get(id));
            known += usize::from(request.is_some());
            fill(operation, request.unwrap_or(&nothing))?;
        }
        ensure!(known == self.requests.len(), "there is an example of an operation that is not there");
        Ok(description)
    }
}

/// What any installation has.
fn reads() -> Requests {
    vec![
        ("getLogEntry", json!({"path": {"index": 0}})),
        ("proveInclusion", json!({"query": {"index": 0, "size": 2}})),
        ("proveConsistency", json!({"query": {"from": 1, "to": 2}})),
        ("tile", json!({"path": {"path": "0/000.p/2"}})),
        ("uploadBlob", json!({"body": "some bytes"})),
    ]
}

/// Writes a request into an operation.
fn fill(operation: &mut Value, request: &Value) -> Result<()> {
    let operation = operation.as_object_mut().context("an operation that is no object")?;
    // Who asks is said elsewhere; from here, a token would be made up.
    operation.insert("security".to_owned(), json!([]));
    let parameters = operation.entry("parameters").or_insert_with(|| json!([]));
    let parameters = parameters.as_array_mut().context("parameters that are no list")?;
    for parameter in parameters.iter_mut().filter_map(Value::as_object_mut) {
        let field = |name: &str| parameter.get(name).and_then(Value::as_str).unwrap_or_default();
        let value = request.get(field("in")).and_then(|values| values.get(field("name")));
        if let Some(value) = value.cloned() {
            parameter.insert("examples".to_owned(), json!({"good": {"value": value}}));
        }
    }
    // An operation without any example is left out: a header that nobody reads is one.
    let header =
        json!({"name": "X-Example", "in": "header", "schema": {"type": "string"}, "example": "good"});
    parameters.push(header);
    let content = operation.get_mut("requestBody").and_then(|body| body.pointer_mut("/content"));
    let content = content.and_then(Value::as_object_mut).and_then(|content| content.values_mut().next());
    // Where nothing is said of a body, nothing has to stand in it.
    let body = request.get("body").cloned();
    match content.and_then(Value::as_object_mut) {
        Some(content) => {
            let body = body.unwrap_or_else(|| json!({}));
            content.insert("examples".to_owned(), json!({"good": {"value": body}}));
        }
        None => ensure!(body.is_none(), "an example with a body, of an operation without one"),
    }
    Ok(())
}
