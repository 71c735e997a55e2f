//! Backslash escapes of string and bytes literals.

use std::str::Chars;

/// Where in the body an escape is wrong, and how.
type Wrong = (usize, &'static str);

/// The text that the body of a string literal stands for; an error gives the offset of the escape in `body`.
pub(crate) fn string(body: &str) -> Result<String, Wrong> {
    let mut text = String::with_capacity(body.len());
    each(body, |piece| {
        match piece {
            Piece::Plain(c) => text.push(c),
            Piece::Byte(code) | Piece::Code(code) => text.push(char::from_u32(code)?),
        }
        Some(())
    })?;
    Ok(text)
}

/// The bytes that the body of a bytes literal stands for; an error gives the offset of the escape in `body`.
pub(crate) fn bytes(body: &str) -> Result<Vec<u8>, Wrong> {
    let mut bytes = Vec::with_capacity(body.len());
    each(body, |piece| {
        match piece {
            Piece::Plain(c) => bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
            Piece::Byte(code) => bytes.push(u8::try_from(code).ok()?),
            Piece::Code(_) => return None,
        }
        Some(())
    })?;
    Ok(bytes)
}

enum Piece {
    /// A character that stands for itself.
    Plain(char),
    /// A value of at most eight bits: a byte, or the code point of that number.
    Byte(u32),
    /// A code point of `\\u` or `\\U`, which bytes do not have.
    Code(u32),
}

fn each(body: &str, mut accept: impl FnMut(Piece) -> Option<()>) -> Result<(), Wrong> {
    let mut chars = body.chars();
    loop {
        let at = body.len() - chars.as_str().len();
        let Some(c) = chars.next() else { return Ok(()) };
        let piece = if c == '\\' { escape(&mut chars) } else { Some(Piece::Plain(c)) };
        let known = piece.ok_or((at, "unknown escape in a string"))?;
        accept(known).ok_or((at, "the escape names no character that is allowed here"))?;
    }
}

/// What follows a backslash.
fn escape(chars: &mut Chars<'_>) -> Option<Piece> {
    let letter = chars.next()?;
    let simple = |code: u8| Some(Piece::Plain(char::from(code)));
    match letter {
        'a' => simple(0x07),
        'b' => simple(0x08),
        'f' => simple(0x0c),
        'n' => simple(b'\n'),
        'r' => simple(b'\r'),
        't' => simple(b'\t'),
        'v' => simple(0x0b),
        '\\' | '?' | '"' | '\'' | '`' => Some(Piece::Plain(letter)),
        'x' | 'X' => digits(chars, 16, 2, 0).map(Piece::Byte),
        'u' => digits(chars, 16, 4, 0).map(Piece::Code),
        'U' => digits(chars, 16, 8, 0).map(Piece::Code),
        '0'..='3' => digits(chars, 8, 2, letter.to_digit(8)?).map(Piece::Byte),
        _ => None,
    }
}

fn digits(chars: &mut Chars<'_>, radix: u32, count: usize, first: u32) -> Option<u32> {
    (0..count)
        .try_fold(first, |value, _| value.checked_mul(radix)?.checked_add(chars.next()?.to_digit(radix)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_name_code_points_and_bytes_name_bytes() {
        assert_eq!(string(r"\377 \u270c \U0001f431 \t").unwrap(), "\u{ff} \u{270c} \u{1f431} \t");
        assert_eq!(bytes(r"\377 \xfe").unwrap(), [255, b' ', 254]);
    }

    #[test]
    fn refuses_what_is_no_character() {
        assert_eq!(string(r"ab\ud800").unwrap_err().0, 2);
        assert_eq!(string(r"\U00110000").unwrap_err().0, 0);
        assert_eq!(string(r"\400").unwrap_err().0, 0);
        assert_eq!(bytes(r"\u0041").unwrap_err().0, 0);
        assert_eq!(string("\\").unwrap_err().0, 0);
    }
}
