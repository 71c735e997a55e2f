//! The request by which each operation is tried.

use assent_domain::ids::Digest;
use serde_json::{Value, json};

use super::super::MISSING;
use super::{Objects, REPORT, Stage, version, wanted};
use crate::world::{bare, text};
use crate::{exceptions, story};

impl Stage {
    /// The request that tries an operation: one that would do, were it allowed.
    pub(in super::super) async fn request(
        &self,
        operation: &str,
        object: &str,
    ) -> (&'static str, String, String) {
        if object == "bundle" {
            return ("GET", "/log/tile/entries/000.p/2".to_owned(), String::new());
        }
        let it = self.objects(operation, object).await;
        let Objects { model, version, promotion, exception, change } = &it;
        let model_at = |rest: &str| format!("/api/v1/models/{model}{rest}");
        let version_at = |rest: &str| format!("/api/v1/versions/{version}{rest}");
        let promotion_at = |rest: &str| format!("/api/v1/promotions/{promotion}/{rest}");
        let get = |path: String| ("GET", path, Value::Null);
        let list = |path: &str| ("GET", path.to_owned(), Value::Null);
        let post = |path: String, body: Value| ("POST", path, body);
        let (method, path, body) = match operation {
            "health" => list("/healthz"),
            "ready" => list("/readyz"),
            "metrics" => list("/metrics"),
            "checkpoint" => list("/log/checkpoint"),
            "verifierKeys" => list("/log/vkey"),
            "tile" => list("/log/tile/0/000.p/2"),
            "me" => list("/api/v1/me"),
            "mySessions" => list("/api/v1/me/sessions"),
            "logIn" => post(
                "/api/v1/auth/log-in".to_owned(),
                json!({"email": "x@example.org", "password": "not the one"}),
            ),
            "acceptInvitation" => post(
                "/api/v1/auth/invitations/accept".to_owned(),
                json!({"secret": "none", "password": "quiet otter mends kettles"}),
            ),
            "startOidc" => list("/auth/oidc/none/start"),
            "finishOidc" => list("/auth/oidc/none/callback?state=x&code=y"),
            "logOut" => post("/api/v1/auth/log-out".to_owned(), json!({})),
            "changePassword" => post(
                "/api/v1/me/password".to_owned(),
                json!({"current": "not the one", "password": "quiet otter mends kettles"}),
            ),
            "factsSchema" => list("/api/v1/schemas/facts"),
            "proveInclusion" => list("/api/v1/log/proofs/inclusion?index=1"),
            "proveConsistency" => list("/api/v1/log/proofs/consistency?from=1"),
            "listModels" => list("/api/v1/models"),
            "listPromotions" => list("/api/v1/promotions"),
            "inbox" => list("/api/v1/inbox"),
            "listDatasets" => list("/api/v1/datasets"),
            "listPrincipals" => list("/api/v1/principals"),
            "currentPack" => list("/api/v1/packs/current"),
            "retention" => list("/api/v1/retention"),
            "searchLog" => list("/api/v1/log/entries"),
            "getLogEntry" => list("/api/v1/log/entries/1"),
            "getModel" => get(model_at("")),
            "listVersions" => get(model_at("/versions")),
            "getVersionByNumber" => get(model_at("/versions/1")),
            "getVersion" => get(version_at("")),
            "complianceReport" => list("/api/v1/reports/compliance"),
            "governanceAudit" => list("/api/v1/reports/governance-audit"),
            "auditReport" => list("/api/v1/reports/audit"),
            "riskReport" => list("/api/v1/reports/risk"),
            "governanceReport" => get(version_at("/governance-report?stage=STAGING")),
            "facts" => get(version_at("/facts")),
            "check" => get(version_at("/check")),
            "gate" => get(version_at("/gate?stage=STAGING")),
            "checklist" => get(version_at("/checklist?stage=PRODUCTION")),
            "draftCard" => get(version_at("/card/draft")),
            "downloadArtifact" => get(version_at("/artifacts/model.json")),
            "downloadDocument" => get(version_at("/documents/MODEL_CARD")),
            "getPromotion" => get(promotion_at("").trim_end_matches('/').to_owned()),
            "getDataset" => get(format!("/api/v1/datasets/{}", self.dataset(object))),
            "downloadDataset" => get(format!("/api/v1/datasets/{}/content", self.dataset(object))),
            "registerVersion" => post(model_at("/versions"), json!({"kind": "CLASSICAL"})),
            "attachDocument" => post(
                version_at("/documents"),
                json!({"kind": "MODEL_CARD", "name": "card", "sha256": self.world.upload(&self.owner, "a card").await}),
            ),
            "recordScan" => {
                post(version_at("/scans"), json!({"tool": "s", "toolVersion": "1", "status": "PASSED"}))
            }
            "addEvidence" => {
                post(version_at("/evidence"), json!({"sha256": self.world.upload(&self.owner, REPORT).await}))
            }
            "listEvidence" => get(version_at("/evidence")),
            "getEvidence" => get(version_at(&format!("/evidence/{}", Digest::of(REPORT.as_bytes())))),
            "downloadEvidence" => {
                get(version_at(&format!("/evidence/{}/content", Digest::of(REPORT.as_bytes()))))
            }
            "scanVersion" => post(version_at("/artifact-scans"), json!({})),
            "evaluateVersion" => post(
                version_at("/evaluations"),
                json!({"dataset": self.data, "predictions": self.held(object, story::files().1).await,
                    "prediction": "said", "suites": ["performance"]}),
            ),
            "moveVersion" => post(version_at("/move"), json!({"to": "ARCHIVED"})),
            "requestPromotion" => post(
                "/api/v1/promotions".to_owned(),
                json!({"version": version, "target": {"stage": "STAGING"}, "submit": false}),
            ),
            "submitPromotion" => post(promotion_at("submit"), json!({})),
            "withdrawPromotion" => post(promotion_at("withdraw"), json!({})),
            "completePromotion" => post(promotion_at("complete"), json!({})),
            "meetCondition" => post(promotion_at("conditions/none/met"), json!({})),
            "reviewPromotion" => post(
                promotion_at("reviews"),
                json!({"step": "technical", "decision": "REJECTED", "comment": "no"}),
            ),
            "declareEmergency" => post(
                promotion_at("emergency"),
                json!({"justification": "it burns", "evidence": self.seen(promotion).await}),
            ),
            "signEmergency" => {
                post(promotion_at("emergency/signatures"), json!({"verdict": "REJECTED", "comment": "no"}))
            }
            "listEmergencies" => list("/api/v1/emergencies"),
            "listDelegations" => list("/api/v1/delegations"),
            "giveDelegation" => {
                let (delegate, _) = self.world.person(&format!("Lea{}", self.number()), &["tech_lead"]).await;
                post("/api/v1/delegations".to_owned(), self.lent(&delegate, "risk_manager"))
            }
            "getDelegation" => get(format!("/api/v1/delegations/{}", self.delegation(object).await)),
            "revokeDelegation" => {
                post(format!("/api/v1/delegations/{}/revoke", self.delegation(object).await), json!({}))
            }
            "registerModel" => post(
                "/api/v1/models".to_owned(),
                json!({"name": format!("new {}", self.number()), "purpose": "prototype", "tier": "LOW"}),
            ),
            "onboard" => {
                let model =
                    json!({"name": format!("new {}", self.number()), "purpose": "prototype", "tier": "LOW"});
                let card = self.world.upload(&self.owner, "a card").await;
                let documents = json!([{"kind": "MODEL_CARD", "name": "card", "sha256": card}]);
                let body = json!({"model": model, "version": {"kind": "CLASSICAL"}, "documents": documents});
                post("/api/v1/onboarding".to_owned(), body)
            }
            "registerDataset" => {
                let sha256 = self.held(object, format!("id\n{}\n", self.number())).await;
                let body = json!({"name": "rows", "sha256": sha256, "classification": "INTERNAL"});
                post("/api/v1/datasets".to_owned(), body)
            }
            "uploadBlob" => post("/api/v1/blobs".to_owned(), json!({})),
            "applyPack" => post("/api/v1/packs".to_owned(), pack()),
            "registerPrincipal" => post(
                "/api/v1/principals".to_owned(),
                json!({"kind": "USER", "name": format!("P{}", self.number())}),
            ),
            "listEvaluations" => list("/api/v1/evaluations"),
            "getEvaluation" | "cancelEvaluation" => {
                return self.request_on_evaluations(operation, object, version).await;
            }
            "listChanges" => list("/api/v1/changes"),
            "changeCalendar" => list("/api/v1/changes/calendar"),
            "changeMetrics" => list("/api/v1/changes/metrics"),
            "requestChange" => post("/api/v1/changes".to_owned(), wanted(version, false)),
            "getChange" => get(format!("/api/v1/changes/{change}")),
            "submitChange" | "signChange" | "scheduleChange" | "startChange" | "completeChange"
            | "rollBackChange" | "withdrawChange" => request_on_changes(operation, change),
            "recordLineage" => post("/api/v1/lineage".to_owned(), json!({"edges": []})),
            "takeOpenLineage" => post("/api/v1/lineage/openlineage".to_owned(), json!({})),
            "lineage" => get(version_at("").replace("/api/v1/versions/", "/api/v1/lineage/version:")),
            "listLineageEdges" => {
                get(version_at("/edges").replace("/api/v1/versions/", "/api/v1/lineage/version:"))
            }
            "retractLineage" => {
                let id = if object == "missing" { MISSING.to_owned() } else { self.edge().await };
                post(format!("/api/v1/lineage/edges/{id}/retract"), json!({"reason": "it was wrong"}))
            }
            "listComments" => get(format!("/api/v1/threads/promotions/{promotion}")),
            "comment" => post(format!("/api/v1/threads/promotions/{promotion}"), json!({"text": "well"})),
            "mentions" => list("/api/v1/mentions"),
            "getComment" | "retractComment" | "downloadAttachment" => {
                return self.request_on_comments(operation, object, promotion).await;
            }
            "assignReview" => post(promotion_at("assign"), json!({"step": "technical"})),
            "listProposals" => list("/api/v1/proposals"),
            "listSystems" => list("/api/v1/systems"),
            "registerSystem" => post("/api/v1/systems".to_owned(), self.new_system(&self.owner_id)),
            "getSystem" | "reviseSystem" | "retireSystem" => {
                return self.request_on_systems(operation, object).await;
            }
            "getProposal" | "confirmProposal" | "declineProposal" | "withdrawProposal" => {
                return self.request_on_proposals(operation, object).await;
            }
            "listExceptions" => list("/api/v1/exceptions"),
            "getException" => get(format!("/api/v1/exceptions/{exception}")),
            "requestException" => {
                post("/api/v1/exceptions".to_owned(), exceptions::asked(version, "data-privacy"))
            }
            "submitException" | "signException" | "withdrawException" | "revokeException"
            | "remediateException" => {
                return self.request_on_exceptions(operation, object, &it).await;
            }
            "listAssessments" => list("/api/v1/assessments"),
            "listTierChanges" => list("/api/v1/tier-changes"),
            "modelRisk" => get(model_at("/risk")),
            "startAssessment" | "getAssessment" | "answerRisk" | "submitAssessment" | "signAssessment"
            | "acceptRisk" | "withdrawAssessment" | "assessmentReport" => {
                return self.request_on_assessments(operation, object, model).await;
            }
            "requestTierChange" | "getTierChange" | "signTierChange" | "withdrawTierChange" => {
                return self.request_on_tier_changes(operation, object).await;
            }
            "accountabilityOf" => list("/api/v1/accountability"),
            "accountabilityGaps" => list("/api/v1/accountability/gaps"),
            "roleMatrix" => list("/api/v1/accountability/matrix"),
            "roleReport" => list("/api/v1/accountability/report"),
            "listPeriodicReviews" => list("/api/v1/periodic-reviews"),
            "duePeriodicReviews" => list("/api/v1/periodic-reviews/due?withinDays=65535"),
            "inboxRequests" => list("/api/v1/inbox/requests"),
            "myRequests" => list("/api/v1/inbox/mine"),
            "myDecisions" => list("/api/v1/inbox/decided"),
            "deskMetrics" => list("/api/v1/desk/metrics"),
            "getAccountability" => get(model_at("/accountability")),
            "assignAccountability" | "endAccountability" => {
                return self.request_on_accountability(operation, object, model).await;
            }
            "getPeriodicReview"
            | "openPeriodicReview"
            | "recordReviewFinding"
            | "submitPeriodicReview"
            | "withdrawPeriodicReview"
            | "signPeriodicReview"
            | "completeReviewAction" => {
                return self.request_on_periodic_reviews(operation, object).await;
            }
            _ => return self.request_on_people(operation, object).await,
        };
        (method, path, if body.is_null() { String::new() } else { body.to_string() })
    }

