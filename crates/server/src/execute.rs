//! From a write to a command and its receipt.

use assent_app::cases::Prepared;
use assent_app::command::Origin;
use assent_app::{Command, Receipt, Request};
use assent_domain::ids::{PrincipalId, PromotionId};
use assent_domain::{AggregateId, Code, Refusal, Sealed, text};

use crate::app::App;
use crate::http::Sent;
use crate::problem::Problem;

impl App {
    /// Carries out a command about `object`, whose revision the sender may have named.
    pub(crate) async fn execute(
        &self,
        sent: &Sent,
        object: Option<AggregateId>,
        command: Command,
    ) -> Result<Receipt, Problem> {
        self.execute_prepared(sent, object, command, None).await
    }

    /// The same for a promotion, whose case is judged before the command queues: the writer only checks that it still holds.
    pub(crate) async fn execute_on_promotion(
        &self,
        sent: &Sent,
        id: PromotionId,
        command: Command,
    ) -> Result<Receipt, Problem> {
        let caller = sent.caller.clone();
        let prepared = self.read(move |desk| {
            desk.promotion(&caller, id)?;
            Ok(Prepared::of_promotion(&desk.view, desk.app.assent.ledger.packs(), id, desk.now)?)
        });
        let prepared = prepared.await?.map(Box::new);
        self.execute_prepared(sent, Some(id.into()), command, prepared).await
    }

    async fn execute_prepared(
        &self,
        sent: &Sent,
        object: Option<AggregateId>,
        command: Command,
        prepared: Option<Box<Prepared>>,
    ) -> Result<Receipt, Problem> {
        let request = Request {
            actor: sent.caller.id(),
            actor_kind: sent.caller.kind(),
            origin: self.origin(sent).await?,
            correlation: sent.context.id,
            idempotency: sent.idempotency.clone(),
            expected: object.zip(sent.expected),
            prepared,
            command,
        };
        let receipt = self.assent.ledger.execute(request).await?;
        self.meters.events(receipt.events.len());
        Ok(receipt)
    }

    /// Where the request came from; address and program are sealed under the sender.
    async fn origin(&self, sent: &Sent) -> Result<Origin, Problem> {
        let (subject, ip, agent) = (sent.caller.id(), sent.ip.clone(), sent.user_agent.clone());
        let mut origin = Origin {
            session_id: Some(sent.caller.token.to_string()),
            trace_id: Some(sent.context.id.to_string()),
            ..Origin::default()
        };
        if ip.is_some() || agent.is_some() {
            let sealed = self.blocking(move |app| {
                let seal = |text: Option<String>| text.map(|text| app.seal(subject, &text)).transpose();
                Ok((seal(ip)?, seal(agent)?))
            });
            (origin.ip, origin.user_agent) = sealed.await?;
        }
        Ok(origin)
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
