//! The two forms of a permission agree: what a list shows is what the decision allows.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use assent_app::{project, reach};
use assent_domain::accountability::Accountability;
use assent_domain::accountability::event::AccountabilityAssigned;
use assent_domain::comment::event::CommentMade;
use assent_domain::comment::{Comment, Subject};
use assent_domain::exception::event::ExceptionRequested;
use assent_domain::exception::{Exception, Terms};
use assent_domain::facts;
use assent_domain::identity::event::PrincipalRegistered;
use assent_domain::identity::{
    self, Grant, Permission, Principal, PrincipalKind, Restriction, Scope, Status, Target, authorise,
};
use assent_domain::ids::{
    AccountabilityId, AssessmentId, CommentId, ExceptionId, GrantId, ModelId, PeriodicReviewId, PrincipalId,
    PromotionId, TierChangeId, VersionId,
};
use assent_domain::pack::{Pack, Period, Workflow};
use assent_domain::periodic_review::PeriodicReview;
use assent_domain::periodic_review::event::PeriodicReviewOpened;
use assent_domain::registry::event::{ModelRegistered, TierSource, VersionRegistered};
use assent_domain::registry::{Model, Version, VersionKind};
use assent_domain::risk::assessment::event::AssessmentStarted;
use assent_domain::risk::tier_change::event::TierChangeRequested;
use assent_domain::risk::{Assessment, TierChange};
use assent_domain::workflow::Promotion;
use assent_domain::workflow::event::PromotionRequested;
use assent_domain::{Aggregate, AggregateId, Code, Kind, Sealed, Stamp, Time};
use assent_store::{MemoryStore, Order, Predicate, Row, Select, Store};
use proptest::collection::{btree_set, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::json;
use uuid::Uuid;

fn time(second: i64) -> Time {
    Time::from_second(1_795_222_800 + second).unwrap()
}

fn id(number: u128) -> Uuid {
    Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 + number)
}

/// Roles that carry both, one, or none of two permissions. `gone` is a role that the pack has lost.
fn pack() -> Pack {
    let documents = json!([
        {"kind": "Pack", "id": "test", "title": "Test"},
        {"kind": "Settings", "id": "settings", "thresholdSet": "bounds", "primaryMetric": "f1", "complianceLevel": "BASIC"},
        {"kind": "ThresholdSet", "id": "bounds", "title": "Bounds", "thresholds": []},
        {"kind": "Role", "id": "admin", "title": "A", "permissions": ["MANAGE_GRANTS", "MANAGE_PRINCIPALS", "APPLY_PACK"]},
        {"kind": "Role", "id": "reader", "title": "R", "permissions": ["READ"]},
        {"kind": "Role", "id": "mover", "title": "M", "permissions": ["MOVE_VERSION"]},
        {"kind": "Role", "id": "both", "title": "B", "permissions": ["READ", "MOVE_VERSION"]},
        {"kind": "Tier", "id": "HIGH", "title": "H", "rank": 2, "riskLevel": "HIGH"},
        {"kind": "Tier", "id": "LOW", "title": "L", "rank": 1, "riskLevel": "LOW"},
        {"kind": "Stage", "id": "DEV", "title": "D", "order": 1},
    ]);
    let documents = documents.as_array().unwrap().clone();
    let named = documents.into_iter().enumerate().map(|(i, document)| (format!("{i}.yaml"), document));
    Pack::compile(named.collect()).unwrap_or_else(|errors| panic!("{errors:?}"))
}

fn stamp() -> Stamp {
    Stamp { at: time(0), actor: PrincipalId(id(900)) }
}

fn model(number: u128, tier: &str, tags: BTreeMap<String, String>) -> Model {
    let event = ModelRegistered {
        name: format!("model {number}"),
        purpose: "p".to_owned(),
        use_cases: Vec::new(),
        tags,
        tier: tier.to_owned(),
        tier_source: TierSource::Given,
        owner: PrincipalId(id(900)),
        criteria: BTreeMap::new(),
    };
    Model::new(ModelId(id(number)), &event, &stamp())
}

