//! Links between documents: the file is there, and so is the heading.

use super::{Finding, Sources};

/// Checks every relative link of every document.
pub(super) fn check(sources: &Sources, findings: &mut Vec<Finding>) {
    for (file, text) in sources.texts(&[".md"]) {
        for (line, target) in links(text) {
            if let Some(what) = broken(sources, file, target) {
                let remedy = "name a file of this repository, relative to this one, and one of its headings";
                findings.push(Finding { file: file.to_owned(), line, what, remedy });
            }
        }
    }
}

/// The targets of links `[text](target)` outside of code, with their lines.
fn links(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut in_code = false;
    let prose = (1..).zip(text.lines()).filter(move |(_, line)| {
        let fence = line.trim_start().starts_with("```");
        in_code ^= fence;
        !in_code && !fence
    });
    prose.flat_map(|(number, line)| {
        let parts = line.split("](").skip(1);
        parts.filter_map(move |part| Some((number, part.split_once(')')?.0)))
    })
}

fn broken(sources: &Sources, file: &str, target: &str) -> Option<String> {
    let target = target.split_whitespace().next().unwrap_or_default();
    if target.contains("://") || target.starts_with("mailto:") {
        return None;
    }
    let (path, heading) = target.split_once('#').unwrap_or((target, ""));
    let path = if path.is_empty() { file.to_owned() } else { resolve(file, path) };
    if !sources.has(&path) {
        return Some(format!("the link leads to `{path}`, which is not there"));
    }
    let known =
        heading.is_empty() || sources.text(&path).is_none_or(|text| slugs(text).any(|slug| slug == heading));
    (!known).then(|| format!("`{path}` has no heading `#{heading}`"))
}

/// The path below the root of a target seen from a file.
fn resolve(file: &str, target: &str) -> String {
    let mut parts: Vec<&str> = file.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// What headings are called in links.
fn slugs(text: &str) -> impl Iterator<Item = String> {
    let headings = text.lines().filter_map(|line| line.strip_prefix('#'));
    headings.map(|heading| {
        let heading = heading.trim_start_matches('#').trim().to_lowercase();
        let kept = heading.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
        kept.map(|c| if c == ' ' { '-' } else { c }).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::super::{fake, found};
    use super::*;

    #[test]
    fn broken_links_are_found_and_others_are_not() {
        let page = "See [a](../README.md#set-up-in-2-steps), [b](b.md), [c](https://example.invalid/x).\n\
                    ```\n[code](nowhere.md)\n```\n[d](missing.md) [e](#here) [f](../crates)\n## Here\n[g](b.md#none)\n";
        let files = [
            ("README.md", "# Set up, in 2 steps\n"),
            ("docs/a.md", page),
            ("docs/b.md", "# B\n"),
            ("crates/x/Cargo.toml", ""),
        ];
        let remedy = "name a file of this repository, relative to this one, and one of its headings";
        assert_eq!(
            found(check, &fake(&files, serde_json::Value::Null)),
            [
                format!("docs/a.md:5: the link leads to `docs/missing.md`, which is not there; {remedy}"),
                format!("docs/a.md:7: `docs/b.md` has no heading `#none`; {remedy}"),
            ]
        );
    }
}
