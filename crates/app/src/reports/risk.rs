//! The risk report: of one model, or of all that its reader may read.

use std::collections::BTreeSet;

use assent_domain::Time;
use serde_json::Value;

use super::{Figure, Grid, Matching, Report, Section, Sheet, Source, Table, Topic};

/// The most models of a report.
pub const MAX_MODELS: usize = 500;

/// Tables that grow by a model at a time: what is known of one is let go before the next is read.
#[derive(Debug)]
pub struct Tables {
    models: Table,
    risks: Table,
    accepted: Table,
    unaccepted: Table,
    before: Table,
    recommended: Table,
}

impl Default for Tables {
    fn default() -> Self {
        let models = [
            ("model", "model", "/model/name"),
            ("tier", "tier", "/model/tier"),
            ("class", "class", "/assessment/result/class"),
            ("overall", "overall", "/assessment/result/overall"),
            ("high", "high", "/assessment/result/high"),
            ("medium", "medium", "/assessment/result/medium"),
            ("low", "low", "/assessment/result/low"),
            ("nextReviewAt", "to be looked at again", "/assessment/nextReviewAt"),
            ("reviewOverdue", "overdue", "/assessment/reviewOverdue"),
        ];
        let risks = [
            ("model", "model", "^/model/name"),
            ("risk", "risk", "/id"),
            ("category", "category", "/category"),
            ("likelihood", "likelihood", "/likelihood"),
            ("impact", "impact", "/impact"),
            ("inherent", "inherent", "/inherent"),
            ("effectiveness", "controls", "/effectiveness"),
            ("residual", "residual", "/residual"),
            ("band", "band", "/band"),
        ];
        let accepted = [
            ("model", "model", "^/model/name"),
            ("risk", "risk", "/risk"),
            ("by", "by", "/accepted/by/name"),
            ("rationale", "rationale", "/rationale/text"),
            ("until", "until", "/expiresAt"),
        ];
        let before = [
            ("model", "model", "/model/name"),
            ("overall", "overall", "/result/overall"),
            ("class", "class", "/result/class"),
            ("decided", "took another place at", "/decided/at"),
        ];
        let recommended = [
            ("model", "model", "^/model/name"),
            ("priority", "priority", "/priority"),
            ("text", "what to do", "/text"),
        ];
        let unaccepted = [("model", "model", "^/model/name"), ("risk", "risk", "")];
        Self {
            models: Table::new("models", "Models", "There is no model.", &models),
            risks: Table::new("risks", "Risks", "No risk was assessed.", &risks),
            accepted: Table::new("accepted", "Accepted", "No risk is accepted now.", &accepted),
            unaccepted: Table::new("unmitigated", "Unmitigated", "Every high risk is accepted.", &unaccepted),
            before: Table::new(
                "before",
                "Assessments before",
                "No assessment took the place of another.",
                &before,
            ),
            recommended: Table::new("recommended", "What is recommended", "Nothing is.", &recommended),
        }
    }
}

impl Tables {
    /// Adds a model by what its address under `risk` answers.
    pub fn add(&mut self, sheet: &Sheet, href: &str) {
        sheet.row(&mut self.models, href, "");
        sheet.rows(&mut self.risks, href, "/assessment/result/risks");
        sheet.rows(&mut self.unaccepted, href, "/assessment/unaccepted");
        sheet.rows(&mut self.recommended, href, "/assessment/result/recommendations");
        for index in 0..sheet.at(href, "/assessment/acceptances").as_array().map_or(0, Vec::len) {
            let at = format!("/assessment/acceptances/{index}");
            if sheet.at(href, &format!("{at}/holds")) == Value::Bool(true) {
                sheet.row(&mut self.accepted, href, &at);
            }
        }
    }

    /// Adds the assessment of a model whose place another one took.
    pub fn add_before(&mut self, sheet: &Sheet, href: &str) {
        sheet.row(&mut self.before, href, "");
    }

    /// How many models are in it.
    pub fn models(&self) -> usize {
        self.models.rows.len()
    }
}

/// What a report is made from.
#[derive(Debug)]
pub struct Known<'a> {
    /// What it is about.
    pub about: String,
    /// The classes of the pack.
    pub classes: &'a [String],
    /// The tiers of the pack.
    pub tiers: &'a [String],
    /// The tables.
    pub tables: Tables,
    /// Why it does not show everything.
    pub limits: Vec<String>,
    /// How many entries the log had.
    pub log_size: u64,
    /// The time of the report.
    pub at: Time,
}

