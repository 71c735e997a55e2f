//! What is sent to requests that people sign.

use assent_domain::signoff::{NewSignature, Verdict};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::app::App;
use crate::http::Sent;
use crate::problem::Problem;
use crate::views::schemas::SignatureVerdictWords;

/// A signature under a request.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = NewSignature)]
pub(crate) struct SignatureBody {
    /// The role in which; chosen among those that are missing, if absent. `owner` for the owner of the model.
    role: Option<String>,
    #[schema(value_type = SignatureVerdictWords)]
    verdict: Verdict,
    /// Why; a no needs it.
    #[schema(min_length = 1, max_length = 10000)]
    comment: Option<String>,
    /// Id of the principal in whose place the caller signs, by a delegation; in their own if absent.
    on_behalf_of: Option<Uuid>,
}

impl SignatureBody {
    /// The signature, with its words sealed under who signs; and the write, with the one in whose place it is done.
    pub(crate) async fn sealed(self, app: &App, sent: Sent) -> Result<(Sent, NewSignature), Problem> {
        let sent = sent.in_place_of(self.on_behalf_of);
        let comment = app.seal_comment(&sent, self.comment).await?;
        Ok((sent, NewSignature { role: self.role, verdict: self.verdict, comment }))
    }
}

/// Why a request is taken back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RequestWithdrawal)]
pub(crate) struct WithdrawalBody {
    /// The reason.
    #[schema(min_length = 1, max_length = 10000)]
    pub(crate) comment: Option<String>,
}
