//! The governance in force, and the event that puts it there.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Document, Duty, Pack, Policy, SecondPerson};
use crate::aggregate::AggregateId;
use crate::event::{Change, Event, Stamp};
use crate::ids::Digest;
use crate::proposal::Proposed;
use crate::registry::event::Recorded;
use crate::{Code, Refusal, Time};

/// The largest pack, in bytes of its JSON text.
pub const MAX_CONTENT_BYTES: usize = 4 * 1024 * 1024;

/// A pack was applied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackApplied {
    /// Name of the pack.
    pub name: String,
    /// SHA-256 of `content`.
    pub digest: Digest,
    /// Its documents as the text of a JSON array, each with the file that it stood in.
    pub content: String,
}

/// Two persons can manage grants: from now on it takes two to let somebody approve, or to weaken the rules. It does not end
/// when one of them goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TwoPersonsRequired {}

/// The governance in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Applied {
    /// What was applied last.
    #[serde(flatten)]
    pub pack: PackApplied,
    /// When, and by whom.
    pub recorded: Recorded,
    /// Since when it takes two persons to let somebody approve, or to weaken the rules.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub two_persons_since: Option<Time>,
}

impl Applied {
    /// The governance that the event puts in force.
    pub fn new(event: &PackApplied, stamp: &Stamp) -> Self {
        Self { pack: event.clone(), recorded: stamp.into(), two_persons_since: None }
    }

    /// The compiled pack. It was compiled before it was applied; a problem here means that an older release allowed what
    /// this one does not.
    pub fn compile(&self) -> Result<Pack, Vec<super::Problem>> {
        let documents: Vec<(String, Value)> = serde_json::from_str(&self.pack.content).unwrap_or_default();
        Pack::compile(documents)
    }

    pub(crate) fn evolve(&mut self, event: &Event, stamp: &Stamp) {
        #[expect(clippy::wildcard_enum_match_arm, reason = "the other events are about other things")]
        match event {
            Event::PackApplied(event) => {
                let two_persons_since = self.two_persons_since;
                *self = Self { two_persons_since, ..Self::new(event, stamp) };
            }
            Event::TwoPersonsRequired(_) => {
                self.two_persons_since.get_or_insert(stamp.at);
            }
            _ => {}
        }
    }
}

/// The text of a pack: its documents with their files.
pub fn content(documents: &[(String, Value)]) -> String {
    serde_json::to_value(documents).unwrap_or_default().to_string()
}

/// Decides that from now on it takes two persons, if that is not so already.
pub fn require_two_persons(state: &Applied) -> Vec<Change> {
    if state.two_persons_since.is_some() {
        return Vec::new();
    }
    vec![
        Change::new(AggregateId::PACK, Event::TwoPersonsRequired(TwoPersonsRequired {}))
            .named(&state.pack.name),
    ]
}

/// What one person proposes who applies a pack that takes two: why it is weaker than the one in force, and the digests of both.
/// `None` where one is enough.
pub fn for_two_persons(state: &Applied, before: &Pack, documents: Vec<(String, Value)>) -> Option<Proposed> {
    let content = content(&documents);
    let after = Pack::compile(documents).ok()?;
    let reasons = super::weaker(before, &after);
    let always = before.settings().applying.second_person == SecondPerson::Always;
    (always || !reasons.is_empty()).then(|| Proposed::ApplyPack {
        name: after.info().id.clone(),
        digest: Digest::of(content.as_bytes()),
        in_force: state.pack.digest,
        content,
        reasons,
    })
}

