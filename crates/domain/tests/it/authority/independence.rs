//! Who makes a version and who evaluates it are kept apart as persons, whatever accounts they use.

use std::collections::BTreeMap;
use std::sync::Arc;

use assent_domain::identity::PrincipalKind;
use assent_domain::ids::{DatasetId, Digest, EvaluationId};
use assent_domain::registry::Evaluation;
use assent_domain::values::Provenance;
use assent_domain::{Change, Event};
use serde_json::{Value, json};
use uuid::Uuid;

use super::world::{ANNE, MAKER, World, id};

/// What the facts say of the independence of the one evaluation.
fn independent(world: &World) -> Value {
    world.judgement().facts["evaluation"]["suites"]["bias"]["independent"].clone()
}

fn evaluated_by(world: &mut World, actor: u128) {
    let evaluation = Evaluation {
        id: EvaluationId(Uuid::from_u128(500)),
        suites: vec!["bias".to_owned()],
        provenance: Provenance::Measured,
        dataset: DatasetId(Uuid::from_u128(501)),
        data_sha256: Digest::of(b"data"),
        predictions_sha256: Digest::of(b"predictions"),
        rows: 1,
        min_group_size: 0,
        engine: "test 1".to_owned(),
        metrics: BTreeMap::new(),
        groups: vec![],
    };
    let change = Change::new(world.version.id, Event::EvaluationRecorded(evaluation));
    world.happen(&[change], actor);
}

#[test]
fn another_account_of_the_maker_is_no_other_person() {
    let mut world = World::new();
    evaluated_by(&mut world, MAKER);
    assert_eq!(independent(&world), json!(false));
    evaluated_by(&mut world, ANNE);
    assert_eq!(independent(&world), json!(true));

    // A second account that turns out to be the maker's.
    world.change(ANNE, |anne| anne.person = Some(id(MAKER)));
    assert_eq!(independent(&world), json!(false));
    world.change(ANNE, |anne| anne.person = None);
    world.change(MAKER, |maker| maker.person = Some(id(ANNE)));
    assert_eq!(independent(&world), json!(false));
    world.change(MAKER, |maker| maker.person = None);

    // A service account acts for who is responsible for it.
    world.change(ANNE, |anne| {
        anne.kind = PrincipalKind::Service;
        anne.responsible = Some(id(MAKER));
    });
    assert_eq!(independent(&world), json!(false));
}

#[test]
fn what_cannot_be_known_is_not_said() {
    let mut world = World::new();
    evaluated_by(&mut world, ANNE);
    for missing in [ANNE, MAKER] {
        let known = world.people.remove(&id(missing)).unwrap();
        assert_eq!(independent(&world), Value::Null);
        world.people.insert(id(missing), Arc::clone(&known));
    }
}
