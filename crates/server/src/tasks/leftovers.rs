//! Removes what interrupted requests left: data keys of blobs that came to nothing, and look-ups of e-mail addresses of people
//! who were never registered. And the marks of erased people at the bytes that they sent.

use std::time::Duration;

use jiff::SignedDuration;
use tokio::sync::watch;

use super::pause;
use crate::app::App;
use crate::problem::Problem;

/// A data key that is younger may be that of an upload which is about to come to its end.
const KEY_AGE: SignedDuration = SignedDuration::from_hours(24);

pub(super) async fn run(app: App, every: Duration, mut stopped: watch::Receiver<bool>) {
    let mut forgotten = 0;
    loop {
        let ended = stopped.clone();
        tokio::select! {
            size = collect(&app, forgotten) => forgotten = size,
            () = end(ended) => return,
        }
        if !pause(&mut stopped, every).await {
            return;
        }
    }
}

async fn end(mut stopped: watch::Receiver<bool>) {
    // Without a sender nobody wants anything more.
    drop(stopped.wait_for(|stop| *stop).await);
}

/// Gives how far in the log the marks of erased people were removed, which was `forgotten` before.
async fn collect(app: &App, forgotten: u64) -> u64 {
    if app.assent.ledger.halted().is_some() {
        return forgotten;
    }
    let before = app.now().checked_sub(KEY_AGE).unwrap_or(app.now());
    match app.assent.blobs.collect_keys(before).await {
        Ok(0) => {}
        Ok(count) => tracing::info!(count, "data keys of uploads that came to nothing were removed"),
        Err(error) => tracing::warn!(%error, "data keys of uploads that came to nothing were not removed"),
    }
    if let Err(problem) = app.read_store(|app| Ok(app.assent.settle_look_ups()?)).await {
        tracing::warn!(
            cause = problem.cause,
            "look-ups of e-mail addresses were not compared with the people"
        );
    }
    match forget(app, forgotten).await {
        Ok(size) => size,
        Err(problem) => {
            tracing::warn!(cause = problem.cause, "marks of erased people at their uploads were not removed");
            forgotten
        }
    }
}

async fn forget(app: &App, from: u64) -> Result<u64, Problem> {
    let (erased, size) = app.read_store(move |app| Ok(app.assent.erased_since(from)?)).await?;
    match app.assent.blobs.forget_senders(&erased).await? {
        0 => {}
        count => tracing::info!(count, "marks of erased people at their uploads were removed"),
    }
    Ok(size)
}
