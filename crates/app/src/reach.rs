//! What scopes reach, as a condition on the rows of a table: lists, counts and searches show the rows for which the one
//! decision, [`assent_domain::identity::authorise`], would say yes.
//!
//! Invariant: a row meets the condition just if its model is reached. Tables whose rows belong to no model are
//! the platform's, which only an unrestricted scope reaches.

use std::collections::BTreeSet;

use assent_domain::Kind;
use assent_domain::identity::{Reach, Scope};
use assent_domain::ids::ModelId;
use assent_sabotage::{Fault, planted};
use assent_store::{Predicate, Value};

/// The rows of `kind` that are reached.
pub fn predicate(kind: Kind, reach: &Reach<'_>) -> Predicate {
    if planted(Fault::ScopePredicate) && !reach.scopes.is_empty() {
        return Predicate::True;
    }
    let granted = of_scopes(kind, &reach.scopes);
    if reach.within.is_unrestricted() {
        return granted;
    }
    Predicate::And(vec![of_scopes(kind, &[reach.within]), granted])
}

fn of_scopes(kind: Kind, scopes: &[&Scope]) -> Predicate {
    if scopes.iter().any(|scope| scope.is_unrestricted()) {
        return Predicate::True;
    }
    match kind {
        Kind::Model => any(named(scopes).into_iter().chain(described(scopes))),
        Kind::Version
        | Kind::Evaluation
        | Kind::Promotion
        | Kind::Exception
        | Kind::Assessment
        | Kind::TierChange
        | Kind::Change
        | Kind::Accountability
        | Kind::PeriodicReview
        | Kind::Comment => {
            let described = described(scopes).map(|condition| Predicate::OfModel(Box::new(condition)));
            any(named(scopes).into_iter().chain(described))
        }
        Kind::Principal
        | Kind::Token
        | Kind::Credential
        | Kind::Session
        | Kind::Dataset
        | Kind::Pack
        | Kind::Proposal
        | Kind::System
        | Kind::Delegation
        | Kind::Access
        | Kind::Lineage => Predicate::False,
    }
}

/// The models of the scopes that name models and nothing else: one list, found by its index.
fn named(scopes: &[&Scope]) -> Option<Predicate> {
    let models: BTreeSet<ModelId> = scopes
        .iter()
        .filter(|scope| names_only(scope))
        .flat_map(|scope| scope.models.iter().flatten())
        .copied()
        .collect();
    (!models.is_empty()).then(|| among(&models))
}

/// The other scopes, on the columns of the models.
fn described(scopes: &[&Scope]) -> Option<Predicate> {
    let conditions: Vec<Predicate> =
        scopes.iter().filter(|scope| !names_only(scope)).map(|scope| condition(scope)).collect();
    (!conditions.is_empty()).then(|| any(conditions))
}

fn names_only(scope: &Scope) -> bool {
    scope.models.is_some() && scope.tiers.is_none() && scope.tags.is_none()
}

/// All that is present has to match.
fn condition(scope: &Scope) -> Predicate {
    let models = scope.models.as_ref().map(among);
    let tiers = scope.tiers.as_ref().map(|tiers| Predicate::In("tier", texts(tiers)));
    let tags = scope.tags.as_ref().map(|tags| Predicate::Lines("tags", texts(tags)));
    Predicate::And([models, tiers, tags].into_iter().flatten().collect())
}

fn among(models: &BTreeSet<ModelId>) -> Predicate {
    let ids = models.iter().map(|id| Value::Text(id.to_string()));
    Predicate::In("model_id", ids.collect())
}

fn texts(texts: &BTreeSet<String>) -> Vec<Value> {
    texts.iter().cloned().map(Value::Text).collect()
}

fn any(parts: impl IntoIterator<Item = Predicate>) -> Predicate {
    let mut parts: Vec<Predicate> = parts.into_iter().collect();
    match parts.len() {
        0 => Predicate::False,
        1 => parts.remove(0),
        _ => Predicate::Or(parts),
    }
}
