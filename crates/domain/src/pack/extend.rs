//! Packs that build on a built-in one.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Document;
use crate::{Code, Refusal};

type Documents = Vec<(String, Value)>;

/// How many packs can build on one another.
const MAX_DEPTH: usize = 8;

/// The documents with those of the built-in packs that they build on. A document replaces the one of the same kind and id;
/// the base's own `Pack` document gives way, and so do its `Settings`, `Duties`, `ChangeRules` and `RiskModel` where the pack has
/// some, because there is one of each.
pub fn extended(
    mut documents: Documents,
    builtin: &BTreeMap<String, Documents>,
) -> Result<Documents, Refusal> {
    let mut next = base_name(&documents);
    let mut takes = takes(&documents)?;
    for _ in 0..MAX_DEPTH {
        let Some(name) = next else { return Ok(documents) };
        let Some(base) = builtin.get(&name) else {
            let known: Vec<&str> = builtin.keys().map(String::as_str).collect();
            let message =
                format!("there is no built-in pack `{name}` to extend; there are {}", known.join(", "));
            return Err(Refusal::new(Code::PackInvalid, message).at("/documents"));
        };
        next = base_name(base);
        let kept = base.iter().filter(|(_, document)| {
            !is_replaced(document, &documents)
                && field(document, "kind").is_some_and(|kind| takes.contains(&kind))
        });
        let kept: Documents = kept.cloned().collect();
        documents.extend(kept);
        let of_base = self::takes(base)?;
        takes.retain(|kind| of_base.contains(kind));
    }
    let message = format!("more than {MAX_DEPTH} packs build on one another");
    Err(Refusal::new(Code::PackInvalid, message).at("/documents"))
}

/// The kinds of documents that a pack takes over: all, but where it names some.
fn takes(documents: &Documents) -> Result<Vec<&'static str>, Refusal> {
    let pack = documents.iter().find(|(_, document)| field(document, "kind") == Some("Pack"));
    let Some(named) = pack.and_then(|(_, pack)| pack.get("takes")).and_then(Value::as_array) else {
        return Ok(Document::KINDS.to_vec());
    };
    let known = |name: &Value| Document::KINDS.into_iter().find(|kind| name.as_str() == Some(kind));
    let known = |name: &Value| {
        known(name).ok_or_else(|| {
            let message =
                format!("`takes` names {name}, which is no kind of document: {}", Document::KINDS.join(", "));
            Refusal::new(Code::PackInvalid, message).at("/documents")
        })
    };
    named.iter().map(known).collect()
}

fn field<'a>(document: &'a Value, name: &str) -> Option<&'a str> {
    document.get(name).and_then(Value::as_str)
}

fn base_name(documents: &Documents) -> Option<String> {
    let pack = documents.iter().find(|(_, document)| field(document, "kind") == Some("Pack"))?;
    field(&pack.1, "extends").map(str::to_owned)
}

fn is_replaced(old: &Value, by: &Documents) -> bool {
    let kind = field(old, "kind");
    let single = matches!(kind, Some("Pack" | "Settings" | "Duties" | "ChangeRules" | "RiskModel"));
    by.iter().any(|(_, new)| field(new, "kind") == kind && (single || field(new, "id") == field(old, "id")))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn named(documents: &[Value]) -> Documents {
        documents.iter().map(|document| ("f".to_owned(), document.clone())).collect()
    }

    #[test]
    fn a_pack_takes_over_what_it_does_not_replace() {
        let base = named(&[
            json!({"kind": "Pack", "id": "default"}),
            json!({"kind": "Role", "id": "owner", "title": "old"}),
            json!({"kind": "Role", "id": "auditor"}),
            json!({"kind": "Settings", "id": "settings"}),
        ]);
        let builtin = BTreeMap::from([("default".to_owned(), base)]);
        let mine = named(&[
            json!({"kind": "Pack", "id": "mine", "extends": "default"}),
            json!({"kind": "Role", "id": "owner", "title": "new"}),
        ]);
        let merged = extended(mine.clone(), &builtin).unwrap();
        let key =
            |document| format!("{} {}", field(document, "kind").unwrap(), field(document, "id").unwrap());
        let keys: Vec<String> = merged.iter().map(|(_, document)| key(document)).collect();
        assert_eq!(keys, ["Pack mine", "Role owner", "Role auditor", "Settings settings"]);
        assert_eq!(field(&merged[1].1, "title"), Some("new"));
        let refusal = extended(mine, &BTreeMap::new()).unwrap_err();
        assert_eq!(refusal.code, Code::PackInvalid);
    }

    #[test]
    fn a_pack_takes_the_kinds_that_it_names() {
        let of = |kind: &str, id: &str| json!({"kind": kind, "id": id});
        let far = named(&[of("Pack", "far"), of("Role", "r1"), of("Tier", "t1"), of("Stage", "s1")]);
        let near = json!({"kind": "Pack", "id": "near", "extends": "far", "takes": ["Role", "Tier"]});
        let near = named(&[near, of("Role", "r2"), of("Stage", "s2")]);
        let builtin = BTreeMap::from([("far".to_owned(), far), ("near".to_owned(), near)]);
        let mine = |takes: Value| {
            extended(
                named(&[json!({"kind": "Pack", "id": "mine", "extends": "near", "takes": takes})]),
                &builtin,
            )
        };
        let ids = |merged: Documents| -> Vec<String> {
            merged.iter().filter_map(|(_, document)| field(document, "id").map(str::to_owned)).collect()
        };
        assert_eq!(ids(mine(json!(["Role", "Stage"])).unwrap()), ["mine", "r2", "s2", "r1"]);
        assert_eq!(ids(mine(json!([])).unwrap()), ["mine"]);
        assert_eq!(ids(mine(Value::Null).unwrap()), ["mine", "r2", "s2", "r1", "t1"]);
        let refusal = mine(json!(["Rolle"])).unwrap_err();
        assert!(refusal.message.contains("\"Rolle\""), "{refusal:?}");
    }

    #[test]
    fn a_circle_ends() {
        let circle = named(&[json!({"kind": "Pack", "id": "a", "extends": "a"})]);
        let builtin = BTreeMap::from([("a".to_owned(), circle.clone())]);
        assert_eq!(extended(circle, &builtin).unwrap_err().code, Code::PackInvalid);
    }
}