/// Decides to put a pack in force. Applying what is in force already changes nothing.
pub fn apply(state: Option<&Applied>, documents: Vec<(String, Value)>) -> Result<Vec<Change>, Refusal> {
    let content = content(&documents);
    if content.len() > MAX_CONTENT_BYTES {
        let message = format!("the pack has {} bytes, more than {MAX_CONTENT_BYTES}", content.len());
        return Err(Refusal::new(Code::TooMany, message).at("/documents"));
    }
    let pack = Pack::compile(documents).map_err(|problems| refusal(&problems))?;
    bound(&pack)?;
    told(&pack)?;
    let digest = Digest::of(content.as_bytes());
    if state.is_some_and(|state| state.pack.digest == digest) {
        return Ok(Vec::new());
    }
    if let Some(policy) = state.and_then(|state| changed_in_place(state, &pack)) {
        let message = format!(
            "the policy `{}` has another text than version `{}` in force: give the new text a new version",
            policy.id, policy.version
        );
        return Err(Refusal::new(Code::PackInvalid, message).at("/documents"));
    }
    let name = pack.info().id.clone();
    let event = PackApplied { name: name.clone(), digest, content };
    Ok(vec![Change::new(AggregateId::PACK, Event::PackApplied(event)).named(name)])
}

/// A pack says who does everything that the engine has people for. One that is in force already may bind less: a release
/// that knows more duties still reads it, and refuses what nobody is bound to.
fn bound(pack: &Pack) -> Result<(), Refusal> {
    let unbound = pack.unbound();
    if unbound.is_empty() {
        return Ok(());
    }
    let unbound = unbound.into_iter().map(Duty::place).collect::<Vec<_>>().join(", ");
    let message = match pack.duties() {
        Some(duties) => format!("Duties {}: bound to no role: {unbound}", duties.id),
        None => format!("the pack has no document of the kind `Duties`, and so binds none of {unbound}"),
    };
    Err(Refusal::new(Code::PackInvalid, message).at("/documents"))
}

/// Blackouts begin and end at times that can be told. One of a pack that is in force already holds as far as times go: if it
/// were a problem of its documents, a release that looks closer could not read it.
fn told(pack: &Pack) -> Result<(), Refusal> {
    let Some((place, day)) = pack.untold().next() else { return Ok(()) };
    let id = pack.change_rules()?.id.as_str();
    let message = format!(
        "ChangeRules {id}, {place}: the day {day} begins or ends beyond all times that can be told: choose one from 0000-01-01 to 9999-12-29"
    );
    Err(Refusal::new(Code::PackInvalid, message).at("/documents"))
}

/// A policy whose text changed while its version did not: findings and approvals name the version, and would then mean
/// something else.
fn changed_in_place<'a>(state: &Applied, pack: &'a Pack) -> Option<&'a Policy> {
    let documents: Vec<(String, Value)> = serde_json::from_str(&state.pack.content).unwrap_or_default();
    let in_force: Vec<Policy> = documents
        .into_iter()
        .filter_map(|(_, document)| match serde_json::from_value(document) {
            Ok(Document::Policy(policy)) => Some(policy),
            Ok(_) | Err(_) => None,
        })
        .collect();
    let changed = |policy: &&Policy| {
        in_force.iter().any(|old| old.id == policy.id && old.version == policy.version && old != *policy)
    };
    pack.policies().iter().map(|compiled| &compiled.policy).find(changed)
}

/// The refusal of a pack: the first problems in one message.
fn refusal(problems: &[super::Problem]) -> Refusal {
    const SHOWN: usize = 20;
    let mut lines: Vec<String> = problems.iter().take(SHOWN).map(describe).collect();
    if problems.len() > SHOWN {
        lines.push(format!("and {} more", problems.len() - SHOWN));
    }
    Refusal::new(Code::PackInvalid, lines.join("; ")).at("/documents")
}

fn describe(problem: &super::Problem) -> String {
    let place = match (problem.line, problem.column) {
        (Some(line), Some(column)) => format!("{} line {line} column {column}", problem.place),
        _ => problem.place.clone(),
    };
    let hint = problem.hint.as_ref().map(|hint| format!(" ({hint})")).unwrap_or_default();
    let parts = [problem.file.as_str(), &problem.document, &place];
    let place: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    format!("{}: {}{hint}", place.join(", "), problem.message)
}
