//! `GET /log/vkey`

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};

use crate::app::App;

/// Gives the keys that verify the checkpoints, one a line, the one that signs now first. Whoever relies on them has to have
/// them from elsewhere too, or at least from earlier.
#[utoipa::path(get, path = "/log/vkey", tag = "log", operation_id = "verifierKeys", security(()),
    responses((status = 200, description = "The keys", body = String, content_type = "text/plain")))]
pub(crate) async fn vkey(State(app): State<App>) -> Response {
    let mut keys = vec![app.assent.signer.vkey()];
    keys.extend(app.options.known_keys.iter().map(assent_log::VerifyingKey::vkey));
    keys.dedup();
    let text: String = keys.into_iter().flat_map(|key| [key, "\n".to_owned()]).collect();
    ([(CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response()
}
