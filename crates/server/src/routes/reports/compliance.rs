//! `GET /api/v1/reports/compliance`

use std::collections::BTreeMap;

use assent_app::reports::Report;
use assent_app::reports::compliance::{Known, report};
use assent_app::reports::portfolio::controlled;
use assent_domain::pack::Pack;
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

/// Of which models, and which controls.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ComplianceParams {
    /// Id or name of one model; all models if absent.
    model: Option<String>,
    /// One framework, for example `eu_ai_act`: what stands before the colon of a control; all if absent.
    framework: Option<String>,
    /// `json` or `markdown`; what the header `Accept` asks for if absent.
    #[param(value_type = Option<ReportFormatWords>)]
    format: Option<Format>,
}

/// Reports by control of laws and standards what the policies that implement it say, of the version of each model that stands
/// furthest: of one model, or of the 200 newest that the caller may read. What is not met, or was not judged, is a gap.
#[utoipa::path(get, path = "/api/v1/reports/compliance", tag = "reports", operation_id = "complianceReport",
    params(ComplianceParams),
    responses((status = 200, description = "The report", content((ReportShape = "application/json"), (String = "text/markdown"))),
        Problems))]
pub(crate) async fn compliance(
    State(app): State<App>,
    caller: Caller,
    rather: Rather,
    Params(params): Params<ComplianceParams>,
) -> Result<Response, Problem> {
    let format = params.format;
    let made = app.read_much(move |desk| of_controls(desk, &caller, &params));
    Ok(rather.write(format, &made.await?))
}

fn of_controls(desk: &Desk<'_>, caller: &Caller, params: &ComplianceParams) -> Result<Report, Problem> {
    let controls = controls(&*desk.pack()?, params.framework.as_deref())?;
    let names: Vec<&str> = controls.keys().map(String::as_str).collect();
    let keep = |cells: &[serde_json::Value]| controlled(cells, &names);
    let (about, portfolio, limits) = gather(desk, caller, params.model.as_deref(), keep)?;
    let log_size = desk.view.read().head()?.size;
    Ok(report(Known { about, controls, portfolio, limits, log_size, at: desk.now }))
}

/// By control, the policies that implement it.
fn controls(pack: &Pack, framework: Option<&str>) -> Result<BTreeMap<String, Vec<String>>, Problem> {
    let mut controls: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for compiled in pack.policies() {
        for control in &compiled.policy.controls {
            controls.entry(control.clone()).or_default().push(compiled.policy.id.clone());
        }
    }
    let Some(wanted) = framework else { return Ok(controls) };
    let of = |control: &str| control.split_once(':').map_or("other", |(framework, _)| framework).to_owned();
    let mut known: Vec<String> = controls.keys().map(|control| of(control)).collect();
    known.dedup();
    controls.retain(|control, _| of(control) == wanted);
    if controls.is_empty() {
        return Err(Problem::invalid(format!(
            "no policy implements a control of the framework `{wanted}`; those are {}",
            known.join(", ")
        )));
    }
    Ok(controls)
}
