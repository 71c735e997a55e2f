//! ARCHITECTURE.md against the sources: what it names is there, and what is there it names.

use serde_json::Value;

use super::{Finding, Sources, dependencies, folder, name};

const FILE: &str = "ARCHITECTURE.md";

/// Checks the paths, the crates and the table of dependencies.
pub(super) fn check(sources: &Sources, findings: &mut Vec<Finding>) {
    let Some(text) = sources.text(FILE) else {
        let what = format!("there is no {FILE}");
        findings.push(Finding { file: FILE.to_owned(), line: 0, what, remedy: "write one" });
        return;
    };
    for (line, path) in paths(sources, text) {
        if !sources.has(path) {
            let what = format!("`{path}` is not there");
            findings.push(Finding { file: FILE.to_owned(), line, what, remedy: "name what is there" });
        }
    }
    for package in sources.members() {
        if !text.contains(&format!("`{}", folder(package))) {
            let what = format!("`{}` is not named", folder(package));
            findings.push(Finding {
                file: FILE.to_owned(),
                line: 0,
                what,
                remedy: "say what the crate is for",
            });
        }
        check_dependencies(sources, text, package, findings);
    }
}

/// Spans of code that are paths: their first part lies in the root.
fn paths<'a>(sources: &'a Sources, text: &'a str) -> impl Iterator<Item = (usize, &'a str)> {
    let spans = (1..).zip(text.lines()).flat_map(|(line, text)| {
        let spans = text.split('`').skip(1).step_by(2);
        spans.map(move |span| (line, span))
    });
    spans.filter(move |(_, span)| {
        let plain = span.chars().all(|c| c.is_ascii_alphanumeric() || "/._-".contains(c));
        let first = span.split('/').next().unwrap_or_default();
        let is_file = ends_with(span, &[".md", ".toml", ".rs", ".yaml"]);
        let is_below_root = span.contains('/') && !first.is_empty() && (is_file || sources.has(first));
        plain && (is_below_root || ends_with(span, &[".md"]))
    })
}

fn ends_with(text: &str, ends: &[&str]) -> bool {
    ends.iter().any(|end| text.ends_with(end))
}

/// Every direct dependency stands in a table of the document.
fn check_dependencies(sources: &Sources, text: &str, package: &Value, findings: &mut Vec<Finding>) {
    let manifest = format!("{}/Cargo.toml", folder(package));
    for dependency in
        [Value::Null, "dev".into(), "build".into()].iter().flat_map(|kind| dependencies(package, kind))
    {
        let is_ours = sources.members().any(|member| name(member) == dependency);
        let is_listed =
            text.lines().filter(|line| line.starts_with('|')).any(|line| has_word(line, dependency));
        if !is_ours && !is_listed {
            let what = format!("the dependency `{dependency}` is not in the table of {FILE}");
            findings.push(Finding {
                file: manifest.clone(),
                line: 0,
                what,
                remedy: "add it there with its reason",
            });
        }
    }
}

fn has_word(line: &str, word: &str) -> bool {
    line.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_')).any(|part| part == word)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::{fake, found};
    use super::*;

    fn metadata() -> Value {
        let manifest = crate::run::root().join("crates/a/Cargo.toml");
        json!({"workspace_members": ["a"], "packages": [{"id": "a", "name": "assent-a", "manifest_path": manifest,
            "dependencies": [{"name": "serde", "kind": null}, {"name": "tempfile", "kind": "dev"}]}]})
    }

    #[test]
    fn a_document_that_fits_passes() {
        let text = "`crates/a/` does it, see `crates/a/src/lib.rs`, not `/api/v1` and `tile/0/x001`.\n\
                    | need | choice |\n| JSON | serde 1, tempfile |\n";
        let sources =
            fake(&[(FILE, text), ("crates/a/src/lib.rs", ""), ("crates/a/Cargo.toml", "")], metadata());
        assert_eq!(found(check, &sources), Vec::<String>::new());
    }

    #[test]
    fn what_does_not_fit_is_named() {
        let text = "see `crates/b/src/lib.rs` and `MISSING.md`\n| serde_json | tempfile |\n";
        let sources = fake(&[(FILE, text), ("crates/a/Cargo.toml", "")], metadata());
        assert_eq!(
            found(check, &sources),
            [
                "ARCHITECTURE.md:1: `crates/b/src/lib.rs` is not there; name what is there",
                "ARCHITECTURE.md:1: `MISSING.md` is not there; name what is there",
                "ARCHITECTURE.md: `crates/a` is not named; say what the crate is for",
                "crates/a/Cargo.toml: the dependency `serde` is not in the table of ARCHITECTURE.md; add it there with \
                 its reason",
            ]
        );
    }
}
