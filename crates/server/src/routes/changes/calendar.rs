//! `GET /api/v1/changes/calendar`

use assent_domain::calendar::{first_of_month, month, month_bounds};
use assent_domain::change_request::Window;
use assent_store::{Predicate, Value};
use axum::Json;
use axum::extract::State;
use jiff::{Span, Timestamp, civil};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::visit_all;
use crate::app::App;
use crate::desk::Desk;
use crate::http::{Caller, Params};
use crate::openapi::Problems;
use crate::problem::Problem;
use crate::views::{ChangeBrief, WindowView};

/// The most changes of one month that are shown.
const MAX_SHOWN: usize = 1_000;

/// Which month.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct MonthParams {
    /// The month, `YYYY-MM` by the calendar of the pack; the present one if absent.
    #[param(pattern = "^[0-9]{4}-[0-9]{2}$")]
    pub(super) month: Option<String>,
}

/// A month of changes.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ChangeCalendar)]
pub(crate) struct CalendarView {
    /// The month, by the calendar of the pack.
    month: String,
    /// Its begin.
    from: Timestamp,
    /// Its end (not included).
    until: Timestamp,
    /// What was begun or is to be made in it, by time.
    changes: Vec<ChangeBrief>,
    /// The days of the pack without changes that reach into it.
    blackouts: Vec<WindowView>,
    /// Whether these are all; of a month with more than 1,000 changes, those asked for first are shown.
    complete: bool,
}

/// Shows when changes were begun and are to be made, month by month, and when none are.
#[utoipa::path(get, path = "/api/v1/changes/calendar", tag = "changes", operation_id = "changeCalendar",
    params(MonthParams),
    responses((status = 200, description = "The month", body = CalendarView), Problems))]
pub(crate) async fn calendar(
    State(app): State<App>,
    caller: Caller,
    Params(params): Params<MonthParams>,
) -> Result<Json<CalendarView>, Problem> {
    app.read(move |desk| show(desk, &caller, Month::asked(desk, params.month.as_deref())?)).await.map(Json)
}

fn show(desk: &Desk<'_>, caller: &Caller, month: Month) -> Result<CalendarView, Problem> {
    let (mut changes, mut complete) = (Vec::new(), true);
    visit_all(desk, caller, month.around("scheduled_month"), |change| {
        if let Some(at) = change.takes_place().filter(|at| month.window.holds(*at)) {
            complete = changes.len() < MAX_SHOWN;
            if complete {
                changes.push(ChangeBrief::new(desk, &change, Some(at))?);
            }
        }
        Ok(complete)
    })?;
    changes.sort_by_key(ChangeBrief::at);
    let pack = desk.pack()?;
    let blackouts = pack.change_rules().map_or(&[][..], |rules| &rules.blackouts);
    let blackouts = blackouts.iter().filter_map(|blackout| {
        let window = blackout.window(&pack);
        let reaches = window.from < month.window.until && month.window.from < window.until;
        reaches.then(|| WindowView::new(window, blackout))
    });
    let (from, until) = (month.window.from, month.window.until);
    Ok(CalendarView { month: month.name, from, until, changes, blackouts: blackouts.collect(), complete })
}

/// A month by the calendar of the pack in force.
pub(super) struct Month {
    pub(super) name: String,
    pub(super) window: Window,
    first: civil::Date,
}

impl Month {
    /// The month that was asked for, or the present one.
    pub(super) fn asked(desk: &Desk<'_>, asked: Option<&str>) -> Result<Self, Problem> {
        let pack = desk.pack()?;
        let calendar = &pack.settings().calendar;
        let name = asked.map_or_else(|| month(calendar, desk.now), str::to_owned);
        let found = first_of_month(&name).and_then(|first| Some((first, month_bounds(calendar, first)?)));
        let Some((first, (from, until))) = found else {
            return Err(Problem::invalid(format!(
                "the month is `{name}`: give year and month, as in `2026-12`"
            )));
        };
        Ok(Self { name, window: Window { from, until }, first })
    }

    /// The rows whose month is this one or a neighbour. What was written down is the month by the calendar of that day, which
    /// may have been another one; the time itself decides.
    pub(super) fn around(&self, column: &'static str) -> Predicate {
        let moved = |months: i32| self.first.checked_add(Span::new().months(months)).ok();
        let named = |date: civil::Date| Value::Text(format!("{:04}-{:02}", date.year(), date.month()));
        Predicate::In(column, (-1..=1).filter_map(moved).map(named).collect())
    }
}
