//! What lies encrypted on a disk. Whoever can write to the disk writes anything into it.

use std::sync::Arc;

use assent_app::vault::envelope::{Decoder, Encoder, Head};
use assent_app::vault::{MasterKeys, Purpose, Vault, key_of};
use assent_app::{Clock, Entropy, Wiring};

/// The data key of the seeds.
const KEY: [u8; 32] = [3; 32];
/// The master key of the seeds.
const MASTER: [u8; 32] = [9; 32];

/// An envelope around a blob, in parts of several lengths.
pub fn envelope(data: &[u8]) {
    let whole = opened(data, data.len());
    for part in [1, 7, 100] {
        assert_eq!(opened(data, part), whole, "an envelope says the same in whatever parts it comes");
    }
    if let (Ok(head), Some(content)) = (Head::decode(data), whole) {
        let mut written = Vec::new();
        let mut encoder = Encoder::new(&KEY, head, &mut written);
        let pushed = encoder.push(&content, &mut written).and_then(|()| encoder.finish(&mut written));
        assert_eq!((pushed, written.as_slice()), (Ok(()), data), "an envelope is written as it was read");
    }
}

fn opened(data: &[u8], part: usize) -> Option<Vec<u8>> {
    let mut decoder = Decoder::new(&KEY, Head::decode(data).ok()?);
    let mut out = Vec::new();
    for bytes in data.get(Head::BYTES..)?.chunks(part.max(1)) {
        decoder.push(bytes, &mut out).ok()?;
    }
    decoder.finish(&mut out).ok()?;
    Some(out)
}

/// A secret as it is kept, and the text of a key file.
pub fn secret(data: &[u8]) {
    let keys = MasterKeys::parse(&MasterKeys::write(&MASTER));
    assert!(keys.is_ok(), "a key file is read as it was written");
    let vault =
        Vault::new(keys.unwrap_or_default(), Wiring { clock: Arc::new(Never), entropy: Arc::new(Zeros) });
    let opened = vault.open(data, Purpose::LookUp);
    assert!(opened.is_err() || key_of(data).is_ok(), "what opens says under which key it is");
    if let Ok(secret) = opened {
        let kept = vault.shut(&secret, Purpose::LookUp).unwrap_or_default();
        assert_eq!(vault.open(&kept, Purpose::LookUp), Ok(secret), "what was shut opens");
        assert!(
            vault.open(&kept, Purpose::Signing("log")).is_err(),
            "a secret is bound to what it belongs to"
        );
    }
    if let Ok(text) = std::str::from_utf8(data)
        && let Ok(keys) = MasterKeys::parse(text)
    {
        assert!(!keys.ids().is_empty() && keys.first().is_some(), "what is read holds a key");
    }
}

struct Never;

impl Clock for Never {
    fn now(&self) -> assent_domain::Time {
        assent_domain::Time::UNIX_EPOCH
    }
}

struct Zeros;

impl Entropy for Zeros {
    fn fill(&self, buffer: &mut [u8]) {
        buffer.fill(0);
    }
}