    /// One that has ended, so that cancelling it is for the rules to refuse.
    async fn request_on_evaluations(
        &self,
        operation: &str,
        object: &str,
        version: &str,
    ) -> (&'static str, String, String) {
        let id = match object {
            "missing" => MISSING.to_owned(),
            _ => self.evaluated(version).await,
        };
        match operation {
            "getEvaluation" => ("GET", format!("/api/v1/evaluations/{id}"), String::new()),
            _ => ("POST", format!("/api/v1/evaluations/{id}/cancel"), "{}".to_owned()),
        }
    }

    async fn request_on_proposals(&self, operation: &str, object: &str) -> (&'static str, String, String) {
        let (id, digest) = match (operation, object) {
            (_, "missing") => (MISSING.to_owned(), "0".repeat(64)),
            ("getProposal", _) => (self.proposal.clone(), String::new()),
            _ => self.proposed().await,
        };
        let at = |rest: &str| format!("/api/v1/proposals/{id}{rest}");
        match operation {
            "getProposal" => ("GET", at(""), String::new()),
            "confirmProposal" => ("POST", at("/confirm"), json!({"digest": digest}).to_string()),
            "declineProposal" => ("POST", at("/decline"), r#"{"reason": "not now"}"#.to_owned()),
            _ => ("POST", at("/withdraw"), "{}".to_owned()),
        }
    }

    /// The digest of bytes that the caller has, if the caller may upload: who has not may not name them.
    async fn held(&self, object: &str, bytes: String) -> String {
        let sha256 = self.world.upload(&self.owner, bytes.clone()).await;
        self.world.send(bare("POST", self.token(object), "/api/v1/blobs").body(bytes.into()).unwrap()).await;
        sha256
    }

    async fn request_on_comments(
        &self,
        operation: &str,
        object: &str,
        promotion: &str,
    ) -> (&'static str, String, String) {
        let id = if object == "missing" {
            MISSING.to_owned()
        } else {
            let file = self.world.upload(&self.owner, "a file").await;
            let body = json!({"text": "well", "attachments": [{"name": "file", "sha256": file}]});
            let path = format!("/api/v1/threads/promotions/{promotion}");
            text(&self.world.post(&self.owner, &path, body).await.expect(201)["object"]["id"])
        };
        let at = |rest: &str| format!("/api/v1/comments/{id}{rest}");
        match operation {
            "getComment" => ("GET", at(""), String::new()),
            "downloadAttachment" => ("GET", at("/attachments/1"), String::new()),
            _ => ("POST", at("/retract"), json!({}).to_string()),
        }
    }

    /// One that the owner of models says.
    async fn edge(&self) -> String {
        let run = json!({"kind": "RUN", "namespace": "ci", "job": "train", "run": self.number().to_string()});
        let data = json!({"kind": "DATA", "namespace": "lake", "name": "raw"});
        let body = json!({"edges": [{"upstream": data, "downstream": run}]});
        text(&self.world.post(&self.owner, "/api/v1/lineage", body).await.expect(200)["receipt"]["id"])
    }

    fn new_system(&self, owner: &str) -> Value {
        json!({"name": format!("system {}", self.number()), "purpose": "to be tried", "role": "DEPLOYER", "owner": owner})
    }

    async fn request_on_systems(&self, operation: &str, object: &str) -> (&'static str, String, String) {
        let owner = if object == "own" { &self.scoped.0 } else { &self.owner_id };
        let id = if object == "missing" {
            MISSING.to_owned()
        } else {
            let made = self.world.post(&self.owner, "/api/v1/systems", self.new_system(owner)).await;
            text(&made.expect(201)["object"]["id"])
        };
        let at = |rest: &str| format!("/api/v1/systems/{id}{rest}");
        match operation {
            "getSystem" => ("GET", at(""), String::new()),
            "reviseSystem" => ("POST", at("/revise"), self.new_system(owner).to_string()),
            _ => ("POST", at("/retire"), r#"{"reason": "replaced"}"#.to_owned()),
        }
    }

    /// One for a version of its own, in the state that the operation asks for.
    async fn request_on_exceptions(
        &self,
        operation: &str,
        object: &str,
        it: &Objects,
    ) -> (&'static str, String, String) {
        let mut id = MISSING.to_owned();
        if object != "missing" {
            let version = version(&self.world, &self.owner, &it.model).await;
            let mut body = exceptions::asked(&version, "data-privacy");
            body["submit"] = json!(operation != "submitException");
            let made = self.world.post(&self.owner, "/api/v1/exceptions", body).await.expect(201);
            id = text(&made["object"]["id"]);
        }
        if object != "missing" && matches!(operation, "revokeException" | "remediateException") {
            for signer in &self.signers {
                let path = format!("/api/v1/exceptions/{id}/signatures");
                self.world.post(signer, &path, json!({"verdict": "APPROVED"})).await.expect(200);
            }
        }
        let (rest, body) = match operation {
            "submitException" => ("submit", json!({})),
            "signException" => ("signatures", json!({"verdict": "APPROVED"})),
            "withdrawException" => ("withdraw", json!({})),
            "revokeException" => ("revoke", json!({"reason": "it was abused"})),
            _ => ("remediate", json!({"how": "the sheet is attached"})),
        };
        ("POST", format!("/api/v1/exceptions/{id}/{rest}"), body.to_string())
    }

    /// One that the owner began, and submitted where others have to say something to it.
    async fn request_on_assessments(
        &self,
        operation: &str,
        object: &str,
        model: &str,
    ) -> (&'static str, String, String) {
        let body = json!({"model": model});
        if operation == "startAssessment" {
            return ("POST", "/api/v1/assessments".to_owned(), body.to_string());
        }
        let id = if object == "missing" {
            MISSING.to_owned()
        } else {
            let begun = self.world.post(&self.owner, "/api/v1/assessments", body).await.expect(201);
            text(&begun["object"]["id"])
        };
        let at = |rest: &str| format!("/api/v1/assessments/{id}{rest}");
        if object != "missing" && ["signAssessment", "acceptRisk"].contains(&operation) {
            self.world.post(&self.owner, &at("/submit"), json!({})).await.expect(200);
        }
        let rating = json!({"risk": "MQ-001", "likelihood": 1, "impact": 1});
        let accepted = json!({"risk": "MQ-001", "rationale": "known", "expiresAt": "2027-06-01T00:00:00Z"});
        match operation {
            "getAssessment" => ("GET", at(""), String::new()),
            "assessmentReport" => ("GET", at("/report"), String::new()),
            "answerRisk" => ("POST", at("/risks"), rating.to_string()),
            "submitAssessment" => ("POST", at("/submit"), "{}".to_owned()),
            "signAssessment" => ("POST", at("/signatures"), r#"{"verdict": "APPROVED"}"#.to_owned()),
            "acceptRisk" => ("POST", at("/acceptances"), accepted.to_string()),
            _ => ("POST", at("/withdraw"), "{}".to_owned()),
        }
    }

    /// Of a model of its own: there is one open request for each.
    async fn request_on_tier_changes(&self, operation: &str, object: &str) -> (&'static str, String, String) {
        let team = if object == "own" { "own" } else { "foreign" };
        let name = format!("tiers {}", self.number());
        let body = json!({"name": name, "purpose": "prototype", "tier": "MEDIUM", "tags": {"team": team}});
        let model = if object == "missing" {
            MISSING.to_owned()
        } else {
            let made = self.world.post(&self.owner, "/api/v1/models", body).await.expect(201);
            text(&made["object"]["id"])
        };
        let body =
            json!({"model": model, "to": "HIGH", "justification": "more people", "impact": "more reviews"});
        if operation == "requestTierChange" {
            return ("POST", "/api/v1/tier-changes".to_owned(), body.to_string());
        }
        let id = if object == "missing" {
            MISSING.to_owned()
        } else {
            let asked = self.world.post(&self.owner, "/api/v1/tier-changes", body).await.expect(201);
            text(&asked["object"]["id"])
        };
        let at = |rest: &str| format!("/api/v1/tier-changes/{id}{rest}");
        match operation {
            "getTierChange" => ("GET", at(""), String::new()),
            "signTierChange" => ("POST", at("/signatures"), r#"{"verdict": "APPROVED"}"#.to_owned()),
            _ => ("POST", at("/withdraw"), "{}".to_owned()),
        }
    }

    /// Of a model for which somebody is in the role already.
    async fn request_on_accountability(
        &self,
        operation: &str,
        object: &str,
        model: &str,
    ) -> (&'static str, String, String) {
        let at = format!("/api/v1/models/{model}/accountability");
        let steward = text(&self.world.get(&self.steward, "/api/v1/me").await.expect(200)["principal"]["id"]);
        let body = json!({"role": "data_steward", "principal": steward, "reason": "they hold the labels"});
        if operation == "assignAccountability" {
            return ("POST", at, body.to_string());
        }
        if object != "missing" {
            self.world.post(&self.owner, &at, body).await.expect(200);
        }
        ("POST", format!("{at}/end"), r#"{"role": "data_steward", "reason": "they left"}"#.to_owned())
    }

    /// Of a model of its own: one review of each is open at a time.
    async fn request_on_periodic_reviews(
        &self,
        operation: &str,
        object: &str,
    ) -> (&'static str, String, String) {
        let team = if object == "own" { "own" } else { "foreign" };
        let name = format!("reviewed {}", self.number());
        let body = json!({"name": name, "purpose": "prototype", "tier": "MEDIUM", "tags": {"team": team}});
        let (mut model, mut id) = (MISSING.to_owned(), MISSING.to_owned());
        if object != "missing" {
            let made = self.world.post(&self.owner, "/api/v1/models", body).await.expect(201);
            model = text(&made["object"]["id"]);
        }
        let body = json!({"model": model});
        if operation == "openPeriodicReview" {
            return ("POST", "/api/v1/periodic-reviews".to_owned(), body.to_string());
        }
        if object != "missing" {
            let opened = self.world.post(&self.owner, "/api/v1/periodic-reviews", body).await.expect(201);
            id = text(&opened["object"]["id"]);
            if operation != "recordReviewFinding" {
                self.findings(&id).await;
            }
        }
        let at = |rest: &str| format!("/api/v1/periodic-reviews/{id}{rest}");
        if object != "missing" && ["signPeriodicReview", "completeReviewAction"].contains(&operation) {
            self.world.post(&self.owner, &at("/submit"), json!({})).await.expect(200);
        }
        let finding = json!({"section": "DRIFT", "outcome": "OK", "finding": "none"});
        match operation {
            "getPeriodicReview" => ("GET", at(""), String::new()),
            "recordReviewFinding" => ("POST", at("/findings"), finding.to_string()),
            "submitPeriodicReview" => ("POST", at("/submit"), "{}".to_owned()),
            "signPeriodicReview" => ("POST", at("/signatures"), r#"{"verdict": "APPROVED"}"#.to_owned()),
            "completeReviewAction" => ("POST", at("/actions"), r#"{"action": "INCIDENTS-1"}"#.to_owned()),
            _ => ("POST", at("/withdraw"), "{}".to_owned()),
        }
    }

    /// Findings in every section, with one action that the owner has to do.
    async fn findings(&self, review: &str) {
        for section in ["PERFORMANCE", "DRIFT", "INCIDENTS", "COMPLIANCE"] {
            let mut body = json!({"section": section, "outcome": "OK", "finding": "as expected"});
            if section == "INCIDENTS" {
                body["outcome"] = json!("ACTION_NEEDED");
                body["actions"] =
                    json!([{"text": "mend it", "owner": self.owner_id, "dueAt": "2100-01-01T00:00:00Z"}]);
            }
            let path = format!("/api/v1/periodic-reviews/{review}/findings");
            self.world.post(&self.owner, &path, body).await.expect(200);
        }
    }

    async fn request_on_people(&self, operation: &str, object: &str) -> (&'static str, String, String) {
        let (id, grant, token) = self.principal(operation, object).await;
        let at = |rest: &str| format!("/api/v1/principals/{id}{rest}");
        let link = json!({"person": self.scoped.0}).to_string();
        if operation == "unlinkPrincipal" && object == "all" {
            self.world
                .post(&self.world.admin, &at("/link"), json!({"person": self.scoped.0}))
                .await
                .expect(200);
        }
        let (method, path, body) = match operation {
            "getPrincipal" => ("GET", at(""), ""),
            "disablePrincipal" => ("POST", at("/disable"), "{}"),
            "enablePrincipal" => ("POST", at("/enable"), "{}"),
            "erasePrincipal" => ("POST", at("/erase"), r#"{"reason": "asked for"}"#),
            "grantRole" => ("POST", at("/grants"), r#"{"role": "auditor"}"#),
            "revokeGrant" => ("DELETE", at(&format!("/grants/{grant}")), ""),
            "invite" => ("POST", at("/invitation"), "{}"),
            "endSessions" => ("POST", at("/end-sessions"), "{}"),
            "endSession" => ("DELETE", format!("/api/v1/sessions/{}", self.session(object, &id).await), ""),
            "linkPrincipal" => ("POST", at("/link"), link.as_str()),
            "unlinkPrincipal" => ("POST", at("/unlink"), "{}"),
            "issueToken" => ("POST", at("/tokens"), r#"{"life": "1h"}"#),
            "revokeToken" => ("DELETE", format!("/api/v1/tokens/{token}"), ""),
            other => panic!("no request for the operation `{other}`: say here how it is tried"),
        };
        (method, path, body.to_owned())
    }
}

fn request_on_changes(operation: &str, change: &str) -> (&'static str, String, Value) {
    let (what, body) = match operation {
        "submitChange" => ("submit", json!({})),
        "signChange" => ("signatures", json!({"verdict": "APPROVED"})),
        "scheduleChange" => ("schedule", json!({"at": "2030-01-01T00:00:00Z"})),
        "startChange" => ("start", json!({})),
        "completeChange" => ("complete", json!({"success": true})),
        "rollBackChange" => ("roll-back", json!({"reason": "r"})),
        "withdrawChange" => ("withdraw", json!({})),
        _ => ("comments", json!({"comment": "c"})),
    };
    ("POST", format!("/api/v1/changes/{change}/{what}"), body)
}

/// The pack `default` under another name, to be tried only.
fn pack() -> Value {
    let info = json!({"kind": "Pack", "id": "mine", "title": "Mine", "extends": "default"});
    json!({"dryRun": true, "documents": [{"file": "pack.yaml", "document": info}]})
}
