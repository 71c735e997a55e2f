//! Two accounts of one person: wherever one person may not act twice, they are one.

use crate::common;

use assent_app::view::{Snapshot, View};
use assent_app::{Command, cases};
use assent_domain::Code;
use assent_domain::facts::Target;
use assent_domain::identity::{self, Principal};
use assent_domain::ids::{PrincipalId, PromotionId, VersionId};
use assent_domain::registry::VersionCommand;
use assent_domain::workflow::{Decision, Judgement, Lapse, NewReview};
use common::World;

fn ask(id: PromotionId, version: VersionId) -> Command {
    let target = Target { stage: "PROD".to_owned(), environment: None, strategy: None, replicas: None };
    Command::RequestPromotion { id, version, target, comment: None, submit: true }
}

fn approve(world: &World, promotion: PromotionId, step: &str) -> Command {
    let review = NewReview {
        step: step.to_owned(),
        role: None,
        decision: Decision::Approved,
        comment: None,
        conditions: Vec::new(),
        evidence: world.evidence(promotion),
    };
    Command::Review(promotion, Box::new(review))
}

fn link(principal: PrincipalId, other: PrincipalId) -> Command {
    Command::LinkPrincipal { principal, other }
}

fn person(world: &World, id: PrincipalId) -> PrincipalId {
    let read = world.store.read().unwrap();
    Snapshot::new(&*read).get::<Principal>(id).unwrap().unwrap().person()
}

fn judge(world: &World, promotion: PromotionId) -> Judgement {
    let read = world.store.read().unwrap();
    let now = world.assent.wiring.now();
    cases::of_promotion(&Snapshot::new(&*read), world.assent.ledger.packs(), promotion, now).unwrap().judge()
}

async fn submitted(world: &World, owner: PrincipalId, name: &str) -> PromotionId {
    let (_, version) = world.version(owner, name).await;
    let attach = Command::Version(version, Box::new(VersionCommand::Attach(common::card())));
    world.run(owner, attach).await.unwrap();
    let promotion = PromotionId(world.id());
    world.run(owner, ask(promotion, version)).await.unwrap();
    promotion
}

#[tokio::test]
async fn linked_accounts_are_one_person() {
    let world = World::new().await;
    let owner = world.person(&["model_owner"]).await;
    let (first, second) = (world.person(&["compliance"]).await, world.person(&["security"]).await);
    let other = world.person(&["compliance"]).await;

    // Nobody approves their own work, whichever account they made it with.
    let promotion = submitted(&world, owner, "own work").await;
    world.run(world.admin, link(first, owner)).await.unwrap();
    assert_eq!(
        world.refused(first, approve(&world, promotion, "compliance")).await,
        Code::ReviewerIsRequester
    );

    // Nobody decides two steps; a link reaches on, and back.
    world.run(other, approve(&world, promotion, "compliance")).await.unwrap();
    let third = world.person(&[]).await;
    world.run(world.admin, link(third, second)).await.unwrap();
    world.run(world.admin, link(third, other)).await.unwrap();
    assert_eq!(person(&world, second), person(&world, other));
    assert_eq!(
        world.refused(second, approve(&world, promotion, "security")).await,
        Code::ReviewerDecidedAnotherStep
    );
}

#[tokio::test]
async fn an_approval_lapses_when_its_reviewer_turns_out_to_be_the_requester() {
    let world = World::new().await;
    let owner = world.person(&["model_owner"]).await;
    let (first, second) = (world.person(&["compliance"]).await, world.person(&["security"]).await);
    let promotion = submitted(&world, owner, "later").await;
    world.run(first, approve(&world, promotion, "compliance")).await.unwrap();
    world.run(second, approve(&world, promotion, "security")).await.unwrap();
    assert!(judge(&world, promotion).is_complete());

    world.run(world.admin, link(second, first)).await.unwrap();
    let steps = judge(&world, promotion).steps;
    assert_eq!(steps[1].approvals.len(), 1, "the earlier one stands");
    assert_eq!(steps[2].lapsed[0].lapse, Lapse::SamePerson);
    world.run(world.admin, link(owner, first)).await.unwrap();
    let steps = judge(&world, promotion).steps;
    assert_eq!(steps[1].lapsed[0].lapse, Lapse::SamePerson);
}

/// Who may link accounts must not come to sign in the name of an owner.
#[tokio::test]
async fn a_link_gives_no_rights() {
    let world = World::new().await;
    let owner = world.person(&["model_owner"]).await;
    let deputy = world.person(&["model_owner"]).await;
    let (_, version) = world.version(owner, "mine").await;
    let promotion = PromotionId(world.id());
    world.run(owner, ask(promotion, version)).await.unwrap();
    world.run(world.admin, link(deputy, owner)).await.unwrap();
    assert_eq!(
        world.refused(deputy, Command::WithdrawPromotion(promotion, None)).await,
        Code::NotTheRequester
    );
}

#[tokio::test]
async fn service_accounts_follow_who_is_responsible_for_them() {
    let world = World::new().await;
    let (first, second) = (world.person(&[]).await, world.person(&[]).await);
    let before = world.service(second, &[]).await;
    world.run(world.admin, link(second, first)).await.unwrap();
    let after = world.service(second, &[]).await;
    for id in [first, second, before, after] {
        assert_eq!(person(&world, id), first);
    }
    assert_eq!(world.refused(world.admin, Command::UnlinkPrincipal(first)).await, Code::WrongState);
    assert_eq!(world.refused(world.admin, Command::UnlinkPrincipal(before)).await, Code::WrongState);
    world.run(world.admin, Command::UnlinkPrincipal(second)).await.unwrap();
    for id in [second, before, after] {
        assert_eq!(person(&world, id), second);
    }
    assert_eq!(person(&world, first), first);
}

#[tokio::test]
async fn what_cannot_be_linked_is_refused() {
    let world = World::new().await;
    let (first, second) = (world.person(&[]).await, world.person(&[]).await);
    let service = world.service(first, &[]).await;
    assert_eq!(world.refused(second, link(first, second)).await, Code::PermissionMissing);
    assert_eq!(world.refused(world.admin, link(first, first)).await, Code::InvalidValue);
    assert_eq!(world.refused(world.admin, link(first, PrincipalId(world.id()))).await, Code::NotFound);
    assert_eq!(world.refused(world.admin, link(service, second)).await, Code::InvalidValue);
    world.run(world.admin, link(first, second)).await.unwrap();
    for (one, other) in [(first, second), (second, first)] {
        assert!(world.run(world.admin, link(one, other)).await.unwrap().events.is_empty(), "no circle");
    }
    let gone = world.person(&[]).await;
    world.run(world.admin, Command::Principal(gone, identity::Command::Disable)).await.unwrap();
    let reason = world.assent.sealer.seal(world.admin.0, "asked for").unwrap();
    world.run(world.admin, Command::Principal(gone, identity::Command::Erase { reason })).await.unwrap();
    assert_eq!(world.refused(world.admin, link(gone, first)).await, Code::SubjectErased);
    assert_eq!(world.refused(world.admin, link(first, gone)).await, Code::SubjectErased);
}

#[tokio::test]
async fn nobody_grants_a_role_that_approves_to_another_account_of_theirs() {
    let world = World::new().await;
    let second = world.person(&[]).await;
    world.run(world.admin, link(second, world.admin)).await.unwrap();
    let grant = identity::Command::grant(world.id().into(), "compliance");
    assert_eq!(world.refused(world.admin, Command::Principal(second, grant)).await, Code::GrantToOneself);
}
