//! Other tiers, and the answers that put a model into its first one.

use assent_domain::registry::{ModelCommand, decide_model};
use assent_domain::risk::tier_change::{Move, New, StateName};

use super::*;

struct World {
    pack: Pack,
    people: BTreeMap<PrincipalId, Arc<Principal>>,
    held: BTreeMap<assent_domain::AggregateId, Aggregate>,
}

const CHANGE: TierChangeId = TierChangeId(Uuid::from_u128(30));

impl World {
    fn new(tier: &str) -> Self {
        let model = model(tier);
        Self { pack: pack(), people: people(), held: BTreeMap::from([(model.id.into(), model.into())]) }
    }

    fn model(&self) -> Arc<Model> {
        match self.held.get(&ModelId(Uuid::from_u128(10)).into()) {
            Some(Aggregate::Model(held)) => Arc::clone(held),
            other => panic!("{other:?}"),
        }
    }

    fn change(&self) -> Arc<TierChange> {
        match self.held.get(&CHANGE.into()) {
            Some(Aggregate::TierChange(held)) => Arc::clone(held),
            other => panic!("{other:?}"),
        }
    }

    fn apply(&mut self, changes: &[Change], actor: u128) {
        apply(&mut self.held, changes, Stamp { at: time(1), actor: id(actor) });
    }

    fn request(&mut self, to: &str) -> Result<Vec<String>, Code> {
        let new =
            New { to: to.to_owned(), justification: sealed(id(ASSESSOR)), impact: sealed(id(ASSESSOR)) };
        let open = self.held.contains_key(&CHANGE.into()).then(|| self.change());
        let changes = tier_change::request(CHANGE, &self.model(), new, open.as_deref(), &self.pack);
        let changes = changes.map_err(|refusal| refusal.code)?;
        self.apply(&changes, ASSESSOR);
        Ok(self.change().asked.roles.clone())
    }

    fn sign(
        &mut self,
        by: u128,
        verdict: Verdict,
        promotions: &[Arc<Promotion>],
    ) -> Result<Vec<Change>, Code> {
        let (request, model) = (self.change(), self.model());
        let case = Case {
            roles: &request.asked.roles,
            signatures: &request.signatures,
            requester: request.requester(),
            makers: &[id(OWNER)],
            model: &model,
            people: &self.people,
            pack: &self.pack,
            now: time(1),
        };
        let new = NewSignature { role: None, verdict, comment: Some(sealed(id(by))) };
        let changes = tier_change::sign(&request, &case, &self.people[&id(by)].clone(), new, promotions);
        let changes = changes.map_err(|refusal| refusal.code)?;
        self.apply(&changes, by);
        Ok(changes)
    }

    fn yes(&mut self, by: u128) -> Result<(), Code> {
        self.sign(by, Verdict::Approved, &[]).map(drop)
    }

    fn withdraw(&mut self, by: u128) -> Result<(), Code> {
        let changes = tier_change::withdraw(&self.change(), &self.model(), None, id(by));
        let changes = changes.map_err(|refusal| refusal.code)?;
        self.apply(&changes, by);
        Ok(())
    }
}

#[test]
fn the_people_of_the_higher_tier_sign_and_who_lowers_besides() {
    let roles = |from: &str, to: &str| World::new(from).request(to);
    assert_eq!(roles("LOW", "HIGH").unwrap(), ["compliance_officer", "business_owner"]);
    assert_eq!(roles("HIGH", "LOW").unwrap(), ["compliance_officer", "business_owner", "risk_manager"]);
    assert_eq!(roles("LOW", "MEDIUM").unwrap(), ["compliance_officer"]);
    // The risk manager signs for the tier CRITICAL and for lowering, and is asked once.
    assert_eq!(roles("CRITICAL", "HIGH").unwrap(), ["compliance_officer", "risk_manager"]);
    assert_eq!(roles("HIGH", "CRITICAL").unwrap(), ["compliance_officer", "risk_manager"]);
    assert_eq!(roles("HIGH", "HIGH"), Err(Code::InvalidValue));
    assert_eq!(roles("HIGH", "EXTREME"), Err(Code::UnknownTier));
    // What tier the pack has lost cannot be shown to be lower: it takes both.
    assert_eq!(roles("GONE", "MEDIUM").unwrap(), ["compliance_officer", "risk_manager"]);
}