fn version(number: u128, model: &Model) -> Version {
    let event = VersionRegistered {
        model: model.id,
        number: 1,
        kind: VersionKind::Classical,
        stage: "DEV".to_owned(),
        artifacts: Vec::new(),
        params: BTreeMap::new(),
        reported_metrics: BTreeMap::new(),
        datasets: Vec::new(),
        source_run: None,
    };
    Version::new(VersionId(id(100 + number)), &event, &stamp())
}

fn promotion(number: u128, version: &Version) -> Promotion {
    let workflow = json!({"id": "w", "title": "W", "target": "DEV", "from": ["DEV"], "steps": []});
    let workflow: Workflow = serde_json::from_value(workflow).unwrap();
    let target = facts::Target { stage: "DEV".to_owned(), environment: None, strategy: None, replicas: None };
    let event = PromotionRequested {
        model: version.model,
        version: version.id,
        target,
        workflow,
        comment: None,
        expires_at: None,
    };
    Promotion::new(PromotionId(id(200 + number)), &event, &stamp())
}

fn exception(number: u128, version: &Version) -> Exception {
    let words = || Sealed { subject: id(900), data: String::new() };
    let terms = Terms {
        justification: words(),
        risk_assessment: words(),
        mitigation: words(),
        remediation_plan: words(),
        duration: Period::days(1),
        monitoring: Vec::new(),
    };
    let event = ExceptionRequested {
        policy: "p".to_owned(),
        policy_version: "1".to_owned(),
        model: version.model,
        version: Some(version.id),
        extends: None,
        terms,
    };
    Exception::new(ExceptionId(id(400 + number)), &event, &stamp())
}

fn assessment(number: u128, model: &Model) -> Assessment {
    let event = AssessmentStarted { model: model.id, version: None, templates: Vec::new() };
    Assessment::new(AssessmentId(id(400 + number)), &event, &stamp())
}

fn tier_change(number: u128, model: &Model) -> TierChange {
    let sealed = || Sealed { subject: id(900), data: String::new() };
    let event = TierChangeRequested {
        model: model.id,
        from: model.tier.clone(),
        to: "OTHER".to_owned(),
        justification: sealed(),
        impact: sealed(),
        roles: Vec::new(),
    };
    TierChange::new(TierChangeId(id(500 + number)), &event, &stamp())
}

fn accountability(model: &Model) -> Accountability {
    let event = AccountabilityAssigned {
        model: model.id,
        role: "reader".to_owned(),
        principal: PrincipalId(id(902)),
        until: None,
        reason: Sealed { subject: id(900), data: String::new() },
        predecessor: None,
    };
    Accountability::new(AccountabilityId::of(model.id), &event, &stamp())
}

fn review(number: u128, model: &Model) -> PeriodicReview {
    let event = PeriodicReviewOpened { model: model.id, tier: model.tier.clone(), sections: Vec::new() };
    PeriodicReview::new(PeriodicReviewId(id(600 + number)), &event, &stamp())
}

fn comment(number: u128, model: &Model) -> Comment {
    let event = CommentMade {
        subject: Subject { kind: Kind::Model, id: model.id.0 },
        model: Some(model.id),
        answers: None,
        text: Sealed { subject: id(900), data: String::new() },
        mentions: Vec::new(),
        attachments: Vec::new(),
    };
    Comment::new(CommentId(id(700 + number)), &event, &stamp())
}

fn principal(grants: Vec<Grant>, status: Status) -> Principal {
    let name = Sealed { subject: id(901), data: String::new() };
    let event = PrincipalRegistered { kind: PrincipalKind::User, name, email: None, responsible: None };
    let mut principal = Principal::new(PrincipalId(id(901)), &event, &stamp());
    (principal.grants, principal.status) = (grants, status);
    principal
}

