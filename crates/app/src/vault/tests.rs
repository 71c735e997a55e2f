//! What opens and what does not.

use proptest::prelude::*;

use super::envelope::{CHUNK_BYTES, Decoder, Encoder, Head, content_bytes};
use super::*;

const KEY: [u8; 32] = [3; 32];
const HEAD: Head = Head { envelope: Uuid::from_u128(7) };
const SHUT: usize = CHUNK_BYTES + 16;

fn content(length: usize) -> Vec<u8> {
    (0..length).map(|at| u8::try_from(at * 31 % 251).unwrap()).collect()
}

fn shut(content: &[u8], head: Head, part: usize) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = Encoder::new(&KEY, head, &mut out);
    for part in content.chunks(part.max(1)) {
        encoder.push(part, &mut out).unwrap();
    }
    encoder.finish(&mut out).unwrap();
    out
}

/// What an envelope gives, and whether it came to its end.
fn open(key: &[u8; 32], envelope: &[u8], part: usize) -> (Vec<u8>, bool) {
    let mut out = Vec::new();
    let Ok(head) = Head::decode(envelope) else { return (out, false) };
    let mut decoder = Decoder::new(key, head);
    for part in envelope[Head::BYTES..].chunks(part.max(1)) {
        if decoder.push(part, &mut out).is_err() {
            return (out, false);
        }
    }
    let whole = decoder.finish(&mut out).is_ok();
    (out, whole)
}

/// Lengths around the borders of chunks.
fn lengths() -> impl Strategy<Value = usize> {
    let near = |chunks: usize| (0..3_usize).prop_map(move |off| chunks * CHUNK_BYTES + off - 1);
    prop_oneof![0..3_usize, near(1), near(2), near(3), 0..4 * CHUNK_BYTES]
}

/// Nothing but a start of the content, in whole chunks, and no end.
fn assert_refused(changed: &[u8], content: &[u8]) {
    let (out, whole) = open(&KEY, changed, 10_000);
    assert!(!whole, "it was taken for whole");
    assert!(content.starts_with(&out) && out.len() % CHUNK_BYTES == 0, "{} bytes were handed out", out.len());
}

#[test]
fn an_envelope_that_was_cut_off_between_two_chunks_is_not_whole() {
    let content = content(3 * CHUNK_BYTES);
    let envelope = shut(&content, HEAD, usize::MAX);
    for chunks in 0..3 {
        assert_refused(&envelope[..Head::BYTES + chunks * SHUT], &content);
    }
    assert_eq!(open(&KEY, &envelope, 10_000), (content, true));
}

