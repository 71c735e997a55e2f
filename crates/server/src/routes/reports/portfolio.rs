//! The version of each model that stands furthest, by its governance report.

use assent_app::View;
use assent_app::project::stage_key;
use assent_app::reports::portfolio::{MAX_MODELS, Portfolio};
use assent_domain::Kind;
use assent_domain::ids::{ModelId, VersionId};
use assent_domain::registry::Version;
use assent_store::Order;
use serde_json::Value;

use super::governance::{address, of_version};
use super::{part_of, visit};
use crate::desk::Desk;
use crate::http::Caller;
use crate::problem::Problem;

/// One model, or the newest that the caller may read: what it is about, the versions, and why not all are shown.
pub(super) fn gather(
    desk: &Desk<'_>,
    caller: &Caller,
    model: Option<&str>,
    keep: impl Fn(&[Value]) -> bool,
) -> Result<(String, Portfolio, Vec<String>), Problem> {
    let (mut portfolio, mut limits) = (Portfolio::default(), Vec::new());
    let mut add = |id: ModelId| {
        let Some(version) = furthest(desk, id)? else {
            portfolio.add_unversioned();
            return Ok(());
        };
        let stage = desk.any::<Version>(version)?.map(|held| held.stage.clone()).unwrap_or_default();
        let report = of_version(desk, caller, version, Some(stage.clone()))?;
        let added = portfolio.add(&address(version, &stage), &report, &keep);
        added.map_err(|error| Problem::internal(error.to_string()))
    };
    let about = if let Some(key) = model {
        let model = desk.model(caller, key)?;
        add(model.id)?;
        model.name.clone()
    } else {
        limits.extend(part_of(desk, caller)?);
        limits.extend(visit(desk, caller, MAX_MODELS, |model| add(model.id))?);
        "all models".to_owned()
    };
    Ok((about, portfolio, limits))
}

/// The newest version in the furthest stage, those that are out of service for good left out.
fn furthest(desk: &Desk<'_>, model: ModelId) -> Result<Option<VersionId>, Problem> {
    let pack = desk.pack()?;
    for stage in pack.stages().iter().rev().filter(|stage| !stage.retired) {
        let key = stage_key(model.0, &stage.id);
        let newest = desk.view.first_ids(Kind::Version, "model_stage", &key, Order::Descending, 1)?;
        if let Some(newest) = newest.first() {
            return Ok(Some((*newest).into()));
        }
    }
    Ok(None)
}