#[test]
fn the_last_signature_changes_the_model() {
    let mut world = World::new("HIGH");
    world.request("MEDIUM").unwrap();
    assert_eq!(world.request("LOW"), Err(Code::TierChangeOpen));
    world.yes(COMPLIANCE).unwrap();
    world.yes(BUSINESS).unwrap();
    assert_eq!((world.model().tier.as_str(), world.change().state()), ("HIGH", StateName::Open));
    assert_eq!(world.yes(ASSESSOR), Err(Code::ReviewerIsRequester));
    assert_eq!(world.yes(OWNER), Err(Code::ReviewerIsRequester));
    world.yes(RISK).unwrap();
    assert_eq!((world.model().tier.as_str(), world.change().state()), ("MEDIUM", StateName::Approved));
    assert_eq!(world.model().tier_source, TierSource::Change(CHANGE.to_string()));
}

#[test]
fn a_no_leaves_the_model_as_it_is() {
    let mut world = World::new("LOW");
    world.request("HIGH").unwrap();
    world.yes(COMPLIANCE).unwrap();
    world.sign(BUSINESS, Verdict::Rejected, &[]).unwrap();
    assert_eq!((world.model().tier.as_str(), world.change().state()), ("LOW", StateName::Rejected));
}

#[test]
fn a_request_from_another_tier_is_stale() {
    let mut world = World::new("LOW");
    world.request("MEDIUM").unwrap();
    let moved = assent_domain::risk::tier_change::event::TierChanged {
        from: "LOW".to_owned(),
        to: "HIGH".to_owned(),
        change: TierChangeId(Uuid::from_u128(31)),
    };
    let changed = Change::new(ModelId(Uuid::from_u128(10)), Event::TierChanged(moved));
    world.apply(&[changed], RISK);
    assert_eq!(world.yes(COMPLIANCE), Err(Code::TierMoved));
    assert_eq!(world.model().tier, "HIGH");
}

#[test]
fn every_state_with_every_move() {
    for state in StateName::ALL {
        for wanted in Move::ALL {
            let mut world = World::new("LOW");
            world.request("MEDIUM").unwrap();
            match state {
                StateName::Open => {}
                StateName::Approved => world.yes(COMPLIANCE).unwrap(),
                StateName::Rejected => drop(world.sign(COMPLIANCE, Verdict::Rejected, &[]).unwrap()),
                StateName::Withdrawn => world.withdraw(ASSESSOR).unwrap(),
            }
            assert_eq!(world.change().state(), state);
            let done = match wanted {
                // By somebody who has not signed: in the state APPROVED the tier has moved as well.
                Move::Sign => world.yes(COMPLIANCE),
                Move::Withdraw => world.withdraw(ASSESSOR),
            };
            let expected = if state == StateName::Open { Ok(()) } else { Err(Code::WrongState) };
            assert_eq!(done, expected, "{state:?} {wanted:?}");
            assert_eq!(state.moves().contains(&wanted), state == StateName::Open);
        }
    }
}

#[test]
fn only_the_requester_and_the_owner_take_it_back() {
    let mut world = World::new("LOW");
    world.request("MEDIUM").unwrap();
    assert_eq!(world.withdraw(COMPLIANCE), Err(Code::NotTheRequester));
    world.withdraw(OWNER).unwrap();
    assert_eq!(world.change().state(), StateName::Withdrawn);
}

