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
