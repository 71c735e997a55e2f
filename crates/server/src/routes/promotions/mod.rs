//! Promotions and reviews.

mod assign;
mod complete;
mod declare_emergency;
mod emergencies;
mod get;
mod inbox;
mod list;
mod meet_condition;
mod request;
mod review;
mod sign_emergency;
mod submit;
mod withdraw;

use assent_app::cases;
use assent_app::{Command, Receipt};
use assent_domain::ids::PromotionId;
use assent_domain::workflow::Promotion;
use axum::response::Response;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::desk::{Desk, Held};
use crate::http::{Caller, Sent};
use crate::problem::Problem;
use crate::views::{PromotionView, created, done, judged_steps};

pub(crate) use request::TargetBody;
pub(crate) use withdraw::Remark;

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(request::request, list::list))
        .routes(routes!(get::get))
        .routes(routes!(submit::submit))
        .routes(routes!(review::review))
        .routes(routes!(meet_condition::meet_condition))
        .routes(routes!(withdraw::withdraw))
        .routes(routes!(complete::complete))
        .routes(routes!(inbox::inbox))
        .routes(routes!(declare_emergency::declare_emergency))
        .routes(routes!(sign_emergency::sign_emergency))
        .routes(routes!(emergencies::emergencies))
        .routes(routes!(assign::assign))
}

/// Carries out a command on a promotion that the sender can see, and shows it.
async fn change(app: &App, sent: &Sent, id: PromotionId, command: Command) -> Result<Response, Problem> {
    let caller = sent.caller.clone();
    let seen = move |desk: &Desk<'_>| desk.promotion(&caller, id).map(drop);
    let receipt = app.execute_if(sent, Some(id.into()), command, seen).await?;
    answer(app, sent, receipt).await
}

async fn answer(app: &App, sent: &Sent, receipt: Receipt) -> Result<Response, Problem> {
    let (_, view) = show(app, &sent.caller, PromotionId(receipt.id)).await?;
    Ok(done(receipt, view))
}

async fn answer_new(app: &App, sent: &Sent, receipt: Receipt) -> Result<Response, Problem> {
    let (_, view) = show(app, &sent.caller, PromotionId(receipt.id)).await?;
    Ok(created(receipt, view))
}

/// The promotion as it stands, with its revision.
async fn show(app: &App, caller: &Caller, id: PromotionId) -> Result<(u64, PromotionView), Problem> {
    let caller = caller.clone();
    app.read(move |desk| {
        let (model, promotion) = desk.promotion(&caller, id)?;
        let now = if is_open(desk, &promotion) { Some(judged_steps(&case(desk, id)?)) } else { None };
        Ok((promotion.revision, PromotionView::new(desk, &model, &promotion, now)?))
    })
    .await
}

fn is_open(desk: &Desk<'_>, promotion: &Held<Promotion>) -> bool {
    promotion.state_at(desk.now).is_open() || promotion.is_followed_up(desk.now)
}

fn case(desk: &Desk<'_>, id: PromotionId) -> Result<cases::OwnedCase, Problem> {
    Ok(cases::of_promotion(&desk.view, desk.app.assent.ledger.packs(), id, desk.now)?)
}
