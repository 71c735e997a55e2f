//! What takes a second person: roles that approve, rules that get weaker, and every way around that one person could try.

use crate::common;

use std::collections::BTreeSet;

use assent_app::doors::Door;
use assent_app::view::{Snapshot, View};
use assent_app::{Command, Failure, Receipt, Request};
use assent_domain::aggregate::State;
use assent_domain::identity::provider::{Identity, Vouched};
use assent_domain::identity::{self, Credential, Principal, PrincipalKind, Restriction, Token};
use assent_domain::ids::{CredentialId, Digest, GrantId, PrincipalId, ProposalId, TokenId};
use assent_domain::pack::{self, Applied, Pack};
use assent_domain::proposal::{Lifecycle, Proposal, Proposed, StateName};
use assent_domain::{Code, Kind, Sealed};
use common::World;
use jiff::SignedDuration;
use proptest::prelude::*;
use serde_json::{Value, json};
use uuid::Uuid;

fn get<S: State>(world: &World, id: S::Id) -> Option<std::sync::Arc<S>> {
    let read = world.store.read().unwrap();
    Snapshot::new(&*read).get::<S>(id).unwrap()
}

fn grant(world: &World, to: PrincipalId, role: &str) -> Command {
    Command::Principal(to, identity::Command::grant(GrantId(world.id()), role))
}

fn roles(world: &World, id: PrincipalId) -> Vec<String> {
    get::<Principal>(world, id).unwrap().grants.iter().map(|grant| grant.role.clone()).collect()
}

fn words() -> Sealed {
    Sealed { subject: Uuid::nil(), data: "AAAA".to_owned() }
}

/// The proposal that an answer is about.
#[track_caller]
fn proposed(receipt: &Receipt) -> ProposalId {
    assert_eq!(receipt.kind, Kind::Proposal, "{receipt:?}");
    assert_eq!(receipt.events.iter().map(|event| event.kind.as_str()).collect::<Vec<_>>(), ["proposalMade"]);
    ProposalId(receipt.id)
}

fn confirm(world: &World, id: ProposalId) -> Command {
    Command::ConfirmProposal(id, get::<Proposal>(world, id).unwrap().digest)
}

fn invite(principal: PrincipalId) -> Command {
    Command::Door(Door::Invite { principal, secret_hash: Digest::of(b"secret") })
}

fn accept(email: Option<Sealed>) -> Command {
    Command::Door(Door::Accept { secret_hash: Digest::of(b"secret"), hash: words(), email })
}

/// Whoever had a way in from before somebody came to approve has it no longer.
#[tokio::test]
async fn the_password_of_before_goes_with_the_tokens() {
    let (world, first, second) = two().await;
    let third = world.person(&[]).await;
    world.run(first, invite(third)).await.unwrap();
    world.run(third, accept(Some(words()))).await.unwrap();
    let era = get::<Principal>(&world, third).unwrap().session_era;
    let id = proposed(&world.run(first, grant(&world, third, "compliance")).await.unwrap());
    world.run(second, confirm(&world, id)).await.unwrap();
    let held = get::<Credential>(&world, CredentialId::of(third)).unwrap();
    assert_eq!((&held.password, &held.invitation), (&None, &None));
    assert!(get::<Principal>(&world, third).unwrap().session_era > era);
    // From now on two persons invite.
    let id = proposed(&world.run(first, invite(third)).await.unwrap());
    assert_eq!(world.refused(third, accept(None)).await, Code::InvitationVoid);
    world.run(second, confirm(&world, id)).await.unwrap();
    world.run(third, accept(None)).await.unwrap();
    // A further role changes nothing: somebody who approves does so already.
    let id = proposed(&world.run(first, grant(&world, third, "security")).await.unwrap());
    world.run(second, confirm(&world, id)).await.unwrap();
    assert!(get::<Credential>(&world, CredentialId::of(third)).unwrap().password.is_some());
}

