//! What else random histories draw: the commands that need nothing but what is there already.

use assent_app::Command;
use assent_app::changes::ChangeCommand;
use assent_app::command::{CommentCommand, Onboarding, Ran, SYSTEM};
use assent_app::doors::Door;
use assent_app::log_in::Shut;
use assent_app::oversight::{AccountabilityCommand, PeriodicReviewCommand};
use assent_app::view::{Snapshot, View as _};
use assent_domain::change_request::{
    ChangeRequest, ChangeType, Content, Impact, NewRollback, Plan, Reach, StateName as ChangeState,
};
use assent_domain::comment::{Attachment, NewComment, Subject};
use assent_domain::evaluation::{EvaluationRequested, Job, Task};
use assent_domain::identity::event::LogInsRefused;
use assent_domain::identity::provider::{Identity, Vouched};
use assent_domain::identity::session::{NewSession, Proof};
use assent_domain::identity::{self, Restriction};
use assent_domain::ids::{
    ChangeId, CommentId, DatasetId, Digest, EvaluationId, GrantId, ModelId, PeriodicReviewId, PrincipalId,
    PromotionId, ProposalId, SessionId, SystemId, TokenId, VersionId,
};
use assent_domain::lineage::{FileDigest, LineageSource, NewEdge, Thing};
use assent_domain::periodic_review::{NewFinding, Outcome};
use assent_domain::proposal::Proposal;
use assent_domain::registry::card::NewCard;
use assent_domain::registry::event::{Classification, DatasetRegistered};
use assent_domain::registry::{DatasetCommand, NewVersion, VersionCommand};
use assent_domain::signoff::{NewSignature, Verdict};
use assent_domain::system::{Description, Role, SystemCommand};
use assent_domain::workflow::Promotion;
use assent_domain::{Kind, Sealed};
use assent_store::{Order, Predicate, Select};
use jiff::SignedDuration;
use uuid::Uuid;

use crate::common::{self, World};

/// What a further command is drawn from: which one, by whom, and two numbers that choose among what is there.
#[derive(Debug, Clone, Copy)]
pub struct Draw {
    pub what: u8,
    pub who: u8,
    pub one: u8,
    pub two: u8,
}

fn pick<T: Copy>(from: &[T], number: u8) -> Option<T> {
    from.get(usize::from(number) % from.len().max(1)).copied()
}

/// Draws commands against what is there.
struct Drawer<'a> {
    world: &'a World,
    draw: Draw,
    sealed: Sealed,
}

