//! Decisions about comments.

use std::collections::BTreeSet;

use super::event::{Attachment, CommentMade, CommentRetracted, Subject};
use super::{Comment, StateName};
use crate::event::{Change, Event};
use crate::ids::{CommentId, ModelId, PrincipalId};
use crate::{Code, Refusal, Sealed, text};

/// The most comments in one thread, retracted ones included.
pub const MAX_COMMENTS: usize = 2_000;
/// The most people that one comment mentions.
pub const MAX_MENTIONS: usize = 20;
/// The most files of one comment.
pub const MAX_ATTACHMENTS: usize = 10;
/// The largest file of a comment, in bytes.
pub const MAX_ATTACHMENT_BYTES: u64 = 64 * 1024 * 1024;
const MAX_MEDIA_TYPE_CHARS: usize = 100;

/// What somebody wants to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewComment {
    /// About what.
    pub subject: Subject,
    /// The comment that it answers.
    pub answers: Option<CommentId>,
    /// The words.
    pub text: Sealed,
    /// Who is mentioned.
    pub mentions: Vec<PrincipalId>,
    /// The files.
    pub attachments: Vec<Attachment>,
}

/// Decides to say something. `model` is the one that the subject concerns, `parent` the comment that is answered, if there is
/// one of that id in the thread, and `there` the number of comments that the thread has.
pub fn make(
    id: CommentId,
    new: NewComment,
    model: Option<ModelId>,
    parent: Option<&Comment>,
    there: usize,
) -> Result<Vec<Change>, Refusal> {
    if there >= MAX_COMMENTS {
        let message = format!("the thread has {there} comments, and can have {MAX_COMMENTS}");
        return Err(Refusal::new(Code::TooMany, message));
    }
    answerable(&new, parent)?;
    let mentions: BTreeSet<PrincipalId> = new.mentions.iter().copied().collect();
    if mentions.len() > MAX_MENTIONS {
        let message = format!("{} people are more than {MAX_MENTIONS}", mentions.len());
        return Err(Refusal::new(Code::TooMany, message).at("/mentions"));
    }
    if new.attachments.len() > MAX_ATTACHMENTS {
        let message = format!("{} files are more than {MAX_ATTACHMENTS}", new.attachments.len());
        return Err(Refusal::new(Code::TooMany, message).at("/attachments"));
    }
    for (place, attachment) in new.attachments.iter().enumerate() {
        well_formed(place, attachment)?;
    }
    let NewComment { subject, answers, text, attachments, .. } = new;
    let mentions = mentions.into_iter().collect();
    let made = CommentMade { subject, model, answers, text, mentions, attachments };
    Ok(vec![about(id, model, Event::CommentMade(made))])
}

/// Decides to take a comment back. Who wrote it does, once.
pub fn retract(comment: &Comment, actor: PrincipalId) -> Result<Vec<Change>, Refusal> {
    if comment.made.by != actor {
        return Err(Refusal::new(Code::NotTheRequester, "only who wrote the comment retracts it"));
    }
    match comment.state() {
        StateName::Made => {
            Ok(vec![about(comment.id, comment.model, Event::CommentRetracted(CommentRetracted {}))])
        }
        StateName::Retracted => {
            let message = "a comment that is RETRACTED stays so; it can still be answered";
            Err(Refusal::new(Code::WrongState, message))
        }
    }
}

/// Threads are one level deep, so that they can be read from top to bottom.
fn answerable(new: &NewComment, parent: Option<&Comment>) -> Result<(), Refusal> {
    let Some(answers) = new.answers else { return Ok(()) };
    let Some(parent) = parent.filter(|parent| parent.subject == new.subject) else {
        let message = format!("the thread has no comment `{answers}`");
        return Err(Refusal::new(Code::NotFound, message).at("/answers"));
    };
    match parent.answers {
        None => Ok(()),
        Some(first) => {
            let message =
                format!("the comment `{answers}` is an answer itself: answer `{first}`, as it does");
            Err(Refusal::new(Code::InvalidValue, message).at("/answers"))
        }
    }
}

fn well_formed(place: usize, attachment: &Attachment) -> Result<(), Refusal> {
    text::name(&format!("/attachments/{place}/name"), &attachment.name)?;
    if !is_media_type(&attachment.media_type) {
        let message = format!(
            "`{}` is no media type: give one such as `image/png`, of at most {MAX_MEDIA_TYPE_CHARS} characters",
            attachment.media_type
        );
        return Err(Refusal::new(Code::InvalidValue, message).at(format!("/attachments/{place}/mediaType")));
    }
    if attachment.blob.size_bytes > MAX_ATTACHMENT_BYTES {
        let message = format!(
            "the file has {} bytes, more than {MAX_ATTACHMENT_BYTES}: attach it to the version instead",
            attachment.blob.size_bytes
        );
        return Err(Refusal::new(Code::InvalidValue, message).at(format!("/attachments/{place}/sha256")));
    }
    Ok(())
}

/// `type/subtype` of RFC 6838, without parameters.
fn is_media_type(text: &str) -> bool {
    let is_name = |name: &str| {
        name.starts_with(|first: char| first.is_ascii_alphanumeric())
            && name.chars().all(|c| c.is_ascii_alphanumeric() || "!#$&-^_.+".contains(c))
    };
    text.len() <= MAX_MEDIA_TYPE_CHARS
        && text.split_once('/').is_some_and(|(kind, subtype)| is_name(kind) && is_name(subtype))
}

