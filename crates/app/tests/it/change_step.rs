//! The state of a promotion that waits for a change: whatever happens to one, it is APPROVED in the same commit in which nothing
//! is missing any more.

use assent_app::changes::ChangeCommand;
use assent_app::ledger::Failure;
use assent_app::view::{Snapshot, View};
use assent_app::{Command, Receipt, cases};
use assent_domain::Code;
use assent_domain::change_request::{ChangeType, Content, NewRollback, Window};
use assent_domain::facts::Target;
use assent_domain::identity;
use assent_domain::ids::{ChangeId, PrincipalId, PromotionId};
use assent_domain::registry::VersionCommand;
use assent_domain::signoff::{NewSignature, Verdict};
use assent_domain::workflow::{Decision, NewReview, Promotion, StateName};
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::changes::{Cast, cast};
use crate::common;

/// What happens, one after the other. Changes are numbered in the order in which they are asked for.
#[derive(Debug, Clone, Copy)]
enum Step {
    Ask,
    AskEmergency,
    /// Compliance and security sign.
    SignAll(usize),
    /// Somebody else of compliance signs.
    SignAgain(usize),
    Reject(usize),
    Withdraw(usize),
    Start(usize),
    Fail(usize),
    /// The account of who signed for compliance is disabled.
    Leaves,
    /// The promotion is submitted, which nobody has to review.
    Submit,
    /// The reviewers of the promotion say yes.
    Review,
    Wait,
}

use Step::{
    Ask, AskEmergency, Fail, Leaves, Reject, Review, SignAgain, SignAll, Start, Submit, Wait, Withdraw,
};

struct Stage {
    cast: Cast,
    promotion: PromotionId,
    changes: Vec<ChangeId>,
    /// Who signs changes, and who could besides: none of them reviews the promotion.
    signers: [PrincipalId; 2],
    third: PrincipalId,
}

impl Stage {
    /// A promotion under review, whose workflow ends with a change; with reviews before it, or with nothing that needs people.
    async fn new(reviews: bool) -> Self {
        Self::under(reviews, |_| {}).await
    }

    /// The same, with documents of the pack changed.
    async fn under(reviews: bool, change: impl Fn(&mut Value)) -> Self {
        let cast = cast().await;
        let mut documents = common::pack();
        for (_, document) in &mut documents {
            if document["kind"] == "Workflow" {
                let steps = document["steps"].as_array_mut().unwrap();
                steps.truncate(if reviews { 3 } else { 1 });
                steps.push(json!({"id": "change", "type": "change"}));
            }
            change(document);
        }
        cast.world.run(cast.world.admin, Command::ApplyPack(documents)).await.unwrap();
        let signers = [cast.world.person(&["compliance"]).await, cast.world.person(&["security"]).await];
        let third = cast.world.person(&["compliance"]).await;
        let version = cast.versions[1];
        let attach = Command::Version(version, Box::new(VersionCommand::Attach(common::card())));
        cast.world.run(cast.owner, attach).await.unwrap();
        let promotion = PromotionId(cast.world.id());
        let target = Target { stage: "PROD".to_owned(), environment: None, strategy: None, replicas: None };
        let ask =
            Command::RequestPromotion { id: promotion, version, target, comment: None, submit: reviews };
        cast.world.run(cast.owner, ask).await.unwrap();
        Self { cast, promotion, changes: Vec::new(), signers, third }
    }

    async fn on(&self, which: usize, by: PrincipalId, command: ChangeCommand) -> Vec<Receipt> {
        let command = Command::Change(self.changes[which], Box::new(command));
        vec![self.cast.world.run(by, command).await.unwrap()]
    }

    async fn sign(&self, which: usize, by: PrincipalId, verdict: Verdict) -> Vec<Receipt> {
        let comment = Some(self.cast.sealed("so"));
        self.on(which, by, ChangeCommand::Sign(NewSignature { role: None, verdict, comment })).await
    }

    async fn ask(&mut self, kind: ChangeType) -> Vec<Receipt> {
        self.ask_for(Content { kind, current_version: None, ..self.cast.content() }, true).await
    }

