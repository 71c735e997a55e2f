//! `POST /api/v1/principals/{id}/grants`

use std::collections::BTreeSet;

use assent_domain::identity::{self, Grant, Scope};
use assent_domain::ids::{ModelId, PrincipalId};
use assent_domain::text;
use axum::extract::State;
use axum::response::Response;
use jiff::Timestamp;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::change;
use crate::app::App;
use crate::http::{Segments, Write};
use crate::openapi::{Problems, WriteHeaders};
use crate::problem::Problem;
use crate::views::{PrincipalView, ProposalView, Written};

/// A role to grant.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NewGrant {
    /// The role, by its id in the pack.
    role: String,
    /// Where it holds; everywhere if absent.
    #[serde(default)]
    scope: ScopeBody,
    /// From when on; at once if absent.
    from: Option<Timestamp>,
    /// Until when (not included); without end if absent.
    until: Option<Timestamp>,
}

/// Where a grant holds. Absent lists do not restrict; present ones all have to match.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = Scope)]
pub(crate) struct ScopeBody {
    /// Only these models.
    models: Option<BTreeSet<Uuid>>,
    /// Only models with one of these tags (`key` or `key=value`).
    tags: Option<BTreeSet<String>>,
    /// Only models of these tiers.
    tiers: Option<BTreeSet<String>>,
}

impl ScopeBody {
    pub(crate) fn scope(self) -> Result<Scope, Problem> {
        for (pointer, items) in [("/scope/tags", &self.tags), ("/scope/tiers", &self.tiers)] {
            let items: Vec<&str> = items.iter().flatten().map(String::as_str).collect();
            text::distinct(pointer, items.iter().copied())?;
            items.iter().try_for_each(|item| text::name(pointer, item))?;
        }
        let models: Vec<String> = self.models.iter().flatten().map(Uuid::to_string).collect();
        text::distinct("/scope/models", models.iter().map(String::as_str))?;
        Ok(Scope {
            models: self.models.map(|models| models.into_iter().map(ModelId).collect()),
            tags: self.tags,
            tiers: self.tiers,
        })
    }
}

/// Grants a role to a principal. A role that approves is proposed only, and holds once a second person has confirmed it.
#[utoipa::path(post, path = "/api/v1/principals/{id}/grants", tag = "identity", operation_id = "grantRole",
    params(("id" = Uuid, Path, description = "Id of the principal"), WriteHeaders), request_body = NewGrant,
    responses((status = 200, description = "Granted", body = Written<PrincipalView>),
        (status = 202, description = "It waits for a second person", body = Written<ProposalView>), Problems))]
pub(crate) async fn grant(
    State(app): State<App>,
    Segments(id): Segments<Uuid>,
    write: Write<NewGrant>,
) -> Result<Response, Problem> {
    let NewGrant { role, scope, from, until } = write.body;
    let grant = Grant { scope: scope.scope()?, from, until, ..Grant::of(app.id(), role) };
    change(&app, &write.sent, PrincipalId(id), identity::Command::Grant(grant)).await
}
