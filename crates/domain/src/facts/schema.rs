//! The declared shape of the facts, and the helpers for conditions.

use assent_cel::{Env, ObjectType, Type};

/// The environment of conditions.
pub(super) fn env() -> Env {
    let mut env = Env::new(root().into());
    for (signature, body, doc) in HELPERS {
        // A helper that does not compile is found by the test below, and then by every rule that uses it.
        drop(env.helper(signature, body, doc));
    }
    env
}

/// Helpers beyond the standard: each is an expression over the facts.
pub(super) const HELPERS: [(&str, &str, &str); 9] = [
    (
        "measured(metric)",
        "evaluation.measured[metric]",
        "the figure as MEASURED or better: computed here, on labels that a steward other than the builder holds",
    ),
    ("computed(metric)", "evaluation.computed[metric]", "the figure as COMPUTED or better: computed here"),
    ("reported(metric)", "version.reportedMetrics[metric]", "the figure that the builder reports"),
    (
        "ageDays(suite)",
        "evaluation.suites[suite].ageDays",
        "the age of the latest evaluation of the suite in days",
    ),
    (
        "passed(suite)",
        "evaluation.suites[suite].status == 'PASSED' && !evaluation.suites[suite].stale",
        "whether the latest evaluation of the suite is within every threshold and not too old",
    ),
    (
        "improved(metric, by)",
        "has(champion.evaluation) && metric in champion.evaluation.measured && metric in evaluation.measured \
         && evaluation.metrics[metric].dataSha256 == champion.evaluation.metrics[metric].dataSha256 \
         && evaluation.measured[metric] - champion.evaluation.measured[metric] >= by - 0.000000001",
        "whether the measured figure exceeds that of the champion, on the same data, by this absolute difference; what is less \
         than a billionth short of it does, since 0.95 - 0.90 is not quite 0.05 in binary",
    ),
    ("approvedBy(role)", "role in approvals.roles", "whether a valid approval was given in the role"),
    ("hasDocument(kind)", "kind in documents.kinds", "whether a document of the kind is attached"),
    (
        "exceptionFor(policy)",
        "policy in exceptions.policies",
        "whether an exception from the policy is active",
    ),
];

pub(super) fn root() -> ObjectType {
    ObjectType::new("facts")
        .field("model", Type::object(model()), "the model")
        .field("version", Type::object(version()), "the version")
        .field("artifact", Type::object(main_artifact()), "the first artifact, and the scan of all")
        .field("artifacts", Type::list(Type::object(artifact())), "the files of the version")
        .field("documents", Type::object(documents()), "documents about the version")
        .field("datasets", Type::list(Type::object(dataset())), "data sets that the version was made with")
        .field("evaluation", Type::object(evaluation("evaluation")), "what the evaluations show")
        .field("evidence", Type::object(reports()), "what other tools say (REPORTED)")
        .field("approvals", Type::object(approvals()), "valid approvals of the promotion to the target")
        .field("exceptions", Type::object(exceptions()), "active exceptions")
        .field("target", Type::object(target()), "where the version is to go")
        .field("champion", Type::object(champion()), "the version that now stands in the target stage")
        .field(
            "change",
            Type::object(change()),
            "the newest change to the version that was submitted and is neither rejected nor withdrawn",
        )
        .field("now", Type::Timestamp, "the time of the question")
        .field("card", Type::object(card()), "the newest document of the kind MODEL_CARD")
        .field("risk", Type::object(risk()), "what is known of the risk")
        .field("review", Type::object(review()), "when the model was and is to be reviewed")
        .field("retention", Type::object(retention()), "whether it is settled how long records are kept")
}

fn model() -> ObjectType {
    ObjectType::new("model")
        .field("id", Type::String, "id of the model")
        .field("name", Type::String, "name of the model")
        .field("tier", Type::String, "risk class")
        .field("purpose", Type::String, "what the model is for")
        .field("useCases", Type::list(Type::String), "what it is used for")
        .field("tags", Type::map(Type::String), "labels")
        .field("owner", Type::String, "id of the principal who answers for it")
        .field(
            "accountability",
            Type::object(accountability()),
            "who answers in the roles that the tier demands",
        )
}

fn accountability() -> ObjectType {
    ObjectType::new("accountability")
        .field("complete", Type::Bool, "whether somebody answers in every role")
        .field("assigned", Type::list(Type::String), "the roles in which somebody answers")
        .field("missing", Type::list(Type::String), "the roles in which nobody does")
}

fn review() -> ObjectType {
    ObjectType::new("review")
        .field("last", Type::Timestamp, "when the last periodic review was completed")
        .field("next", Type::Timestamp, "when the next one is due; absent where none is")
        .field("overdue", Type::Bool, "whether that time is over")
}