    async fn ask_for(&mut self, content: Content, submit: bool) -> Vec<Receipt> {
        self.name_a_change();
        let command = ChangeCommand::Request { content: Box::new(content), submit };
        self.on(self.changes.len() - 1, self.cast.owner, command).await
    }

    /// The newest is the one with the largest id.
    fn name_a_change(&mut self) -> ChangeId {
        self.cast.world.clock.advance(SignedDuration::from_millis(2));
        let id = ChangeId(self.cast.world.id());
        self.changes.push(id);
        id
    }

    async fn take_all(&mut self, steps: &[Step]) -> Vec<Receipt> {
        let mut receipts = Vec::new();
        for step in steps {
            receipts.extend(self.take(*step).await);
        }
        receipts
    }

    /// Why the version does not go there, if it does not.
    async fn complete(&self) -> Option<Code> {
        let world = &self.cast.world;
        let deployer = world.person(&["deployer"]).await;
        match world.run(deployer, Command::CompletePromotion(self.promotion)).await {
            Ok(_) => None,
            Err(Failure::Refused(refusal)) => Some(refusal.code),
            Err(other) => panic!("{other:?}"),
        }
    }

    async fn review(&self) -> Vec<Receipt> {
        let mut receipts = Vec::new();
        for (step, by) in [("compliance", self.cast.compliance), ("security", self.cast.security)] {
            let new = NewReview {
                step: step.to_owned(),
                role: None,
                decision: Decision::Approved,
                comment: None,
                conditions: Vec::new(),
                evidence: self.cast.world.evidence(self.promotion),
            };
            let review = Command::Review(self.promotion, Box::new(new));
            receipts.push(self.cast.world.run(by, review).await.unwrap());
        }
        receipts
    }

    async fn take(&mut self, step: Step) -> Vec<Receipt> {
        let [compliance, security] = self.signers;
        let (owner, world) = (self.cast.owner, &self.cast.world);
        match step {
            Ask => self.ask(ChangeType::ModelUpdate).await,
            AskEmergency => self.ask(ChangeType::Emergency).await,
            SignAll(which) => {
                let first = self.sign(which, compliance, Verdict::Approved).await;
                [first, self.sign(which, security, Verdict::Approved).await].concat()
            }
            SignAgain(which) => self.sign(which, self.third, Verdict::Approved).await,
            Reject(which) => self.sign(which, compliance, Verdict::Rejected).await,
            Withdraw(which) => self.on(which, owner, ChangeCommand::Withdraw(None)).await,
            Start(which) => self.on(which, owner, ChangeCommand::Start).await,
            Fail(which) => {
                self.on(which, owner, ChangeCommand::Complete { success: false, notes: None }).await
            }
            Leaves => {
                let disable = Command::Principal(compliance, identity::Command::Disable);
                vec![world.run(world.admin, disable).await.unwrap()]
            }
            Submit => vec![world.run(owner, Command::SubmitPromotion(self.promotion)).await.unwrap()],
            Review => self.review().await,
            Wait => {
                world.clock.advance(SignedDuration::from_hours(24 * 30));
                Vec::new()
            }
        }
    }

    /// The state of the promotion, and whether the gate lets the version in.
    fn now(&self) -> (StateName, bool) {
        let (world, id) = (&self.cast.world, self.promotion);
        let (read, now) = (world.store.read().unwrap(), world.assent.wiring.now());
        let view = Snapshot::new(&*read);
        let case = cases::of_promotion(&view, world.assent.ledger.packs(), id, now).unwrap();
        let state = view.get::<Promotion>(id).unwrap().unwrap().state_at(now);
        (state, case.gate().is_eligible())
    }
}

