//! Removes what interrupted requests left: data keys of blobs that came to nothing, and look-ups of e-mail addresses of people
//! who were never registered.

use std::time::Duration;

use jiff::SignedDuration;
use tokio::sync::watch;

use super::pause;
use crate::app::App;

/// A data key that is younger may be that of an upload which is about to come to its end.
const KEY_AGE: SignedDuration = SignedDuration::from_hours(24);

pub(super) async fn run(app: App, every: Duration, mut stopped: watch::Receiver<bool>) {
    loop {
        let ended = stopped.clone();
        tokio::select! {
            () = collect(&app) => {}
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

async fn collect(app: &App) {
    if app.assent.ledger.halted().is_some() {
        return;
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
}
