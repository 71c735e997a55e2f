//! Reports as Markdown. Only here numbers are rounded; words of people bring no markup of their own.

use std::fmt::Write as _;

use serde_json::Value;

use super::{Figure, Grid, Matching, Report, Section, Source, Table};

/// The most cells of a list that are told one by one.
const MAX_LISTED: usize = 20;

/// Writes a report.
pub fn write(report: &Report) -> String {
    let mut out = format!("# {}\n\n", escaped(&report.title));
    let _ = writeln!(out, "At {}, with {} entries in the log.\n", report.at, report.log_size);
    for limit in &report.limits {
        let _ = writeln!(out, "> {}\n", escaped(limit));
    }
    report.sections.iter().for_each(|section| write_section(&mut out, section));
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

fn write_section(out: &mut String, section: &Section) {
    let _ = writeln!(out, "## {}\n", escaped(&section.title));
    for note in &section.notes {
        let _ = writeln!(out, "{}\n", escaped(note));
    }
    let in_grid = |figure: &&Figure| {
        let ids = section.grid.iter().flat_map(|grid| &grid.figures).flatten();
        ids.into_iter().any(|id| *id == figure.id)
    };
    let listed: Vec<&Figure> = section.figures.iter().filter(|figure| !in_grid(figure)).collect();
    if !listed.is_empty() {
        let rows = listed
            .iter()
            .map(|figure| vec![escaped(&figure.label), figure_text(figure), source_text(&figure.source)]);
        table(out, &["figure", "value", "source"], rows);
    }
    if let Some(grid) = &section.grid {
        write_grid(out, section, grid);
    }
    section.tables.iter().for_each(|table| write_table(out, table));
}

fn write_grid(out: &mut String, section: &Section, grid: &Grid) {
    let value = |id: &String| {
        let figure = section.figures.iter().find(|figure| figure.id == *id);
        figure.map(figure_text).unwrap_or_default()
    };
    let mut columns = vec![escaped(&grid.corner)];
    columns.extend(grid.columns.iter().map(|column| escaped(column)));
    let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
    let rows = grid.rows.iter().zip(&grid.figures).map(|(heading, ids)| {
        let cells = ids.iter().map(value);
        std::iter::once(escaped(heading)).chain(cells).collect()
    });
    table(out, &columns, rows);
}

fn figure_text(figure: &Figure) -> String {
    let mut text = match &figure.exact {
        Some(share) if share.get() > 0.0 && share.get() < 1.0 => {
            format!("{:.4} ({share})", share.get())
        }
        Some(share) => format!("{:.0}", share.get()),
        None => cell_text(&figure.value),
    };
    if let Some(gap) = &figure.gap {
        let _ = write!(text, " **gap:** {}", escaped(gap));
    }
    text
}

fn write_table(out: &mut String, shown: &Table) {
    let _ = writeln!(out, "### {}\n", escaped(&shown.title));
    if shown.rows.is_empty() {
        let _ = writeln!(out, "{}\n", escaped(&shown.empty));
        return;
    }
    let mut columns: Vec<&str> = shown.columns.iter().map(|column| column.label.as_str()).collect();
    columns.push("source");
    let rows = shown.rows.iter().map(|row| {
        let mut cells: Vec<String> = row.cells.iter().map(cell_text).collect();
        cells.push(link(&row.href, &row.at));
        cells
    });
    table(out, &columns, rows);
}

/// What stands in a cell, in words.
fn cell_text(value: &Value) -> String {
    match value {
        Value::Null => "–".to_owned(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Number(number) => match number.as_f64() {
            Some(float) if number.is_f64() => rounded(float),
            _ => number.to_string(),
        },
        Value::String(text) => escaped(text),
        Value::Array(items) => {
            let mut texts: Vec<String> = items.iter().take(MAX_LISTED).map(cell_text).collect();
            if items.len() > MAX_LISTED {
                texts.push(format!("and {} more", items.len() - MAX_LISTED));
            }
            if texts.is_empty() { "none".to_owned() } else { texts.join(", ") }
        }
        Value::Object(members) => format!("{} members", members.len()),
    }
}

/// At most four places.
fn rounded(number: f64) -> String {
    let text = format!("{number:.4}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn source_text(source: &Source) -> String {
    let ids = |ids: &mut dyn Iterator<Item = String>| ids.collect::<Vec<_>>().join(", ");
    match source {
        Source::Value { href, pointer } => link(href, pointer),
        Source::Count { href, pointer, matching } => {
            format!("count of {}{}", link(href, pointer), matching_text(matching))
        }
        Source::Sum { href, pointer, field } => format!("sum of `{field}` in {}", link(href, pointer)),
        Source::Rows { table, matching } => {
            format!("rows of the table `{table}`{}", matching_text(matching))
        }
        Source::Above { table, than, column, key } => {
            format!("rows of the table `{table}` with more `{column}` than `{than}` has for the same `{key}`")
        }
        Source::Held { held, missing, .. } => format!("`{held}` / (`{held}` + `{missing}`)"),
        Source::Mean { terms } => {
            let all: u64 = terms.iter().map(|term| term.weight).sum();
            let term = |weight: u64, figure: &str| format!("{weight}/{all} × `{figure}`");
            terms.iter().map(|it| term(it.weight, &it.figure)).collect::<Vec<_>>().join(" + ")
        }
        Source::RowMean { table, value, by, weights } => {
            let weights =
                ids(&mut weights.iter().map(|(word, weight)| format!("{} {weight}", escaped(word))));
            format!("mean of `{value}` in the table `{table}`, weighed by `{by}`: {weights}")
        }
        Source::Share { checks } => {
            let checks =
                ids(&mut checks.iter().map(|it| format!("`{}` is {}", it.figure, cell_text(&it.is))));
            format!("share that holds of: {checks}")
        }
        Source::Less { from, terms } => {
            let each = |it: &super::Term| format!(" − {}/10000 × `{}`", it.weight, it.figure);
            format!("`{from}`{}, at least 0", terms.iter().map(each).collect::<String>())
        }
        Source::Found { by } => escaped(by),
    }
}

fn matching_text(matching: &[Matching]) -> String {
    let one = |it: &Matching| format!(" with `{}` {}", it.at, escaped(&it.any.join(" or ")));
    matching.iter().map(one).collect::<Vec<_>>().join(" and")
}

/// A link to a place in an answer. Addresses are made here, from ids and encoded words.
fn link(href: &str, pointer: &str) -> String {
    let path = href.split('?').next().unwrap_or(href);
    let short = path.rsplit_once('/').map_or(path, |(_, last)| last);
    let text = if pointer.is_empty() { short.to_owned() } else { pointer.to_owned() };
    format!("[{}]({href})", escaped(&text))
}

/// Writes a table of texts that are Markdown already.
pub fn table(out: &mut String, columns: &[&str], rows: impl Iterator<Item = Vec<String>>) {
    let _ = writeln!(out, "| {} |\n|{}", columns.join(" | "), " --- |".repeat(columns.len()));
    for row in rows {
        let _ = writeln!(out, "| {} |", row.join(" | "));
    }
    out.push('\n');
}

/// Text on one line, without anything that Markdown or HTML would take for markup, and without what steers or hides text.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars().filter_map(assent_cards::shown) {
        match c {
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '<' | '>' | '#' | '|' | '!' | '~' | '&' => {
                out.push('\\');
                out.push(c);
            }
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_bring_no_markup() {
        assert_eq!(
            escaped("a|b\n# <img src=x> [l](u) `c` *e*"),
            "a\\|b \\# \\<img src=x\\> \\[l\\](u) \\`c\\` \\*e\\*"
        );
        assert_eq!(escaped("größe 5 %"), "größe 5 %");
        assert_eq!(escaped("0.9\u{202e}1.0\u{2069}, מודל\u{200f}"), "0.9\u{fffd}1.0\u{fffd}, מודל");
    }

    #[test]
    fn pages_of_cards_and_of_evaluations_show_text_alike() {
        for c in '\0'..=char::MAX {
            assert_eq!(assent_cards::shown(c), assent_eval::shown(c), "{c:?}");
            assert!(assent_cards::shown(c).is_none_or(|shown| assent_cards::shown(shown) == Some(shown)));
        }
    }

    #[test]
    fn cells_are_told_in_words() {
        use serde_json::json;
        for (value, text) in [
            (json!(null), "–"),
            (json!(true), "yes"),
            (json!(3), "3"),
            (json!(0.98754), "0.9875"),
            (json!(0.5), "0.5"),
            (json!(2.0), "2"),
            (json!([]), "none"),
            (json!(["a|b", 1]), "a\\|b, 1"),
        ] {
            assert_eq!(cell_text(&value), text);
        }
        let many = json!((0..25).collect::<Vec<_>>());
        assert!(cell_text(&many).ends_with("19, and 5 more"), "{}", cell_text(&many));
    }
}
