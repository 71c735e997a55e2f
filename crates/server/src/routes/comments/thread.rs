//! `GET /api/v1/threads/{collection}/{id}`

use assent_app::project::thread_key;
use assent_domain::comment::Comment;
use assent_store::{Predicate, Value};
use axum::Json;
use axum::extract::State;
use uuid::Uuid;

use super::subject;
use crate::app::App;
use crate::http::{Caller, Params, Segments};
use crate::openapi::Problems;
use crate::page::{Page, PageParams, page};
use crate::problem::Problem;
use crate::views::CommentView;

/// Lists the comments on an object, newest first. Who may read the object may read them.
#[utoipa::path(get, path = "/api/v1/threads/{collection}/{id}", tag = "comments", operation_id = "listComments",
    params(("collection" = String, Path, description = "What the object is: `models`, `versions`, `evaluations`, `promotions`, `systems`, `exceptions`, `assessments`, `tier-changes` or `changes`"),
        ("id" = Uuid, Path, description = "Id of the object"), PageParams),
    responses((status = 200, description = "A page", body = Page<CommentView>), Problems))]
pub(crate) async fn thread(
    State(app): State<App>,
    caller: Caller,
    Segments((collection, id)): Segments<(String, Uuid)>,
    Params(params): Params<PageParams>,
) -> Result<Json<Page<CommentView>>, Problem> {
    let subject = subject(&collection, id)?;
    let found = app.read(move |desk| {
        desk.readable_subject(&caller, subject)?;
        let filter = Predicate::Eq("subject", Value::Text(thread_key(subject)));
        let show = |held: &_| CommentView::new(desk, held);
        page::<Comment, _>(desk, &filter, (params.cursor, params.limit), |_| Ok(true), show)
    });
    found.await.map(Json)
}