impl Drawer<'_> {
    fn any<T: From<Uuid>>(&self, table: &'static str, number: u8) -> Option<T> {
        let read = self.world.store.read().unwrap();
        let (filter, order) = (Predicate::True, Order::Ascending);
        let rows = read.select(&Select { table, filter, order, after: None, limit: 500 }).unwrap();
        let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
        pick(&ids, number).map(T::from)
    }

    fn get<S: assent_domain::aggregate::State>(&self, id: S::Id) -> Option<std::sync::Arc<S>> {
        let read = self.world.store.read().unwrap();
        Snapshot::new(&*read).get::<S>(id).unwrap()
    }

    fn one<T: From<Uuid>>(&self, table: &'static str) -> Option<T> {
        self.any(table, self.draw.one)
    }

    /// One of those that are there, or else one that is not: to be refused.
    fn or_none<T: From<Uuid>>(&self, table: &'static str) -> T {
        self.one(table).unwrap_or_else(|| T::from(Uuid::nil()))
    }

    fn two<T: From<Uuid>>(&self, table: &'static str) -> Option<T> {
        self.any(table, self.draw.two)
    }

    fn words(&self) -> Sealed {
        self.sealed.clone()
    }

    /// A yes, mostly.
    fn signature(&self) -> NewSignature {
        let verdict = if self.draw.two < 220 { Verdict::Approved } else { Verdict::Rejected };
        NewSignature { role: None, verdict, comment: Some(self.words()) }
    }

    fn of_people(&self) -> Option<Command> {
        let (world, two) = (self.world, self.draw.two);
        let person: PrincipalId = self.one("principals")?;
        let in_an_hour = world.assent.wiring.now() + SignedDuration::from_hours(1);
        Some(match self.draw.what % 11 {
            0 => Command::Principal(person, identity::Command::Enable),
            1 => Command::Principal(person, identity::Command::EndSessions),
            2 => Command::LinkPrincipal { principal: person, other: self.two("principals")? },
            3 => Command::UnlinkPrincipal(person),
            4 => {
                let (id, secret_hash) = (TokenId(world.id()), Digest::of(&[two]));
                let restriction = Restriction::default();
                Command::IssueToken {
                    id,
                    principal: person,
                    secret_hash,
                    expires_at: in_an_hour,
                    restriction,
                }
            }
            5 => Command::RevokeToken(self.or_none("tokens")),
            6 => {
                let event = LogInsRefused { attempts: u64::from(two), locked_until: in_an_hour };
                Command::RecordRefusedLogIns(Shut { principal: (two > 20).then_some(person), event })
            }
            7 => {
                let subject = Sealed { subject: person.0, data: "AAAA".to_owned() };
                let identity = Identity { provider: "house".to_owned(), subject: subject.clone() };
                let roles = vec![(GrantId(world.id()), "model_owner".to_owned())];
                let vouched = Vouched { identity, linked: two > 128, name: subject, email: None, roles };
                Command::Vouch(person, Box::new(vouched))
            }
            8 => Command::RecordDenials {
                route: "getModel".to_owned(),
                code: "not-found".to_owned(),
                attempts: u64::from(two) + 1,
            },
            9 => {
                let name = Sealed { subject: world.admin.0, data: "AAAA".to_owned() };
                let kind = identity::PrincipalKind::Service;
                let register =
                    identity::Command::Register { kind, name, email: None, responsible: Some(person) };
                Command::Principal(PrincipalId(world.id()), register)
            }
            _ => Command::Bootstrap {
                administrator: person,
                name: self.words(),
                grants: Vec::new(),
                token: TokenId(world.id()),
                secret_hash: Digest::of(b"token"),
                expires_at: in_an_hour,
                invitation: Digest::of(b"invitation"),
                documents: common::pack(),
            },
        })
    }

    /// At the door people act for themselves.
    fn at_the_door(&self, person: PrincipalId) -> Option<Door> {
        let secret_hash = Digest::of(b"invitation");
        let hash =
            |number: u8| Sealed { subject: person.0, data: ["AAAA", "BBBB"][usize::from(number % 2)].into() };
        Some(match self.draw.two % 6 {
            0 | 1 => Door::Invite { principal: self.one("principals")?, secret_hash },
            2 => Door::Accept { secret_hash, hash: hash(0), email: None },
            3 => Door::ChangePassword { proved: hash(self.draw.one), hash: hash(self.draw.who) },
            4 => {
                let id = SessionId(self.world.id());
                let life = SignedDuration::from_hours(1);
                let new = NewSession { id, secret_hash: Digest::of(id.0.as_bytes()), life, failures: 0 };
                let proof = if self.draw.who.is_multiple_of(2) {
                    Proof::Password(hash(self.draw.one))
                } else {
                    Proof::Provider("house".to_owned())
                };
                Door::Start { proof, new }
            }
            _ => Door::End(self.or_none("sessions")),
        })
    }

    fn of_registry(&self) -> Option<Command> {
        let world = self.world;
        Some(match self.draw.what % 10 {
            0 => {
                let mut document = common::card();
                document.name = "other.md".to_owned();
                let card = NewCard { document, figures: Vec::new(), risks: Vec::new() };
                Command::Version(self.one("versions")?, Box::new(VersionCommand::AttachCard(card)))
            }
            1 => {
                let assent_app::command::Found::Scan(scan) = common::scan(self.draw.two > 50) else {
                    return None;
                };
                let reported = assent_domain::values::Provenance::Reported;
                let scan = assent_domain::registry::Scan { provenance: reported, ..*scan };
                Command::Version(self.one("versions")?, Box::new(VersionCommand::RecordScan(scan)))
            }
            2 | 3 => {
                let dataset = DatasetRegistered {
                    name: format!("data {}", self.draw.one % 4),
                    number: u64::from(self.draw.two),
                    blob: common::card().blob,
                    columns: vec!["x".to_owned(), "label".to_owned()],
                    classification: Classification::Internal,
                    sensitive_attributes: Vec::new(),
                    datasheet: None,
                    datasheet_card: None,
                    labels: None,
                    designated_for: Vec::new(),
                };
                Command::Dataset(DatasetId(world.id()), Box::new(DatasetCommand::Register(dataset)))
            }
            4 => {
                let version: VersionId = self.one("versions")?;
                let model = self.get::<assent_domain::registry::Version>(version)?.model;
                let task = EvaluationRequested {
                    version,
                    model,
                    suites: vec!["performance".to_owned()],
                    dataset: self.or_none("datasets"),
                    data_sha256: common::card().blob.sha256,
                    predictions: common::card().blob,
                    prediction: "x".to_owned(),
                    positive: Vec::new(),
                    score: None,
                    protected: Vec::new(),
                };
                Command::RequestEvaluation(EvaluationId(world.id()), Box::new(Task::Figures(task)))
            }
            5 => Command::CancelEvaluation(self.or_none("evaluations")),
            6 | 7 => self.run(),
            8 => self.onboard(),
            _ => self.of_system()?,
        })
    }

    /// A model with all that it begins with.
    fn onboard(&self) -> Command {
        let world = self.world;
        Command::Onboard(Box::new(Onboarding {
            model: ModelId(world.id()),
            described: common::register(&format!("onboarded {}", self.draw.one % 4)),
            version: VersionId(world.id()),
            first: NewVersion { artifacts: vec![common::artifact()], ..common::new_version() },
            validation_data: None,
            documents: vec![VersionCommand::Attach(common::card())],
        }))
    }

    /// What becomes of an evaluation.
    fn run(&self) -> Command {
        let id: EvaluationId = self.or_none("evaluations");
        let run = self.get::<Job>(id).map_or(1, |job| job.runs.max(1));
        let ran = match self.draw.two % 4 {
            0 => Ran::Started,
            1 => Ran::Failed { run, code: "unreadable".to_owned(), reason: self.words() },
            2 => Ran::Released { run },
            _ => Ran::Finished { run, report: common::card().blob, found: common::scan(self.draw.two > 99) },
        };
        Command::RanEvaluation(id, ran)
    }

    fn of_system(&self) -> Option<Command> {
        let description = |owner| Description {
            name: format!("system {}", self.draw.one % 4),
            purpose: format!("sorts {}", self.draw.two),
            role: Role::Deployer,
            category: None,
            owner,
            restrictions: Vec::new(),
            business_justification: None,
            success_criteria: Vec::new(),
            uses: self.two("versions").into_iter().collect(),
        };
        Some(match self.draw.two % 4 {
            0 => Command::System(self.or_none("systems"), Box::new(SystemCommand::Retire(self.words()))),
            1 => {
                let revise = SystemCommand::Revise(description(self.any("principals", self.draw.who)?));
                Command::System(self.or_none("systems"), Box::new(revise))
            }
            _ => {
                let register = SystemCommand::Register(description(self.any("principals", self.draw.who)?));
                Command::System(SystemId(self.world.id()), Box::new(register))
            }
        })
    }

    fn of_change(&self) -> Option<Command> {
        let (world, draw) = (self.world, self.draw);
        let impact = || Impact {
            affected_systems: Vec::new(),
            affected_users: Reach::AllUsers,
            estimated_downtime: "none".to_owned(),
            rollback_time: "5 minutes".to_owned(),
            testing_required: Vec::new(),
            dependencies: Vec::new(),
        };
        let plan = || Plan { impact: Some(impact()), rollback_plan: Some(self.words()), ..Plan::default() };
        if draw.what.is_multiple_of(4) {
            let target: VersionId = self.one("versions")?;
            let kind = [ChangeType::ModelUpdate, ChangeType::ConfigChange, ChangeType::Emergency];
            let content = Content {
                kind: pick(&kind, draw.two)?,
                title: self.words(),
                description: self.words(),
                justification: self.words(),
                environment: if draw.two.is_multiple_of(2) { "PROD" } else { "DEV" }.to_owned(),
                current_version: None,
                target_version: target,
                department: None,
                plan: plan(),
                preferred_window: None,
                blackouts: Vec::new(),
                promotion: None,
            };
            let request = ChangeCommand::Request { content: Box::new(content), submit: draw.two < 200 };
            return Some(Command::Change(ChangeId(world.id()), Box::new(request)));
        }
        let id: ChangeId = self.or_none("changes");
        let now = world.assent.wiring.now();
        let sign = || ChangeCommand::Sign(self.signature());
        let schedule = || ChangeCommand::Schedule(now + SignedDuration::from_hours(1));
        let complete = || ChangeCommand::Complete { success: draw.two > 60, notes: None };
        let roll_back = || {
            let new = NewRollback {
                title: self.words(),
                description: self.words(),
                justification: self.words(),
                plan: self.words(),
            };
            ChangeCommand::RollBack { rollback: ChangeId(world.id()), new: Box::new(new) }
        };
        let command = match draw.two % 16 {
            0 => ChangeCommand::Withdraw(Some(self.words())),
            1 => ChangeCommand::Start,
            2 => schedule(),
            3 => complete(),
            4 => roll_back(),
            5 => ChangeCommand::Submit(Box::new(plan())),
            // What helps it on, mostly: a history that tries everything gets nowhere.
            _ => match self.get::<ChangeRequest>(id)?.state {
                ChangeState::Draft => ChangeCommand::Submit(Box::new(plan())),
                ChangeState::Approved if draw.two.is_multiple_of(2) => schedule(),
                ChangeState::Approved | ChangeState::Scheduled => ChangeCommand::Start,
                ChangeState::InProgress => complete(),
                ChangeState::Completed | ChangeState::Failed => roll_back(),
                // Those that are over refuse it.
                ChangeState::Submitted
                | ChangeState::UnderReview
                | ChangeState::Rejected
                | ChangeState::Withdrawn
                | ChangeState::RolledBack => sign(),
            },
        };
        Some(Command::Change(id, Box::new(command)))
    }

    fn of_oversight(&self) -> Option<Command> {
        let (world, draw) = (self.world, self.draw);
        if draw.what % 8 < 2 {
            let role = ["model_owner", "owner"][usize::from(draw.two % 2)].to_owned();
            let command = if draw.what % 8 == 0 {
                let principal = self.any("principals", draw.who)?;
                let until =
                    (draw.two > 128).then(|| world.assent.wiring.now() + SignedDuration::from_hours(9));
                let reason = self.words();
                AccountabilityCommand::Assign(assent_domain::accountability::NewPost {
                    role,
                    principal,
                    until,
                    reason,
                })
            } else {
                AccountabilityCommand::End { role, reason: self.words() }
            };
            return Some(Command::Accountability(self.one("models")?, Box::new(command)));
        }
        if draw.what % 8 == 2 {
            let open = PeriodicReviewCommand::Open(self.one("models")?);
            return Some(Command::PeriodicReview(PeriodicReviewId(world.id()), Box::new(open)));
        }
        let id: PeriodicReviewId = self.or_none("periodic_reviews");
        let command = match draw.what % 8 {
            3 => {
                let section = ["performance", "drift", "incidents", "compliance"];
                let due = world.assent.wiring.now() + SignedDuration::from_hours(48);
                let action =
                    (draw.two > 150).then(|| Some((self.words(), self.any("principals", draw.who)?, due)));
                let actions: Vec<_> = action.flatten().into_iter().collect();
                let outcome = if actions.is_empty() { Outcome::Ok } else { Outcome::ActionNeeded };
                let section = section[usize::from(draw.two) % section.len()].to_owned();
                let new = NewFinding { section, outcome, finding: self.words(), actions };
                PeriodicReviewCommand::Find(new)
            }
            4 => PeriodicReviewCommand::Submit,
            5 | 6 => PeriodicReviewCommand::Sign(self.signature()),
            _ if draw.two.is_multiple_of(2) => PeriodicReviewCommand::Withdraw(Some(self.words())),
            _ => {
                PeriodicReviewCommand::Act { action: "performance-1".to_owned(), comment: Some(self.words()) }
            }
        };
        Some(Command::PeriodicReview(id, Box::new(command)))
    }

    fn of_talk(&self) -> Option<Command> {
        let (world, draw) = (self.world, self.draw);
        let blob = common::card().blob;
        Some(match draw.what % 8 {
            0..=3 => {
                let (kind, table) = [
                    (Kind::Model, "models"),
                    (Kind::Version, "versions"),
                    (Kind::Promotion, "promotions"),
                    (Kind::System, "systems"),
                ][usize::from(draw.what % 4)];
                let subject = Subject { kind, id: self.one(table)? };
                let answers = self.two::<CommentId>("comments").filter(|_| draw.two.is_multiple_of(3));
                let mentions = self.two("principals").into_iter().collect();
                let file = Attachment { name: "a.txt".to_owned(), media_type: "text/plain".to_owned(), blob };
                let attachments = Some(file).filter(|_| draw.two.is_multiple_of(2)).into_iter().collect();
                let new = NewComment { subject, answers, text: self.words(), mentions, attachments };
                Command::Comment(CommentId(world.id()), Box::new(CommentCommand::Make(new)))
            }
            4 => Command::Comment(self.or_none("comments"), Box::new(CommentCommand::Retract)),
            5 => {
                let step = ["compliance", "security"][usize::from(draw.two % 2)].to_owned();
                let to = (draw.two > 30).then(|| self.two("principals")).flatten();
                Command::AssignReview { promotion: self.or_none("promotions"), step, to }
            }
            6 => {
                let promotion: PromotionId = self.or_none("promotions");
                let held = self.get::<Promotion>(promotion);
                let reviews = held.iter().flat_map(|held| &held.reviews);
                let mut conditions = reviews.flat_map(|record| &record.review.conditions);
                let condition = conditions.next().map(|condition| condition.id.clone());
                let condition = condition.unwrap_or_else(|| "security-1".to_owned());
                Command::MeetCondition { promotion, condition, comment: Some(self.words()) }
            }
            _ if self.draw.two.is_multiple_of(3) => {
                let edge = self.or_none("lineage");
                Command::RetractLineage { edge, reason: self.words(), all: self.draw.two > 128 }
            }
            _ => {
                let upstream = Thing::File { digest: FileDigest::Md5(format!("{:032x}", draw.one)) };
                let downstream = Thing::File { digest: FileDigest::Sha256(common::artifact().blob.sha256) };
                let edge =
                    NewEdge { upstream, downstream, label: None, columns: Vec::new(), data_source: None };
                let source = [LineageSource::Dvc, LineageSource::Said][usize::from(draw.two % 2)];
                Command::RecordLineage(vec![edge], source)
            }
        })
    }

    fn of_proposals(&self) -> Command {
        let id: ProposalId = self.or_none("proposals");
        match self.draw.two % 4 {
            0 => Command::DeclineProposal(id, self.words()),
            1 => Command::WithdrawProposal(id, None),
            _ => Command::ConfirmProposal(
                id,
                self.get::<Proposal>(id).map_or(Digest::of(b""), |held| held.digest),
            ),
        }
    }
}

