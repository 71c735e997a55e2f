//! Takes over a new certificate once its files have changed.

use std::sync::Arc;
use std::time::Duration;

use assent_tls::Identity;
use tokio::sync::watch;

use super::pause;
/// Looks at the files until told to stop. What is broken is said once, and the former certificate stays.
pub(super) async fn run(identity: Arc<Identity>, every: Duration, mut stopped: watch::Receiver<bool>) {
    let mut said = None;
    while pause(&mut stopped, every).await {
        let identity = Arc::clone(&identity);
        let refreshed = tokio::task::spawn_blocking(move || identity.refresh()).await;
        match refreshed {
            Ok(Ok(false)) => said = None,
            Ok(Ok(true)) => {
                said = None;
                tracing::info!("a new certificate is shown from now on");
            }
            Ok(Err(error)) if said.as_ref() == Some(&error) => {}
            Ok(Err(error)) => {
                tracing::error!(%error, "a new certificate was not taken over: the former one stays");
                said = Some(error);
            }
            Err(error) => tracing::error!(%error, "the certificate was not looked at"),
        }
    }
}
