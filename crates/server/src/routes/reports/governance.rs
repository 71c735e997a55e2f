//! `GET /api/v1/versions/{id}/governance-report`

use assent_app::cases::{self, OwnedCase};
use assent_app::project;
use assent_app::reports::governance::{Known, Places, report};
use assent_app::reports::{Report, Sheet, encoded};
use assent_domain::Kind;
use assent_domain::change_request::StateName as ChangeState;
use assent_domain::facts::Target;
use assent_domain::gate;
use assent_domain::ids::VersionId;
use assent_store::{Predicate, Value};
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::{Format, Rather, shown};
use crate::app::App;
use crate::desk::Desk;
use crate::http::{Caller, Params, Segments};
use crate::openapi::Problems;
use crate::problem::Problem;
use crate::views::schemas::ReportFormatWords;
use crate::views::{
    AccountabilityView, ExceptionView, ModelView, PromotionView, ReportShape, VersionView, steps_of,
};

/// For which stage, and how it is written.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct GovernanceParams {
    /// The stage that the version is judged for; where it stands if absent.
    stage: Option<String>,
    /// `json` or `markdown`; what the header `Accept` asks for if absent.
    #[param(value_type = Option<ReportFormatWords>)]
    format: Option<Format>,
}

/// Reports on the governance of a version: identity, score, policies, approvals, documents, evaluations, exceptions, changes,
/// who answers, risk, and what is open. Every figure names its source.
#[utoipa::path(get, path = "/api/v1/versions/{id}/governance-report", tag = "reports",
    operation_id = "governanceReport",
    params(("id" = Uuid, Path, description = "Id of the version"), GovernanceParams),
    responses((status = 200, description = "The report", content((ReportShape = "application/json"), (String = "text/markdown"))),
        Problems))]
pub(crate) async fn governance(
    State(app): State<App>,
    caller: Caller,
    rather: Rather,
    Segments(id): Segments<Uuid>,
    Params(params): Params<GovernanceParams>,
) -> Result<Response, Problem> {
    let made = app.read(move |desk| of_version(desk, &caller, VersionId(id), params.stage));
    Ok(rather.write(params.format, &made.await?))
}

/// The report of a version that the caller may read.
pub(super) fn of_version(
    desk: &Desk<'_>,
    caller: &Caller,
    id: VersionId,
    stage: Option<String>,
) -> Result<Report, Problem> {
    let (_, version) = desk.version(caller, id)?;
    let stage = stage.unwrap_or_else(|| version.stage.clone());
    let pack = desk.pack()?;
    if pack.stage(&stage).is_none() {
        return Err(pack.unknown_stage(&stage).into());
    }
    let target = Target { stage: stage.clone(), environment: None, strategy: None, replicas: None };
    let case = cases::of_version(&desk.view, desk.app.assent.ledger.packs(), id, Some(target), desk.now)?;
    let case = case.overseen(&desk.view)?;
    let sheet = sheet(desk, caller, &case, &Places::of(&case, &stage))?;
    let changes = changes(desk, caller, id)?;
    let log_size = desk.view.read().head()?.size;
    Ok(report(&Known { case: &case, stage: &stage, sheet: &sheet, changes: &changes, log_size }))
}

/// The address of the report of a version.
pub(super) fn address(id: VersionId, stage: &str) -> String {
    format!("/api/v1/versions/{id}/governance-report?stage={}", encoded(stage))
}

/// What each of the addresses answers.
fn sheet(desk: &Desk<'_>, caller: &Caller, case: &OwnedCase, places: &Places) -> Result<Sheet, Problem> {
    let mut sheet = Sheet::default();
    let (model, version) = desk.version(caller, case.version.id)?;
    sheet.put(&places.model, shown(&ModelView::new(desk, &model)?)?);
    sheet.put(&places.version, shown(&VersionView::new(desk, &model, &version)?)?);
    let judgement = case.judge();
    sheet.put(&places.facts, judgement.facts.clone());
    sheet.put(&places.gate, shown(&gate::gate(&case.case(), &judgement))?);
    sheet.put(&places.accountability, shown(&AccountabilityView::new(desk, &model)?)?);
    if let (Some(href), Some(held)) = (&places.promotion, &case.promotion) {
        let (model, promotion) = desk.promotion(caller, held.id)?;
        let now = promotion.state_at(desk.now).is_open().then(|| steps_of(case, judgement));
        sheet.put(href, shown(&PromotionView::new(desk, &model, &promotion, now)?)?);
    }
    for (id, href) in &places.exceptions {
        let (model, exception) = desk.exception(caller, *id)?;
        sheet.put(href, shown(&ExceptionView::new(desk, &model, &exception)?)?);
    }
    Ok(sheet)
}

/// How many changes to a version there are, by state.
fn changes(desk: &Desk<'_>, caller: &Caller, id: VersionId) -> Result<Vec<(ChangeState, u64)>, Problem> {
    let table = project::table(Kind::Change).ok_or_else(|| Problem::internal("a kind without a table"))?;
    let readable = desk.readable_rows(caller, Kind::Change)?;
    let text = |column, value: String| Predicate::Eq(column, Value::Text(value));
    let count = |state: ChangeState| {
        let of_version = text("version_id", id.to_string());
        let filter =
            Predicate::And(vec![of_version, text("state", state.name().to_owned()), readable.clone()]);
        Ok((state, desk.view.read().count(table, &filter)?))
    };
    ChangeState::ALL.into_iter().map(count).collect()
}
