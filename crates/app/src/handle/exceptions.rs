//! Exceptions from policies.

use std::sync::Arc;

use assent_domain::Refusal;
use assent_domain::event::{Change, Event, Stamp};
use assent_domain::exception::{self, Exception, NewException, Situation};
use assent_domain::identity::{Permission, Target};
use assent_domain::ids::{ExceptionId, ModelId, VersionId};
use assent_domain::registry::{Model, Version};
use assent_domain::signoff::Case;

use super::Hand;
use crate::cases::{approved_exceptions, not_found};
use crate::command::ExceptionCommand;
use crate::exceptions::with_case;
use crate::ledger::Failure;
use crate::project::subject_key;
use crate::view::View;

/// What an exception is about.
struct Subject {
    model: Arc<Model>,
    version: Option<Arc<Version>>,
}

impl Hand<'_> {
    pub(super) fn request_exception(
        &self,
        id: ExceptionId,
        new: NewException,
        submit: bool,
    ) -> Result<Vec<Change>, Failure> {
        let subject = self.subject(new.model, new.version)?;
        self.may(Permission::RequestException, Target::Model(&subject.model))?;
        let about = new.version.map_or(new.model.0, |version| version.0);
        let open = self.unit.find::<Exception>("open_subject", &subject_key(about, &new.policy))?;
        let mut known = approved_exceptions(self.unit, about)?;
        if let Some(extended) = new.extends.filter(|id| known.iter().all(|known| known.id != *id)) {
            known.extend(self.unit.get::<Exception>(extended)?);
        }
        let situation = self.situation(&subject);
        let mut changes = exception::request(id, new, &situation, open.as_deref(), &known)?;
        let stamp = Stamp { at: self.now, actor: self.actor.id };
        let requested = changes.iter().filter(|_| submit).find_map(|change| {
            let Event::ExceptionRequested(event) = &change.event else { return None };
            Some(Exception::new(id, event, &stamp))
        });
        if let Some(requested) = requested {
            changes.extend(exception::submit(&requested, &situation, self.actor.id)?);
        }
        Ok(changes)
    }

    pub(super) fn exception(
        &self,
        id: ExceptionId,
        command: ExceptionCommand,
    ) -> Result<Vec<Change>, Failure> {
        let permission = match command {
            ExceptionCommand::Sign(_) | ExceptionCommand::Revoke(_) => Permission::Review,
            ExceptionCommand::Submit | ExceptionCommand::Withdraw(_) | ExceptionCommand::Remediate(_) => {
                Permission::RequestException
            }
        };
        let held = self.unit.get::<Exception>(id)?.ok_or_else(|| not_found("exception", id))?;
        let subject = self.subject(held.model(), held.request.version)?;
        self.may(permission, Target::Model(&subject.model))?;
        let (situation, actor) = (self.situation(&subject), self.actor);
        match command {
            ExceptionCommand::Submit => Ok(exception::submit(&held, &situation, actor.id)?),
            ExceptionCommand::Sign(new) => self.with_case(&held, &subject.model, |case| {
                exception::sign(&held, &situation, case, actor, new)
            }),
            ExceptionCommand::Withdraw(comment) => {
                Ok(exception::withdraw(&held, &situation, comment, actor.id)?)
            }
            ExceptionCommand::Revoke(reason) => self.with_case(&held, &subject.model, |case| {
                exception::revoke(&held, &situation, case, actor, reason)
            }),
            ExceptionCommand::Remediate(how) => Ok(exception::remediate(&held, &situation, how, actor.id)?),
        }
    }

    fn subject(&self, model: ModelId, version: Option<VersionId>) -> Result<Subject, Failure> {
        let model = self.unit.get::<Model>(model)?.ok_or_else(|| not_found("model", model).at("/model"))?;
        let Some(id) = version else { return Ok(Subject { model, version: None }) };
        let version = self.unit.get::<Version>(id)?.filter(|version| version.model == model.id);
        let version = version.ok_or_else(|| not_found("version", id).at("/version"))?;
        Ok(Subject { model, version: Some(version) })
    }

    fn situation<'a>(&'a self, subject: &'a Subject) -> Situation<'a> {
        let Subject { model, version } = subject;
        Situation { model, version: version.as_deref(), pack: self.pack, now: self.now }
    }

    fn with_case(
        &self,
        exception: &Exception,
        model: &Model,
        decide: impl FnOnce(&Case<'_>) -> Result<Vec<Change>, Refusal>,
    ) -> Result<Vec<Change>, Failure> {
        Ok(with_case(self.unit, exception, model, self.pack, self.now, decide)??)
    }
}