/// The ways, and with which step, counted from one, the promotion is approved.
const WAYS: &[(&[Step], Option<usize>)] = &[
    // The last signature; before the reviews, and after them.
    (&[Review, Ask, SignAll(0)], Some(3)),
    (&[Ask, SignAll(0), Review], Some(3)),
    // A newer one stands before an older one, until it is withdrawn, whether or not anybody has signed it.
    (&[Review, Ask, Ask, SignAll(0), Withdraw(1)], Some(5)),
    (&[Ask, Ask, SignAll(0), SignAll(1), Withdraw(1), Review], Some(6)),
    (&[Review, Ask, Ask, SignAll(1)], Some(4)),
    (&[Review, Ask, Ask, Withdraw(0), SignAll(1)], Some(5)),
    (&[Review, Ask, Ask, Ask, SignAll(0), Withdraw(1), Withdraw(2)], Some(7)),
    // A no counts before an older yes, and a newer yes before both.
    (&[Review, Ask, Ask, SignAll(0), Reject(1)], None),
    (&[Review, Ask, Ask, SignAll(0), Reject(1), Ask, Withdraw(2)], None),
    (&[Review, Ask, Reject(0), Ask, SignAll(1)], Some(5)),
    (&[Review, Ask, Withdraw(0)], None),
    // Signatures that lapsed, and are given again.
    (&[Ask, SignAll(0), Leaves, Review, SignAgain(0)], Some(5)),
    (&[Ask, SignAll(0), Start(0), Leaves, Review], None),
    // An emergency counts once it has started; one that failed counts no more, nor does what failed otherwise.
    (&[Review, AskEmergency, SignAll(0)], Some(3)),
    (&[Review, Ask, AskEmergency, SignAll(0), Withdraw(1)], Some(5)),
    (&[Ask, SignAll(0), Start(0), Fail(0), Review], None),
    (&[Ask, SignAll(0), Start(0), Fail(0), Review, Ask, SignAll(1)], Some(7)),
    // A promotion that expired is over.
    (&[Review, Ask, Wait, SignAll(0)], None),
];

/// How often the promotion was approved.
fn approvals(receipts: &[Receipt]) -> usize {
    let events = receipts.iter().flat_map(|receipt| &receipt.events);
    events.filter(|event| event.kind == "promotionApproved").count()
}

async fn walk(reviews: bool, ways: &[(&[Step], Option<usize>)]) {
    for (way, approved) in ways {
        let mut stage = Stage::new(reviews).await;
        for (i, step) in way.iter().enumerate() {
            let receipts = stage.take(*step).await;
            let is_noted = approvals(&receipts) == 1;
            assert_eq!(is_noted, *approved == Some(i + 1), "{step:?}, the step {} of {way:?}", i + 1);
            let (reached, is_open) = stage.now();
            assert_eq!(is_open, is_noted, "{step:?}, the step {} of {way:?}", i + 1);
            assert_eq!(reached == StateName::Approved, is_noted, "{reached:?} after {step:?} of {way:?}");
        }
    }
}

#[tokio::test]
async fn a_promotion_is_approved_with_the_change_that_was_missing() {
    walk(true, WAYS).await;
}

#[tokio::test]
async fn a_promotion_may_find_its_change_approved() {
    let ways: &[(&[Step], Option<usize>)] = &[
        (&[Ask, SignAll(0), Submit], Some(3)),
        (&[Submit, Ask, SignAll(0)], Some(3)),
        (&[Ask, Submit], None),
    ];
    walk(false, ways).await;
}

/// A newer one shuts the gate again; the state of the promotion is not taken back, and nothing is approved twice.
#[tokio::test]
async fn what_is_approved_stays_so_and_the_gate_says_what_is_missing() {
    let mut stage = Stage::new(true).await;
    for step in [Review, Ask, SignAll(0)] {
        stage.take(step).await;
    }
    assert_eq!(stage.now(), (StateName::Approved, true));
    for (step, is_open) in [(Ask, false), (Withdraw(1), true), (Leaves, false), (SignAgain(0), true)] {
        let receipts = stage.take(step).await;
        assert_eq!(approvals(&receipts), 0, "{step:?}");
        assert_eq!(stage.now(), (StateName::Approved, is_open), "{step:?}");
    }
}

#[tokio::test]
async fn a_step_that_does_not_apply_approves_nothing() {
    for steps in [&[Submit][..], &[Ask, SignAll(0), Submit], &[Submit, Ask, SignAll(0)]] {
        let unless_another_is_there = |document: &mut Value| {
            if document["kind"] == "Workflow" {
                document["steps"][1]["when"] = json!("has(champion.version)");
            }
        };
        let mut stage = Stage::under(false, unless_another_is_there).await;
        let receipts = stage.take_all(steps).await;
        assert_eq!((approvals(&receipts), stage.now()), (0, (StateName::InReview, true)), "{steps:?}");
    }
}

