//! The engine speaks no pack's language: roles and tiers are data, and no source but tests and the demo names one.

use std::collections::BTreeSet;

use super::{Finding, Sources};

/// What tells a pack's tiers apart everywhere: levels of risk and severities are the engine's own words.
const OWN: [&str; 4] = ["LOW", "MEDIUM", "HIGH", "CRITICAL"];
/// Sources that tell the story of one pack.
const STORIES: [&str; 1] = ["crates/cli/src/commands/demo"];

/// Looks for the ids of roles and tiers of every pack in the texts of the engine.
pub(super) fn check(sources: &Sources, findings: &mut Vec<Finding>) {
    let words = words(sources);
    for (file, text) in sources.texts(&[".rs"]) {
        let engine = file.starts_with("crates/") && file.contains("/src/") && !file.ends_with("_tests.rs");
        let engine = engine && !file.contains("/tests/") && !file.ends_with("/tests.rs");
        if !engine || STORIES.iter().any(|story| file.starts_with(story)) {
            continue;
        }
        for (line, code) in (1..).zip(text.lines()).take_while(|(_, code)| code.trim() != "#[cfg(test)]") {
            for word in literals(code).flat_map(named).filter(|word| words.contains(word)) {
                let what = format!("`{word}` is a role or tier of a pack");
                let remedy = "ask the pack for it: by a permission, a duty, or the order of tiers";
                findings.push(Finding { file: file.to_owned(), line, what, remedy });
            }
        }
    }
}

/// The ids of roles and tiers of all packs.
fn words(sources: &Sources) -> BTreeSet<&str> {
    let packs = sources.texts(&[".yaml"]).filter(|(file, _)| file.starts_with("packs/"));
    let documents = packs.flat_map(|(_, text)| text.split("\n---"));
    let field = |document: &'_ str, name: &str| -> Option<String> {
        document.lines().find_map(|line| Some(line.strip_prefix(name)?.strip_prefix(": ")?.trim().to_owned()))
    };
    let named = documents.filter(|document| {
        field(document, "kind").is_some_and(|kind| ["Role", "Tier"].contains(&kind.as_str()))
    });
    let ids = named.filter_map(|document| document.lines().find_map(|line| line.strip_prefix("id: ")));
    ids.map(str::trim).filter(|id| !OWN.contains(id)).collect()
}

/// The texts in quotes on a line of code, comments left out.
fn literals(code: &str) -> impl Iterator<Item = &str> {
    let code = if code.trim_start().starts_with("//") { "" } else { code };
    code.split('"').skip(1).step_by(2)
}

/// What a text names: itself, and its parts that are no ordinary words.
fn named(text: &str) -> impl Iterator<Item = &str> {
    let parts =
        text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).filter(|part| part.contains('_'));
    parts.chain(Some(text).filter(|text| !text.contains('_')))
}

#[cfg(test)]
mod tests {
    use super::super::{fake, found};
    use super::*;

    #[test]
    fn words_of_packs_are_found_in_texts_of_the_engine_only() {
        let pack = "kind: Role\nid: works_council\n---\nkind: Tier\nid: tier_1\n---\nkind: Tier\nid: HIGH\n---\nkind: Stage\nid: LIVE\n";
        let code = "// \"works_council\" in a comment\nlet a = \"tier_1\";\nlet b = \"HIGH\";\nlet c = (\"LIVE\", \"x tier_1-works_council\");\n\
                    let tier_1 = 0;\n#[cfg(test)]\nlet d = \"tier_1\";\n";
        let files = [
            ("packs/p/a.yaml", pack),
            ("crates/x/src/a.rs", code),
            ("crates/x/tests/a.rs", "\"tier_1\""),
            ("crates/cli/src/commands/demo/a.rs", "\"tier_1\""),
        ];
        let remedy = "ask the pack for it: by a permission, a duty, or the order of tiers";
        assert_eq!(
            found(check, &fake(&files, serde_json::Value::Null)),
            [
                format!("crates/x/src/a.rs:2: `tier_1` is a role or tier of a pack; {remedy}"),
                format!("crates/x/src/a.rs:4: `tier_1` is a role or tier of a pack; {remedy}"),
                format!("crates/x/src/a.rs:4: `works_council` is a role or tier of a pack; {remedy}"),
            ]
        );
    }
}
