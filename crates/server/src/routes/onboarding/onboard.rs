//! `POST /api/v1/onboarding`

use assent_app::command::Onboarding;
use assent_app::{Command, Receipt, cases};
use assent_domain::facts::Target as To;
use assent_domain::gate::{self, Reason};
use assent_domain::identity::{Permission, Target};
use assent_domain::ids::{DatasetId, VersionId};
use assent_domain::pack::Pack;
use assent_domain::policy::{Compliance, Finding, compliance};
use assent_domain::registry::{Dataset, Version, VersionCommand};
use assent_domain::{Code, Refusal};
use assent_store::Read;
use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::desk::Desk;
use crate::http::{Caller, Write};
use crate::openapi::{Problems, WriteHeaders};
use crate::problem::Problem;
use crate::routes::datasets::register::{NewDataset, dataset};
use crate::routes::models::register::NewModel;
use crate::routes::versions::attach_document::{NewDocument, attached};
use crate::routes::versions::register::{NewVersionBody, new_version};
use crate::views::{DatasetView, ModelView, VersionView, Written, created};

/// The most documents that a version begins with.
const MAX_DOCUMENTS: usize = 20;

/// A model with all that it begins with.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NewOnboarding {
    /// The model.
    model: NewModel,
    /// Its first version. What it says of metrics counts as reported.
    version: NewVersionBody,
    /// The data that it is validated on; the caller becomes its steward. It is not counted among what the version was made
    /// with.
    validation_data: Option<NewDataset>,
    /// Documents of the version, its model card among them: each is read, or taken as it is, as when it is attached alone.
    #[serde(default)]
    #[schema(max_items = 20)]
    documents: Vec<NewDocument>,
}

/// What is known of a model at the end of its onboarding.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct GovernanceRecord {
    /// The model, with its tier and the rule or criterion that gave it.
    model: ModelView,
    /// Its first version, with the stage that it stands in.
    version: VersionView,
    /// The data that it is validated on.
    #[serde(skip_serializing_if = "Option::is_none")]
    validation_data: Option<DatasetView>,
    /// What the policies say of it on its way to the next stage.
    first_check: FirstCheck,
    /// Index of the last entry of the log that the onboarding made.
    log_index: Option<u64>,
}

/// What the policies say of a version on its way to the next stage.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct FirstCheck {
    /// That stage; where the version stands if none comes after it.
    stage: String,
    /// `score`, `status`, `checksPassed`, `checksFailed`, `checksExcepted`.
    #[schema(value_type = Object)]
    compliance: Compliance,
    /// Digest of the evidence.
    evidence: String,
    /// By rule: `policy`, `rule`, `status`, `message`, the facts that it read, and what to do.
    #[schema(value_type = Vec<Object>)]
    findings: Vec<Finding>,
    /// What is missing before it may go there: `code`, `message`, `remedy`.
    #[schema(value_type = Vec<Object>)]
    missing: Vec<Reason>,
}

/// Registers a model with its first version, its documents and the data that it is validated on: all of it or nothing, in one
/// commit. Each part takes the permission that it takes alone, and READ. The bytes of files were uploaded before.
#[utoipa::path(post, path = "/api/v1/onboarding", tag = "models", operation_id = "onboard",
    params(WriteHeaders), request_body = NewOnboarding,
    responses((status = 201, description = "Registered", body = Written<GovernanceRecord>), Problems))]
pub(crate) async fn onboard(
    State(app): State<App>,
    write: Write<NewOnboarding>,
) -> Result<Response, Problem> {
    let Write { sent, body } = write;
    may_begin(&app, &sent.caller, !body.documents.is_empty()).await?;
    let first = new_version(&app, &sent.caller, body.version).await;
    let validation_data = match body.validation_data {
        Some(data) => {
            let data =
                dataset(&app, &sent, data).await.map_err(|problem| problem.under("/validationData"))?;
            Some((app.id(), data))
        }
        None => None,
    };
    let new = Onboarding {
        model: app.id(),
        described: body.model.into(),
        version: app.id(),
        first: first.map_err(|problem| problem.under("/version"))?,
        validation_data,
        documents: documents(&app, &sent.caller, body.documents).await?,
    };
    let receipt = app.execute(&sent, None, Command::Onboard(Box::new(new))).await?;
    let (caller, made) = (sent.caller.clone(), receipt.clone());
    let record = app.read(move |desk| record(desk, &caller, &made)).await?;
    Ok(created(receipt, record))
}