fn retention() -> ObjectType {
    ObjectType::new("retention")
        .field("complete", Type::Bool, "whether the pack has a rule for every class")
        .field("covered", Type::list(Type::String), "the classes with one: MODEL_ARTIFACTS, APPROVALS, LOG")
        .field("missing", Type::list(Type::String), "the classes without one")
}

fn version() -> ObjectType {
    ObjectType::new("version")
        .field("id", Type::String, "id of the version")
        .field("number", Type::Int, "number of the version, from 1")
        .field("kind", Type::String, "CLASSICAL, DEEP, LLM, PROMPT, AGENT or VENDOR")
        .field("stage", Type::String, "where the version stands")
        .field("createdBy", Type::String, "id of the account that registered it; whether the same person evaluated it is told by `independent`")
        .field("createdAt", Type::Timestamp, "when it was registered")
        .field("sourceRun", Type::String, "the training run that it came from")
        .field("params", Type::map(Type::String), "training parameters")
        .field("reportedMetrics", Type::map(Type::Double), "figures that the builder reports (REPORTED)")
}

fn artifact() -> ObjectType {
    ObjectType::new("artifact")
        .field("name", Type::String, "name of the file")
        .field("sha256", Type::String, "digest of its bytes")
        .field("sizeBytes", Type::Int, "size in bytes")
        .field("format", Type::String, "format, for example onnx")
        .field("licence", Type::String, "licence")
}

fn main_artifact() -> ObjectType {
    let scan = ObjectType::new("scan")
        .field("status", Type::String, "PASSED, FAILED or MISSING")
        .field("tool", Type::String, "the scanner")
        .field("toolVersion", Type::String, "its version")
        .field("provenance", Type::String, "how the verdict came to be known")
        .field("findings", Type::map(Type::Int), "number of findings by severity")
        .field("scannedAt", Type::Timestamp, "when the scan was recorded")
        .field("ageDays", Type::Int, "age of the scan in days");
    let mut object = artifact()
        .field(
            "securityScan",
            Type::object(scan.clone()),
            "the latest scan of the artifacts that was MEASURED, or else the latest that was REPORTED",
        )
        .field(
            "reportedScan",
            Type::object(scan),
            "the latest scan that was REPORTED, where one was MEASURED as well",
        );
    "mainArtifact".clone_into(&mut object.name);
    object
}

fn documents() -> ObjectType {
    let document = ObjectType::new("document")
        .field("name", Type::String, "name of the document")
        .field("sha256", Type::String, "digest of its bytes")
        .field("sizeBytes", Type::Int, "size in bytes")
        .field("attachedBy", Type::String, "id of the principal who attached it")
        .field("attachedAt", Type::Timestamp, "when it was attached");
    let document = completeness(document);
    ObjectType::new("documents")
        .field("kinds", Type::list(Type::String), "kinds of documents that are attached")
        .field("byKind", Type::map(Type::object(document)), "the newest document of each kind")
}

fn card() -> ObjectType {
    let card = ObjectType::new("card").field("present", Type::Bool, "whether there is one");
    completeness(card).field(
        "upToDate",
        Type::Bool,
        "whether every evaluation that its figures cite is still the latest of a suite",
    )
}

/// The fields that a record has and another document has not.
fn completeness(object: ObjectType) -> ObjectType {
    object
        .field(
            "form",
            Type::String,
            "name and version of its form; absent where it is of no known form, like the next four",
        )
        .field("completeness", Type::Double, "share of its questions that are answered, from 0 to 1")
        .field("sections", Type::map(Type::Double), "by section, the share that is answered")
        .field("missing", Type::list(Type::String), "sections in which nothing is answered")
        .field("missingFields", Type::list(Type::String), "fields that are not answered, as section.field")
}

fn dataset() -> ObjectType {
    let datasheet = ObjectType::new("datasheet").field("present", Type::Bool, "whether there is one");
    ObjectType::new("dataset")
        .field("id", Type::String, "id of the data set")
        .field("name", Type::String, "its name")
        .field("number", Type::Int, "its version")
        .field("sha256", Type::String, "digest of its bytes")
        .field("classification", Type::String, "PUBLIC, INTERNAL, CONFIDENTIAL or RESTRICTED")
        .field("steward", Type::String, "id of the principal who answers for it")
        .field("hasDatasheet", Type::Bool, "whether it has a datasheet")
        .field("datasheet", Type::object(completeness(datasheet)), "how much of its datasheet is filled in")
        .field("sensitiveAttributes", Type::list(Type::String), "protected or otherwise sensitive columns")
}

