//! `GET /api/v1/log/proofs/consistency`

use assent_app::checkpoints::StoredTiles;
use assent_log::proof::{ConsistencyProof, prove_consistency};
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{proof_size, unproved};
use crate::app::App;
use crate::http::{Caller, Params};
use crate::openapi::Problems;
use crate::problem::Problem;

/// Which two trees.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ConsistencyParams {
    /// Size of the older tree.
    from: u64,
    /// Size of the newer tree; that of the newest checkpoint if absent.
    to: Option<u64>,
}

/// A proof with a checkpoint.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ConsistencyAnswer {
    /// `oldSize`, `newSize`, `path` (RFC 9162).
    #[schema(value_type = Object)]
    proof: ConsistencyProof,
    /// The checkpoint of the newer size if one was signed, else the newest.
    checkpoint: String,
}

/// Proves that the log only grew.
#[utoipa::path(get, path = "/api/v1/log/proofs/consistency", tag = "log", operation_id = "proveConsistency",
    params(ConsistencyParams), responses((status = 200, description = "The proof", body = ConsistencyAnswer), Problems))]
pub(crate) async fn consistency(
    State(app): State<App>,
    _caller: Caller,
    Params(params): Params<ConsistencyParams>,
) -> Result<Json<ConsistencyAnswer>, Problem> {
    let answer = app.read(move |desk| {
        let (size, checkpoint) = proof_size(desk, params.to)?;
        let proof = prove_consistency(&StoredTiles(desk.view.read()), params.from, size).map_err(unproved)?;
        Ok(ConsistencyAnswer { proof, checkpoint })
    });
    answer.await.map(Json)
}