fn promotion(pack: &Pack, number: u128, stage: &str, tier: &str) -> Promotion {
    let event = PromotionRequested {
        model: ModelId(Uuid::from_u128(10)),
        version: VersionId(Uuid::from_u128(11)),
        target: Target { stage: stage.to_owned(), environment: None, strategy: None, replicas: None },
        workflow: pack.workflow_to(stage, tier).unwrap().workflow.clone(),
        comment: None,
        expires_at: None,
    };
    Promotion::new(PromotionId(Uuid::from_u128(number)), &event, &Stamp { at: time(0), actor: id(OWNER) })
}

/// Approves another tier with these promotions, which are at first under the workflow of the old one.
fn moved(from: &str, to: &str, pack: Pack, state: workflow::Lifecycle) -> (Pack, Promotion) {
    let mut world = World::new(from);
    world.pack = pack;
    let mut held = promotion(&world.pack, 40, "PRODUCTION", from);
    held.rounds.push(workflow::Round {
        number: 1,
        submitted: held.requested,
        evidence: Digest::of(b""),
        failed: Vec::new(),
        due: BTreeMap::from([("kept".to_owned(), time(7))]),
        notices: vec![workflow::Notice { step: "kept".to_owned(), level: 0, role: None, at: time(5) }],
        given: Vec::new(),
    });
    held.lifecycle = state;
    world.held.insert(held.id.into(), held.clone().into());
    let promotions = [Arc::new(held)];
    world.request(to).unwrap();
    for by in [COMPLIANCE, BUSINESS, RISK] {
        if world.change().state() == StateName::Open {
            let _ = world.sign(by, Verdict::Approved, &promotions);
        }
    }
    assert_eq!(world.model().tier, to);
    match world.held.remove(&promotions[0].id.into()) {
        Some(Aggregate::Promotion(held)) => (world.pack, (*held).clone()),
        other => panic!("{other:?}"),
    }
}

/// A pack in which HIGH and LOW go to production by different steps, of which one is the same, and MEDIUM does not go there.
fn two_ways() -> Pack {
    let review =
        |id: &str, role: &str| json!({"id": id, "type": "review", "roles": [role], "slaBusinessDays": 2});
    let automated = json!({"id": "automated", "type": "automated"});
    let way = |id: &str, tier: &str, steps: Value| {
        let workflow = json!({"kind": "Workflow", "id": id, "title": id, "target": "PRODUCTION", "from": ["STAGING"], "tiers": [tier], "steps": steps});
        ("ways.yaml".to_owned(), workflow)
    };
    let mut documents: Vec<(String, Value)> =
        documents().into_iter().filter(|(_, value)| value["kind"] != "Workflow").collect();
    documents.push(way(
        "high",
        "HIGH",
        json!([automated, review("kept", "tech_lead"), review("security", "security_reviewer")]),
    ));
    documents.push(way("low", "LOW", json!([automated, review("kept", "tech_lead")])));
    Pack::compile(documents).unwrap_or_else(|problems| panic!("{problems:#?}"))
}

#[test]
fn an_open_promotion_goes_on_through_the_workflow_of_the_new_tier() {
    let (pack, raised) = moved("LOW", "HIGH", two_ways(), workflow::Lifecycle::Approved { at: time(0) });
    assert_eq!(raised.workflow, pack.workflow_to("PRODUCTION", "HIGH").unwrap().workflow);
    // What was approved is under review again, and the new step has a time by which it is due.
    assert_eq!(raised.lifecycle, workflow::Lifecycle::InReview);
    let due = &raised.rounds[0].due;
    assert_eq!((due.len(), due["kept"]), (2, time(7)));
    assert!(due["security"] > time(24), "{due:?}");
    let notices = &raised.rounds[0].notices;
    assert_eq!((notices[0].step.as_str(), notices[0].at), ("kept", time(5)));
    assert!(notices.len() == 2 && notices[1].at > time(24), "{notices:?}");
    let (pack, lowered) = moved("HIGH", "LOW", two_ways(), workflow::Lifecycle::InReview);
    assert_eq!(lowered.workflow, pack.workflow_to("PRODUCTION", "LOW").unwrap().workflow);
    assert_eq!(lowered.rounds[0].due, BTreeMap::from([("kept".to_owned(), time(7))]));
    assert_eq!(lowered.lifecycle, workflow::Lifecycle::InReview);
}

