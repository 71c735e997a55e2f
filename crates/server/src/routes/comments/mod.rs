//! Comments: the threads of governed objects, and what mentions somebody.

mod attachment;
mod get;
mod make;
mod mentions;
mod retract;
mod thread;

use assent_app::Receipt;
use assent_domain::Kind;
use assent_domain::comment::{Comment, Subject};
use assent_domain::ids::CommentId;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::app::App;
use crate::problem::Problem;
use crate::views::CommentView;

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(thread::thread, make::make))
        .routes(routes!(get::get))
        .routes(routes!(retract::retract))
        .routes(routes!(attachment::attachment))
        .routes(routes!(mentions::mentions))
}

/// The object of a thread, by the collection that it is in.
fn subject(collection: &str, id: Uuid) -> Result<Subject, Problem> {
    let kind = match collection {
        "models" => Kind::Model,
        "versions" => Kind::Version,
        "evaluations" => Kind::Evaluation,
        "promotions" => Kind::Promotion,
        "systems" => Kind::System,
        "exceptions" => Kind::Exception,
        "assessments" => Kind::Assessment,
        "tier-changes" => Kind::TierChange,
        "changes" => Kind::Change,
        other => {
            return Err(Problem::invalid(format!(
                "there are no threads on `{other}`; there are on models, versions, evaluations, promotions, systems, \
                 exceptions, assessments, tier-changes and changes"
            )));
        }
    };
    Ok(Subject { kind, id })
}

/// The comment that a write was about.
async fn show(app: &App, receipt: &Receipt) -> Result<CommentView, Problem> {
    let id = CommentId(receipt.id);
    app.read(move |desk| {
        let held = desk.any::<Comment>(id)?.ok_or_else(|| Problem::not_found("comment", id))?;
        CommentView::new(desk, &held)
    })
    .await
}