/// Makes the report.
pub fn report(known: Known<'_>) -> Report {
    let Known { about, classes, tiers, tables, limits, log_size, at } = known;
    let Tables { models, risks, accepted, unaccepted, before, recommended } = tables;
    Report {
        report: Topic::Risk,
        title: format!("Risk report of {about}"),
        at,
        log_size,
        limits,
        sections: vec![
            distribution(&models, &risks, classes, tiers),
            matrix(&risks),
            trend(&models, before),
            Section::new("unmitigatedRisks", "High risks that nobody accepts")
                .figures([Figure::rows(
                    "unmitigatedCount",
                    "high risks that nobody accepts",
                    &unaccepted,
                    &[],
                )])
                .table(unaccepted),
            Section::new("acceptedRisks", "Accepted risks")
                .figures([Figure::rows("acceptedCount", "risks that are accepted", &accepted, &[])])
                .table(accepted),
            Section::new("all", "Models and risks").table(models).table(risks),
            Section::new("recommendations", "Recommendations").table(recommended),
        ],
    }
}

fn distribution(models: &Table, risks: &Table, classes: &[String], tiers: &[String]) -> Section {
    let of = |prefix: &str, words: &[String], table: &Table, column: &str| -> Vec<Figure> {
        let figure = |word: &String| {
            let matching = [Matching::new(column, &[word])];
            Figure::rows(&format!("{prefix}.{word}"), &format!("{column} {word}"), table, &matching)
        };
        words.iter().map(figure).collect()
    };
    let categories: BTreeSet<String> =
        risks.column("category").filter_map(Value::as_str).map(str::to_owned).collect();
    let categories: Vec<String> = categories.into_iter().collect();
    let bands = ["HIGH", "MEDIUM", "LOW"].map(str::to_owned);
    let all = Figure::rows("modelCount", "models", models, &[]);
    let assessed = classes.iter().map(String::as_str).collect::<Vec<_>>();
    let assessed = [Matching::new("class", &assessed)];
    let assessed = Figure::rows("assessedCount", "models with an assessment that counts", models, &assessed);
    let missing = all.value.as_u64().unwrap_or_default() - assessed.value.as_u64().unwrap_or_default();
    let assessed = Figure {
        gap: (missing > 0).then(|| format!("{missing} without an assessment that counts")),
        ..assessed
    };
    let overdue = [Matching::new("reviewOverdue", &["true"])];
    Section::new("distribution", "Distribution")
        .note("Of each model, the assessment of the model as a whole that counts.")
        .figures([
            all,
            assessed,
            Figure::rows("overdueCount", "assessments to be looked at again", models, &overdue),
            Figure::rows("riskCount", "risks", risks, &[]),
        ])
        .figures(of("class", classes, models, "class"))
        .figures(of("tier", tiers, models, "tier"))
        .figures(of("band", &bands, risks, "band"))
        .figures(of("category", &categories, risks, "category"))
}

/// How many risks stand in each of the 25 cells.
fn matrix(risks: &Table) -> Section {
    let scale = ["1", "2", "3", "4", "5"];
    let (mut figures, mut grid) = (Vec::new(), Vec::new());
    for likelihood in scale.iter().rev() {
        let mut row = Vec::new();
        for impact in scale {
            let id = format!("cell.{likelihood}.{impact}");
            let matching = [Matching::new("likelihood", &[likelihood]), Matching::new("impact", &[impact])];
            let label = format!("likelihood {likelihood}, impact {impact}");
            figures.push(Figure::rows(&id, &label, risks, &matching));
            row.push(id);
        }
        grid.push(row);
    }
    let words = |scale: &mut dyn Iterator<Item = &&str>| scale.map(|word| (*word).to_owned()).collect();
    let grid = Grid {
        corner: "likelihood \\ impact".to_owned(),
        rows: words(&mut scale.iter().rev()),
        columns: words(&mut scale.iter()),
        figures: grid,
    };
    Section { grid: Some(grid), ..Section::new("matrix", "Matrix") }
        .note("How many risks stand in each cell, before controls; the table of risks has them one by one.")
        .figures(figures)
}

fn trend(models: &Table, before: Table) -> Section {
    let above = |id: &str, label: &str, table: &Table, than: &Table| {
        let count = risen(table, than);
        let source = Source::Above {
            table: table.id.clone(),
            than: than.id.clone(),
            column: "overall".to_owned(),
            key: "model".to_owned(),
        };
        Figure { source, ..Figure::found(id, label, serde_json::json!(count), "") }
    };
    Section::new("trend", "Trend")
        .note("The overall score of the assessment that counts, compared with that of the one before.")
        .figures([
            above("trendingUp", "models whose score rose", models, &before),
            above("trendingDown", "models whose score fell", &before, models),
        ])
        .table(before)
}

/// How many rows have more in the column `overall` than the row of the other table for the same model.
fn risen(table: &Table, than: &Table) -> usize {
    let pairs = |table: &Table| -> Vec<(Value, f64)> {
        let overall = table.column("overall").map(Value::as_f64);
        table
            .column("model")
            .cloned()
            .zip(overall)
            .filter_map(|(model, score)| Some((model, score?)))
            .collect()
    };
    let others = pairs(than);
    let rose = |(model, score): &&(Value, f64)| {
        others.iter().any(|(other, before)| other == model && score > before)
    };
    pairs(table).iter().filter(rose).count()
}
