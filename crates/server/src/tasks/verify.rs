//! Verifies the whole log once after the start: the start itself looks at the end of it only.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use assent_app::verify::verify;
use assent_log::VerifyingKey;
use assent_log::verify::Level;
use assent_store::StoreError;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::app::App;

/// Starts the verification on a thread for blocking work. Damage stops the ledger. A shutdown does not wait for it.
pub(super) fn start(app: App, mut stopped: watch::Receiver<bool>) -> JoinHandle<()> {
    tokio::spawn(async move {
        let over = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&over);
        let work = tokio::task::spawn_blocking(move || whole_log(&app, &told));
        tokio::select! {
            _ = work => {}
            _ = stopped.wait_for(|stop| *stop) => over.store(true, Ordering::Relaxed),
        }
    })
}

fn whole_log(app: &App, over: &AtomicBool) {
    let mut keys: Vec<VerifyingKey> = app.options.known_keys.clone();
    keys.extend(VerifyingKey::parse(&app.assent.signer.vkey()));
    let report = app.assent.store().read().and_then(|read| verify(&*read, Level::Schema, &keys, &[]));
    match report {
        // The process ends: what was found is found again at the next start.
        _ if over.load(Ordering::Relaxed) => {}
        Ok(report) => {
            if let Some(damage) = report.damages.first() {
                app.assent.ledger.halt(&format!("{damage}; {}", damage.remedy()));
            } else {
                tracing::info!("the whole log was verified");
            }
        }
        Err(StoreError::Corrupt(cause)) => app.assent.ledger.halt(&cause),
        Err(error) => tracing::warn!(%error, "the log could not be verified"),
    }
}
