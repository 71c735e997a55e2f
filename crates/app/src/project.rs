//! From aggregates to rows and back: which table, which index columns, which version of this code.

use std::collections::BTreeSet;
use std::sync::Arc;

use assent_domain::accountability::Accountability;
use assent_domain::change_request::ChangeRequest;
use assent_domain::comment::{Comment, Subject};
use assent_domain::delegation::Delegation;
use assent_domain::evaluation::Job;
use assent_domain::exception::{Exception, StateName};
use assent_domain::ids::Digest;
use assent_domain::lineage::StateName as EdgeState;
use assent_domain::periodic_review::PeriodicReview;
use assent_domain::registry::{Dataset, Model, Version};
use assent_domain::risk::{Assessment, TierChange, tier_change};
use assent_domain::system::System;
use assent_domain::workflow::Promotion;
use assent_domain::{Aggregate, AggregateId, Kind, Time};
use assent_log::entry::{Entry, Outcome};
use assent_store::{EntryKeys, Row, StoreError, Value};
use uuid::Uuid;

/// Version of the code that makes documents and columns. A row of another version is rebuilt from the log.
pub const PROJECTION_VERSION: u32 = 7;

/// The table of a kind. `None` for what has no state.
pub fn table(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::Principal => Some("principals"),
        Kind::Token => Some("tokens"),
        Kind::Credential => Some("credentials"),
        Kind::Session => Some("sessions"),
        Kind::Model => Some("models"),
        Kind::Version => Some("versions"),
        Kind::Dataset => Some("datasets"),
        Kind::Evaluation => Some("evaluations"),
        Kind::Promotion => Some("promotions"),
        Kind::Pack => Some("packs"),
        Kind::Proposal => Some("proposals"),
        Kind::System => Some("systems"),
        Kind::Change => Some("changes"),
        Kind::Access => None,
        Kind::Exception => Some("exceptions"),
        Kind::Assessment => Some("assessments"),
        Kind::TierChange => Some("tier_changes"),
        Kind::Accountability => Some("accountabilities"),
        Kind::PeriodicReview => Some("periodic_reviews"),
        Kind::Delegation => Some("delegations"),
        Kind::Comment => Some("comments"),
        Kind::Lineage => Some("lineage"),
    }
}

/// The row of an aggregate with the values of its index columns.
pub fn row(
    id: AggregateId,
    revision: u64,
    state: &Aggregate,
    columns: Vec<Option<Value>>,
) -> Result<Row, StoreError> {
    let table = table(id.kind).ok_or_else(|| StoreError::Corrupt(format!("{id} has no table")))?;
    let document = state.to_json().map_err(|error| StoreError::Corrupt(format!("{id}: {error}")))?;
    Ok(Row { table, id: id.id, revision, projection_version: PROJECTION_VERSION, document, columns })
}

/// The aggregate of a row.
pub fn aggregate(kind: Kind, row: &Row) -> Result<Aggregate, StoreError> {
    let state = Aggregate::from_json(kind, &row.document);
    let state = state.ok_or_else(|| StoreError::Corrupt(format!("{} has no state", kind.name())))?;
    state.map_err(|error| StoreError::Corrupt(format!("{} {}: {error}", row.table, row.id)))
}

/// The values of the index columns, in the order of the table.
pub fn columns(state: &Aggregate) -> Vec<Option<Value>> {
    match state {
        Aggregate::Principal(principal) => {
            vec![json_text(&principal.kind), json_text(&principal.status), id(principal.person().0)]
        }
        Aggregate::Token(token) => vec![id(token.principal.0)],
        Aggregate::Credential(_) => Vec::new(),
        Aggregate::Session(session) => vec![id(session.principal.0)],
        Aggregate::Model(model) => model_columns(model),
        Aggregate::Version(version) => version_columns(version),
        Aggregate::Dataset(dataset) => dataset_columns(dataset),
        Aggregate::Evaluation(job) => evaluation_columns(job),
        Aggregate::Promotion(promotion) => promotion_columns(promotion),
        Aggregate::Pack(pack) => vec![text(pack.pack.digest.to_string())],
        Aggregate::Proposal(proposal) => vec![text(proposal.state().name()), id(proposal.recorded.by.0)],
        Aggregate::System(system) => system_columns(system),
        Aggregate::Exception(exception) => exception_columns(exception),
        Aggregate::Assessment(assessment) => assessment_columns(assessment),
        Aggregate::TierChange(change) => tier_change_columns(change),
        Aggregate::Change(change) => change_columns(change),
        Aggregate::Accountability(held) => accountability_columns(held),
        Aggregate::PeriodicReview(review) => periodic_review_columns(review),
        Aggregate::Delegation(delegation) => delegation_columns(delegation),
        Aggregate::Comment(comment) => comment_columns(comment),
        Aggregate::Lineage(edge) => [&edge.upstream, &edge.downstream]
            .map(|end| text(end_key(&end.key(), edge.state() == EdgeState::Recorded)))
            .to_vec(),
    }
}

