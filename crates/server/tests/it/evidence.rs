//! What is known of a version's files: scans by the platform, and reports of other tools.

use assent_server::Options;
use serde_json::{Value, json};

use crate::world::{World, text};

/// A pickle that calls `os.system` when it is loaded.
const HOSTILE: &str = "cos\nsystem\n(S'true'\ntR.";
const TRIVY: &str = r#"{"SchemaVersion": 2, "Trivy": {"Version": "0.58.0"}, "ArtifactName": "image", "Results": [
    {"Target": "python", "Class": "lang-pkgs", "Type": "pip", "Vulnerabilities": [
        {"VulnerabilityID": "CVE-2023-25577", "PkgName": "werkzeug", "InstalledVersion": "0.11", "Severity": "HIGH"},
        {"VulnerabilityID": "CVE-2020-28724", "PkgName": "werkzeug", "InstalledVersion": "0.11", "Severity": "MEDIUM"}]}]}"#;
const FIGURES: &str = r#"{"tool": {"name": "bench", "version": "2"},
    "metrics": {"f1": {"value": 0.5, "n": 40, "interval": {"lower": 0.4, "upper": 0.6}}}}"#;

struct Case {
    world: World,
    owner: String,
    version: String,
}

impl Case {
    /// A version with these files.
    async fn with(options: Options, files: &[(&str, &str)]) -> Self {
        let world = World::with(options).await;
        let (_, owner) = world.person("Olga", &["model_owner"]).await;
        world.version(&owner, "sorter", "MEDIUM").await;
        let mut artifacts = Vec::new();
        for (name, content) in files {
            artifacts.push(json!({"name": name, "sha256": world.upload(&owner, *content).await}));
        }
        let body = json!({"kind": "CLASSICAL", "artifacts": artifacts});
        let made = world.post(&owner, "/api/v1/models/sorter/versions", body).await.expect(201);
        let version = text(&made["object"]["id"]);
        Self { world, owner, version }
    }

    fn path(&self, rest: &str) -> String {
        format!("/api/v1/versions/{}{rest}", self.version)
    }

    async fn facts(&self) -> Value {
        self.world.get(&self.owner, &self.path("/facts")).await.expect(200)
    }

    async fn scanned(&self) -> Value {
        let path = self.path("/artifact-scans");
        self.world.post(&self.owner, &path, json!({})).await.expect(201)["object"].clone()
    }

    async fn add(&self, report: &str, more: Value) -> crate::world::Answer {
        let mut body = json!({"sha256": self.world.upload(&self.owner, report).await});
        for (name, value) in more.as_object().unwrap() {
            body[name] = value.clone();
        }
        self.world.post(&self.owner, &self.path("/evidence"), body).await
    }
}

#[tokio::test]
async fn what_a_scan_finds_is_measured_and_no_report_takes_its_place() {
    let case = Case::with(Options::default(), &[("weights.json", "[1, 2]"), ("model.pkl", HOSTILE)]).await;
    assert_eq!(case.facts().await["artifact"]["securityScan"], json!({"status": "MISSING"}));
    let scan = case.scanned().await;
    assert_eq!(
        (&scan["kind"], &scan["state"], &scan["provenance"]),
        (&json!("ARTIFACT_SCAN"), &json!("FINISHED"), &json!("MEASURED"))
    );
    assert_eq!((&scan["runs"], &scan["artifacts"][1]["name"]), (&json!(1), &json!("model.pkl")));
    let report = &scan["report"];
    assert_eq!((&report["status"], &report["findings"]["CRITICAL"]), (&json!("FAILED"), &json!(1)));
    let [clean, bad] = [0, 1].map(|index| &report["artifacts"][index]);
    assert_eq!((&clean["verdict"], &bad["verdict"]), (&json!("CLEAN"), &json!("DANGEROUS")));
    assert_eq!(
        (&bad["findings"][0]["module"], &bad["findings"][0]["operator"]),
        (&json!("os"), &json!("system"))
    );

    let claim = json!({"tool": "assent-scan", "toolVersion": "9", "status": "PASSED"});
    case.world.post(&case.owner, &case.path("/scans"), claim).await.expect(200);
    let facts = case.facts().await["artifact"].clone();
    let counting = &facts["securityScan"];
    assert_eq!((&counting["status"], &counting["provenance"]), (&json!("FAILED"), &json!("MEASURED")));
    assert_eq!((&counting["findings"]["CRITICAL"], &counting["ageDays"]), (&json!(1), &json!(0)));
    assert_eq!(
        (&facts["reportedScan"]["status"], &facts["reportedScan"]["provenance"]),
        (&json!("PASSED"), &json!("REPORTED"))
    );
    let gate = case.world.get(&case.owner, &case.path("/gate?stage=STAGING")).await.expect(200);
    assert!(gate.to_string().contains("Security scan must pass"), "{gate}");
}

