//! What `check` and `gate` were answered, as continuous integration is told it.
//!
//! [`Answered`] is the one form of an answer; [`junit`], [`sarif`] and [`markdown`] write it. Nothing here reads a clock or a
//! file.
//!
//! Invariants:
//! - At least one line stands against an answer that is a no, and none against a yes: a report says what the exit code says.
//! - Every line has an id of its own, the same as long as the pack and what it is about are.
//! - All text is on one line, bounded, and without what steers a terminal or hides text. Writers only have to escape what has a
//!   meaning in their own format, and `##`, which begins commands to build servers.

mod answers;
pub(crate) mod junit;
pub(crate) mod markdown;
pub(crate) mod sarif;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use jiff::Timestamp;

pub(crate) use answers::{check, gate};

use crate::output::uncontrolled;

/// The longest text that is told, in characters.
const MAX_TEXT_CHARS: usize = 2_000;

/// What was asked, and of what.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Asked {
    /// `check` or `gate`.
    pub(crate) command: &'static str,
    /// The name of the model.
    pub(crate) model: String,
    /// The number of the version.
    pub(crate) number: String,
    /// The id of the version.
    pub(crate) version: String,
    /// The tier of the model.
    pub(crate) tier: String,
    /// The stage it is to go to, where one was named.
    pub(crate) stage: Option<String>,
    /// What else was said of where it is to go.
    pub(crate) environment: Option<String>,
    pub(crate) strategy: Option<String>,
    pub(crate) replicas: Option<u32>,
    /// Whether advice was taken for rules.
    pub(crate) strict: bool,
    /// The pack in force: name, revision and digest.
    pub(crate) pack: [String; 3],
    /// When.
    pub(crate) at: Timestamp,
    /// For how many seconds the answer was waited for.
    pub(crate) seconds: f64,
    /// The file that stands for the version in its repository.
    pub(crate) location: Option<String>,
}

impl Asked {
    /// The version, as people name it.
    pub(crate) fn name(&self) -> String {
        format!("{}:{}", self.model, self.number)
    }

    /// The version, its way, and how it was asked about.
    pub(crate) fn way(&self) -> String {
        let to = self.stage.as_ref().map(|stage| format!(" to {stage}")).unwrap_or_default();
        let details = self.details().into_iter().map(|(name, value)| format!(", {name} {value}"));
        let strict = if self.strict { ", strict" } else { "" };
        format!("{}{to}{}{strict}", self.name(), details.collect::<String>())
    }

    /// What was said of where it is to go, besides the stage: names and values.
    pub(crate) fn details(&self) -> Vec<(&'static str, String)> {
        let replicas = self.replicas.map(|replicas| replicas.to_string());
        let all = [
            ("environment", self.environment.clone()),
            ("strategy", self.strategy.clone()),
            ("replicas", replicas),
        ];
        all.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }

    /// Everything that tells this question from others about the version, in an order that is always the same.
    pub(crate) fn parts(&self) -> impl Iterator<Item = String> {
        let details = self.details().into_iter().map(|(name, value)| format!("{name}={value}"));
        let stage = self.stage.clone().into_iter();
        stage.chain(details).chain(self.strict.then(|| "strict".to_owned()))
    }

    fn made_plain(self) -> Self {
        Self {
            model: plain(&self.model),
            number: plain(&self.number),
            version: plain(&self.version),
            tier: plain(&self.tier),
            stage: self.stage.as_deref().map(plain),
            environment: self.environment.as_deref().map(plain),
            strategy: self.strategy.as_deref().map(plain),
            pack: self.pack.map(|text| plain(&text)),
            ..self
        }
    }
}

/// An answer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Answered {
    pub(crate) asked: Asked,
    /// Whether it is yes: what the exit code says.
    pub(crate) passed: bool,
    /// It in a word or two.
    pub(crate) verdict: &'static str,
    /// The compliance of the version, with its score where it has one.
    pub(crate) compliance: String,
    pub(crate) score: Option<String>,
    /// Digest of the evidence.
    pub(crate) evidence: String,
    /// Everything that was judged.
    pub(crate) lines: Vec<Line>,
    /// Exceptions and emergencies that the answer rests on, as sentences.
    pub(crate) used: Vec<String>,
    /// Figures that do not hold, as sentences.
    pub(crate) figures: Vec<String>,
}