/// What comes back otherwise opens the gate alone, until something happens to a change that brings a version.
#[tokio::test]
async fn who_touches_no_change_that_places_a_version_approves_nothing() {
    use ChangeType::{ConfigChange, ModelUpdate};
    let mut stage = Stage::new(true).await;
    stage.take_all(&[Ask, SignAll(0), Leaves, Review]).await;
    assert_eq!(stage.now(), (StateName::InReview, false));
    let back = Command::Principal(stage.signers[0], identity::Command::Enable);
    stage.cast.world.run(stage.cast.world.admin, back).await.unwrap();
    assert_eq!(stage.now(), (StateName::InReview, true));
    for (kind, submit) in [(ConfigChange, false), (ConfigChange, true), (ModelUpdate, false)] {
        let other = Content { kind, current_version: None, ..stage.cast.content() };
        let receipts = stage.ask_for(other, submit).await;
        assert_eq!((approvals(&receipts), stage.now()), (0, (StateName::InReview, true)), "{kind:?}");
    }
    let receipts = stage.take(Start(0)).await;
    assert_eq!((approvals(&receipts), stage.now()), (1, (StateName::Approved, true)));
}

/// A pack under which nothing goes into production, at any time of the test.
fn rests(document: &mut Value) {
    if document["kind"] == "ChangeRules" {
        let always = json!({"from": "2020-01-01", "until": "2099-12-31", "reason": "stocktaking"});
        document["blackouts"] = json!([always]);
    }
}

#[tokio::test]
async fn a_blackout_of_the_pack_keeps_the_version_of_an_update_away_and_not_that_of_an_emergency() {
    let mut stage = Stage::under(true, rests).await;
    stage.take_all(&[Review, Ask, SignAll(0)]).await;
    assert_eq!(stage.now(), (StateName::Approved, false));
    assert_eq!(stage.complete().await, Some(Code::Blackout));
    stage.take_all(&[AskEmergency, SignAll(1), Start(1)]).await;
    assert_eq!(stage.now(), (StateName::Approved, true));
    assert_eq!(stage.complete().await, None);
}

#[tokio::test]
async fn a_blackout_of_the_request_keeps_its_version_away_until_it_ends() {
    let mut stage = Stage::new(true).await;
    let from = stage.cast.world.assent.wiring.now();
    let until = from.checked_add(SignedDuration::from_hours(1)).unwrap();
    let blackouts = vec![Window { from, until }];
    stage.ask_for(Content { current_version: None, blackouts, ..stage.cast.content() }, true).await;
    stage.take_all(&[SignAll(0), Review]).await;
    assert_eq!(stage.now(), (StateName::Approved, false));
    assert_eq!(stage.complete().await, Some(Code::Blackout));
    stage.cast.world.clock.advance(SignedDuration::from_hours(1));
    assert_eq!(stage.complete().await, None);
}

/// That a version is the way back is not believed: this one has never stood there.
#[tokio::test]
async fn a_rollback_to_what_was_never_served_waits_for_the_end_of_a_blackout() {
    let mut stage = Stage::under(true, rests).await;
    let [first, second] = stage.cast.versions;
    let away = Content {
        kind: ChangeType::Emergency,
        current_version: Some(second),
        target_version: first,
        ..stage.cast.content()
    };
    stage.ask_for(away, true).await;
    stage.take_all(&[SignAll(0), Start(0), Fail(0), Review]).await;
    let (rollback, sealed) = (stage.name_a_change(), || stage.cast.sealed("back"));
    let new = NewRollback { title: sealed(), description: sealed(), justification: sealed(), plan: sealed() };
    stage.on(0, stage.cast.owner, ChangeCommand::RollBack { rollback, new: Box::new(new) }).await;
    stage.take(SignAll(1)).await;
    assert_eq!(stage.now(), (StateName::Approved, false));
    assert_eq!(stage.complete().await, Some(Code::Blackout));
}
