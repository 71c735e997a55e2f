//! `GET /api/v1/mentions`

use assent_domain::Kind;
use assent_domain::comment::Comment;
use assent_store::{Predicate, Value};
use axum::Json;
use axum::extract::State;

use crate::app::App;
use crate::desk::Held;
use crate::http::{Caller, Params};
use crate::openapi::Problems;
use crate::page::{Page, PageParams, page};
use crate::problem::Problem;
use crate::views::CommentView;

/// Lists the comments that mention the caller, newest first, on objects that the caller may read.
#[utoipa::path(get, path = "/api/v1/mentions", tag = "comments", operation_id = "mentions", params(PageParams),
    responses((status = 200, description = "A page", body = Page<CommentView>), Problems))]
pub(crate) async fn mentions(
    State(app): State<App>,
    caller: Caller,
    Params(params): Params<PageParams>,
) -> Result<Json<Page<CommentView>>, Problem> {
    let found = app.read(move |desk| {
        let mentioned = Predicate::Lines("mentions", vec![Value::Text(caller.id().to_string())]);
        // Systems belong to no model: whether the caller may read one is asked of each.
        let readable =
            Predicate::Or(vec![desk.readable_rows(&caller, Kind::Comment)?, Predicate::IsNull("model_id")]);
        let filter = Predicate::And(vec![mentioned, readable]);
        let keep = |held: &Held<Comment>| desk.reads(&caller, held.subject);
        let show = |held: &_| CommentView::new(desk, held);
        page::<Comment, _>(desk, &filter, (params.cursor, params.limit), keep, show)
    });
    found.await.map(Json)
}