#[tokio::test]
async fn a_scan_is_an_evaluation_like_any_other() {
    let case =
        Case::with(Options { max_evaluations: 0, ..Options::default() }, &[("weights.json", "[1, 2]")]).await;
    let path = case.path("/artifact-scans?wait=0");
    let asked = case.world.post(&case.owner, &path, json!({})).await.expect(202)["object"].clone();
    let id = text(&asked["id"]);
    assert_eq!((&asked["state"], asked.get("suites")), (&json!("QUEUED"), None));
    let case = Case { world: case.world.restarted(), ..case };
    assert_eq!(case.scanned().await["report"]["status"], "PASSED", "the first one is done before");
    let first = case.world.get(&case.owner, &format!("/api/v1/evaluations/{id}")).await.expect(200);
    assert_eq!((&first["state"], &first["report"]["status"]), (&json!("FINISHED"), &json!("PASSED")));
    let query = format!("/api/v1/evaluations?version={}", case.version);
    let listed = case.world.get(&case.owner, &query).await.expect(200)["items"].clone();
    assert_eq!((listed.as_array().unwrap().len(), &listed[0]["kind"]), (2, &json!("ARTIFACT_SCAN")));
    let shown = case.world.get(&case.owner, &case.path("")).await.expect(200);
    assert_eq!((&shown["measuredScan"]["status"], shown.get("scan")), (&json!("PASSED"), None));
    assert_eq!(shown["measuredScan"]["recorded"]["by"]["name"], "Olga");
}

#[tokio::test]
async fn what_is_bought_has_no_files_to_scan() {
    let case = Case::with(Options::default(), &[]).await;
    case.world.post(&case.owner, &case.path("/artifact-scans"), json!({})).await.problem(409, "wrong-state");
}

#[tokio::test]
async fn a_report_is_evidence_once_and_stays_what_its_tool_says() {
    let case = Case::with(Options::default(), &[]).await;
    let added = case.add(TRIVY, json!({})).await.expect(201);
    let evidence = &added["object"];
    assert_eq!((&evidence["format"], &evidence["provenance"]), (&json!("TRIVY"), &json!("REPORTED")));
    assert_eq!((&evidence["counts"]["HIGH"], &evidence["counts"]["CRITICAL"]), (&json!(1), &json!(0)));
    assert_eq!(evidence["findings"][0]["id"], "CVE-2023-25577");
    assert_eq!(added["receipt"]["events"][0]["type"], "evidenceAdded");
    let again = case.add(TRIVY, json!({})).await.expect(200);
    assert_eq!((&again["receipt"]["events"], &again["object"]), (&json!([]), evidence));
    case.add(FIGURES, json!({"format": "METRICS"})).await.expect(201);

    let facts = case.facts().await["evidence"]["tools"].clone();
    let tool = text(&evidence["tool"]);
    assert_eq!(
        (&facts[&tool]["findings"]["HIGH"], &facts[&tool]["provenance"]),
        (&json!(1), &json!("REPORTED"))
    );
    let figure = json!({"value": 0.5, "n": 40, "lower": 0.4, "upper": 0.6});
    assert_eq!((&facts["bench"]["metrics"]["f1"], &facts["bench"]["toolVersion"]), (&figure, &json!("2")));
    assert_eq!(facts["bench"]["warnings"], 0);

    let listed = case.world.get(&case.owner, &case.path("/evidence")).await.expect(200)["items"].clone();
    assert_eq!((&listed[0]["tool"], &listed[1]["tool"]), (&json!("bench"), &json!(tool)));
    assert_eq!(listed[1].get("findings"), None);
    let one = case.path(&format!("/evidence/{}", text(&evidence["sha256"])));
    assert_eq!(case.world.get(&case.owner, &one).await.expect(200), *evidence);
    let content = case.world.get(&case.owner, &format!("{one}/content")).await;
    assert_eq!((content.status.as_u16(), content.text()), (200, TRIVY.to_owned()));
    let none = case.path(&format!("/evidence/{}", "0".repeat(64)));
    case.world.get(&case.owner, &none).await.problem(404, "not-found");
}

