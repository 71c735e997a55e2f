//! `assent pack argo`
//!
//! A step is a container that runs `assent gate`, and its exit code alone decides: 0 goes on, 1 asks again later, and anything
//! else fails. Nothing that is printed is compared with a word.

use clap::Args;
use serde_json::{Value, json};

use crate::commands::Context;
use crate::output::{Answer, Block};
use crate::problem::Problem;
use crate::table::text;

const WHAT_IT_DOES: &str = "\
For each stage of the pack in force to which a workflow leads, in their order, a step asks the gate and a step waits until somebody
has deployed and resumes: put your own deployment in its place. A shut gate is asked again every five minutes for as long as
`--wait` says; where the question cannot be asked, the workflow fails. Address and token come from a secret with the keys `url` and
`token`.";

/// Options of `assent pack argo`.
#[derive(Debug, Args)]
#[command(after_help = WHAT_IT_DOES)]
pub(crate) struct Argo {
    /// The image that holds this program
    #[arg(long, value_name = "IMAGE")]
    image: String,
    /// The secret with the keys `url` and `token`
    #[arg(long, value_name = "NAME", default_value = "assent")]
    secret: String,
    /// For how many hours a shut gate is asked again
    #[arg(long, value_name = "HOURS", default_value_t = 72, value_parser = clap::value_parser!(u32).range(1..=8760))]
    wait: u32,
}

impl Argo {
    /// Runs the command.
    pub(crate) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let pack = context.client()?.get("/api/v1/packs/current")?;
        let template = self.template(&pack)?;
        let yaml = serde_saphyr::to_string(&template)
            .map_err(|error| Problem::new(format!("the template cannot be written: {error}")))?;
        Ok(Answer::new(template).with(Block::Laid(yaml)))
    }

    /// The template for a pack.
    fn template(&self, pack: &Value) -> Result<Value, Problem> {
        let stages = stages(pack);
        if stages.is_empty() {
            return Err(Problem::new("no workflow of the pack in force leads to a stage")
                .hint("apply a pack with workflows"));
        }
        let steps: Vec<Value> = stages.iter().flat_map(|stage| steps(stage)).collect();
        let entry = json!({"name": ENTRY, "steps": steps});
        let suspended = json!({"name": DEPLOY, "suspend": {}});
        Ok(json!({
            "apiVersion": "argoproj.io/v1alpha1",
            "kind": "WorkflowTemplate",
            "metadata": {"name": "assent-promotion"},
            "spec": {
                "entrypoint": ENTRY,
                "arguments": {"parameters": [{"name": "version", "description": "model:number, or the id of a version"}]},
                "templates": [entry, self.gate(), suspended],
            },
        }))
    }

    /// The template of the step that asks.
    fn gate(&self) -> Value {
        let variable = |name: &str, key: &str| json!({"name": name, "valueFrom": {"secretKeyRef": {"name": self.secret, "key": key}}});
        json!({
            "name": GATE,
            "inputs": {"parameters": [{"name": "stage"}]},
            "retryStrategy": {
                "limit": (self.wait * 12).to_string(),
                "retryPolicy": "OnFailure",
                "expression": "asInt(lastRetry.exitCode) == 1",
                "backoff": {"duration": "5m", "factor": "1"},
            },
            "container": {
                "image": self.image,
                "command": ["assent"],
                // A pod keeps nothing, so there is no earlier sight of the log that this one could be held against. Behind
                // `--` a version is a version: one that is called `--help` opens no gate.
                "args": ["--no-pin", "gate", "--to={{inputs.parameters.stage}}", "--", "{{workflow.parameters.version}}"],
                "env": [variable("ASSENT_URL", "url"), variable("ASSENT_TOKEN", "token")],
            },
        })
    }
}

const ENTRY: &str = "promotion";
const GATE: &str = "gate";
const DEPLOY: &str = "deploy";

/// The stages to which a workflow leads, in their order.
fn stages(pack: &Value) -> Vec<String> {
    let documents = pack.get("documents").and_then(Value::as_array).into_iter().flatten();
    let documents: Vec<&Value> = documents.filter_map(|held| held.get("document")).collect();
    let of = |kind: &'static str| {
        documents.iter().filter(move |document| text(document, "/kind") == kind).copied()
    };
    let targets: Vec<String> = of("Workflow").map(|workflow| text(workflow, "/target")).collect();
    let mut stages: Vec<(u64, String)> = of("Stage")
        .map(|stage| (stage.get("order").and_then(Value::as_u64).unwrap_or(0), text(stage, "/id")))
        .filter(|(_, id)| targets.contains(id))
        .collect();
    stages.sort();
    stages.into_iter().map(|(_, id)| id).collect()
}

