//! What somebody wrote, as it may stand beside other text.
//!
//! Unicode has characters without a look: some turn the reading direction of what follows them, so that a name can change how
//! the figures beside it are read; some hide a text in another one. Where text is shown they are made visible. Letters of
//! scripts that are written from right to left stay as they are, and so do the joiners that some scripts need.

use std::borrow::Cow;

/// The character as it is shown: visible where it would steer or hide, and none for a mark that only helps to set text.
/// Evaluations show text by a twin of this (`shown` in `crates/eval/src/markup.rs`): neither crate knows the other. The
/// test `pages_of_cards_and_of_evaluations_show_text_alike` of the application compares the two.
pub fn shown(c: char) -> Option<char> {
    match c {
        // Soft hyphens, and the marks of direction: letters do as well without them, and they end no isolate.
        '\u{ad}' | '\u{61c}' | '\u{200e}' | '\u{200f}' => None,
        // Blanks without width; separators; embeddings, overrides and isolates; operators that nobody sees; letters that are
        // blank; selectors of variants, but for those of pictures; tags.
        '\u{34f}'
        | '\u{115f}'..='\u{1160}'
        | '\u{180e}'
        | '\u{200b}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{2800}'
        | '\u{3164}'
        | '\u{fe00}'..='\u{fe0d}'
        | '\u{feff}'
        | '\u{ffa0}'
        | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}'
        | '\u{e0100}'..='\u{e01ef}' => Some(char::REPLACEMENT_CHARACTER),
        c => Some(c),
    }
}

/// The text as it is shown. What consists of marks alone is made visible, so that nothing that was written looks like nothing.
pub(crate) fn plain(text: &str) -> Cow<'_, str> {
    if text.chars().all(|c| shown(c) == Some(c)) {
        return Cow::Borrowed(text);
    }
    let plain: String = text.chars().filter_map(shown).collect();
    let is_gone = plain.trim().is_empty() && !text.trim().is_empty();
    Cow::Owned(if is_gone { char::REPLACEMENT_CHARACTER.to_string() } else { plain })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_is_seen_and_what_is_written_stays() {
        for (text, as_shown) in [
            ("plain é 名 😀", "plain é 名 😀"),
            ("0.99\u{202e}39.0\u{202c}", "0.99\u{fffd}39.0\u{fffd}"),
            ("a\u{2066}b\u{2069}", "a\u{fffd}b\u{fffd}"),
            ("מודל אשראי", "מודל אשראי"),
            ("מודל\u{200f} (2)", "מודל (2)"),
            ("می\u{200c}خواهم", "می\u{200c}خواهم"),
            ("👩\u{200d}💻", "👩\u{200d}💻"),
            ("ad\u{200b}min", "ad\u{fffd}min"),
            ("\u{e0041}\u{e0042}", "\u{fffd}\u{fffd}"),
            ("a\u{e0101}\u{fe01}", "a\u{fffd}\u{fffd}"),
            ("\u{3164}", "\u{fffd}"),
            ("\u{2764}\u{fe0f}", "\u{2764}\u{fe0f}"),
            (" \u{200e} ", "\u{fffd}"),
            ("", ""),
        ] {
            assert_eq!(plain(text), as_shown, "{text:?}");
        }
    }
}
