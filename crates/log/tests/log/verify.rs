use assent_log::verify::{Damage, ExpectError, Level, MAX_REPORTS, Report, Verifier};
use assent_log::{Checkpoint, EMPTY_ROOT, Entry, Hash, SigningKey, Tree, VerifyingKey, leaf_hash};

use crate::support::{MemoryTiles, ORIGIN, checkpoint, entry, key, log, root_of, tree_of};

const LEVELS: [Level; 2] = [Level::Chain, Level::Schema];

fn verify(level: Level, entries: &[Vec<u8>]) -> Report {
    let mut verifier = Verifier::new(level);
    for entry in entries {
        verifier.push(entry);
    }
    verifier.finish()
}

fn codes(report: &Report) -> Vec<&'static str> {
    report.damages.iter().map(Damage::code).collect()
}

/// The same entries, each linked anew to the one before: what a forger with the code would write.
fn relinked(entries: &[Vec<u8>], renumber: bool) -> Vec<Vec<u8>> {
    let mut previous = EMPTY_ROOT;
    let relink = |(index, bytes): (usize, &Vec<u8>)| {
        let mut entry = Entry::decode(bytes).unwrap();
        entry.previous_hash = previous;
        if renumber {
            entry.index = index as u64;
        }
        let bytes = entry.encode().unwrap();
        previous = leaf_hash(&bytes);
        bytes
    };
    entries.iter().enumerate().map(relink).collect()
}

#[test]
fn a_sound_log_is_sound() {
    let entries = log(600);
    for level in LEVELS {
        let mut verifier = Verifier::new(level);
        for size in [0, 1, 256, 257, 600] {
            verifier.expect_root(size as u64, root_of(&entries[..size])).unwrap();
        }
        for entry in &entries {
            verifier.push(entry);
        }
        verifier.expect_root(600, root_of(&entries)).unwrap();
        let report = verifier.finish();
        assert!(report.is_sound(), "{report:?}");
        assert_eq!((report.size, report.root, report.checkpoints_compared), (600, root_of(&entries), 6));
    }
}

#[test]
fn chain_link_is_checked_as_well_as_the_tree() {
    // The checkpoint is made over the forged log, so that tree and signature agree with it: only the link does not.
    let mut entries = log(5);
    let mut forged = Entry::decode(&entries[3]).unwrap();
    forged.previous_hash = Hash([1; 32]);
    entries[3] = forged.encode().unwrap();
    entries[4] = entry(4, leaf_hash(&entries[3])).encode().unwrap();
    for level in LEVELS {
        let mut verifier = Verifier::new(level);
        verifier.expect_root(5, root_of(&entries)).unwrap();
        for entry in &entries {
            verifier.push(entry);
        }
        let report = verifier.finish();
        let broken = Damage::ChainBroken { index: 3, expected: leaf_hash(&entries[2]), found: Hash([1; 32]) };
        assert_eq!(report.damages, [broken]);
        assert_eq!(report.checkpoints_compared, 1);
    }
}

#[test]
fn the_first_entry_names_the_empty_tree() {
    let first = entry(0, Hash([1; 32])).encode().unwrap();
    let broken = Damage::ChainBroken { index: 0, expected: EMPTY_ROOT, found: Hash([1; 32]) };
    assert_eq!(verify(Level::Chain, &[first]).damages, [broken]);
}

#[test]
fn every_flipped_bit_is_noticed() {
    let entries = log(3);
    for level in LEVELS {
        for at in 0..entries[1].len() {
            for bit in 0..8 {
                let mut forged = entries.clone();
                forged[1][at] ^= 1 << bit;
                let report = verify(level, &forged);
                assert!(!report.is_sound(), "{level:?}, byte {at}, bit {bit}");
            }
        }
    }
}

