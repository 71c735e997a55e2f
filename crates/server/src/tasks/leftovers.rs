//! Removes what interrupted requests left: data keys of blobs that came to nothing, and look-ups of e-mail addresses of people
//! who were never registered. And the marks of erased people at the bytes that they sent.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::SignedDuration;
use tokio::sync::watch;
use uuid::Uuid;

use super::pause;
use crate::app::App;
use crate::problem::Problem;

/// A data key that is younger may be that of an upload which is about to come to its end.
const KEY_AGE: SignedDuration = SignedDuration::from_hours(24);

pub(super) async fn run(app: App, every: Duration, mut stopped: watch::Receiver<bool>) {
    let mut erased = Erased::default();
    loop {
        let ended = stopped.clone();
        tokio::select! {
            () = collect(&app, &mut erased) => {}
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

async fn collect(app: &App, erased: &mut Erased) {
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
    match erased.forget(app).await {
        Ok(0) => {}
        Ok(count) => tracing::info!(count, "marks of erased people at their uploads were removed"),
        Err(problem) => {
            tracing::warn!(cause = problem.cause, "marks of erased people at their uploads were not removed");
        }
    }
}

/// The people who were erased, and how far in the log they were looked for.
#[derive(Default)]
struct Erased {
    people: BTreeSet<Uuid>,
    until: u64,
}

impl Erased {
    /// Removes the marks of all of them, and says how many. Those of earlier rounds are looked for as well: an upload that was
    /// under way when somebody was erased, or that a service account of theirs sends, makes another mark.
    async fn forget(&mut self, app: &App) -> Result<u64, Problem> {
        let from = self.until;
        let (people, until) = app.read_store(move |app| Ok(app.assent.erased_since(from)?)).await?;
        self.people.extend(people);
        self.until = until;
        Ok(app.assent.blobs.forget_senders(&self.people).await?)
    }
}