fn evaluation(name: &str) -> ObjectType {
    let metric = ObjectType::new("metric")
        .field("value", Type::Double, "the figure; absent where it is undefined")
        .field("n", Type::Int, "how many rows it rests on")
        .field("reason", Type::String, "why it is undefined")
        .field("provenance", Type::String, "REPORTED, COMPUTED, MEASURED or RE_EXECUTED")
        .field("suite", Type::String, "the suite that it belongs to")
        .field("dataSha256", Type::String, "digest of the data that it was computed on");
    let group = ObjectType::new("group")
        .field("attribute", Type::String, "the protected attribute")
        .field("group", Type::String, "the group")
        .field("n", Type::Int, "its rows")
        .field("compared", Type::Bool, "whether it is large enough to be compared")
        .field("selectionRate", Type::Double, "share of positive predictions")
        .field("truePositiveRate", Type::Double, "share of positive predictions among the positive")
        .field("falsePositiveRate", Type::Double, "share of positive predictions among the negative")
        .field("falseNegativeRate", Type::Double, "share of negative predictions among the positive");
    let threshold = ObjectType::new("threshold")
        .field("metric", Type::String, "path of the metric")
        .field("operator", Type::String, "how it is compared")
        .field("bound", Type::Double, "with what")
        .field("value", Type::Double, "the figure; absent where it is missing or undefined")
        .field("n", Type::Int, "how many rows the figure rests on")
        .field("passed", Type::Bool, "whether it holds")
        .field("reason", Type::String, "why it cannot be judged")
        .field("groups", Type::list(Type::object(group)), "for a failed figure of an attribute: its groups");
    let suite = ObjectType::new("suite")
        .field("status", Type::String, "PASSED, FAILED, or NOT_JUDGED where no threshold applies")
        .field(
            "stale",
            Type::Bool,
            "whether it is older than the pack allows, or compared groups of another size",
        )
        .field("provenance", Type::String, "REPORTED, COMPUTED, MEASURED or RE_EXECUTED")
        .field("attempts", Type::Int, "how often the version was evaluated on the suite")
        .field("rows", Type::Int, "rows of the latest evaluation")
        .field("dataset", Type::String, "id of the data set")
        .field("minGroupSize", Type::Int, "groups with fewer rows were not compared")
        .field("evaluatedBy", Type::String, "id of the account that asked for it")
        .field(
            "independent",
            Type::Bool,
            "whether another person asked for it than registered the version, whatever accounts they used",
        )
        .field("ageDays", Type::Int, "age of the latest evaluation in days")
        .field("thresholds", Type::list(Type::object(threshold.clone())), "every threshold that applies")
        .field("failed", Type::list(Type::object(threshold)), "those that do not hold");
    ObjectType::new(name)
        .field("suites", Type::map(Type::object(suite)), "by suite, its latest evaluation")
        .field(
            "metrics",
            Type::map(Type::object(metric)),
            "by metric path, the figure of the latest evaluation",
        )
        .field("measured", Type::map(Type::Double), "figures that are MEASURED or better")
        .field("computed", Type::map(Type::Double), "figures that are COMPUTED or better")
}

fn reports() -> ObjectType {
    let metric = ObjectType::new("reportedMetric")
        .field("value", Type::Double, "the figure")
        .field("n", Type::Int, "of how many it was taken")
        .field("lower", Type::Double, "where the true figure lies at least")
        .field("upper", Type::Double, "where the true figure lies at most");
    let report = ObjectType::new("report")
        .field("format", Type::String, "SARIF, MODELSCAN, TRIVY, GARAK or METRICS")
        .field("toolVersion", Type::String, "version of the tool")
        .field("provenance", Type::String, "REPORTED")
        .field("findings", Type::map(Type::Int), "number of findings for each severity")
        .field("metrics", Type::map(Type::object(metric)), "the figures by path")
        .field("warnings", Type::Int, "how much a reader must know before believing the rest")
        .field("sha256", Type::String, "digest of the report")
        .field("reportedBy", Type::String, "id of the principal who brought it")
        .field("reportedAt", Type::Timestamp, "when it was taken in")
        .field("ageDays", Type::Int, "age of the report in days");
    ObjectType::new("evidence").field(
        "tools",
        Type::map(Type::object(report)),
        "by name of the tool, its latest report",
    )
}

fn approvals() -> ObjectType {
    let approval = ObjectType::new("approval")
        .field("step", Type::String, "the step of the workflow")
        .field("role", Type::String, "the role in which it was given")
        .field("reviewer", Type::String, "id of the principal who gave it")
        .field("decision", Type::String, "APPROVED or CONDITIONAL")
        .field("at", Type::Timestamp, "when it was given");
    ObjectType::new("approvals")
        .field("roles", Type::list(Type::String), "roles in which a valid approval stands")
        .field("list", Type::list(Type::object(approval)), "the valid approvals")
}

