//! From a write to a command and its receipt.

use std::sync::Arc;

use assent_app::cases::Prepared;
use assent_app::command::Origin;
use assent_app::{Command, Receipt, Request};
use assent_domain::ids::{PrincipalId, SessionId};
use assent_domain::{AggregateId, Code, Refusal, Sealed, text};
use assent_log::entry::ActorKind;
use uuid::Uuid;

use crate::app::App;
use crate::desk::Desk;
use crate::http::{Sent, Shown, Stranger};
use crate::problem::Problem;

impl App {
    /// Carries out a command about `object`, whose revision the sender may have named.
    pub(crate) async fn execute(
        &self,
        sent: &Sent,
        object: Option<AggregateId>,
        command: Command,
    ) -> Result<Receipt, Problem> {
        self.execute_if(sent, object, command, |_| Ok(())).await
    }

    /// The same, if `seen` finds what the sender has to see for it. What the command wants judged is judged before it queues:
    /// the writer only checks that the judgement still holds.
    pub(crate) async fn execute_if(
        &self,
        sent: &Sent,
        object: Option<AggregateId>,
        command: Command,
        seen: impl FnOnce(&Desk<'_>) -> Result<(), Problem> + Send + 'static,
    ) -> Result<Receipt, Problem> {
        let may_name = self.all_named(&sent.caller, &command).await?;
        let (subject, ip, agent) =
            (sent.caller.id(), sent.ip.map(|ip| ip.to_string()), sent.user_agent.clone());
        let made = self.read(move |desk| {
            seen(desk)?;
            let packs = desk.app.assent.ledger.packs();
            let prepared = Prepared::new(&desk.view, packs, &command, desk.now)?.map(Arc::new);
            let seal = |text: Option<String>| text.map(|text| desk.seal(subject, &text)).transpose();
            Ok((command, prepared, seal(ip)?, seal(agent)?))
        });
        let (command, prepared, ip, user_agent) = made.await?;
        let request = Request {
            actor: subject,
            actor_kind: sent.caller.kind(),
            origin: Origin {
                ip,
                user_agent,
                session_id: Some(sent.caller.shown_id()),
                trace_id: Some(sent.context.id.to_string()),
            },
            correlation: sent.context.id,
            idempotency: sent.idempotency.clone(),
            expected: object.zip(sent.expected),
            prepared: prepared.clone(),
            restriction: sent.caller.principal.restriction.clone(),
            on_behalf_of: sent.on_behalf_of,
            may_name,
            in_session: matches!(sent.caller.shown, Shown::Session(_)),
            command,
        };
        self.carry_out(request).await
    }

    /// Carries out a command of a person who has proved at the door who they are, by what the command brings.
    pub(crate) async fn execute_at_door(
        &self,
        stranger: &Stranger,
        person: PrincipalId,
        session: Option<SessionId>,
        command: Command,
    ) -> Result<Receipt, Problem> {
        let (ip, agent) = (stranger.address.to_string(), stranger.user_agent.clone());
        let sealed = self.blocking(move |app| {
            let agent = agent.map(|agent| app.seal(person, &agent)).transpose()?;
            Ok((app.seal(person, &ip)?, agent))
        });
        let (ip, user_agent) = sealed.await?;
        let mut request = Request::of_system(stranger.context.id, command);
        (request.actor, request.actor_kind) = (person, ActorKind::User);
        request.origin = Origin {
            ip: Some(ip),
            user_agent,
            session_id: session.map(|id| id.to_string()),
            trace_id: Some(stranger.context.id.to_string()),
        };
        self.carry_out(request).await
    }

    /// Carries out a command of the platform itself.
    pub(crate) async fn execute_as_system(
        &self,
        correlation: Uuid,
        command: Command,
    ) -> Result<Receipt, Problem> {
        self.carry_out(Request::of_system(correlation, command)).await
    }

    pub(crate) async fn carry_out(&self, request: Request) -> Result<Receipt, Problem> {
        let receipt = self.assent.ledger.execute(request).await?;
        self.meters.events(receipt.events.len());
        Ok(receipt)
    }

    /// Seals a text under a subject. Blocking.
    pub(crate) fn seal(&self, subject: PrincipalId, text: &str) -> Result<Sealed, Problem> {
        Ok(self.assent.sealer.seal(subject.0, text)?)
    }

    /// Seals a comment under who wrote it.
    pub(crate) async fn seal_comment(
        &self,
        sent: &Sent,
        comment: Option<String>,
    ) -> Result<Option<Sealed>, Problem> {
        let Some(comment) = comment else { return Ok(None) };
        check_comment("/comment", &comment)?;
        let subject = sent.caller.id();
        self.blocking(move |app| app.seal(subject, &comment)).await.map(Some)
    }
}

/// Refuses a comment that is blank or too long.
pub(crate) fn check_comment(pointer: &str, comment: &str) -> Result<(), Refusal> {
    let length = comment.chars().count();
    let wrong = if comment.trim().is_empty() {
        "the comment is empty".to_owned()
    } else if length > text::MAX_COMMENT_CHARS {
        format!("the comment has {length} characters, more than {}", text::MAX_COMMENT_CHARS)
    } else {
        return Ok(());
    };
    Err(Refusal::new(Code::InvalidText, wrong).at(pointer))
}