fn model_columns(model: &Arc<Model>) -> Vec<Option<Value>> {
    let tags: Vec<String> = model.tag_names().collect();
    vec![text(&model.name), text(&model.tier), id(model.owner.0), id(model.id.0), text(tags.join("\n"))]
}

fn version_columns(version: &Arc<Version>) -> Vec<Option<Value>> {
    let artifacts = version.artifacts.iter().map(|artifact| artifact.blob.sha256.to_string());
    vec![
        id(version.model.0),
        text(version_key(version.model.0, version.number)),
        text(&version.stage),
        text(stage_key(version.model.0, &version.stage)),
        id(version.registered.by.0),
        lines(version.datasets.iter().map(ToString::to_string)),
        lines(artifacts.chain(version.attached().map(attached_key))),
    ]
}

/// A column of lines; absent where there are none.
fn lines(items: impl Iterator<Item = String>) -> Option<Value> {
    let items: BTreeSet<String> = items.collect();
    (!items.is_empty()).then(|| Value::Text(Vec::from_iter(items).join("\n")))
}

fn dataset_columns(dataset: &Arc<Dataset>) -> Vec<Option<Value>> {
    let name = &dataset.facts.name;
    vec![
        text(name),
        text(dataset_key(name, dataset.facts.number)),
        id(dataset.steward.0),
        text(dataset.facts.blob.sha256.to_string()),
    ]
}

fn evaluation_columns(job: &Arc<Job>) -> Vec<Option<Value>> {
    let requester = id(job.requested.by.0).filter(|_| job.state().is_open());
    vec![id(job.task.model().0), id(job.task.version().0), text(job.state().name()), requester]
}

fn system_columns(system: &Arc<System>) -> Vec<Option<Value>> {
    let description = &system.description;
    let uses: Vec<String> = description.uses.iter().map(ToString::to_string).collect();
    vec![text(&description.name), id(description.owner.0), text(uses.join("\n"))]
}

fn promotion_columns(promotion: &Arc<Promotion>) -> Vec<Option<Value>> {
    let target = stage_key(promotion.version.0, &promotion.target.stage);
    let state = promotion.lifecycle.name();
    let open = if state.is_open() { text(&target) } else { None };
    vec![
        id(promotion.model.0),
        id(promotion.version.0),
        text(target),
        open,
        text(state.name()),
        id(promotion.requester().0),
        id(promotion.model.0).filter(|_| state.is_open()),
        emergency(promotion).and_then(text),
        promotion.next_notice().and_then(|at| text(moment(at))),
        assignees(promotion),
    ]
}

fn assignees(promotion: &Promotion) -> Option<Value> {
    let assignees: BTreeSet<String> = promotion.assignments.values().map(ToString::to_string).collect();
    let is_open = promotion.lifecycle.name().is_open() && !assignees.is_empty();
    is_open.then(|| Value::Text(Vec::from_iter(assignees).join("\n")))
}

fn exception_columns(exception: &Arc<Exception>) -> Vec<Option<Value>> {
    let (model, version) = (exception.model(), exception.request.version);
    let subject = version.map_or(model.0, |version| version.0);
    let state = exception.state();
    let open = state.is_open().then(|| subject_key(subject, exception.policy()));
    vec![
        id(model.0),
        version.and_then(|version| id(version.0)),
        text(exception.policy()),
        text(state.name()),
        id(exception.requester().0),
        open.and_then(text),
        if state == StateName::Approved { id(subject) } else { None },
    ]
}

fn assessment_columns(assessment: &Arc<Assessment>) -> Vec<Option<Value>> {
    let version = assessment.version.map(|version| version.0);
    let counts_for = assessment.approval().and_then(|_| id(version.unwrap_or(assessment.model.0)));
    vec![
        id(assessment.model.0),
        version.and_then(id),
        text(assessment.state().name()),
        id(assessment.assessor().0),
        counts_for,
    ]
}

fn tier_change_columns(change: &Arc<TierChange>) -> Vec<Option<Value>> {
    let model = id(change.asked.model.0);
    let open = model.clone().filter(|_| change.state() == tier_change::StateName::Open);
    vec![model, text(change.state().name()), id(change.requester().0), open]
}

fn change_columns(change: &Arc<ChangeRequest>) -> Vec<Option<Value>> {
    vec![
        id(change.model.0),
        id(change.content.target_version.0),
        text(change.content.kind.name()),
        text(change.state.name()),
        id(change.requester().0),
        text(&change.content.environment),
        id(change.model.0).filter(|_| change.is_unfinished()),
        change.month().and_then(text),
        change.completed.as_ref().and_then(|completed| text(&completed.month)),
        id(change.content.target_version.0).filter(|_| change.says_something()),
    ]
}