#[test]
fn an_edited_entry_breaks_the_link_of_the_next() {
    let mut entries = log(5);
    let text = String::from_utf8(entries[2].clone()).unwrap();
    entries[2] = text.replace("APPROVED", "REJECTED").into_bytes();
    for level in LEVELS {
        let report = verify(level, &entries);
        assert_eq!(codes(&report), ["CHAIN_BROKEN"]);
        assert!(report.damages[0].to_string().starts_with("entry 3 names "), "{}", report.damages[0]);
    }
}

#[test]
fn an_edited_last_entry_shows_against_the_checkpoint() {
    let mut entries = log(5);
    let root = root_of(&entries);
    let text = String::from_utf8(entries[4].clone()).unwrap();
    entries[4] = text.replace("APPROVED", "REJECTED").into_bytes();
    let mut verifier = Verifier::new(Level::Schema);
    verifier.expect_root(5, root).unwrap();
    for entry in &entries {
        verifier.push(entry);
    }
    let mismatch = Damage::RootMismatch { size: 5, expected: root, found: root_of(&entries) };
    assert_eq!(verifier.finish().damages, [mismatch]);
}

#[test]
fn deleted_entries_are_named() {
    let entries = log(10);
    for level in LEVELS {
        let mut cut = entries.clone();
        cut.drain(3..6);
        assert_eq!(verify(level, &cut).damages, [Damage::Deleted { first: 3, last: 5 }]);
        let mut cut = entries.clone();
        cut.remove(0);
        assert_eq!(verify(level, &cut).damages, [Damage::Deleted { first: 0, last: 0 }]);
        // Numbered anew, the deletion shows as a broken link; linked anew, against a checkpoint only.
        let mut cut = entries.clone();
        cut.remove(3);
        let mut renumbered = cut.clone();
        for (index, bytes) in renumbered.iter_mut().enumerate().skip(3) {
            let entry = Entry { index: index as u64, ..Entry::decode(bytes).unwrap() };
            *bytes = entry.encode().unwrap();
        }
        assert_eq!(codes(&verify(level, &renumbered))[0], "CHAIN_BROKEN");
        let rewritten = relinked(&cut, true);
        assert!(verify(level, &rewritten).is_sound());
        let mut verifier = Verifier::new(level);
        verifier.expect_root(8, root_of(&entries[..8])).unwrap();
        for entry in &rewritten {
            verifier.push(entry);
        }
        assert_eq!(codes(&verifier.finish()), ["ROOT_MISMATCH"]);
    }
}

#[test]
fn swapped_entries_are_named() {
    let entries = log(10);
    for level in LEVELS {
        let mut swapped = entries.clone();
        swapped.swap(4, 5);
        let report = verify(level, &swapped);
        let late = Damage::OutOfOrder { position: 5, index: 4 };
        assert!(report.damages.contains(&late), "{report:?}");
        assert!(!codes(&report).contains(&"ENTRIES_DELETED"));
        let mut moved = entries.clone();
        let entry = moved.remove(2);
        moved.push(entry);
        assert!(verify(level, &moved).damages.contains(&Damage::OutOfOrder { position: 9, index: 2 }));
    }
}

#[test]
fn inserted_entries_are_named() {
    let entries = log(6);
    let mut inserted = entries.clone();
    inserted.insert(3, entry(2, EMPTY_ROOT).encode().unwrap());
    for level in LEVELS {
        assert_eq!(verify(level, &inserted).damages, [Damage::Inserted { position: 3, index: 2 }]);
    }
    // Numbered and linked anew, it shows against a checkpoint only.
    let rewritten = relinked(&inserted, true);
    let mut verifier = Verifier::new(Level::Schema);
    verifier.expect_root(6, root_of(&entries)).unwrap();
    for entry in &rewritten {
        verifier.push(entry);
    }
    assert_eq!(codes(&verifier.finish()), ["ROOT_MISMATCH"]);
}

