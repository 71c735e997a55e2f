use assent_domain::RiskLevel;

use super::*;

fn completed(success: bool) -> (World, ChangeId) {
    let mut world = World::new();
    let id = world.request(20, content(ChangeType::ModelUpdate)).unwrap();
    world.submit(id, &[]).unwrap();
    world.approve(id, &[TECH, SECURITY, OWNER]);
    world.start(id).unwrap();
    world.complete(id, success).unwrap();
    (world, id)
}

#[test]
fn a_rollback_is_a_change_of_its_own_with_the_versions_swapped() {
    for success in [true, false] {
        let (mut world, id) = completed(success);
        let rollback = world.roll_back(id, 21).unwrap();
        let made = &world.changes[&rollback];
        assert_eq!(made.rollback_of, Some(id));
        assert_eq!((made.content.kind, made.risk()), (ChangeType::Rollback, Some(RiskLevel::Medium)));
        assert_eq!(made.content.current_version, Some(version_id(2)));
        assert_eq!(made.content.target_version, version_id(1));
        assert!(made.content.plan.rollback_plan.is_some());
        assert_eq!(made.state, StateName::Submitted, "it is submitted at once");
        assert_eq!(world.hearing(rollback).missing(), ["owner", "tech"]);
        let before = world.state(id);
        world.approve(rollback, &[OWNER, TECH]);
        world.start(rollback).unwrap();
        assert_eq!(world.state(id), before);
        world.complete(rollback, true).unwrap();
        assert_eq!(world.state(rollback), StateName::Completed);
        assert_eq!(world.state(id), StateName::RolledBack);
        assert_eq!(world.changes[&id].rolled_back_by, Some(rollback));
        refused(world.roll_back(rollback, 22), Code::WrongState, "ROLLBACK");
    }
}

#[test]
fn one_rollback_at_a_time_and_another_when_it_came_to_nothing() {
    let (mut world, id) = completed(true);
    let first = world.roll_back(id, 21).unwrap();
    refused(world.roll_back(id, 22), Code::WrongState, "takes it back already");
    world.approve(first, &[OWNER, TECH]);
    world.start(first).unwrap();
    world.complete(first, false).unwrap();
    assert_eq!(world.state(id), StateName::Completed, "a rollback that failed took nothing back");
    let second = world.roll_back(id, 22).unwrap();
    assert_eq!(world.changes[&id].rolled_back_by, Some(second));
}

#[test]
fn without_a_version_before_there_is_none_to_go_back_to() {
    let mut world = World::new();
    let mut first = content(ChangeType::ModelUpdate);
    first.current_version = None;
    let id = world.request(20, first).unwrap();
    world.submit(id, &[]).unwrap();
    world.approve(id, &[TECH, SECURITY, OWNER]);
    world.start(id).unwrap();
    world.complete(id, true).unwrap();
    refused(world.roll_back(id, 21), Code::InvalidValue, "no current version");
}

#[test]
fn a_way_back_to_what_never_stood_there_is_an_update() {
    let (mut world, id) = completed(true);
    world.versions[0].stood_in.remove("PRODUCTION");
    let rollback = world.roll_back(id, 21).unwrap();
    let made = &world.changes[&rollback];
    assert_eq!((made.content.kind, made.risk()), (ChangeType::Rollback, Some(RiskLevel::High)));
    assert_eq!(world.hearing(rollback).missing(), ["owner", "tech", "security"]);
    world.approve(rollback, &[OWNER, TECH, SECURITY]);
    world.now = time("2026-12-24T12:00:00Z");
    refused(world.start(rollback), Code::Blackout, "holidays");
    world.now = time("2026-12-27T12:00:00Z");
    world.start(rollback).unwrap();
}

#[test]
fn taking_back_what_placed_no_version_is_no_cheap_way_to_another_one() {
    let mut world = World::new();
    let id = world.request(20, content(ChangeType::ConfigChange)).unwrap();
    world.submit(id, &[]).unwrap();
    let missing = world.hearing(id).missing();
    let signers: Vec<u128> = [OWNER, TECH, SECURITY]
        .into_iter()
        .zip(["owner", "tech", "security"])
        .filter_map(|(number, role)| missing.contains(&role.to_owned()).then_some(number))
        .collect();
    world.approve(id, &signers);
    world.start(id).unwrap();
    world.complete(id, true).unwrap();
    let rollback = world.roll_back(id, 21).unwrap();
    assert_eq!(world.changes[&rollback].risk(), Some(RiskLevel::High), "the other version is an update");
}
