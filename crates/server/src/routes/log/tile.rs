//! `GET /log/tile/{path}`

use assent_log::tile::{TILE_HEIGHT, TILE_WIDTH, TilePath, encode_bundle};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

use super::may_read;
use crate::app::App;
use crate::desk::Desk;
use crate::http::{Segments, bearer};
use crate::problem::Problem;

/// Gives a hash tile, to anyone, or a bundle of entries, to who may read the log (C2SP tlog-tiles). Only what the newest
/// checkpoint covers is there.
#[utoipa::path(get, path = "/log/tile/{*path}", tag = "log", operation_id = "tile", security((), ("bearer" = [])),
    params(("path" = String, Path, description = "`<level>/<n>[.p/<width>]` or `entries/<n>[.p/<width>]`, with `n` in groups \
        of three digits")),
    responses((status = 200, description = "The bytes", body = Vec<u8>, content_type = "application/octet-stream"),
        crate::openapi::Problems))]
pub(crate) async fn tile(
    State(app): State<App>,
    Segments(path): Segments<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let path = format!("tile/{path}");
    let tile: TilePath =
        path.parse().map_err(|_| Problem::not_found("tile", path.chars().take(80).collect::<String>()))?;
    let (bytes, cache) = match tile {
        TilePath::Hashes { level, n, width } => {
            let bytes = app.read(move |desk| hashes(desk, level, n, width)).await?;
            (bytes, "public, max-age=31536000, immutable")
        }
        TilePath::Entries { n, width } => {
            let caller = bearer(&app, &headers).await?;
            let bytes = app.read(move |desk| {
                may_read(desk, &caller)?;
                entries(desk, n, width)
            });
            (bytes.await?, "private, max-age=31536000, immutable")
        }
    };
    // The first hashes of a tile never change, so that partial tiles can be kept like full ones.
    Ok(([(CONTENT_TYPE, "application/octet-stream"), (CACHE_CONTROL, cache)], bytes).into_response())
}

/// The first `width` hashes of a tile.
fn hashes(desk: &Desk<'_>, level: u8, n: u64, width: u16) -> Result<Vec<u8>, Problem> {
    let missing = || Problem::not_found("tile", TilePath::Hashes { level, n, width });
    let shift = u32::from(level) * TILE_HEIGHT;
    let published = published(desk)?.checked_shr(shift).unwrap_or(0);
    covered(n, width, published).ok_or_else(missing)?;
    let mut bytes = desk.view.read().tile(level, n)?.ok_or_else(missing)?;
    let length = usize::from(width) * 32;
    if bytes.len() < length {
        return Err(Problem::internal(format!("the tile {level}/{n} has less than {width} hashes")));
    }
    bytes.truncate(length);
    Ok(bytes)
}

/// The bundle of `width` entries.
fn entries(desk: &Desk<'_>, n: u64, width: u16) -> Result<Vec<u8>, Problem> {
    let missing = || Problem::not_found("tile", TilePath::Entries { n, width });
    let from = covered(n, width, published(desk)?).ok_or_else(missing)?;
    let entries = desk.view.read().entries(from, u32::from(width))?;
    if entries.len() < usize::from(width) {
        return Err(Problem::internal(format!("there are less than {width} entries from {from}")));
    }
    encode_bundle(&entries).map_err(|error| Problem::internal(error.to_string()))
}

/// The position of the first item of the tile, if its first `width` items are all among the first `published`.
fn covered(n: u64, width: u16, published: u64) -> Option<u64> {
    let from = n.checked_mul(u64::from(TILE_WIDTH))?;
    let end = from.checked_add(u64::from(width))?;
    (end <= published).then_some(from)
}

fn published(desk: &Desk<'_>) -> Result<u64, Problem> {
    Ok(desk.view.read().latest_checkpoint()?.map_or(0, |checkpoint| checkpoint.size))
}
