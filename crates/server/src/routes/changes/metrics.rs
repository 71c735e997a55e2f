//! `GET /api/v1/changes/metrics`

use assent_domain::change_request::metrics::{Metrics, Tally};
use assent_store::Predicate;
use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::calendar::{Month, MonthParams};
use super::visit_all;
use crate::app::App;
use crate::desk::Desk;
use crate::http::{Caller, Params};
use crate::openapi::Problems;
use crate::problem::Problem;

/// Figures of the changes that the caller may read.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ChangeMetrics)]
pub(crate) struct MetricsView {
    /// The month that the figures are of, by the calendar of the pack.
    month: String,
    /// Submitted and not over, now.
    open: u64,
    /// Waiting for a reviewer now, late reviews of emergencies included.
    pending_approval: u64,
    /// Changes other than rollbacks that ended with success in the month.
    deployed: u64,
    /// Rollbacks that ended with success in the month.
    rolled_back: u64,
    change_failure_rate: FailureRate,
    /// The median of the whole seconds from submission to success of what was deployed in the month; absent where nothing was.
    #[serde(skip_serializing_if = "Option::is_none")]
    lead_time_seconds: Option<u64>,
}

/// Of the changes other than rollbacks that ended in the month, how many failed or were taken back since.
#[derive(Debug, Serialize, ToSchema)]
struct FailureRate {
    failed: u64,
    ended: u64,
    /// `failed / ended`; absent where nothing ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    rate: Option<f64>,
}

/// Counts open changes and those of a month: deployed, rolled back, failed, and how long they took.
#[utoipa::path(get, path = "/api/v1/changes/metrics", tag = "changes", operation_id = "changeMetrics",
    params(MonthParams),
    responses((status = 200, description = "The figures", body = MetricsView), Problems))]
pub(crate) async fn metrics(
    State(app): State<App>,
    caller: Caller,
    Params(params): Params<MonthParams>,
) -> Result<Json<MetricsView>, Problem> {
    app.read(move |desk| count(desk, &caller, Month::asked(desk, params.month.as_deref())?)).await.map(Json)
}

fn count(desk: &Desk<'_>, caller: &Caller, month: Month) -> Result<MetricsView, Problem> {
    let unfinished = Predicate::Not(Box::new(Predicate::IsNull("open_model_id")));
    let filter = Predicate::Or(vec![unfinished, month.around("ended_month")]);
    let mut tally = Tally::of_month((month.window.from, month.window.until));
    visit_all(desk, caller, filter, |change| {
        tally.add(&change);
        Ok(true)
    })?;
    let Metrics { open, pending_approval, deployed, rolled_back, ended, failed, lead_time_seconds } =
        tally.finish();
    #[expect(clippy::cast_precision_loss, reason = "nobody makes 2^53 changes in a month")]
    let rate = (ended > 0).then(|| failed as f64 / ended as f64);
    let change_failure_rate = FailureRate { failed, ended, rate };
    let month = month.name;
    Ok(MetricsView {
        month,
        open,
        pending_approval,
        deployed,
        rolled_back,
        change_failure_rate,
        lead_time_seconds,
    })
}