fn change() -> ObjectType {
    ObjectType::new("change")
        .field("id", Type::String, "id of the change")
        .field("type", Type::String, "MODEL_UPDATE, CONFIG_CHANGE, PROMPT_UPDATE, INFRASTRUCTURE, ROLLBACK or EMERGENCY")
        .field("state", Type::String, "DRAFT, SUBMITTED, UNDER_REVIEW, APPROVED, SCHEDULED, IN_PROGRESS, COMPLETED, FAILED or ROLLED_BACK")
        .field("environment", Type::String, "where it is made")
        .field("risk", Type::String, "LOW, MEDIUM, HIGH or CRITICAL, once it was submitted")
        .field("approved", Type::Bool, "whether its reviewers have signed and what they signed was neither made in vain nor taken back")
        .field("spent", Type::Bool, "whether the version has been where the change brings it, and has left since")
}

fn exceptions() -> ObjectType {
    let waiver = ObjectType::new("waiver")
        .field("policy", Type::String, "the policy that is waived")
        .field("exception", Type::String, "id of the exception")
        .field("endsAt", Type::Timestamp, "until when (not included)");
    ObjectType::new("exceptions")
        .field("policies", Type::list(Type::String), "policies that an exception waives")
        .field(
            "list",
            Type::list(Type::object(waiver)),
            "the exceptions, for each policy the one that ends last",
        )
}

fn target() -> ObjectType {
    ObjectType::new("target")
        .field("stage", Type::String, "the stage")
        .field("environment", Type::String, "the environment")
        .field("strategy", Type::String, "ROLLING, BLUE_GREEN, CANARY or SHADOW")
        .field("replicas", Type::Int, "in how many copies it is to run")
}

fn risk() -> ObjectType {
    let assessment = ObjectType::new("assessment")
        .field("status", Type::String, "APPROVED, or MISSING where none counts")
        .field("id", Type::String, "id of the assessment")
        .field("overall", Type::Double, "the overall score, from 0 to 25")
        .field("class", Type::String, "its class, for example MEDIUM")
        .field("high", Type::Int, "number of risks that are high")
        .field("medium", Type::Int, "number of risks that are medium")
        .field("low", Type::Int, "number of risks that are low")
        .field("tier", Type::String, "the tier of the model when it was submitted")
        .field("approvedAt", Type::Timestamp, "when it was approved")
        .field("ageDays", Type::Int, "age of the approval in days")
        .field("nextReviewAt", Type::Timestamp, "when it is to be looked at again")
        .field("reviewOverdue", Type::Bool, "whether that time is over")
        .field("unaccepted", Type::list(Type::String), "ids of the high risks that nobody accepts now")
        .field(
            "residuals",
            Type::map(Type::Double),
            "by id of the risk, what the controls leave of it, from 0 to 25",
        );
    let deployment = ObjectType::new("deployment")
        .field("score", Type::Double, "the score of a deployment to the target, from 0 to 10")
        .field("class", Type::String, "its class, for example HIGH")
        .field("factors", Type::map(Type::Int), "by factor, its score from 0 to 10")
        .field("reviews", Type::list(Type::String), "the roles whose review the class asks for")
        .field("recommendations", Type::list(Type::String), "what is recommended");
    ObjectType::new("risk")
        .field("assessment", Type::object(assessment), "the risk assessment that counts for the version")
        .field("deployment", Type::object(deployment), "how risky it is to bring it to the target")
}

fn champion() -> ObjectType {
    ObjectType::new("champion").field("version", Type::object(version()), "the version").field(
        "evaluation",
        Type::object(evaluation("evaluation")),
        "what its evaluations show",
    )
}

#[cfg(test)]
mod tests {
    use assent_cel::Program;

    use super::*;

    #[test]
    fn every_helper_compiles() {
        let mut env = Env::new(root().into());
        for (signature, body, doc) in HELPERS {
            env.helper(signature, body, doc).unwrap_or_else(|error| panic!("{signature}: {error}"));
        }
        for source in ["measured('f1') >= 0.8", "passed('bias')", "improved('f1', 0.05)", "approvedBy('x')"] {
            Program::compile(&env, source, Some(&Type::Bool))
                .unwrap_or_else(|errors| panic!("{source}: {errors:?}"));
        }
    }

    #[test]
    fn a_difference_of_just_so_much_is_an_improvement() {
        let program =
            Program::compile(super::super::env(), "improved('f1', 0.05)", Some(&Type::Bool)).unwrap();
        let figure =
            |f1: f64| serde_json::json!({"measured": {"f1": f1}, "metrics": {"f1": {"dataSha256": "a"}}});
        for (before, after, improved) in
            [(0.90, 0.95, true), (0.80, 0.85, true), (0.90, 0.949_999, false), (0.95, 0.90, false)]
        {
            let facts =
                serde_json::json!({"champion": {"evaluation": figure(before)}, "evaluation": figure(after)});
            assert_eq!(super::super::holds(&program, &facts), improved, "{before} {after}");
        }
    }
}
