//! The governance report of a version: everything that is known of it on its way to a stage, or where it stands, and a score.

use assent_domain::change_request::StateName as ChangeState;
use assent_domain::ids::ExceptionId;
use assent_domain::registry::VersionKind;
use assent_domain::registry::card::CardRecord;
use serde_json::json;

use super::sheet::step;
use super::{Figure, Matching, Report, Section, Share, Sheet, Table, Topic};
use crate::cases::OwnedCase;

/// What the parts of the score weigh, in hundredths: compliance, approvals, documentation, operational readiness.
pub const WEIGHTS: [u64; 4] = [40, 25, 20, 15];

/// What a report is made from.
#[derive(Debug)]
pub struct Known<'a> {
    /// The case, with who answers for the model and when it was reviewed.
    pub case: &'a OwnedCase,
    /// The stage that it is judged for.
    pub stage: &'a str,
    /// The answers at the addresses of [`Places`].
    pub sheet: &'a Sheet,
    /// How many changes to the version there are, by state.
    pub changes: &'a [(ChangeState, u64)],
    /// How many entries the log had.
    pub log_size: u64,
}

/// The addresses of the answers that a report is made from.
#[derive(Debug, Clone)]
pub struct Places {
    /// The model.
    pub model: String,
    /// The version.
    pub version: String,
    /// The facts.
    pub facts: String,
    /// The gate.
    pub gate: String,
    /// Who answers.
    pub accountability: String,
    /// The promotion whose approvals count, if there is one.
    pub promotion: Option<String>,
    /// The exceptions that hold for the version.
    pub exceptions: Vec<(ExceptionId, String)>,
    /// The changes to the version.
    pub changes: String,
}

impl Places {
    /// Those for a case on its way to a stage.
    pub fn of(case: &OwnedCase, stage: &str) -> Self {
        let (model, version) = (case.model.id, case.version.id);
        let at_version = format!("/api/v1/versions/{version}");
        let stage = super::sheet::encoded(stage);
        let holds =
            case.exceptions.iter().filter(|held| held.covers(model, version) && held.holds_at(case.now));
        Self {
            model: format!("/api/v1/models/{model}"),
            facts: format!("{at_version}/facts?stage={stage}"),
            gate: format!("{at_version}/gate?stage={stage}"),
            version: at_version,
            accountability: format!("/api/v1/models/{model}/accountability"),
            promotion: case.promotion.as_ref().map(|held| format!("/api/v1/promotions/{}", held.id)),
            exceptions: holds.map(|held| (held.id, format!("/api/v1/exceptions/{}", held.id))).collect(),
            changes: format!("/api/v1/changes?version={version}"),
        }
    }
}

/// Makes the report.
pub fn report(known: &Known<'_>) -> Report {
    let OwnedCase { model, version, now, .. } = known.case;
    let places = Places::of(known.case, known.stage);
    let made = Made { known, places: &places };
    let compliance = made.compliance();
    let approvals = made.approvals();
    let documentation = made.documentation();
    let readiness = made.readiness();
    let score = made.score([&compliance, &approvals, &documentation, &readiness]);
    Report {
        report: Topic::Governance,
        title: format!("Governance report of {} version {}", model.name, version.number),
        at: *now,
        log_size: known.log_size,
        limits: Vec::new(),
        sections: vec![
            made.identity(),
            score,
            compliance,
            approvals,
            documentation,
            readiness,
            made.evaluations(),
            made.exceptions(),
            made.changes(),
            made.accountability(),
            made.risk(),
            made.open(),
        ],
    }
}

struct Made<'a> {
    known: &'a Known<'a>,
    places: &'a Places,
}

