use assent_log::entry::MAX_ENTRY_BYTES;
use assent_log::tile::{BundleError, TilePath, decode_bundle, encode_bundle};
use proptest::prelude::*;

#[track_caller]
fn check(tile: TilePath, path: &str) {
    assert_eq!(tile.to_string(), path);
    assert_eq!(path.parse(), Ok(tile));
}

#[test]
fn paths_have_groups_of_three_digits() {
    check(TilePath::Hashes { level: 0, n: 0, width: 256 }, "tile/0/000");
    check(TilePath::Hashes { level: 1, n: 7, width: 1 }, "tile/1/007.p/1");
    check(TilePath::Hashes { level: 63, n: 999, width: 255 }, "tile/63/999.p/255");
    check(TilePath::Entries { n: 1000, width: 256 }, "tile/entries/x001/000");
    check(TilePath::Entries { n: 1_234_067, width: 8 }, "tile/entries/x001/x234/067.p/8");
    check(TilePath::Entries { n: u64::MAX, width: 1 }, "tile/entries/x018/x446/x744/x073/x709/x551/615.p/1");
}

#[test]
fn other_paths_are_refused() {
    for path in [
        "",
        "tile",
        "tile/0",
        "tile/0/",
        "tile/0/0",
        "tile/0/00",
        "tile/0/0000",
        "tile/00/000",
        "tile/64/000",
        "tile/-1/000",
        "tile/+1/000",
        "tile/data/000",
        "tile/0/x000/000",
        "tile/0/001/000",
        "tile/0/x001",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/0/000.p/",
        "tile/0/000/",
        "/tile/0/000",
        "tile/0/../000",
        "tile/entries/x018/x446/x744/x073/x709/x551/616",
        "tile/entries/x001/x001/x001/x001/x001/x001/x001/x001/x001/x001/x001/x001/000",
    ] {
        assert!(path.parse::<TilePath>().is_err(), "{path}");
    }
}

#[test]
fn bundles_are_lengths_and_entries() {
    let bytes = encode_bundle(&[b"ab".as_slice(), b"", b"cde"]).unwrap();
    assert_eq!(bytes, b"\x00\x02ab\x00\x00\x00\x03cde");
    assert_eq!(decode_bundle(&bytes).unwrap(), [b"ab".as_slice(), b"", b"cde"]);
    assert!(decode_bundle(b"").unwrap().is_empty());
    assert_eq!(decode_bundle(&bytes[..bytes.len() - 1]), Err(BundleError::Cut { position: 2 }));
    assert_eq!(decode_bundle(b"\x00\x00\x00"), Err(BundleError::Cut { position: 1 }));
}

#[test]
fn bundles_are_bounded() {
    let entries = vec![vec![b'a'; MAX_ENTRY_BYTES]; 256];
    assert_eq!(encode_bundle(&entries).unwrap().len(), 256 * 65_537);
    assert_eq!(encode_bundle(&[[b'a'; 1]; 257]), Err(BundleError::TooMany));
    assert_eq!(decode_bundle(&[0; 2 * 257]), Err(BundleError::TooMany));
    let large = BundleError::TooLarge { position: 1, size_bytes: 65_536 };
    assert_eq!(encode_bundle(&[vec![], vec![b'a'; 65_536]]), Err(large));
}

proptest! {
    #[test]
    fn paths_round_trip(level in 0_u8..64, n in any::<u64>(), width in 1_u16..=256, entries in any::<bool>()) {
        let tile = if entries { TilePath::Entries { n, width } } else { TilePath::Hashes { level, n, width } };
        prop_assert_eq!(tile.to_string().parse(), Ok(tile));
    }

    #[test]
    fn any_bytes_are_a_bundle_or_an_error(bytes in prop::collection::vec(0_u8..4, 0..64)) {
        if let Ok(entries) = decode_bundle(&bytes) {
            prop_assert_eq!(encode_bundle(&entries).unwrap(), bytes);
        }
    }
}
