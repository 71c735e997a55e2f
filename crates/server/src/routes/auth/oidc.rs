//! `GET /auth/oidc/{provider}/start` and `GET /auth/oidc/{provider}/callback`: where browsers go to log in with another
//! provider, and where that sends them back to.

use std::sync::Arc;

use assent_app::Command;
use assent_domain::identity::Principal;
use assent_domain::identity::provider::{Identity, Vouched};
use assent_domain::identity::session::Proof;
use assent_domain::ids::{GrantId, PrincipalId};
use assent_domain::{Code, Refusal, text};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use utoipa::IntoParams;

use super::open_session;
use crate::app::App;
use crate::desk::Desk;
use crate::http::{Params, Segments, Stranger, cookie};
use crate::oidc::{Cause, Claims, Flow, Provider, page};
use crate::openapi::Problems;
use crate::problem::Problem;
use crate::routes::principals::check_email;

/// Where to go afterwards.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct StartParams {
    /// The page to go to afterwards, as a path of this site.
    #[param(max_length = 500)]
    page: Option<String>,
}

/// What a provider sends back.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct CallbackParams {
    /// What the session with the provider is exchanged for.
    code: Option<String>,
    /// What was sent along, unchanged.
    state: Option<String>,
    /// Why there is no code.
    error: Option<String>,
    /// Who says so (RFC 9207), for providers that tell.
    iss: Option<String>,
}

/// Sends a browser to the provider to log in there.
#[utoipa::path(get, path = "/auth/oidc/{provider}/start", tag = "identity", operation_id = "startOidc", security(),
    params(("provider" = String, Path, description = "Name of the provider"), StartParams),
    responses((status = 303, description = "To the provider"), Problems))]
pub(crate) async fn start(
    State(app): State<App>,
    stranger: Stranger,
    Segments(name): Segments<String>,
    Params(params): Params<StartParams>,
) -> Result<Response, Problem> {
    let provider = provider(&app, &name)?;
    app.pace.take(stranger.address, app.now()).map_err(Problem::too_often)?;
    let page = page(params.page);
    let place = provider.place().ok_or_else(full)?;
    let began = app.blocking(move |app| {
        let _place = place;
        let random = || URL_SAFE_NO_PAD.encode(app.assent.wiring.random::<32>());
        let (url, flow) = provider
            .begin(page, app.now(), [random(), random(), random()])
            .map_err(|cause| refused(&provider, cause))?;
        Ok((url, flow.cookie(&app.assent)?))
    });
    let (url, flow) = began.await?;
    app.pace.give_back(stranger.address);
    let mut response = see(&url)?;
    cookie::FLOW.set(&mut response, &flow);
    Ok(response)
}

/// Logs in who comes back from the provider.
#[utoipa::path(get, path = "/auth/oidc/{provider}/callback", tag = "identity", operation_id = "finishOidc", security(),
    params(("provider" = String, Path, description = "Name of the provider"), CallbackParams),
    responses((status = 303, description = "Logged in; the session is in the cookie"), Problems))]
pub(crate) async fn callback(
    State(app): State<App>,
    stranger: Stranger,
    Segments(name): Segments<String>,
    headers: HeaderMap,
    Params(params): Params<CallbackParams>,
) -> Result<Response, Problem> {
    let provider = provider(&app, &name)?;
    app.pace.take(stranger.address, app.now()).map_err(Problem::too_often)?;
    let flow = cookie::FLOW.of(&headers).map(ToOwned::to_owned);
    let asked = Arc::clone(&provider);
    let place = provider.place().ok_or_else(full)?;
    let finished = app.blocking(move |app| {
        let _place = place;
        let void = |why: &str| refused(&asked, Cause::Void(why.to_owned()));
        let flow = flow.map(|flow| Flow::read(&flow, &app.assent, app.now())).transpose()?.flatten();
        let flow = flow.filter(|flow| flow.provider == asked.config.name);
        let flow = flow.ok_or_else(|| void("the log-in was not begun here, or too long ago"))?;
        if params.state.as_deref() != Some(&flow.state) {
            return Err(void("the state is not the one that was sent along"));
        }
        if params.iss.as_ref().is_some_and(|iss| *iss != asked.config.issuer) {
            return Err(void("another provider has sent the browser back"));
        }
        if let Some(error) = &params.error {
            return Err(void(&format!("the provider said `{error}`")));
        }
        let code = params.code.ok_or_else(|| void("there is no code"))?;
        let claims = asked.finish(&flow, &code, app.now()).map_err(|cause| refused(&asked, cause))?;
        Ok((flow.page, claims))
    });
    let (page, claims) = finished.await?;
    // Who comes twice at once is registered once.
    let turn = provider.turn.lock().await;
    let asked = Arc::clone(&provider);
    let (person, vouched, claimed) = app.blocking(move |app| who(app, &asked, claims)).await?;
    let command = Command::Vouch(person, Box::new(vouched));
    let done = app.execute_as_system(stranger.context.id, command).await;
    if claimed && done.as_ref().is_err_and(|problem| problem.status.is_client_error()) {
        app.blocking(move |app| Ok(app.assent.sealer.release_email(person)?)).await?;
    }
    drop(turn);
    done?;
    app.pace.give_back(stranger.address);
    let proof = Proof::Provider(provider.config.name.clone());
    let (_, presented) = open_session(&app, &stranger, person, proof, 0).await?;
    let mut response = see(&page)?;
    cookie::SESSION.set(&mut response, &presented);
    cookie::FLOW.clear(&mut response);
    Ok(response)
}

