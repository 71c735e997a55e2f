//! The log: its entries for who may read them, its proofs for everybody with a token, and its checkpoints and hash tiles for
//! anyone (C2SP tlog-tiles).

mod checkpoint;
mod consistency;
mod entry;
mod inclusion;
mod search;
mod tile;
mod vkey;

use assent_domain::identity::{Permission, Target};
use assent_log::proof::ProveError;
use assent_store::StoreError;
pub(crate) use entry::entry_of;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;
use crate::desk::Desk;
use crate::http::Caller;
use crate::problem::Problem;

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(search::search))
        .routes(routes!(entry::entry))
        .routes(routes!(inclusion::inclusion))
        .routes(routes!(consistency::consistency))
}

/// What anyone can follow. Bundles of entries ask for a token themselves.
pub(super) fn open() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(checkpoint::checkpoint))
        .routes(routes!(vkey::vkey))
        .routes(routes!(tile::tile))
}

/// Refuses who may not read the log.
pub(crate) fn may_read(desk: &Desk<'_>, caller: &Caller) -> Result<(), Problem> {
    desk.may(caller, Permission::ReadLog, Target::Platform)
}

/// The size that a proof is for, within the newest checkpoint, and the note of the checkpoint to compare with: the one of
/// that size if there is one, else the newest.
fn proof_size(desk: &Desk<'_>, wanted: Option<u64>) -> Result<(u64, String), Problem> {
    let read = desk.view.read();
    let latest = read.latest_checkpoint()?.ok_or_else(|| Problem::not_found("checkpoint", "newest"))?;
    let size = wanted.unwrap_or(latest.size);
    if size > latest.size {
        return Err(Problem::invalid(format!(
            "the size is {size}; the newest checkpoint has {}",
            latest.size
        )));
    }
    let next = read.checkpoints(size.checked_sub(1), 1)?;
    let exact = next.into_iter().find(|checkpoint| checkpoint.size == size);
    let note = exact.unwrap_or(latest).note;
    Ok((size, String::from_utf8_lossy(&note).into_owned()))
}

fn unproved(error: ProveError<StoreError>) -> Problem {
    match error {
        ProveError::Range { .. } => Problem::invalid(error.to_string()),
        ProveError::Source { cause, .. } => cause.into(),
        ProveError::Tile { .. } => StoreError::Corrupt(error.to_string()).into(),
    }
}
