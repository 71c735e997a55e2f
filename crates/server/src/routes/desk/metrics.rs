//! `GET /api/v1/desk/metrics`

use std::collections::BTreeMap;

use assent_app::project;
use assent_domain::aggregate::State as Stateful;
use assent_domain::pack::Period;
use assent_domain::registry::Model;
use assent_domain::workflow::figures::{Figures, Spread, Tally};
use assent_domain::workflow::{Promotion, StateName};
use assent_domain::{Kind, Time};
use assent_store::{Order, Predicate, Select, Value};
use axum::Json;
use axum::extract::State;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::desk::Desk;
use crate::http::{Caller, Params};
use crate::openapi::Problems;
use crate::problem::Problem;

/// How far back is looked if nobody says, and at most.
const DAYS: u16 = 90;
const MAX_DAYS: u16 = 3_660;
/// How long before its decision a promotion is looked for, where the pack lets promotions live without end.
const LIFE: Period = Period::days(365);
/// The most promotions that are looked at.
const MAX_PROMOTIONS: u32 = 10_000;
const AT_ONCE: u32 = 500;

/// Of which time.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct WindowParams {
    /// What was decided in the last so many days, 1 to 3660; 90 if absent.
    #[param(minimum = 1, maximum = 3660)]
    days: Option<u16>,
}

/// Figures of the promotions that the caller may read.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DeskMetrics {
    /// The begin of the window, which ends now.
    since: Timestamp,
    /// Approved in the window.
    approved: u64,
    /// Rejected in the window.
    rejected: u64,
    /// `approved / (approved + rejected)`; absent where nothing was decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    success_rate: Option<f64>,
    /// From the first submission to the approval.
    time_to_approve: SpreadView,
    /// The same by tier that the model has now.
    time_to_approve_by_tier: BTreeMap<String, SpreadView>,
    /// From the submission of the round to the decision, by the role in which it was given; `owner` for attestations.
    time_to_decide_by_role: BTreeMap<String, SpreadView>,
    /// Decisions of the window that came after they were due.
    late_decisions: u64,
    /// Steps of promotions under review whose time is over and that nobody has decided in their round.
    overdue_steps: u64,
    /// Under review now.
    pending: u64,
    /// Since the submission of their round, of those.
    queue_age: SpreadView,
    /// The longest of these.
    #[serde(skip_serializing_if = "Option::is_none")]
    oldest_seconds: Option<u64>,
    /// Whether there are more promotions than were looked at: the newest 10,000 of the time, and as many under review.
    truncated: bool,
}

/// Lengths of time, in whole seconds; absent where there are none.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Spread)]
struct SpreadView {
    count: u64,
    /// Of two in the middle, their mean, rounded down.
    #[serde(skip_serializing_if = "Option::is_none")]
    median_seconds: Option<u64>,
    /// The smallest that nine in ten do not exceed.
    #[serde(skip_serializing_if = "Option::is_none")]
    p90_seconds: Option<u64>,
}

/// Gives the numbers of the approval desk: how long approvals take, how many succeed, what is late, and what waits.
#[utoipa::path(get, path = "/api/v1/desk/metrics", tag = "oversight", operation_id = "deskMetrics", params(WindowParams),
    responses((status = 200, description = "The figures", body = DeskMetrics), Problems))]
pub(crate) async fn metrics(
    State(app): State<App>,
    caller: Caller,
    Params(params): Params<WindowParams>,
) -> Result<Json<DeskMetrics>, Problem> {
    let days = params.days.unwrap_or(DAYS);
    if !(1..=MAX_DAYS).contains(&days) {
        return Err(Problem::invalid(format!("the window is {days} days: give 1 to {MAX_DAYS}")));
    }
    app.read(move |desk| count(desk, &caller, days)).await.map(Json)
}

fn count(desk: &Desk<'_>, caller: &Caller, days: u16) -> Result<DeskMetrics, Problem> {
    let before = |time: Time, length: SignedDuration| time.checked_sub(length).unwrap_or(Time::MIN);
    let since = before(desk.now, Period::days(days).duration());
    let life = desk.pack()?.settings().promotions_expire_after.unwrap_or(LIFE);
    let oldest = before(since, life.duration());
    let mut tally = Tally::of_window(since, desk.now);
    let readable = desk.readable_rows(caller, Kind::Promotion)?;
    // What waits is found by its state, however old it is; everything else by its age.
    let under_review = Predicate::Eq("state", Value::Text(StateName::InReview.name().to_owned()));
    let others = Predicate::Not(Box::new(under_review.clone()));
    let mut truncated = false;
    for (rows, oldest) in [(under_review, Time::MIN), (others, oldest)] {
        let filter = Predicate::And(vec![rows, readable.clone()]);
        truncated |= visit(desk, &filter, |promotion| {
            let model = desk.any::<Model>(promotion.model)?;
            tally.add(promotion, model.as_ref().map_or("", |model| model.tier.as_str()));
            Ok(promotion.requested.at >= oldest)
        })?;
    }
    Ok(shown(since, tally.finish(), truncated))
}

/// Visits promotions, newest first, as long as `visit` wants more. Whether there are more than may be looked at.
fn visit(
    desk: &Desk<'_>,
    filter: &Predicate,
    mut visit: impl FnMut(&Promotion) -> Result<bool, Problem>,
) -> Result<bool, Problem> {
    let table = project::table(Kind::Promotion).ok_or_else(|| Problem::internal("a kind without a table"))?;
    let (mut after, mut seen) = (None, 0);
    while seen < MAX_PROMOTIONS {
        let (filter, order) = (filter.clone(), Order::Descending);
        let rows = desk.view.read().select(&Select { table, filter, order, after, limit: AT_ONCE })?;
        for row in &rows {
            let state = project::aggregate(Kind::Promotion, row)?;
            if let Some(promotion) = Promotion::from_aggregate(&state)
                && !visit(promotion)?
            {
                return Ok(false);
            }
        }
        if rows.len() < AT_ONCE as usize {
            return Ok(false);
        }
        after = rows.last().map(|row| row.id);
        seen += AT_ONCE;
    }
    Ok(true)
}

fn shown(since: Time, figures: Figures, truncated: bool) -> DeskMetrics {
    let decided = figures.approved + figures.rejected;
    #[expect(clippy::cast_precision_loss, reason = "nobody decides 2^53 promotions")]
    let success_rate = (decided > 0).then(|| figures.approved as f64 / decided as f64);
    let by = |spreads: BTreeMap<String, Spread>| {
        spreads.into_iter().map(|(key, spread)| (key, spread.into())).collect()
    };
    DeskMetrics {
        since,
        approved: figures.approved,
        rejected: figures.rejected,
        success_rate,
        time_to_approve: figures.to_approve.into(),
        time_to_approve_by_tier: by(figures.by_tier),
        time_to_decide_by_role: by(figures.by_role),
        late_decisions: figures.late,
        overdue_steps: figures.overdue,
        pending: figures.pending,
        queue_age: figures.queue.into(),
        oldest_seconds: figures.oldest_seconds,
        truncated,
    }
}

impl From<Spread> for SpreadView {
    fn from(spread: Spread) -> Self {
        let Spread { count, median_seconds, p90_seconds } = spread;
        Self { count, median_seconds, p90_seconds }
    }
}
