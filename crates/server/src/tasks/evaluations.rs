//! Takes up evaluations that wait: those that a server has left behind, and those that found no place when they were asked
//! for.

use std::time::Duration;

use tokio::sync::watch;

use super::pause;
use crate::app::App;
use crate::evaluating;

pub(super) async fn run(app: App, every: Duration, mut stopped: watch::Receiver<bool>) {
    evaluating::take_up(app.clone()).await;
    while pause(&mut stopped, every).await {
        evaluating::stop_cancelled(&app).await;
        evaluating::take_up(app.clone()).await;
    }
    evaluating::finish(&app).await;
}