/// The same where a role comes from a provider's groups.
#[tokio::test]
async fn the_password_of_before_goes_when_a_provider_lets_somebody_approve() {
    let (world, first, _) = two().await;
    let third = world.person(&[]).await;
    world.run(first, invite(third)).await.unwrap();
    world.run(third, accept(Some(words()))).await.unwrap();
    let vouch = |role: &str, linked: bool| {
        let identity = Identity { provider: "corp".to_owned(), subject: words() };
        let roles = vec![(GrantId(world.id()), role.to_owned())];
        let vouched = Box::new(Vouched { identity, linked, name: words(), email: None, roles });
        Request::of_system(world.id(), Command::Vouch(third, vouched))
    };
    let password = || get::<Credential>(&world, CredentialId::of(third)).unwrap().password.clone();
    world.assent.ledger.execute(vouch("steward", false)).await.unwrap();
    assert!(password().is_some(), "a steward approves nothing");
    world.assent.ledger.execute(vouch("compliance", true)).await.unwrap();
    assert_eq!(password(), None);
}

fn token(world: &World, principal: PrincipalId) -> Command {
    let id = TokenId(world.id());
    let expires_at = world.assent.wiring.now().checked_add(SignedDuration::from_hours(24)).unwrap();
    Command::IssueToken {
        id,
        principal,
        secret_hash: Digest::of(b"secret"),
        expires_at,
        restriction: Restriction::default(),
    }
}

/// A world with a second administrator, whose grant one person gave alone.
async fn two() -> (World, PrincipalId, PrincipalId) {
    let world = World::new().await;
    let second = world.person(&[]).await;
    world.run(world.admin, grant(&world, second, "admin")).await.unwrap();
    let first = world.admin;
    (world, first, second)
}

#[tokio::test]
async fn the_first_administrator_acts_alone_until_there_is_a_second() {
    let world = World::new().await;
    let (reviewer, second) = (world.person(&[]).await, world.person(&[]).await);
    world.run(world.admin, grant(&world, reviewer, "compliance")).await.unwrap();
    let receipt = world.run(world.admin, grant(&world, second, "admin")).await.unwrap();
    let kinds: Vec<&str> = receipt.events.iter().map(|event| event.kind.as_str()).collect();
    assert_eq!(kinds, ["grantIssued", "twoPersonsRequired"]);
    for id in [reviewer, second] {
        assert_eq!(get::<Principal>(&world, id).unwrap().grants[0].proposal, None, "granted alone");
    }
    proposed(&world.run(world.admin, grant(&world, reviewer, "security")).await.unwrap());
    assert_eq!(roles(&world, reviewer), ["compliance"]);
}

#[tokio::test]
async fn an_own_account_is_no_second_person() {
    let world = World::new().await;
    let service = world.service(world.admin, &[]).await;
    let mine = world.person(&[]).await;
    world.run(world.admin, Command::LinkPrincipal { principal: mine, other: world.admin }).await.unwrap();
    for id in [service, mine] {
        let receipt = world.run(world.admin, grant(&world, id, "admin")).await.unwrap();
        assert_eq!(receipt.events.len(), 1, "no second person yet");
    }
    // Taken apart they are two, and from then on it takes two.
    let receipt = world.run(world.admin, Command::UnlinkPrincipal(mine)).await.unwrap();
    assert_eq!(receipt.events.last().unwrap().kind, "twoPersonsRequired");
    proposed(&world.run(world.admin, grant(&world, mine, "compliance")).await.unwrap());
}

#[tokio::test]
async fn a_grant_that_approves_holds_once_a_second_person_has_confirmed_it() {
    let (world, first, second) = two().await;
    let receiver = world.person(&["model_owner"]).await;
    assert_eq!(roles(&world, receiver), ["model_owner"], "a role that approves nothing takes one person");
    for role in ["compliance", "admin"] {
        let id = proposed(&world.run(first, grant(&world, receiver, role)).await.unwrap());
        assert!(!roles(&world, receiver).contains(&role.to_owned()));
        assert_eq!(world.refused(first, confirm(&world, id)).await, Code::SecondPersonNeeded);
        assert_eq!(world.refused(receiver, confirm(&world, id)).await, Code::PermissionMissing);
        let other = Command::ConfirmProposal(id, Digest::of(b"something else"));
        assert_eq!(world.refused(second, other).await, Code::DigestDiffers);
        let receipt = world.run(second, confirm(&world, id)).await.unwrap();
        let kinds: Vec<&str> = receipt.events.iter().map(|event| event.kind.as_str()).collect();
        assert_eq!(kinds, ["proposalConfirmed", "grantIssued"]);
        let held = get::<Principal>(&world, receiver).unwrap();
        assert_eq!(held.grants.last().unwrap().proposal, Some(id));
        assert_eq!(world.refused(second, confirm(&world, id)).await, Code::WrongState);
    }
    // The third administrator does not confirm what is granted to them.
    let id = proposed(&world.run(first, grant(&world, receiver, "security")).await.unwrap());
    assert_eq!(world.refused(receiver, confirm(&world, id)).await, Code::SecondPersonNeeded);
}

