//! Keys of subjects.

use std::thread;

use super::KeysFixture;
use super::sample::{hash, id};
use crate::{Replacement, StoreError};

pub fn a_key_is_made_once(place: &dyn KeysFixture) {
    let keys = place.open();
    assert_eq!(keys.get(id(1)).unwrap(), None);
    assert_eq!(keys.get_or_insert(id(1), &hash(1)).unwrap(), hash(1));
    assert_eq!(keys.get_or_insert(id(1), &hash(2)).unwrap(), hash(1));
    assert_eq!(keys.get(id(1)).unwrap(), Some(hash(1).to_vec()));
    assert_eq!(keys.get(id(2)).unwrap(), None);
}

pub fn keys_are_there_after_reopening(place: &dyn KeysFixture) {
    let keys = place.open();
    keys.get_or_insert(id(1), &hash(1)).unwrap();
    keys.get_or_insert(id(2), &hash(2)).unwrap();
    keys.destroy(id(2)).unwrap();
    drop(keys);
    let keys = place.open();
    assert_eq!(keys.get(id(1)).unwrap(), Some(hash(1).to_vec()));
    assert_eq!(keys.get(id(2)).unwrap(), None);
    assert!(matches!(keys.get_or_insert(id(2), &hash(3)), Err(StoreError::Conflict(_))));
}

pub fn a_destroyed_key_stays_destroyed(place: &dyn KeysFixture) {
    let keys = place.open();
    keys.get_or_insert(id(1), &hash(1)).unwrap();
    keys.get_or_insert(id(2), &hash(2)).unwrap();
    for _ in 0..2 {
        keys.destroy(id(1)).unwrap();
        assert_eq!(keys.get(id(1)).unwrap(), None);
        assert!(matches!(keys.get_or_insert(id(1), &hash(3)), Err(StoreError::Conflict(_))));
    }
    assert_eq!(keys.get(id(2)).unwrap(), Some(hash(2).to_vec()));
}

pub fn a_key_can_be_destroyed_before_it_was_made(place: &dyn KeysFixture) {
    let keys = place.open();
    keys.destroy(id(1)).unwrap();
    assert_eq!(keys.get(id(1)).unwrap(), None);
    assert!(matches!(keys.get_or_insert(id(1), &hash(1)), Err(StoreError::Conflict(_))));
}

pub fn handles_agree_on_one_key(place: &dyn KeysFixture) {
    let handles = [place.open(), place.open()];
    let made: Vec<_> = thread::scope(|scope| {
        let make = |number: u64| {
            let keys = &handles[usize::try_from(number % 2).unwrap()];
            scope.spawn(move || keys.get_or_insert(id(1), &hash(number)).unwrap())
        };
        let threads: Vec<_> = (0..4).map(make).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(made.iter().all(|key| *key == made[0]), "{made:?}");
    assert_eq!(handles[1].get(id(1)).unwrap(), Some(made[0].clone()));
}

pub fn destroyed_keys_are_listed(place: &dyn KeysFixture) {
    let keys = place.open();
    assert!(keys.destroyed().unwrap().is_empty());
    for number in 1..=4 {
        keys.get_or_insert(id(number), &hash(number)).unwrap();
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
        keys.get_or_insert(id(number), &hash(number)).unwrap();
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
    assert_eq!(keys.get(id(1)).unwrap(), Some(hash(1).to_vec()));
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
        keys.get_or_insert(id(number), &hash(number)).unwrap();
    }
    keys.claim(hash(7), id(1)).unwrap();
    keys.destroy(id(1)).unwrap();
    assert_eq!(keys.find(hash(7)).unwrap(), None);
    assert!(keys.claimed().unwrap().is_empty());
    assert_eq!(keys.claim(hash(7), id(2)).unwrap(), None);
}

pub fn lookups_are_there_after_reopening(place: &dyn KeysFixture) {
    let keys = place.open();
    assert_eq!(keys.lookup_key(&hash(5)).unwrap(), hash(5));
    keys.get_or_insert(id(1), &hash(1)).unwrap();
    keys.claim(hash(7), id(1)).unwrap();
    drop(keys);
    let keys = place.open();
    assert_eq!(keys.lookup_key(&hash(6)).unwrap(), hash(5));
    assert_eq!(keys.find(hash(7)).unwrap(), Some(id(1)));
}

pub fn living_keys_are_paged(place: &dyn KeysFixture) {
    let keys = place.open();
    assert!(keys.living(None, 10).unwrap().is_empty());
    for number in [4, 2, 1, 3, 5] {
        keys.get_or_insert(id(number), &hash(number)).unwrap();
    }
    keys.destroy(id(3)).unwrap();
    let pair = |number| (id(number), hash(number).to_vec());
    assert_eq!(keys.living(None, 2).unwrap(), [pair(1), pair(2)]);
    assert_eq!(keys.living(Some(id(2)), 2).unwrap(), [pair(4), pair(5)]);
    assert!(keys.living(Some(id(5)), 2).unwrap().is_empty());
}

pub fn keys_are_replaced_where_they_still_stand(place: &dyn KeysFixture) {
    let keys = place.open();
    assert_eq!(keys.made_lookup_key().unwrap(), None);
    keys.lookup_key(&hash(9)).unwrap();
    for number in 1..=3 {
        keys.get_or_insert(id(number), &hash(number)).unwrap();
    }
    keys.claim(hash(7), id(1)).unwrap();
    keys.destroy(id(2)).unwrap();
    // Longer than before, as a wrapped key is.
    let longer = [7; 69].to_vec();
    let to = |subject, from: [u8; 32]| Replacement { subject, from: from.to_vec(), to: longer.clone() };
    let asked = [
        to(Some(id(1)), hash(1)),
        to(Some(id(2)), hash(2)),
        to(Some(id(3)), hash(8)),
        to(Some(id(4)), hash(4)),
        to(None, hash(9)),
    ];
    assert_eq!(keys.replace(&asked).unwrap(), 2);
    assert_eq!(keys.replace(&asked).unwrap(), 0);
    keys.forget_replaced().unwrap();
    drop(keys);
    let keys = place.open();
    let kept: Vec<_> = (1..=4).map(|number| keys.get(id(number)).unwrap()).collect();
    assert_eq!(kept, [Some(longer.clone()), None, Some(hash(3).to_vec()), None]);
    assert_eq!(keys.made_lookup_key().unwrap(), Some(longer));
    assert_eq!(keys.find(hash(7)).unwrap(), Some(id(1)));
    assert!(matches!(keys.get_or_insert(id(2), &hash(2)), Err(StoreError::Conflict(_))));
}
