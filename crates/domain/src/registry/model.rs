//! A model as it stands.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::event::{ModelRegistered, Recorded, TierSource};
use crate::Time;
use crate::event::{Event, Stamp};
use crate::ids::{ModelId, PrincipalId};

/// Somebody who owned a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FormerOwner {
    /// Who.
    pub principal: PrincipalId,
    /// Until when (not included).
    pub until: Time,
}

/// A governed model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Model {
    /// Its id.
    pub id: ModelId,
    /// Its unique name.
    pub name: String,
    /// What it is for.
    pub purpose: String,
    /// What it is used for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub use_cases: Vec<String>,
    /// Labels.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty", with = "crate::values::pairs")]
    pub tags: BTreeMap<String, String>,
    /// Its risk class.
    pub tier: String,
    /// How that was found.
    pub tier_source: TierSource,
    /// Who answers for it.
    pub owner: PrincipalId,
    /// The number of its newest version; 0 before the first.
    pub last_version: u64,
    /// When it was registered, and by whom.
    pub registered: Recorded,
    /// By criterion of the pack, what was answered then.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty", with = "crate::values::pairs")]
    pub criteria: BTreeMap<String, String>,
    /// Who owned it before, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub former_owners: Vec<FormerOwner>,
}

impl Model {
    /// The model that the event registers.
    pub fn new(id: ModelId, event: &ModelRegistered, stamp: &Stamp) -> Self {
        Self {
            id,
            name: event.name.clone(),
            purpose: event.purpose.clone(),
            use_cases: event.use_cases.clone(),
            tags: event.tags.clone(),
            tier: event.tier.clone(),
            tier_source: event.tier_source.clone(),
            owner: event.owner,
            last_version: 0,
            registered: stamp.into(),
            criteria: event.criteria.clone(),
            former_owners: Vec::new(),
        }
    }

    /// The owner, and who owned it at that time or later. What was made since then is their own work, which nobody reviews by
    /// handing the model over first.
    pub fn owners_since(&self, since: Time) -> impl Iterator<Item = PrincipalId> {
        let former = self.former_owners.iter().filter(move |former| former.until > since);
        [self.owner].into_iter().chain(former.map(|former| former.principal))
    }

    /// Whether it has the tag `key` or `key=value`.
    pub fn has_tag(&self, tag: &str) -> bool {
        match tag.split_once('=') {
            Some((key, value)) => self.tags.get(key).is_some_and(|held| held == value),
            None => self.tags.contains_key(tag),
        }
    }

    /// Everything that [`Model::has_tag`] says yes to and that a scope can name: `key`, and `key=value`. A key with a `=` in
    /// it is named by neither, and no scope has control characters.
    pub fn tag_names(&self) -> impl Iterator<Item = String> {
        let tags = self.tags.iter().filter(|(key, _)| !key.contains('='));
        let names = tags.flat_map(|(key, value)| [key.clone(), format!("{key}={value}")]);
        names.filter(|name| !name.contains(char::is_control))
    }

    pub(crate) fn evolve(&mut self, event: &Event, stamp: &Stamp) {
        #[expect(clippy::wildcard_enum_match_arm, reason = "the other events are about other things")]
        match event {
            Event::VersionNumbered(numbered) => self.last_version = numbered.number,
            Event::TierChanged(changed) => {
                self.tier.clone_from(&changed.to);
                self.tier_source = TierSource::Change(changed.change.to_string());
            }
            Event::OwnerChanged(changed) => {
                self.former_owners.push(FormerOwner { principal: self.owner, until: stamp.at });
                self.owner = changed.to;
            }
            _ => {}
        }
    }
}
