//! Whether risks can be scored: every scale is whole, every table falls or rises, and every name exists.

use assent_cel::Program;

use super::{Check, Document, MAX_PARTS, Pack};
use crate::identity::Permission;
use crate::pack::pack_index::template_env;
use crate::pack::risk::RiskDocuments;
use crate::pack::{DeploymentModel, Factor, RiskModel, RiskTemplate, STEPS, ScaleStep, TierCriterion};
use crate::risk::Exact;

/// The highest score of a factor.
const HIGHEST: u8 = 10;

impl Check {
    /// The documents that are about risk, of a pack whose roles, tiers and stages are known.
    pub(super) fn risk(&mut self, pack: &Pack) -> RiskDocuments {
        let (mut models, mut templates, mut criteria) = (Vec::new(), Vec::new(), Vec::new());
        for document in &pack.documents {
            #[expect(clippy::wildcard_enum_match_arm, reason = "the other documents are about other things")]
            match document {
                Document::RiskModel(model) => models.push((**model).clone()),
                Document::RiskTemplate(template) => templates.push(template.clone()),
                Document::TierCriterion(criterion) => criteria.push(criterion.clone()),
                _ => {}
            }
        }
        criteria.sort_by(|a, b| (a.order, &a.id).cmp(&(b.order, &b.id)));
        let model = if models.is_empty() { None } else { self.the_only("RiskModel", models) };
        if let Some(model) = &model {
            self.risk_model(pack, model);
        }
        self.tier_criteria(pack, &criteria);
        let templates = self.risk_templates(model.as_ref(), templates);
        RiskDocuments { model, templates, criteria }
    }

    fn risk_model(&mut self, pack: &Pack, model: &RiskModel) {
        self.at("RiskModel", &model.id);
        if self.distinct("categories", model.categories.iter().map(String::as_str))
            && model.categories.is_empty()
        {
            self.say("categories", "a risk model has at least one category");
        }
        self.scale("likelihoods", &model.likelihoods);
        self.scale("impacts", &model.impacts);
        if model.likelihood(&model.unanswered.likelihood).is_none() {
            self.say("unanswered/likelihood", format!("there is no step `{}`", model.unanswered.likelihood));
        }
        if model.impact(&model.unanswered.impact).is_none() {
            self.say("unanswered/impact", format!("there is no step `{}`", model.unanswered.impact));
        }
        self.known("impactRise", "tier", model.impact_rise.keys(), |id| pack.tiers.contains_key(id));
        self.known("nextReview", "tier", model.next_review.keys(), |id| pack.tiers.contains_key(id));
        self.classes(model);
        if model.bands.medium >= model.bands.high {
            self.say("bands", "the bound of medium lies below that of high");
        }
        self.deployment(pack, &model.deployment);
    }

    fn scale(&mut self, place: &str, steps: &[ScaleStep]) {
        if self.distinct(place, steps.iter().map(|step| step.id.as_str())) && steps.len() != STEPS {
            self.say(place, format!("the scale has {} steps, not {STEPS}", steps.len()));
        }
    }

    fn classes(&mut self, model: &RiskModel) {
        let classes = &model.classes;
        if !self.distinct("classes", classes.iter().map(|class| class.id.as_str())) {
            return;
        }
        let falls = classes.windows(2).all(|pair| matches!(pair, [a, b] if a.at_least > b.at_least));
        if !falls || classes.last().is_none_or(|last| last.at_least != Exact::default()) {
            self.say("classes", "the bounds fall from class to class, and the last one is 0");
        }
    }

    fn deployment(&mut self, pack: &Pack, model: &DeploymentModel) {
        let sum: u64 =
            Factor::ALL.iter().map(|factor| u64::from(model.weights.of(*factor).ten_thousandths())).sum();
        if sum != u64::from(Exact::ONE.ten_thousandths()) {
            self.say("deployment/weights", "the weights do not add up to 1");
        }
        self.scores(model);
        self.orders(model);
        let stages = model.scope.stages.iter().map(|stage| &stage.stage);
        self.known("deployment/scope/stages", "stage", stages, |id| pack.stage(id).is_some());
        let classes = &model.classes;
        self.distinct("deployment/classes", classes.iter().map(|class| class.id.as_str()));
        let (last, others) = match classes.split_last() {
            Some((last, others)) => (Some(last), others),
            None => (None, &[][..]),
        };
        let rises = others.windows(2).all(|pair| matches!(pair, [a, b] if a.at_most < b.at_most));
        let ends = others.iter().all(|class| class.at_most.is_some());
        if !rises || !ends || last.is_none_or(|last| last.at_most.is_some()) {
            self.say(
                "deployment/classes",
                "the bounds rise from class to class, and only the last class has none",
            );
        }
        for (i, class) in classes.iter().enumerate() {
            let place = format!("deployment/classes/{i}/reviews");
            self.distinct(&place, class.reviews.iter().map(String::as_str));
            self.known(&place, "role", &class.reviews, |id| pack.roles.contains_key(id));
            let unable = |id: &&String| {
                pack.role(id).is_some_and(|role| !role.permissions.contains(&Permission::Review))
            };
            if let Some(role) = class.reviews.iter().find(unable) {
                self.say(place, format!("the role `{role}` lacks the permission `REVIEW`"));
            }
        }
    }

