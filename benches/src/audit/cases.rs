//! What is asked: every filter with a value that is common, one that is rare and one that is not there; times; and all pairs.

use anyhow::{Context as _, Result};
use assent_log::Entry;
use assent_store::{EntryQuery, Read};

use super::make::{model, nobody, person, rare_model, rare_person, version};

/// A question.
#[derive(Debug, Clone)]
pub(super) struct Case {
    /// Filter and value in words.
    pub(super) name: String,
    /// The filter.
    filter: &'static str,
    pub(super) query: EntryQuery,
    /// Whether something must be found; unknown for pairs.
    pub(super) finds: Option<bool>,
}

/// The questions about one filter each.
pub(super) fn all(read: &dyn Read) -> Result<Vec<Case>> {
    let size = read.head()?.size;
    let of_third = entry(read, size / 3)?;
    let time = |index: u64| -> Result<i64> {
        Ok(entry(read, index)?.time.parse::<assent_domain::Time>()?.as_millisecond())
    };
    let (begin, middle, later) = (time(0)?, time(size / 2)?, time(size / 2 + size / 1_000)?);
    let text = |text: &str| Some(text.to_owned());
    let none = EntryQuery::default;
    let of_type = |name: &str| EntryQuery { event_type: text(name), ..none() };
    let of_actor = |id| EntryQuery { actor: Some(id), ..none() };
    let of_kind = |name: &str| EntryQuery { subject_kind: text(name), ..none() };
    let of_subject = |id: uuid::Uuid| EntryQuery { subject_id: Some(id.to_string()), ..none() };
    let of_model = |id| EntryQuery { model_id: Some(id), ..none() };
    let of_outcome = |name: &str| EntryQuery { outcome: text(name), ..none() };
    let of_command = |id| EntryQuery { correlation_id: Some(id), ..none() };
    let third = of_third.correlation_id.context("an entry without a command")?;
    let (from, until) = (Some(middle), Some(later));
    let cases = [
        ("type", "common", of_type("evaluationRecorded"), true),
        ("type", "rare", of_type("principalDisabled"), true),
        ("type", "absent", of_type("identityLinked"), false),
        ("actor", "common", of_actor(person(0)), true),
        ("actor", "rare", of_actor(rare_person()), true),
        ("actor", "absent", of_actor(nobody()), false),
        ("subject kind", "common", of_kind("VERSION"), true),
        ("subject kind", "rare", of_kind("PRINCIPAL"), true),
        ("subject kind", "absent", of_kind("PACK"), false),
        ("subject", "common", of_subject(version(0, 0)), true),
        ("subject", "rare", of_subject(rare_model()), true),
        ("subject", "absent", of_subject(nobody()), false),
        ("model", "common", of_model(model(0)), true),
        ("model", "rare", of_model(rare_model()), true),
        ("model", "absent", of_model(nobody()), false),
        ("outcome", "common", of_outcome("SUCCESS"), true),
        ("outcome", "rare", of_outcome("FAILURE"), true),
        ("outcome", "absent", of_outcome("PARTIAL"), false),
        ("correlation", "rare", of_command(third), true),
        ("correlation", "absent", of_command(nobody()), false),
        ("time", "first half", EntryQuery { until_ms: from, ..none() }, true),
        ("time", "second half", EntryQuery { from_ms: from, ..none() }, true),
        ("time", "a thousandth", EntryQuery { from_ms: from, until_ms: until, ..none() }, true),
        ("time", "before all", EntryQuery { until_ms: Some(begin), ..none() }, false),
    ];
    // A log of few entries may have none that are rare.
    let cases = cases.into_iter().map(|(filter, value, query, finds)| Case {
        name: format!("{filter}, {value}"),
        filter,
        query: EntryQuery { limit: 50, ..query },
        finds: Some(finds).filter(|_| value != "rare"),
    });
    Ok(cases.collect())
}

/// The questions about two filters at once.
pub(super) fn pairs(cases: &[Case]) -> Vec<Case> {
    let places = (0..cases.len()).flat_map(|one| (one + 1..cases.len()).map(move |other| (one, other)));
    let pairs = places.filter_map(|(one, other)| Some((cases.get(one)?, cases.get(other)?)));
    let pairs = pairs.filter(|(one, other)| one.filter != other.filter);
    pairs
        .map(|(one, other)| Case {
            name: format!("{} + {}", one.name, other.name),
            filter: "pair",
            query: both(&one.query, &other.query),
            finds: None,
        })
        .collect()
}

fn both(one: &EntryQuery, other: &EntryQuery) -> EntryQuery {
    let text = |one: &Option<String>, other: &Option<String>| one.clone().or_else(|| other.clone());
    EntryQuery {
        event_type: text(&one.event_type, &other.event_type),
        actor: one.actor.or(other.actor),
        subject_kind: text(&one.subject_kind, &other.subject_kind),
        subject_id: text(&one.subject_id, &other.subject_id),
        model_id: one.model_id.or(other.model_id),
        outcome: text(&one.outcome, &other.outcome),
        correlation_id: one.correlation_id.or(other.correlation_id),
        from_ms: one.from_ms.or(other.from_ms),
        until_ms: one.until_ms.or(other.until_ms),
        before: None,
        limit: one.limit,
    }
}

fn entry(read: &dyn Read, index: u64) -> Result<Entry> {
    let bytes = read.entries(index, 1)?.pop().context("an entry")?;
    Ok(Entry::decode(&bytes)?)
}