/// Keys and values that run into each other, break lines, or look like patterns.
fn some_models() -> impl Strategy<Value = Vec<Model>> {
    let key = select(vec!["team", "te", "a=b", "a", "%", "größe", "team a"]);
    let held = select(vec!["a", "b", "b=c", "x\nteam=a\nteam", "\nte", "", "nul\0", "%"]);
    let tags =
        proptest::collection::btree_map(key.prop_map(str::to_owned), held.prop_map(str::to_owned), 0..4);
    let made = (select(vec!["HIGH", "LOW", "GONE"]), tags);
    vec(made, 1..8).prop_map(|made| {
        let each = made.into_iter().zip(1..);
        each.map(|((tier, tags), number)| model(number, tier, tags)).collect()
    })
}

fn some_scope() -> impl Strategy<Value = Scope> {
    let models = btree_set((1_u128..10).prop_map(|number| ModelId(id(number))), 0..4);
    let tags =
        vec!["team", "te", "team=a", "team=b", "a", "a=b", "a=b=c", "%", "größe=a", "x", "team a=b", "te="];
    let tags = btree_set(select(tags).prop_map(str::to_owned), 0..4);
    let tiers = btree_set(select(vec!["HIGH", "LOW", "NONE"]).prop_map(str::to_owned), 0..3);
    let parts = (option::of(models), option::of(tags), option::of(tiers));
    parts.prop_map(|(models, tags, tiers)| Scope { models, tags, tiers })
}

fn some_grants() -> impl Strategy<Value = Vec<Grant>> {
    let end = || option::of(-3_i64..3).prop_map(|second| second.map(time));
    let grant = (select(vec!["reader", "mover", "both", "gone"]), some_scope(), end(), end());
    vec(grant, 0..5).prop_map(|grants| {
        let each = grants.into_iter().zip(1..);
        each.map(|((role, scope, from, until), number)| Grant {
            scope,
            from,
            until,
            ..Grant::of(GrantId(id(300 + number)), role)
        })
        .collect()
    })
}

fn a_restriction() -> impl Strategy<Value = Restriction> {
    let permissions = btree_set(select(vec![Permission::Read, Permission::MoveVersion]), 0..3);
    let scope = prop_oneof![2 => Just(Scope::default()), 1 => some_scope()];
    (option::weighted(0.3, permissions), scope)
        .prop_map(|(permissions, scope)| Restriction { permissions, scope })
}

fn row(aggregate: AggregateId, state: impl Into<Aggregate>) -> Row {
    let state = state.into();
    project::row(aggregate, 1, &state, project::columns(&state)).unwrap()
}

