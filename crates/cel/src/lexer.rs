//! Source text to tokens with their places.

use crate::diagnostic::{Diagnostic, Span, clip};
use crate::escape;

/// One token and the bytes it covers.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Token<'s> {
    pub(crate) kind: TokenKind<'s>,
    pub(crate) span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum TokenKind<'s> {
    /// The magnitude of a signed literal; the sign is an operator.
    Int(u64),
    Uint(u64),
    Double(f64),
    String(String),
    Bytes(Vec<u8>),
    Ident(&'s str),
    /// A field name in backticks.
    Quoted(&'s str),
    /// An operator or bracket.
    Mark(&'static str),
    End,
}

/// Every operator and bracket, longer ones first.
const MARKS: [&str; 24] = [
    "&&", "||", "==", "!=", "<=", ">=", "<", ">", "+", "-", "*", "/", "%", "!", "?", ":", ",", ".", "(", ")",
    "[", "]", "{", "}",
];

/// The tokens of `source`, ended by [`TokenKind::End`].
pub(crate) fn tokens(source: &str) -> Result<Vec<Token<'_>>, Diagnostic> {
    let mut lexer = Lexer { source, at: 0 };
    let mut tokens = Vec::new();
    loop {
        lexer.skip_blank();
        let start = lexer.at;
        let kind = lexer.next_kind()?;
        let end = kind == TokenKind::End;
        tokens.push(Token { kind, span: Span { start, end: lexer.at } });
        if end {
            return Ok(tokens);
        }
    }
}

struct Lexer<'s> {
    source: &'s str,
    at: usize,
}

