//! What waits for the caller, what they asked for, and what they decided. Promotions that wait for them have a list of their
//! own (`GET /api/v1/inbox`), because a promotion has steps.

mod decided;
mod mine;
mod requests;
mod waiting;

use assent_app::project;
use assent_domain::aggregate::State;
use assent_store::{Order, Predicate, Select};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::desk::{Desk, Held, held};
use crate::problem::Problem;
use crate::views::RequestView;
use assent_app::view::Loaded;

/// How many rows of each kind are looked at.
const LOOKED_AT: u32 = 500;
/// How many rows are read at once: so many of the largest are held in memory.
const AT_ONCE: u32 = 32;

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(requests::requests))
        .routes(routes!(mine::mine))
        .routes(routes!(decided::decided))
}

/// Requests of several kinds.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct Requests {
    /// Newest first.
    items: Vec<RequestView>,
    /// Whether there may be more: of each kind the newest 500 are looked at, as far as time allows, and at most `limit` are
    /// shown.
    truncated: bool,
}

impl Requests {
    /// Looks at the newest rows of a kind, and keeps those that `keep` lets through, until the time for the answer is over.
    fn gather<S: State>(
        &mut self,
        desk: &Desk<'_>,
        filter: Vec<Predicate>,
        mut keep: impl FnMut(&Held<S>) -> Result<bool, Problem>,
        show: impl Fn(&Held<S>) -> Result<RequestView, Problem>,
    ) -> Result<(), Problem> {
        let table = project::table(S::KIND).ok_or_else(|| Problem::internal("a kind without a table"))?;
        let (filter, order, mut after, mut left) =
            (Predicate::And(filter), Order::Descending, None, LOOKED_AT);
        while left > 0 {
            let limit = left.min(AT_ONCE);
            let rows =
                desk.view.read().select(&Select { table, filter: filter.clone(), order, after, limit })?;
            for row in &rows {
                if desk.is_over() {
                    self.truncated = true;
                    return Ok(());
                }
                let state = project::aggregate(S::KIND, row)?;
                let loaded = Loaded { revision: row.revision, state, size: row.document.len() };
                let Some(loaded) = held::<S>(&loaded) else { continue };
                if keep(&loaded)? {
                    self.items.push(show(&loaded)?);
                }
            }
            if rows.len() < limit as usize {
                return Ok(());
            }
            after = rows.last().map(|row| row.id);
            left -= limit;
        }
        self.truncated = true;
        Ok(())
    }

    /// The newest of them.
    fn newest(mut self, limit: u32) -> Self {
        self.items.sort_by_key(|item| std::cmp::Reverse(item.at()));
        self.truncated |= self.items.len() > limit as usize;
        self.items.truncate(limit as usize);
        self
    }
}
