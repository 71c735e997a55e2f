//! Names on the command line: an id, or what people call a thing.

use serde_json::Value;
use uuid::Uuid;

use crate::client::{Client, escaped, unexpected};
use crate::problem::Problem;

/// How many principals or data sets are looked through for a name.
const LOOKED_THROUGH: usize = 10_000;

/// A version: its id, or `model:number`. Gives its view.
pub(crate) fn version(client: &Client, name: &str) -> Result<Value, Problem> {
    if let Ok(id) = Uuid::try_parse(name) {
        return client.get(&format!("/api/v1/versions/{id}"));
    }
    let (model, number) = numbered(name).ok_or_else(|| {
        Problem::new(format!("`{name}` does not name a version")).hint("give its id, or `model:number`")
    })?;
    client.get(&format!("/api/v1/models/{}/versions/{number}", escaped(model)))
}

/// The id of a version.
pub(crate) fn version_id(client: &Client, name: &str) -> Result<String, Problem> {
    match Uuid::try_parse(name) {
        Ok(id) => Ok(id.to_string()),
        Err(_) => id(name, &version(client, name)?),
    }
}

/// The id of a model: itself, or the one that has the name.
pub(crate) fn model_id(client: &Client, name: &str) -> Result<String, Problem> {
    match Uuid::try_parse(name) {
        Ok(id) => Ok(id.to_string()),
        Err(_) => id(name, &client.get(&format!("/api/v1/models/{}", escaped(name)))?),
    }
}

/// The id of a data set: itself, or `name:number`.
pub(crate) fn dataset_id(client: &Client, name: &str) -> Result<String, Problem> {
    if let Ok(id) = Uuid::try_parse(name) {
        return Ok(id.to_string());
    }
    let (wanted, number) = numbered(name).ok_or_else(|| {
        Problem::new(format!("`{name}` does not name a data set")).hint("give its id, or `name:number`")
    })?;
    let found = client.list("/api/v1/datasets", &[], LOOKED_THROUGH)?.into_iter().find(|dataset| {
        dataset.get("name").and_then(Value::as_str) == Some(wanted)
            && dataset.get("number").and_then(Value::as_u64) == Some(number)
    });
    let none = || {
        Problem::new(format!("there is no data set `{name}`")).hint("list them with `assent dataset list`")
    };
    id(name, &found.ok_or_else(none)?)
}

/// The id of a principal: itself, or the one that has the name.
pub(crate) fn principal_id(client: &Client, name: &str) -> Result<String, Problem> {
    if let Ok(id) = Uuid::try_parse(name) {
        return Ok(id.to_string());
    }
    let mut found = client.list("/api/v1/principals", &[], LOOKED_THROUGH)?;
    found.retain(|principal| principal.get("name").and_then(Value::as_str) == Some(name));
    match found.as_slice() {
        [one] => id(name, one),
        [] => Err(Problem::new(format!("nobody has the name `{name}`"))
            .hint("list people with `assent admin principal list`")),
        many => {
            Err(Problem::new(format!("{} principals have the name `{name}`", many.len())).hint("give the id"))
        }
    }
}

/// A system: its id, or its name. Gives its view.
pub(crate) fn system(client: &Client, name: &str) -> Result<Value, Problem> {
    if let Ok(id) = Uuid::try_parse(name) {
        return client.get(&format!("/api/v1/systems/{id}"));
    }
    let query = [("name", Some(name.to_owned())), ("retired", Some("true".to_owned()))];
    let found = client.list("/api/v1/systems", &query, 1)?.into_iter().next();
    found.ok_or_else(|| {
        Problem::new(format!("there is no system `{name}`"))
            .hint("list them with `assent system list --retired`")
    })
}

/// The id in a view.
pub(crate) fn id(what: &str, view: &Value) -> Result<String, Problem> {
    let id = view.get("id").and_then(Value::as_str);
    id.map(str::to_owned).ok_or_else(|| unexpected(what, view))
}

fn numbered(name: &str) -> Option<(&str, u64)> {
    let (name, number) = name.rsplit_once(':')?;
    Some((name, number.parse().ok()?)).filter(|(name, _)| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_colon_parts_name_and_number() {
        assert_eq!(numbered("score:3"), Some(("score", 3)));
        assert_eq!(numbered("a:b:12"), Some(("a:b", 12)));
        for wrong in ["score", "score:", ":3", "score:x", "score:-1"] {
            assert_eq!(numbered(wrong), None, "{wrong}");
        }
    }
}