#[test]
fn truncation_and_rollback_show_against_a_checkpoint() {
    let entries = log(10);
    for level in LEVELS {
        let mut verifier = Verifier::new(level);
        verifier.expect_root(10, root_of(&entries)).unwrap();
        verifier.expect_root(5, root_of(&entries[..5])).unwrap();
        for entry in &entries[..8] {
            verifier.push(entry);
        }
        let report = verifier.finish();
        assert_eq!(report.damages, [Damage::Truncated { checkpoint_size: 10, log_size: 8 }]);
        assert_eq!(report.checkpoints_compared, 1);
    }
}

#[test]
fn bytes_that_are_no_entry_are_named() {
    let mut entries = log(4);
    let text = String::from_utf8(entries[1].clone()).unwrap();
    entries[1] = text.replacen(':', ": ", 1).into_bytes();
    assert_eq!(codes(&verify(Level::Schema, &entries)), ["ENTRY_NOT_CANONICAL"]);
    assert_eq!(codes(&verify(Level::Chain, &entries)), ["CHAIN_BROKEN"]);
    entries[1] = b"{\"a\":1}".to_vec();
    for level in LEVELS {
        assert_eq!(codes(&verify(level, &entries)), ["ENTRY_SCHEMA"]);
    }
    entries[1] = text.replacen("SUCCESS", "success", 1).into_bytes();
    assert_eq!(codes(&verify(Level::Schema, &entries)), ["ENTRY_SCHEMA"]);
    for garbage in
        [b"".as_slice(), b"{", b"{\"", b"{\"a\":", b"{\"a\":\"\\", b"{\"a\":[[[[", b"{\"index\":1}", b"\xff"]
    {
        entries[1] = garbage.to_vec();
        for level in LEVELS {
            assert_eq!(verify(level, &entries).damages.len(), 1, "{garbage:?}");
        }
    }
}

#[test]
fn time_does_not_run_backwards() {
    let mut entries = log(3);
    let mut early = Entry::decode(&entries[2]).unwrap();
    early.time = "2026-11-20T00:00:00.000Z".to_owned();
    entries[2] = early.encode().unwrap();
    let report = verify(Level::Schema, &entries);
    assert_eq!(codes(&report), ["TIME_BACKWARDS"]);
}

#[test]
fn checkpoints_are_verified_before_they_are_believed() {
    let entries = log(3);
    let known = [VerifyingKey::parse(&key().vkey()).unwrap()];
    let check = |note: &str, expect: &[&str]| {
        let mut verifier = Verifier::new(Level::Chain);
        let found = verifier.expect_checkpoint(note.as_bytes(), &known).unwrap();
        assert_eq!(found.is_some(), expect.is_empty());
        for entry in &entries {
            verifier.push(entry);
        }
        let report = verifier.finish();
        assert_eq!(codes(&report), expect, "{report:?}");
        assert_eq!(report.checkpoints_compared, u64::from(expect.is_empty()));
    };
    let good = checkpoint(&entries);
    check(&good, &[]);
    check(&good.replacen("\n3\n", "\n2\n", 1), &["SIGNATURE_INVALID"]);
    check(&good.replacen("\n\n", "\n", 1), &["CHECKPOINT_MALFORMED"]);
    let stranger = SigningKey::from_seed(ORIGIN, [1; 32]).unwrap();
    let head = Checkpoint::new(ORIGIN, 3, root_of(&entries));
    check(&head.sign(&[&stranger]).unwrap().to_text(), &["KEY_UNKNOWN"]);
    let other = Checkpoint::new("other.example/log", 3, root_of(&entries)).sign(&[&key()]).unwrap();
    check(&other.to_text(), &["KEY_UNKNOWN"]);
    let text = signed_text(&head, "03");
    check(&text, &["CHECKPOINT_MALFORMED"]);
}

/// A well-signed note whose text is not a checkpoint.
fn signed_text(head: &Checkpoint, size: &str) -> String {
    let text = head.to_string().replacen("\n3\n", &format!("\n{size}\n"), 1);
    assent_log::Note::sign(&text, &[&key()]).unwrap().to_text()
}

