//! Sign-off: who may sign, what is missing, and what does not count any more.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a test that fails panics"
)]

use std::collections::BTreeMap;
use std::sync::Arc;

use assent_domain::identity::event::PrincipalRegistered;
use assent_domain::identity::{Grant, Principal, PrincipalKind, Status};
use assent_domain::ids::{GrantId, ModelId, PrincipalId};
use assent_domain::pack::Pack;
use assent_domain::registry::Model;
use assent_domain::registry::event::{ModelRegistered, Recorded, TierSource};
use assent_domain::signoff::{Case, NewSignature, SignatureRecord, Standing, Verdict, sign, standing};
use assent_domain::{Code, Sealed, Stamp, Time};
use serde_json::{Value, json};
use uuid::Uuid;

const NOW: i64 = 1_790_000_000;

fn now() -> Time {
    Time::from_second(NOW).unwrap()
}

fn sealed() -> Sealed {
    Sealed { subject: Uuid::nil(), data: String::new() }
}

fn pack() -> Pack {
    let role = |id: &str, permissions: Value| {
        ("f".to_owned(), json!({"kind": "Role", "id": id, "title": id, "permissions": permissions}))
    };
    Pack::compile(vec![
        ("f".to_owned(), json!({"kind": "Pack", "id": "p", "title": "p"})),
        role("a", json!(["READ", "REVIEW"])),
        role("b", json!(["READ", "REVIEW"])),
        role("reader", json!(["READ"])),
        ("f".to_owned(), json!({"kind": "Tier", "id": "T", "title": "T", "rank": 1, "riskLevel": "LOW"})),
        ("f".to_owned(), json!({"kind": "Stage", "id": "S", "title": "S", "order": 1})),
        ("f".to_owned(), json!({"kind": "ThresholdSet", "id": "t", "title": "t", "thresholds": []})),
        (
            "f".to_owned(),
            json!({"kind": "Settings", "id": "s", "thresholdSet": "t", "primaryMetric": "f1", "complianceLevel": "BASIC"}),
        ),
    ])
    .unwrap_or_else(|problems| panic!("{problems:?}"))
}

/// People by number, a model that the first owns, and what was signed so far.
struct World {
    pack: Pack,
    model: Model,
    people: BTreeMap<PrincipalId, Arc<Principal>>,
    roles: Vec<String>,
    requester: PrincipalId,
    makers: Vec<PrincipalId>,
    signatures: Vec<SignatureRecord>,
}

const OWNER: u128 = 1;
const REQUESTER: u128 = 2;
const ANNE: u128 = 3;
const BEN: u128 = 4;

fn id(number: u128) -> PrincipalId {
    PrincipalId(Uuid::from_u128(number))
}

impl World {
    fn new(roles: &[&str]) -> Self {
        let stamp = Stamp { at: now(), actor: id(OWNER) };
        let registered = ModelRegistered {
            name: "m".to_owned(),
            purpose: "p".to_owned(),
            use_cases: Vec::new(),
            tags: BTreeMap::new(),
            tier: "T".to_owned(),
            tier_source: TierSource::Given,
            owner: id(OWNER),
            criteria: BTreeMap::new(),
        };
        let mut world = Self {
            pack: pack(),
            model: Model::new(ModelId(Uuid::from_u128(9)), &registered, &stamp),
            people: BTreeMap::new(),
            roles: roles.iter().map(|&role| role.to_owned()).collect(),
            requester: id(REQUESTER),
            makers: vec![id(OWNER)],
            signatures: Vec::new(),
        };
        for (number, roles) in
            [(OWNER, &["a"][..]), (REQUESTER, &["a", "b"]), (ANNE, &["a", "b"]), (BEN, &["b"])]
        {
            world.person(number, roles);
        }
        world
    }

    fn person(&mut self, number: u128, roles: &[&str]) {
        let event =
            PrincipalRegistered { kind: PrincipalKind::User, name: sealed(), email: None, responsible: None };
        let mut principal = Principal::new(id(number), &event, &Stamp { at: now(), actor: id(number) });
        principal.grants = roles.iter().map(|role| Grant::of(GrantId(Uuid::nil()), *role)).collect();
        self.people.insert(id(number), Arc::new(principal));
    }

    fn change(&mut self, number: u128, how: impl FnOnce(&mut Principal)) {
        how(Arc::make_mut(self.people.get_mut(&id(number)).unwrap()));
    }

