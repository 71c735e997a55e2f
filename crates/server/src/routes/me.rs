//! `GET /api/v1/me`

use assent_domain::identity::{Permission, Target, Token};
use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;

use crate::app::App;
use crate::http::Caller;
use crate::openapi::Problems;
use crate::problem::Problem;
use crate::views::PrincipalView;

/// Who presents the token.
#[derive(Serialize, ToSchema)]
pub(crate) struct Me {
    principal: PrincipalView,
    /// The token that was presented.
    token: MyToken,
    /// What the principal may do somewhere.
    permissions: Vec<&'static str>,
}

/// A token without its secret.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct MyToken {
    id: Uuid,
    expires_at: Option<Timestamp>,
}

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(me))
}

/// Says who presents the token, with roles and permissions.
#[utoipa::path(get, path = "/api/v1/me", tag = "identity", operation_id = "me",
    responses((status = 200, description = "The caller", body = Me), Problems))]
pub(crate) async fn me(State(app): State<App>, caller: Caller) -> Result<Json<Me>, Problem> {
    let me = app.read(move |desk| {
        let principal = desk.principal(&caller, caller.id())?;
        let token = desk.any::<Token>(caller.token)?;
        let mut permissions = Vec::new();
        for permission in Permission::ALL {
            if desk.can(&caller, *permission, Target::SomeModel)? {
                permissions.push(permission.name());
            }
        }
        Ok(Me {
            principal: PrincipalView::new(desk, &caller, &principal)?,
            token: MyToken { id: caller.token.0, expires_at: token.map(|token| token.expires_at) },
            permissions,
        })
    });
    me.await.map(Json)
}
