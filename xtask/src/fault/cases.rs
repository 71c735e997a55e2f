//! Which calls fail, in which order.

use std::collections::BTreeMap;
use std::fmt;

use super::trace::Place;
use crate::rng::Rng;

/// What happens to a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// The device fails.
    Device,
    /// The disk is full.
    Full,
    /// The process is killed at the call.
    Kill,
}

const FAULTS: [Fault; 3] = [Fault::Device, Fault::Full, Fault::Kill];

impl Fault {
    /// As the tracer takes it.
    pub(super) fn option(self) -> &'static str {
        match self {
            Self::Device => "error=EIO",
            Self::Full => "error=ENOSPC",
            Self::Kill => "signal=KILL",
        }
    }
}

/// One call that fails.
#[derive(Debug, Clone)]
pub(super) struct Case {
    /// The call.
    pub(super) call: String,
    /// Where.
    pub(super) place: Place,
    /// The number of the call there, from 1 on.
    pub(super) when: u64,
    /// What happens to it.
    pub(super) fault: Fault,
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} number {} on {}, {}", self.call, self.when, self.place.name(), self.fault.option())
    }
}

/// Every case once, in an order in which each kind of call has its turn early.
pub(super) fn all(places: &BTreeMap<(String, Place), u64>, rng: &mut Rng) -> Vec<Case> {
    let mut kinds: Vec<Vec<Case>> = Vec::new();
    for ((call, place), count) in places {
        for fault in FAULTS {
            let case = |when| Case { call: call.clone(), place: place.clone(), when, fault };
            let mut cases: Vec<Case> = (1..=*count).map(case).collect();
            shuffle(&mut cases, rng);
            kinds.push(cases);
        }
    }
    shuffle(&mut kinds, rng);
    let longest = kinds.iter().map(Vec::len).max().unwrap_or(0);
    let turns = (0..longest).flat_map(|turn| kinds.iter().filter_map(move |cases| cases.get(turn)));
    turns.cloned().collect()
}

pub(super) fn shuffle<T>(list: &mut [T], rng: &mut Rng) {
    for last in (1..list.len()).rev() {
        let other = usize::try_from(rng.below(last as u64 + 1)).unwrap_or(0);
        list.swap(last, other);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_call_fails_once_in_each_way_and_every_kind_early() {
        let place = || Place::At("data/log.sqlite-wal".to_owned());
        let places =
            BTreeMap::from([(("fsync".to_owned(), place()), 2), (("pwrite64".to_owned(), place()), 30)]);
        let cases = all(&places, &mut Rng::new(5));
        assert_eq!(cases.len(), 96);
        let mut names: Vec<String> = cases.iter().map(ToString::to_string).collect();
        assert_eq!(names.iter().take(12).filter(|name| name.starts_with("fsync")).count(), 6);
        names.sort();
        names.dedup();
        assert_eq!(names.len(), 96);
    }
}
