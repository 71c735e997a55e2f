//! Text from a file as a message shows it.

/// The longest excerpt in characters.
const LONGEST: usize = 160;

/// A text on one line without control characters, cut to a length that fits a message.
pub(crate) fn excerpt(text: &str) -> String {
    let mut shown: String = text
        .chars()
        .take(LONGEST)
        .map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c })
        .collect();
    if text.chars().nth(LONGEST).is_some() {
        shown.push('…');
    }
    shown
}

/// The same of bytes that may be no text.
pub(crate) fn excerpt_of(bytes: &[u8]) -> String {
    excerpt(&String::from_utf8_lossy(bytes.get(..4 * LONGEST).unwrap_or(bytes)))
}
