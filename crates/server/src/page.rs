//! Lists by page. The cursor is the last id looked at; ids sort by time, so a list is stable while it grows.

use assent_app::project;
use assent_app::view::Loaded;
use assent_domain::aggregate::State;
use assent_store::{Order, Predicate, Select};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::desk::{Desk, Held, held};
use crate::problem::Problem;

/// The most items of a page.
pub(crate) const MAX_ITEMS: u32 = 200;
const DEFAULT_ITEMS: u32 = 50;
/// The most rows that are looked at for one page, where some are left out that no column tells apart: then pages are short.
const MAX_SCANNED: u32 = 5_000;
/// How many rows are read at once: so many of the largest are held in memory.
const AT_ONCE: u32 = 32;
/// A page ends with the item by which the documents of its items take more bytes than this.
const MAX_BYTES: usize = 4 << 20;

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Page<T> {
    /// The items, newest first.
    pub(crate) items: Vec<T>,
    /// The cursor of the next page; absent on the last. A page may be short, or empty, and not the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next_cursor: Option<String>,
}

/// Which page.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct PageParams {
    /// `nextCursor` of the page before.
    pub(crate) cursor: Option<Uuid>,
    /// At most so many items, 1 to 200; 50 if absent.
    #[param(minimum = 1, maximum = 200)]
    pub(crate) limit: Option<u32>,
}

/// The number of items that was asked for.
pub(crate) fn limit(wanted: Option<u32>) -> Result<u32, Problem> {
    let limit = wanted.unwrap_or(DEFAULT_ITEMS);
    if (1..=MAX_ITEMS).contains(&limit) {
        return Ok(limit);
    }
    Err(Problem::invalid(format!("the limit is {limit}: give 1 to {MAX_ITEMS}")))
}

/// The page of a table that matches the filter and that `keep` lets through, rendered by `show`. What the caller may not read
/// is left out by the filter: `keep` sees no row, and the cursor names none, that is not theirs. Where the work has a limit of
/// time, the page ends with the row by which that is over: whoever asks for the next one gets on.
pub(crate) fn page<S: State, T>(
    desk: &Desk<'_>,
    filter: &Predicate,
    (cursor, wanted): (Option<Uuid>, Option<u32>),
    mut keep: impl FnMut(&Held<S>) -> Result<bool, Problem>,
    mut show: impl FnMut(&Held<S>) -> Result<T, Problem>,
) -> Result<Page<T>, Problem> {
    let limit = limit(wanted)?;
    let table = project::table(S::KIND).ok_or_else(|| Problem::internal("a kind without a table"))?;
    let (mut items, mut after, mut scanned, mut bytes) = (Vec::new(), cursor, 0, 0);
    loop {
        let at_once = limit.min(AT_ONCE);
        let select =
            Select { table, filter: filter.clone(), order: Order::Descending, after, limit: at_once };
        let rows = desk.view.read().select(&select)?;
        let last_page = rows.len() < at_once as usize;
        for row in &rows {
            after = Some(row.id);
            scanned += 1;
            let state = project::aggregate(S::KIND, row)?;
            let loaded = held::<S>(&Loaded { revision: row.revision, state, size: row.document.len() });
            let Some(loaded) = loaded else { continue };
            if keep(&loaded)? {
                items.push(show(&loaded)?);
                bytes += row.document.len();
            }
            if items.len() == limit as usize || bytes > MAX_BYTES || desk.is_over() {
                return Ok(Page { items, next_cursor: after.map(|id| id.to_string()) });
            }
        }
        if last_page {
            return Ok(Page { items, next_cursor: None });
        }
        if scanned >= MAX_SCANNED {
            return Ok(Page { items, next_cursor: after.map(|id| id.to_string()) });
        }
    }
}
