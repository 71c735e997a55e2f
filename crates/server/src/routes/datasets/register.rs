//! `POST /api/v1/datasets`

use assent_app::Command;
use assent_app::View as _;
use assent_app::cards::{self, CardKind};
use assent_app::naming::Named;
use assent_domain::Kind;
use assent_domain::identity::{Permission, Target};
use assent_domain::ids::{DatasetId, Digest};
use assent_domain::registry::event::{Classification, DatasetRegistered, LabelTask, Labels};
use assent_domain::registry::{Dataset, DatasetCommand};
use assent_domain::{Code, Refusal};
use assent_eval::Input;
use assent_eval::table::Table;
use axum::extract::State;
use axum::response::Response;
use futures_util::{StreamExt as _, pin_mut};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::http::{Sent, Write};
use crate::openapi::{Problems, WriteHeaders};
use crate::problem::Problem;
use crate::routes::versions::card_in;
use crate::views::schemas::{ClassificationWords, LabelTaskWords};
use crate::views::{DatasetView, Written, created};

/// How much of a file is read to find its header, in bytes.
const MAX_HEADER_BYTES: usize = 1024 * 1024;

/// A new version of a data set. Who registers it is its steward.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NewDataset {
    /// Its name.
    #[schema(min_length = 1, max_length = 200)]
    name: String,
    /// Its version within the name; the next free one if absent.
    #[schema(minimum = 1)]
    number: Option<u64>,
    /// SHA-256 of its bytes, which were uploaded before.
    #[schema(value_type = String, pattern = "^[0-9a-f]{64}$")]
    sha256: Digest,
    #[schema(value_type = ClassificationWords)]
    classification: Classification,
    /// Its columns, in order; read from the header of the CSV file if absent.
    columns: Option<Vec<String>>,
    /// Columns with protected or otherwise sensitive attributes.
    #[serde(default)]
    sensitive_attributes: Vec<String>,
    /// Where it holds labels.
    labels: Option<LabelsBody>,
    /// The suites that it is designated for.
    #[serde(default)]
    designated_for: Vec<String>,
    /// SHA-256 of its datasheet, which was uploaded before.
    #[schema(value_type = Option<String>, pattern = "^[0-9a-f]{64}$")]
    datasheet: Option<Digest>,
}

/// The columns on which predictions are judged.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = Labels)]
pub(crate) struct LabelsBody {
    /// The column that names a row.
    id: String,
    /// The column with the true value.
    label: String,
    /// Values of the label that count as positive; the engine's defaults if empty.
    #[serde(default)]
    positive: Vec<String>,
    /// What the label is; BINARY if absent.
    #[serde(default)]
    #[schema(value_type = LabelTaskWords)]
    task: LabelTask,
}

impl From<LabelsBody> for Labels {
    fn from(labels: LabelsBody) -> Self {
        Self { id: labels.id, label: labels.label, positive: labels.positive, task: labels.task }
    }
}

impl From<Labels> for LabelsBody {
    fn from(labels: Labels) -> Self {
        Self { id: labels.id, label: labels.label, positive: labels.positive, task: labels.task }
    }
}

/// Registers a version of a data set; the caller becomes its steward.
#[utoipa::path(post, path = "/api/v1/datasets", tag = "datasets", operation_id = "registerDataset",
    params(WriteHeaders), request_body = NewDataset,
    responses((status = 201, description = "Registered", body = Written<DatasetView>), Problems))]
pub(crate) async fn register(State(app): State<App>, write: Write<NewDataset>) -> Result<Response, Problem> {
    let Write { sent, body } = write;
    let new = dataset(&app, &sent, body).await?;
    let command = Command::Dataset(app.id(), Box::new(DatasetCommand::Register(new)));
    let receipt = app.execute(&sent, None, command).await?;
    let id = DatasetId(receipt.id);
    let view = app.read(move |desk| {
        let held = desk.any::<Dataset>(id)?.ok_or_else(|| Problem::not_found("data set", id))?;
        DatasetView::new(desk, &held)
    });
    let view = view.await?;
    Ok(created(receipt, view))
}

/// The data set as it is to be registered, if the caller may register one.
pub(crate) async fn dataset(app: &App, sent: &Sent, body: NewDataset) -> Result<DatasetRegistered, Problem> {
    let (caller, name) = (sent.caller.clone(), body.name.clone());
    // Asked before the file is opened: a header tells something of what is in it.
    let next = app.read(move |desk| {
        desk.may(&caller, Permission::RegisterDataset, Target::Platform)?;
        let mut last = 0;
        for id in desk.view.ids(Kind::Dataset, "name", &name)? {
            last = last.max(desk.any::<Dataset>(id.into())?.map_or(0, |held| held.facts.number));
        }
        Ok(last.saturating_add(1))
    });
    let number = match (body.number, next.await?) {
        (None, next) => next,
        (Some(number), _) if (1..=u64::from(u32::MAX)).contains(&number) => number,
        (Some(number), _) => {
            let message = format!("the number is {number}: give 1 to {}", u32::MAX);
            return Err(Refusal::new(Code::InvalidValue, message).at("/number").into());
        }
    };
    let blob = app.named(&sent.caller, Named::new(body.sha256, "/sha256")).await?;
    let datasheet = match body.datasheet {
        Some(sha256) => Some(app.named(&sent.caller, Named::new(sha256, "/datasheet")).await?),
        None => None,
    };
    let datasheet_card = match &datasheet {
        Some(blob) => card_in(app, CardKind::Datasheet, blob).await?,
        None => None,
    };
    let columns = match body.columns {
        Some(columns) => columns,
        None => header(app, body.sha256).await?,
    };
    Ok(DatasetRegistered {
        name: body.name,
        number,
        blob,
        columns,
        classification: body.classification,
        sensitive_attributes: body.sensitive_attributes,
        datasheet,
        datasheet_card: datasheet_card.as_ref().map(cards::record).transpose()?,
        labels: body.labels.map(Labels::from),
        designated_for: body.designated_for,
    })
}

/// The columns in the header of a CSV file.
async fn header(app: &App, sha256: Digest) -> Result<Vec<String>, Problem> {
    let bytes = app.assent.blobs.get(sha256).await?;
    pin_mut!(bytes);
    let mut start = Vec::new();
    while start.len() < MAX_HEADER_BYTES
        && let Some(part) = bytes.next().await
    {
        start.extend_from_slice(&part?);
        start.truncate(MAX_HEADER_BYTES);
    }
    let wrong = |error: assent_eval::EvalError| {
        let message = format!("the header cannot be read: {error}; name the columns, or mend the file");
        Refusal::new(Code::DataInvalid, message).at("/columns")
    };
    if start.trim_ascii_start().starts_with(b"{") {
        let message = "the file is no CSV file, from which columns are read: name them";
        return Err(Refusal::new(Code::DataInvalid, message).at("/columns").into());
    }
    let table = Table::open(Input::new("data set", start.as_slice())).map_err(wrong)?;
    Ok(table.columns().to_vec())
}