/// The command that is drawn, and who sends it: somebody, or the platform where the command is its own.
pub fn command(world: &World, draw: Draw) -> Option<(PrincipalId, Command)> {
    let sealed = Sealed { subject: world.admin.0, data: "AAAA".to_owned() };
    let drawer = Drawer { world, draw, sealed };
    let somebody: PrincipalId = drawer.any("principals", draw.who)?;
    // Who manages access is one of many, and would seldom be drawn.
    let manager = if draw.who.is_multiple_of(2) { world.admin } else { somebody };
    let topic = draw.what / 16;
    Some(match topic {
        0 | 1 => {
            let command = drawer.of_people()?;
            let is_platforms = matches!(command, Command::RecordRefusedLogIns(_) | Command::Vouch(..));
            (if is_platforms { SYSTEM } else { manager }, command)
        }
        2 => {
            let door = drawer.at_the_door(somebody)?;
            let inviting = matches!(door, Door::Invite { .. });
            (if inviting { manager } else { somebody }, Command::Door(door))
        }
        3 | 4 => {
            let command = drawer.of_registry()?;
            let is_platforms = matches!(command, Command::RanEvaluation(..));
            (if is_platforms { SYSTEM } else { somebody }, command)
        }
        5..=7 => (somebody, drawer.of_change()?),
        8..=10 => (somebody, drawer.of_oversight()?),
        11 | 12 => (somebody, drawer.of_talk()?),
        13 => (SYSTEM, Command::Notify(drawer.or_none("promotions"))),
        _ => (manager, drawer.of_proposals()),
    })
}
