//! `POST /api/v1/principals/{id}/link`

use assent_app::Command;
use assent_domain::ids::PrincipalId;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::carried_out;
use crate::app::App;
use crate::http::{Segments, Write};
use crate::openapi::{Problems, WriteHeaders};
use crate::problem::Problem;
use crate::views::{PrincipalView, ProposalView, Written};

/// The account that belongs to the same person.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Link {
    /// Id of the other account.
    person: Uuid,
}

/// Records that an account belongs to the same person as another: from now on nobody takes the two for two persons.
#[utoipa::path(post, path = "/api/v1/principals/{id}/link", tag = "identity", operation_id = "linkPrincipal",
    params(("id" = Uuid, Path, description = "Id of the principal"), WriteHeaders), request_body = Link,
    responses((status = 200, description = "Linked", body = Written<PrincipalView>),
        (status = 202, description = "It waits for a second person", body = Written<ProposalView>), Problems))]
pub(crate) async fn link(
    State(app): State<App>,
    Segments(id): Segments<Uuid>,
    write: Write<Link>,
) -> Result<Response, Problem> {
    let (principal, other) = (PrincipalId(id), PrincipalId(write.body.person));
    carried_out(&app, &write.sent, principal, Command::LinkPrincipal { principal, other }).await
}