    fn scores(&mut self, model: &DeploymentModel) {
        let (size, data, scope) = (&model.complexity, &model.sensitivity, &model.scope);
        let (change, tests, back) = (&model.change, &model.coverage, &model.rollback);
        let size = size
            .above
            .iter()
            .map(|step| step.score)
            .chain([size.otherwise])
            .chain(size.unknown.iter().map(|it| it.score));
        let data = [data.public, data.internal, data.confidential, data.restricted, data.unknown];
        let many = scope.stages.iter().filter_map(|stage| Some(stage.many.as_ref()?.score));
        let scope = scope.stages.iter().map(|stage| stage.score).chain(many).chain([scope.otherwise]);
        let change = [change.new_model, change.blue_green, change.canary, change.other];
        let tests = tests.at_least.iter().map(|step| step.score).chain([tests.otherwise]);
        let back = back.at_most.iter().map(|step| step.score).chain([back.otherwise, back.none]);
        let all = [
            (Factor::Complexity, size.collect()),
            (Factor::Sensitivity, data.to_vec()),
            (Factor::Scope, scope.collect()),
            (Factor::Change, change.to_vec()),
            (Factor::Coverage, tests.collect()),
            (Factor::Rollback, back.collect::<Vec<u8>>()),
        ];
        for (factor, scores) in all {
            if let Some(score) = scores.iter().find(|score| **score > HIGHEST) {
                let place = format!("deployment/{}", factor.name());
                self.say(place, format!("the score {score} is more than {HIGHEST}"));
            }
        }
    }

    /// The first step that fits decides: a step that comes too late would never be reached.
    fn orders(&mut self, model: &DeploymentModel) {
        let (above, at_least, at_most) =
            (&model.complexity.above, &model.coverage.at_least, &model.rollback.at_most);
        let falls = above.windows(2).all(|pair| matches!(pair, [a, b] if a.number > b.number));
        let shares = at_least.windows(2).all(|pair| matches!(pair, [a, b] if a.share > b.share));
        let minutes = at_most.windows(2).all(|pair| matches!(pair, [a, b] if a.minutes < b.minutes));
        for (place, fits, order) in [
            ("deployment/complexity/above", falls, "fall"),
            ("deployment/coverage/atLeast", shares, "fall"),
            ("deployment/rollback/atMost", minutes, "rise"),
        ] {
            if !fits {
                self.say(place, format!("the bounds {order} from step to step"));
            }
        }
        let lists = [
            above.len(),
            at_least.len(),
            at_most.len(),
            model.scope.stages.len(),
            model.recommendations.len(),
        ];
        if lists.iter().any(|length| *length > MAX_PARTS) {
            self.say("deployment", format!("a table has more than {MAX_PARTS} steps"));
        }
    }

    fn risk_templates(
        &mut self,
        model: Option<&RiskModel>,
        templates: Vec<RiskTemplate>,
    ) -> Vec<(RiskTemplate, Option<Program>)> {
        let env = template_env();
        let mut compiled = Vec::with_capacity(templates.len());
        if templates.len() > MAX_PARTS {
            self.at("RiskTemplate", "");
            self.say("", format!("{} risk templates are more than {MAX_PARTS}", templates.len()));
        }
        for template in templates {
            self.at("RiskTemplate", &template.id);
            if model.is_some_and(|model| !model.categories.contains(&template.category)) {
                self.say("category", format!("the risk model has no category `{}`", template.category));
            }
            if template.questions.len() > MAX_PARTS {
                self.say("questions", format!("more than {MAX_PARTS} questions"));
            }
            let when = template.when.as_ref().map(|when| self.program(&env, "when", when));
            match when {
                Some(None) => {}
                Some(Some(program)) => compiled.push((template, Some(program))),
                None => compiled.push((template, None)),
            }
        }
        compiled
    }

    fn tier_criteria(&mut self, pack: &Pack, criteria: &[TierCriterion]) {
        for criterion in criteria {
            self.at("TierCriterion", &criterion.id);
            if criterion.answers.is_empty() {
                self.say("answers", "a criterion has at least one answer");
            }
            self.distinct("answers", criterion.answers.iter().map(|answer| answer.id.as_str()));
            let tiers = criterion.answers.iter().map(|answer| &answer.tier);
            self.known("answers", "tier", tiers, |id| pack.tiers.contains_key(id));
        }
    }
}