#[tokio::test]
async fn a_proposal_can_be_declined_withdrawn_and_left_to_expire() {
    let (world, first, second) = two().await;
    let receiver = world.person(&[]).await;
    let make = || async { proposed(&world.run(first, grant(&world, receiver, "security")).await.unwrap()) };

    let id = make().await;
    assert_eq!(world.refused(first, Command::DeclineProposal(id, words())).await, Code::SecondPersonNeeded);
    assert_eq!(world.refused(second, Command::WithdrawProposal(id, None)).await, Code::NotTheProposer);
    world.run(second, Command::DeclineProposal(id, words())).await.unwrap();
    assert_eq!(world.refused(second, confirm(&world, id)).await, Code::WrongState);

    let id = make().await;
    world.run(first, Command::WithdrawProposal(id, Some(words()))).await.unwrap();
    assert_eq!(world.refused(second, confirm(&world, id)).await, Code::WrongState);

    let id = make().await;
    world.clock.advance(SignedDuration::from_hours(7 * 24));
    let state = get::<Proposal>(&world, id).unwrap().state_at(world.assent.wiring.now());
    assert_eq!(state, StateName::Expired);
    assert_eq!(world.refused(second, confirm(&world, id)).await, Code::WrongState);
    assert_eq!(roles(&world, receiver), Vec::<String>::new());
}

#[tokio::test]
async fn nothing_is_done_in_the_name_of_who_may_no_longer_propose_it() {
    let (world, first, second) = two().await;
    let receiver = world.person(&[]).await;
    let id = proposed(&world.run(first, grant(&world, receiver, "security")).await.unwrap());
    world.run(second, Command::Principal(first, identity::Command::Disable)).await.unwrap();
    assert_eq!(world.refused(second, confirm(&world, id)).await, Code::ProposalStale);
}

#[tokio::test]
async fn the_rule_does_not_end_when_the_others_are_removed() {
    let (world, first, second) = two().await;
    let receiver = world.person(&[]).await;
    // To disable somebody takes one person, since it may be urgent; it gains nothing.
    world.run(first, Command::Principal(second, identity::Command::Disable)).await.unwrap();
    proposed(&world.run(first, grant(&world, receiver, "compliance")).await.unwrap());
    let erase = identity::Command::Erase { reason: words() };
    assert_eq!(world.refused(first, Command::Principal(second, erase)).await, Code::StillManages);
    world.run(first, Command::Principal(second, identity::Command::Enable)).await.unwrap();
    // The grant itself is taken back by two.
    let held = get::<Principal>(&world, second).unwrap().grants[0].id;
    let revoke = Command::Principal(second, identity::Command::RevokeGrant(held));
    let id = proposed(&world.run(first, revoke).await.unwrap());
    assert_eq!(roles(&world, second), ["admin"]);
    world.run(second, confirm(&world, id)).await.unwrap();
    assert_eq!(roles(&world, second), Vec::<String>::new());
    let id = proposed(&world.run(first, grant(&world, receiver, "compliance")).await.unwrap());
    assert_eq!(world.refused(first, confirm(&world, id)).await, Code::SecondPersonNeeded);
}

#[tokio::test]
async fn accounts_of_the_second_person_are_theirs() {
    let (world, first, second) = two().await;
    // A token of theirs would make two persons out of one.
    proposed(&world.run(first, token(&world, second)).await.unwrap());
    assert_eq!(world.run(first, token(&world, first)).await.unwrap().kind, Kind::Token);
    let id = proposed(
        &world.run(first, Command::LinkPrincipal { principal: second, other: first }).await.unwrap(),
    );
    world.run(second, confirm(&world, id)).await.unwrap();
    assert_eq!(get::<Principal>(&world, second).unwrap().person(), first);
    // Now they are one, and that is taken back by two others only.
    let id = proposed(&world.run(first, Command::UnlinkPrincipal(second)).await.unwrap());
    for one in [first, second] {
        assert_eq!(world.refused(one, confirm(&world, id)).await, Code::SecondPersonNeeded);
    }
    // A link gives no right to issue tokens.
    proposed(&world.run(first, token(&world, second)).await.unwrap());
}

