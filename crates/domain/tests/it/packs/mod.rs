//! The packs that ship, and the published schemas: they compile, say what they are meant to say, and every kind of mistake
//! is reported with its place.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use assent_domain::Code;
use assent_domain::RiskLevel;
use assent_domain::facts;
use assent_domain::identity::Permission;
use assent_domain::pack::{
    CompiledPolicy, ComplianceLevel, Enforcement, Pack, Period, Problem, Severity, StepKind, apply,
    json_schemas, weaker,
};
use serde_json::{Value, json};

type Documents = Vec<(String, Value)>;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The documents of a folder, each with its file, relative to the folder.
fn read(folder: &str) -> Documents {
    let base = root().join(folder);
    let mut documents = Vec::new();
    let mut folders = vec![base.clone()];
    while let Some(folder) = folders.pop() {
        let mut paths: Vec<PathBuf> =
            std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        for path in paths {
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let file = path.strip_prefix(&base).unwrap().display().to_string();
            let text = std::fs::read_to_string(&path).unwrap();
            let values: Vec<Value> =
                serde_saphyr::from_multiple(&text).unwrap_or_else(|e| panic!("{file}: {e}"));
            documents.extend(values.into_iter().map(|value| (file.clone(), value)));
        }
    }
    documents
}

/// `base` with the documents of `over` in the place of those of the same kind and id; there is one of the kind Pack.
fn extended(base: Documents, over: Documents) -> Documents {
    let key = |value: &Value| match value["kind"].as_str() {
        Some("Pack") => ("Pack".to_owned(), String::new()),
        kind => (kind.unwrap_or_default().to_owned(), value["id"].as_str().unwrap_or_default().to_owned()),
    };
    let kept = |document: &(String, Value)| !over.iter().any(|(_, value)| key(value) == key(&document.1));
    let mut documents: Documents = base.into_iter().filter(kept).collect();
    documents.extend(over);
    documents
}

fn default_documents() -> Documents {
    read("packs/default")
}

fn compiled(documents: Documents) -> Pack {
    Pack::compile(documents).unwrap_or_else(|problems| panic!("{problems:#?}"))
}

fn default_pack() -> Pack {
    compiled(default_documents())
}

fn compas_pack() -> Pack {
    compiled(extended(default_documents(), read("examples/compas/pack")))
}

fn policy<'a>(pack: &'a Pack, id: &str) -> &'a CompiledPolicy {
    pack.policies()
        .iter()
        .find(|compiled| compiled.policy.id == id)
        .unwrap_or_else(|| panic!("no policy {id}"))
}

fn strings(values: &[&str]) -> Vec<String> {
    values.iter().map(|value| (*value).to_owned()).collect()
}

/// `metric operator bound` of every threshold, with the suite.
fn bounds(pack: &Pack) -> Vec<String> {
    let set = pack.thresholds().unwrap();
    let line = |t: &assent_domain::pack::Threshold| {
        format!("{} {} {} {}", t.suite, t.metric, t.operator.symbol(), t.bound)
    };
    set.thresholds.iter().map(line).collect()
}

mod content;
mod mistakes;
mod policies;
mod reference;
mod registry;
mod schemas;
mod shipped;
mod tiers;
mod ways;
mod weaker;
