//! Blobs and keys under master keys, and what becomes of them when another one is put in place.

use crate::common;

use std::sync::Arc;

use assent_app::Wiring;
use assent_app::blobs::{BlobError, Blobs, Form, key_name};
use assent_app::seal::Sealer;
use assent_app::vault::envelope::{Encoder, Head};
use assent_app::vault::{KeyId, MasterKeys, Purpose, Vault, rotate};
use assent_domain::Time;
use assent_domain::ids::{Digest, PrincipalId};
use assent_store::{MemoryKeys, SubjectKeys as _};
use bytes::Bytes;
use futures_util::{StreamExt as _, TryStreamExt as _};
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt as _};
use uuid::Uuid;

use common::{hand, wiring};

fn master(bytes: &[u8]) -> MasterKeys {
    let text: String = bytes.iter().map(|byte| MasterKeys::write(&[*byte; 32])).collect();
    if text.is_empty() { MasterKeys::none() } else { MasterKeys::parse(&text).unwrap() }
}

fn id(byte: u8) -> KeyId {
    master(&[byte]).first().unwrap().id()
}

/// One object store, and handles on it with different master keys.
struct Place {
    store: Arc<InMemory>,
    wiring: Wiring,
}

impl Place {
    fn new() -> Self {
        Self { store: Arc::new(InMemory::new()), wiring: wiring(&hand()) }
    }

    fn vault(&self, keys: &[u8]) -> Vault {
        Vault::new(master(keys), self.wiring.clone())
    }

    fn blobs(&self, keys: &[u8]) -> Blobs {
        Blobs::new(Arc::clone(&self.store) as _, self.vault(keys))
    }

    async fn put(&self, keys: &[u8], content: &[u8]) -> Digest {
        let parts = content.chunks(50_000).map(|part| Ok::<_, String>(Bytes::copy_from_slice(part)));
        let kept =
            self.blobs(keys).put(self.wiring.id(), futures_util::stream::iter(parts), None).await.unwrap();
        assert_eq!((kept.sha256, kept.size_bytes), (Digest::of(content), content.len() as u64));
        kept.sha256
    }

    /// Every stored object.
    async fn objects(&self) -> Vec<(String, Vec<u8>)> {
        let listed: Vec<_> = self.store.list(None).try_collect().await.unwrap();
        let mut objects = Vec::new();
        for meta in listed {
            let bytes = self.store.get(&meta.location).await.unwrap().bytes().await.unwrap();
            objects.push((meta.location.to_string(), bytes.to_vec()));
        }
        objects
    }

    async fn change(&self, ending: impl Fn(&str) -> bool, change: impl FnOnce(&mut Vec<u8>)) {
        let (path, mut bytes) = self.objects().await.into_iter().find(|(path, _)| ending(path)).unwrap();
        change(&mut bytes);
        self.store.put(&Path::from(path), bytes.into()).await.unwrap();
    }
}

async fn whole(blobs: &Blobs, digest: Digest) -> Result<Vec<u8>, BlobError> {
    Ok(blobs.read(digest, u64::MAX).await?.to_vec())
}

/// Recognisable in any place, at any length.
fn content(length: usize) -> Vec<u8> {
    b"confidential weights; ".iter().copied().cycle().take(length).collect()
}

#[tokio::test]
async fn blobs_of_any_length_come_back_and_are_nowhere_in_plain() {
    let place = Place::new();
    for length in [0, 1, 100, 65_535, 65_536, 65_537, 131_072, 300_000] {
        let digest = place.put(&[1], &content(length)).await;
        let blobs = place.blobs(&[1]);
        assert_eq!(blobs.size(digest).await.unwrap(), Some(length as u64));
        assert_eq!(whole(&blobs, digest).await.unwrap(), content(length));
    }
    let objects = place.objects().await;
    assert_eq!(objects.len(), 16, "an envelope and a data key each");
    assert!(!objects.iter().any(|(_, bytes)| bytes.windows(12).any(|window| window == b"confidential")));
}

