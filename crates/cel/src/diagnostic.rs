//! What the compiler says about a source text: where, what is wrong, and what to do about it.

use std::fmt;

use serde::Serialize;

/// A half-open range of bytes in a source text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Span {
    /// The first byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Span {
    pub(crate) fn to(self, other: Self) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// The position of the start of this span in `source`.
    pub fn position(self, source: &str) -> Position {
        let before = source.get(..self.start).unwrap_or(source);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
        let column = before.get(line_start..).unwrap_or_default().chars().count() + 1;
        Position { line, column }
    }
}

/// A place in a source text as people count: lines and columns start at 1, columns count characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Position {
    /// The line, from 1.
    pub line: usize,
    /// The character in the line, from 1.
    pub column: usize,
}

/// One thing that is wrong with a source text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Diagnostic {
    /// The line, from 1.
    pub line: usize,
    /// The character in the line, from 1.
    pub column: usize,
    /// The bytes that are meant.
    pub span: Span,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

impl Diagnostic {
    pub(crate) fn new(source: &str, span: Span, message: impl Into<String>) -> Self {
        let Position { line, column } = span.position(source);
        Self { line, column, span, message: message.into(), hint: None }
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The message with the line of `source` that it is about and a mark under the place.
    ///
    /// Long lines are cut to the surroundings of the place; control characters are shown as spaces.
    pub fn render(&self, source: &str) -> String {
        let line = source.lines().nth(self.line - 1).unwrap_or_default();
        let first = (self.column - 1).saturating_sub(CONTEXT);
        let shown: String = line.chars().skip(first).take(2 * CONTEXT).map(printable).collect();
        let indent = " ".repeat(self.column - 1 - first);
        let marks = "^".repeat(self.width(source, shown.chars().count() - indent.len().min(shown.len())));
        let number = self.line.to_string();
        let gutter = " ".repeat(number.len());
        let mut text = format!(
            "error: {}\n{gutter} --> line {number}, column {}\n{gutter} |\n{number} | {shown}\n{gutter} | {indent}{marks}\n",
            self.message, self.column
        );
        if let Some(hint) = &self.hint {
            text.extend([&gutter, " = hint: ", hint, "\n"]);
        }
        text
    }

    fn width(&self, source: &str, room: usize) -> usize {
        let marked = source.get(self.span.start..self.span.end).unwrap_or_default();
        marked.lines().next().map_or(1, |line| line.chars().count()).min(room).max(1)
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}: {}", self.line, self.column, self.message)?;
        self.hint.as_ref().map_or(Ok(()), |hint| write!(f, " ({hint})"))
    }
}

/// How many characters of a line are shown on either side of the place.
const CONTEXT: usize = 60;

fn printable(character: char) -> char {
    if character.is_control() { ' ' } else { character }
}

/// `text` for a message: cut to a readable length.
pub(crate) fn clip(text: &str) -> String {
    const LONGEST: usize = 80;
    if text.chars().nth(LONGEST).is_none() {
        return text.to_owned();
    }
    let mut cut: String = text.chars().take(LONGEST).collect();
    cut.push('…');
    cut
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn position_counts_lines_and_characters() {
        let source = "a &&\n 'é' + x";
        let at = source.find('x').unwrap();
        assert_eq!(Span { start: at, end: at + 1 }.position(source), Position { line: 2, column: 8 });
    }

    #[test]
    fn render_marks_the_place() {
        let source = "true &&\nartifct.size > 3";
        let span = Span { start: 8, end: 15 };
        let text = Diagnostic::new(source, span, "unknown fact `artifct`").hint("did you mean `artifact`?");
        assert_eq!(
            text.render(source),
            "error: unknown fact `artifct`\n  --> line 2, column 1\n  |\n2 | artifct.size > 3\n  | ^^^^^^^\n  = hint: did you mean `artifact`?\n"
        );
    }

    #[test]
    fn render_cuts_long_lines() {
        let source = format!("{}!{}", "a".repeat(500), "b".repeat(500));
        let text = Diagnostic::new(&source, Span { start: 500, end: 501 }, "odd").render(&source);
        assert!(text.lines().all(|line| line.chars().count() < 140), "{text}");
        assert!(text.contains("!bbb"));
    }
}
