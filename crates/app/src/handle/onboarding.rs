//! A model with all that it begins with: all of it or nothing, by the decisions that each part has of its own.

use std::sync::Arc;

use assent_domain::aggregate::{self, AggregateId, State};
use assent_domain::event::{Change, Stamp};
use assent_domain::identity::{Permission, Target};
use assent_domain::registry::{DatasetCommand, Model, Version};
use uuid::Uuid;

use super::Hand;
use crate::command::Onboarding;
use crate::ledger::Failure;

impl Hand<'_> {
    pub(super) fn onboard(&self, new: Onboarding) -> Result<Vec<Change>, Failure> {
        let mut changes = Vec::new();
        if let Some((id, data)) = new.validation_data {
            let made = self.dataset(id, DatasetCommand::Register(data));
            changes.extend(made.map_err(|failure| failure.under("/validationData"))?);
        }
        let made = self.model(new.model, new.described).map_err(|failure| failure.under("/model"))?;
        let model = self.made::<Model>(new.model, &made)?;
        changes.extend(made);
        // The answer judges the version, which is for who may read it.
        self.may(Permission::Read, Target::Model(&model))?;
        let made = self.new_version_of(new.version, &model, new.first);
        changes.extend(made.map_err(|failure| failure.under("/version"))?);
        for (i, document) in new.documents.into_iter().enumerate() {
            let version = self.made::<Version>(new.version, &changes)?;
            let made = self.on_version(&model, &version, document);
            changes.extend(made.map_err(|failure| failure.under(&format!("/documents/{i}")))?);
        }
        Ok(changes)
    }

    /// What the changes make of that id.
    fn made<S: State>(&self, id: S::Id, changes: &[Change]) -> Result<Arc<S>, Failure>
    where
        S::Id: Into<Uuid>,
    {
        let id = AggregateId { kind: S::KIND, id: id.into() };
        let stamp = Stamp { at: self.now, actor: self.actor.id };
        let of_it = changes.iter().filter(|change| change.subject == id);
        let state = of_it.fold(None, |state, change| aggregate::evolve(state, id.id, &change.event, &stamp));
        let made = state.as_ref().and_then(S::from_aggregate).cloned();
        made.ok_or_else(|| Failure::Internal(format!("{id} was not made")))
    }
}
