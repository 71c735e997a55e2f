//! Models.

use std::collections::BTreeMap;

use assent_domain::registry::Model;
use assent_domain::registry::event::TierSource;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Person, RecordedView, recorded};
use crate::desk::{Desk, Held};
use crate::problem::Problem;

/// A governed model.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Model)]
pub(crate) struct ModelView {
    pub(crate) id: Uuid,
    /// How many events it has seen: what `If-Match` takes.
    pub(crate) revision: u64,
    /// Its unique name.
    name: String,
    /// What it is for.
    purpose: String,
    /// What it is used for.
    use_cases: Vec<String>,
    /// Labels.
    tags: BTreeMap<String, String>,
    /// Its risk class.
    tier: String,
    /// The tier rule that gave the tier; absent where it was given and no rule asked for more.
    #[serde(skip_serializing_if = "Option::is_none")]
    tier_rule: Option<String>,
    /// The criterion whose answer gave the tier.
    #[serde(skip_serializing_if = "Option::is_none")]
    tier_criterion: Option<String>,
    /// Id of the request that gave it this tier.
    #[serde(skip_serializing_if = "Option::is_none")]
    tier_change: Option<String>,
    /// By criterion of the pack, what was answered when it was registered.
    criteria: BTreeMap<String, String>,
    /// Who answers for it.
    owner: Person,
    /// The number of its newest version; 0 before the first.
    last_version: u64,
    /// When it was registered, and by whom.
    registered: RecordedView,
}

impl ModelView {
    pub(crate) fn new(desk: &Desk<'_>, model: &Held<Model>) -> Result<Self, Problem> {
        let (tier_rule, tier_criterion, tier_change) = match model.tier_source.clone() {
            TierSource::Given => (None, None, None),
            TierSource::Rule(rule) => (Some(rule), None, None),
            TierSource::Criterion(criterion) => (None, Some(criterion), None),
            TierSource::Change(change) => (None, None, Some(change)),
        };
        Ok(Self {
            id: model.id.0,
            revision: model.revision,
            name: model.name.clone(),
            purpose: model.purpose.clone(),
            use_cases: model.use_cases.clone(),
            tags: model.tags.clone(),
            tier: model.tier.clone(),
            tier_rule,
            tier_criterion,
            tier_change,
            criteria: model.criteria.clone(),
            owner: desk.person(model.owner)?,
            last_version: model.last_version,
            registered: recorded(desk, model.registered)?,
        })
    }
}
