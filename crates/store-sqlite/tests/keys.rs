//! What is left of a destroyed key.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::fs;

use assent_store::contract::sample::id;
use assent_store::{Replacement, SubjectKeys};
use assent_store_sqlite::{SqliteKeys, SqliteStore};

/// A key of which no part stands in another one.
fn key(number: u64) -> [u8; 32] {
    let mut key = [0; 32];
    for (part, salt) in key.chunks_mut(8).zip(1_u64..) {
        part.copy_from_slice(&(number << 8 | salt).wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes());
    }
    key
}

/// How many of the keys stand in any file of the folder.
fn found(folder: &std::path::Path, numbers: impl Iterator<Item = u64>) -> usize {
    let files: Vec<_> =
        fs::read_dir(folder).unwrap().map(|file| fs::read(file.unwrap().path()).unwrap()).collect();
    let windows: std::collections::HashSet<&[u8]> = files.iter().flat_map(|bytes| bytes.windows(8)).collect();
    numbers.filter(|number| key(*number).chunks(8).any(|part| windows.contains(part))).count()
}

#[test]
fn a_destroyed_key_is_in_no_file() {
    const COUNT: u64 = 300;
    let folder = tempfile::tempdir().unwrap();
    let keys = SqliteKeys::open(&folder.path().join("keys.sqlite")).unwrap();
    // Subjects in no order, as they come.
    let subject = |number: u64| id(number.wrapping_mul(0x5851_f42d_4c95_7f2d) >> 8);
    for number in 0..COUNT {
        keys.get_or_insert(subject(number), &key(number)).unwrap();
    }
    assert_eq!(found(folder.path(), 0..COUNT), usize::try_from(COUNT).unwrap());
    let (gone, left) = ((0..COUNT).step_by(7), (0..COUNT).filter(|number| number % 7 != 0));
    for number in gone.clone() {
        keys.destroy(subject(number)).unwrap();
    }
    assert_eq!(found(folder.path(), gone.clone()), 0);
    assert_eq!(found(folder.path(), left.clone()), left.clone().count());
    // Writing goes on, and nothing comes back from pages that were used before.
    for number in COUNT..COUNT + 50 {
        keys.get_or_insert(subject(number), &key(number)).unwrap();
    }
    drop(keys);
    assert_eq!(found(folder.path(), gone.clone()), 0);
    let keys = SqliteKeys::open(&folder.path().join("keys.sqlite")).unwrap();
    for number in left {
        assert_eq!(keys.get(subject(number)).unwrap(), Some(key(number).to_vec()));
    }
    assert!(gone.into_iter().all(|number| keys.get(subject(number)).unwrap().is_none()));
}

#[test]
fn a_key_that_was_replaced_is_in_no_file() {
    const COUNT: u64 = 300;
    let folder = tempfile::tempdir().unwrap();
    let keys = SqliteKeys::open(&folder.path().join("keys.sqlite")).unwrap();
    let subject = |number: u64| id(number.wrapping_mul(0x5851_f42d_4c95_7f2d) >> 8);
    for number in 0..COUNT {
        keys.get_or_insert(subject(number), &key(number)).unwrap();
    }
    keys.lookup_key(&key(COUNT)).unwrap();
    // Longer than before, as a wrapped key is, so that rows move.
    let longer = |number: u8| [[number; 37].as_slice(), &[0xA5; 32]].concat();
    let replacement = |number: u64| Replacement {
        subject: (number < COUNT).then(|| subject(number)),
        from: key(number).to_vec(),
        to: longer(u8::try_from(number % 200).unwrap()),
    };
    let all: Vec<_> = (0..=COUNT).map(replacement).collect();
    for some in all.chunks(50) {
        assert_eq!(keys.replace(some).unwrap(), some.len());
    }
    assert_ne!(found(folder.path(), 0..=COUNT), 0, "without being forgotten some are found");
    keys.forget_replaced().unwrap();
    assert_eq!(found(folder.path(), 0..=COUNT), 0);
    assert_eq!(keys.get(subject(7)).unwrap(), Some(longer(7)));
}

#[cfg(unix)]
#[test]
fn keys_that_are_gone_are_no_longer_made() {
    for removed in [true, false] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.sqlite");
        let keys = SqliteKeys::open(&path).unwrap();
        keys.get_or_insert(id(1), &key(1)).unwrap();
        if removed {
            fs::remove_file(&path).unwrap();
        } else {
            fs::rename(&path, folder.path().join("away")).unwrap();
        }
        let made = [keys.get_or_insert(id(2), &key(2)), keys.destroy(id(1)).map(|()| key(1).to_vec())];
        assert!(made.iter().all(Result::is_err), "{removed}: {made:?}");
    }
}

#[test]
fn a_store_is_no_key_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("assent.sqlite");
    drop(SqliteStore::open(&path, assent_store_sqlite::Options::default()).unwrap());
    let refused = SqliteKeys::open(&path).unwrap_err().to_string();
    assert!(refused.contains("is not Assent subject keys"), "{refused}");
}
