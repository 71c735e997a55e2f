//! `blobs`: bytes written and read on one core, with and without encryption at rest. In memory, so that no disk has a say:
//! what is measured is the hashing, the encryption, and the copying.

use std::sync::Arc;
use std::time::Instant;

use anyhow::{Result, ensure};
use assent_app::blobs::Blobs;
use assent_app::vault::{MasterKeys, Vault};
use assent_log::Hash;
use futures_util::{StreamExt as _, pin_mut};
use object_store::memory::InMemory;

use crate::stats::{figure, number, say};
use crate::world::wiring;

const PART_BYTES: usize = 64 * 1024;
const PARTS: usize = 4_096;
const ROUNDS: usize = 5;

/// Runs the benchmark.
pub(crate) fn run() -> Result<()> {
    let part: Vec<u8> = (0_u8..=250).cycle().take(PART_BYTES).collect();
    let content: Vec<u8> = part.iter().copied().cycle().take(PART_BYTES * PARTS).collect();
    say(&format!("\nblobs: {} bytes in parts of {PART_BYTES}, the best of {ROUNDS} rounds", content.len()));
    let megabytes = number(content.len()) / 1e6;
    let begun = Instant::now();
    ensure!(Hash::of(&content).0 != [0; 32]);
    figure("SHA-256 alone", megabytes / begun.elapsed().as_secs_f64(), "MB/s");
    drop(content);
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    for (name, keys) in
        [("plain", MasterKeys::none()), ("encrypted", MasterKeys::parse(&MasterKeys::write(&[7; 32]))?)]
    {
        let (mut written, mut read) = (f64::MAX, f64::MAX);
        for _ in 0..ROUNDS {
            let (write, back) = runtime.block_on(round(&part, keys.clone()))?;
            (written, read) = (written.min(write), read.min(back));
        }
        figure(&format!("written, {name}"), megabytes / written, "MB/s");
        figure(&format!("read, {name}"), megabytes / read, "MB/s");
    }
    Ok(())
}

/// Seconds for writing and for reading.
async fn round(part: &[u8], keys: MasterKeys) -> Result<(f64, f64)> {
    let wiring = wiring();
    let blobs = Blobs::new(Arc::new(InMemory::new()), Vault::new(keys, wiring.clone()));
    let part = bytes::Bytes::copy_from_slice(part);
    let parts = futures_util::stream::iter((0..PARTS).map(|_| Ok::<_, String>(part.clone())));
    let begun = Instant::now();
    let kept = blobs.put(wiring.id(), parts, None).await?;
    let written = begun.elapsed().as_secs_f64();
    let begun = Instant::now();
    let (pieces, mut size_bytes) = (blobs.get(kept.sha256).await?, 0);
    pin_mut!(pieces);
    while let Some(piece) = pieces.next().await {
        size_bytes += piece?.len();
    }
    ensure!(size_bytes as u64 == kept.size_bytes, "what was written is read");
    Ok((written, begun.elapsed().as_secs_f64()))
}
