//! The life of an assessment.

use assent_domain::risk::assessment::{Move, StateName};

use super::*;

type Held = BTreeMap<assent_domain::AggregateId, Aggregate>;

/// An assessment with what its decisions need.
struct World {
    pack: Pack,
    model: Model,
    people: BTreeMap<PrincipalId, Arc<Principal>>,
    held: Held,
    hours: i64,
}

const FIRST: u128 = 20;
const SECOND: u128 = 21;

fn assessment_id(number: u128) -> AssessmentId {
    AssessmentId(Uuid::from_u128(number))
}

impl World {
    fn new(tier: &str) -> Self {
        let mut world =
            Self { pack: pack(), model: model(tier), people: people(), held: Held::new(), hours: 0 };
        world.start(FIRST);
        world
    }

    fn start(&mut self, number: u128) {
        let changes = assessment::start(assessment_id(number), &self.model, None, &self.pack).unwrap();
        self.apply(&changes, ASSESSOR);
    }

    fn apply(&mut self, changes: &[Change], actor: u128) {
        let stamp = Stamp { at: time(self.hours), actor: id(actor) };
        apply(&mut self.held, changes, stamp);
    }

    fn of(&self, number: u128) -> Arc<Assessment> {
        match self.held.get(&assessment_id(number).into()) {
            Some(Aggregate::Assessment(held)) => Arc::clone(held),
            other => panic!("{other:?}"),
        }
    }

    fn state(&self, number: u128) -> StateName {
        self.of(number).state()
    }

    fn answer(
        &mut self,
        risk: &str,
        (likelihood, impact): (u8, u8),
        effectiveness: &str,
    ) -> Result<(), Code> {
        self.answer_as(ASSESSOR, risk, None, (likelihood, impact), effectiveness)
    }

    fn answer_as(
        &mut self,
        actor: u128,
        risk: &str,
        category: Option<&str>,
        (likelihood, impact): (u8, u8),
        effectiveness: &str,
    ) -> Result<(), Code> {
        let custom =
            category.map(|category| Custom { category: category.to_owned(), title: sealed(id(actor)) });
        let controls = vec![sealed(id(actor))];
        let answer =
            Answer { likelihood, impact, effectiveness: exact(effectiveness), controls, notes: None };
        let new = Answered { risk: risk.to_owned(), custom, answer };
        let changes = assessment::answer(&self.of(FIRST), &self.model, new, &self.pack, id(actor));
        let changes = changes.map_err(|refusal| refusal.code)?;
        self.apply(&changes, actor);
        Ok(())
    }

    fn submit(&mut self, number: u128) -> Result<(), Code> {
        let changes = assessment::submit(&self.of(number), (&self.model, None), &self.pack, id(ASSESSOR));
        let changes = changes.map_err(|refusal| refusal.code)?;
        self.apply(&changes, ASSESSOR);
        Ok(())
    }

