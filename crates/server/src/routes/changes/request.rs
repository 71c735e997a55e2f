//! `POST /api/v1/changes`

use assent_app::Command;
use assent_app::changes::ChangeCommand;
use assent_domain::change_request::{ChangeType, Content};
use assent_domain::ids::{PrincipalId, PromotionId, VersionId};
use assent_domain::{Refusal, text};
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::answer_new;
use super::body::{ImpactBody, PlanBody, WindowBody, bounded};
use crate::app::App;
use crate::desk::Desk;
use crate::execute::check_comment;
use crate::http::{Caller, Write};
use crate::openapi::{Problems, WriteHeaders};
use crate::problem::Problem;
use crate::views::schemas::ChangeTypeWords;
use crate::views::{ChangeView, Written};

/// What is to change.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NewChange {
    /// What kind of change; ROLLBACK is asked for by rolling back a change.
    #[serde(rename = "type")]
    #[schema(value_type = ChangeTypeWords)]
    kind: ChangeType,
    /// In a few words.
    #[schema(min_length = 1, max_length = 200)]
    title: String,
    /// In more words.
    #[schema(min_length = 1, max_length = 10000)]
    description: String,
    /// Why.
    #[schema(min_length = 1, max_length = 10000)]
    justification: String,
    /// Where it is made: an environment of the pack.
    environment: String,
    /// Id of the version that is there before; absent where there is none, and then nothing can be rolled back.
    current_version: Option<Uuid>,
    /// Id of the version that is there afterwards, of the same model. Where the version stays, the same.
    target_version: Uuid,
    /// For which part of the house.
    #[schema(min_length = 1, max_length = 200)]
    department: Option<String>,
    /// What the change does to others; needed for a submission.
    impact: Option<ImpactBody>,
    /// How it is undone; needed for a submission.
    #[schema(min_length = 1, max_length = 10000)]
    rollback_plan: Option<String>,
    /// When it is undone.
    #[schema(min_length = 1, max_length = 10000)]
    rollback_trigger: Option<String>,
    /// What tests have shown.
    #[schema(min_length = 1, max_length = 10000)]
    test_results: Option<String>,
    /// When it would best be made.
    preferred_window: Option<WindowBody>,
    /// When it may not be made.
    #[serde(default)]
    #[schema(max_items = 50)]
    blackouts: Vec<WindowBody>,
    /// Id of the promotion of the target version that the change was made for: its approvals count here too, in the roles
    /// that both ask for.
    promotion: Option<Uuid>,
    /// Whether to submit it at once.
    #[serde(default)]
    #[schema(default = false)]
    submit: bool,
}

/// Asks for a change of a model, as a draft unless told to submit it.
#[utoipa::path(post, path = "/api/v1/changes", tag = "changes", operation_id = "requestChange",
    params(WriteHeaders), request_body = NewChange,
    responses((status = 201, description = "Asked for", body = Written<ChangeView>), Problems))]
pub(crate) async fn request(State(app): State<App>, write: Write<NewChange>) -> Result<Response, Problem> {
    let Write { sent, mut body } = write;
    let plan = PlanBody {
        impact: body.impact.take(),
        rollback_plan: body.rollback_plan.take(),
        rollback_trigger: body.rollback_trigger.take(),
        test_results: body.test_results.take(),
    };
    check(&body)?;
    plan.check()?;
    let (caller, submit) = (sent.caller.clone(), body.submit);
    let content = app.read(move |desk| {
        sees(desk, &caller, &body)?;
        sealed(desk, caller.id(), body, plan).map(Box::new)
    });
    let content = content.await?;
    let (id, target) = (assent_domain::ids::ChangeId(app.id()), content.target_version);
    let command = Command::Change(id, Box::new(ChangeCommand::Request { content, submit }));
    let caller = sent.caller.clone();
    let seen = move |desk: &Desk<'_>| desk.version(&caller, target).map(drop);
    let receipt = app.execute_if(&sent, Some(target.into()), command, seen).await?;
    answer_new(&app, &sent, receipt).await
}

fn check(body: &NewChange) -> Result<(), Refusal> {
    text::name("/title", &body.title)?;
    check_comment("/description", &body.description)?;
    check_comment("/justification", &body.justification)?;
    text::name("/environment", &body.environment)?;
    body.department.as_ref().map_or(Ok(()), |name| text::name("/department", name))?;
    bounded("/blackouts", body.blackouts.len())
}

/// What the change names has to be there for the caller.
fn sees(desk: &Desk<'_>, caller: &Caller, body: &NewChange) -> Result<(), Problem> {
    let version = |id: Uuid, place: &str| {
        desk.version(caller, VersionId(id)).map(drop).map_err(|problem| problem.at(place))
    };
    version(body.target_version, "/targetVersion")?;
    body.current_version.map_or(Ok(()), |id| version(id, "/currentVersion"))?;
    let promotion = |id: Uuid| {
        desk.promotion(caller, PromotionId(id)).map(drop).map_err(|problem| problem.at("/promotion"))
    };
    body.promotion.map_or(Ok(()), promotion)
}

fn sealed(
    desk: &Desk<'_>,
    subject: PrincipalId,
    body: NewChange,
    plan: PlanBody,
) -> Result<Content, Problem> {
    Ok(Content {
        kind: body.kind,
        title: desk.seal(subject, &body.title)?,
        description: desk.seal(subject, &body.description)?,
        justification: desk.seal(subject, &body.justification)?,
        environment: body.environment,
        current_version: body.current_version.map(VersionId),
        target_version: VersionId(body.target_version),
        department: body.department,
        plan: plan.sealed(desk, subject)?,
        preferred_window: body.preferred_window.map(Into::into),
        blackouts: body.blackouts.into_iter().map(Into::into).collect(),
        promotion: body.promotion.map(PromotionId),
    })
}
