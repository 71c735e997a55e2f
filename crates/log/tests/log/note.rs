use assent_log::checkpoint::CheckpointError;
use assent_log::key::{Algorithm, KeyError};
use assent_log::note::{MAX_NOTE_BYTES, NoteError};
use assent_log::{Checkpoint, EMPTY_ROOT, Hash, Note, SigningKey, VerifyingKey};
use proptest::prelude::*;

use crate::support::{ORIGIN, key};

fn witness() -> SigningKey {
    SigningKey::witness_from_seed("witness.example/w1", [9; 32]).unwrap()
}

fn public(key: &SigningKey) -> VerifyingKey {
    VerifyingKey::parse(&key.vkey()).unwrap()
}

#[test]
fn a_note_is_text_and_signature_lines() {
    let note = Note::sign("a\n\nb\n", &[&key()]).unwrap();
    let text = note.to_text();
    assert!(text.starts_with("a\n\nb\n\n— log.example/assent "), "{text}");
    assert_eq!(Note::parse(text.as_bytes()).unwrap(), note);
    assert_eq!(note.verify(&[public(&key())]).unwrap(), [key().verifying_key()]);
}

#[test]
fn a_flipped_bit_is_noticed() {
    let text = Note::sign("origin\n5\n", &[&key()]).unwrap().to_text();
    let known = [public(&key())];
    for at in 0..text.len() {
        for bit in 0..8 {
            let mut forged = text.clone().into_bytes();
            forged[at] ^= 1 << bit;
            let accepted = Note::parse(&forged).is_ok_and(|note| note.verify(&known).is_ok());
            assert!(!accepted, "byte {at}, bit {bit}");
        }
    }
}

#[test]
fn a_rotation_is_signed_by_both_keys() {
    let next = SigningKey::from_seed(ORIGIN, [8; 32]).unwrap();
    let note = Checkpoint::new(ORIGIN, 5, EMPTY_ROOT).sign(&[&key(), &next]).unwrap();
    for known in [vec![public(&key())], vec![public(&next)]] {
        assert_eq!(note.verify(&known).unwrap().len(), 1);
    }
    assert_eq!(note.verify(&[public(&key()), public(&next)]).unwrap().len(), 2);
}

#[test]
fn a_witness_adds_its_line() {
    let mut note = Checkpoint::new(ORIGIN, 5, EMPTY_ROOT).sign(&[&key()]).unwrap();
    note.add_signature(&witness(), 1_795_000_000).unwrap();
    let known = [public(&witness()), public(&key())];
    assert_eq!(known[0].algorithm(), Algorithm::CosignatureV1);
    let (checkpoint, signers) = Checkpoint::open(note.to_text().as_bytes(), &known).unwrap();
    assert_eq!((checkpoint.size, signers.len()), (5, 2));
    assert_eq!(note.signatures()[1].cosigned_at(&known[0]), Some(1_795_000_000));
    assert_eq!(note.signatures()[0].cosigned_at(&known[0]), None);
    // Signing again replaces the line, as the time is signed too.
    let mut again = note.clone();
    again.add_signature(&witness(), 1_795_000_001).unwrap();
    assert_eq!(again.signatures().len(), 2);
    assert_eq!(again.signatures()[1].cosigned_at(&known[0]), Some(1_795_000_001));
    assert_ne!(again.signatures()[1].signature[8..], note.signatures()[1].signature[8..]);
    // A witness alone does not speak for the log.
    let origin = CheckpointError::Origin { origin: ORIGIN.to_owned() };
    assert_eq!(Checkpoint::open(note.to_text().as_bytes(), &known[..1]), Err(origin));
}

#[test]
fn strangers_and_forgers_are_told_apart() {
    let note = Note::sign("text\n", &[&key()]).unwrap();
    let stranger = SigningKey::from_seed("other.example", [1; 32]).unwrap();
    assert!(matches!(note.verify(&[public(&stranger)]), Err(NoteError::UnknownKeys { .. })));
    assert!(matches!(
        Note::new("text\n").unwrap().verify(&[public(&key())]),
        Err(NoteError::UnknownKeys { .. })
    ));
    let forged = note.to_text().replacen("text", "tixt", 1);
    let forged = Note::parse(forged.as_bytes()).unwrap();
    assert!(matches!(forged.verify(&[public(&key())]), Err(NoteError::Invalid { .. })));
    assert!(matches!(forged.verify(&[public(&stranger), public(&key())]), Err(NoteError::Invalid { .. })));
}

