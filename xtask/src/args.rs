//! Options of the form `--name value`, flags, and words.

use anyhow::{Context as _, Result, bail};

/// Options that have no value.
const FLAGS: [&str; 2] = ["growth", "keep"];

/// What follows the name of a command.
#[derive(Debug)]
pub struct Args {
    words: Vec<String>,
    options: Vec<(String, String)>,
}

impl Args {
    /// Sorts arguments into words and options; an option that is not `known` is refused.
    pub fn parse(arguments: impl Iterator<Item = String>, known: &[&str]) -> Result<Self> {
        let (mut words, mut options) = (Vec::new(), Vec::new());
        let mut arguments = arguments.into_iter();
        while let Some(argument) = arguments.next() {
            match argument.strip_prefix("--") {
                None => words.push(argument),
                Some(name) if known.contains(&name) && FLAGS.contains(&name) => {
                    options.push((name.to_owned(), String::new()));
                }
                Some(name) if known.contains(&name) => {
                    let value = arguments.next().with_context(|| format!("`--{name}` wants a value"))?;
                    options.push((name.to_owned(), value));
                }
                Some(_) if known.is_empty() => {
                    bail!("`{argument}` is not known: this command has no options")
                }
                Some(_) => bail!("`{argument}` is not known: the options are --{}", known.join(", --")),
            }
        }
        Ok(Self { words, options })
    }

    /// The word at that place.
    pub fn word(&self, place: usize) -> Option<&str> {
        self.words.get(place).map(String::as_str)
    }

    /// The value of a numeric option, or what it is without.
    pub fn number(&self, name: &str, default: u64) -> Result<u64> {
        match self.text(name) {
            None => Ok(default),
            Some(value) => value.parse().with_context(|| format!("`--{name} {value}` is not a number")),
        }
    }

    /// All options, as they were given.
    pub fn options(&self) -> impl Iterator<Item = String> {
        self.options.iter().flat_map(|(name, value)| {
            let value = Some(value.clone()).filter(|_| !FLAGS.contains(&name.as_str()));
            std::iter::once(format!("--{name}")).chain(value)
        })
    }

    /// Whether a flag is there.
    pub fn flag(&self, name: &str) -> bool {
        self.text(name).is_some()
    }

    /// The value of an option.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.options.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Args> {
        Args::parse(text.split_whitespace().map(str::to_owned), &["rounds", "seed"])
    }

    #[test]
    fn words_and_options_are_told_apart() {
        let args = parse("gate --rounds 20 twice --rounds 30").unwrap();
        assert_eq!((args.word(0), args.word(1), args.word(2)), (Some("gate"), Some("twice"), None));
        assert_eq!(args.number("rounds", 1).unwrap(), 30);
        assert_eq!(args.number("seed", 7).unwrap(), 7);
    }

    #[test]
    fn mistakes_are_named() {
        let message = |text: &str| parse(text).unwrap_err().to_string();
        assert_eq!(message("--round 3"), "`--round` is not known: the options are --rounds, --seed");
        assert_eq!(message("--rounds"), "`--rounds` wants a value");
        assert_eq!(
            parse("--rounds many").unwrap().number("rounds", 1).unwrap_err().to_string(),
            "`--rounds many` is not a number"
        );
    }
}
