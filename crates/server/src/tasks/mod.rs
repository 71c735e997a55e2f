//! What runs beside the requests. Each task ends when told, between two rounds of work and never within one.

mod certificate;
mod checkpoints;
mod denials;
mod erasures;
mod evaluations;
mod leftovers;
mod notices;
mod sink;
mod verify;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::app::App;

pub(crate) use checkpoints::sign;

/// How often the head is signed while the log grows.
const SIGN_EVERY: Duration = Duration::from_secs(1);
/// How often counted denials are recorded.
const SWEEP_EVERY: Duration = Duration::from_mins(1);
/// How often recorded erasures are looked for whose keys are still there.
const ERASE_EVERY: Duration = Duration::from_mins(1);
/// How often what interrupted requests left is looked for; the first time at the start.
const COLLECT_EVERY: Duration = Duration::from_hours(6);
/// How often samples of the meters are folded together.
const TIDY_EVERY: Duration = Duration::from_secs(5);
/// How often evaluations are looked for that nobody computes.
const TAKE_UP_EVERY: Duration = Duration::from_secs(2);
/// How often reviews are looked for whose reminder or escalation is due; the first time at the start.
const NOTICE_EVERY: Duration = Duration::from_secs(30);

/// The tasks of an installation that is served.
pub(crate) struct Background {
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
}

/// Starts the tasks.
pub(crate) fn start(app: &App) -> Background {
    let (stop, stopped) = watch::channel(false);
    let mut tasks = vec![
        tokio::spawn(checkpoints::run(app.clone(), SIGN_EVERY, stopped.clone())),
        tokio::spawn(denials::run(app.clone(), SWEEP_EVERY, stopped.clone())),
        tokio::spawn(erasures::run(app.clone(), ERASE_EVERY, stopped.clone())),
        tokio::spawn(evaluations::run(app.clone(), TAKE_UP_EVERY, stopped.clone())),
        tokio::spawn(leftovers::run(app.clone(), COLLECT_EVERY, stopped.clone())),
        tokio::spawn(notices::run(app.clone(), NOTICE_EVERY, stopped.clone())),
        tokio::spawn(tidy(app.clone(), stopped.clone())),
    ];
    if let Some(identity) = &app.options.tls {
        let every = app.options.certificate_check;
        tasks.push(tokio::spawn(certificate::run(Arc::clone(identity), every, stopped.clone())));
    }
    if app.options.verify_at_start {
        tasks.push(verify::start(app.clone(), stopped));
    }
    Background { stop, tasks }
}

impl Background {
    /// Ends the tasks; then records what is counted, and signs what is committed.
    pub(crate) async fn finish(self, app: &App) {
        self.stop.send_replace(true);
        for task in self.tasks {
            if let Err(error) = task.await {
                tracing::error!(%error, "a background task failed");
            }
        }
        denials::sweep_all(app).await;
        checkpoints::sign(app).await;
    }
}

async fn tidy(app: App, mut stopped: watch::Receiver<bool>) {
    while pause(&mut stopped, TIDY_EVERY).await {
        app.meters.tidy();
    }
}

/// Waits; whether to go on.
async fn pause(stopped: &mut watch::Receiver<bool>, time: Duration) -> bool {
    let stop = tokio::time::timeout(time, stopped.wait_for(|stop| *stop)).await;
    stop.is_err()
}