/// The person of these claims, what the provider says of them, and whether an address was claimed for them.
fn who(app: &App, provider: &Provider, claims: Claims) -> Result<(PrincipalId, Vouched, bool), Problem> {
    let config = &provider.config;
    let email = claims.email.filter(|email| check_email(email).is_ok());
    // A name that is given to another provider one day does not take the people of this one along.
    let account = format!("{} {}", config.issuer, claims.subject);
    let known = app.assent.person_of(&config.name, &account)?;
    let held = |email: &String| app.assent.sealer.find_email(email);
    let holder = email.as_ref().map(held).transpose()?.flatten();
    let person = match (known, holder) {
        (Some(known), _) => known,
        (None, Some(holder)) if config.link_by_email && is_registered(app, holder)? => holder,
        (None, Some(_)) => return Err(taken()),
        (None, None) if config.register => app.id(),
        (None, None) => {
            let remedy = "ask a person who manages access to register you";
            let detail = "nobody is registered for this account";
            let problem = Problem::new(StatusCode::FORBIDDEN, "not-registered", detail, remedy);
            return Err(problem.denied("not-registered"));
        }
    };
    let new = known.is_none() && holder.is_none();
    let claims_email = email.filter(|_| new);
    let claim = |email: &String| app.assent.sealer.claim_email(person, email);
    let sealed = claims_email.as_ref().map(|email| app.seal(person, email)).transpose()?;
    let claimed = claims_email.as_ref().map(claim).transpose()?;
    // Somebody else was quicker.
    if claimed.is_some_and(|holder| holder.is_some()) {
        return Err(taken());
    }
    let name = claims.name.filter(|name| text::name("/name", name).is_ok());
    let vouched = Vouched {
        identity: Identity { provider: config.name.clone(), subject: app.seal(person, &account)? },
        linked: known.is_some(),
        name: app.seal(person, name.as_deref().unwrap_or("(no name)"))?,
        email: sealed,
        roles: claims.roles.into_iter().map(|role| (app.id::<GrantId>(), role)).collect(),
    };
    Ok((person, vouched, claimed.is_some()))
}

/// An address leads to its person from before they are registered.
fn is_registered(app: &App, person: PrincipalId) -> Result<bool, Problem> {
    let read = app.assent.store().read()?;
    Ok(Desk::new(app, &*read)?.any::<Principal>(person)?.is_some())
}

fn taken() -> Problem {
    let message = "somebody has this e-mail address, and accounts are not linked by address";
    Problem::from(Refusal::new(Code::EmailTaken, message)).denied(Code::EmailTaken.code())
}

fn full() -> Problem {
    Problem::busy("too many people are logging in with this provider")
}

fn provider(app: &App, name: &str) -> Result<Arc<Provider>, Problem> {
    let found = app.options.providers.iter().find(|provider| provider.config.name == name);
    found.cloned().ok_or_else(|| Problem::not_found("provider", name))
}

fn refused(provider: &Provider, cause: Cause) -> Problem {
    let name = &provider.config.name;
    match cause {
        Cause::Void(why) => {
            tracing::info!(provider = name, why, "a log-in with a provider was refused");
            let detail = format!("the log-in with `{name}` does not hold");
            let remedy = "begin again; if it stays, ask the operator, who finds the reason in the log";
            Problem::new(StatusCode::UNAUTHORIZED, "provider-refused", detail, remedy)
                .denied("provider-refused")
        }
        Cause::Away(why) => {
            tracing::warn!(provider = name, why, "a provider did not answer as it should");
            let detail = format!("the provider `{name}` does not answer as it should");
            let remedy = "try again later; if it stays, ask the operator, who finds the reason in the log";
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, "provider-away", detail, remedy)
        }
    }
}

fn see(address: &str) -> Result<Response, Problem> {
    let value = HeaderValue::from_str(address).map_err(|error| Problem::internal(error.to_string()))?;
    let mut response = StatusCode::SEE_OTHER.into_response();
    response.headers_mut().insert(header::LOCATION, value);
    Ok(response)
}
