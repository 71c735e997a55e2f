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
    /// Whether there may be older ones: of each kind the newest 500 are looked at, and at most `limit` are shown.
    truncated: bool,
}

impl Requests {
    /// Looks at the newest rows of a kind, and keeps those that `keep` lets through.
    fn gather<S: State>(
        &mut self,
        desk: &Desk<'_>,
        filter: Vec<Predicate>,
        mut keep: impl FnMut(&Held<S>) -> Result<bool, Problem>,
        show: impl Fn(&Held<S>) -> Result<RequestView, Problem>,
    ) -> Result<(), Problem> {
        let table = project::table(S::KIND).ok_or_else(|| Problem::internal("a kind without a table"))?;
        let filter = Predicate::And(filter);
        let select = Select { table, filter, order: Order::Descending, after: None, limit: LOOKED_AT };
        let rows = desk.view.read().select(&select)?;
        self.truncated |= rows.len() >= LOOKED_AT as usize;
        for row in &rows {
            let state = project::aggregate(S::KIND, row)?;
            let Some(loaded) = held::<S>(&Loaded { revision: row.revision, state, size: row.document.len() })
            else {
                continue;
            };
            if keep(&loaded)? {
                self.items.push(show(&loaded)?);
            }
        }
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