/// Who takes a role away, issues a token, and has the role given back, would act as a reviewer.
#[tokio::test]
async fn tokens_from_before_end_when_somebody_comes_to_approve() {
    let (world, first, second) = two().await;
    let reviewer = world.person(&[]).await;
    let issued = TokenId(world.run(first, token(&world, reviewer)).await.unwrap().id);
    let id = proposed(&world.run(first, grant(&world, reviewer, "compliance")).await.unwrap());
    let receipt = world.run(second, confirm(&world, id)).await.unwrap();
    let kinds: Vec<&str> = receipt.events.iter().map(|event| event.kind.as_str()).collect();
    assert_eq!(kinds, ["proposalConfirmed", "grantIssued", "tokenRevoked"]);
    assert!(get::<Token>(&world, issued).unwrap().revoked_at.is_some());
    let id = proposed(&world.run(first, token(&world, reviewer)).await.unwrap());
    let receipt = world.run(second, confirm(&world, id)).await.unwrap();
    assert_eq!(receipt.events.last().unwrap().kind, "tokenIssued");
    // It ends none that two persons issued.
    let id = proposed(&world.run(first, grant(&world, reviewer, "security")).await.unwrap());
    assert_eq!(world.run(second, confirm(&world, id)).await.unwrap().events.len(), 2);
}

#[tokio::test]
async fn a_service_account_confirms_nothing() {
    let (world, first, second) = two().await;
    let service = world.service(second, &[]).await;
    let third = world.person(&[]).await;
    let id = proposed(&world.run(first, grant(&world, third, "admin")).await.unwrap());
    world.run(second, confirm(&world, id)).await.unwrap();
    let id = proposed(&world.run(first, grant(&world, service, "admin")).await.unwrap());
    assert_eq!(world.refused(second, confirm(&world, id)).await, Code::SecondPersonNeeded, "it is theirs");
    world.run(third, confirm(&world, id)).await.unwrap();
    let id = proposed(&world.run(first, grant(&world, third, "security")).await.unwrap());
    assert_eq!(world.refused(service, confirm(&world, id)).await, Code::SecondPersonNeeded);
}

/// The pack of the test with its policy made advisory, and a new version of it.
fn looser() -> Vec<(String, Value)> {
    let mut documents = common::pack();
    let policy = documents.iter_mut().find(|(_, document)| document["kind"] == "Policy").unwrap();
    policy.1["enforcement"] = json!("ADVISORY");
    policy.1["version"] = json!("2");
    documents
}

fn retitled(title: &str) -> Vec<(String, Value)> {
    let mut documents = common::pack();
    documents[0].1["title"] = json!(title);
    documents
}

fn in_force(world: &World) -> std::sync::Arc<Applied> {
    get::<Applied>(world, Uuid::nil()).unwrap()
}

#[tokio::test]
async fn a_weaker_pack_is_in_force_once_a_second_person_has_confirmed_its_digest() {
    let (world, first, second) = two().await;
    world.run(first, Command::ApplyPack(retitled("Wording"))).await.unwrap();
    let before = in_force(&world).pack.digest;
    let id = proposed(&world.run(first, Command::ApplyPack(looser())).await.unwrap());
    assert_eq!(in_force(&world).pack.digest, before);
    let proposal = get::<Proposal>(&world, id).unwrap();
    let Proposed::ApplyPack { digest, reasons, .. } = &proposal.proposed else { panic!("{proposal:?}") };
    assert_eq!(*digest, Digest::of(pack::content(&looser()).as_bytes()));
    assert_eq!(reasons, &["policy `card`: enforcement BLOCKING → ADVISORY"]);
    assert_eq!(world.refused(first, confirm(&world, id)).await, Code::SecondPersonNeeded);
    world.run(second, confirm(&world, id)).await.unwrap();
    assert_eq!(in_force(&world).pack.digest, *digest);
    assert!(in_force(&world).two_persons_since.is_some(), "a pack does not end the rule");
    // What was confirmed is what later packs are compared with.
    let mut reworded = looser();
    reworded[0].1["title"] = json!("Reworded");
    assert_eq!(world.run(first, Command::ApplyPack(reworded)).await.unwrap().kind, Kind::Pack);
}

