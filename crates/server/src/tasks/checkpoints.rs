//! Signs the head once in a while, and pushes each new checkpoint outside.

use std::time::Duration;

use tokio::sync::watch;

use super::{pause, sink};
use crate::app::App;

/// Signs until told to stop. One task, so that no two signings overlap.
pub(super) async fn run(app: App, every: Duration, mut stopped: watch::Receiver<bool>) {
    while pause(&mut stopped, every).await {
        sign(&app).await;
    }
}

/// Signs the head if it has grown, and pushes the checkpoint if it is not outside yet.
pub(crate) async fn sign(app: &App) {
    if app.assent.ledger.halted().is_some() {
        return;
    }
    let signed = app.blocking(|app| {
        let checkpoint = app.assent.signer.sign_head(&app.assent.ledger)?;
        if let (Some(folder), Some(checkpoint)) = (&app.options.checkpoint_sink, checkpoint)
            && let Err(error) = sink::push(folder, &checkpoint)
        {
            tracing::error!(%error, size = checkpoint.size, "a checkpoint was not pushed outside");
        }
        Ok(())
    });
    if let Err(problem) = signed.await {
        tracing::error!(cause = problem.cause, "the head was not signed");
    }
}
