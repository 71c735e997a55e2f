//! The description of the interface (`OpenAPI` 3.1), from the code of the routes.

use crate::views::schemas::{
    ExceptionStateWords, KindWords, OutcomeWords, PromotionStateWords, ProposalStateWords, ReportFormatWords,
    StrategyWords,
};
use utoipa::openapi::OpenApi as Document;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::{IntoParams, IntoResponses, Modify, OpenApi};

use crate::problem::ProblemDocument;

/// The description as JSON, as `GET /api/openapi.json` gives it.
pub fn document() -> serde_json::Value {
    let (_, document) = crate::routes::split();
    serde_json::to_value(&document).unwrap_or_default()
}

/// What the routes do not say themselves.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Assent",
        description = "Governance of AI models: registry, policies, approvals, evaluations, the gate, and the log of all of \
                       it. Names are camelCase, enum values UPPER_SNAKE, times RFC 3339 in UTC, ids UUIDv7. Every write \
                       takes an Idempotency-Key and answers with the index of its last event in the log.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    security(("bearer" = [])),
    modifiers(&Bearer),
    // Words that only parameters name: those of bodies are found by themselves.
    components(schemas(
        StrategyWords, PromotionStateWords, ProposalStateWords, KindWords, OutcomeWords, ExceptionStateWords,
        ReportFormatWords
    )),
    tags(
        (name = "system", description = "The state of the process"),
        (name = "identity", description = "Principals, grants, tokens and sessions"),
        (name = "packs", description = "Governance as data"),
        (name = "models", description = "Models"),
        (name = "versions", description = "Versions and the evidence about them"),
        (name = "datasets", description = "Data sets"),
        (name = "evaluations", description = "Evaluations of versions, as jobs"),
        (name = "promotions", description = "Promotions and reviews"),
        (name = "proposals", description = "What takes a second person"),
        (name = "systems", description = "What models are used for"),
        (name = "exceptions", description = "Waivers of policies for a while"),
        (name = "risk", description = "Risk assessments and requests for other tiers"),
        (name = "changes", description = "Changes of models in service"),
        (name = "oversight", description = "Who answers for models, and their periodic reviews"),
        (name = "comments", description = "What people say about an object"),
        (name = "reports", description = "Reports whose every figure has a source"),
        (name = "log", description = "The tamper-evident log")
    )
)]
pub(crate) struct Base;

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, document: &mut Document) {
        let components = document.components.get_or_insert_with(Default::default);
        components.add_security_scheme("bearer", SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)));
    }
}

/// Headers of every write.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "read by the extractor of writes; here for the description")]
pub(crate) struct WriteHeaders {
    /// A key of the client, 1 to 255 visible ASCII characters: the same request with the same key is done once.
    #[param(rename = "Idempotency-Key", required = false, min_length = 1, max_length = 255)]
    idempotency_key: Option<String>,
    /// The revision that the client saw, in double quotes; where a newer one stands, the write is refused with 412.
    #[param(rename = "If-Match", required = false)]
    if_match: Option<String>,
}

/// Answers that every route may give.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "for the description")]
pub(crate) enum Problems {
    /// The request cannot be read, or a value is outside its bounds.
    #[response(status = 400, content_type = "application/problem+json")]
    Invalid(#[to_schema] ProblemDocument),
    /// There is no token, or it does not hold.
    #[response(status = 401, content_type = "application/problem+json")]
    Unauthenticated(#[to_schema] ProblemDocument),
    /// The caller may not.
    #[response(status = 403, content_type = "application/problem+json")]
    Forbidden(#[to_schema] ProblemDocument),
    /// It is not there, or not for this caller.
    #[response(status = 404, content_type = "application/problem+json")]
    NotFound(#[to_schema] ProblemDocument),
    /// The state has moved on, or the name is taken.
    #[response(status = 409, content_type = "application/problem+json")]
    Conflict(#[to_schema] ProblemDocument),
    /// The revision of `If-Match` is not the present one.
    #[response(status = 412, content_type = "application/problem+json")]
    Stale(#[to_schema] ProblemDocument),
    /// The body is too large.
    #[response(status = 413, content_type = "application/problem+json")]
    TooLarge(#[to_schema] ProblemDocument),
    /// The body is not JSON by its type.
    #[response(status = 415, content_type = "application/problem+json")]
    MediaType(#[to_schema] ProblemDocument),
    /// The rules say no.
    #[response(status = 422, content_type = "application/problem+json")]
    Unprocessable(#[to_schema] ProblemDocument),
    /// Too many attempts from one address; try again after `Retry-After`.
    #[response(status = 429, content_type = "application/problem+json")]
    TooOften(#[to_schema] ProblemDocument),
    /// Busy, or the ledger has stopped; try again after `Retry-After`.
    #[response(status = 503, content_type = "application/problem+json")]
    Unavailable(#[to_schema] ProblemDocument),
}
