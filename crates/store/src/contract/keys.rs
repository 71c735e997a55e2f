//! Keys of subjects.

use std::thread;

use super::KeysFixture;
use super::sample::{hash, id};
use crate::StoreError;

pub fn a_key_is_made_once(place: &dyn KeysFixture) {
    let keys = place.open();
    assert_eq!(keys.get(id(1)).unwrap(), None);
    assert_eq!(keys.get_or_insert(id(1), hash(1)).unwrap(), hash(1));
    assert_eq!(keys.get_or_insert(id(1), hash(2)).unwrap(), hash(1));
    assert_eq!(keys.get(id(1)).unwrap(), Some(hash(1)));
    assert_eq!(keys.get(id(2)).unwrap(), None);
}

pub fn keys_are_there_after_reopening(place: &dyn KeysFixture) {
    let keys = place.open();
    keys.get_or_insert(id(1), hash(1)).unwrap();
    keys.get_or_insert(id(2), hash(2)).unwrap();
    keys.destroy(id(2)).unwrap();
    drop(keys);
    let keys = place.open();
    assert_eq!(keys.get(id(1)).unwrap(), Some(hash(1)));
    assert_eq!(keys.get(id(2)).unwrap(), None);
    assert!(matches!(keys.get_or_insert(id(2), hash(3)), Err(StoreError::Conflict(_))));
}

pub fn a_destroyed_key_stays_destroyed(place: &dyn KeysFixture) {
    let keys = place.open();
    keys.get_or_insert(id(1), hash(1)).unwrap();
    keys.get_or_insert(id(2), hash(2)).unwrap();
    for _ in 0..2 {
        keys.destroy(id(1)).unwrap();
        assert_eq!(keys.get(id(1)).unwrap(), None);
        assert!(matches!(keys.get_or_insert(id(1), hash(3)), Err(StoreError::Conflict(_))));
    }
    assert_eq!(keys.get(id(2)).unwrap(), Some(hash(2)));
}

pub fn a_key_can_be_destroyed_before_it_was_made(place: &dyn KeysFixture) {
    let keys = place.open();
    keys.destroy(id(1)).unwrap();
    assert_eq!(keys.get(id(1)).unwrap(), None);
    assert!(matches!(keys.get_or_insert(id(1), hash(1)), Err(StoreError::Conflict(_))));
}

pub fn handles_agree_on_one_key(place: &dyn KeysFixture) {
    let handles = [place.open(), place.open()];
    let made: Vec<_> = thread::scope(|scope| {
        let make = |number: u64| {
            let keys = &handles[usize::try_from(number % 2).unwrap()];
            scope.spawn(move || keys.get_or_insert(id(1), hash(number)).unwrap())
        };
        let threads: Vec<_> = (0..4).map(make).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(made.iter().all(|key| *key == made[0]), "{made:?}");
    assert_eq!(handles[1].get(id(1)).unwrap(), Some(made[0]));
}

pub fn destroyed_keys_are_listed(place: &dyn KeysFixture) {
    let keys = place.open();
    assert!(keys.destroyed().unwrap().is_empty());
    for number in 1..=4 {
        keys.get_or_insert(id(number), hash(number)).unwrap();
    }
    for number in [3, 1, 3, 9] {
        keys.destroy(id(number)).unwrap();
    }
    drop(keys);
    assert_eq!(place.open().destroyed().unwrap(), [id(1), id(3), id(9)]);
}

pub fn a_lookup_has_one_holder(place: &dyn KeysFixture) {
    let keys = place.open();
    for number in 1..=2 {
        keys.get_or_insert(id(number), hash(number)).unwrap();
    }
    assert_eq!(keys.find(hash(7)).unwrap(), None);
    for _ in 0..2 {
        assert_eq!(keys.claim(hash(7), id(1)).unwrap(), None);
        assert_eq!(keys.claim(hash(7), id(2)).unwrap(), Some(id(1)));
        assert_eq!(keys.find(hash(7)).unwrap(), Some(id(1)));
    }
    assert_eq!(keys.claim(hash(8), id(1)).unwrap(), None);
    assert_eq!((keys.find(hash(7)).unwrap(), keys.find(hash(8)).unwrap()), (None, Some(id(1))));
    assert_eq!(keys.claim(hash(7), id(2)).unwrap(), None);
    assert_eq!(keys.claimed().unwrap(), [id(1), id(2)]);
    keys.release(id(1)).unwrap();
    keys.release(id(1)).unwrap();
    assert_eq!(keys.find(hash(8)).unwrap(), None);
    assert_eq!(keys.claimed().unwrap(), [id(2)]);
    assert_eq!(keys.get(id(1)).unwrap(), Some(hash(1)));
}

pub fn a_lookup_needs_a_key(place: &dyn KeysFixture) {
    let keys = place.open();
    assert!(matches!(keys.claim(hash(7), id(1)), Err(StoreError::Conflict(_))));
    keys.destroy(id(1)).unwrap();
    assert!(matches!(keys.claim(hash(7), id(1)), Err(StoreError::Conflict(_))));
    assert!(keys.claimed().unwrap().is_empty());
}

pub fn a_destroyed_key_takes_its_lookup_along(place: &dyn KeysFixture) {
    let keys = place.open();
    for number in 1..=2 {
        keys.get_or_insert(id(number), hash(number)).unwrap();
    }
    keys.claim(hash(7), id(1)).unwrap();
    keys.destroy(id(1)).unwrap();
    assert_eq!(keys.find(hash(7)).unwrap(), None);
    assert!(keys.claimed().unwrap().is_empty());
    assert_eq!(keys.claim(hash(7), id(2)).unwrap(), None);
}

pub fn lookups_are_there_after_reopening(place: &dyn KeysFixture) {
    let keys = place.open();
    assert_eq!(keys.lookup_key(hash(5)).unwrap(), hash(5));
    keys.get_or_insert(id(1), hash(1)).unwrap();
    keys.claim(hash(7), id(1)).unwrap();
    drop(keys);
    let keys = place.open();
    assert_eq!(keys.lookup_key(hash(6)).unwrap(), hash(5));
    assert_eq!(keys.find(hash(7)).unwrap(), Some(id(1)));
}
