//! An answer as Markdown, for a summary of a job or a remark on a pull request: the verdict first, then what is missing.

use std::fmt::Write as _;

use assent_app::reports::markdown;

use super::{Answered, Line, Standing, cut};

/// The most rows of a table, or items of a list.
const MAX_ROWS: usize = 50;
/// The longest text of a cell, in characters.
const MAX_CELL_CHARS: usize = 400;

/// What nobody sees, and what ends a word that would become a link.
const BREAK: &str = "<!-- -->";

/// Writes an answer.
pub(crate) fn write(answered: &Answered) -> String {
    let asked = &answered.asked;
    let judged = answered.standing(Standing::Holds).count() + answered.standing(Standing::Excused).count();
    let mark = match (answered.passed, judged) {
        (false, _) => "✘",
        (true, 0) => "○",
        (true, _) => "✔",
    };
    let mut out = format!("## {mark} {}: {}\n\n", answered.verdict, escaped(&asked.way()));
    let score = answered.score.as_ref().map(|score| format!(", score {score}")).unwrap_or_default();
    let [pack, revision, _] = &asked.pack;
    let parts = [
        format!("`assent {}` at {}.", asked.command, asked.at.strftime("%Y-%m-%d %H:%M:%S UTC")),
        format!("Compliance {}.", escaped(&format!("{}{score}", answered.compliance))),
        format!("Pack {}, revision {}.\n\n", escaped(pack), escaped(revision)),
    ];
    out.push_str(&parts.join(" "));
    table(&mut out, "what is missing", answered.standing(Standing::Against));
    table(&mut out, "advice that is not followed", answered.standing(Standing::Advice));
    table(&mut out, "what is excused", answered.standing(Standing::Excused));
    list(&mut out, "Figures that do not hold:", &answered.figures);
    list(&mut out, "It rests on:", &answered.used);
    let count = |standing| answered.standing(standing).count();
    let (hold, not_applicable) = (count(Standing::Holds), count(Standing::NotApplicable));
    // A digest: nothing else is a word of code.
    let evidence: String = answered.evidence.chars().filter(char::is_ascii_alphanumeric).collect();
    let _ =
        writeln!(out, "What holds: {hold}; what does not apply: {not_applicable}. Evidence `{evidence}`.");
    out
}

fn table<'a>(out: &mut String, title: &str, lines: impl Iterator<Item = &'a Line>) {
    let lines: Vec<&Line> = lines.collect();
    if lines.is_empty() {
        return;
    }
    let rows = lines.iter().take(MAX_ROWS).map(|line| {
        let remedy = line.remedy.as_deref().unwrap_or("–");
        vec![escaped(&line.told()), escaped(&line.id()), escaped(remedy)]
    });
    markdown::table(out, &[title, "rule", "what to do"], rows);
    more(out, lines.len());
}

fn list(out: &mut String, title: &str, items: &[String]) {
    if items.is_empty() {
        return;
    }
    let _ = writeln!(out, "{title}\n");
    for item in items.iter().take(MAX_ROWS) {
        let _ = writeln!(out, "- {}", escaped(item));
    }
    out.push('\n');
    more(out, items.len());
}

fn more(out: &mut String, all: usize) {
    if let Some(left_out @ 1..) = all.checked_sub(MAX_ROWS) {
        let _ = writeln!(out, "{left_out} more are in the other reports.\n");
    }
}

/// Words that bring no markup of their own, call nobody, and become no link and no reference.
fn escaped(text: &str) -> String {
    let escaped = markdown::escaped(&cut(text, MAX_CELL_CHARS));
    let mut out = String::with_capacity(escaped.len());
    let mut chars = escaped.chars().peekable();
    while let Some(c) = chars.next() {
        match (c, chars.peek()) {
            ('.', _) if ends_with_www(&out) => out.extend([BREAK, "."]),
            ('@' | '#', _) | (':', Some('/')) => {
                out.push(c);
                out.push_str(BREAK);
            }
            _ => out.push(c),
        }
    }
    out
}

fn ends_with_www(text: &str) -> bool {
    text.len().checked_sub(3).and_then(|at| text.get(at..)).is_some_and(|end| end.eq_ignore_ascii_case("www"))
}