impl<'s> Lexer<'s> {
    fn rest(&self) -> &'s str {
        self.source.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// Moves over the characters that satisfy `accept`, and gives them.
    fn take_while(&mut self, accept: impl Fn(char) -> bool) -> &'s str {
        let rest = self.rest();
        let end = rest.find(|c| !accept(c)).unwrap_or(rest.len());
        self.at += end;
        rest.get(..end).unwrap_or_default()
    }

    fn skip_blank(&mut self) {
        loop {
            self.take_while(|c| matches!(c, ' ' | '\t' | '\n' | '\r' | '\x0c'));
            if !self.rest().starts_with("//") {
                return;
            }
            self.take_while(|c| c != '\n');
        }
    }

    fn error(&self, start: usize, message: impl Into<String>) -> Diagnostic {
        let end = self.at.max(start + self.peek_width(start));
        Diagnostic::new(self.source, Span { start, end }, message)
    }

    fn peek_width(&self, at: usize) -> usize {
        self.source.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8)
    }

    fn next_kind(&mut self) -> Result<TokenKind<'s>, Diagnostic> {
        let Some(first) = self.peek() else { return Ok(TokenKind::End) };
        if let Some(prefix) = self.string_prefix() {
            return self.string(prefix);
        }
        if first.is_ascii_digit() || (first == '.' && self.second_is_digit()) {
            return self.number();
        }
        if first == '_' || first.is_ascii_alphabetic() {
            return Ok(TokenKind::Ident(self.take_while(|c| c == '_' || c.is_ascii_alphanumeric())));
        }
        if first == '`' {
            return self.quoted();
        }
        let rest = self.rest();
        if let Some(mark) = MARKS.iter().find(|mark| rest.starts_with(**mark)) {
            self.at += mark.len();
            return Ok(TokenKind::Mark(mark));
        }
        Err(self.unexpected(first))
    }

    fn unexpected(&self, first: char) -> Diagnostic {
        let error = self.error(self.at, format!("unexpected character `{}`", first.escape_debug()));
        match first {
            '=' => error.hint("to compare, write `==`"),
            '&' => error.hint("for \"and\", write `&&`"),
            '|' => error.hint("for \"or\", write `||`"),
            '“' | '”' | '‘' | '’' => error.hint("write strings in straight quotes, such as 'text'"),
            _ => error,
        }
    }

    fn second_is_digit(&self) -> bool {
        self.rest().chars().nth(1).is_some_and(|c| c.is_ascii_digit())
    }

    /// The letters before the quote, if a string or bytes literal starts here.
    fn string_prefix(&self) -> Option<&'s str> {
        let rest = self.rest();
        let letters = rest.bytes().take(3).position(|byte| matches!(byte, b'"' | b'\''))?;
        let prefix = rest.get(..letters)?;
        ["", "r", "b", "rb", "br"].contains(&prefix.to_ascii_lowercase().as_str()).then_some(prefix)
    }

    fn string(&mut self, prefix: &str) -> Result<TokenKind<'s>, Diagnostic> {
        let start = self.at;
        let raw = prefix.contains(['r', 'R']);
        let bytes = prefix.contains(['b', 'B']);
        self.at += prefix.len();
        let quote = self.peek().unwrap_or_default();
        let triple: String = std::iter::repeat_n(quote, 3).collect();
        let mark = if self.rest().starts_with(&triple) { triple } else { quote.to_string() };
        self.at += mark.len();
        let inside = self.at;
        let body = self.body(&mark, raw).map_err(|message| self.error(start, message))?;
        let place = |(offset, message): (usize, &str)| {
            let at = inside + offset;
            let end = at + self.peek_width(at);
            Diagnostic::new(self.source, Span { start: at, end }, message)
                .hint("write a backslash as `\\\\`, or use a raw string such as r'...'")
        };
        Ok(match (raw, bytes) {
            (true, true) => TokenKind::Bytes(body.as_bytes().to_vec()),
            (true, false) => TokenKind::String(body.to_owned()),
            (false, true) => TokenKind::Bytes(escape::bytes(body).map_err(place)?),
            (false, false) => TokenKind::String(escape::string(body).map_err(place)?),
        })
    }

    /// The text up to the closing `mark`, which is consumed.
    fn body(&mut self, mark: &str, raw: bool) -> Result<&'s str, &'static str> {
        let rest = self.rest();
        let mut escaped = false;
        for (at, c) in rest.char_indices() {
            if escaped {
                escaped = false;
            } else if c == '\\' && !raw {
                escaped = true;
            } else if rest.get(at..).is_some_and(|tail| tail.starts_with(mark)) {
                self.at += at + mark.len();
                return Ok(rest.get(..at).unwrap_or_default());
            } else if mark.len() == 1 && matches!(c, '\n' | '\r') {
                return Err(
                    "the string does not end on its line; use three quotes for text of several lines",
                );
            }
        }
        Err("the string has no closing quote")
    }

    fn quoted(&mut self) -> Result<TokenKind<'s>, Diagnostic> {
        let start = self.at;
        self.at += 1;
        let name = self.take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-' | '/' | ' '));
        if self.peek() != Some('`') || name.is_empty() {
            return Err(self.error(start, "a field name in backticks holds letters, digits, `_`, `.`, `-`, `/` and spaces, and ends with a backtick"));
        }
        self.at += 1;
        Ok(TokenKind::Quoted(name))
    }

    fn number(&mut self) -> Result<TokenKind<'s>, Diagnostic> {
        let start = self.at;
        let rest = self.rest();
        if rest.starts_with("0x") || rest.starts_with("0X") {
            self.at += 2;
            let digits = self.take_while(|c| c.is_ascii_hexdigit());
            return self.integer(start, digits, 16);
        }
        let digits = self.take_while(|c| c.is_ascii_digit());
        let fraction = self.rest().starts_with('.') && self.second_is_digit();
        if fraction {
            self.at += 1;
            self.take_while(|c| c.is_ascii_digit());
        }
        if !self.exponent() && !fraction {
            return self.integer(start, digits, 10);
        }
        let text = self.source.get(start..self.at).unwrap_or_default();
        let value =
            text.parse().map_err(|_| self.error(start, format!("`{}` is not a number", clip(text))))?;
        self.end_of_number(start)?;
        Ok(TokenKind::Double(value))
    }

    /// Moves over an exponent, if one starts here.
    fn exponent(&mut self) -> bool {
        let Some(tail) = self.rest().strip_prefix(['e', 'E']) else { return false };
        let digits = tail.strip_prefix(['+', '-']).unwrap_or(tail);
        if !digits.starts_with(|c: char| c.is_ascii_digit()) {
            return false;
        }
        self.at += 1 + tail.len() - digits.len();
        self.take_while(|c| c.is_ascii_digit());
        true
    }

    fn integer(&mut self, start: usize, digits: &str, radix: u32) -> Result<TokenKind<'s>, Diagnostic> {
        let value = u64::from_str_radix(digits, radix).map_err(|_| {
            let text = self.source.get(start..self.at).unwrap_or_default();
            self.error(start, format!("`{}` does not fit in 64 bits", clip(text)))
        })?;
        let unsigned = self.rest().starts_with(['u', 'U']);
        self.at += usize::from(unsigned);
        self.end_of_number(start)?;
        Ok(if unsigned { TokenKind::Uint(value) } else { TokenKind::Int(value) })
    }

    fn end_of_number(&mut self, start: usize) -> Result<(), Diagnostic> {
        let tail = self.take_while(|c| c == '_' || c.is_ascii_alphanumeric());
        if tail.is_empty() {
            return Ok(());
        }
        Err(self.error(start, format!("`{}` is not part of a number", clip(tail))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(source: &str) -> Vec<TokenKind<'_>> {
        tokens(source).unwrap().into_iter().map(|token| token.kind).collect()
    }

    #[test]
    fn reads_numbers() {
        use TokenKind::{Double, End, Int, Mark, Uint};
        assert_eq!(
            kinds("1 0x1F 2u 1.5 .5 1e3 1.e"),
            [
                Int(1),
                Int(31),
                Uint(2),
                Double(1.5),
                Double(0.5),
                Double(1000.0),
                Int(1),
                Mark("."),
                TokenKind::Ident("e"),
                End
            ]
        );
    }

    #[test]
    fn reads_strings_and_comments() {
        assert_eq!(
            kinds("r'\\d' // note\n b\"\\xff\" '''a\n'b'''"),
            [
                TokenKind::String("\\d".into()),
                TokenKind::Bytes(vec![255]),
                TokenKind::String("a\n'b".into()),
                TokenKind::End
            ]
        );
    }

    #[test]
    fn refuses_with_the_place() {
        let check = |source: &str, expected: &str| {
            assert_eq!(tokens(source).unwrap_err().to_string(), expected, "{source}");
        };
        check("a = 1", "line 1, column 3: unexpected character `=` (to compare, write `==`)");
        check("1 +\n 'abc", "line 2, column 2: the string has no closing quote");
        check(
            "'a\n'",
            "line 1, column 1: the string does not end on its line; use three quotes for text of several lines",
        );
        check("12ab", "line 1, column 1: `ab` is not part of a number");
        check("99999999999999999999", "line 1, column 1: `99999999999999999999` does not fit in 64 bits");
        check(
            "'a\\q'",
            "line 1, column 3: unknown escape in a string (write a backslash as `\\\\`, or use a raw string such as r'...')",
        );
        check("0x", "line 1, column 1: `0x` does not fit in 64 bits");
    }
}
