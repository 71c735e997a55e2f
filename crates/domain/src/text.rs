//! Bounds of the texts that clients send.

use std::collections::BTreeSet;

use crate::{Code, Refusal};

/// The longest name, in characters.
pub const MAX_NAME_CHARS: usize = 200;
/// The longest line of description, purpose or use case, in characters.
pub const MAX_LINE_CHARS: usize = 2_000;
/// The longest comment or justification, in characters.
pub const MAX_COMMENT_CHARS: usize = 10_000;
/// The most items that a list in a request holds.
pub const MAX_ITEMS: usize = 200;

/// Refuses a name that is empty, too long, padded with blanks, or has control characters.
pub fn name(pointer: &str, text: &str) -> Result<(), Refusal> {
    bounded(pointer, text, MAX_NAME_CHARS)?;
    let refuse = |what| Err(Refusal::new(Code::InvalidText, format!("the name `{text}` {what}")).at(pointer));
    match text {
        _ if text.trim() != text => refuse("begins or ends with a blank"),
        _ if text.chars().any(char::is_control) => refuse("has control characters"),
        _ => Ok(()),
    }
}

/// Refuses a line that is blank or too long.
pub fn line(pointer: &str, text: &str) -> Result<(), Refusal> {
    bounded(pointer, text, MAX_LINE_CHARS)
}

/// Refuses a comment or justification that is blank or too long.
pub fn words(pointer: &str, text: &str) -> Result<(), Refusal> {
    bounded(pointer, text, MAX_COMMENT_CHARS)
}

/// Refuses more items than [`MAX_ITEMS`], and an item twice.
pub fn distinct<'a>(pointer: &str, items: impl ExactSizeIterator<Item = &'a str>) -> Result<(), Refusal> {
    if items.len() > MAX_ITEMS {
        let message = format!("{} items are more than {MAX_ITEMS}", items.len());
        return Err(Refusal::new(Code::TooMany, message).at(pointer));
    }
    let mut seen = BTreeSet::new();
    for item in items {
        if !seen.insert(item) {
            return Err(Refusal::new(Code::Duplicate, format!("`{item}` stands there twice")).at(pointer));
        }
    }
    Ok(())
}

fn bounded(pointer: &str, text: &str, max_chars: usize) -> Result<(), Refusal> {
    let length = text.chars().count();
    if text.trim().is_empty() {
        return Err(Refusal::new(Code::InvalidText, "the text is empty").at(pointer));
    }
    if length > max_chars {
        let message = format!("the text has {length} characters, more than {max_chars}");
        return Err(Refusal::new(Code::InvalidText, message).at(pointer));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_checked() {
        assert!(name("/name", "credit-scoring").is_ok());
        assert!(name("/name", "Größe 価格").is_ok());
        for bad in ["", "  ", " a", "a ", "a\nb", &"x".repeat(201)] {
            let refusal = name("/name", bad).expect_err(bad);
            assert_eq!((refusal.code, refusal.pointer.as_deref()), (Code::InvalidText, Some("/name")));
        }
    }

    #[test]
    fn lists_are_bounded_and_distinct() {
        assert!(distinct("/tags", ["a", "b"].into_iter()).is_ok());
        assert_eq!(distinct("/tags", ["a", "a"].into_iter()).map_err(|r| r.code), Err(Code::Duplicate));
        assert_eq!(distinct("/tags", vec!["a"; 201].into_iter()).map_err(|r| r.code), Err(Code::TooMany));
    }
}
