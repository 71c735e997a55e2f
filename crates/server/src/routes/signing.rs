//! What is sent to requests that people sign.

use assent_domain::signoff::{NewSignature, Verdict};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::http::Sent;
use crate::problem::Problem;
use crate::views::schemas::SignatureVerdictWords;

/// A signature under a request.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewSignature)]
pub(crate) struct SignatureBody {
    /// The role in which; chosen among those that are missing, if absent. `owner` for the owner of the model.
    role: Option<String>,
    #[schema(value_type = SignatureVerdictWords)]
    verdict: Verdict,
    /// Why; a no needs it.
    #[schema(min_length = 1, max_length = 10000)]
    comment: Option<String>,
}

impl SignatureBody {
    /// The signature, with its words sealed under who signs.
    pub(crate) async fn sealed(self, app: &App, sent: &Sent) -> Result<NewSignature, Problem> {
        let comment = app.seal_comment(sent, self.comment).await?;
        Ok(NewSignature { role: self.role, verdict: self.verdict, comment })
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
