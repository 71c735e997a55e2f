//! Searching the log.

use std::cell::Cell;

use proptest::option::of;
use proptest::prelude::*;

use super::Fixture;
use super::rows::runner;
use super::sample::{commit, entries, entry, everything, head, id};
use crate::{Batch, EntryQuery, NewEntry};

const SIZE: u64 = 400;

/// What a search of the log of [`entry`]s must find: by making every list first.
fn expected(query: &EntryQuery) -> Vec<(u64, Vec<u8>)> {
    let mut left: Vec<NewEntry> = (0..SIZE).map(entry).collect();
    left.reverse();
    let mut keep = |asked: bool, wanted: &dyn Fn(&NewEntry) -> bool| {
        if asked {
            left.retain(|entry| wanted(entry));
        }
    };
    keep(query.event_type.is_some(), &|it| Some(&it.keys.event_type) == query.event_type.as_ref());
    keep(query.actor.is_some(), &|it| Some(it.keys.actor) == query.actor);
    keep(query.subject_kind.is_some(), &|it| Some(&it.keys.subject_kind) == query.subject_kind.as_ref());
    keep(query.subject_id.is_some(), &|it| Some(&it.keys.subject_id) == query.subject_id.as_ref());
    keep(query.model_id.is_some(), &|it| it.keys.model_id == query.model_id);
    keep(query.outcome.is_some(), &|it| Some(&it.keys.outcome) == query.outcome.as_ref());
    keep(query.correlation_id.is_some(), &|it| it.keys.correlation_id == query.correlation_id);
    keep(query.from_ms.is_some(), &|it| Some(it.keys.time_ms) >= query.from_ms);
    keep(query.until_ms.is_some(), &|it| it.keys.time_ms < query.until_ms.unwrap());
    keep(query.before.is_some(), &|it| it.index < query.before.unwrap());
    left.into_iter().take(query.limit as usize).map(|entry| (entry.index, entry.bytes)).collect()
}

/// Values that entries have, and some that none has.
fn some_query() -> impl Strategy<Value = EntryQuery> {
    let word = |words: &[&str]| {
        let words: Vec<String> = words.iter().map(|&word| word.to_owned()).collect();
        of(prop::sample::select(words)).boxed()
    };
    let number = |first: u64, count: u64| of((first..first + count).prop_map(id)).boxed();
    let time = || of(prop_oneof![995_i64..1_140, Just(i64::MIN), Just(i64::MAX)]).boxed();
    let whose = (number(10_000, 5), number(20_000, 7), number(30_000, 210));
    let what = (
        word(&["modelRegistered", "reviewDecided", "gateChecked", "none"]),
        word(&["MODEL", "PROMOTION", "none"]),
        word(&["subject-0", "subject-3", "subject-6", "none"]),
        word(&["SUCCESS", "FAILURE", "PARTIAL"]),
    );
    let page = (of(prop_oneof![0..SIZE + 9, Just(u64::MAX)]), prop_oneof![Just(0), Just(3), Just(1_000)]);
    // Few conditions at once, or nothing would be left to find.
    let asked = prop::collection::vec(prop::bool::weighted(0.25), 9);
    (whose, what, (time(), time()), page, asked).prop_map(|(whose, what, times, page, asked)| EntryQuery {
        actor: whose.0.filter(|_| asked[0]),
        model_id: whose.1.filter(|_| asked[1]),
        correlation_id: whose.2.filter(|_| asked[2]),
        event_type: what.0.filter(|_| asked[3]),
        subject_kind: what.1.filter(|_| asked[4]),
        subject_id: what.2.filter(|_| asked[5]),
        outcome: what.3.filter(|_| asked[6]),
        from_ms: times.0.filter(|_| asked[7]),
        until_ms: times.1.filter(|_| asked[8]),
        before: page.0,
        limit: page.1,
    })
}

