//! A comment as it stands.

use serde::{Deserialize, Serialize};

use super::event::{Attachment, CommentMade, Subject};
use crate::Sealed;
use crate::event::{Event, Stamp};
use crate::ids::{CommentId, ModelId, PrincipalId};
use crate::registry::event::Recorded;

/// What a comment says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    /// The words.
    pub text: Sealed,
    /// Who is mentioned.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mentions: Vec<PrincipalId>,
    /// The files.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
}

/// The name of a state, as on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum StateName {
    /// It can be read.
    Made,
    /// Its writer took it back.
    Retracted,
}

/// A comment in the thread of an object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Comment {
    /// Its id.
    pub id: CommentId,
    /// What it is about.
    pub subject: Subject,
    /// The model that it concerns, if it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<ModelId>,
    /// The comment that it answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answers: Option<CommentId>,
    /// When it was made, and by whom.
    pub made: Recorded,
    /// What it says; nothing once it is retracted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<Content>,
    /// When it was retracted, and by whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retracted: Option<Recorded>,
}

impl Comment {
    /// The comment that the event makes.
    pub fn new(id: CommentId, event: &CommentMade, stamp: &Stamp) -> Self {
        let content = Content {
            text: event.text.clone(),
            mentions: event.mentions.clone(),
            attachments: event.attachments.clone(),
        };
        Self {
            id,
            subject: event.subject,
            model: event.model,
            answers: event.answers,
            made: stamp.into(),
            content: Some(content),
            retracted: None,
        }
    }

    /// Its state.
    pub fn state(&self) -> StateName {
        if self.retracted.is_some() { StateName::Retracted } else { StateName::Made }
    }

    pub(crate) fn evolve(&mut self, event: &Event, stamp: &Stamp) {
        if let Event::CommentRetracted(_) = event {
            (self.content, self.retracted) = (None, Some(stamp.into()));
        }
    }
}
