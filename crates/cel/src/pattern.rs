//! Regular expressions of `matches`, in RE2-like syntax, with a bound on their size and a price for their use.
//!
//! A search takes time in proportion to the text, but also, at worst, to how many places in the pattern can be reached
//! at once: `(a|b)*a(a|b){300}` keeps some three hundred in play at every byte. So the price is text times places.

use regex::{Regex, RegexBuilder};
use regex_syntax::hir::{Hir, HirKind};

/// A compiled pattern.
#[derive(Clone, Debug)]
pub(crate) struct Pattern {
    regex: Regex,
    /// How many places it has once its repetitions are written out.
    places: u64,
}

/// The steps that the compilation of a pattern costs where it is not constant.
pub(crate) const COMPILE_STEPS: u64 = 20_000;

/// The longest accepted pattern, in bytes.
const LONGEST: usize = 4096;

/// The largest accepted compiled pattern, in bytes.
const LARGEST: usize = 256 << 10;

/// How deep groups may be nested.
const NESTING: u32 = 50;

impl Pattern {
    /// Compiles `text`, or says why not.
    pub(crate) fn new(text: &str) -> Result<Self, String> {
        if text.len() > LONGEST {
            return Err(format!("the pattern has {} bytes; at most {LONGEST} are accepted", text.len()));
        }
        let tree = regex_syntax::ParserBuilder::new().nest_limit(NESTING).build().parse(text);
        let places = places(&tree.map_err(|error| reason(&error.to_string()))?);
        match RegexBuilder::new(text).size_limit(LARGEST).nest_limit(NESTING).build() {
            Ok(regex) => Ok(Self { regex, places }),
            Err(regex::Error::CompiledTooBig(_)) => {
                Err("the pattern is too large once its repetitions are written out; use smaller counts"
                    .into())
            }
            Err(error) => Err(reason(&error.to_string())),
        }
    }

    /// The steps that a search in `length` bytes costs.
    pub(crate) fn cost(&self, length: usize) -> u64 {
        self.places.saturating_mul(1 + length as u64)
    }

    pub(crate) fn is_match(&self, text: &str) -> bool {
        self.regex.is_match(text)
    }
}

/// How many places `tree` has with its repetitions written out; its depth is bounded by the parser.
fn places(tree: &Hir) -> u64 {
    let all = |parts: &[Hir]| parts.iter().map(places).fold(0, u64::saturating_add);
    match tree.kind() {
        HirKind::Empty => 0,
        HirKind::Look(_) | HirKind::Class(_) => 1,
        HirKind::Literal(literal) => literal.0.len() as u64,
        HirKind::Capture(capture) => places(&capture.sub),
        HirKind::Repetition(repetition) => {
            let times = repetition.max.unwrap_or(repetition.min.saturating_add(1));
            places(&repetition.sub).saturating_mul(u64::from(times.max(1)))
        }
        HirKind::Concat(parts) | HirKind::Alternation(parts) => all(parts),
    }
}

/// The last line of a message, which says what is wrong; the lines before it draw the pattern.
fn reason(message: &str) -> String {
    let last = message.lines().last().unwrap_or_default();
    format!("the pattern is not a regular expression: {}", last.trim_start_matches("error: "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn searches_are_priced_by_places() {
        let check = |text: &str, places| assert_eq!(Pattern::new(text).unwrap().places, places, "{text}");
        check("", 0);
        check(r"^[\w-]+$", 4);
        check("gr(a|e)y", 4);
        check("(a|b)*a(a|b){300}c", 303);
        check("((abc|xyz){10}){2,5}", 300);
        assert_eq!(Pattern::new("a+").unwrap().cost(80), 162);
    }

    #[test]
    fn sizes_are_bounded() {
        let error = Pattern::new("(a{500}){500}").unwrap_err();
        assert_eq!(
            error,
            "the pattern is too large once its repetitions are written out; use smaller counts"
        );
        assert!(Pattern::new(&"a".repeat(5000)).is_err());
        assert!(Pattern::new(&format!("{}a{}", "(".repeat(60), ")".repeat(60))).is_err());
    }

    #[test]
    fn errors_say_why() {
        assert_eq!(
            Pattern::new("a(b").unwrap_err(),
            "the pattern is not a regular expression: unclosed group"
        );
    }
}