impl Made<'_> {
    fn sheet(&self) -> &Sheet {
        self.known.sheet
    }

    fn facts(&self, id: &str, label: &str, pointer: &str) -> Figure {
        self.sheet().value(id, label, &self.places.facts, pointer)
    }

    fn gate(&self, id: &str, label: &str, pointer: &str) -> Figure {
        self.sheet().value(id, label, &self.places.gate, pointer)
    }

    fn identity(&self) -> Section {
        let (model, version) = (&self.places.model, &self.places.version);
        let sheet = self.sheet();
        let by_somebody = "it was given, and no rule asked for more";
        let why = [
            ("tierRule", "tier rule that decided", "/tierRule"),
            ("tierCriterion", "criterion that decided", "/tierCriterion"),
            ("tierChange", "request that changed the tier", "/tierChange"),
        ];
        let why = why.map(|(id, label, pointer)| sheet.value(id, label, model, pointer));
        let mut why: Vec<Figure> = why.into_iter().filter(|figure| !figure.value.is_null()).collect();
        if why.is_empty() {
            why.push(sheet.value("tierRule", "tier rule that decided", model, "/tierRule").gap(by_somebody));
        }
        Section::new("identity", "Identity")
            .figures([
                sheet.value("model", "model", model, "/name"),
                sheet.value("modelId", "id of the model", model, "/id"),
                sheet.value("version", "version", version, "/number"),
                sheet.value("versionId", "id of the version", version, "/id"),
                sheet.value("kind", "kind", version, "/kind"),
                sheet.value("purpose", "purpose", model, "/purpose"),
                sheet.value("owner", "owner", model, "/owner/name"),
                sheet.value("createdBy", "created by", version, "/registered/by/name"),
                sheet.value("createdAt", "created at", version, "/registered/at"),
                sheet.value("stage", "stands in", version, "/stage"),
                self.gate("target", "judged for", "/stage"),
                sheet.value("tier", "tier", model, "/tier"),
            ])
            .figures(why)
    }

    fn score(&self, [compliance, approvals, documentation, readiness]: [&Section; 4]) -> Section {
        let [a, b, c, d] = WEIGHTS;
        let parts = [
            (compliance, "complianceScore", a),
            (approvals, "approvalShare", b),
            (documentation, "documentationShare", c),
            (readiness, "readinessShare", d),
        ];
        let found = parts.map(|(section, id, weight)| {
            let found = section.figures.iter().find(|figure| figure.id == id).cloned();
            (
                found.unwrap_or_else(|| {
                    Figure::share(id, id, None, super::Source::Found { by: String::new() })
                }),
                weight,
            )
        });
        let terms: Vec<(&Figure, u64)> = found.iter().map(|(figure, weight)| (figure, *weight)).collect();
        Section::new("score", "Governance score")
            .note(format!(
                "{a} hundredths compliance, {b} approvals held of those required, {c} documentation, {d} operational \
                 readiness. Each part is explained in its section; one that is not known counts as 0."
            ))
            .figures([
                Figure::mean("governanceScore", "governance score", &terms),
                self.gate("verdict", "verdict of the gate", "/verdict"),
            ])
    }

    fn compliance(&self) -> Section {
        let weight = |figure: &Figure| figure.value.as_u64().unwrap_or_default();
        let passed =
            self.gate("policyWeightPassed", "weight of the policies that pass", "/compliance/weightPassed");
        let all = self.gate("policyWeight", "weight of the policies that apply", "/compliance/weight");
        let share = Share::new(weight(&passed), weight(&all));
        let columns = [
            ("policy", "policy", "/policy"),
            ("rule", "rule", "/rule"),
            ("status", "status", "/status"),
            ("severity", "severity", "/severity"),
            ("enforcement", "enforcement", "/enforcement"),
            ("message", "demand", "/message"),
            ("exception", "exception", "/exception"),
            ("controls", "controls", "/controls"),
            ("remediation", "remedy", "/remediation"),
        ];
        let mut table = Table::new("findings", "Findings", "No policy applies.", &columns);
        self.sheet().rows(&mut table, &self.places.gate, "/findings");
        Section::new("compliance", "Policies")
            .note("Weight of the policies that pass by weight of those that apply; by severity 1, 2, 3 or 5.")
            .figures([
                self.gate("complianceScore", "compliance", "/compliance/score")
                    .exactly(share)
                    .gap("no policy applies"),
                self.gate("complianceStatus", "status", "/compliance/status"),
                passed,
                all,
                self.gate("checksPassed", "policies that pass", "/compliance/checksPassed"),
                self.gate("checksExcepted", "of those, by an exception", "/compliance/checksExcepted"),
                self.gate("checksFailed", "policies that fail", "/compliance/checksFailed"),
            ])
            .table(table)
    }

    fn approvals(&self) -> Section {
        let (sheet, gate) = (self.sheet(), self.places.gate.as_str());
        let steps = sheet.count("stepCount", "steps of the workflow", (gate, "/steps"), &[]);
        let required =
            sheet.sum("approvalsRequired", "approvals required", (gate, "/steps"), "/requiredPeople");
        let missing = sheet.sum("approvalsMissing", "approvals missing", (gate, "/steps"), "/missingPeople");
        // More approvals than a step asks for do not make up for what another one lacks.
        let held = Figure::less("approvalsHeld", "approvals held of those", &required, &missing);
        let number = |figure: &Figure| figure.value.as_u64().unwrap_or_default();
        let checks = Figure::share(
            "approvalShare",
            "approvals held of those required",
            match (number(&steps), number(&required)) {
                (0, _) => None,
                (_, 0) => Share::new(1, 1),
                (_, required) => Share::new(number(&held), required),
            },
            super::Source::Held {
                held: held.id.clone(),
                missing: missing.id.clone(),
                steps: steps.id.clone(),
            },
        );
        let why = format!("no workflow leads a model of this tier to {}", self.known.stage);
        let columns = [
            ("step", "step", "/step"),
            ("state", "state", "/state"),
            ("requiredPeople", "people required", "/requiredPeople"),
            ("missingPeople", "people missing", "/missingPeople"),
            ("missingRoles", "roles missing", "/missingRoles"),
            ("dueAt", "due", "/dueAt"),
            ("overdue", "overdue", "/overdue"),
        ];
        let mut table =
            Table::new("steps", "Steps", "No step stands between the version and the stage.", &columns);
        sheet.rows(&mut table, gate, "/steps");
        Section::new("approvals", "Approvals")
            .note("Required are the people that the steps ask for. Of those, held are the ones whose approval counts now; what a step has beyond them adds nothing.")
            .figures([checks.gap(&why), required, held, missing, steps])
            .table(table)
            .table(self.decisions())
    }

    fn decisions(&self) -> Table {
        let columns = [
            ("step", "step", "/step"),
            ("role", "role", "/role"),
            ("by", "by", "/recorded/by/name"),
            ("decision", "decision", "/decision"),
            ("at", "at", "/recorded/at"),
        ];
        let mut table = Table::new("decisions", "Decisions", "Nobody has decided anything.", &columns);
        if let Some(promotion) = &self.places.promotion {
            self.sheet().rows(&mut table, promotion, "/reviews");
        }
        table
    }

    fn documentation(&self) -> Section {
        let case = self.known.case;
        let newest = case.version.documents.iter().rev().find(|record| record.document.kind == "MODEL_CARD");
        let card = newest.and_then(|record| record.document.card.as_ref());
        let uncounted = |there: bool, what: &str| {
            if there {
                format!("the {what} is of no form that can be counted")
            } else {
                format!("there is no {what}")
            }
        };
        let mut parts = vec![
            self.facts("modelCard", "model card", "/card/completeness")
                .exactly(card.and_then(counted))
                .gap(&uncounted(newest.is_some(), "model card"))
                .short(|| missing(card)),
        ];
        for (index, set) in case.datasets.iter().enumerate() {
            let record = set.facts.datasheet_card.as_ref();
            let figure = self.facts(
                &format!("datasheet{index}"),
                &format!("datasheet of {} version {}", set.facts.name, set.facts.number),
                &format!("/datasets/{index}/datasheet/completeness"),
            );
            let gap = uncounted(set.facts.datasheet.is_some(), "datasheet");
            parts.push(figure.exactly(record.and_then(counted)).gap(&gap).short(|| missing(record)));
        }
        let terms: Vec<(&Figure, u64)> = parts.iter().map(|part| (part, 1)).collect();
        let share = Figure::mean("documentationShare", "documentation", &terms);
        Section::new("documentation", "Documentation")
            .note("The mean of what is answered of the model card and of the datasheet of each data set that the version was made with.")
            .figures([share])
            .figures(parts)
            .figures([self.facts("cardUpToDate", "the card cites the latest evaluations", "/card/upToDate")])
    }

    fn readiness(&self) -> Section {
        let scan =
            self.facts("scan", "security scan", "/artifact/securityScan/status").gap("there is no scan");
        let overdue = self.facts("reviewOverdue", "periodic review overdue", "/review/overdue");
        let assessment = self.facts("assessment", "risk assessment", "/risk/assessment/status");
        let assessed = self
            .facts(
                "assessmentOverdue",
                "risk assessment to be looked at again",
                "/risk/assessment/reviewOverdue",
            )
            .gap("no risk assessment counts");
        let answered =
            self.facts("answered", "somebody answers in every role", "/model/accountability/complete");
        let bought = self.is_bought();
        let scan =
            if bought { scan.aside("not asked of a version that is bought and has no files") } else { scan };
        let mut checks =
            vec![(&overdue, json!(false)), (&assessment, json!("APPROVED")), (&assessed, json!(false))];
        if !bought {
            checks.push((&scan, json!("PASSED")));
        }
        // Where the pack demands no roles, nothing is asked.
        if !answered.value.is_null() {
            checks.push((&answered, json!(true)));
        }
        let share = Figure::met("readinessShare", "operational readiness", &checks);
        let asked = !answered.value.is_null();
        let figures = [share, scan, overdue, assessment, assessed];
        Section::new("readiness", "Operational readiness")
            .note("The share of the checks below that hold: the artifacts are scanned, reviews are up to date, the risk is assessed, and somebody answers.")
            .figures(figures)
            .figures(asked.then_some(answered))
    }

    /// Whether the version is of somebody else's model, of which there are no files to look into.
    fn is_bought(&self) -> bool {
        let version = &self.known.case.version;
        version.kind == VersionKind::Vendor && version.artifacts.is_empty()
    }

    fn evaluations(&self) -> Section {
        let columns = [
            ("status", "status", "/status"),
            ("provenance", "provenance", "/provenance"),
            ("stale", "stale", "/stale"),
            ("attempts", "attempts", "/attempts"),
            ("rows", "rows", "/rows"),
            ("ageDays", "age in days", "/ageDays"),
        ];
        let facts = &self.places.facts;
        let suites = self.sheet().keys(facts, "/evaluation/suites");
        let mut section = Section::new("evaluations", "Evaluations");
        if suites.is_empty() {
            section = section.note("The version was not evaluated.");
        }
        for suite in suites {
            let at = format!("/evaluation/suites{}", step(&suite));
            let mut table = Table::new(&format!("suite.{suite}"), &format!("Suite {suite}"), "", &columns);
            self.sheet().row(&mut table, facts, &at);
            let bounds = [
                ("metric", "metric", "/metric"),
                ("operator", "", "/operator"),
                ("bound", "bound", "/bound"),
                ("value", "value", "/value"),
                ("n", "n", "/n"),
                ("passed", "passed", "/passed"),
            ];
            let title = format!("Thresholds of {suite}");
            let mut thresholds =
                Table::new(&format!("thresholds.{suite}"), &title, "No threshold judges it.", &bounds);
            self.sheet().rows(&mut thresholds, facts, &format!("{at}/thresholds"));
            section = section.table(table).table(thresholds);
        }
        section
    }

    fn exceptions(&self) -> Section {
        let columns = [
            ("policy", "policy", "/policy"),
            ("state", "state", "/state"),
            ("from", "from", "/approval/at"),
            ("until", "until", "/approval/endsAt"),
            ("uses", "gates opened", "/uses"),
        ];
        let mut table = Table::new(
            "exceptions",
            "Exceptions that hold",
            "No policy is waived for the version.",
            &columns,
        );
        for (_, href) in &self.places.exceptions {
            self.sheet().row(&mut table, href, "");
        }
        let held = Figure::rows("exceptionsHeld", "exceptions that hold", &table, &[]);
        Section::new("exceptions", "Exceptions").figures([held]).table(table)
    }

    fn changes(&self) -> Section {
        let href = &self.places.changes;
        let all = self.known.changes.iter().map(|(_, count)| count).sum();
        let by_state = self.known.changes.iter().filter(|(_, count)| *count > 0).map(|(state, count)| {
            let state = state.name();
            let label = format!("of those, {state}");
            Figure::listed(&format!("changes.{state}"), &label, &format!("{href}&state={state}"), *count)
        });
        Section::new("changes", "Changes")
            .figures([Figure::listed("changes", "changes to the version", href, all)])
            .figures(by_state)
    }

    fn accountability(&self) -> Section {
        let columns = [
            ("role", "role", "/role"),
            ("demanded", "demanded", "/demanded"),
            ("answered", "answered", "/answered"),
            ("person", "who", "/person/name"),
            ("until", "until", "/until"),
            ("gap", "gap", "/gap"),
        ];
        let mut table =
            Table::new("roles", "Roles", "The pack demands no roles, and nobody was put into one.", &columns);
        self.sheet().rows(&mut table, &self.places.accountability, "/roles");
        let gaps = Matching::new("/answered", &["false"]);
        let missing = (self.places.accountability.as_str(), "/roles");
        let missing =
            self.sheet().count("rolesUnanswered", "roles in which nobody answers", missing, &[gaps]);
        Section::new("accountability", "Who answers").figures([missing]).table(table)
    }

    fn risk(&self) -> Section {
        let of = |id: &str, label: &str, pointer: &str| {
            self.facts(id, label, &format!("/risk/assessment{pointer}")).gap("no risk assessment counts")
        };
        let facts = self.places.facts.as_str();
        let unaccepted = (facts, "/risk/assessment/unaccepted");
        Section::new("risk", "Risk")
            .figures([
                of("riskClass", "class", "/class"),
                of("riskOverall", "overall score", "/overall"),
                of("risksHigh", "high risks", "/high"),
                of("risksMedium", "medium risks", "/medium"),
                of("risksLow", "low risks", "/low"),
                self.sheet().count("risksUnaccepted", "high risks that nobody accepts", unaccepted, &[]),
                of("riskId", "id of the assessment", "/id"),
                self.facts("riskNextReview", "to be looked at again", "/risk/assessment/nextReviewAt"),
            ])
            .figures([
                self.facts("deploymentScore", "score of the deployment", "/risk/deployment/score"),
                self.facts("deploymentClass", "class of the deployment", "/risk/deployment/class"),
            ])
    }

    fn open(&self) -> Section {
        let columns = [
            ("id", "condition", "/id"),
            ("text", "what", "/text/text"),
            ("owner", "by", "/owner/name"),
            ("dueAt", "due", "/dueAt"),
            ("when", "when", "/when"),
        ];
        let mut conditions = Table::new("conditions", "Open conditions", "No condition is open.", &columns);
        for (place, href) in self.open_conditions() {
            self.sheet().row(&mut conditions, &href, &place);
        }
        let columns =
            [("code", "reason", "/code"), ("message", "what", "/message"), ("remedy", "remedy", "/remedy")];
        let mut reasons =
            Table::new("reasons", "What shuts the gate", "Nothing: the gate is open.", &columns);
        self.sheet().rows(&mut reasons, &self.places.gate, "/reasons");
        let count = Figure::rows("conditionsOpen", "open conditions", &conditions, &[]);
        Section::new("open", "What is open").figures([count]).table(conditions).table(reasons)
    }

    /// Where the open conditions stand in the promotion.
    fn open_conditions(&self) -> Vec<(String, String)> {
        let (Some(held), Some(href)) = (&self.known.case.promotion, &self.places.promotion) else {
            return Vec::new();
        };
        let mut open = Vec::new();
        for (i, record) in held.reviews.iter().enumerate() {
            let conditions = record.review.conditions.iter().enumerate();
            let conditions = conditions.filter(|(_, condition)| !record.met.contains(&condition.id));
            if record.review.decision.is_approval() {
                open.extend(conditions.map(|(j, _)| (format!("/reviews/{i}/conditions/{j}"), href.clone())));
            }
        }
        open
    }
}

/// The share of the questions of a record that is answered.
fn counted(record: &CardRecord) -> Option<Share> {
    let sum = |of: fn(&assent_domain::registry::card::SectionRecord) -> u32| {
        record.sections.iter().map(|section| u64::from(of(section))).sum()
    };
    Share::new(sum(|section| section.answered), sum(|section| section.asked))
}

/// Which questions nobody has answered.
fn missing(record: Option<&CardRecord>) -> String {
    let fields: Vec<String> = record.into_iter().flat_map(CardRecord::missing_fields).collect();
    let count = fields.len();
    let some: Vec<&str> = fields.iter().take(5).map(String::as_str).collect();
    let more = if count > some.len() { format!(" and {} more", count - some.len()) } else { String::new() };
    format!("not answered: {}{more}", some.join(", "))
}