#[tokio::test]
async fn a_wrong_key_is_named_and_a_damaged_blob_is_called_damaged() {
    let place = Place::new();
    let digest = place.put(&[1], &content(200_000)).await;
    for (keys, given) in
        [([].as_slice(), "no master key was given".to_owned()), (&[2], format!("given: `{}`", id(2)))]
    {
        let error = whole(&place.blobs(keys), digest).await.unwrap_err();
        assert!(matches!(error, BlobError::Shut(..)), "{error:?}");
        let text = error.to_string();
        assert!(text.contains(&id(1).to_string()) && text.ends_with(&given), "{text}");
    }
    let blobs = place.blobs(&[2, 1]);
    // In the second chunk: what was authenticated before is handed out, and nothing of the rest.
    place.change(|path| !path.contains('.'), |bytes| bytes[70_000] ^= 1).await;
    let mut pieces = match blobs.get(digest).await {
        Ok(pieces) => pieces.boxed(),
        Err(error) => futures_util::stream::iter([Err(error)]).boxed(),
    };
    let mut good = Vec::new();
    let wrong = loop {
        match pieces.next().await.unwrap() {
            Ok(piece) => good.extend_from_slice(&piece),
            Err(error) => break error,
        }
    };
    assert!(good.len() <= 65_536 && content(200_000).starts_with(&good), "{}", good.len());
    assert!(matches!(wrong, BlobError::Damaged(..)), "{wrong:?}");
    // In the first chunk, or in the data key: known before anything is answered.
    let refused = async |what: &str| {
        let error = blobs.get(digest).await.err().unwrap();
        assert!(matches!(error, BlobError::Damaged(..)) && error.to_string().contains(what), "{error}");
    };
    place.change(|path| !path.contains('.'), |bytes| bytes[100] ^= 1).await;
    refused("the part from byte 0 on").await;
    place.change(|path| path.contains('.'), |bytes| bytes[40] ^= 1).await;
    refused("its master key does not open it").await;
    place.change(|path| path.contains('.'), |bytes| bytes.truncate(40)).await;
    refused("its data key has a wrong length").await;
    // What is uploaded again is there again.
    place.put(&[2, 1], &content(200_000)).await;
    assert_eq!(whole(&blobs, digest).await.unwrap(), content(200_000));
}

#[tokio::test]
async fn an_envelope_cannot_take_the_place_of_another() {
    let place = Place::new();
    let (one, other) = (place.put(&[1], b"one").await, place.put(&[1], b"other").await);
    let objects = place.objects().await;
    for (path, bytes) in objects.iter().filter(|(path, _)| path.contains(&one.to_string())) {
        let envelope = path.rsplit_once('.').map(|(_, envelope)| envelope.parse().unwrap());
        let path = envelope.map_or_else(|| Form::Sealed.name(other), |envelope| key_name(other, envelope));
        place.store.put(&Path::from(path), bytes.clone().into()).await.unwrap();
    }
    assert!(matches!(whole(&place.blobs(&[1]), other).await.unwrap_err(), BlobError::Damaged(..)));
}

#[tokio::test]
async fn keys_that_open_nothing_are_collected_and_no_others() {
    let place = Place::new();
    let blobs = place.blobs(&[1]);
    let kept = place.put(&[1], b"kept").await;
    let again = place.put(&[1], b"again").await;
    let first = place.objects().await.into_iter().find(|(path, _)| path.contains(&format!("{again}.")));
    place.put(&[1], b"again").await;
    // Of an upload that ended between the key and the name, and of an envelope that cannot be read.
    let (cut, damaged) = (Digest::of(b"cut"), place.put(&[1], b"damaged").await);
    let secret = place.vault(&[1]).shut(&[7; 32], Purpose::LookUp).unwrap();
    place.store.put(&Path::from(key_name(cut, Uuid::from_u128(1))), secret.into()).await.unwrap();
    place.change(|path| path.ends_with(&damaged.to_string()), |bytes| bytes[0] ^= 1).await;
    let before = place.objects().await.len();

    assert_eq!(blobs.collect_keys(Time::UNIX_EPOCH).await.unwrap(), 0, "what is new may be in use");
    assert_eq!(place.objects().await.len(), before);
    assert_eq!(blobs.collect_keys(Time::MAX).await.unwrap(), 2);
    let left = place.objects().await;
    assert_eq!(left.len(), before - 2);
    assert!(
        !left.iter().any(|(path, _)| path.contains(&format!("{cut}.")) || *path == first.as_ref().unwrap().0)
    );
    for (digest, content) in [(kept, b"kept".as_slice()), (again, b"again")] {
        assert_eq!(whole(&blobs, digest).await.unwrap(), content);
    }
    assert_eq!(blobs.collect_keys(Time::MAX).await.unwrap(), 0);
}

/// Whoever has the master key can make an envelope that opens; it still has to hold what its name says.
#[tokio::test]
async fn an_envelope_around_other_bytes_is_refused() {
    let (place, key, envelope) = (Place::new(), [7; 32], Uuid::from_u128(9));
    let digest = Digest::of(b"what was kept");
    let mut forged = Vec::new();
    let mut encoder = Encoder::new(&key, Head { envelope }, &mut forged);
    encoder.push(b"what was put there", &mut forged).unwrap();
    encoder.finish(&mut forged).unwrap();
    let wrapped = place.vault(&[1]).shut(&key, Purpose::Blob { digest, envelope }).unwrap();
    for (path, bytes) in [(Form::Sealed.name(digest), forged), (key_name(digest, envelope), wrapped)] {
        place.store.put(&Path::from(path), bytes.into()).await.unwrap();
    }
    let error = whole(&place.blobs(&[1]), digest).await.unwrap_err();
    let found = Digest::of(b"what was put there");
    assert!(
        matches!(&error, BlobError::Damaged(..)) && error.to_string().contains(&found.to_string()),
        "{error}"
    );
}