    fn with_case<T>(&self, number: u128, ask: impl FnOnce(&Assessment, &Case<'_>) -> T) -> T {
        let held = self.of(number);
        let none: Vec<String> = Vec::new();
        let case = Case {
            roles: held.submitted.as_ref().map_or(&none, |submitted| &submitted.roles),
            signatures: &held.signatures,
            requester: held.assessor(),
            makers: &[id(OWNER)],
            model: &self.model,
            people: &self.people,
            pack: &self.pack,
            now: time(self.hours),
        };
        ask(&held, &case)
    }

    fn sign(&mut self, number: u128, by: u128, verdict: Verdict, current: Option<u128>) -> Result<(), Code> {
        let current = current.map(|number| self.of(number));
        let new = NewSignature { role: None, verdict, comment: Some(sealed(id(by))) };
        let signer = Arc::clone(&self.people[&id(by)]);
        let changes = self
            .with_case(number, |held, case| assessment::sign(held, case, &signer, new, current.as_deref()));
        let changes = changes.map_err(|refusal| refusal.code)?;
        self.apply(&changes, by);
        Ok(())
    }

    fn accept(&mut self, by: u128, risk: &str, until: i64) -> Result<(), Code> {
        let actor = Arc::clone(&self.people[&id(by)]);
        let changes = self.with_case(FIRST, |held, case| {
            assessment::accept(held, case, &actor, risk.to_owned(), sealed(id(by)), time(until))
        });
        let changes = changes.map_err(|refusal| refusal.code)?;
        self.apply(&changes, by);
        Ok(())
    }

    fn withdraw(&mut self) -> Result<(), Code> {
        let changes = assessment::withdraw(&self.of(FIRST), &self.model, None, id(ASSESSOR));
        let changes = changes.map_err(|refusal| refusal.code)?;
        self.apply(&changes, ASSESSOR);
        Ok(())
    }

    fn facts(&self, number: u128) -> Value {
        let (held, version) = (self.of(number), version(&[], VersionKind::Classical));
        let inputs = Inputs {
            oversight: None,
            model: &self.model,
            version: &version,
            datasets: &[],
            champion: None,
            target: None,
            exceptions: &[],
            change: None,
            assessment: Some(&held),
            is_first: true,
            people: &BTreeMap::new(),
            pack: &self.pack,
            now: time(self.hours),
        };
        facts::build(&inputs)["risk"]["assessment"].clone()
    }
}

#[test]
fn the_worked_example_from_answers_to_facts() {
    let mut world = World::new("HIGH");
    assert_eq!(world.of(FIRST).templates.len(), 8);
    assert!(world.of(FIRST).templates.iter().all(|template| template.questions.len() == 3));
    // The last answer counts.
    world.answer("MQ-001", (5, 5), "0").unwrap();
    world.answer("MQ-001", (3, 4), "0.6").unwrap();
    world.answer("SEC-001", (3, 4), "0.7").unwrap();
    world.answer("FAIR-001", (2, 4), "0.5").unwrap();
    world.submit(FIRST).unwrap();
    assert_eq!(world.facts(FIRST), json!({"status": "MISSING"}));
    world.hours = 1;
    world.sign(FIRST, RISK, Verdict::Approved, None).unwrap();
    assert_eq!(world.state(FIRST), StateName::Approved);
    world.hours = 1 + 24 * 180;
    let facts = world.facts(FIRST);
    assert_eq!(
        (&facts["status"], &facts["class"], &facts["tier"]),
        (&json!("APPROVED"), &json!("MEDIUM"), &json!("HIGH"))
    );
    assert_eq!(facts["overall"], json!(184.6 / 27.0));
    assert_eq!((&facts["high"], &facts["medium"], &facts["low"]), (&json!(0), &json!(5), &json!(3)));
    assert_eq!(facts["residuals"]["MQ-001"], json!(4.8));
    // A model of the tier HIGH is looked at again after 180 days.
    assert_eq!((&facts["ageDays"], &facts["reviewOverdue"]), (&json!(180), &json!(true)));
    world.hours -= 1;
    assert_eq!(world.facts(FIRST)["reviewOverdue"], json!(false));
}

#[test]
fn a_risk_can_be_added_and_has_to_say_what_it_is() {
    let mut world = World::new("LOW");
    assert_eq!(world.answer("X-1", (1, 1), "0"), Err(Code::InvalidValue));
    assert_eq!(world.answer_as(ASSESSOR, "X-1", Some("WEATHER"), (1, 1), "0"), Err(Code::InvalidValue));
    assert_eq!(world.answer_as(ASSESSOR, "X 1", Some("FINANCIAL"), (1, 1), "0"), Err(Code::InvalidText));
    assert_eq!(world.answer_as(ASSESSOR, "MQ-001", Some("FINANCIAL"), (1, 1), "0"), Err(Code::Duplicate));
    world.answer_as(ASSESSOR, "X-1", Some("FINANCIAL"), (5, 5), "0").unwrap();
    world.submit(FIRST).unwrap();
    let held = world.of(FIRST);
    let result = &held.submitted.as_ref().unwrap().result;
    assert_eq!((result.risks.len(), result.risks[0].id.as_str(), result.high), (9, "X-1", 1));
    assert_eq!(result.risks[0].category, "FINANCIAL");
}

#[test]
fn added_risks_are_bounded() {
    let mut world = World::new("LOW");
    for number in 0..100 {
        world.answer_as(ASSESSOR, &format!("X-{number}"), Some("FINANCIAL"), (1, 1), "0").unwrap();
    }
    assert_eq!(world.answer_as(ASSESSOR, "X-100", Some("FINANCIAL"), (1, 1), "0"), Err(Code::TooMany));
    world.answer_as(ASSESSOR, "X-99", Some("FINANCIAL"), (2, 2), "0").unwrap();
}

#[test]
fn ratings_lie_on_the_scales() {
    let mut world = World::new("LOW");
    for wrong in [(0, 3), (6, 3), (3, 0), (3, 6), (255, 3)] {
        assert_eq!(world.answer("MQ-001", wrong, "0"), Err(Code::InvalidValue), "{wrong:?}");
    }
    assert_eq!(world.answer("MQ-001", (3, 3), "1.0001"), Err(Code::InvalidValue));
    world.answer("MQ-001", (5, 5), "1").unwrap();
}

#[test]
fn the_assessor_and_the_owner_never_approve() {
    let mut world = World::new("HIGH");
    assert_eq!(world.answer_as(RISK, "MQ-001", None, (1, 1), "0"), Err(Code::NotTheRequester));
    world.submit(FIRST).unwrap();
    assert_eq!(world.sign(FIRST, ASSESSOR, Verdict::Approved, None), Err(Code::ReviewerIsRequester));
    assert_eq!(world.sign(FIRST, OWNER, Verdict::Approved, None), Err(Code::ReviewerIsRequester));
    assert_eq!(world.sign(FIRST, COMPLIANCE, Verdict::Approved, None), Err(Code::ReviewerLacksRole));
    world.sign(FIRST, RISK, Verdict::Approved, None).unwrap();
    assert_eq!(world.state(FIRST), StateName::Approved);
}

#[test]
fn a_no_is_the_end() {
    let mut world = World::new("HIGH");
    world.submit(FIRST).unwrap();
    world.sign(FIRST, RISK, Verdict::Rejected, None).unwrap();
    assert_eq!(world.state(FIRST), StateName::Rejected);
    assert_eq!(world.facts(FIRST), json!({"status": "MISSING"}));
}

#[test]
fn a_newer_one_takes_the_place_of_the_one_that_counted() {
    let mut world = World::new("HIGH");
    world.submit(FIRST).unwrap();
    world.sign(FIRST, RISK, Verdict::Approved, None).unwrap();
    world.start(SECOND);
    world.submit(SECOND).unwrap();
    assert_eq!(world.state(FIRST), StateName::Approved);
    world.sign(SECOND, RISK, Verdict::Approved, Some(FIRST)).unwrap();
    assert_eq!((world.state(FIRST), world.state(SECOND)), (StateName::Superseded, StateName::Approved));
}

#[test]
fn an_acceptance_holds_until_it_ends_and_only_by_who_could_approve() {
    let mut world = World::new("HIGH");
    world.answer("MQ-001", (5, 5), "0").unwrap();
    world.answer("SEC-001", (5, 4), "0").unwrap();
    assert_eq!(world.accept(RISK, "MQ-001", 10), Err(Code::WrongState));
    world.submit(FIRST).unwrap();
    world.sign(FIRST, RISK, Verdict::Approved, None).unwrap();
    let unaccepted = |world: &World| world.facts(FIRST)["unaccepted"].clone();
    assert_eq!(unaccepted(&world), json!(["MQ-001", "SEC-001"]));
    assert_eq!(world.accept(ASSESSOR, "MQ-001", 10), Err(Code::ReviewerIsRequester));
    assert_eq!(world.accept(OWNER, "MQ-001", 10), Err(Code::ReviewerIsRequester));
    assert_eq!(world.accept(COMPLIANCE, "MQ-001", 10), Err(Code::ReviewerLacksRole));
    assert_eq!(world.accept(RISK, "MQ-009", 10), Err(Code::InvalidValue));
    assert_eq!(world.accept(RISK, "MQ-001", 0), Err(Code::InvalidValue));
    // A model of this tier is assessed every 180 days.
    assert_eq!(world.accept(RISK, "MQ-001", 180 * 24 + 1), Err(Code::InvalidValue));
    world.accept(RISK, "MQ-001", 180 * 24).unwrap();
    world.accept(RISK, "MQ-001", 10).unwrap();
    assert_eq!(unaccepted(&world), json!(["SEC-001"]));
    world.hours = 9;
    assert_eq!(unaccepted(&world), json!(["SEC-001"]));
    world.hours = 10;
    assert_eq!(unaccepted(&world), json!(["MQ-001", "SEC-001"]));
    // The latest one decides, also where it is shorter.
    world.hours = 11;
    world.accept(OTHER_RISK, "MQ-001", 100).unwrap();
    world.accept(RISK, "MQ-001", 12).unwrap();
    world.hours = 13;
    assert_eq!(unaccepted(&world), json!(["MQ-001", "SEC-001"]));
}

/// What was answered and scored for one tier is nothing to approve for another.
#[test]
fn another_tier_asks_for_another_assessment() {
    let mut world = World::new("HIGH");
    world.submit(FIRST).unwrap();
    world.model.tier = "CRITICAL".to_owned();
    assert_eq!(world.sign(FIRST, RISK, Verdict::Approved, None), Err(Code::WrongState));
    world.sign(FIRST, RISK, Verdict::Rejected, None).unwrap();
    let mut world = World::new("HIGH");
    let asked_for_today = world.of(FIRST).templates.len();
    let mut held = Assessment::clone(&world.of(FIRST));
    held.templates.pop();
    world.held.insert(held.id.into(), Aggregate::Assessment(Arc::new(held)));
    assert_eq!(world.of(FIRST).templates.len() + 1, asked_for_today);
    assert_eq!(world.submit(FIRST), Err(Code::WrongState));
}

/// Every state with every move: what is legal is done, and what is not is refused with what would be.
#[test]
fn every_state_with_every_move() {
    for state in StateName::ALL {
        for wanted in Move::ALL {
            let mut world = World::new("HIGH");
            bring(&mut world, state);
            assert_eq!(world.state(FIRST), state);
            let done = match wanted {
                Move::Answer => world.answer("MQ-001", (1, 1), "0"),
                Move::Submit => world.submit(FIRST),
                Move::Sign => world.sign(FIRST, RISK, Verdict::Approved, None),
                Move::Accept => world.accept(OTHER_RISK, "MQ-001", 1_000),
                Move::Withdraw => world.withdraw(),
            };
            let expected = if is_legal(state, wanted) { Ok(()) } else { Err(Code::WrongState) };
            assert_eq!(done, expected, "{state:?} {wanted:?}");
            assert_eq!(state.moves().contains(&wanted), is_legal(state, wanted), "{state:?} {wanted:?}");
        }
    }
}

fn is_legal(state: StateName, wanted: Move) -> bool {
    use {Move as M, StateName as S};
    matches!(
        (state, wanted),
        (S::Draft, M::Answer | M::Submit | M::Withdraw)
            | (S::Submitted, M::Sign | M::Accept | M::Withdraw)
            | (S::Approved, M::Accept)
    )
}

fn bring(world: &mut World, state: StateName) {
    match state {
        StateName::Draft => {}
        StateName::Withdrawn => world.withdraw().unwrap(),
        StateName::Submitted => world.submit(FIRST).unwrap(),
        StateName::Rejected => {
            world.submit(FIRST).unwrap();
            world.sign(FIRST, RISK, Verdict::Rejected, None).unwrap();
        }
        StateName::Approved => {
            world.submit(FIRST).unwrap();
            world.sign(FIRST, RISK, Verdict::Approved, None).unwrap();
        }
        StateName::Superseded => {
            bring(world, StateName::Approved);
            world.start(SECOND);
            world.submit(SECOND).unwrap();
            world.sign(SECOND, RISK, Verdict::Approved, Some(FIRST)).unwrap();
        }
    }
}

#[test]
fn a_refusal_names_what_is_possible() {
    let mut world = World::new("HIGH");
    world.submit(FIRST).unwrap();
    let refusal =
        assessment::submit(&world.of(FIRST), (&world.model, None), &world.pack, id(ASSESSOR)).unwrap_err();
    assert_eq!(
        refusal.message,
        "an assessment that is SUBMITTED cannot be submitted; it can be signed or had a risk accepted or withdrawn"
    );
}

#[test]
fn a_template_applies_where_its_condition_does_not_say_no() {
    let with = |when: &str| {
        let mut documents = documents();
        documents.push((
            "more.yaml".to_owned(),
            json!({"kind": "RiskTemplate", "id": "AG-001", "title": "It acts by itself", "category": "OPERATIONAL", "when": when}),
        ));
        Pack::compile(documents).unwrap_or_else(|problems| panic!("{problems:#?}"))
    };
    let count = |pack: &Pack, version: Option<&Version>| {
        let changes = assessment::start(assessment_id(FIRST), &model("HIGH"), version, pack).unwrap();
        let Event::AssessmentStarted(started) = &changes[0].event else { panic!() };
        started.templates.len()
    };
    let (agent, classical) = (version(&[], VersionKind::Agent), version(&[], VersionKind::Classical));
    let of_agents = with("kind == 'AGENT'");
    assert_eq!([count(&of_agents, Some(&agent)), count(&of_agents, Some(&classical))], [9, 8]);
    // Of a model as a whole the kind is not known, and nothing is taken away.
    assert_eq!(count(&of_agents, None), 9);
    assert_eq!(count(&with("tier == 'LOW'"), None), 8);
    assert_eq!(count(&with("text.contains('customer')"), None), 9);
}

#[test]
fn without_a_risk_model_nothing_is_assessed() {
    let kinds = ["RiskModel", "RiskTemplate"];
    let documents =
        documents().into_iter().filter(|(_, value)| !kinds.contains(&value["kind"].as_str().unwrap()));
    let pack = Pack::compile(documents.collect()).unwrap();
    assert_eq!(
        code(assessment::start(assessment_id(FIRST), &model("HIGH"), None, &pack)),
        Code::RiskModelMissing
    );
}

/// The rules that the reference gives as examples.
#[test]
fn rules_read_the_risk() {
    let text = std::fs::read_to_string(root().join("docs/reference/risk.md")).unwrap();
    let rules = text.rsplit("```text\n").next().unwrap().split("```").next().unwrap();
    let rules: Vec<&str> = rules.lines().collect();
    assert_eq!(rules.len(), 4);
    let mut world = World::new("HIGH");
    world.answer("MQ-001", (5, 5), "0").unwrap();
    world.submit(FIRST).unwrap();
    world.sign(FIRST, RISK, Verdict::Approved, None).unwrap();
    let held = |world: &World| {
        let facts = json!({"model": {"tier": "HIGH"}, "risk": {"assessment": world.facts(FIRST), "deployment": {"class": "HIGH"}}});
        let holds = |rule: &str| {
            let program =
                assent_cel::Program::compile(facts::env(), rule, Some(&assent_cel::Type::Bool)).unwrap();
            assert!(!facts::reads_evidence_only(&program), "{rule}");
            facts::holds(&program, &facts)
        };
        rules.iter().map(|rule| holds(rule)).collect::<Vec<bool>>()
    };
    assert_eq!(held(&world), [true, true, false, true]);
    world.accept(RISK, "MQ-001", 24).unwrap();
    assert_eq!(held(&world), [true, true, true, true]);
    world.hours = 24 * 180;
    assert_eq!(held(&world), [false, true, false, true]);
}
