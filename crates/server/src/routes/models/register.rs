//! `POST /api/v1/models`

use std::collections::BTreeMap;

use assent_app::Command;
use assent_domain::ids::{ModelId, PrincipalId};
use assent_domain::registry::{Model, ModelCommand};
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::http::Write;
use crate::openapi::{Problems, WriteHeaders};
use crate::problem::Problem;
use crate::views::{ModelView, Written, created};

/// A new model.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NewModel {
    /// Its unique name.
    #[schema(min_length = 1, max_length = 200)]
    name: String,
    /// What it is for.
    #[schema(min_length = 1, max_length = 2000)]
    purpose: String,
    /// What it is used for, one line each.
    #[serde(default)]
    use_cases: Vec<String>,
    /// Labels.
    #[serde(default)]
    tags: BTreeMap<String, String>,
    /// Its risk class; classified by the rules of the pack if absent, and never below what they say.
    tier: Option<String>,
    /// Who answers for it; the caller if absent.
    owner: Option<Uuid>,
    /// By criterion of the pack, its answer: the tier is never below what they ask for.
    #[serde(default)]
    criteria: BTreeMap<String, String>,
}

impl From<NewModel> for ModelCommand {
    fn from(new: NewModel) -> Self {
        let NewModel { name, purpose, use_cases, tags, tier, owner, criteria } = new;
        let owner = owner.map(PrincipalId);
        Self::Register { name, purpose, use_cases, tags, tier, owner, criteria }
    }
}

/// Registers a model.
#[utoipa::path(post, path = "/api/v1/models", tag = "models", operation_id = "registerModel",
    params(WriteHeaders), request_body = NewModel,
    responses((status = 201, description = "Registered", body = Written<ModelView>), Problems))]
pub(crate) async fn register(State(app): State<App>, write: Write<NewModel>) -> Result<Response, Problem> {
    let Write { sent, body } = write;
    let receipt = app.execute(&sent, None, Command::Model(app.id(), body.into())).await?;
    let id = ModelId(receipt.id);
    let view = app.read(move |desk| {
        let held = desk.any::<Model>(id)?.ok_or_else(|| Problem::not_found("model", id))?;
        ModelView::new(desk, &held)
    });
    let view = view.await?;
    Ok(created(receipt, view))
}