fn about(id: CommentId, model: Option<ModelId>, event: Event) -> Change {
    let change = Change::new(id, event);
    match model {
        Some(model) => change.of_model(model),
        None => change,
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::aggregate::{self, Aggregate};
    use crate::event::Stamp;
    use crate::ids::Digest;
    use crate::values::BlobRef;
    use crate::{Kind, Time};

    const WRITER: PrincipalId = PrincipalId(Uuid::from_u128(1));
    const OTHER: PrincipalId = PrincipalId(Uuid::from_u128(2));

    fn id(number: u128) -> CommentId {
        CommentId(Uuid::from_u128(number))
    }

    fn subject(number: u128) -> Subject {
        Subject { kind: Kind::Promotion, id: Uuid::from_u128(number) }
    }

    fn new(answers: Option<CommentId>) -> NewComment {
        let text = Sealed { subject: WRITER.0, data: "AAAA".to_owned() };
        NewComment { subject: subject(7), answers, text, mentions: Vec::new(), attachments: Vec::new() }
    }

    fn file(name: &str, media_type: &str, size_bytes: u64) -> Attachment {
        let blob = BlobRef { sha256: Digest::of(b"x"), size_bytes };
        Attachment { name: name.to_owned(), media_type: media_type.to_owned(), blob }
    }

    /// The comment that the changes leave.
    fn after(before: Option<Comment>, changes: &[Change]) -> Comment {
        let stamp = Stamp { at: Time::UNIX_EPOCH, actor: WRITER };
        let state = changes.iter().fold(before.map(Aggregate::from), |state, change| {
            aggregate::evolve(state, change.subject.id, &change.event, &stamp)
        });
        let Some(Aggregate::Comment(comment)) = state else { panic!("no comment") };
        (*comment).clone()
    }

    fn made(number: u128, answers: Option<CommentId>, parent: Option<&Comment>) -> Comment {
        after(None, &make(id(number), new(answers), None, parent, 0).unwrap())
    }

    #[test]
    fn every_state_and_every_command() {
        let made = made(1, None, None);
        let retracted = after(Some(made.clone()), &retract(&made, WRITER).unwrap());
        assert_eq!((made.state(), retracted.state()), (StateName::Made, StateName::Retracted));
        assert_eq!(retracted.content, None, "what was taken back is shown no more");
        for (comment, actor, expected) in [
            (&made, WRITER, None),
            (&made, OTHER, Some(Code::NotTheRequester)),
            (&retracted, WRITER, Some(Code::WrongState)),
            (&retracted, OTHER, Some(Code::NotTheRequester)),
        ] {
            assert_eq!(retract(comment, actor).err().map(|refusal| refusal.code), expected);
            // Both can be answered.
            make(id(9), new(Some(comment.id)), None, Some(comment), 1).unwrap();
        }
    }

    #[test]
    fn answers_stay_in_the_thread_and_are_one_level_deep() {
        let first = made(1, None, None);
        let answer = made(2, Some(first.id), Some(&first));
        let refused =
            |answers, parent: Option<&Comment>| make(id(3), new(Some(answers)), None, parent, 2).unwrap_err();
        let deep = refused(answer.id, Some(&answer));
        assert_eq!((deep.code, deep.pointer.as_deref()), (Code::InvalidValue, Some("/answers")));
        assert!(deep.message.contains(&first.id.to_string()), "{}", deep.message);
        let elsewhere = Comment { subject: subject(8), ..first.clone() };
        assert_eq!(refused(first.id, Some(&elsewhere)).code, Code::NotFound);
        assert_eq!(refused(id(4), None).code, Code::NotFound);
    }

    #[test]
    fn numbers_are_bounded() {
        let refused = |new, there| make(id(1), new, None, None, there).map(drop).unwrap_err().code;
        make(id(1), new(None), None, None, MAX_COMMENTS - 1).unwrap();
        assert_eq!(refused(new(None), MAX_COMMENTS), Code::TooMany);
        let people = |count: u128| (0..count).map(|person| PrincipalId(Uuid::from_u128(person))).collect();
        make(id(1), NewComment { mentions: people(20), ..new(None) }, None, None, 0).unwrap();
        assert_eq!(refused(NewComment { mentions: people(21), ..new(None) }, 0), Code::TooMany);
        let twice = NewComment { mentions: vec![OTHER; 30], ..new(None) };
        let made = after(None, &make(id(1), twice, None, None, 0).unwrap());
        assert_eq!(made.content.unwrap().mentions, [OTHER]);
        let files = |count| vec![file("a.png", "image/png", 1); count];
        make(id(1), NewComment { attachments: files(10), ..new(None) }, None, None, 0).unwrap();
        assert_eq!(refused(NewComment { attachments: files(11), ..new(None) }, 0), Code::TooMany);
    }

    #[test]
    fn files_are_named_typed_and_bounded() {
        let check = |file: Attachment| {
            let new = NewComment { attachments: vec![file], ..new(None) };
            make(id(1), new, None, None, 0).err().and_then(|refusal| refusal.pointer)
        };
        for good in ["image/png", "application/vnd.ms-excel", "text/x.y+z", "a/b"] {
            assert_eq!(check(file("a", good, MAX_ATTACHMENT_BYTES)), None, "{good}");
        }
        for wrong in ["", "png", "/png", "image/", "image/png; x=y", "a/b/c", "a b/c", "ä/b", "image/\u{0}"]
        {
            assert_eq!(check(file("a", wrong, 1)).as_deref(), Some("/attachments/0/mediaType"), "{wrong}");
        }
        assert_eq!(check(file("", "a/b", 1)).as_deref(), Some("/attachments/0/name"));
        assert_eq!(check(file("a\nb", "a/b", 1)).as_deref(), Some("/attachments/0/name"));
        let large = file("a", "a/b", MAX_ATTACHMENT_BYTES + 1);
        assert_eq!(check(large).as_deref(), Some("/attachments/0/sha256"));
    }
}