#[test]
fn what_is_over_stays_over_and_where_no_way_leads_it_ends() {
    let rejected = workflow::Lifecycle::Rejected {
        by: assent_domain::registry::event::Recorded { at: time(0), by: id(RISK) },
    };
    let (pack, over) = moved("LOW", "HIGH", two_ways(), rejected.clone());
    assert_eq!(over.lifecycle, rejected);
    assert_eq!(over.workflow, pack.workflow_to("PRODUCTION", "LOW").unwrap().workflow);
    let (_, ended) = moved("HIGH", "MEDIUM", two_ways(), workflow::Lifecycle::InReview);
    assert_eq!(ended.lifecycle.name(), workflow::StateName::Withdrawn);
}

fn registered(
    tier: Option<&str>,
    purpose: &str,
    criteria: &[(&str, &str)],
) -> Result<(String, TierSource), Code> {
    let command = ModelCommand::Register {
        name: "m".to_owned(),
        purpose: purpose.to_owned(),
        use_cases: Vec::new(),
        tags: BTreeMap::new(),
        tier: tier.map(str::to_owned),
        owner: None,
        criteria: criteria.iter().map(|(id, answer)| ((*id).to_owned(), (*answer).to_owned())).collect(),
    };
    let changes = decide_model(ModelId(Uuid::from_u128(10)), None, command, &pack(), id(OWNER));
    let changes = changes.map_err(|refusal| refusal.code)?;
    let Event::ModelRegistered(event) = &changes[0].event else { panic!("{changes:?}") };
    assert_eq!(event.criteria.len(), criteria.len());
    Ok((event.tier.clone(), event.tier_source.clone()))
}

#[test]
fn the_highest_of_answers_rules_and_what_was_given_decides() {
    let criterion = |tier: &str, id: &str| Ok((tier.to_owned(), TierSource::Criterion(id.to_owned())));
    let rule = |tier: &str, id: &str| Ok((tier.to_owned(), TierSource::Rule(id.to_owned())));
    // The highest answer decides, and of equals the first in the order of the pack.
    let answers = [
        ("automation", "fully-automated"),
        ("data-sensitivity", "sensitive"),
        ("business-impact", "minimal"),
    ];
    assert_eq!(registered(None, "sorts mail", &answers), criterion("CRITICAL", "data-sensitivity"));
    assert_eq!(
        registered(None, "a prototype", &[("financial-impact", "10k-to-100k")]),
        criterion("MEDIUM", "financial-impact")
    );
    // With the rules, the higher of the two.
    assert_eq!(
        registered(None, "for customers", &[("business-impact", "minimal")]),
        rule("HIGH", "outside-reach")
    );
    assert_eq!(
        registered(Some("HIGH"), "a prototype", &[("automation", "semi-automated")]),
        Ok(("HIGH".to_owned(), TierSource::Given))
    );
    assert_eq!(
        registered(Some("LOW"), "a prototype", &[("automation", "semi-automated")]),
        criterion("MEDIUM", "automation")
    );
    // Of equals, what was given comes first, and answers come before rules.
    let semi = [("automation", "semi-automated")];
    assert_eq!(registered(Some("MEDIUM"), "sorts mail", &semi), Ok(("MEDIUM".to_owned(), TierSource::Given)));
    assert_eq!(registered(None, "sorts mail", &semi), criterion("MEDIUM", "automation"));
    assert_eq!(registered(None, "sorts mail", &[("colour", "red")]), Err(Code::InvalidValue));
    assert_eq!(registered(None, "sorts mail", &[("automation", "red")]), Err(Code::InvalidValue));
}