/// Asked before anything is opened, whose errors tell something of what is in it. Where exactly the caller may is decided with
/// the model.
async fn may_begin(app: &App, caller: &Caller, attaches: bool) -> Result<(), Problem> {
    let caller = caller.clone();
    app.read(move |desk| {
        desk.may(&caller, Permission::RegisterModel, Target::Platform)?;
        desk.may(&caller, Permission::RegisterVersion, Target::SomeModel)?;
        if attaches {
            desk.may(&caller, Permission::AttachEvidence, Target::SomeModel)?;
        }
        Ok(())
    })
    .await
}

async fn documents(
    app: &App,
    caller: &Caller,
    documents: Vec<NewDocument>,
) -> Result<Vec<VersionCommand>, Problem> {
    if documents.len() > MAX_DOCUMENTS {
        let message = format!("{} documents are more than {MAX_DOCUMENTS}", documents.len());
        return Err(Refusal::new(Code::TooMany, message).at("/documents").into());
    }
    let mut commands = Vec::with_capacity(documents.len());
    for (i, document) in documents.into_iter().enumerate() {
        let command = attached(app, caller, document, None).await;
        commands.push(command.map_err(|problem| problem.under(&format!("/documents/{i}")))?);
    }
    Ok(commands)
}

fn record(desk: &Desk<'_>, caller: &Caller, receipt: &Receipt) -> Result<GovernanceRecord, Problem> {
    let (model, version) = desk.version(caller, VersionId(receipt.id))?;
    let pack = desk.pack()?;
    let stage = next_stage(&pack, &version, &model.tier);
    let target = To { stage: stage.to_owned(), environment: None, strategy: None, replicas: None };
    let packs = desk.app.assent.ledger.packs();
    let case = cases::of_version(&desk.view, packs, version.id, Some(target), desk.now)?;
    let judgement = case.judge();
    let data = dataset_of(desk.view.read(), receipt)?;
    let data = data.map(|id| desk.any::<Dataset>(id)).transpose()?.flatten();
    Ok(GovernanceRecord {
        model: ModelView::new(desk, &model)?,
        version: VersionView::new(desk, &model, &version)?,
        validation_data: data.map(|held| DatasetView::new(desk, &held)).transpose()?,
        first_check: FirstCheck {
            stage: stage.to_owned(),
            compliance: compliance(&judgement.findings, pack.compliance_level(&model.tier)),
            evidence: judgement.evidence.to_string(),
            missing: gate::gate(&case.case(), &judgement).reasons,
            findings: judgement.findings,
        },
        log_index: receipt.log_index(),
    })
}

/// The next stage that a way leads to, or where the version stands.
fn next_stage<'a>(pack: &'a Pack, version: &'a Version, tier: &str) -> &'a str {
    let above = pack.stages().iter().skip_while(|stage| stage.id != version.stage).skip(1);
    let mut ways = above.filter(|stage| !stage.retired && pack.workflow_to(&stage.id, tier).is_some());
    ways.next().map_or(version.stage.as_str(), |stage| stage.id.as_str())
}

/// The data set that the receipt is of, if of one: also where it is the answer to an earlier request.
fn dataset_of(read: &dyn Read, receipt: &Receipt) -> Result<Option<DatasetId>, Problem> {
    let Some(event) = receipt.events.iter().find(|event| event.kind == "datasetRegistered") else {
        return Ok(None);
    };
    let bytes = read.entries(event.index, 1)?.pop().unwrap_or_default();
    let entry: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    let id = entry.pointer("/subject/id").and_then(Value::as_str).and_then(|id| Uuid::try_parse(id).ok());
    Ok(id.map(DatasetId))
}