#[test]
fn two_checkpoints_of_one_size_that_differ_are_a_fork() {
    let entries = log(4);
    let mut verifier = Verifier::new(Level::Chain);
    verifier.expect_root(4, root_of(&entries)).unwrap();
    verifier.expect_root(4, Hash([5; 32])).unwrap();
    for entry in &entries {
        verifier.push(entry);
    }
    let fork = Damage::RootMismatch { size: 4, expected: Hash([5; 32]), found: root_of(&entries) };
    assert_eq!(verifier.finish().damages, [fork]);
}

#[test]
fn a_late_checkpoint_is_refused() {
    let mut verifier = Verifier::new(Level::Chain);
    for entry in &log(3) {
        verifier.push(entry);
    }
    assert_eq!(verifier.expect_root(2, EMPTY_ROOT), Err(ExpectError::Passed { size: 2, passed: 3 }));
}

#[test]
fn the_newest_entries_verify_alone() {
    let entries = log(600);
    let leaves: Vec<Hash> = entries.iter().map(|entry| leaf_hash(entry)).collect();
    let tiles = MemoryTiles::of(&leaves);
    for level in LEVELS {
        for start in [1_usize, 256, 300, 599, 600] {
            let tree = Tree::load(start as u64, |level, n, width| tiles.read(level, n, width)).unwrap();
            let mut verifier = Verifier::resume(level, tree);
            verifier.expect_root(600, root_of(&entries)).unwrap();
            for entry in &entries[start..] {
                verifier.push(entry);
            }
            let report = verifier.finish();
            assert!(report.is_sound(), "{start}: {report:?}");
            assert_eq!((report.size, report.root), (600, root_of(&entries)));
        }
    }
}

#[test]
fn stored_tiles_are_compared() {
    let entries = log(300);
    let mut verifier = Verifier::resume(Level::Chain, Tree::new());
    for entry in &entries {
        verifier.push(entry);
    }
    let mut tiles = verifier.take_full_tiles();
    assert_eq!(tiles.len(), 1);
    tiles.extend(verifier.open_tiles());
    assert_eq!(tiles, tree_of(&entries).take_changed());
    assert_eq!(tiles[1..], tree_of(&entries).open_tiles());
    let mut wrong = tiles[0].bytes.clone();
    wrong[40] ^= 1;
    let mut wider = tiles[1].bytes.clone();
    wider.extend([0; 32]);
    verifier.compare_tile(&tiles[0], Some(&wrong));
    verifier.compare_tile(&tiles[1], Some(&wider));
    verifier.compare_tile(&tiles[2], None);
    let report = verifier.finish();
    let expect = [
        Damage::TileWrong { path: "tile/0/000".to_owned() },
        Damage::TileMissing { path: "tile/1/000.p/1".to_owned() },
    ];
    assert_eq!(report.damages, expect);
}

#[test]
fn reports_are_bounded() {
    let mut verifier = Verifier::new(Level::Chain);
    (0..MAX_REPORTS + 7).for_each(|_| verifier.push(b"{}"));
    let report = verifier.finish();
    assert_eq!((report.damages.len(), report.damages_omitted), (MAX_REPORTS, 7));
    // Every second entry is missing: the gaps that are not remembered are reported too.
    let mut verifier = Verifier::new(Level::Chain);
    for index in 0..3_000 {
        verifier.push(&entry(2 * index + 1, EMPTY_ROOT).encode().unwrap());
    }
    let report = verifier.finish();
    assert_eq!((report.damages.len() as u64 + report.damages_omitted), 3_000);
    assert_eq!(report.damages[0], Damage::Deleted { first: 0, last: 0 });
}

#[test]
fn findings_travel_as_json() {
    let mut entries = log(3);
    entries.remove(1);
    let report = verify(Level::Schema, &entries);
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(json["level"], "SCHEMA");
    assert_eq!(json["damages"][0]["code"], "ENTRIES_DELETED");
    assert_eq!(json["damages"][0]["message"], "entry 1 is missing");
    assert!(json["damages"][0]["remedy"].as_str().unwrap().starts_with("restore the log"));
}
