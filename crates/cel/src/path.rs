//! Places in the facts, as rules name them: `evaluation.metrics["race.equalizedOddsDifference"].value`.

use std::fmt;
use std::sync::Arc;

use serde::{Serialize, Serializer};

/// One step into the facts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Segment {
    /// A field of an object.
    Field(Arc<str>),
    /// An element of a list, from 0.
    Index(usize),
    /// Any field or element: which one is known only when the rule runs.
    Any,
}

/// A place in the facts; the empty path is the whole document.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FactPath(pub(crate) Vec<Segment>);

impl FactPath {
    /// The path of a top-level fact.
    pub fn root(name: &str) -> Self {
        Self(vec![Segment::Field(name.into())])
    }

    /// The steps from the root.
    pub fn segments(&self) -> &[Segment] {
        &self.0
    }

    /// Whether `other` lies within what this path names, and is not the same place.
    pub fn contains(&self, other: &Self) -> bool {
        other.0.len() > self.0.len() && other.0.starts_with(&self.0)
    }

    pub(crate) fn then(mut self, segment: Segment) -> Self {
        self.0.push(segment);
        self
    }
}

impl fmt::Display for FactPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, segment) in self.0.iter().enumerate() {
            match segment {
                Segment::Field(name) if is_plain(name) && at == 0 => f.write_str(name)?,
                Segment::Field(name) if is_plain(name) => write!(f, ".{name}")?,
                Segment::Field(name) => write!(f, "[{name:?}]")?,
                Segment::Index(index) => write!(f, "[{index}]")?,
                Segment::Any => f.write_str("[*]")?,
            }
        }
        Ok(())
    }
}

impl Serialize for FactPath {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Whether `name` can be written after a dot.
fn is_plain(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && name.bytes().all(|byte| byte == b'_' || byte.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn displays_as_rules_write_it() {
        let path = FactPath::root("evaluation")
            .then(Segment::Field("metrics".into()))
            .then(Segment::Field("race.equalizedOddsDifference".into()))
            .then(Segment::Any)
            .then(Segment::Index(2));
        assert_eq!(path.to_string(), "evaluation.metrics[\"race.equalizedOddsDifference\"][*][2]");
        assert!(FactPath::root("evaluation").contains(&path));
        assert!(!path.contains(&path));
    }
}
