//! What facts, check and gate have in common: a version on its way to a stage, or where it stands.

use assent_app::cases::{self, OwnedCase};
use assent_domain::facts::{Strategy, Target};
use assent_domain::ids::VersionId;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::desk::Desk;
use crate::http::Caller;
use crate::problem::Problem;
use crate::views::schemas::StrategyWords;

/// For which target.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct TargetParams {
    /// The stage; where the version stands if absent.
    stage: Option<String>,
    /// The environment.
    environment: Option<String>,
    /// How it is rolled out.
    #[param(value_type = Option<StrategyWords>)]
    strategy: Option<Strategy>,
    /// In how many copies it is to run.
    replicas: Option<u32>,
}

/// The case that the question is about.
pub(super) fn case(
    desk: &Desk<'_>,
    caller: &Caller,
    id: VersionId,
    params: TargetParams,
) -> Result<OwnedCase, Problem> {
    let (_, version) = desk.version(caller, id)?;
    let TargetParams { stage, environment, strategy, replicas } = params;
    let stage = stage.unwrap_or_else(|| version.stage.clone());
    let pack = desk.pack()?;
    if pack.stage(&stage).is_none() {
        return Err(pack.unknown_stage(&stage).into());
    }
    let target = Target { stage, environment, strategy, replicas };
    Ok(cases::of_version(&desk.view, desk.app.assent.ledger.packs(), id, Some(target), desk.now)?)
}
