use super::*;

#[test]
fn a_model_is_covered_when_each_role_has_its_person() {
    let mut world = World::new();
    assert_eq!(
        world.gaps(),
        [("security".to_owned(), "NOT_ASSIGNED"), ("steward".to_owned(), "NOT_ASSIGNED")]
    );
    assert_eq!(world.assign("steward", STEWARD, None), Ok(1));
    assert_eq!(world.assign("security", SECURITY, None), Ok(1));
    let coverage = world.coverage();
    assert!(coverage.is_complete());
    let assigned = [("owner", OWNER), ("security", SECURITY), ("steward", STEWARD)];
    let assigned = assigned.map(|(role, person)| (role.to_owned(), id(person)));
    assert_eq!(coverage.assigned, BTreeMap::from(assigned));
    // Who is there stays there, and nothing is recorded.
    assert_eq!(world.assign("security", SECURITY, None), Ok(0));
    assert_eq!(world.assign("owner", OWNER, None), Ok(0));
}

#[test]
fn who_would_be_a_gap_is_not_put_there() {
    let mut world = World::new();
    for (role, person, code) in [
        ("security", STRANGER, Code::NotAssignable),
        ("security", STEWARD, Code::NotAssignable),
        ("security", SERVICE, Code::NotAssignable),
        ("owner", STRANGER, Code::NotAssignable),
        ("owner", SERVICE, Code::NotAssignable),
        ("risk", RISK, Code::UnknownRole),
        ("nobody", RISK, Code::UnknownRole),
    ] {
        assert_eq!(world.assign(role, person, None), Err(code), "{role} {person}");
    }
    world.alter(OWNER, |owner| owner.grants.push(Grant::of(GrantId(Uuid::nil()), "security")));
    assert_eq!(world.assign("security", OWNER, None), Err(Code::NotAssignable));
    assert_eq!(world.assign("security", SECURITY, Some("2026-05-01T09:00:00Z")), Err(Code::InvalidValue));
    assert_eq!(world.assign("owner", SUCCESSOR, Some("2027-05-01T09:00:00Z")), Err(Code::InvalidValue));
    world.disable(SECURITY);
    assert_eq!(world.assign("security", SECURITY, None), Err(Code::NotAssignable));
    assert!(world.held().is_none());
}

#[test]
fn whoever_leaves_is_a_gap_by_the_clock_alone() {
    let mut world = World::new();
    world.assign("steward", STEWARD, None).unwrap();
    world.assign("security", SECURITY, Some("2026-06-01T00:00:00Z")).unwrap();
    world.alter(STEWARD, |person| person.grants[0].until = Some(time("2026-05-20T00:00:00Z")));
    let held = world.held();
    let next = |now| assent_domain::accountability::changes_next(held.as_deref(), &world.people, time(now));
    assert_eq!(next("2026-05-01T00:00:00Z"), Some(time("2026-05-20T00:00:00Z")));
    assert_eq!(next("2026-05-20T00:00:00Z"), Some(time("2026-06-01T00:00:00Z")));
    assert_eq!(next("2026-06-01T00:00:00Z"), None);

    assert!(world.coverage().is_complete());
    world.now = time("2026-05-20T00:00:00Z");
    assert_eq!(world.gaps(), [("steward".to_owned(), "ROLE_LOST")]);
    world.now = time("2026-06-01T00:00:00Z");
    assert_eq!(world.gaps(), [("security".to_owned(), "ENDED"), ("steward".to_owned(), "ROLE_LOST")]);
    world.disable(OWNER);
    world.alter(STEWARD, |person| person.status = Status::Erased);
    let expected = [("owner", "DISABLED"), ("security", "ENDED"), ("steward", "ERASED")];
    assert_eq!(world.gaps(), expected.map(|(role, reason)| (role.to_owned(), reason)));
    assert_eq!(world.coverage().missing["owner"].principal, Some(id(OWNER)));
}

#[test]
fn reassigning_keeps_the_history() {
    let mut world = World::new();
    world.assign("security", SECURITY, None).unwrap();
    world.now = time("2026-06-01T00:00:00Z");
    world.assign("security", SUCCESSOR, None).unwrap();
    world.now = time("2026-07-01T00:00:00Z");
    world.end("security").unwrap();
    assert_eq!(world.end("security"), Err(Code::NotAssignable));
    assert_eq!(world.end("owner"), Err(Code::NotAssignable));
    let held = world.held().unwrap();
    assert!(held.posts.is_empty());
    let past: Vec<_> = held
        .past
        .iter()
        .map(|past| (past.post.principal, past.post.recorded.at.to_string(), past.ended.at.to_string()))
        .collect();
    let expected = [
        (id(SECURITY), "2026-05-01T09:00:00Z".to_owned(), "2026-06-01T00:00:00Z".to_owned()),
        (id(SUCCESSOR), "2026-06-01T00:00:00Z".to_owned(), "2026-07-01T00:00:00Z".to_owned()),
    ];
    assert_eq!(past, expected);
}

#[test]
fn the_state_keeps_a_bounded_history() {
    let mut world = World::new();
    for round in 0..assent_domain::accountability::MAX_PAST + 5 {
        let person = if round % 2 == 0 { SECURITY } else { SUCCESSOR };
        world.assign("security", person, None).unwrap();
    }
    assert_eq!(world.held().unwrap().past.len(), assent_domain::accountability::MAX_PAST);
}

#[test]
fn putting_somebody_in_the_place_of_the_owner_moves_the_model() {
    let mut world = World::new();
    world.assign("security", SUCCESSOR, None).unwrap();
    world.now = time("2026-06-01T00:00:00Z");
    assert_eq!(world.assign("owner", SUCCESSOR, None), Ok(2));
    let model = world.model();
    assert_eq!(model.owner, id(SUCCESSOR));
    // What was made while they owned it stays the work of the former owner.
    let owners = |since: &str| model.owners_since(time(since)).collect::<Vec<_>>();
    assert_eq!(owners("2026-05-31T23:59:59Z"), [id(SUCCESSOR), id(OWNER)]);
    assert_eq!(owners("2026-06-01T00:00:00Z"), [id(SUCCESSOR)]);
    // The first owner stands in the history since the registration, and the new one reviews nothing.
    let held = world.held().unwrap();
    let first = &held.past[0];
    assert_eq!((first.role.as_str(), first.post.principal), ("owner", id(OWNER)));
    assert_eq!((first.post.recorded.at, first.ended.at), (time("2026-05-01T09:00:00Z"), world.now));
    let expected = [("security", "OWNS_THE_MODEL"), ("steward", "NOT_ASSIGNED")];
    assert_eq!(world.gaps(), expected.map(|(role, reason)| (role.to_owned(), reason)));
}
