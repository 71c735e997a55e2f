//! `DELETE /api/v1/principals/{id}/grants/{grantId}`

use assent_domain::identity;
use assent_domain::ids::{GrantId, PrincipalId};
use axum::extract::State;
use axum::response::Response;
use uuid::Uuid;

use super::change;
use crate::app::App;
use crate::http::{Empty, Segments, Write};
use crate::openapi::{Problems, WriteHeaders};
use crate::problem::Problem;
use crate::views::{PrincipalView, ProposalView, Written};

/// Takes a grant back.
#[utoipa::path(delete, path = "/api/v1/principals/{id}/grants/{grantId}", tag = "identity", operation_id = "revokeGrant",
    params(("id" = Uuid, Path, description = "Id of the principal"), ("grantId" = Uuid, Path, description = "Id of the grant"),
        WriteHeaders),
    responses((status = 200, description = "Taken back", body = Written<PrincipalView>),
        (status = 202, description = "It waits for a second person", body = Written<ProposalView>), Problems))]
pub(crate) async fn revoke_grant(
    State(app): State<App>,
    Segments((id, grant)): Segments<(Uuid, Uuid)>,
    write: Write<Empty>,
) -> Result<Response, Problem> {
    change(&app, &write.sent, PrincipalId(id), identity::Command::RevokeGrant(GrantId(grant))).await
}
