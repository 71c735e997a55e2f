//! `GET /api/v1/log/proofs/inclusion`

use assent_app::checkpoints::StoredTiles;
use assent_log::proof::{InclusionProof, prove_inclusion};
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{proof_size, unproved};
use crate::app::App;
use crate::http::{Caller, Params};
use crate::openapi::Problems;
use crate::problem::Problem;

/// Which entry in which tree.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct InclusionParams {
    /// Index of the entry.
    index: u64,
    /// Size of the tree; that of the newest checkpoint if absent.
    size: Option<u64>,
}

/// A proof with a checkpoint.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct InclusionAnswer {
    /// `index`, `size`, `leafHash`, `path` (RFC 9162).
    #[schema(value_type = Object)]
    proof: InclusionProof,
    /// The checkpoint of that size if one was signed, else the newest.
    checkpoint: String,
}

/// Proves that an entry is in the log.
#[utoipa::path(get, path = "/api/v1/log/proofs/inclusion", tag = "log", operation_id = "proveInclusion",
    params(InclusionParams), responses((status = 200, description = "The proof", body = InclusionAnswer), Problems))]
pub(crate) async fn inclusion(
    State(app): State<App>,
    _caller: Caller,
    Params(params): Params<InclusionParams>,
) -> Result<Json<InclusionAnswer>, Problem> {
    let answer = app.read(move |desk| {
        let (size, checkpoint) = proof_size(desk, params.size)?;
        let proof = prove_inclusion(&StoredTiles(desk.view.read()), params.index, size).map_err(unproved)?;
        Ok(InclusionAnswer { proof, checkpoint })
    });
    answer.await.map(Json)
}
