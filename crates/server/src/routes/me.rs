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
use crate::http::{Caller, Shown};
use crate::openapi::Problems;
use crate::problem::Problem;
use crate::views::{PrincipalView, RestrictionView};

/// Who sends the request.
#[derive(Serialize, ToSchema)]
pub(crate) struct Me {
    principal: PrincipalView,
    /// The token that was presented; null where it was a session.
    token: Option<MyToken>,
    /// The session that was presented; null where it was a token.
    session: Option<MySession>,
    /// What the principal may do somewhere.
    permissions: Vec<&'static str>,
}

/// A token without its secret.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct MyToken {
    id: Uuid,
    expires_at: Option<Timestamp>,
    #[serde(flatten)]
    restriction: RestrictionView,
}

/// A session, and what its pages need.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct MySession {
    id: Uuid,
    expires_at: Timestamp,
    /// What goes into the header `X-CSRF-Token` of every write.
    csrf_token: String,
}

pub(super) fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(me))
}

/// Says who sends the request, with roles and permissions.
#[utoipa::path(get, path = "/api/v1/me", tag = "identity", operation_id = "me",
    responses((status = 200, description = "The caller", body = Me), Problems))]
pub(crate) async fn me(State(app): State<App>, caller: Caller) -> Result<Json<Me>, Problem> {
    let me = app.read(move |desk| {
        let principal = desk.principal(&caller, caller.id())?;
        let (token, session) = match &caller.shown {
            Shown::Token(id) => {
                let expires_at = desk.any::<Token>(*id)?.map(|token| token.expires_at);
                let restriction = RestrictionView::new(&caller.principal.restriction);
                (Some(MyToken { id: id.0, expires_at, restriction }), None)
            }
            Shown::Session(session) => {
                let csrf_token = desk.app.assent.csrf_token(session)?;
                (None, Some(MySession { id: session.id.0, expires_at: session.expires_at, csrf_token }))
            }
        };
        let mut permissions = Vec::new();
        for permission in Permission::ALL {
            if desk.can(&caller, *permission, Target::SomeModel)? {
                permissions.push(permission.name());
            }
        }
        Ok(Me { principal: PrincipalView::new(desk, &caller, &principal)?, token, session, permissions })
    });
    me.await.map(Json)
}
