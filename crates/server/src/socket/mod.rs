//! Connections, from the accepted socket to the routes: a place among the others, TLS where there is some, HTTP/1.1, and a
//! time limit on everything that the other side can be slow with.

mod body;
mod paced;
mod places;

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use assent_tls::Identity;
use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1::Builder;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::Watcher;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tower::ServiceExt as _;

use crate::app::App;
use crate::http::Peer;
use body::Watched;
use paced::Paced;

pub(crate) use places::{Place, Places};

/// How large a head may be before it is refused, in bytes; one read may go beyond it.
const MAX_HEAD_BYTES: usize = 32 * 1024;
/// The most headers of a request.
const MAX_HEADERS: usize = 100;

/// One connection, until it ends, is cut off, or has to make room for another one.
pub(crate) async fn drive(
    app: App,
    router: Router,
    (stream, peer): (TcpStream, SocketAddr),
    place: Place,
    watcher: Watcher,
) {
    let place = Arc::new(place);
    let stream = Paced::new(stream, app.options.write_timeout);
    let served = async {
        match &app.options.tls {
            None => talk(&app, router, stream, peer, &place, watcher).await,
            Some(identity) => match shake_hands(&app, identity, stream).await {
                Ok(stream) => talk(&app, router, stream, peer, &place, watcher).await,
                Err(error) => tracing::debug!(%peer, %error, "no connection by TLS came about"),
            },
        }
    };
    tokio::select! {
        () = served => {}
        () = place.given_up() => tracing::debug!(%peer, "an idle connection made room for another one"),
    }
}

async fn shake_hands<S>(app: &App, identity: &Identity, stream: S) -> io::Result<TlsStream<S>>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let accepted = TlsAcceptor::from(identity.config()).accept(stream);
    let accepted = tokio::time::timeout(app.options.handshake_timeout, accepted).await;
    accepted.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}

/// Requests and answers. A head that does not come in time ends them, and so does idling between two requests.
async fn talk(
    app: &App,
    router: Router,
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    peer: SocketAddr,
    place: &Arc<Place>,
    watcher: Watcher,
) {
    let (place, proxies) = (Arc::clone(place), app.options.proxies.clone());
    let service = hyper::service::service_fn(move |request: hyper::Request<Incoming>| {
        let mut request: Request = request.map(Body::new);
        let client = proxies.client(peer.ip(), request.headers());
        request.extensions_mut().insert(Peer(client));
        let (router, busy) = (router.clone(), Place::busy(&place));
        async move {
            match router.oneshot(request).await {
                Ok(response) => Ok::<_, Infallible>(response.map(|body| Watched::new(body, busy))),
                Err(never) => match never {},
            }
        }
    });
    let mut builder = Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(app.options.header_timeout);
    builder.max_buf_size(MAX_HEAD_BYTES).max_headers(MAX_HEADERS).keep_alive(true);
    let connection = builder.serve_connection(TokioIo::new(stream), service);
    if let Err(error) = watcher.watch(connection).await {
        tracing::debug!(%peer, %error, "a connection ended");
    }
}
