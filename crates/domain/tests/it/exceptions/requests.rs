//! What can be asked for: each refusal has a code and names its field.

use assent_domain::Code;
use assent_domain::exception::StateName;
use assent_domain::ids::VersionId;
use assent_domain::signoff::Verdict;
use jiff::SignedDuration;
use uuid::Uuid;

use crate::exceptions::world::{ANNE, World, exception_id, kinds, new, with_policies_of};

#[track_caller]
fn refused(world: &mut World, policy: &str, duration: &str) -> (Code, String) {
    let refusal = world.request(9, &new(policy, duration)).unwrap_err();
    assert!(refusal.message.contains(policy), "{refusal}");
    (refusal.code, refusal.pointer.unwrap())
}

#[test]
fn a_policy_says_whether_and_how_long() {
    let mut world = World::new();
    for (policy, duration, code, field) in [
        ("nowhere", "1d", Code::UnknownPolicy, "/policy"),
        ("strict", "1d", Code::ExceptionNotAllowed, "/policy"),
        ("silent", "1d", Code::ExceptionNotAllowed, "/policy"),
        ("card", "8d", Code::DurationTooLong, "/duration"),
        ("card", "10081m", Code::DurationTooLong, "/duration"),
    ] {
        assert_eq!(refused(&mut world, policy, duration), (code, field.to_owned()), "{policy} {duration}");
    }
    world.request(1, &new("card", "7d")).unwrap();
    world.request(2, &new("endless", "400d")).unwrap();
    world.model.tier = "HIGH".to_owned();
    let code = Code::PolicyDoesNotApply;
    assert_eq!(refused(&mut world, "low-only", "1d"), (code, "/policy".to_owned()));
    let mut watched = new("broken", "1d");
    watched.terms.monitoring = watched.terms.monitoring.into_iter().cycle().take(21).collect();
    assert_eq!(world.request(3, &watched).map_err(|refusal| refusal.code), Err(Code::TooMany));
}

#[test]
fn the_policy_is_asked_again_when_the_request_is_submitted_and_signed() {
    let mut world = World::new();
    world.request(1, &new("low-only", "1d")).unwrap();
    world.model.tier = "HIGH".to_owned();
    let refusal = world.submit(1).unwrap_err();
    assert_eq!(refusal.code, Code::PolicyDoesNotApply);
    world.model.tier = "LOW".to_owned();
    world.submit(1).unwrap();
    world.model.tier = "HIGH".to_owned();
    let verdict = assent_domain::signoff::Verdict::Approved;
    let refusal = world.sign(1, crate::exceptions::world::ANNE, verdict).unwrap_err();
    assert_eq!(refusal.code, Code::PolicyDoesNotApply);
}

#[test]
fn of_a_policy_and_subject_one_request_is_open() {
    let mut world = World::new();
    world.request(1, &new("card", "1d")).unwrap();
    assert_eq!(refused(&mut world, "card", "1d"), (Code::ExceptionOpen, "/policy".to_owned()));
    world.submit(1).unwrap();
    assert_eq!(refused(&mut world, "card", "1d"), (Code::ExceptionOpen, "/policy".to_owned()));
    // Another subject is another matter.
    let mut of_version = new("card", "1d");
    of_version.version = Some(VersionId(Uuid::from_u128(11)));
    world.request(2, &of_version).unwrap();
}

#[test]
fn an_active_exception_is_followed_by_name() {
    let mut world = World::new();
    world.approved(1, &new("card", "1d"));
    assert_eq!(refused(&mut world, "card", "1d"), (Code::ExceptionOpen, "/extends".to_owned()));
    let mut next = new("card", "1d");
    for foreign in [exception_id(7), exception_id(2)] {
        next.extends = Some(foreign);
        let refusal = world.request(2, &next).unwrap_err();
        assert_eq!((refusal.code, refusal.pointer.as_deref()), (Code::NotExtendable, Some("/extends")));
    }
    next.extends = Some(exception_id(1));
    assert_eq!(kinds(&world.request(2, &next).unwrap()), ["exceptionRequested"]);
    assert_eq!(world.get(2).state(), StateName::Draft, "it is reviewed anew");
    assert!(world.get(1).holds_at(world.now), "and the one before goes on");
}

#[test]
fn what_has_expired_is_noted_with_the_next_request() {
    let mut world = World::new();
    world.approved(1, &new("card", "1d"));
    world.now = world.now.checked_add(SignedDuration::from_hours(24)).unwrap();
    assert_eq!(world.get(1).state(), StateName::Approved, "nothing was written when its time was over");
    let changes = world.request(2, &new("card", "1d")).unwrap();
    assert_eq!(kinds(&changes), ["exceptionExpired", "exceptionRequested"]);
    assert_eq!(world.get(1).state(), StateName::Expired);
    // It can still be named by what follows it.
    let mut next = new("card", "1d");
    next.extends = Some(exception_id(1));
    world.exceptions.retain(|held| held.id == exception_id(1));
    assert_eq!(kinds(&world.request(3, &next).unwrap()), ["exceptionRequested"]);
}

#[test]
fn without_approval_a_submission_is_active_at_once_and_says_so() {
    let mut world = World::new();
    world.request(1, &new("free", "1d")).unwrap();
    assert_eq!(kinds(&world.submit(1).unwrap()), ["exceptionSubmitted", "exceptionApproved"]);
    let exception = world.get(1);
    assert!(exception.holds_at(world.now));
    assert!(exception.approval.unwrap().without_approval);
    assert_eq!(exception.submission.as_ref().unwrap().roles, ["a"], "who may revoke it is known");
    // One that follows it would make a waiver without end of it: that one is reviewed.
    let mut next = new("free", "1d");
    next.extends = Some(exception_id(1));
    world.request(2, &next).unwrap();
    assert_eq!(kinds(&world.submit(2).unwrap()), ["exceptionSubmitted"]);
}

/// Who consents reads the policy of today; what was asked for is another one.
#[test]
fn a_policy_with_another_text_has_to_be_asked_of_anew() {
    let mut world = World::new();
    world.request(1, &new("card", "1d")).unwrap();
    world.request(2, &new("endless", "1d")).unwrap();
    world.submit(2).unwrap();
    world.pack = with_policies_of("3");
    assert_eq!(world.submit(1).unwrap_err().code, Code::PolicyMoved);
    assert_eq!(world.sign(2, ANNE, Verdict::Approved).unwrap_err().code, Code::PolicyMoved);
    // A no is heard all the same.
    world.sign(2, ANNE, Verdict::Rejected).unwrap();
}
