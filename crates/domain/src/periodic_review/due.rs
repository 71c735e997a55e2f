//! When a model is to be reviewed again: computed, never stored.

use super::PeriodicReview;
use crate::Time;
use crate::pack::Pack;
use crate::registry::Model;

/// When the last review was, and when the next one is due.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Due {
    /// When the last one was completed.
    pub last: Option<Time>,
    /// When the next one is due; absent where none is.
    pub next: Option<Time>,
    /// Whether that time is over.
    pub overdue: bool,
}

/// When a model is to be reviewed again. None is where its tier asks for no reviews, and while no version of it is in service.
/// The time counts from the last completed review; before the first one, from when the version in service went there: the
/// reviews of its promotion looked at it then.
pub fn due(
    model: &Model,
    last: Option<&PeriodicReview>,
    in_service_since: Option<Time>,
    pack: &Pack,
    now: Time,
) -> Due {
    let last = last.and_then(PeriodicReview::completed).map(|completed| completed.at);
    let every = pack.tier(&model.tier).and_then(|tier| tier.review_every);
    let next = every.zip(in_service_since).map(|(every, since)| every.after(last.unwrap_or(since)));
    Due { last, next, overdue: next.is_some_and(|next| next <= now) }
}
