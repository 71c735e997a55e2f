//! The report of an assessment, as Markdown.

use std::fmt::Write as _;

use assent_app::reports::markdown::{escaped, table};

use super::Words;
use super::assessment::{AssessmentView, ResultView};

impl AssessmentView {
    /// The report. Words of people are escaped: they bring no markup of their own.
    pub(crate) fn markdown(&self) -> String {
        let mut out = format!("# Risk assessment of {}\n\n", escaped(&self.model.name));
        let who =
            |person: &super::Person| person.name.as_deref().map_or_else(|| person.id.to_string(), escaped);
        let mut facts = vec![
            ("State", self.state.name().to_owned()),
            ("Assessor", who(&self.started.by)),
            ("Begun", self.started.at.to_string()),
        ];
        if let Some(decided) = &self.decided {
            facts.push(("Decided", format!("{} by {}", decided.at, who(&decided.by))));
        }
        facts.extend(self.next_review_at.map(|at| ("Next review", at.to_string())));
        let rows = facts.into_iter().map(|(name, value)| vec![name.to_owned(), value]);
        table(&mut out, &["", ""], rows);
        match &self.result {
            Some(result) => self.scored(&mut out, result),
            None => out.push_str("It was not submitted, so nothing was computed.\n"),
        }
        out
    }

    fn scored(&self, out: &mut String, result: &ResultView) {
        let _ = write!(
            out,
            "## Overall: {}\n\n{} / {} = {:.4}, for a model of the tier {}",
            result.class, result.weighed, result.weight, result.overall, result.tier
        );
        if result.rise > 0 {
            let _ = write!(out, ", for which every impact rises by {}", result.rise);
        }
        let _ = write!(
            out,
            ".\n\n{} high, {} medium, {} low.\n\n## Matrix\n\n",
            result.high, result.medium, result.low
        );
        let rows = result.matrix.chunks(5).map(|cells| {
            let likelihood = cells.first().map_or(0, |cell| cell.likelihood).to_string();
            [likelihood].into_iter().chain(cells.iter().map(|cell| cell.risks.join(" "))).collect()
        });
        table(out, &["likelihood \\ impact", "1", "2", "3", "4", "5"], rows);
        out.push_str("## Risks\n\n");
        let rows = result.risks.iter().map(|scored| {
            let title = self.risks.iter().find(|risk| risk.id == scored.id).map(|risk| words(&risk.title));
            vec![
                scored.id.clone(),
                title.unwrap_or_default(),
                scored.category.clone(),
                scored.likelihood.to_string(),
                scored.impact.to_string(),
                scored.inherent.to_string(),
                scored.effectiveness.to_string(),
                scored.residual.to_string(),
                if scored.answered { String::new() } else { "nobody answered".to_owned() },
            ]
        });
        let columns =
            ["id", "risk", "category", "likelihood", "impact", "inherent", "controls", "residual", ""];
        table(out, &columns, rows);
        self.said(out, result);
    }

    fn said(&self, out: &mut String, result: &ResultView) {
        if !result.recommendations.is_empty() {
            out.push_str("## Recommendations\n\n");
            for it in &result.recommendations {
                let _ = writeln!(out, "- {}: {}", it.priority, escaped(&it.text));
            }
            out.push('\n');
        }
        if !self.acceptances.is_empty() {
            out.push_str("## Accepted risks\n\n");
            let rows = self.acceptances.iter().map(|it| {
                let by = it.accepted.by.name.as_deref().map(escaped).unwrap_or_default();
                let until = format!("{}{}", it.expires_at, if it.holds { "" } else { " (over)" });
                vec![it.risk.clone(), words(&it.rationale), by, until]
            });
            table(out, &["risk", "rationale", "by", "until"], rows);
        }
        let controls = self.risks.iter().filter_map(|risk| Some((&risk.id, risk.answer.as_ref()?)));
        let controls: Vec<_> =
            controls.filter(|(_, answer)| !answer.controls.is_empty() || answer.notes.is_some()).collect();
        if !controls.is_empty() {
            out.push_str("## Controls and notes\n\n");
            for (id, answer) in controls {
                for text in answer.controls.iter().chain(&answer.notes) {
                    let _ = writeln!(out, "- {id}: {}", words(text));
                }
            }
        }
    }
}

fn words(words: &Words) -> String {
    words.text.as_deref().map_or_else(|| "(erased)".to_owned(), escaped)
}