    fn case(&self) -> Case<'_> {
        Case {
            roles: &self.roles,
            signatures: &self.signatures,
            requester: self.requester,
            makers: &self.makers,
            model: &self.model,
            people: &self.people,
            pack: &self.pack,
            now: now(),
        }
    }

    fn sign(&mut self, number: u128, role: Option<&str>) -> Result<Standing, Code> {
        self.say(number, role, Verdict::Approved, None)
    }

    fn say(
        &mut self,
        number: u128,
        role: Option<&str>,
        verdict: Verdict,
        comment: Option<Sealed>,
    ) -> Result<Standing, Code> {
        let new = NewSignature { role: role.map(str::to_owned), verdict, comment };
        let signer = self.people[&id(number)].clone();
        let (signature, standing) = sign(&self.case(), &signer, new).map_err(|refusal| refusal.code)?;
        let recorded = Recorded { at: now(), by: id(number) };
        self.signatures.push(SignatureRecord { signature, recorded });
        Ok(standing)
    }
}

#[test]
fn each_role_is_signed_by_another_person() {
    let mut world = World::new(&["a", "b"]);
    assert_eq!(world.sign(ANNE, None).unwrap().missing, ["b"]);
    assert_eq!(world.sign(ANNE, Some("b")), Err(Code::ReviewerDecidedAlready));
    assert_eq!(world.sign(BEN, Some("a")), Err(Code::ReviewerLacksRole));
    assert_eq!(world.sign(BEN, Some("c")), Err(Code::UnknownRole));
    let done = world.sign(BEN, None).unwrap();
    assert!(done.is_complete() && done.lapsed.is_empty(), "{done:?}");
    assert_eq!(world.sign(BEN, None), Err(Code::ReviewerDecidedAlready));
}

#[test]
fn nobody_signs_their_own_request_or_work() {
    let mut world = World::new(&["a", "b"]);
    assert_eq!(world.sign(REQUESTER, None), Err(Code::ReviewerIsRequester));
    assert_eq!(world.sign(OWNER, None), Err(Code::ReviewerIsRequester));
    // Nor by an account that somebody else is known to have as well.
    world.change(ANNE, |anne| anne.person = Some(id(REQUESTER)));
    assert_eq!(world.sign(ANNE, None), Err(Code::ReviewerIsRequester));
}

#[test]
fn service_accounts_do_not_sign() {
    let mut world = World::new(&["a"]);
    world.change(ANNE, |anne| anne.kind = PrincipalKind::Service);
    assert_eq!(world.sign(ANNE, None), Err(Code::ReviewerIsNotAPerson));
}

#[test]
fn the_owner_attests_and_is_no_reviewer() {
    let mut world = World::new(&["owner", "a"]);
    assert_eq!(world.sign(ANNE, Some("owner")), Err(Code::NotTheOwner));
    let standing = world.sign(OWNER, None).unwrap();
    assert_eq!((standing.signed.get("owner"), standing.missing), (Some(&id(OWNER)), vec!["a".to_owned()]));
    assert_eq!(world.sign(OWNER, Some("a")), Err(Code::ReviewerIsRequester));
    assert!(world.sign(ANNE, None).unwrap().is_complete());
}

#[test]
fn a_request_by_the_owner_carries_their_attestation() {
    let mut world = World::new(&["owner", "a"]);
    world.requester = id(OWNER);
    assert_eq!(standing(&world.case()).missing, ["a"]);
    world.change(OWNER, |owner| owner.status = Status::Disabled);
    assert_eq!(standing(&world.case()).missing, ["owner", "a"]);
    world.change(OWNER, |owner| {
        owner.status = Status::Active;
        owner.kind = PrincipalKind::Service;
    });
    assert_eq!(standing(&world.case()).missing, ["owner", "a"]);
}

#[test]
fn a_yes_counts_only_as_long_as_it_could_be_given() {
    let mut world = World::new(&["a", "b"]);
    world.sign(ANNE, Some("a")).unwrap();
    world.change(ANNE, |anne| anne.grants.clear());
    let signed = world.sign(BEN, None).unwrap();
    assert_eq!((signed.missing, signed.lapsed.len()), (vec!["a".to_owned()], 1));

    let mut world = World::new(&["a", "b"]);
    world.sign(ANNE, Some("a")).unwrap();
    world.sign(BEN, None).unwrap();
    world.change(BEN, |ben| ben.person = Some(id(ANNE)));
    let linked = standing(&world.case());
    assert_eq!((linked.missing, linked.lapsed.len()), (vec!["b".to_owned()], 1));
}

#[test]
fn a_role_that_may_not_review_does_not_sign() {
    let mut world = World::new(&["reader"]);
    world.person(5, &["reader"]);
    assert_eq!(world.sign(5, None), Err(Code::ReviewerLacksRole));
}

#[test]
fn a_no_needs_a_comment_and_is_no_yes() {
    let mut world = World::new(&["a", "b"]);
    assert_eq!(world.say(ANNE, Some("a"), Verdict::Rejected, None), Err(Code::CommentMissing));
    let standing = world.say(ANNE, Some("a"), Verdict::Rejected, Some(sealed())).unwrap();
    assert_eq!(standing.missing, ["a", "b"]);
}
