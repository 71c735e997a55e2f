//! Denied attempts are events, and a flood of them is not a flood of events: the first of a minute is recorded at once, the
//! others are counted and recorded when the minute is over.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use assent_domain::Time;
use assent_domain::ids::PrincipalId;

/// The most sources that are counted apart; further ones share a counter for each principal and code.
const MAX_SOURCES: usize = 10_000;

/// A source of denied attempts.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Source {
    /// Who tried; the platform where nobody was recognised.
    pub actor: PrincipalId,
    /// What was tried.
    pub route: String,
    /// Why it was denied.
    pub code: String,
}

/// Attempts to record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Denials {
    /// Their source.
    pub source: Source,
    /// How many.
    pub attempts: u64,
}

/// Counts denied attempts by source and minute.
#[derive(Debug, Default)]
pub struct Counter {
    minutes: Mutex<HashMap<Source, (i64, u64)>>,
}

impl Counter {
    /// Counts an attempt. Gives what is to be recorded now: the first attempt of a minute.
    pub fn count(&self, source: Source, now: Time) -> Option<Denials> {
        let minute = now.as_second() / 60;
        let mut minutes = self.minutes.lock().unwrap_or_else(PoisonError::into_inner);
        let crowded = minutes.len() >= MAX_SOURCES && !minutes.contains_key(&source);
        let source = if crowded { Source { route: "*".to_owned(), ..source } } else { source };
        let held = minutes.entry(source.clone()).or_insert((i64::MIN, 0));
        if held.0 == minute {
            held.1 = held.1.saturating_add(1);
            return None;
        }
        let left = held.1;
        *held = (minute, 0);
        Some(Denials { source, attempts: left.saturating_add(1) })
    }

    /// What was counted in minutes that are over, and is not recorded yet.
    pub fn sweep(&self, now: Time) -> Vec<Denials> {
        let minute = now.as_second() / 60;
        let mut over = Vec::new();
        let mut minutes = self.minutes.lock().unwrap_or_else(PoisonError::into_inner);
        minutes.retain(|source, (counted, attempts)| {
            if *counted < minute && *attempts > 0 {
                over.push(Denials { source: source.clone(), attempts: *attempts });
            }
            *counted >= minute
        });
        over
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(route: &str) -> Source {
        Source {
            actor: crate::command::SYSTEM,
            route: route.to_owned(),
            code: "permission-missing".to_owned(),
        }
    }

    #[test]
    fn a_burst_is_two_records() {
        let counter = Counter::default();
        let at = |second| Time::from_second(second).unwrap();
        let first = counter.count(source("a"), at(60));
        assert_eq!(first.map(|denials| denials.attempts), Some(1));
        for second in 60..120 {
            assert_eq!(counter.count(source("a"), at(second)), None);
        }
        assert_eq!(counter.sweep(at(119)), vec![]);
        let swept = counter.sweep(at(120));
        assert_eq!(swept.iter().map(|denials| denials.attempts).collect::<Vec<_>>(), [60]);
        assert_eq!(counter.sweep(at(240)), vec![]);
    }

    #[test]
    fn many_sources_do_not_grow_without_bound() {
        let counter = Counter::default();
        let now = Time::from_second(60).unwrap();
        let recorded = (0..20_000).filter_map(|i| counter.count(source(&i.to_string()), now)).count();
        assert!(recorded <= MAX_SOURCES + 1, "{recorded}");
    }
}