pub fn searches_agree_with_the_reference(place: &dyn Fixture) {
    let store = place.open();
    commit(&*store, entries(0, SIZE / 2)).unwrap();
    commit(&*store, entries(SIZE / 2, SIZE)).unwrap();
    let read = store.read().unwrap();
    assert_eq!(read.find_entries(&everything()).unwrap().entries, expected(&everything()));
    let found = Cell::new(0);
    runner(600)
        .run(&some_query(), |query| {
            let expected = expected(&query);
            found.set(found.get() + expected.len());
            prop_assert_eq!(read.find_entries(&query).unwrap().entries, expected);
            Ok(())
        })
        .unwrap();
    assert!(found.get() > 1_000, "the searches found only {} entries", found.get());
}

pub fn searches_page_by_cursor(place: &dyn Fixture) {
    let store = place.open();
    commit(&*store, entries(0, SIZE)).unwrap();
    let mut query = EntryQuery { subject_kind: Some("MODEL".to_owned()), limit: 30, ..EntryQuery::default() };
    let all = expected(&EntryQuery { limit: 1_000, ..query.clone() });
    let (mut seen, mut size) = (Vec::new(), SIZE);
    loop {
        let page = store.read().unwrap().find_entries(&query).unwrap();
        seen.extend(page.entries);
        let Some(next) = page.next else { break };
        query.before = Some(next);
        // Growth comes before the first page and moves none.
        commit(&*store, entries(size, size + 2)).unwrap();
        size += 2;
    }
    assert_eq!(seen, all);
}

/// Two conditions, each of every second entry, that meet in the oldest entry alone.
pub fn conditions_that_hardly_meet_are_searched_to_the_end(place: &dyn Fixture) {
    const MANY: u64 = 12_000;
    let store = place.open();
    let either = |index: u64| {
        let mut made = entry(index);
        made.keys = crate::EntryKeys { time_ms: 5_000, ..entry(0).keys };
        if !index.is_multiple_of(2) {
            made.keys.actor = id(1);
        }
        let word = if index.is_multiple_of(2) && index > 0 { "even" } else { "odd" };
        word.clone_into(&mut made.keys.event_type);
        made
    };
    let mut batch = Batch { entries: (0..MANY).map(either).collect(), ..entries(0, MANY) };
    batch.head.time_ms = 5_000;
    commit(&*store, batch).unwrap();
    let read = store.read().unwrap();
    let mut query = EntryQuery {
        actor: Some(entry(0).keys.actor),
        event_type: Some("odd".to_owned()),
        limit: 10,
        ..EntryQuery::default()
    };
    let (mut seen, mut pages) = (Vec::new(), 0);
    loop {
        let page = read.find_entries(&query).unwrap();
        seen.extend(page.entries);
        pages += 1;
        let Some(next) = page.next else { break };
        assert!(query.before.is_none_or(|before| next < before), "a search that does not go on");
        query.before = Some(next);
    }
    assert_eq!(seen, [(0, entry(0).bytes)]);
    assert!(pages < 1_000, "{pages} pages");
}

pub fn rare_among_many_is_found(place: &dyn Fixture) {
    let store = place.open();
    let alike = |index: u64| {
        let mut made = entry(index);
        made.keys = crate::EntryKeys { time_ms: 5_000, ..entry(0).keys };
        if index == 7 {
            made.keys.actor = id(1);
        }
        made
    };
    let mut batch = Batch { entries: (0..2_000).map(alike).collect(), ..entries(0, 2_000) };
    batch.head.time_ms = 5_000;
    commit(&*store, batch).unwrap();
    let read = store.read().unwrap();
    let of_one = EntryQuery {
        actor: Some(id(1)),
        model_id: entry(0).keys.model_id,
        event_type: Some(entry(0).keys.event_type),
        subject_kind: Some(entry(0).keys.subject_kind),
        limit: 10,
        ..EntryQuery::default()
    };
    assert_eq!(entry(0).keys.model_id, None);
    assert_eq!(read.find_entries(&of_one).unwrap().entries, [(7, entry(7).bytes)]);
    let late = EntryQuery { from_ms: Some(5_001), ..of_one };
    assert!(read.find_entries(&late).unwrap().entries.is_empty());
    assert_eq!(read.head().unwrap().size, head(2_000).size);
}
