//! Arrows point down: which crate may use which, and what the core crates may use at all.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Finding, Sources, dependencies, folder, name};

/// Crates of ours that a crate may use. What is not listed may use all (the binary, tests, benchmarks).
const ARROWS: [(&str, &[&str]); 13] = [
    ("assent-sabotage", &[]),
    ("assent-log", &["assent-sabotage"]),
    ("assent-cel", &[]),
    ("assent-cards", &[]),
    ("assent-eval", &["assent-sabotage"]),
    ("assent-scan", &[]),
    ("assent-store", &[]),
    ("assent-tls", &[]),
    ("assent-domain", &["assent-cel", "assent-log", "assent-sabotage"]),
    ("assent-store-sqlite", &["assent-sabotage", "assent-store"]),
    ("assent-store-postgres", &["assent-sabotage", "assent-store", "assent-tls"]),
    (
        "assent-app",
        &[
            "assent-cards",
            "assent-domain",
            "assent-eval",
            "assent-log",
            "assent-sabotage",
            "assent-scan",
            "assent-store",
        ],
    ),
    (
        "assent-server",
        &[
            "assent-app",
            "assent-cards",
            "assent-domain",
            "assent-eval",
            "assent-log",
            "assent-scan",
            "assent-store",
            "assent-tls",
        ],
    ),
];

/// Everything that the core crates use. None of it reads a clock, a file, a socket or random numbers.
const CORE: [(&str, &[&str]); 7] = [
    ("assent-log", &["base64", "ed25519-dalek", "ring", "serde", "serde_json", "thiserror", "uuid"]),
    ("assent-cel", &["jiff", "regex", "regex-syntax", "serde", "serde_json", "thiserror"]),
    (
        "assent-cards",
        &["schemars", "serde", "serde-saphyr", "serde_json", "serde_path_to_error", "thiserror", "uuid"],
    ),
    (
        "assent-eval",
        &[
            "arrow-array",
            "arrow-buffer",
            "arrow-ipc",
            "arrow-schema",
            "bytes",
            "csv",
            "parquet",
            "rayon",
            "serde",
            "serde_json",
            "statrs",
            "thiserror",
        ],
    ),
    (
        "assent-scan",
        &["bzip2", "flate2", "lzma-rust2", "serde", "serde_json", "serde_path_to_error", "thiserror"],
    ),
    ("assent-store", &["proptest", "thiserror", "uuid"]),
    ("assent-domain", &["jiff", "regex", "schemars", "serde", "serde_json", "thiserror", "uuid"]),
];

/// What must not come in through another crate either.
const NEVER_BELOW: [&str; 10] = [
    "axum",
    "hyper",
    "libsqlite3-sys",
    "mio",
    "object_store",
    "reqwest",
    "rusqlite",
    "tokio",
    "tokio-postgres",
    "ureq",
];

/// Checks direct dependencies against the lists, and indirect ones of the core.
pub(super) fn check(sources: &Sources, findings: &mut Vec<Finding>) {
    for package in sources.members() {
        let file = format!("{}/Cargo.toml", folder(package));
        let mut find =
            |what: String, remedy| findings.push(Finding { file: file.clone(), line: 0, what, remedy });
        let is_ours = |dependency: &str| sources.members().any(|member| name(member) == dependency);
        let used: BTreeSet<&str> = dependencies(package, &Value::Null).collect();
        if let Some((_, allowed)) = ARROWS.iter().find(|(known, _)| *known == name(package)) {
            for dependency in used.iter().filter(|used| is_ours(used) && !allowed.contains(used)) {
                find(format!("the arrow to `{dependency}` points up"), "move what is shared down");
            }
        }
        if let Some((_, allowed)) = CORE.iter().find(|(known, _)| *known == name(package)) {
            for dependency in used.iter().filter(|used| !is_ours(used) && !allowed.contains(used)) {
                let remedy = "take it as an argument from above, or, if it is pure, add it to xtask/src/tidy/layers.rs";
                find(format!("a core crate uses `{dependency}`"), remedy);
            }
            for dependency in
                reached(sources, package).into_iter().map(name).filter(|name| NEVER_BELOW.contains(name))
            {
                find(
                    format!("a core crate reaches `{dependency}`"),
                    "find out with `cargo tree -i` and cut it",
                );
            }
        }
    }
}

/// All packages that a package needs to run.
pub(super) fn reached<'a>(sources: &'a Sources, package: &'a Value) -> Vec<&'a Value> {
    let nodes: Vec<&Value> =
        sources.metadata.pointer("/resolve/nodes").and_then(Value::as_array).into_iter().flatten().collect();
    let (mut seen, mut open) = (BTreeSet::new(), vec![id(package)]);
    while let Some(next) = open.pop() {
        if !seen.insert(next) {
            continue;
        }
        let node = nodes.iter().find(|node| id(node) == next);
        let deps = node.and_then(|node| node.get("deps")).and_then(Value::as_array).into_iter().flatten();
        open.extend(deps.filter(|dep| is_normal(dep)).filter_map(|dep| dep.get("pkg")?.as_str()));
    }
    sources.packages().filter(|package| seen.contains(id(package))).collect()
}

fn id(package: &Value) -> &str {
    package.get("id").and_then(Value::as_str).unwrap_or_default()
}

fn is_normal(dep: &Value) -> bool {
    let kinds = dep.get("dep_kinds").and_then(Value::as_array).into_iter().flatten();
    kinds.into_iter().any(|kind| kind.get("kind") == Some(&Value::Null))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::{fake, found};
    use super::*;

    fn sources(dependencies: &[&str], reached: &[&str]) -> Sources {
        let manifest = crate::run::root().join("crates/log/Cargo.toml");
        let listed: Vec<Value> =
            dependencies.iter().map(|name| json!({"name": name, "kind": null})).collect();
        let mut packages = vec![
            json!({"id": "log", "name": "assent-log", "manifest_path": manifest, "dependencies": listed}),
            json!({"id": "app", "name": "assent-app", "dependencies": []}),
        ];
        packages.extend(reached.iter().map(|name| json!({"id": name, "name": name, "dependencies": []})));
        let deps: Vec<Value> =
            reached.iter().map(|name| json!({"pkg": name, "dep_kinds": [{"kind": null}]})).collect();
        fake(
            &[],
            json!({"workspace_members": ["log", "app"], "packages": packages,
            "resolve": {"nodes": [{"id": "log", "deps": deps}]}}),
        )
    }

    #[test]
    fn what_stays_below_passes() {
        assert_eq!(found(check, &sources(&["serde", "ring"], &["serde"])), Vec::<String>::new());
    }

    #[test]
    fn arrows_that_point_up_and_foreign_crates_are_found() {
        assert_eq!(
            found(check, &sources(&["assent-app", "rand"], &["tokio"])),
            [
                "crates/log/Cargo.toml: the arrow to `assent-app` points up; move what is shared down",
                "crates/log/Cargo.toml: a core crate uses `rand`; take it as an argument from above, or, if it is pure, \
                 add it to xtask/src/tidy/layers.rs",
                "crates/log/Cargo.toml: a core crate reaches `tokio`; find out with `cargo tree -i` and cut it",
            ]
        );
    }
}