#[tokio::test]
async fn a_proposed_pack_is_stale_once_another_was_applied() {
    let (world, first, second) = two().await;
    let id = proposed(&world.run(first, Command::ApplyPack(looser())).await.unwrap());
    world.run(second, Command::ApplyPack(retitled("Another"))).await.unwrap();
    assert_eq!(world.refused(second, confirm(&world, id)).await, Code::ProposalStale);
}

#[tokio::test]
async fn a_pack_that_makes_a_second_manager_begins_the_rule() {
    let world = World::new().await;
    world.person(&["steward"]).await;
    let with = |title: &str| {
        let mut documents = retitled(title);
        let role = documents.iter_mut().find(|(_, d)| d["id"] == "steward").unwrap();
        role.1["permissions"] = json!(["READ", "MANAGE_GRANTS"]);
        documents
    };
    let receipt = world.run(world.admin, Command::ApplyPack(with("Two"))).await.unwrap();
    let kinds: Vec<&str> = receipt.events.iter().map(|event| event.kind.as_str()).collect();
    assert_eq!(kinds, ["packApplied", "twoPersonsRequired"]);
    proposed(&world.run(world.admin, Command::ApplyPack(common::pack())).await.unwrap());
}

/// The pack of the test, whose duty names that role for confirming packs.
fn confirmed_by(role: &str) -> Vec<(String, Value)> {
    let mut documents = common::pack();
    let duties = documents.iter_mut().find(|(_, document)| document["kind"] == "Duties").unwrap();
    duties.1["configurationApprover"] = json!([role]);
    documents
}

/// The same, and something of it taken away.
fn looser_than(mut documents: Vec<(String, Value)>, version: &str) -> Vec<(String, Value)> {
    let policy = documents.iter_mut().find(|(_, document)| document["kind"] == "Policy").unwrap();
    policy.1["enforcement"] = json!("ADVISORY");
    policy.1["version"] = json!(version);
    documents
}

/// A world with two who manage grants under a pack that the role `steward` confirms.
async fn two_under_stewards() -> (World, PrincipalId, PrincipalId) {
    let world = World::new().await;
    let second = world.person(&[]).await;
    world.run(world.admin, Command::ApplyPack(confirmed_by("steward"))).await.unwrap();
    world.run(world.admin, grant(&world, second, "admin")).await.unwrap();
    let first = world.admin;
    (world, first, second)
}

/// The role in which a proposal was confirmed.
fn confirmed_as(world: &World, id: ProposalId) -> Option<String> {
    let proposal = get::<Proposal>(world, id).unwrap();
    let Lifecycle::Confirmed { role, .. } = &proposal.lifecycle else { panic!("{proposal:?}") };
    role.clone()
}

async fn propose_looser(world: &World, by: PrincipalId, version: &str) -> ProposalId {
    let documents = looser_than(confirmed_by("steward"), version);
    proposed(&world.run(by, Command::ApplyPack(documents)).await.unwrap())
}

#[tokio::test]
async fn a_pack_is_confirmed_in_a_role_that_the_pack_in_force_names() {
    let (world, first, second) = two_under_stewards().await;
    let third = world.person(&[]).await;
    for role in ["admin", "steward"] {
        // The role confirms packs, so that two persons grant it.
        let id = proposed(&world.run(first, grant(&world, third, role)).await.unwrap());
        world.run(second, confirm(&world, id)).await.unwrap();
        assert_eq!(confirmed_as(&world, id), None, "grants wait for no role");
    }
    let id = propose_looser(&world, first, "2").await;
    assert_eq!(world.refused(second, confirm(&world, id)).await, Code::ApproverLacksRole);
    assert_eq!(world.refused(first, confirm(&world, id)).await, Code::SecondPersonNeeded);
    world.run(third, confirm(&world, id)).await.unwrap();
    assert_eq!(confirmed_as(&world, id).as_deref(), Some("steward"));
    // Who holds the role and proposes is not who is waited for.
    let id = proposed(&world.run(third, Command::ApplyPack(confirmed_by("admin"))).await.unwrap());
    world.run(second, confirm(&world, id)).await.unwrap();
    assert_eq!(confirmed_as(&world, id), None, "nobody else held it");
    // The pack in force says who confirms, and that one says admin.
    let id = proposed(&world.run(first, Command::ApplyPack(looser())).await.unwrap());
    world.run(second, confirm(&world, id)).await.unwrap();
    assert_eq!(confirmed_as(&world, id).as_deref(), Some("admin"));
}

