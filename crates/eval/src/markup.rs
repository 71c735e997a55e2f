//! A writer of markup that is well formed whatever stands in it: elements close where they open, and text is escaped.

/// An attribute.
pub(crate) type Attribute<'a> = (&'static str, &'a str);

/// Markup in the making.
#[derive(Debug, Default)]
pub(crate) struct Markup {
    text: String,
}

impl Markup {
    /// Markup that begins with a text of our own.
    pub(crate) fn beginning_with(text: &str) -> Self {
        Self { text: text.to_owned() }
    }

    /// An element with what `inside` writes in it.
    pub(crate) fn element(
        &mut self,
        tag: &'static str,
        attributes: &[Attribute<'_>],
        inside: impl FnOnce(&mut Self),
    ) -> &mut Self {
        self.begin(tag, attributes);
        self.text.push('>');
        inside(self);
        for part in ["</", tag, ">"] {
            self.text.push_str(part);
        }
        self
    }

    /// An element that holds a text.
    pub(crate) fn leaf(&mut self, tag: &'static str, attributes: &[Attribute<'_>], text: &str) -> &mut Self {
        self.element(tag, attributes, |leaf| {
            leaf.text(text);
        })
    }

    /// An element that holds nothing.
    pub(crate) fn empty(&mut self, tag: &'static str, attributes: &[Attribute<'_>]) -> &mut Self {
        self.begin(tag, attributes);
        self.text.push_str("/>");
        self
    }

    /// A text.
    pub(crate) fn text(&mut self, text: &str) -> &mut Self {
        escape(&mut self.text, text);
        self
    }

    /// A text of our own that is escaped already, or must not be: a style sheet.
    pub(crate) fn as_it_is(&mut self, text: &'static str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    /// The end of a line, for those who read the source.
    pub(crate) fn line(&mut self) -> &mut Self {
        self.text.push('\n');
        self
    }

    /// What was written.
    pub(crate) fn finish(self) -> String {
        self.text
    }

    fn begin(&mut self, tag: &'static str, attributes: &[Attribute<'_>]) {
        self.text.push('<');
        self.text.push_str(tag);
        for (name, value) in attributes {
            for part in [" ", name, "=\""] {
                self.text.push_str(part);
            }
            escape(&mut self.text, value);
            self.text.push('"');
        }
    }
}

/// Text that is text in HTML and XML alike, between tags and in attributes. What XML cannot hold, control characters among it,
/// is replaced.
fn escape(out: &mut String, text: &str) {
    for c in text.chars().filter_map(shown) {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {
                out.push(char::REPLACEMENT_CHARACTER);
            }
            c => out.push(c),
        }
    }
}

/// The character as it is shown. What turns the direction of other text, or hides text in it, is made visible: a name must not
/// reorder the figures beside it. Marks that only help to set text are left out. Cards do the same, and a test of the
/// application compares the two.
pub fn shown(c: char) -> Option<char> {
    match c {
        '\u{ad}' | '\u{61c}' | '\u{200e}' | '\u{200f}' => None,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_be_markup_is_text() {
        let mut page = Markup::default();
        page.leaf("p", &[("title", "\"><script>")], "]]> & \u{1b}[31m\u{202e}\u{ffff}\u{200f}");
        assert_eq!(
            page.finish(),
            "<p title=\"&quot;&gt;&lt;script&gt;\">]]&gt; &amp; \u{fffd}[31m\u{fffd}\u{fffd}</p>"
        );
    }
}
