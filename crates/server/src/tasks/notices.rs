//! Gives reminders and escalations of reviews. Every server looks; what one has said, the others find said.

use std::sync::Arc;
use std::time::Duration;

use assent_app::notices::{self, Silent};
use tokio::sync::watch;

use super::pause;
use crate::app::App;
use crate::problem::Problem;

pub(super) async fn run(app: App, every: Duration, mut stopped: watch::Receiver<bool>) {
    let silent = Arc::new(Silent::default());
    loop {
        if app.assent.ledger.halted().is_none()
            && let Err(problem) = sweep(&app, &silent, &stopped).await
        {
            tracing::warn!(cause = problem.cause, "reminders were not given");
        }
        if !pause(&mut stopped, every).await {
            return;
        }
    }
}

/// Looks at everything that is due, page by page.
async fn sweep(app: &App, silent: &Arc<Silent>, stopped: &watch::Receiver<bool>) -> Result<(), Problem> {
    let mut after = None;
    loop {
        let silent = Arc::clone(silent);
        let page = app.read(move |desk| {
            let packs = desk.app.assent.ledger.packs();
            Ok(notices::due(&desk.view, packs, &silent, after, desk.now, || desk.app.id())?)
        });
        let page = page.await?;
        for request in page.due {
            if *stopped.borrow() {
                return Ok(());
            }
            match app.carry_out(request).await {
                // One that cannot be told keeps nobody else waiting.
                Err(problem) if problem.status.is_client_error() => {
                    tracing::warn!(detail = problem.detail, "a reminder was refused");
                }
                outcome => drop(outcome?),
            }
        }
        match page.next {
            Some(next) => after = Some(next),
            None => return Ok(()),
        }
    }
}