fn listed(store: &MemoryStore, table: &'static str, filter: &Predicate) -> BTreeSet<Uuid> {
    let read = store.read().unwrap();
    let select =
        Select { table, filter: filter.clone(), order: Order::Descending, after: None, limit: 1_000 };
    let ids: BTreeSet<Uuid> = read.select(&select).unwrap().into_iter().map(|row| row.id).collect();
    assert_eq!(read.count(table, filter).unwrap(), ids.len() as u64);
    ids
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_row_is_listed_just_if_it_is_authorised(
        models in some_models(),
        grants in some_grants(),
        status in select(vec![Status::Active, Status::Active, Status::Active, Status::Disabled]),
        permission in select(vec![Permission::Read, Permission::MoveVersion, Permission::ReadLog]),
        second in -4_i64..4,
        restriction in a_restriction(),
    ) {
        let (pack, now) = (pack(), time(second));
        let person = principal(grants, status).within(restriction);
        let store = MemoryStore::new();
        let (mut rows, mut expected) = (Vec::new(), [const { BTreeSet::new() }; 9]);
        for (model, number) in models.into_iter().zip(1..) {
            let version = version(number, &model);
            let promotion = promotion(number, &version);
            let exception = exception(number, &version);
            let (assessment, change) = (assessment(number, &model), tier_change(number, &model));
            let (held, review) = (accountability(&model), review(number, &model));
            let comment = comment(number, &model);
            if authorise(&person, permission, Target::Model(&model), &pack, now).is_ok() {
                for (set, id) in expected.iter_mut().zip([
                    model.id.0,
                    version.id.0,
                    promotion.id.0,
                    exception.id.0,
                    assessment.id.0,
                    change.id.0,
                    held.id.0,
                    review.id.0,
                    comment.id.0,
                ]) {
                    set.insert(id);
                }
            }
            rows.extend([row(promotion.id.into(), promotion), row(version.id.into(), version)]);
            rows.extend([row(assessment.id.into(), assessment), row(change.id.into(), change)]);
            rows.extend([row(held.id.into(), held), row(review.id.into(), review)]);
            rows.extend([row(exception.id.into(), exception), row(model.id.into(), model)]);
            rows.push(row(comment.id.into(), comment));
        }
        rows.push(row(person.id.into(), person.clone()));
        store.replace_rows(&mut rows.into_iter()).unwrap();
        let of = |kind| reach::predicate(kind, &identity::reach(&person, permission, &pack, now));
        let kinds = [
            (Kind::Model, "models"),
            (Kind::Version, "versions"),
            (Kind::Promotion, "promotions"),
            (Kind::Exception, "exceptions"),
            (Kind::Assessment, "assessments"),
            (Kind::TierChange, "tier_changes"),
            (Kind::Accountability, "accountabilities"),
            (Kind::PeriodicReview, "periodic_reviews"),
            (Kind::Comment, "comments"),
        ];
        for ((kind, table), expected) in kinds.into_iter().zip(&expected) {
            prop_assert_eq!(&listed(&store, table, &of(kind)), expected, "{}: {:?}", table, of(kind));
        }
        let platform = authorise(&person, permission, Target::Platform, &pack, now).is_ok();
        prop_assert_eq!(listed(&store, "principals", &of(Kind::Principal)).len(), usize::from(platform));
    }
}

/// The most that grants may name still makes a condition that every store takes.
#[test]
fn the_widest_grants_make_a_condition_that_fits() {
    let pack = pack();
    let mut person = principal(Vec::new(), Status::Active);
    let mut refused = None;
    for number in 0..10_000_u128 {
        // Each of its own kind and therefore no two to be joined.
        let tags = (0..18).map(|tag| format!("tag {number} {tag}")).collect();
        let scope = Scope {
            models: Some(BTreeSet::from([ModelId(id(number))])),
            tags: Some(tags),
            tiers: Some(BTreeSet::from(["HIGH".to_owned()])),
        };
        let role = "reader".to_owned();
        let grant = Grant { scope, ..Grant::of(GrantId(id(number)), role) };
        let command = identity::Command::Grant(grant);
        match identity::decide(person.id, Some(&person), command, None, &pack, time(0)) {
            Ok(changes) => {
                for change in changes {
                    let before = Aggregate::Principal(Arc::new(person.clone()));
                    let after =
                        assent_domain::aggregate::evolve(Some(before), person.id.0, &change.event, &stamp());
                    let Some(Aggregate::Principal(after)) = after else { panic!("no principal") };
                    person = (*after).clone();
                }
            }
            Err(refusal) => {
                refused = Some((refusal.code, number));
                break;
            }
        }
    }
    assert_eq!(refused, Some((Code::TooMany, 200)));
    let store = MemoryStore::new();
    for (kind, table) in [(Kind::Model, "models"), (Kind::Version, "versions")] {
        let filter = reach::predicate(kind, &identity::reach(&person, Permission::Read, &pack, time(0)));
        assert_eq!(store.read().unwrap().count(table, &filter).unwrap(), 0);
    }
    let wide = Scope { tags: Some((0..4_001).map(|tag| tag.to_string()).collect()), ..Scope::default() };
    let grant = Grant { scope: wide, ..Grant::of(GrantId(id(1)), "reader") };
    let person = principal(Vec::new(), Status::Active);
    let refused =
        identity::decide(person.id, Some(&person), identity::Command::Grant(grant), None, &pack, time(0));
    assert_eq!(
        refused.map_err(|refusal| (refusal.code, refusal.pointer)),
        Err((Code::TooMany, Some("/scope".to_owned())))
    );
}
