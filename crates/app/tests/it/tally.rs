//! The names of all that can be wanted, and which of it histories drew: so that none is forgotten.

use std::collections::{BTreeMap, BTreeSet};

use assent_app::Command;
use assent_app::changes::ChangeCommand;
use assent_app::command::{AssessmentCommand, CommentCommand, ExceptionCommand, Ran, TierChangeCommand};
use assent_app::doors::Door;
use assent_app::oversight::{AccountabilityCommand, PeriodicReviewCommand};
use assent_domain::evaluation::Task;
use assent_domain::identity;
use assent_domain::registry::VersionCommand;
use assent_domain::system::SystemCommand;

/// Makes the names of what can be wanted, from patterns that have to cover all of it.
macro_rules! names {
    ($every:ident, $name:ident, $of:ty, { $($text:literal: $pattern:pat,)* }) => {
        const $every: &[&str] = &[$($text),*];

        fn $name(wanted: &$of) -> &'static str {
            match wanted {
                $($pattern => $text,)*
            }
        }
    };
}

names!(COMMANDS, of_command, Command, {
    "bootstrap": Command::Bootstrap { .. },
    "a principal": Command::Principal(..),
    "link principal": Command::LinkPrincipal { .. },
    "unlink principal": Command::UnlinkPrincipal(_),
    "issue token": Command::IssueToken { .. },
    "revoke token": Command::RevokeToken(_),
    "register model": Command::Model(..),
    "register version": Command::RegisterVersion(..),
    "a version": Command::Version(..),
    "register data set": Command::Dataset(..),
    "request evaluation": Command::RequestEvaluation(..),
    "cancel evaluation": Command::CancelEvaluation(_),
    "run of an evaluation": Command::RanEvaluation(..),
    "request promotion": Command::RequestPromotion { .. },
    "submit promotion": Command::SubmitPromotion(_),
    "review": Command::Review(..),
    "meet condition": Command::MeetCondition { .. },
    "withdraw promotion": Command::WithdrawPromotion(..),
    "complete promotion": Command::CompletePromotion(_),
    "apply pack": Command::ApplyPack(_),
    "confirm proposal": Command::ConfirmProposal(..),
    "decline proposal": Command::DeclineProposal(..),
    "withdraw proposal": Command::WithdrawProposal(..),
    "a change": Command::Change(..),
    "record denials": Command::RecordDenials { .. },
    "record refused log-ins": Command::RecordRefusedLogIns(_),
    "vouch": Command::Vouch(..),
    "the door": Command::Door(_),
    "a system": Command::System(..),
    "request exception": Command::RequestException(..),
    "an exception": Command::Exception(..),
    "an assessment": Command::Assessment(..),
    "a tier change": Command::TierChange(..),
    "accountability": Command::Accountability(..),
    "a periodic review": Command::PeriodicReview(..),
    "declare emergency": Command::DeclareEmergency(..),
    "sign emergency": Command::SignEmergency(..),
    "give delegation": Command::GiveDelegation(..),
    "revoke delegation": Command::RevokeDelegation(..),
    "a comment": Command::Comment(..),
    "assign review": Command::AssignReview { .. },
    "notify": Command::Notify(_),
    "record lineage": Command::RecordLineage(..),
    "retract lineage": Command::RetractLineage { .. },
    "onboard": Command::Onboard(_),
});

names!(OF_PRINCIPALS, of_principal, identity::Command, {
    "register principal": identity::Command::Register { .. },
    "disable": identity::Command::Disable,
    "enable": identity::Command::Enable,
    "erase": identity::Command::Erase { .. },
    "end sessions": identity::Command::EndSessions,
    "grant": identity::Command::Grant(_),
    "revoke grant": identity::Command::RevokeGrant(_),
});

names!(OF_VERSIONS, of_version, VersionCommand, {
    "attach": VersionCommand::Attach(_),
    "attach card": VersionCommand::AttachCard(_),
    "record scan": VersionCommand::RecordScan(_),
    "add evidence": VersionCommand::AddEvidence(_),
    "move": VersionCommand::Move { .. },
});

names!(RUNS, of_run, Ran, {
    "run started": Ran::Started,
    "run finished": Ran::Finished { .. },
    "run released": Ran::Released { .. },
    "run failed": Ran::Failed { .. },
});

names!(OF_CHANGES, of_change, ChangeCommand, {
    "request change": ChangeCommand::Request { .. },
    "submit change": ChangeCommand::Submit(_),
    "sign change": ChangeCommand::Sign(_),
    "schedule change": ChangeCommand::Schedule(_),
    "start change": ChangeCommand::Start,
    "complete change": ChangeCommand::Complete { .. },
    "roll change back": ChangeCommand::RollBack { .. },
    "withdraw change": ChangeCommand::Withdraw(_),
});

names!(DOORS, of_door, Door, {
    "invite": Door::Invite { .. },
    "accept invitation": Door::Accept { .. },
    "change password": Door::ChangePassword { .. },
    "start session": Door::Start { .. },
    "end session": Door::End(_),
});

