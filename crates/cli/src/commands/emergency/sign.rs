//! `assent emergency sign`

use clap::Args;

use crate::commands::Context;
use crate::commands::signature::Signature;
use crate::output::Answer;
use crate::pairs;
use crate::problem::Problem;

/// Options of `assent emergency sign`.
#[derive(Debug, Args)]
pub(crate) struct Sign {
    /// Id of the promotion
    promotion: uuid::Uuid,
    #[command(flatten)]
    signature: Signature,
    /// Digest of the evidence that you looked at, as `assent promote show` gives it; what stands there now, if absent
    #[arg(long, value_name = "SHA256")]
    evidence: Option<String>,
}

impl Sign {
    /// Runs the command.
    pub(super) fn run(self, context: &Context) -> Result<Answer, Problem> {
        let client = context.client()?;
        let path = format!("/api/v1/promotions/{}", self.promotion);
        let mut body = self.signature.body();
        pairs::put(&mut body, "evidence", super::evidence(&client, &path, self.evidence)?.as_ref());
        Ok(super::written(client.post(&format!("{path}/emergency/signatures"), &body)?))
    }
}
