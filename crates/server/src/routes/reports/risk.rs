//! `GET /api/v1/reports/risk`

use assent_app::project;
use assent_app::reports::risk::{Known, MAX_MODELS, Tables, report};
use assent_app::reports::{Report, Sheet};
use assent_app::view::Loaded;
use assent_domain::Kind;
use assent_domain::ids::ModelId;
use assent_domain::registry::Model;
use assent_domain::risk::Assessment;
use assent_store::{Order, Predicate, Select, Value};
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use utoipa::IntoParams;

use super::{Format, Rather, part_of, shown, visit};
use crate::app::App;
use crate::desk::{Desk, Held, held};
use crate::http::{Caller, Params};
use crate::openapi::Problems;
use crate::problem::Problem;
use crate::routes::models::risk_of;
use crate::views::schemas::ReportFormatWords;
use crate::views::{AssessmentView, ReportShape};

/// Of which models.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct RiskParams {
    /// Id or name of one model; all models if absent.
    model: Option<String>,
    /// `json` or `markdown`; what the header `Accept` asks for if absent.
    #[param(value_type = Option<ReportFormatWords>)]
    format: Option<Format>,
}

/// Reports the risks of a model, or of the 500 newest models that the caller may read: distribution, matrix, trend, high risks
/// that nobody accepts, accepted risks with their end, and what is recommended.
#[utoipa::path(get, path = "/api/v1/reports/risk", tag = "reports", operation_id = "riskReport", params(RiskParams),
    responses((status = 200, description = "The report", content((ReportShape = "application/json"), (String = "text/markdown"))),
        Problems))]
pub(crate) async fn risk(
    State(app): State<App>,
    caller: Caller,
    rather: Rather,
    Params(params): Params<RiskParams>,
) -> Result<Response, Problem> {
    let made = app.read_much(move |desk| of_models(desk, &caller, params.model.as_deref()));
    Ok(rather.write(params.format, &made.await?))
}

fn of_models(desk: &Desk<'_>, caller: &Caller, model: Option<&str>) -> Result<Report, Problem> {
    let (mut tables, mut limits) = (Tables::default(), Vec::new());
    let about = if let Some(key) = model {
        let model = desk.model(caller, key)?;
        add(desk, &mut tables, &model)?;
        model.name.clone()
    } else {
        limits.extend(part_of(desk, caller)?);
        limits.extend(visit(desk, caller, MAX_MODELS, |model| add(desk, &mut tables, model))?);
        "all models".to_owned()
    };
    let pack = desk.pack()?;
    let classes: Vec<String> = match pack.risk_model() {
        Ok(model) => model.classes.iter().map(|class| class.id.clone()).collect(),
        Err(_) => Vec::new(),
    };
    let tiers: Vec<String> = pack.tier_ids().cloned().collect();
    let log_size = desk.view.read().head()?.size;
    let at = desk.now;
    Ok(report(Known { about, classes: &classes, tiers: &tiers, tables, limits, log_size, at }))
}

fn add(desk: &Desk<'_>, tables: &mut Tables, model: &Held<Model>) -> Result<(), Problem> {
    let mut sheet = Sheet::default();
    let href = format!("/api/v1/models/{}/risk", model.id);
    sheet.put(&href, shown(&risk_of(desk, model)?)?);
    tables.add(&sheet, &href);
    if let Some(before) = before(desk, model.id)? {
        let href = format!("/api/v1/assessments/{}", before.id);
        sheet.put(&href, shown(&AssessmentView::new(desk, &before)?)?);
        tables.add_before(&sheet, &href);
    }
    Ok(())
}

/// The newest assessment of a model as a whole whose place another one took.
fn before(desk: &Desk<'_>, model: ModelId) -> Result<Option<Held<Assessment>>, Problem> {
    let table =
        project::table(Kind::Assessment).ok_or_else(|| Problem::internal("a kind without a table"))?;
    let text = |column, value: String| Predicate::Eq(column, Value::Text(value));
    let filter = Predicate::And(vec![
        text("model_id", model.to_string()),
        text("state", "SUPERSEDED".to_owned()),
        Predicate::IsNull("version_id"),
    ]);
    let select = Select { table, filter, order: Order::Descending, after: None, limit: 1 };
    let Some(row) = desk.view.read().select(&select)?.pop() else { return Ok(None) };
    let state = project::aggregate(Kind::Assessment, &row)?;
    Ok(held(&Loaded { revision: row.revision, state, size: row.document.len() }))
}
