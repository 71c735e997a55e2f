//! The log from outside: checkpoints, tiles, proofs and entries fit together.

use assent_log::proof::{ConsistencyProof, InclusionProof};
use assent_log::tile::decode_bundle;
use assent_log::{Checkpoint, Hash, SigningKey, leaf_hash};
use serde_json::{Value, json};

use crate::world::World;

fn key() -> Vec<assent_log::VerifyingKey> {
    vec![SigningKey::from_seed("test.local/log", [7; 32]).unwrap().verifying_key().clone()]
}

async fn checkpoint(world: &World) -> Checkpoint {
    world.assent.signer.sign_head(&world.assent.ledger).unwrap();
    let note = world.get("", "/log/checkpoint").await;
    assert_eq!(note.headers["content-type"], "text/plain; charset=utf-8");
    Checkpoint::open(&note.bytes, &key()).unwrap().0
}

/// Makes the log longer by this many entries.
async fn grow(world: &World, count: usize) {
    let (_, owner) = world.person("Olga", &["model_owner"]).await;
    for i in 0..count {
        let body = json!({"name": format!("m{i}"), "purpose": "prototype", "tier": "LOW"});
        world.post(&owner, "/api/v1/models", body).await.expect(201);
    }
}

#[tokio::test]
async fn proofs_hold_under_the_checkpoint() {
    let world = World::new().await;
    world.get("", "/log/checkpoint").await.problem(404, "not-found");
    let old = checkpoint(&world).await;
    grow(&world, 20).await;
    let new = checkpoint(&world).await;
    assert!(new.size > old.size + 20, "{}", new.size);
    let keys = world.get("", "/log/vkey").await;
    assert_eq!(String::from_utf8_lossy(&keys.bytes), format!("{}\n", key()[0].vkey()));

    let path = "/api/v1/log/proofs/inclusion?index=3";
    let answer = world.get(&world.admin, path).await.expect(200);
    let proof: InclusionProof = serde_json::from_value(answer["proof"].clone()).unwrap();
    proof.verify(&new.root).unwrap();
    let entry = world.get(&world.admin, "/api/v1/log/entries/3").await.expect(200);
    assert_eq!(entry["leafHash"], json!(proof.leaf_hash.to_string()));
    assert_eq!(entry["entry"]["index"], 3);

    let answer = world
        .get(&world.admin, &format!("/api/v1/log/proofs/consistency?from={}", old.size))
        .await
        .expect(200);
    let proof: ConsistencyProof = serde_json::from_value(answer["proof"].clone()).unwrap();
    proof.verify(&old.root, &new.root).unwrap();
    let path = format!("/api/v1/log/proofs/inclusion?index=0&size={}", old.size);
    let answer = world.get(&world.admin, &path).await.expect(200);
    let signed = Checkpoint::open(answer["checkpoint"].as_str().unwrap().as_bytes(), &key()).unwrap().0;
    assert_eq!(signed, old);
    let path = format!("/api/v1/log/proofs/inclusion?index=0&size={}", new.size + 1);
    world.get(&world.admin, &path).await.problem(400, "invalid-value");
    world.get(&world.admin, "/api/v1/log/proofs/consistency?from=9&to=3").await.problem(400, "invalid-value");
}

#[tokio::test]
async fn tiles_and_bundles_are_those_of_the_tree() {
    let world = World::new().await;
    grow(&world, 270).await;
    let size = checkpoint(&world).await.size;
    let full = world.get("", "/log/tile/0/000").await;
    assert_eq!((full.status.as_u16(), full.bytes.len()), (200, 256 * 32));
    assert_eq!(full.headers["cache-control"], "public, max-age=31536000, immutable");
    let partial = world.get("", &format!("/log/tile/0/001.p/{}", size - 256)).await;
    assert_eq!(partial.bytes.len() as u64, (size - 256) * 32);
    assert_eq!(world.get("", "/log/tile/0/000.p/7").await.bytes, full.bytes[..7 * 32]);
    assert_eq!(world.get("", "/log/tile/1/000.p/1").await.bytes.len(), 32);
    for path in [
        "/log/tile/0/001".to_owned(),
        format!("/log/tile/0/001.p/{}", size - 255),
        "/log/tile/1/000".to_owned(),
    ] {
        world.get("", &path).await.problem(404, "not-found");
    }

    // Entries are for who may read the log; their leaves are those of the tile.
    world.get("", "/log/tile/entries/000").await.problem(401, "unauthenticated");
    let (_, owner) = world.person("Otto", &["model_owner"]).await;
    world.get(&owner, "/log/tile/entries/000").await.problem(403, "permission-missing");
    let bundle = world.get(&world.admin, "/log/tile/entries/000").await;
    assert_eq!(bundle.headers["cache-control"], "private, max-age=31536000, immutable");
    let entries = decode_bundle(&bundle.bytes).unwrap();
    assert_eq!(entries.len(), 256);
    for (entry, hash) in entries.iter().zip(full.bytes.chunks(32)) {
        assert_eq!(leaf_hash(entry), Hash::from_bytes(hash).unwrap());
    }
    // What is committed and not signed yet is not there.
    let later = format!("/log/tile/0/001.p/{}", size - 256 + 1);
    world.get("", &later).await.problem(404, "not-found");
}

#[tokio::test]
async fn the_log_is_searched_by_its_keys() {
    let world = World::new().await;
    grow(&world, 3).await;
    let me = world.get(&world.admin, "/api/v1/me").await.expect(200);
    let all = world.get(&world.admin, "/api/v1/log/entries?type=modelRegistered").await.expect(200);
    let names: Vec<&Value> =
        all["items"].as_array().unwrap().iter().map(|i| &i["entry"]["subject"]["name"]).collect();
    assert_eq!(names, ["m2", "m1", "m0"]);
    let model = all["items"][0]["entry"]["subject"]["id"].as_str().unwrap();
    let one = world
        .get(&world.admin, &format!("/api/v1/log/entries?subjectKind=MODEL&subjectId={model}"))
        .await
        .expect(200);
    assert_eq!(one["items"].as_array().unwrap().len(), 1);
    let admin = me["principal"]["id"].as_str().unwrap();
    let path = format!("/api/v1/log/entries?actor={admin}&outcome=SUCCESS&limit=2");
    let page = world.get(&world.admin, &path).await.expect(200);
    assert_eq!(page["items"].as_array().unwrap().len(), 2);
    let next = world
        .get(&world.admin, &format!("{path}&cursor={}", page["nextCursor"].as_str().unwrap()))
        .await
        .expect(200);
    let index = |page: &Value, i: usize| page["items"][i]["index"].as_u64().unwrap();
    assert!(index(&page, 0) > index(&page, 1) && index(&page, 1) > index(&next, 0));
    world.get(&world.admin, "/api/v1/log/entries/999999").await.problem(404, "not-found");
    world.get(&world.admin, "/api/v1/log/entries?outcome=fine").await.problem(400, "invalid-value");
}
