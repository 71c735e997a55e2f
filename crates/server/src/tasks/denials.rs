//! Records denied attempts that were counted and are not in the log yet.

use std::time::Duration;

use assent_app::Command;
use assent_app::command::{Request, SYSTEM};
use assent_app::denials::Denials;
use assent_domain::Time;
use assent_domain::identity::{Principal, PrincipalKind};
use assent_log::entry::ActorKind;
use tokio::sync::watch;

use super::pause;
use crate::app::App;

pub(super) async fn run(app: App, every: Duration, mut stopped: watch::Receiver<bool>) {
    while pause(&mut stopped, every).await {
        sweep(&app, app.now()).await;
    }
}

/// Records everything, the minute that is not over included.
pub(super) async fn sweep_all(app: &App) {
    sweep(app, Time::MAX).await;
}

async fn sweep(app: &App, now: Time) {
    for denials in app.assent.denials.sweep(now) {
        if let Err(cause) = record(app, denials).await {
            tracing::warn!(cause, "denied attempts were not recorded");
        }
    }
}

async fn record(app: &App, denials: Denials) -> Result<(), String> {
    let Denials { source, attempts } = denials;
    let actor = source.actor;
    let kind = app.read(move |desk| Ok(desk.any::<Principal>(actor)?.map(|held| held.kind))).await;
    let kind = kind.map_err(|problem| problem.detail.clone())?;
    let command = Command::RecordDenials { route: source.route, code: source.code, attempts };
    let mut request = Request::of_system(app.id(), command);
    request.actor = actor;
    request.actor_kind = match kind {
        Some(PrincipalKind::User) if actor != SYSTEM => ActorKind::User,
        Some(PrincipalKind::Service) => ActorKind::Service,
        Some(PrincipalKind::User) | None => ActorKind::System,
    };
    app.assent.ledger.execute(request).await.map(drop).map_err(|error| error.to_string())
}
