//! `POST /api/v1/changes`

use assent_app::changes::ChangeCommand;
use assent_app::{Command, cases};
use assent_domain::change_request::{ChangeType, Content};
use assent_domain::ids::{PrincipalId, PromotionId, VersionId};
use assent_domain::{Code, Refusal, text};
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

/// What is to change. Where `promotion` is given, it fills in what is left out of `type`, `title`, `environment`,
/// `targetVersion` and `currentVersion`; without it, all but the last have to be there.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NewChange {
    /// What kind of change; ROLLBACK is asked for by rolling back a change. For a promotion it is `MODEL_UPDATE`.
    #[serde(rename = "type")]
    #[schema(value_type = Option<ChangeTypeWords>)]
    kind: Option<ChangeType>,
    /// In a few words; for a promotion, which version goes where.
    #[schema(min_length = 1, max_length = 200)]
    title: Option<String>,
    /// In more words.
    #[schema(min_length = 1, max_length = 10000)]
    description: String,
    /// Why.
    #[schema(min_length = 1, max_length = 10000)]
    justification: String,
    /// Where it is made: an environment of the pack. For a promotion it is the one that is named as its stage.
    environment: Option<String>,
    /// Id of the version that is there before; absent where there is none, and then nothing can be rolled back. For a promotion
    /// it is the one that stands in its stage now, if there is one.
    current_version: Option<Uuid>,
    /// Id of the version that is there afterwards, of the same model. Where the version stays, the same. For a promotion it is
    /// the one that is promoted.
    target_version: Option<Uuid>,
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
        let what = filled(desk, &mut body)?;
        sealed(desk, caller.id(), body, what, plan).map(Box::new)
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
    check_comment("/description", &body.description)?;
    check_comment("/justification", &body.justification)?;
    for (place, name) in [("/title", &body.title), ("/environment", &body.environment)] {
        name.as_ref().map_or(Ok(()), |name| text::name(place, name))?;
    }
    body.department.as_ref().map_or(Ok(()), |name| text::name("/department", name))?;
    bounded("/blackouts", body.blackouts.len())
}

/// What the change names has to be there for the caller.
fn sees(desk: &Desk<'_>, caller: &Caller, body: &NewChange) -> Result<(), Problem> {
    let version = |id: Uuid, place: &str| {
        desk.version(caller, VersionId(id)).map(drop).map_err(|problem| problem.at(place))
    };
    body.target_version.map_or(Ok(()), |id| version(id, "/targetVersion"))?;
    body.current_version.map_or(Ok(()), |id| version(id, "/currentVersion"))?;
    let promotion = |id: Uuid| {
        desk.promotion(caller, PromotionId(id)).map(drop).map_err(|problem| problem.at("/promotion"))
    };
    body.promotion.map_or(Ok(()), promotion)
}

/// What a promotion knows, or the body has to say.
struct What {
    kind: ChangeType,
    title: String,
    environment: String,
    target_version: VersionId,
    current_version: Option<VersionId>,
}

/// What the change is about: as it is asked for, and the rest as the promotion has it.
fn filled(desk: &Desk<'_>, body: &mut NewChange) -> Result<What, Problem> {
    let known = body.promotion.map(|id| of_promotion(desk, PromotionId(id))).transpose()?;
    let missing = |field: &str| {
        let message = format!("`{field}` is missing; name it, or the promotion that the change is made for");
        Refusal::new(Code::InvalidValue, message).at(format!("/{field}"))
    };
    let own = body.current_version.map(VersionId);
    let kind = body.kind.or(known.as_ref().map(|known| known.kind)).ok_or_else(|| missing("type"))?;
    let target_version =
        body.target_version.map(VersionId).or(known.as_ref().map(|known| known.target_version));
    let current_version = own.or(known.as_ref().and_then(|known| known.current_version));
    let (title, environment) = known.map(|known| (known.title, known.environment)).unzip();
    Ok(What {
        kind,
        title: body.title.take().or(title).ok_or_else(|| missing("title"))?,
        environment: body.environment.take().or(environment).ok_or_else(|| missing("environment"))?,
        target_version: target_version.ok_or_else(|| missing("targetVersion"))?,
        current_version,
    })
}

/// What a promotion knows of the change that it is made by.
fn of_promotion(desk: &Desk<'_>, id: PromotionId) -> Result<What, Problem> {
    let case = cases::of_promotion(&desk.view, desk.app.assent.ledger.packs(), id, desk.now)?;
    let (model, number, stage) = (&case.model.name, case.version.number, case.stage());
    let title = format!("{model} {number} to {stage}");
    // A model may have a name that fills the title.
    let fits = text::name("/title", &title).is_ok();
    Ok(What {
        kind: ChangeType::ModelUpdate,
        title: if fits { title } else { format!("version {number} to {stage}") },
        environment: stage.to_owned(),
        target_version: case.version.id,
        current_version: case.champion.as_ref().map(|version| version.id),
    })
}

fn sealed(
    desk: &Desk<'_>,
    subject: PrincipalId,
    body: NewChange,
    what: What,
    plan: PlanBody,
) -> Result<Content, Problem> {
    Ok(Content {
        kind: what.kind,
        title: desk.seal(subject, &what.title)?,
        description: desk.seal(subject, &body.description)?,
        justification: desk.seal(subject, &body.justification)?,
        environment: what.environment,
        current_version: what.current_version,
        target_version: what.target_version,
        department: body.department,
        plan: plan.sealed(desk, subject)?,
        preferred_window: body.preferred_window.map(Into::into),
        blackouts: body.blackouts.into_iter().map(Into::into).collect(),
        promotion: body.promotion.map(PromotionId),
    })
}