#[tokio::test]
async fn a_pack_waits_for_nobody_who_could_not_confirm_it() {
    let (world, first, second) = two_under_stewards().await;
    // They hold the role without managing grants, both as another account of who proposes, and both until a time that is over.
    let (reader, mine, past) = (world.person(&[]).await, world.person(&[]).await, world.person(&[]).await);
    let link = Command::LinkPrincipal { principal: mine, other: first };
    world.run(first, link).await.unwrap();
    let until = world.assent.wiring.now().checked_add(SignedDuration::from_hours(1)).unwrap();
    let ends = |role: &str| identity::Command::grant_until(GrantId(world.id()), role, until);
    for command in [
        grant(&world, reader, "steward"),
        Command::Principal(past, ends("steward")),
        Command::Principal(past, ends("admin")),
    ] {
        let id = proposed(&world.run(first, command).await.unwrap());
        world.run(second, confirm(&world, id)).await.unwrap();
    }
    for role in ["steward", "admin"] {
        let id = proposed(&world.run(second, grant(&world, mine, role)).await.unwrap());
        world.run(past, confirm(&world, id)).await.unwrap();
    }
    let id = propose_looser(&world, first, "2").await;
    assert_eq!(world.refused(second, confirm(&world, id)).await, Code::ApproverLacksRole, "`past` still can");
    world.clock.advance(SignedDuration::from_hours(1));
    world.run(second, confirm(&world, id)).await.unwrap();
    assert_eq!(confirmed_as(&world, id), None);
}

/// Whoever disables the one who confirms has not chosen another one; two can.
#[tokio::test]
async fn a_pack_waits_for_who_is_disabled_until_two_have_taken_the_role_back() {
    let (world, first, second) = two_under_stewards().await;
    let third = world.person(&[]).await;
    for role in ["admin", "steward"] {
        let id = proposed(&world.run(first, grant(&world, third, role)).await.unwrap());
        world.run(second, confirm(&world, id)).await.unwrap();
    }
    world.run(first, Command::Principal(third, identity::Command::Disable)).await.unwrap();
    let id = propose_looser(&world, first, "2").await;
    assert_eq!(world.refused(second, confirm(&world, id)).await, Code::ApproverLacksRole);
    let held = get::<Principal>(&world, third).unwrap();
    let held = held.grants.iter().find(|grant| grant.role == "steward").unwrap().id;
    let revoke = Command::Principal(third, identity::Command::RevokeGrant(held));
    let revoked = proposed(&world.run(first, revoke).await.unwrap());
    assert_eq!(roles(&world, third), ["admin", "steward"], "one person takes nobody's say away");
    world.run(second, confirm(&world, revoked)).await.unwrap();
    assert_eq!(roles(&world, third), ["admin"]);
    world.run(second, confirm(&world, id)).await.unwrap();
    assert_eq!(confirmed_as(&world, id), None);
}

