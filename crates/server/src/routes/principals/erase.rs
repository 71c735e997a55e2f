//! `POST /api/v1/principals/{id}/erase`

use assent_domain::identity;
use assent_domain::ids::PrincipalId;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::changed;
use crate::app::App;
use crate::execute::check_comment;
use crate::http::{Segments, Write};
use crate::openapi::{Problems, WriteHeaders};
use crate::problem::Problem;
use crate::views::{PrincipalView, Written, done};

/// Why somebody is erased.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Erasure {
    /// The reason, which stays readable: name nobody in it.
    #[schema(min_length = 1, max_length = 10000)]
    reason: String,
}

/// Erases who a principal was, for good: the key of its name, addresses and words is destroyed. It has to be disabled before.
#[utoipa::path(post, path = "/api/v1/principals/{id}/erase", tag = "identity", operation_id = "erasePrincipal",
    params(("id" = Uuid, Path, description = "Id of the principal"), WriteHeaders), request_body = Erasure,
    responses((status = 200, description = "Erased", body = Written<PrincipalView>), Problems))]
pub(crate) async fn erase(
    State(app): State<App>,
    Segments(id): Segments<Uuid>,
    write: Write<Erasure>,
) -> Result<Response, Problem> {
    let Write { sent, body } = write;
    check_comment("/reason", &body.reason)?;
    let actor = sent.caller.id();
    let reason = app.blocking(move |app| app.seal(actor, &body.reason)).await?;
    let receipt = changed(&app, &sent, PrincipalId(id), identity::Command::Erase { reason }).await?;
    // The event stands. Where this fails it is made good in the background, and the client is told to ask again.
    app.read_store(|app| Ok(app.assent.carry_out_erasures()?)).await?;
    let view = super::show(&app, &sent.caller, &receipt).await?;
    Ok(done(receipt, view))
}
