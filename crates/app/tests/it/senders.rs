//! Who sent which bytes: on one store of blobs, through uploads that fail, and when a person is erased. And that the ledger
//! takes nobody's word for it.

use crate::common;

use std::collections::BTreeSet;
use std::fs;
use std::sync::Arc;

use assent_app::blobs::{BlobError, Blobs};
use assent_app::vault::{MasterKeys, Vault};
use assent_app::wiring::Wiring;
use assent_app::{Command, Failure, Request, replay, verify};
use assent_domain::identity;
use assent_domain::ids::{Digest, PrincipalId, VersionId};
use assent_domain::registry::{NewVersion, VersionCommand};
use assent_domain::{Code, Sealed};
use assent_log::verify::Level;
use bytes::Bytes;
use futures_util::TryStreamExt as _;
use object_store::ObjectStore;
use object_store::local::LocalFileSystem;
use object_store::memory::InMemory;
use uuid::Uuid;

use common::{World, hand, wiring};

const ADA: PrincipalId = PrincipalId(Uuid::from_u128(1));
const BOB: PrincipalId = PrincipalId(Uuid::from_u128(2));

fn blobs(store: &Arc<impl ObjectStore>, wiring: &Wiring) -> Blobs {
    Blobs::new(Arc::clone(store) as _, Vault::new(MasterKeys::none(), wiring.clone()))
}

async fn send(
    blobs: &Blobs,
    wiring: &Wiring,
    bytes: &'static str,
    senders: &[PrincipalId],
    expected: Option<Digest>,
) -> Result<Digest, BlobError> {
    let parts = futures_util::stream::iter([Ok::<_, String>(Bytes::from_static(bytes.as_bytes()))]);
    let senders: BTreeSet<PrincipalId> = senders.iter().copied().collect();
    Ok(blobs.put_from(wiring.id(), parts, expected, &senders).await?.sha256)
}

async fn objects(store: &impl ObjectStore) -> Vec<String> {
    let listed: Vec<_> = store.list(None).try_collect().await.unwrap();
    let mut names: Vec<String> = listed.into_iter().map(|meta| meta.location.to_string()).collect();
    names.sort();
    names
}

#[tokio::test]
async fn servers_of_one_store_know_the_senders_of_both() {
    let (store, wiring) = (Arc::new(InMemory::new()), wiring(&hand()));
    let [one, two] = [blobs(&store, &wiring), blobs(&store, &wiring)];
    let digest = send(&one, &wiring, "weights", &[ADA], None).await.unwrap();
    for blobs in [&one, &two] {
        assert!(blobs.is_from(digest, ADA).await.unwrap());
        assert!(!blobs.is_from(digest, BOB).await.unwrap(), "who only heard of the digest");
        assert!(!blobs.is_from(Digest::of(b"other"), ADA).await.unwrap());
    }
    // The same bytes once more: nothing but a mark is added.
    assert_eq!(send(&two, &wiring, "weights", &[BOB], Some(digest)).await.unwrap(), digest);
    assert!(one.is_from(digest, BOB).await.unwrap() && one.is_from(digest, ADA).await.unwrap());
    assert_eq!(objects(&*store).await.len(), 3);
}

#[tokio::test]
async fn an_upload_that_fails_marks_nobody() {
    let (store, wiring) = (Arc::new(InMemory::new()), wiring(&hand()));
    let blobs = blobs(&store, &wiring);
    let expected = Digest::of(b"what was announced");
    let refused = send(&blobs, &wiring, "something else", &[ADA], Some(expected)).await.unwrap_err();
    assert!(matches!(refused, BlobError::Mismatch { .. }), "{refused:?}");
    let parts = futures_util::stream::iter([Ok(Bytes::from_static(b"half")), Err("the client went away")]);
    let broken = blobs.put_from(wiring.id(), parts, None, &BTreeSet::from([ADA])).await.unwrap_err();
    assert!(matches!(broken, BlobError::Upload(_)), "{broken:?}");
    assert!(objects(&*store).await.is_empty());
}