#[tokio::test]
async fn a_pack_can_ask_for_two_persons_every_time() {
    let asks = |title: &str, word: &str| {
        let mut documents = retitled(title);
        documents[1].1["applying"] = json!({"secondPerson": word});
        documents
    };
    let (world, first, second) = two().await;
    // To ask for more is not weaker, and counts from then on.
    world.run(first, Command::ApplyPack(asks("More", "ALWAYS"))).await.unwrap();
    let id = proposed(&world.run(first, Command::ApplyPack(asks("Wording", "ALWAYS"))).await.unwrap());
    let Proposed::ApplyPack { reasons, .. } = &get::<Proposal>(&world, id).unwrap().proposed.clone() else {
        panic!("a pack is proposed")
    };
    assert!(reasons.is_empty(), "{reasons:?}");
    world.run(second, confirm(&world, id)).await.unwrap();
    // The same once more changes nothing, and so proposes nothing.
    assert!(world.run(first, Command::ApplyPack(asks("Wording", "ALWAYS"))).await.unwrap().events.is_empty());
    let id = proposed(&world.run(first, Command::ApplyPack(asks("Wording", "WHERE_WEAKER"))).await.unwrap());
    world.run(second, confirm(&world, id)).await.unwrap();
    assert_eq!(world.run(first, Command::ApplyPack(retitled("Free"))).await.unwrap().kind, Kind::Pack);
}

#[tokio::test]
async fn who_is_alone_applies_a_pack_alone_whatever_it_asks() {
    let world = World::new().await;
    let mut documents = common::pack();
    documents[1].1["applying"] = json!({"secondPerson": "ALWAYS"});
    world.run(world.admin, Command::ApplyPack(documents)).await.unwrap();
    assert_eq!(world.run(world.admin, Command::ApplyPack(looser())).await.unwrap().kind, Kind::Pack);
}

/// What one person tries who has every permission that an administrator has, and makes accounts.
#[derive(Debug, Clone)]
enum Try {
    Person,
    Service(u8),
    Link(u8, u8),
    Unlink(u8),
    Grant(u8, u8),
    Revoke(u8),
    Disable(u8),
    Enable(u8),
    Erase(u8),
    Token(u8),
    Invite(u8),
    Confirm(u8),
    Decline(u8),
    Pack(u8),
    Wait,
}

fn tries() -> impl Strategy<Value = Vec<(u8, Try)>> {
    let one = prop_oneof![
        2 => Just(Try::Person),
        2 => any::<u8>().prop_map(Try::Service),
        3 => any::<(u8, u8)>().prop_map(|(a, b)| Try::Link(a, b)),
        3 => any::<u8>().prop_map(Try::Unlink),
        6 => any::<(u8, u8)>().prop_map(|(a, b)| Try::Grant(a, b)),
        2 => any::<u8>().prop_map(Try::Revoke),
        2 => any::<u8>().prop_map(Try::Disable),
        1 => any::<u8>().prop_map(Try::Enable),
        1 => any::<u8>().prop_map(Try::Erase),
        3 => any::<u8>().prop_map(Try::Token),
        3 => any::<u8>().prop_map(Try::Invite),
        6 => any::<u8>().prop_map(Try::Confirm),
        1 => any::<u8>().prop_map(Try::Decline),
        3 => any::<u8>().prop_map(Try::Pack),
        1 => Just(Try::Wait),
    ];
    prop::collection::vec((any::<u8>(), one), 1..60)
}

struct Attack {
    world: World,
    /// Everybody there is, and whom the attacker can act as.
    known: Vec<PrincipalId>,
    held: Vec<PrincipalId>,
    proposals: Vec<ProposalId>,
}

fn pick<T: Copy>(from: &[T], number: u8) -> Option<T> {
    from.get(usize::from(number) % from.len().max(1)).copied()
}

