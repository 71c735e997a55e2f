//! Problems: every answer that is not what the client asked for (RFC 9457), and the one table from failures to statuses.
//!
//! A handler returns a [`Problem`]; the outermost layer writes it, adds the id of the request, and logs the cause.

use std::borrow::Cow;
use std::time::Duration;

use assent_app::Failure;
use assent_app::blobs::BlobError;
use assent_domain::{Class, Code, Refusal};
use assent_store::StoreError;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

/// What went wrong, as clients see it.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Problem)]
pub(crate) struct ProblemDocument {
    /// A name of the kind of problem: `urn:assent:problem:` and the code.
    #[serde(rename = "type")]
    pub(crate) kind: String,
    /// The status in words.
    pub(crate) title: Cow<'static, str>,
    /// The HTTP status.
    pub(crate) status: u16,
    /// Stable code, in kebab-case.
    pub(crate) code: &'static str,
    /// What was wrong, with which input.
    pub(crate) detail: String,
    /// Where in the request, as a JSON pointer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) pointer: Option<String>,
    /// What to do next.
    pub(crate) remedy: Cow<'static, str>,
    /// Id of the request, to be named to the operator.
    pub(crate) request_id: String,
}

/// A problem on its way to the client.
#[derive(Debug, Clone)]
pub(crate) struct Problem(Box<Inner>);

#[derive(Debug, Clone)]
pub(crate) struct Inner {
    pub(crate) status: StatusCode,
    pub(crate) code: &'static str,
    pub(crate) detail: String,
    pub(crate) pointer: Option<String>,
    pub(crate) remedy: Cow<'static, str>,
    /// For the operator's log.
    pub(crate) cause: Option<String>,
    /// The code to record as a denied attempt.
    pub(crate) denied: Option<&'static str>,
    /// The methods that the resource has, where another one was used.
    pub(crate) allow: Option<axum::http::HeaderValue>,
    /// After how many seconds to come again.
    pub(crate) retry_after: Option<u64>,
}

impl std::ops::Deref for Problem {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

const COME_AGAIN: &str = "try again after the seconds that Retry-After names";

impl Problem {
    pub(crate) fn new(
        status: StatusCode,
        code: &'static str,
        detail: impl Into<String>,
        remedy: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self(Box::new(Inner {
            status,
            code,
            detail: detail.into(),
            pointer: None,
            remedy: remedy.into(),
            cause: None,
            denied: None,
            allow: None,
            retry_after: None,
        }))
    }

    pub(crate) fn at(mut self, pointer: impl Into<String>) -> Self {
        self.0.pointer = Some(pointer.into());
        self
    }

    /// The same, for what is a part of a larger request.
    pub(crate) fn under(mut self, prefix: &str) -> Self {
        let within = self.0.pointer.take().unwrap_or_default();
        self.0.pointer = Some(format!("{prefix}{within}"));
        self
    }

    fn because(mut self, cause: impl Into<String>) -> Self {
        self.0.cause = Some(cause.into());
        self
    }

    /// The same, to be recorded as a denied attempt.
    pub(crate) fn denied(mut self, code: &'static str) -> Self {
        self.0.denied = Some(code);
        self
    }

    /// The same, with the methods that would do.
    pub(crate) fn allowing(mut self, methods: Option<axum::http::HeaderValue>) -> Self {
        self.0.allow = methods;
        self
    }

    /// A value of the request that cannot be used.
    pub(crate) fn invalid(detail: impl Into<String>) -> Self {
        Refusal::new(Code::InvalidValue, detail).into()
    }

    /// What is not there, or not for this caller.
    pub(crate) fn not_found(what: &str, id: impl std::fmt::Display) -> Self {
        assent_app::cases::not_found(what, id).into()
    }

    /// No token, or one that does not hold. Nobody is told which.
    pub(crate) fn unauthenticated() -> Self {
        let detail = "this needs a bearer token that holds";
        let remedy = "send `Authorization: Bearer` with a token; ask a person who manages access for one";
        Self::new(StatusCode::UNAUTHORIZED, "unauthenticated", detail, remedy).denied("unauthenticated")
    }

    /// A wrong password, an unknown address, a password that is shut: nobody is told which.
    pub(crate) fn log_in_refused() -> Self {
        let detail = "the e-mail address or the password is wrong, or there were too many wrong ones";
        let code = Code::LogInRefused;
        Self::new(StatusCode::UNAUTHORIZED, code.code(), detail, code.remedy()).denied(code.code())
    }

    /// Too many attempts from one address.
    pub(crate) fn too_often(wait: std::time::Duration) -> Self {
        let detail = "too many wrong passwords came from this address";
        let mut problem = Self::new(StatusCode::TOO_MANY_REQUESTS, "too-many-requests", detail, COME_AGAIN);
        problem.0.retry_after = Some(wait.as_secs().saturating_add(1));
        problem.denied("too-many-requests")
    }

    pub(crate) fn too_large(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "body-too-large", detail, "send less, or split the request")
    }

