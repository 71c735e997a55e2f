//! Commands at the door: invitations, passwords and sessions. Who they are about has proved to be that person, by what the
//! command itself brings.

use assent_domain::event::{Change, Event};
use assent_domain::identity::event::EmailSet;
use assent_domain::identity::session::{self, NewSession, Proof};
use assent_domain::identity::{Credential, Permission, Session, Target, credential};
use assent_domain::ids::{CredentialId, Digest, PrincipalId, SessionId};
use assent_domain::proposal::Proposed;
use assent_domain::{Code, Refusal, Sealed};

use crate::cases::not_found;
use crate::handle::{Hand, Outcome};
use crate::ledger::Failure;
use crate::view::View as _;

/// A command at the door.
#[derive(Debug, Clone)]
pub enum Door {
    /// Invite a person to set a password.
    Invite {
        /// Whom.
        principal: PrincipalId,
        /// SHA-256 of the secret of the invitation.
        secret_hash: Digest,
    },
    /// Set the password that an invitation is for. The actor is who was invited.
    Accept {
        /// SHA-256 of the secret of the invitation.
        secret_hash: Digest,
        /// The hash of the password.
        hash: Sealed,
        /// Their address, where they have none yet.
        email: Option<Sealed>,
    },
    /// Set another password. The actor is whose it is.
    ChangePassword {
        /// The hash of the password that was proved.
        proved: Sealed,
        /// The hash of the new one.
        hash: Sealed,
    },
    /// Start a session. The actor is who proved who they are.
    Start {
        /// What was proved.
        proof: Proof,
        /// The session.
        new: NewSession,
    },
    /// End a session.
    End(SessionId),
}

impl Door {
    /// The object that it is about.
    pub(crate) fn object(&self, actor: PrincipalId) -> assent_domain::AggregateId {
        match self {
            Self::Invite { principal, .. } => CredentialId::of(*principal).into(),
            Self::Accept { .. } | Self::ChangePassword { .. } => CredentialId::of(actor).into(),
            Self::Start { new, .. } => new.id.into(),
            Self::End(id) => (*id).into(),
        }
    }
}

impl Hand<'_> {
    pub(crate) fn door(&self, door: Door) -> Outcome {
        let object = door.object(self.actor.id);
        let changes = match door {
            Door::Invite { principal, secret_hash } => {
                self.may(Permission::ManagePrincipals, Target::Platform)?;
                let person = self.known(principal)?;
                let changes = credential::invite(&person, secret_hash, self.now)?;
                let proposed = Proposed::Invite { principal, secret_hash };
                return self.or_propose(object, changes, self.acts_as(&person).then_some(proposed));
            }
            Door::Accept { secret_hash, hash, email } => {
                let held = self.credential()?;
                let mut changes =
                    credential::accept(self.actor, held.as_deref(), secret_hash, hash, self.now)?;
                changes.extend(self.address(email)?);
                changes
            }
            Door::ChangePassword { proved, hash } => {
                credential::change(self.actor, self.credential()?.as_deref(), &proved, hash)?
            }
            Door::Start { proof, new } => {
                session::start(self.actor, self.credential()?.as_deref(), &proof, &new, self.now)?
            }
            Door::End(id) => self.end_session(id)?,
        };
        Ok((object, changes))
    }

    /// Everybody may end their own sessions.
    fn end_session(&self, id: SessionId) -> Result<Vec<Change>, Failure> {
        let held = self.unit.get::<Session>(id)?;
        if held.as_ref().is_none_or(|session| session.principal != self.actor.id) {
            self.may(Permission::ManagePrincipals, Target::Platform)?;
        }
        Ok(session::end(&*held.ok_or_else(|| not_found("session", id))?))
    }

    fn credential(&self) -> Result<Option<std::sync::Arc<Credential>>, Failure> {
        Ok(self.unit.get::<Credential>(CredentialId::of(self.actor.id))?)
    }

    /// A person without an address, as the first administrator is, can give one with the first password.
    fn address(&self, email: Option<Sealed>) -> Result<Option<Change>, Refusal> {
        match (email, &self.actor.email) {
            (None, None) => {
                let message = "there is no e-mail address to log in with: give yours";
                Err(Refusal::new(Code::InvalidValue, message).at("/email"))
            }
            (Some(_), Some(_)) => {
                let message = "an e-mail address is registered already: leave it out";
                Err(Refusal::new(Code::InvalidValue, message).at("/email"))
            }
            (None, Some(_)) => Ok(None),
            (Some(email), None) => Ok(Some(Change::new(self.actor.id, Event::EmailSet(EmailSet { email })))),
        }
    }
}