#[tokio::test]
async fn plain_bytes_that_were_changed_are_not_handed_out_either() {
    let place = Place::new();
    let digest = place.put(&[], &content(200_000)).await;
    place.change(|_| true, |bytes| bytes[199_999] ^= 1).await;
    assert!(matches!(whole(&place.blobs(&[]), digest).await.unwrap_err(), BlobError::Damaged(..)));
    let rotated = rotate::rotate_blobs(&place.blobs(&[1]), &place.wiring).await.unwrap();
    assert_eq!((rotated.encrypted, rotated.failed.len()), (0, 1), "it is left as it is, and named");
    assert!(rotated.failed[0].to_string().contains(&digest.to_string()), "{:?}", rotated.failed);
    assert_eq!(place.objects().await.len(), 1);
}

#[tokio::test]
async fn a_rotation_leaves_nothing_to_the_old_key_and_touches_no_content() {
    let place = Place::new();
    let plain = place.put(&[], b"before any key").await;
    let old = place.put(&[1], &content(100_000)).await;
    let envelope = |objects: Vec<(String, Vec<u8>)>| {
        objects.into_iter().find(|(path, _)| path.ends_with(&old.to_string()))
    };
    let before = envelope(place.objects().await);

    let both = place.blobs(&[2, 1]);
    let (count, failed) = rotate::count_blobs(&both).await.unwrap();
    assert_eq!((count.plain(), count.under(id(1)), count.under(id(2)), failed.len()), (1, 1, 0, 0));
    let rotated = rotate::rotate_blobs(&both, &place.wiring).await.unwrap();
    assert_eq!((rotated.rewrapped, rotated.encrypted, rotated.failed.len()), (1, 1, 0));
    let (count, _) = rotate::count_blobs(&both).await.unwrap();
    assert_eq!((count.plain(), count.under(id(1)), count.under(id(2))), (0, 0, 2));
    let again = rotate::rotate_blobs(&both, &place.wiring).await.unwrap();
    assert_eq!((again.rewrapped, again.encrypted), (0, 0));

    assert_eq!(envelope(place.objects().await), before);
    let new = place.blobs(&[2]);
    assert_eq!(whole(&new, plain).await.unwrap(), b"before any key");
    assert_eq!(whole(&new, old).await.unwrap(), content(100_000));
    assert!(matches!(whole(&place.blobs(&[1]), old).await, Err(BlobError::Shut(..))));
}

#[tokio::test]
async fn names_are_read_after_a_rotation_and_not_without_the_key() {
    let (place, keys) = (Place::new(), MemoryKeys::new());
    let sealer =
        |masters: &[u8]| Sealer::new(Arc::new(keys.clone()), place.vault(masters), place.wiring.clone());
    let person = |number| Uuid::from_u128(number);
    let early = sealer(&[]).seal(person(1), "Ada").unwrap();
    let later = sealer(&[1]).seal(person(2), "Grace").unwrap();
    sealer(&[1]).claim_email(PrincipalId(person(2)), "grace@example.org").unwrap();
    sealer(&[1]).seal(person(3), "Gone").unwrap();
    keys.destroy(person(3)).unwrap();

    let count = rotate::count_keys(&keys).unwrap();
    assert_eq!((count.plain(), count.under(id(1))), (1, 2));
    assert!(sealer(&[]).open(&later).unwrap_err().to_string().contains(&id(1).to_string()));
    assert!(rotate::rotate_keys(&keys, &place.vault(&[2])).is_err(), "nothing is replaced that was not read");
    assert_eq!(rotate::rotate_keys(&keys, &place.vault(&[2, 1])).unwrap(), 3);
    assert_eq!(rotate::rotate_keys(&keys, &place.vault(&[2, 1])).unwrap(), 0);

    let now = sealer(&[2]);
    let texts = [&early, &later].map(|sealed| now.open(sealed).unwrap());
    assert_eq!(texts, [Some("Ada".to_owned()), Some("Grace".to_owned())]);
    assert_eq!(now.find_email("grace@example.org").unwrap(), Some(PrincipalId(person(2))));
    assert_eq!(keys.get(person(3)).unwrap(), None);
}
