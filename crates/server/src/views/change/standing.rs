//! Where a change stands now: who is missing, what can be done, and what it clashes with.

use assent_app::changes::OwnedHearing;
use assent_domain::change_request::{ChangeRequest, Move, StateName, facts};
use assent_store::{Predicate, Value};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use super::{ChangeBrief, ChangeView};
use crate::desk::Desk;
use crate::http::Caller;
use crate::problem::Problem;
use crate::routes::changes::visit_all;
use crate::views::signoff::LapsedView;

/// The most clashes that are shown.
const MAX_CLASHES: usize = 50;

/// Where a change stands.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ChangeStanding)]
pub(super) struct StandingView {
    /// Whether its approval counts now: what conditions read as `change.approved`.
    approved: bool,
    /// The reviewers who have not signed, or whose signature does not count any more.
    missing: Vec<String>,
    /// Signatures that do not count any more.
    lapsed: Vec<LapsedView>,
    /// What can be done with it from here: `submitted`, `signed`, `scheduled`, `started`, `completed`, `rolled back`, `withdrawn`.
    can_be: Vec<&'static str>,
    /// Other changes of the model or the environment that are being made, or are to be made about the same time.
    clashes: Vec<ChangeBrief>,
    /// Whether its time lies outside the window that it asked for.
    outside_preferred_window: bool,
}

impl ChangeView {
    /// The same, with where it stands now.
    pub(crate) fn with_standing(
        mut self,
        desk: &Desk<'_>,
        caller: &Caller,
        owned: &OwnedHearing,
    ) -> Result<Self, Problem> {
        let (hearing, change) = (owned.hearing(), &*owned.change);
        let lapsed = hearing.standing().lapsed.into_iter();
        let lapsed = lapsed.map(|lapsed| LapsedView::new(desk, lapsed));
        let preferred = change.content.preferred_window;
        self.now = Some(StandingView {
            approved: facts(&hearing).approved,
            missing: hearing.missing(),
            lapsed: lapsed.collect::<Result<_, _>>()?,
            can_be: change.legal().into_iter().map(Move::done).collect(),
            clashes: clashes(desk, caller, owned)?,
            outside_preferred_window: preferred
                .zip(change.takes_place())
                .is_some_and(|(window, at)| !window.holds(at)),
        });
        Ok(self)
    }
}

fn clashes(desk: &Desk<'_>, caller: &Caller, owned: &OwnedHearing) -> Result<Vec<ChangeBrief>, Problem> {
    let change = &*owned.change;
    let is_ahead = matches!(change.state, StateName::Approved | StateName::Scheduled | StateName::InProgress);
    let (true, Ok(rules)) = (is_ahead, owned.pack.change_rules()) else { return Ok(Vec::new()) };
    // What is approved and has no time yet could be begun now.
    let (at, apart) =
        (change.takes_place().unwrap_or(desk.now), SignedDuration::from_hours(rules.clash_hours()));
    let text = |column, value: &str| Predicate::Eq(column, Value::Text(value.to_owned()));
    let same = Predicate::Or(vec![
        text("model_id", &change.model.to_string()),
        text("environment", &change.content.environment),
    ]);
    let ahead = [StateName::Scheduled, StateName::InProgress].map(|state| text("state", state.name()));
    let filter = Predicate::And(vec![same, Predicate::Or(ahead.to_vec())]);
    let mut clashes = Vec::new();
    visit_all(desk, caller, filter, |other| {
        if other.id != change.id && is_near(&other, at, apart) {
            clashes.push(ChangeBrief::new(desk, &other, other.takes_place())?);
        }
        Ok(clashes.len() < MAX_CLASHES)
    })?;
    Ok(clashes)
}

fn is_near(other: &ChangeRequest, at: Timestamp, apart: SignedDuration) -> bool {
    let is_at = other.takes_place();
    other.state == StateName::InProgress || is_at.is_some_and(|other| other.duration_since(at).abs() < apart)
}
