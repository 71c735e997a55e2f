//! Carries out erasures that were recorded and whose keys are still there.

use std::time::Duration;

use tokio::sync::watch;

use super::pause;
use crate::app::App;

pub(super) async fn run(app: App, every: Duration, mut stopped: watch::Receiver<bool>) {
    while pause(&mut stopped, every).await {
        if app.assent.ledger.halted().is_some() {
            continue;
        }
        if let Err(problem) = app.read_store(|app| Ok(app.assent.carry_out_erasures()?)).await {
            tracing::error!(cause = problem.cause, "recorded erasures were not carried out");
        }
    }
}