/// The two steps of a stage, each by itself: a group of steps begins when the one before has succeeded.
fn steps(stage: &str) -> [Value; 2] {
    let named = |what: &str| {
        format!("{what}-{}", stage.to_lowercase().replace(|c: char| !c.is_ascii_alphanumeric(), "-"))
    };
    let arguments = json!({"parameters": [{"name": "stage", "value": stage}]});
    [
        json!([{"name": named(GATE), "template": GATE, "arguments": arguments}]),
        json!([{"name": named(DEPLOY), "template": DEPLOY}]),
    ]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::embedded;

    fn template(pack: &str) -> Value {
        let documents =
            embedded::pack(pack).unwrap().into_iter().map(|(_, document)| json!({"document": document}));
        let pack = json!({"documents": documents.collect::<Vec<_>>()});
        let argo =
            Argo { image: "registry.example/assent:1".to_owned(), secret: "assent".to_owned(), wait: 2 };
        argo.template(&pack).unwrap()
    }

    #[test]
    fn it_is_what_argo_reads() {
        let template = template("llmops");
        assert_eq!(
            (&template["apiVersion"], &template["kind"]),
            (&json!("argoproj.io/v1alpha1"), &json!("WorkflowTemplate"))
        );
        let spec = &template["spec"];
        let templates = spec["templates"].as_array().unwrap();
        let names: BTreeSet<&str> = templates.iter().map(|it| it["name"].as_str().unwrap()).collect();
        assert_eq!(names.len(), templates.len());
        assert!(names.contains(spec["entrypoint"].as_str().unwrap()));
        // Of each template exactly one type, and every step names a template and gives each of its inputs.
        for held in templates {
            let types = ["steps", "container", "suspend"].iter().filter(|kind| held.get(**kind).is_some());
            assert_eq!(types.count(), 1, "{held}");
        }
        let entry = templates.iter().find(|it| it["name"] == spec["entrypoint"]).unwrap();
        let groups = entry["steps"].as_array().unwrap();
        let steps: Vec<&Value> = groups.iter().flat_map(|group| group.as_array().unwrap()).collect();
        for step in &steps {
            let called = templates.iter().find(|it| it["name"] == step["template"]).unwrap();
            let names = |list: &Value| -> Vec<String> {
                let list = list["parameters"].as_array().into_iter().flatten();
                list.map(|parameter| parameter["name"].as_str().unwrap().to_owned()).collect()
            };
            assert_eq!(names(&called["inputs"]), names(&step["arguments"]), "{step}");
            let name = step["name"].as_str().unwrap();
            assert!(name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'), "{name}");
        }
        let order: Vec<&str> = steps.iter().map(|step| step["name"].as_str().unwrap()).collect();
        let stages = ["development", "staging", "production"];
        assert_eq!(order, stages.map(|stage| [format!("gate-{stage}"), format!("deploy-{stage}")]).concat());
        assert!(groups.iter().all(|group| group.as_array().unwrap().len() == 1), "one after the other");
    }

    #[test]
    fn exit_codes_decide_and_no_text() {
        let template = template("default");
        let gate = template["spec"]["templates"]
            .as_array()
            .unwrap()
            .iter()
            .find(|it| it["name"] == GATE)
            .unwrap()
            .clone();
        assert_eq!(gate["retryStrategy"]["expression"], "asInt(lastRetry.exitCode) == 1");
        assert_eq!(gate["retryStrategy"]["limit"], "24");
        assert_eq!(gate["container"]["command"], json!(["assent"]));
        let text = template.to_string();
        assert!(!text.contains("outputs.result") && !text.contains("approved"), "{text}");
    }

    #[test]
    fn a_pack_without_workflows_is_refused() {
        let argo = Argo { image: "i".to_owned(), secret: "s".to_owned(), wait: 1 };
        assert!(argo.template(&json!({"documents": []})).is_err());
    }
}