fn accountability_columns(held: &Arc<Accountability>) -> Vec<Option<Value>> {
    let persons: BTreeSet<String> = held.posts.values().map(|post| post.principal.to_string()).collect();
    let persons: Vec<String> = persons.into_iter().collect();
    vec![id(held.model.0), text(persons.join("\n"))]
}

fn periodic_review_columns(review: &Arc<PeriodicReview>) -> Vec<Option<Value>> {
    let model = id(review.model.0);
    vec![
        model.clone(),
        text(review.state().name()),
        id(review.requester().0),
        model.clone().filter(|_| review.state().is_open()),
        model.filter(|_| review.completed().is_some()),
    ]
}

fn delegation_columns(delegation: &Arc<Delegation>) -> Vec<Option<Value>> {
    let (delegator, delegate) = (delegation.given.delegator.0, delegation.given.delegate.0);
    let open = delegation.revoked.is_none();
    vec![
        id(delegator),
        id(delegate),
        id(delegator).filter(|_| open),
        text(pair_key(delegate, delegator)).filter(|_| open),
    ]
}

/// Whether an emergency of a promotion was declared, or went through; the clock says the rest. Absent where nobody has to do
/// anything about it, whatever the time.
fn emergency(promotion: &Promotion) -> Option<&'static str> {
    let emergency = promotion.emergencies.last()?;
    let accepted = emergency.followed.as_ref().is_some_and(|followed| followed.accepted);
    match (&emergency.used, emergency.refused.is_some() || accepted) {
        (_, true) => None,
        (Some(_), false) => Some("USED"),
        (None, false) => promotion.lifecycle.name().is_open().then_some("DECLARED"),
    }
}

/// The look-up of delegations between two persons.
pub fn pair_key(delegate: Uuid, delegator: Uuid) -> String {
    format!("{delegate}/{delegator}")
}

fn comment_columns(comment: &Arc<Comment>) -> Vec<Option<Value>> {
    let mentions = comment.content.iter().flat_map(|content| &content.mentions);
    let mentions: Vec<String> = mentions.map(ToString::to_string).collect();
    vec![
        comment.model.and_then(|model| id(model.0)),
        text(thread_key(comment.subject)),
        id(comment.made.by.0),
        (!mentions.is_empty()).then(|| Value::Text(mentions.join("\n"))),
    ]
}

/// The look-up of the thread of an object.
pub fn thread_key(subject: Subject) -> String {
    format!("{}/{}", subject.kind.name(), subject.id)
}

/// The look-up of edges by the key of an end. Those that were taken back are found apart, so that they are in nobody's way.
pub fn end_key(key: &str, stands: bool) -> String {
    if stands { key.to_owned() } else { format!("retracted {key}") }
}

/// The look-up of versions by what they hand out beside their artifacts, which are found by the digest alone: lineage asks
/// for those, and for no documents.
pub fn attached_key(sha256: Digest) -> String {
    format!("attached {sha256}")
}

/// The look-up of a version by its number.
pub fn version_key(model: Uuid, number: u64) -> String {
    format!("{model}/{number}")
}

/// The look-up of a data set by name and number.
pub fn dataset_key(name: &str, number: u64) -> String {
    format!("{name}/{number}")
}

/// The look-up of versions of a model in a stage, and of promotions of a version to a stage.
pub fn stage_key(id: Uuid, stage: &str) -> String {
    format!("{id}/{stage}")
}

/// A time as a column has it: of two, the earlier is the smaller text.
pub fn moment(time: Time) -> String {
    format!("{time:.3}")
}

/// The look-up of the open request for an exception, by model or version, and policy.
pub fn subject_key(subject: Uuid, policy: &str) -> String {
    format!("{subject}/{policy}")
}

#[expect(clippy::unnecessary_wraps, reason = "columns are optional, and most of them are texts")]
fn text(text: impl Into<String>) -> Option<Value> {
    Some(Value::Text(text.into()))
}

fn id(id: Uuid) -> Option<Value> {
    text(id.to_string())
}

fn json_text(value: &impl serde::Serialize) -> Option<Value> {
    serde_json::to_value(value).ok()?.as_str().and_then(text)
}

/// What an entry can be found by.
pub fn keys(entry: &Entry, time: Time) -> EntryKeys {
    let outcome = match entry.outcome {
        Outcome::Success => "SUCCESS",
        Outcome::Failure => "FAILURE",
        Outcome::Partial => "PARTIAL",
    };
    EntryKeys {
        id: entry.id,
        time_ms: time.as_millisecond(),
        event_type: entry.kind.clone(),
        actor: entry.actor.id,
        subject_kind: entry.subject.kind.clone(),
        subject_id: entry.subject.id.clone(),
        model_id: entry.model_id,
        outcome: outcome.to_owned(),
        correlation_id: entry.correlation_id,
    }
}
