//! The one place that prints.
//!
//! A command gives an [`Answer`]: the same thing as JSON and as blocks for people. Which of the two is written is the
//! user's choice and nobody else's business. Text from elsewhere (names, messages, log entries) is stripped of control
//! characters, and commands to build servers are broken: what somebody stored must steer neither a terminal nor the build
//! server that reads the log.

use std::io::{self, IsTerminal as _, Write};

use serde_json::Value;

use crate::problem::{Exit, Problem};
use crate::table::Table;

/// How answers are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum Format {
    /// Aligned text for people.
    #[default]
    Table,
    /// JSON for programs.
    Json,
    /// One page for a browser, or for paper.
    Html,
    /// A `JUnit` report for continuous integration.
    Junit,
    /// Markdown, for documents.
    Markdown,
}

impl Format {
    /// The formats that every command writes.
    pub const COMMON: [Self; 2] = [Self::Table, Self::Json];
}

/// What a command found or did.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// For programs.
    pub json: Value,
    /// For people.
    pub blocks: Vec<Block>,
    /// The same as a document, where the format asked for is one.
    pub document: Option<String>,
    /// How the program ends.
    pub exit: Exit,
}

/// A part of an answer for people.
#[derive(Debug, Clone, PartialEq)]
pub enum Block {
    /// A heading.
    Title(String),
    /// A line.
    Line(String),
    /// A remark on what to do next.
    Hint(String),
    /// A table.
    Table(Table),
    /// Text that is laid out already, of this program's own making.
    Laid(String),
    /// Something good.
    Good(String),
    /// Something bad.
    Bad(String),
}

impl Answer {
    /// An answer that is done and has nothing to show but its JSON.
    pub fn new(json: Value) -> Self {
        Self { json, blocks: Vec::new(), document: None, exit: Exit::Done }
    }

    /// The same with one more block.
    #[must_use]
    pub fn with(mut self, block: Block) -> Self {
        self.blocks.push(block);
        self
    }

    /// The same with one more line.
    #[must_use]
    pub fn line(self, line: impl Into<String>) -> Self {
        self.with(Block::Line(line.into()))
    }

    /// The same with a hint.
    #[must_use]
    pub fn hint(self, hint: impl Into<String>) -> Self {
        self.with(Block::Hint(hint.into()))
    }

    /// The same with a table.
    #[must_use]
    pub fn table(self, table: Table) -> Self {
        self.with(Block::Table(table))
    }

    /// The same with what is written where the format is that of a document.
    #[must_use]
    pub fn document(mut self, document: impl Into<Option<String>>) -> Self {
        self.document = document.into();
        self
    }

    /// The same, ending otherwise.
    #[must_use]
    pub fn exit(mut self, exit: Exit) -> Self {
        self.exit = exit;
        self
    }
}

/// Writes answers to the standard output and problems to the standard error.
#[derive(Debug, Clone, Copy)]
pub struct Printer {
    format: Format,
    coloured: bool,
}

impl Printer {
    /// A printer. Colours are used on a terminal only, and not where `NO_COLOR` is set.
    pub fn new(format: Format) -> Self {
        let allowed = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        Self { format, coloured: allowed && io::stdout().is_terminal() }
    }

    /// How answers are written.
    pub fn format(self) -> Format {
        self.format
    }

    /// Writes an answer.
    pub fn answer(self, answer: &Answer) -> Exit {
        match self.format {
            Format::Json => self.json(&answer.json),
            Format::Table => self.blocks(&answer.blocks),
            Format::Html | Format::Junit | Format::Markdown => {
                if let Err(problem) = self.report(answer.document.as_deref().unwrap_or_default()) {
                    self.problem(&problem);
                    return problem.exit;
                }
            }
        }
        answer.exit
    }

    /// Writes a report. One that is cut short is a problem, unless its reader has gone.
    pub fn report(self, text: &str) -> Result<(), Problem> {
        write_to(&mut io::stdout().lock(), text).map_err(|error| {
            Problem::new(format!("the standard output cannot be written: {error}"))
                .hint("make room where it goes to, and ask again; what stands there is cut short")
        })
    }

    /// Writes one JSON document.
    pub fn json(self, value: &Value) {
        to_stdout(&format!("{}\n", harmless_json(&format!("{value:#}"))));
    }

