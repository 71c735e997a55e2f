//! `GET /api/v1/reports/governance-audit`

use assent_app::reports::Report;
use assent_app::reports::governance_audit::{Known, report};
use assent_app::reports::portfolio::fails;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use utoipa::IntoParams;

use super::portfolio::gather;
use super::{Format, Rather};
use crate::app::App;
use crate::desk::Desk;
use crate::http::{Caller, Params};
use crate::openapi::Problems;
use crate::problem::Problem;
use crate::views::ReportShape;
use crate::views::schemas::ReportFormatWords;

/// Of which models.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct GovernanceAuditParams {
    /// Id or name of one model; all models if absent.
    model: Option<String>,
    /// `json` or `markdown`; what the header `Accept` asks for if absent.
    #[param(value_type = Option<ReportFormatWords>)]
    format: Option<Format>,
}

/// Audits governance: the health of the portfolio, what is wrong by severity, and what to do; of one model, or of the 200
/// newest that the caller may read.
#[utoipa::path(get, path = "/api/v1/reports/governance-audit", tag = "reports", operation_id = "governanceAudit",
    params(GovernanceAuditParams),
    responses((status = 200, description = "The report", content((ReportShape = "application/json"), (String = "text/markdown"))),
        Problems))]
pub(crate) async fn governance_audit(
    State(app): State<App>,
    caller: Caller,
    rather: Rather,
    Params(params): Params<GovernanceAuditParams>,
) -> Result<Response, Problem> {
    let made = app.read_much(move |desk| of_all(desk, &caller, params.model.as_deref()));
    Ok(rather.write(params.format, &made.await?))
}

fn of_all(desk: &Desk<'_>, caller: &Caller, model: Option<&str>) -> Result<Report, Problem> {
    let (about, portfolio, limits) = gather(desk, caller, model, fails)?;
    let pack = desk.pack()?;
    let mut tiers: Vec<String> = pack.tier_ids().cloned().collect();
    tiers.sort_by_key(|tier| std::cmp::Reverse(pack.tier(tier).map(|tier| tier.rank)));
    let penalties = &pack.settings().health_penalties;
    let penalties = (penalties.overdue_review, penalties.open_violation);
    let log_size = desk.view.read().head()?.size;
    Ok(report(Known { about, tiers: &tiers, penalties, portfolio, limits, log_size, at: desk.now }))
}