#[tokio::test]
async fn the_latest_report_of_a_tool_counts() {
    let case = Case::with(Options::default(), &[]).await;
    case.add(FIGURES, json!({})).await.expect(201);
    case.add(&FIGURES.replace("0.5", "0.55"), json!({})).await.expect(201);
    let facts = case.facts().await["evidence"]["tools"].clone();
    assert_eq!(
        (facts.as_object().unwrap().len(), &facts["bench"]["metrics"]["f1"]["value"]),
        (1, &json!(0.55))
    );
}

#[tokio::test]
async fn a_report_that_cannot_be_believed_is_refused_with_its_place() {
    let case = Case::with(Options::default(), &[]).await;
    let refused = case.add(r#"{"runs": [{"tool": 7}], "version": "2.1.0"}"#, json!({})).await;
    let refused = refused.problem(422, "data-invalid");
    assert!(text(&refused["detail"]).contains("runs[0].tool"), "{refused}");
    assert_eq!(refused["pointer"], "/sha256");
    let unnamed = case.add(r#"{"f1": 0.5}"#, json!({})).await.problem(422, "data-invalid");
    assert_eq!(unnamed["pointer"], "/tool");
    let named = case.add(r#"{"f1": 0.5}"#, json!({"tool": "own", "toolVersion": "1"})).await.expect(201);
    assert_eq!((&named["object"]["tool"], &named["object"]["warningCount"]), (&json!("own"), &json!(1)));
    let other = case.add(FIGURES, json!({"tool": "better"})).await.problem(422, "data-invalid");
    assert_eq!(other["pointer"], "/tool");
    case.add(FIGURES, json!({"format": "SARIF"})).await.problem(422, "data-invalid");
    let body = json!({"sha256": "0".repeat(64)});
    case.world.post(&case.owner, &case.path("/evidence"), body).await.problem(422, "blob-missing");
    let many: Vec<String> = (0..501).map(|index| format!("\"m{index}\": 1")).collect();
    let many = format!("{{\"tool\": {{\"name\": \"many\"}}, \"metrics\": {{{}}}}}", many.join(", "));
    case.add(&many, json!({})).await.problem(400, "too-many");
}

/// Digests of data sets are no secret: the bytes behind them are no report of who does not have them.
#[tokio::test]
async fn labels_are_no_evidence() {
    let case = Case::with(Options::default(), &[]).await;
    let (_, steward) = case.world.person("Stan", &["data_steward"]).await;
    let sha256 = case.world.upload(&steward, FIGURES).await;
    let set = json!({"name": "rows", "sha256": sha256, "classification": "RESTRICTED", "columns": ["a"]});
    case.world.post(&steward, "/api/v1/datasets", set).await.expect(201);
    let body = json!({"sha256": sha256});
    case.world.post(&case.owner, &case.path("/evidence"), body).await.problem(422, "blob-missing");
    case.add(FIGURES, json!({})).await.expect(201);
}