impl Attack {
    async fn step(&mut self, actor: u8, attempt: Try) {
        let world = &self.world;
        let actor = pick(&self.held, actor).unwrap();
        let someone = |number| pick(&self.known, number).unwrap();
        let (mut makes, mut token_of) = (None, None);
        let mut register = |kind, responsible| {
            let id = PrincipalId(world.id());
            makes = Some(id);
            let name = world.assent.sealer.seal(id.0, "Somebody").unwrap();
            Command::Principal(id, identity::Command::Register { kind, name, email: None, responsible })
        };
        let command = match attempt {
            Try::Person => register(PrincipalKind::User, None),
            Try::Service(of) => register(PrincipalKind::Service, Some(someone(of))),
            Try::Link(a, b) => Command::LinkPrincipal { principal: someone(a), other: someone(b) },
            Try::Unlink(a) => Command::UnlinkPrincipal(someone(a)),
            Try::Grant(to, role) => grant(
                world,
                someone(to),
                ["compliance", "security", "admin", "steward"][usize::from(role) % 4],
            ),
            Try::Revoke(from) => {
                let from = someone(from);
                let Some(held) = get::<Principal>(world, from).unwrap().grants.first().map(|held| held.id)
                else {
                    return;
                };
                Command::Principal(from, identity::Command::RevokeGrant(held))
            }
            Try::Disable(a) => Command::Principal(someone(a), identity::Command::Disable),
            Try::Enable(a) => Command::Principal(someone(a), identity::Command::Enable),
            Try::Erase(a) => Command::Principal(someone(a), identity::Command::Erase { reason: words() }),
            Try::Token(of) => {
                token_of = Some(someone(of));
                token(world, someone(of))
            }
            Try::Invite(of) => {
                token_of = Some(someone(of));
                invite(someone(of))
            }
            Try::Confirm(a) => match pick(&self.proposals, a) {
                Some(id) => confirm(world, id),
                None => return,
            },
            Try::Decline(a) => match pick(&self.proposals, a) {
                Some(id) => Command::DeclineProposal(id, words()),
                None => return,
            },
            Try::Pack(which) => Command::ApplyPack(attempted(which)),
            Try::Wait => {
                world.clock.advance(SignedDuration::from_hours(50));
                return;
            }
        };
        match world.run(actor, command).await {
            Ok(receipt) => {
                self.known.extend(makes);
                if receipt.kind == Kind::Proposal {
                    self.proposals.push(ProposalId(receipt.id));
                } else if !receipt.events.is_empty() {
                    self.held.extend(token_of);
                }
            }
            Err(Failure::Refused(_)) => {}
            Err(failure) => panic!("{failure:?}"),
        }
    }
}

/// Packs with another title, with a role that comes to approve, without a role, and with less to ask.
fn attempted(which: u8) -> Vec<(String, Value)> {
    let mut documents = if which % 5 == 4 { looser() } else { retitled(&format!("Title {which}")) };
    let role = documents.iter_mut().find(|(_, document)| document["id"] == "steward").unwrap();
    match which % 5 {
        1 => role.1["permissions"] = json!(["READ", "REVIEW"]),
        2 => role.1["permissions"] = json!(["READ"]),
        3 => documents.retain(|(_, document)| document["id"] != "steward"),
        _ => {}
    }
    documents
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    /// Once there are two, one person with however many accounts and service accounts lets nobody approve, makes no weaker
    /// pack, takes nobody's grants that manage grants, and comes to act as nobody who approves.
    #[test]
    fn one_person_alone_lets_nobody_approve(tries in tries()) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let (world, first, second) = two().await;
            let (third, steward) = (world.person(&[]).await, world.person(&["steward"]).await);
            let id = proposed(&world.run(first, grant(&world, third, "compliance")).await.unwrap());
            world.run(second, confirm(&world, id)).await.unwrap();
            let mine = world.service(first, &[]).await;
            let before = common::pack();
            let approving = |world: &World, known: &[PrincipalId]| -> BTreeSet<(PrincipalId, GrantId)> {
                let pack = in_force(world).compile().unwrap();
                let of = |id: &PrincipalId| {
                    let held = get::<Principal>(world, *id).unwrap();
                    let grants = held.grants.iter().filter(|grant| pack.approves(&grant.role));
                    grants.map(|grant| (*id, grant.id)).collect::<Vec<_>>()
                };
                known.iter().flat_map(of).collect()
            };
            let known = vec![first, second, third, steward, mine];
            let granted = approving(&world, &known);
            let mut attack = Attack { world, known, held: vec![first, mine], proposals: Vec::new() };
            for (actor, attempt) in tries {
                attack.step(actor, attempt).await;
            }
            let after = approving(&attack.world, &attack.known);
            assert!(after.is_subset(&granted), "{after:?} beyond {granted:?}");
            assert!(after.iter().any(|(id, _)| *id == second), "the second person manages still");
            let theirs = attack.held.iter().filter(|held| ![first, mine].contains(held));
            let mut others = theirs.filter(|held| after.iter().any(|(id, _)| id == *held));
            assert_eq!(others.next(), None, "acts as another who approves");
            let now = in_force(&attack.world).compile().unwrap();
            assert_eq!(pack::weaker(&Pack::compile(before).unwrap(), &now), Vec::<String>::new());
        });
    }
}