names!(OF_SYSTEMS, of_system, SystemCommand, {
    "register system": SystemCommand::Register(_),
    "revise system": SystemCommand::Revise(_),
    "retire system": SystemCommand::Retire(_),
});

names!(OF_EXCEPTIONS, of_exception, ExceptionCommand, {
    "submit exception": ExceptionCommand::Submit,
    "sign exception": ExceptionCommand::Sign(_),
    "withdraw exception": ExceptionCommand::Withdraw(_),
    "revoke exception": ExceptionCommand::Revoke(_),
    "remediate exception": ExceptionCommand::Remediate(_),
});

names!(OF_ASSESSMENTS, of_assessment, AssessmentCommand, {
    "start assessment": AssessmentCommand::Start { .. },
    "answer": AssessmentCommand::Answer(_),
    "submit assessment": AssessmentCommand::Submit,
    "sign assessment": AssessmentCommand::Sign(_),
    "accept risk": AssessmentCommand::Accept { .. },
    "withdraw assessment": AssessmentCommand::Withdraw(_),
});

names!(OF_TIER_CHANGES, of_tier_change, TierChangeCommand, {
    "request tier change": TierChangeCommand::Request(..),
    "sign tier change": TierChangeCommand::Sign(_),
    "withdraw tier change": TierChangeCommand::Withdraw(_),
});

names!(ANSWERING, of_accountability, AccountabilityCommand, {
    "assign post": AccountabilityCommand::Assign(_),
    "end post": AccountabilityCommand::End { .. },
});

names!(OF_REVIEWS, of_periodic_review, PeriodicReviewCommand, {
    "open periodic review": PeriodicReviewCommand::Open(_),
    "find": PeriodicReviewCommand::Find(_),
    "submit periodic review": PeriodicReviewCommand::Submit,
    "sign periodic review": PeriodicReviewCommand::Sign(_),
    "withdraw periodic review": PeriodicReviewCommand::Withdraw(_),
    "act": PeriodicReviewCommand::Act { .. },
});

names!(OF_COMMENTS, of_comment, CommentCommand, {
    "make comment": CommentCommand::Make(_),
    "retract comment": CommentCommand::Retract,
});

names!(TASKS, of_task, Task, {
    "figures": Task::Figures(_),
    "scan": Task::Scan(_),
});

/// The names of all that can be wanted.
fn every() -> impl Iterator<Item = &'static str> {
    let all = [
        COMMANDS,
        OF_PRINCIPALS,
        OF_VERSIONS,
        RUNS,
        OF_CHANGES,
        DOORS,
        OF_SYSTEMS,
        OF_EXCEPTIONS,
        OF_ASSESSMENTS,
        OF_TIER_CHANGES,
        ANSWERING,
        OF_REVIEWS,
        OF_COMMENTS,
        TASKS,
    ];
    all.into_iter().flatten().copied()
}

/// What is wanted with a command in particular, where it can want several things.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "`of_command` names every command; these want several things"
)]
fn detail(command: &Command) -> Option<&'static str> {
    Some(match command {
        Command::Principal(_, command) => of_principal(command),
        Command::Version(_, command) => of_version(command),
        Command::RequestEvaluation(_, task) => of_task(task),
        Command::RanEvaluation(_, ran) => of_run(ran),
        Command::Change(_, command) => of_change(command),
        Command::Door(door) => of_door(door),
        Command::System(_, command) => of_system(command),
        Command::Exception(_, command) => of_exception(command),
        Command::Assessment(_, command) => of_assessment(command),
        Command::TierChange(_, command) => of_tier_change(command),
        Command::Accountability(_, command) => of_accountability(command),
        Command::PeriodicReview(_, command) => of_periodic_review(command),
        Command::Comment(_, command) => of_comment(command),
        _ => return None,
    })
}

/// Which commands were drawn, and which of them the ledger carried out.
#[derive(Debug, Default)]
pub struct Tally {
    drawn: BTreeSet<&'static str>,
    done: BTreeMap<&'static str, usize>,
    /// How many of those referred to blobs.
    pub referring: usize,
}

impl Tally {
    /// Takes in a command.
    pub fn add(&mut self, command: &Command, is_done: bool) {
        let names = [Some(of_command(command)), detail(command)];
        self.drawn.extend(names.into_iter().flatten());
        if is_done {
            for name in names.into_iter().flatten() {
                *self.done.entry(name).or_default() += 1;
            }
        }
    }

    /// Those that were never drawn.
    pub fn never_drawn(&self) -> Vec<&'static str> {
        every().filter(|name| !self.drawn.contains(name)).collect()
    }

    /// How often each was carried out, those that never were included.
    pub fn done(&self) -> BTreeMap<&'static str, usize> {
        every().map(|name| (name, self.done.get(name).copied().unwrap_or_default())).collect()
    }
}