/// One thing that was judged.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Line {
    /// The policy that it is of, or `steps` of the workflow, or the command.
    pub(crate) group: String,
    /// Its name in the group.
    pub(crate) name: String,
    /// What the group is called.
    pub(crate) title: String,
    /// The version of the policy.
    pub(crate) group_version: Option<String>,
    /// What came out.
    pub(crate) outcome: Outcome,
    /// Whether it is why the answer is no.
    pub(crate) counts: bool,
    /// Whether it only advises.
    pub(crate) advisory: bool,
    pub(crate) severity: Option<String>,
    pub(crate) category: Option<String>,
    /// What is demanded, or what is wrong.
    pub(crate) demand: String,
    /// Why it is as it is, where the demand does not say.
    pub(crate) detail: Option<String>,
    /// What to do.
    pub(crate) remedy: Option<String>,
    /// Requirements that it implements.
    pub(crate) controls: Vec<String>,
    /// What it was judged by, as `path = value`.
    pub(crate) facts: Vec<String>,
    /// The exception that waives it.
    pub(crate) exception: Option<String>,
}

/// What came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Outcome {
    #[default]
    Passed,
    Failed,
    /// It could not be judged.
    Error,
    /// It fails, and an exception waives it.
    Excepted,
    /// It fails, and an emergency stands for it.
    Excused,
    NotApplicable,
}

impl Outcome {
    /// As on the wire.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Passed => "PASSED",
            Self::Failed => "FAILED",
            Self::Error => "ERROR",
            Self::Excepted => "EXCEPTED",
            Self::Excused => "EXCUSED",
            Self::NotApplicable => "NOT_APPLICABLE",
        }
    }
}

/// What a line means for the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It is why the answer is no.
    Against,
    /// It is not as it should be, and nobody has to wait for it.
    Advice,
    /// It holds only because somebody answers for it.
    Excused,
    Holds,
    NotApplicable,
}

impl Line {
    /// A line that is no rule's.
    fn of(group: &str, name: &str, outcome: Outcome, demand: &str) -> Self {
        Self {
            group: plain(group),
            name: plain(name),
            title: plain(group),
            outcome,
            demand: plain(demand),
            ..Self::default()
        }
    }

    /// What tells it from all others.
    pub(crate) fn id(&self) -> String {
        format!("{}/{}", self.group, self.name)
    }

    pub(crate) fn standing(&self) -> Standing {
        match self.outcome {
            _ if self.counts => Standing::Against,
            Outcome::Passed => Standing::Holds,
            Outcome::NotApplicable => Standing::NotApplicable,
            Outcome::Excepted | Outcome::Excused => Standing::Excused,
            Outcome::Failed | Outcome::Error => Standing::Advice,
        }
    }

    /// What is wrong, in one sentence.
    pub(crate) fn told(&self) -> String {
        let mut why: Vec<String> = self.detail.iter().cloned().collect();
        match self.outcome {
            Outcome::Error => why.insert(0, "it cannot be judged".to_owned()),
            Outcome::Excepted => {
                let by = self.exception.as_deref().map(|id| format!(" {id}")).unwrap_or_default();
                why.push(format!("waived by the exception{by}"));
            }
            Outcome::Excused => why.push("an emergency stands for it".to_owned()),
            Outcome::Passed | Outcome::Failed | Outcome::NotApplicable => {}
        }
        if why.is_empty() { self.demand.clone() } else { format!("{} ({})", self.demand, why.join("; ")) }
    }
}

impl Answered {
    /// The lines of a standing.
    pub(crate) fn standing(&self, standing: Standing) -> impl Iterator<Item = &Line> {
        self.lines.iter().filter(move |line| line.standing() == standing)
    }

    /// The same, holding to the invariants whatever a server says.
    fn sealed(mut self) -> Self {
        if self.passed {
            self.lines.iter_mut().for_each(|line| line.counts = false);
        } else if !self.lines.iter().any(|line| line.counts) {
            let demand = "the answer is no, and names no reason";
            let mut line = Line::of(self.asked.command, "verdict", Outcome::Failed, demand);
            line.counts = true;
            line.remedy = Some("use the same release of client and server".to_owned());
            self.lines.push(line);
        }
        if self.lines.is_empty() {
            let demand = "nothing was to be judged";
            self.lines.push(Line::of(self.asked.command, "verdict", Outcome::NotApplicable, demand));
        }
        let mut seen = BTreeSet::new();
        for line in &mut self.lines {
            let (name, mut times) = (line.name.clone(), 1_u32);
            while !seen.insert(line.id()) {
                times += 1;
                line.name = format!("{name} ({times})");
            }
        }
        Self { asked: self.asked.made_plain(), ..self }
    }
}

/// Text on one line, bounded, and without what steers a terminal or hides text.
fn plain(text: &str) -> String {
    let one_line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    cut(&uncontrolled(&one_line), MAX_TEXT_CHARS)
}

/// The beginning of a text, with a mark where something is left out.
pub(crate) fn cut(text: &str, max_chars: usize) -> String {
    match text.char_indices().nth(max_chars) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
    }
}