/// One key for two envelopes is not what happens; that their chunks cannot be mixed holds without it.
#[test]
fn a_chunk_of_another_envelope_does_not_open() {
    let content = content(3 * CHUNK_BYTES);
    let [envelope, other] =
        [HEAD, Head { envelope: Uuid::from_u128(8) }].map(|head| shut(&content, head, usize::MAX));
    for chunk in 0..3 {
        let place = Head::BYTES + chunk * SHUT..Head::BYTES + (chunk + 1) * SHUT;
        let mut mixed = envelope.clone();
        mixed[place.clone()].copy_from_slice(&other[place]);
        assert_refused(&mixed, &content);
    }
    let foreign_head = [&other[..Head::BYTES], &envelope[Head::BYTES..]].concat();
    assert_refused(&foreign_head, &content);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn what_was_shut_opens(length in lengths(), part in 1..200_000_usize, read in 1..200_000_usize) {
        let content = content(length);
        let envelope = shut(&content, HEAD, part);
        prop_assert_eq!(&envelope, &shut(&content, HEAD, usize::MAX));
        prop_assert_eq!(content_bytes(envelope.len() as u64), Some(length as u64));
        prop_assert_eq!(open(&KEY, &envelope, read), (content, true));
        prop_assert!(!open(&[4; 32], &envelope, read).1);
    }

    #[test]
    fn a_changed_bit_is_seen(length in lengths(), at in any::<prop::sample::Index>(), bit in 0..8_u8) {
        let content = content(length);
        let mut envelope = shut(&content, HEAD, usize::MAX);
        let at = at.index(envelope.len());
        envelope[at] ^= 1 << bit;
        assert_refused(&envelope, &content);
    }

    #[test]
    fn what_was_cut_off_or_appended_is_seen(length in lengths(), at in any::<prop::sample::Index>()) {
        let content = content(length);
        let envelope = shut(&content, HEAD, usize::MAX);
        assert_refused(&envelope[..at.index(envelope.len())], &content);
        assert_refused(&[envelope.as_slice(), &[0]].concat(), &content);
        assert_refused(&[envelope.as_slice(), &envelope[Head::BYTES..]].concat(), &content);
    }

    #[test]
    fn chunks_keep_their_place(chunks in 2..5_usize, from in any::<prop::sample::Index>(), to in any::<prop::sample::Index>()) {
        let content = content(chunks * CHUNK_BYTES);
        let envelope = shut(&content, HEAD, usize::MAX);
        let chunk = |of: &[u8], number: usize| of[Head::BYTES + number * SHUT..][..SHUT].to_vec();
        let (from, to) = (from.index(chunks), to.index(chunks));
        let with = |bytes: &[u8], number: usize| {
            let mut changed = envelope.clone();
            changed[Head::BYTES + number * SHUT..][..SHUT].copy_from_slice(bytes);
            changed
        };
        if from != to {
            // Repeated, swapped, left out.
            assert_refused(&with(&chunk(&envelope, from), to), &content);
            let mut swapped = with(&chunk(&envelope, from), to);
            swapped[Head::BYTES + from * SHUT..][..SHUT].copy_from_slice(&chunk(&envelope, to));
            assert_refused(&swapped, &content);
        }
        let mut without = envelope.clone();
        without.drain(Head::BYTES + from * SHUT..Head::BYTES + (from + 1) * SHUT);
        assert_refused(&without, &content);
    }
}

/// The bytes of an envelope never change their meaning.
#[test]
fn an_envelope_is_written_as_ever() {
    let envelope = shut(b"weights", HEAD, usize::MAX);
    let head = b"ASSENT\0\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x07";
    let shut =
        *b"\x8f\xa0\x1d\xd9\x77\xcd\x05\x0c\xee\xb2\x6e\x25\x59\xf4\xe8\xa0\x25\xc0\x40\xf5\xe7\x51\x1b";
    assert_eq!(envelope, [head.as_slice(), &shut].concat());
}

struct Counting(std::sync::atomic::AtomicU8);

impl crate::Entropy for Counting {
    fn fill(&self, buffer: &mut [u8]) {
        buffer.fill(self.0.fetch_add(1, std::sync::atomic::Ordering::SeqCst));
    }
}

struct Never;

impl crate::Clock for Never {
    fn now(&self) -> assent_domain::Time {
        assent_domain::Time::UNIX_EPOCH
    }
}

fn vault(keys: &str) -> Vault {
    let keys = if keys.is_empty() { MasterKeys::none() } else { MasterKeys::parse(keys).unwrap() };
    Vault::new(keys, Wiring { clock: Arc::new(Never), entropy: Arc::new(Counting(0.into())) })
}

/// A vault with one key, for tests of what it is used for.
pub(crate) fn vault_without_keys() -> Vault {
    vault("")
}

pub(crate) fn vault_with(key: u8) -> Vault {
    vault(&line(key))
}

fn line(byte: u8) -> String {
    format!("{byte:02x}").repeat(32)
}

