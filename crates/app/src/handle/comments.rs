//! Comments on governed objects.

use std::sync::Arc;

use assent_domain::change_request::ChangeRequest;
use assent_domain::comment::{self, Comment, NewComment, Subject};
use assent_domain::evaluation::Job;
use assent_domain::event::Change;
use assent_domain::exception::Exception;
use assent_domain::identity::{Permission, Principal, Target};
use assent_domain::ids::{CommentId, ModelId};
use assent_domain::registry::{Model, Version};
use assent_domain::risk::{Assessment, TierChange};
use assent_domain::system::System;
use assent_domain::workflow::Promotion;
use assent_domain::{Kind, Refusal};

use super::Hand;
use crate::cases::not_found;
use crate::command::CommentCommand;
use crate::ledger::Failure;
use crate::project::thread_key;
use crate::view::View;

impl Hand<'_> {
    pub(super) fn comment(&self, id: CommentId, command: CommentCommand) -> Result<Vec<Change>, Failure> {
        match command {
            CommentCommand::Make(new) => self.make_comment(id, new),
            CommentCommand::Retract => {
                let held = self.unit.get::<Comment>(id)?.ok_or_else(|| not_found("comment", id))?;
                self.may_comment(held.subject)?;
                Ok(comment::retract(&held, self.actor.id)?)
            }
        }
    }

    fn make_comment(&self, id: CommentId, new: NewComment) -> Result<Vec<Change>, Failure> {
        let model = self.may_comment(new.subject)?;
        for (place, person) in new.mentions.iter().enumerate() {
            let known = self.unit.get::<Principal>(*person)?;
            known.ok_or_else(|| not_found("principal", person).at(format!("/mentions/{place}")))?;
        }
        let parent = match new.answers {
            Some(answers) => self.unit.get::<Comment>(answers)?,
            None => None,
        };
        let there = self.unit.ids(Kind::Comment, "subject", &thread_key(new.subject))?.len();
        Ok(comment::make(id, new, model.map(|model| model.id), parent.as_deref(), there)?)
    }

    /// The model of an object that the actor may comment on; none for a system, on which its owner and who comments anywhere
    /// do.
    fn may_comment(&self, subject: Subject) -> Result<Option<Arc<Model>>, Failure> {
        if subject.kind == Kind::System {
            let system = self.unit.get::<System>(subject.id.into())?;
            let system = system.ok_or_else(|| not_found("system", subject.id))?;
            let is_owner = system.description.owner == self.actor.id;
            let target = if is_owner { Target::SomeModel } else { Target::Platform };
            self.may(Permission::Comment, target)?;
            return Ok(None);
        }
        let missing = || -> Refusal { not_found("object", subject.id) };
        let model = self.model_of_subject(subject)?.ok_or_else(missing)?;
        let model = self.unit.get::<Model>(model)?.ok_or_else(missing)?;
        self.may(Permission::Read, Target::Model(&model))?;
        self.may(Permission::Comment, Target::Model(&model))?;
        Ok(Some(model))
    }

    fn model_of_subject(&self, Subject { kind, id }: Subject) -> Result<Option<ModelId>, Failure> {
        let unit = self.unit;
        Ok(match kind {
            Kind::Model => Some(id.into()),
            Kind::Version => unit.get::<Version>(id.into())?.map(|held| held.model),
            Kind::Evaluation => unit.get::<Job>(id.into())?.map(|held| held.task.model()),
            Kind::Promotion => unit.get::<Promotion>(id.into())?.map(|held| held.model),
            Kind::Exception => unit.get::<Exception>(id.into())?.map(|held| held.model()),
            Kind::Assessment => unit.get::<Assessment>(id.into())?.map(|held| held.model),
            Kind::TierChange => unit.get::<TierChange>(id.into())?.map(|held| held.asked.model),
            Kind::Change => unit.get::<ChangeRequest>(id.into())?.map(|held| held.model),
            Kind::Principal
            | Kind::Token
            | Kind::Credential
            | Kind::Session
            | Kind::Dataset
            | Kind::Pack
            | Kind::Proposal
            | Kind::System
            | Kind::Comment
            | Kind::Accountability
            | Kind::PeriodicReview
            | Kind::Delegation
            | Kind::Access
            | Kind::Lineage => None,
        })
    }
}
