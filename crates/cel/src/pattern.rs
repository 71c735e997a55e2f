//! Regular expressions of `matches`, in RE2-like syntax, with a bound on their size and a price for their use.

use regex::{Regex, RegexBuilder};

/// A compiled pattern.
#[derive(Clone, Debug)]
pub(crate) struct Pattern {
    regex: Regex,
    /// Steps for every eight bytes of text: the search takes time in proportion to text times size of the pattern.
    weight: u64,
}

/// The steps that the compilation of a pattern costs where it is not constant.
pub(crate) const COMPILE_STEPS: u64 = 20_000;

/// The longest accepted pattern, in bytes.
const LONGEST: usize = 4096;

/// Bounds on the compiled size in bytes, with the price of the patterns that fit.
const SIZES: [(usize, u64); 4] = [(4 << 10, 1), (16 << 10, 4), (64 << 10, 16), (256 << 10, 64)];

impl Pattern {
    /// Compiles `text`, or says why not.
    pub(crate) fn new(text: &str) -> Result<Self, String> {
        if text.len() > LONGEST {
            return Err(format!("the pattern has {} bytes; at most {LONGEST} are accepted", text.len()));
        }
        for (size, weight) in SIZES {
            match RegexBuilder::new(text).size_limit(size).dfa_size_limit(1 << 20).nest_limit(50).build() {
                Ok(regex) => return Ok(Self { regex, weight }),
                Err(regex::Error::CompiledTooBig(_)) => {}
                Err(error) => return Err(reason(&error)),
            }
        }
        Err("the pattern is too large once its repetitions are written out; use smaller counts".into())
    }

    /// The steps that a search in `length` bytes costs.
    pub(crate) fn cost(&self, length: usize) -> u64 {
        self.weight * (1 + length as u64 / 8)
    }

    pub(crate) fn is_match(&self, text: &str) -> bool {
        self.regex.is_match(text)
    }
}

/// The last line of the message, which says what is wrong; the lines before it draw the pattern.
fn reason(error: &regex::Error) -> String {
    let text = error.to_string();
    let last = text.lines().last().unwrap_or_default();
    format!("the pattern is not a regular expression: {}", last.trim_start_matches("error: "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_bounded_and_priced() {
        assert_eq!(Pattern::new("a+").unwrap().cost(80), 11);
        assert!(Pattern::new("[ab]{200}").unwrap().weight > 1);
        let error = Pattern::new("(a{500}){500}").unwrap_err();
        assert_eq!(
            error,
            "the pattern is too large once its repetitions are written out; use smaller counts"
        );
        assert!(Pattern::new(&"a".repeat(5000)).is_err());
    }

    #[test]
    fn errors_say_why() {
        assert_eq!(
            Pattern::new("a(b").unwrap_err(),
            "the pattern is not a regular expression: unclosed group"
        );
    }
}
