//! Reports as one page for a browser or for paper: a file that needs nothing else, asks for nothing, and runs nothing.
//!
//! The page shows what the report holds and computes no figure. A figure that is undefined stands there with its reason; a plot
//! that cannot be drawn is replaced by a sentence that says why. Every plot has the same figures in a table behind it. Names
//! from the data are escaped by `markup`, and the policy in the head forbids whatever could be loaded or run.

mod curves;
mod drift;
mod evaluation;
mod groups;
mod matrix;
mod table;

use crate::markup::Markup;
use crate::words;

pub use drift::drift;
pub use evaluation::evaluation;

const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";
const STYLE: &str = include_str!("style.css");

/// What stands at the top of a page.
struct Head<'a> {
    /// What sort of report it is.
    kind: &'a str,
    /// What it is a report of.
    title: &'a str,
    /// The most important sentence, and whether it is a good one.
    verdict: Option<(bool, String)>,
    /// What was evaluated, and how.
    facts: Vec<(&'a str, String)>,
}

fn page(head: &Head<'_>, engine: &str, body: impl FnOnce(&mut Markup)) -> String {
    let mut page = Markup::beginning_with("<!DOCTYPE html>\n");
    page.element("html", &[("lang", "en")], |html| {
        html.element("head", &[], |html| {
            html.empty("meta", &[("charset", "utf-8")]);
            html.empty("meta", &[("http-equiv", "Content-Security-Policy"), ("content", POLICY)]);
            html.empty("meta", &[("name", "viewport"), ("content", "width=device-width, initial-scale=1")]);
            html.leaf("title", &[], &format!("{}: {}", head.kind, head.title));
            html.line().element("style", &[], |style| {
                style.line().as_it_is(STYLE);
            });
        });
        html.line().element("body", &[], |html| {
            html.element("main", &[], |html| {
                header(html, head);
                body(html);
                html.element("footer", &[], |html| {
                    html.leaf("p", &[], &format!("Made by {engine}. The same data gives the same page."));
                });
            });
        });
    });
    page.line();
    page.finish()
}

fn header(html: &mut Markup, head: &Head<'_>) {
    html.element("header", &[], |html| {
        html.leaf("p", &[("class", "kind")], head.kind);
        html.leaf("h1", &[], head.title);
        if let Some((good, sentence)) = &head.verdict {
            let (class, mark) = if *good { ("verdict", "✓") } else { ("verdict bad", "✗") };
            html.leaf("p", &[("class", class)], &format!("{mark} {}", capital(sentence)));
        }
        html.element("dl", &[], |html| {
            for (name, value) in &head.facts {
                html.element("div", &[], |html| {
                    html.leaf("dt", &[], name).leaf("dd", &[], value);
                });
            }
        });
    });
    html.line();
}

/// A part of the page under a heading, with a sentence on how to read it.
fn section(html: &mut Markup, title: &str, note: &str, inside: impl FnOnce(&mut Markup)) {
    html.element("section", &[], |html| {
        html.leaf("h2", &[], title);
        if !note.is_empty() {
            html.leaf("p", &[("class", "note")], note);
        }
        inside(html);
    });
    html.line();
}

/// A plot under its title, with what to read from it and its figures as a table.
fn figure(
    html: &mut Markup,
    title: &str,
    caption: &str,
    plot: impl FnOnce(&mut Markup),
    figures: impl FnOnce(&mut Markup),
) {
    html.element("figure", &[], |html| {
        html.leaf("h3", &[], title);
        plot(html);
        html.leaf("figcaption", &[], caption);
        html.element("details", &[], |html| {
            html.leaf("summary", &[], "The figures of this plot");
            figures(html);
        });
    });
    html.line();
}

/// What stands where a plot would be, and why.
fn instead(html: &mut Markup, title: &str, why: &str) {
    html.element("figure", &[], |html| {
        html.leaf("h3", &[], title).leaf("p", &[("class", "note")], why);
    });
}

fn capital(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// A share on an axis.
fn percent_tick(tick: f64) -> String {
    let text = words::percent(tick);
    text.replace(".00", "")
}