    /// Writes one line of JSON: for streams.
    pub fn json_line(self, value: &Value) {
        to_stdout(&format!("{}\n", harmless_json(&value.to_string())));
    }

    /// Writes blocks, whatever the format: for what is shown while a command goes on.
    pub fn blocks(self, blocks: &[Block]) {
        let text: String = blocks.iter().map(|block| self.block(block)).collect();
        to_stdout(&text);
    }

    /// Writes a problem to the standard error.
    pub fn problem(self, problem: &Problem) {
        let text = match self.format {
            Format::Json => format!("{}\n", harmless_json(&problem.json().to_string())),
            Format::Table | Format::Html | Format::Junit | Format::Markdown => {
                let hint = problem.hint.as_ref().map(|hint| format!("hint: {}\n", visible(hint)));
                format!("error: {}\n{}", visible(&problem.message), hint.unwrap_or_default())
            }
        };
        to_stderr(&text);
    }

    /// Writes a remark to the standard error: it is no part of the answer.
    pub fn remark(self, text: &str) {
        to_stderr(&format!("{}\n", visible(text)));
    }

    fn block(self, block: &Block) -> String {
        match block {
            Block::Title(text) => format!("\n{}\n", self.paint("1", &visible(text))),
            Block::Line(text) => format!("{}\n", visible(text)),
            Block::Hint(text) => format!("{} {}\n", self.paint("36", "hint:"), visible(text)),
            Block::Table(table) => table.render(),
            Block::Laid(text) => text.clone(),
            Block::Good(text) => format!("{}\n", self.paint("32", &visible(text))),
            Block::Bad(text) => format!("{}\n", self.paint("31", &visible(text))),
        }
    }

    fn paint(self, style: &str, text: &str) -> String {
        if self.coloured { format!("\u{1b}[{style}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}

/// Text as it is shown on a line: without control characters, without what steers or hides text, and without what a build
/// server takes for a command: `##[…]`, `##vso[…]` and `##teamcity[…]` wherever they stand, `::name::` where the text begins.
pub fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in uncontrolled(text).chars() {
        // A heading of Markdown has a blank there, a command has not.
        if c != '#' && !c.is_whitespace() && out.ends_with("##") {
            out.pop();
            out.push_str(" #");
        }
        out.push(c);
    }
    if out.trim_start().starts_with("::") { out.replacen("::", ": :", 1) } else { out }
}

/// JSON that says the same, in which no build server finds a command.
pub(crate) fn harmless_json(json: &str) -> String {
    json.replace("##", "#\\u0023")
}

/// Text without control characters, and without what steers or hides text.
pub(crate) fn uncontrolled(text: &str) -> String {
    text.chars()
        .filter_map(assent_cards::shown)
        .map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c })
        .collect()
}

fn to_stdout(text: &str) {
    drop(write_to(&mut io::stdout().lock(), text));
}

/// A reader that has gone (`assent … | head`) is no error of ours.
fn write_to(out: &mut impl Write, text: &str) -> io::Result<()> {
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        done => done,
    }
}

fn to_stderr(text: &str) {
    drop(io::stderr().lock().write_all(text.as_bytes()));
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn no_build_server_finds_a_command() {
        for (text, shown) in [
            ("##[set-output name=ok]yes", "# #[set-output name=ok]yes"),
            ("a ##vso[task.complete]", "a # #vso[task.complete]"),
            ("###teamcity[x]", "## #teamcity[x]"),
            ("## Overall", "## Overall"),
            ("::add-mask::x", ": :add-mask::x"),
            ("  ::add-mask::x", "  : :add-mask::x"),
            ("a::b #1", "a::b #1"),
            ("\u{1b}[31m", "\u{fffd}[31m"),
        ] {
            assert_eq!(visible(text), shown);
        }
        let value = json!({"a": "###[add-mask]x", "##b": "\\##"});
        let text = harmless_json(&value.to_string());
        assert!(!text.contains("##"), "{text}");
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
    }

    /// What fails with that kind.
    struct Failing(io::ErrorKind);

    impl Write for Failing {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(self.0.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn only_a_reader_that_has_gone_is_no_error() {
        assert!(write_to(&mut Failing(io::ErrorKind::BrokenPipe), "a").is_ok());
        assert!(write_to(&mut Failing(io::ErrorKind::StorageFull), "a").is_err());
    }
}