#[test]
fn malformed_notes_are_refused() {
    let check = |bytes: &[u8], expect: NoteError| assert_eq!(Note::parse(bytes), Err(expect));
    check(b"text\n", NoteError::Unsigned);
    check("text\n\n— a AAAAAAA=".as_bytes(), NoteError::Unsigned);
    check("te\u{1}xt\n\n— a AAAAAAA=\n".as_bytes(), NoteError::Text);
    check(b"\xff\n\n", NoteError::Text);
    check("text\n\n- a AAAAAAA=\n".as_bytes(), NoteError::SignatureLine { line: 1 });
    check("text\n\n— a AAAAAA==\n".as_bytes(), NoteError::SignatureLine { line: 1 });
    check("text\n\n— a+b AAAAAAA=\n".as_bytes(), NoteError::SignatureLine { line: 1 });
    check("text\n\n— a AAAAAAA\n".as_bytes(), NoteError::SignatureLine { line: 1 });
    check(&vec![b'a'; MAX_NOTE_BYTES + 1], NoteError::TooLarge { size_bytes: MAX_NOTE_BYTES + 1 });
    let many = format!("text\n\n{}", "— a AAAAAAA=\n".repeat(65));
    check(many.as_bytes(), NoteError::TooManySignatures);
    assert!(Note::parse("text\n\n— a AAAAAAA=\n".as_bytes()).is_ok());
    assert_eq!(Note::new("text"), Err(NoteError::Text));
    assert!(matches!(
        Note::sign(&format!("{}\n", "a".repeat(65_500)), &[&key()]),
        Err(NoteError::TooLarge { .. })
    ));
}

#[test]
fn keys_are_checked() {
    let vkey = key().vkey();
    assert_eq!(VerifyingKey::parse(&vkey).unwrap().vkey(), vkey);
    assert_eq!(&VerifyingKey::parse(&vkey).unwrap(), key().verifying_key());
    assert!(matches!(VerifyingKey::parse(&vkey.replacen("log", "lag", 1)), Err(KeyError::Id { .. })));
    assert!(matches!(VerifyingKey::parse(vkey.get(..vkey.len() - 4).unwrap()), Err(KeyError::Format { .. })));
    assert!(matches!(VerifyingKey::parse(""), Err(KeyError::Format { .. })));
    let unknown = "a+00000000+AgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    assert!(matches!(VerifyingKey::parse(unknown), Err(KeyError::Algorithm { algorithm: 2, .. })));
    // The point of small order, under which anything can be signed.
    let weak = "a+00000000+AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    assert!(matches!(VerifyingKey::parse(weak), Err(KeyError::Point { .. })));
    for name in ["", "a b", "a+b", "a\nb", "a\u{2003}b"] {
        assert!(matches!(SigningKey::from_seed(name, [1; 32]), Err(KeyError::Name { .. })), "{name:?}");
    }
    assert!(!format!("{:?}", key()).contains("[7"));
}

#[test]
fn a_checkpoint_reads_back() {
    let mut checkpoint = Checkpoint::new(ORIGIN, 20_852_163, Hash([3; 32]));
    checkpoint.extensions = vec!["one".to_owned(), "two".to_owned()];
    let text = checkpoint.to_string();
    assert_eq!(text, format!("{ORIGIN}\n20852163\nAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM=\none\ntwo\n"));
    assert_eq!(Checkpoint::parse(&text).unwrap(), checkpoint);
}

#[test]
fn malformed_checkpoints_are_refused() {
    let root = "AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM=";
    for (text, line) in [
        (format!("o\n5\n{root}"), "end"),
        (format!("\n5\n{root}\n"), "origin"),
        ("o\n".to_owned(), "size"),
        (format!("o\n05\n{root}\n"), "size"),
        (format!("o\n+5\n{root}\n"), "size"),
        (format!("o\n18446744073709551616\n{root}\n"), "size"),
        ("o\n5\nAwMD\n".to_owned(), "root"),
        ("o\n5\n".to_owned(), "root"),
        (format!("o\n5\n{root}\n\n"), "extension"),
    ] {
        assert_eq!(Checkpoint::parse(&text), Err(CheckpointError::Line { line }), "{text:?}");
    }
    let smuggled = Checkpoint::new("o\n9", 5, EMPTY_ROOT).sign(&[&key()]);
    assert!(smuggled.is_err());
    let foreign = Checkpoint::new("other.example/log", 5, EMPTY_ROOT).sign(&[&key()]).unwrap().to_text();
    let origin = CheckpointError::Origin { origin: "other.example/log".to_owned() };
    assert_eq!(Checkpoint::open(foreign.as_bytes(), &[public(&key())]), Err(origin));
}

proptest! {
    #[test]
    fn what_parses_is_what_is_written(text in "[ab\n— +=]{0,40}", name in "[a— ]{1,3}", tail in "[A=]{4,12}") {
        let bytes = format!("{text}\n\n— {name} {tail}\n");
        if let Ok(note) = Note::parse(bytes.as_bytes()) {
            prop_assert_eq!(note.to_text(), bytes);
        }
    }
}