    pub(crate) fn busy(detail: &'static str) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "busy", detail, COME_AGAIN)
    }

    /// An answer of more than can be read in its time.
    pub(crate) fn too_long(limit: Duration) -> Self {
        let detail = format!("this answer takes more than {} seconds, and was given up", limit.as_secs());
        let remedy = "ask for less: of one model (`model`), of a shorter time (`from`, `until`), of fewer steps, of fewer items (`limit`); or come again when fewer reports are made";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "report-too-long", detail, remedy)
    }

    /// No room on the disk; nothing was written.
    fn full() -> Self {
        let detail = "the storage is full, and nothing was written";
        let remedy =
            "ask the operator to make room, then send the request again with the same Idempotency-Key";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "storage-full", detail, remedy)
    }

    /// A defect of ours.
    pub(crate) fn internal(cause: impl Into<String>) -> Self {
        let remedy = "try again; if it stays, give the request id to the operator";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "something failed here", remedy)
            .because(cause)
    }

    /// The document with the id of the request.
    pub(crate) fn document(&self, request_id: String) -> ProblemDocument {
        ProblemDocument {
            kind: format!("urn:assent:problem:{}", self.code),
            title: Cow::Borrowed(self.status.canonical_reason().unwrap_or("Problem")),
            status: self.status.as_u16(),
            code: self.code,
            detail: self.detail.clone(),
            pointer: self.pointer.clone(),
            remedy: self.remedy.clone(),
            request_id,
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        // The body is written by the outermost layer, which knows the id of the request.
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let status = match (refusal.code, refusal.code.class()) {
            (Code::RevisionStale, _) => StatusCode::PRECONDITION_FAILED,
            (_, Class::Invalid) => StatusCode::BAD_REQUEST,
            (_, Class::Forbidden) => StatusCode::FORBIDDEN,
            (_, Class::NotFound) => StatusCode::NOT_FOUND,
            (_, Class::Conflict) => StatusCode::CONFLICT,
            (_, Class::Unprocessable) => StatusCode::UNPROCESSABLE_ENTITY,
        };
        let code = refusal.code.code();
        let mut problem = Self::new(status, code, refusal.message, refusal.code.remedy());
        problem.0.pointer = refusal.pointer;
        if refusal.code.class() == Class::Forbidden {
            problem.0.denied = Some(code);
        }
        problem
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        let unavailable = |code, detail, remedy: &'static str| {
            Self::new(StatusCode::SERVICE_UNAVAILABLE, code, detail, remedy)
        };
        let problem = match &error {
            StoreError::Conflict(_) => Self::new(
                StatusCode::CONFLICT,
                "store-conflict",
                "what is stored does not allow this",
                "read the objects again and repeat; if it stays, give the request id to the operator",
            ),
            StoreError::Unavailable(_) => {
                unavailable("store-unavailable", "the store does not answer", COME_AGAIN)
            }
            StoreError::Full(_) => Self::full(),
            StoreError::OutcomeUnknown(_) => unavailable(
                "outcome-unknown",
                "the store was lost while it wrote",
                "repeat the request with the same Idempotency-Key: it is done once",
            ),
            StoreError::DurabilityLost(_) | StoreError::Corrupt(_) => unavailable(
                "halted",
                "the ledger has stopped",
                "ask the operator, who finds the reason in the log",
            ),
        };
        problem.because(error.to_string())
    }
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Refused(refusal) => refusal.into(),
            Failure::Store(error) => error.into(),
            Failure::Busy => Self::busy("too many commands are waiting"),
            Failure::Halted(reason) => {
                let remedy = "ask the operator, who finds the reason in the log; reading is still possible";
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "halted", "the ledger has stopped", remedy)
                    .because(reason)
            }
            Failure::Internal(cause) => Self::internal(cause),
        }
    }
}

impl From<BlobError> for Problem {
    fn from(error: BlobError) -> Self {
        let message = error.to_string();
        match error {
            BlobError::Missing(_) => Refusal::new(Code::BlobMissing, message).into(),
            BlobError::Upload(_) => Self::new(
                StatusCode::BAD_REQUEST,
                "upload-failed",
                message,
                "send the bytes again, within the limit",
            ),
            BlobError::Mismatch { .. } => Self::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "digest-mismatch",
                message,
                "compute the SHA-256 of the file again and repeat the upload",
            ),
            BlobError::Shut(..) => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "master-key-missing",
                "these bytes are encrypted under a master key that this server was not given",
                "ask the operator, who finds the name of the key in the log",
            )
            .because(message),
            BlobError::Damaged(..) => Self::new(
                StatusCode::INTERNAL_SERVER_ERROR,
                "blob-damaged",
                "these bytes are stored, and they are no longer what they were",
                "upload them again, or ask the operator to bring them back from a backup",
            )
            .because(message),
            BlobError::Store(_) if error.is_full() => Self::full().because(message),
            BlobError::Store(_) => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "store-unavailable",
                "the object store does not answer",
                COME_AGAIN,
            )
            .because(message),
        }
    }
}