#[test]
fn a_secret_opens_for_what_it_belongs_to_and_nothing_else() {
    let digest = Digest([1; 32]);
    let purposes = [
        Purpose::Subject(Uuid::from_u128(1)),
        Purpose::Subject(Uuid::from_u128(2)),
        Purpose::LookUp,
        Purpose::Signing("log"),
        Purpose::Signing("other"),
        Purpose::Blob { digest, envelope: Uuid::from_u128(1) },
        Purpose::Blob { digest, envelope: Uuid::from_u128(2) },
        Purpose::Blob { digest: Digest([2; 32]), envelope: Uuid::from_u128(1) },
    ];
    let vault = vault(&line(1));
    for purpose in purposes {
        let kept = vault.shut(&[5; 32], purpose).unwrap();
        assert_eq!(kept.len(), Wrapped::BYTES);
        for other in purposes {
            assert_eq!(vault.open(&kept, other).is_ok(), other == purpose, "{purpose:?} {other:?}");
        }
        for at in 0..kept.len() {
            let mut changed = kept.clone();
            changed[at] ^= 1;
            assert!(vault.open(&changed, purpose).is_err(), "byte {at}");
            assert!(vault.open(&kept[..at], purpose).is_err() || at == 32, "length {at}");
        }
    }
}

#[test]
fn the_first_key_encrypts_and_all_of_them_decrypt() {
    let (old, new) = (vault(&line(1)), vault(&format!("{}\n{}", line(2), line(1))));
    let purpose = Purpose::LookUp;
    let kept = old.shut(&[5; 32], purpose).unwrap();
    assert_eq!(old.shut_anew(&kept, purpose), Ok(None));
    assert_eq!(new.open(&kept, purpose), Ok([5; 32]));
    let anew = new.shut_anew(&kept, purpose).unwrap().unwrap();
    assert_eq!(key_of(&anew), Ok(new.keys().first().map(MasterKey::id)));
    assert_eq!(new.open(&anew, purpose), Ok([5; 32]));
    let [wanted, given] = [&new, &old].map(|vault| vault.keys().first().unwrap().id());
    let unknown = VaultError::UnknownKey { wanted, given: vec![given] };
    assert_eq!(old.open(&anew, purpose), Err(unknown.clone()));
    assert!(unknown.to_string().contains(&format!("under the master key `{wanted}`, and given: `{given}`")));
    // A key that comes later opens it, in every handle.
    let handle = old.clone();
    old.replace_keys(new.keys());
    assert_eq!(handle.open(&anew, purpose), Ok([5; 32]));
}

#[test]
fn without_a_key_a_secret_is_kept_as_it_is_and_can_be_wrapped_later() {
    let (none, some) = (vault(""), vault(&line(1)));
    let kept = none.shut(&[5; 32], Purpose::LookUp).unwrap();
    assert_eq!((kept.as_slice(), key_of(&kept)), ([5; 32].as_slice(), Ok(None)));
    assert_eq!(none.shut_anew(&kept, Purpose::LookUp), Ok(None));
    assert_eq!(some.open(&kept, Purpose::LookUp), Ok([5; 32]));
    let anew = some.shut_anew(&kept, Purpose::LookUp).unwrap().unwrap();
    assert!(!anew.windows(4).any(|window| window == [5; 4]));
    let refused = none.open(&anew, Purpose::LookUp).unwrap_err().to_string();
    assert!(refused.ends_with("no master key was given"), "{refused}");
}

#[test]
fn key_files_are_read_as_they_are_written() {
    let text = MasterKeys::write(&[0xAB; 32]);
    let keys = MasterKeys::parse(&text).unwrap();
    let id = keys.first().unwrap().id();
    assert!(text.contains(&id.to_string()) && !format!("{keys:?}").contains("abab"), "{text}");
    // The names of keys never change.
    assert_eq!(id.to_string(), "6edc88bdffca280c");
    let refused = |text: &str| MasterKeys::parse(text).unwrap_err();
    assert_eq!(refused("# nothing\n\n"), KeyFileError::Empty);
    assert_eq!(refused(&format!("{}\nabc", line(1))), KeyFileError::NoKey(2));
    assert_eq!(
        refused(&format!("{}\n{}", line(0xAB), line(0xAB).to_uppercase())),
        KeyFileError::Twice(2, id)
    );
    let many: String = (0..17).map(|byte| line(byte) + "\n").collect();
    assert_eq!(refused(&many), KeyFileError::TooMany);
}
