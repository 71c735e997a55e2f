//! `GET /api/v1/lineage/{node}/edges`

use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::graph::{Link, Node};
use super::neighbours::{Neighbours, Place, Way};
use super::start::{Direction, start};
use crate::app::App;
use crate::http::{Caller, Params, Segments};
use crate::openapi::Problems;
use crate::page::{Page, limit};
use crate::problem::Problem;

/// A page ends when it has read so many bytes of documents.
const MAX_READ_BYTES: usize = 4 << 20;

/// Which edges.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct EdgeParams {
    /// Which way; `UPSTREAM` if absent.
    #[param(inline)]
    #[serde(default)]
    direction: Direction,
    /// Whether edges that were taken back are shown too; they are marked.
    #[serde(default)]
    retracted: bool,
    /// `nextCursor` of the page before.
    cursor: Option<String>,
    /// At most so many items, 1 to 200; 50 if absent.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u32>,
}

/// An edge of a node, and the node at its other end.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LineageNeighbour)]
pub(crate) struct Neighbour {
    /// The edge.
    edge: Link,
    /// The node at its other end.
    node: Node,
}

/// Lists the edges of one node in one direction, so that all of them can be read, however many there are.
#[utoipa::path(get, path = "/api/v1/lineage/{node}/edges", tag = "lineage", operation_id = "listLineageEdges",
    params(("node" = String, Path, description = "`version:` or `dataset:` with an id, `sha256:` or `md5:` with a digest, or the key of a node in an answer"), EdgeParams),
    responses((status = 200, description = "A page", body = Page<Neighbour>), Problems))]
pub(crate) async fn edges(
    State(app): State<App>,
    caller: Caller,
    Segments(node): Segments<String>,
    Params(params): Params<EdgeParams>,
) -> Result<Json<Page<Neighbour>>, Problem> {
    let (way, limit) = (Way::from(params.direction), limit(params.limit)? as usize);
    let first = Neighbours::first(way);
    let first = params.cursor.map_or(Ok(first), |cursor| parsed(&cursor, way))?;
    let found = app.read_much(move |desk| {
        let neighbours = Neighbours::new(desk, &caller, params.retracted)?;
        let node = start(&neighbours, &caller, &node)?;
        let (mut items, mut place) = (Vec::new(), Some(first));
        let most = neighbours.read_bytes().saturating_add(MAX_READ_BYTES);
        while let Some(here) = place.filter(|_| items.len() < limit) {
            if neighbours.read_bytes() > most {
                break;
            }
            let (steps, next) = neighbours.some(&node, way, here, limit - items.len())?;
            items.extend(steps.into_iter().map(|step| {
                let mut node = step.node;
                node.distance = 1;
                Neighbour { edge: step.link, node }
            }));
            place = next;
        }
        Ok(Page { items, next_cursor: place.map(text) })
    });
    found.await.map(Json)
}

/// A place as it is handed out.
fn text(place: Place) -> String {
    let after = |name: &str, id: Option<Uuid>| id.map_or(name.to_owned(), |id| format!("{name}.{id}"));
    match place {
        Place::Parts(from) => format!("parts.{from}"),
        Place::Versions(id) => after("versions", id),
        Place::Datasets(id) => after("datasets", id),
        Place::Recorded(id) => after("recorded", id),
    }
}

/// What [`text`] has made.
fn parsed(cursor: &str, way: Way) -> Result<Place, Problem> {
    let (name, rest) = cursor.split_once('.').map_or((cursor, None), |(name, rest)| (name, Some(rest)));
    let id = rest.map(Uuid::try_parse).transpose();
    let place = match (way, name, id) {
        (Way::Up, "parts", _) => rest.and_then(|rest| rest.parse().ok()).map(Place::Parts),
        (Way::Down, "versions", Ok(id)) => Some(Place::Versions(id)),
        (Way::Down, "datasets", Ok(id)) => Some(Place::Datasets(id)),
        (_, "recorded", Ok(id)) => Some(Place::Recorded(id)),
        _ => None,
    };
    place.ok_or_else(|| {
        let message =
            "the cursor is none of this list: give `nextCursor` of the page before, and ask the same way";
        Problem::invalid(message.to_owned())
    })
}