#[tokio::test]
async fn an_upload_without_its_mark_has_failed_and_is_made_good_by_another() {
    let (folder, wiring) = (tempfile::tempdir().unwrap(), wiring(&hand()));
    let store = Arc::new(LocalFileSystem::new_with_prefix(folder.path()).unwrap());
    let blobs = blobs(&store, &wiring);
    // No folder can be made where a file stands.
    let in_the_way = folder.path().join("uploads");
    fs::write(&in_the_way, "").unwrap();
    let failed = send(&blobs, &wiring, "weights", &[ADA], None).await.unwrap_err();
    assert!(matches!(failed, BlobError::Store(_)), "{failed:?}");
    let digest = Digest::of(b"weights");
    assert_eq!(blobs.size(digest).await.unwrap(), Some(7), "the bytes were kept before");
    fs::remove_file(&in_the_way).unwrap();
    assert!(!blobs.is_from(digest, ADA).await.unwrap(), "and they are nobody's to name");
    send(&blobs, &wiring, "weights", &[ADA], None).await.unwrap();
    assert!(blobs.is_from(digest, ADA).await.unwrap());
}

#[tokio::test]
async fn the_marks_of_erased_people_go() {
    let world = World::new().await;
    let (gone, stays) = (world.person(&["model_owner"]).await, world.person(&["model_owner"]).await);
    let (blobs, wiring) = (&world.assent.blobs, &world.assent.wiring);
    let both = send(blobs, wiring, "of both", &[gone, stays], None).await.unwrap();
    let own = send(blobs, wiring, "of one", &[gone], None).await.unwrap();
    let (erased, size) = world.assent.erased_since(0).unwrap();
    assert!(erased.is_empty());
    assert_eq!(blobs.forget_senders(&erased).await.unwrap(), 0);
    let on = |command| Command::Principal(gone, command);
    let reason = Sealed { subject: world.admin.0, data: "AAAA".to_owned() };
    world.run(world.admin, on(identity::Command::Disable)).await.unwrap();
    world.run(world.admin, on(identity::Command::Erase { reason })).await.unwrap();
    let (erased, size) = world.assent.erased_since(size).unwrap();
    assert_eq!(erased, BTreeSet::from([gone.0]));
    assert_eq!(blobs.forget_senders(&erased).await.unwrap(), 2);
    for (digest, sender, known) in [(both, gone, false), (own, gone, false), (both, stays, true)] {
        assert_eq!(blobs.is_from(digest, sender).await.unwrap(), known);
    }
    // The bytes stay, and what was done once is not done again.
    assert_eq!(blobs.size(own).await.unwrap(), Some(6));
    assert!(world.assent.erased_since(size).unwrap().0.is_empty());
}

/// The check is one of requests, and none of what stands in the log: entries of before are what they are.
#[tokio::test]
async fn the_ledger_refuses_what_was_not_found_and_replay_asks_nobody() {
    let world = World::new().await;
    let owner = world.person(&["model_owner"]).await;
    let (model, version) = world.version(owner, "scoring").await;
    let new = NewVersion { artifacts: vec![common::artifact()], ..common::new_version() };
    let card = common::card();
    for (command, named, place) in [
        (
            Command::RegisterVersion(VersionId(world.id()), model, Box::new(new)),
            common::artifact().blob.sha256,
            "/artifacts/0/sha256",
        ),
        (
            Command::Version(version, Box::new(VersionCommand::Attach(card.clone()))),
            card.blob.sha256,
            "/sha256",
        ),
    ] {
        let other = BTreeSet::from([Digest::of(b"another file")]);
        for may_name in [BTreeSet::new(), other] {
            let request = Request { may_name, ..world.request(owner, command.clone()) };
            let refused = match world.assent.ledger.execute(request).await {
                Err(Failure::Refused(refused)) => refused,
                other => panic!("{other:?}"),
            };
            assert_eq!((refused.code, refused.pointer.as_deref()), (Code::BlobMissing, Some(place)));
            assert_eq!(refused.message, format!("no blob `{named}` was uploaded"));
        }
        world.run(owner, command).await.unwrap();
    }
    // Nothing of it lies in the store of blobs, and nobody sent it.
    assert_eq!(world.assent.blobs.size(card.blob.sha256).await.unwrap(), None);
    let read = world.store.read().unwrap();
    let report = verify::verify(&*read, Level::Schema, &[], &[]).unwrap();
    assert!(report.is_sound(), "{:?}", report.damages);
    assert_eq!(replay::rebuild_rows(&*read).unwrap().len() as u64, {
        let mut rows = 0;
        for table in assent_store::TABLES {
            read.scan_rows(table.name, &mut |_| {
                rows += 1;
                Ok(())
            })
            .unwrap();
        }
        rows
    });
}
