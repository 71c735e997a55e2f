//! Systems: what models are used for.

use std::sync::Arc;

use assent_domain::event::Change;
use assent_domain::identity::{Permission, Principal, Target};
use assent_domain::ids::{SystemId, VersionId};
use assent_domain::registry::{Model, Version};
use assent_domain::system::{self, Description, System, SystemCommand};
use assent_domain::{Code, Refusal};

use super::Hand;
use crate::cases::not_found;
use crate::ledger::Failure;
use crate::view::View;

impl Hand<'_> {
    pub(super) fn system(&self, id: SystemId, command: SystemCommand) -> Result<Vec<Change>, Failure> {
        self.may(Permission::RegisterSystem, Target::Platform)?;
        let state = self.unit.get::<System>(id)?;
        let described = match &command {
            SystemCommand::Register(description) | SystemCommand::Revise(description) => {
                Some(description.clone())
            }
            SystemCommand::Retire(_) => None,
        };
        let (changes, before) = if let SystemCommand::Register(description) = command {
            (system::register(id, state.as_deref(), description)?, None)
        } else {
            let state = state.ok_or_else(|| not_found("system", id))?;
            let owner = self.unit.get::<Principal>(state.description.owner)?;
            (system::decide(&state, owner.as_deref(), self.actor, command)?, Some(state))
        };
        if let Some(description) = described {
            self.is_sound(&description, before.as_deref())?;
        }
        Ok(changes)
    }

    /// Whether the name is free, the owner somebody, and the versions ones that the actor may read. What stood there before
    /// is not asked for again.
    fn is_sound(&self, description: &Description, before: Option<&System>) -> Result<(), Failure> {
        self.name_is_free(&description.name, before.map(|system| system.id))?;
        let owner = description.owner;
        if owner != self.actor.id {
            self.unit.get::<Principal>(owner)?.ok_or_else(|| not_found("principal", owner).at("/owner"))?;
        }
        let known = |id: &VersionId| before.is_some_and(|system| system.description.uses.contains(id));
        for (i, id) in description.uses.iter().enumerate().filter(|(_, id)| !known(id)) {
            let model = match self.unit.get::<Version>(*id)? {
                Some(version) => self.unit.get::<Model>(version.model)?,
                None => None,
            };
            let readable = |model: &Arc<Model>| self.may(Permission::Read, Target::Model(model)).is_ok();
            if !model.as_ref().is_some_and(readable) {
                return Err(not_found("version", id).at(format!("/uses/{i}")).into());
            }
        }
        Ok(())
    }

    fn name_is_free(&self, name: &str, own: Option<SystemId>) -> Result<(), Failure> {
        match self.unit.find::<System>("name", name)?.filter(|taken| Some(taken.id) != own) {
            Some(_) => {
                let message = format!("another system has the name `{name}`");
                Err(Refusal::new(Code::NameTaken, message).at("/name").into())
            }
            None => Ok(()),
        }
    }
}
