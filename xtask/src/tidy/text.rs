//! What must not stand in any file: notes to come back, places of one machine, names of registries.

use super::{Finding, Sources};

/// Files longer than this are listed, not refused: split by subject, not by length.
const LONG_LINES: usize = 700;

/// Endings of files that people write.
const WRITTEN: [&str; 12] =
    [".rs", ".toml", ".md", ".yaml", ".yml", ".sh", ".c", ".py", ".html", ".css", ".js", ".json"];
/// Of these, data: it is as long as it is.
const DATA: [&str; 1] = [".json"];
/// Files that tools write; they name registries.
const GENERATED: [&str; 2] = ["Cargo.lock", "package-lock.json"];

/// Cut in two, so that this file does not find itself.
const NOTES: [&str; 3] = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("dbg", "!(")];
const PLACES: [&str; 3] = [concat!("/ro", "ot/"), concat!("/ho", "me/"), concat!("/t", "mp/")];
const HOSTS: [&str; 7] = [
    concat!("crates", ".io"),
    concat!("docs", ".rs/"),
    concat!("pypi", ".org"),
    concat!("registry.npm", "js"),
    concat!("npmjs", ".com"),
    concat!("deb.deb", "ian"),
    concat!("ghcr", ".io"),
];

/// Checks every file that people write.
pub(super) fn check(sources: &Sources, findings: &mut Vec<Finding>) {
    if !sources.has("LICENSE") {
        let what = "there is no LICENSE".to_owned();
        findings.push(Finding {
            file: "LICENSE".to_owned(),
            line: 0,
            what,
            remedy: "add the text of the licence",
        });
    }
    for (file, text) in written(sources) {
        let is_test = file.contains("tests/") || file.ends_with("tests.rs");
        let mut in_tests = false;
        for (line, text) in (1..).zip(text.lines()) {
            in_tests |= text.trim_start().starts_with("#[cfg(test)]");
            check_line(&Place { file, line, is_test: is_test || in_tests }, text, findings);
        }
    }
}

fn written(sources: &Sources) -> impl Iterator<Item = (&str, &str)> {
    sources.texts(&WRITTEN).filter(|(file, _)| !GENERATED.iter().any(|name| file.ends_with(name)))
}

struct Place<'a> {
    file: &'a str,
    line: usize,
    is_test: bool,
}

fn check_line(place: &Place<'_>, text: &str, findings: &mut Vec<Finding>) {
    let mut find = |what: String, remedy| {
        findings.push(Finding { file: place.file.to_owned(), line: place.line, what, remedy });
    };
    if let Some(note) = NOTES.iter().find(|note| contains_word(text, note)) {
        find(format!("`{note}` stands here"), "do it, or write down why not");
    }
    if let Some(path) = PLACES.iter().find(|path| text.contains(*path)).filter(|_| !place.is_test) {
        find(format!("a path below `{path}` stands here"), "name no place of one machine");
    }
    if let Some(host) = HOSTS.iter().find(|host| text.contains(*host)) {
        find(format!("the registry `{host}` stands here"), "name the package, not where it comes from");
    }
}

/// Whether the text has the word, not as a part of a longer one.
fn contains_word(text: &str, word: &str) -> bool {
    let is_part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    text.match_indices(word).any(|(at, _)| {
        let (before, after) =
            (text.get(..at).unwrap_or_default(), text.get(at + word.len()..).unwrap_or_default());
        !is_part(before.chars().next_back()) && (word.ends_with('(') || !is_part(after.chars().next()))
    })
}

/// Long files.
pub(super) fn warnings(sources: &Sources) -> Vec<String> {
    let counted = written(sources).map(|(file, text)| (file, text.lines().count()));
    let long =
        counted.filter(|(file, lines)| *lines > LONG_LINES && !DATA.iter().any(|end| file.ends_with(end)));
    long.map(|(file, lines)| format!("{file} has {lines} lines; does it have one subject?")).collect()
}

#[cfg(test)]
mod tests {
    use super::super::{fake, found};
    use super::*;

    fn lines(file: &str, text: &str) -> Vec<String> {
        found(check, &fake(&[("LICENSE", ""), (file, text)], serde_json::Value::Null))
    }

    #[test]
    fn notes_places_and_registries_are_found_with_their_line() {
        let [note, place, host] = [NOTES[0], PLACES[2], HOSTS[0]];
        let text = format!("fine\n// {note}: later\nlet p = \"{place}x\";\nsee {host}\n");
        assert_eq!(
            lines("a.rs", &text),
            [
                format!("a.rs:2: `{note}` stands here; do it, or write down why not"),
                format!("a.rs:3: a path below `{place}` stands here; name no place of one machine"),
                format!(
                    "a.rs:4: the registry `{host}` stands here; name the package, not where it comes from"
                ),
            ]
        );
    }

    #[test]
    fn words_within_words_places_in_tests_and_generated_files_are_left_alone() {
        let (note, place, host) = (NOTES[0], PLACES[2], HOSTS[0]);
        assert!(lines("a.rs", &format!("fn {note}S() {{}}")).is_empty());
        assert!(lines("a.rs", &format!("#[cfg(test)]\nmod tests {{ \"{place}\" }}")).is_empty());
        assert!(lines("crates/a/tests/b.rs", &format!("\"{place}\"")).is_empty());
        assert!(lines("Cargo.lock", host).is_empty());
        assert!(lines("picture.png", note).is_empty());
    }

    #[test]
    fn a_missing_licence_and_long_files_are_named() {
        let sources =
            fake(&[("a.rs", &"x\n".repeat(701)), ("b.rs", &"x\n".repeat(700))], serde_json::Value::Null);
        assert_eq!(found(check, &sources), ["LICENSE: there is no LICENSE; add the text of the licence"]);
        assert_eq!(warnings(&sources), ["a.rs has 701 lines; does it have one subject?"]);
    }
}
