//! Driving the routes on a listener.

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use assent_app::start::Assent;
use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1::Builder;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tower::ServiceExt as _;

use crate::app::App;
use crate::http::Peer;
use crate::options::Options;
use crate::routes;
use crate::tasks;

/// How large a head may be before it is refused, in bytes; one read may go beyond it.
const MAX_HEAD_BYTES: usize = 32 * 1024;
/// The most headers of a request.
const MAX_HEADERS: usize = 100;
/// How long to wait after a failed accept, which can be a lack of descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// The routes on a running installation. Nothing runs in the background: see [`serve`].
pub fn router(assent: Assent, options: Options) -> Router {
    routes::build(App::new(assent, options))
}

/// Serves until `shutdown` is done. Then requests in flight may finish within the grace of the options, counted denials are
/// recorded, and a last checkpoint is signed.
pub async fn serve(
    assent: Assent,
    listener: TcpListener,
    options: Options,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()> {
    let app = App::new(assent, options);
    let router = routes::build(app.clone());
    // Before anybody is answered, so that everybody can hold the server to its log from the first answer on.
    tasks::sign(&app).await;
    let background = tasks::start(&app);
    let connections = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(app.options.max_connections));
    let mut shutdown = std::pin::pin!(shutdown);
    loop {
        tokio::select! {
            biased;
            () = &mut shutdown => break,
            accepted = accept(&listener, &places) => match accepted {
                Ok((stream, peer, place)) => {
                    let connection = connection(&app, router.clone(), stream, peer);
                    let connection = connections.watch(connection);
                    tokio::spawn(async move {
                        let _place = place;
                        if let Err(error) = connection.await {
                            tracing::debug!(%error, "a connection ended");
                        }
                    });
                }
                Err(error) => {
                    tracing::warn!(%error, "a connection was not accepted");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            },
        }
    }
    drop(listener);
    if tokio::time::timeout(app.options.shutdown_grace, connections.shutdown()).await.is_err() {
        tracing::warn!("requests were cut off: they took longer than the grace of the shutdown");
    }
    background.finish(&app).await;
    Ok(())
}

async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> io::Result<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let place = Arc::clone(places).acquire_owned().await.map_err(io::Error::other)?;
    let (stream, peer) = listener.accept().await?;
    stream.set_nodelay(true)?;
    Ok((stream, peer, place))
}

/// One connection. A head that does not come in time ends it, and so does idling between two requests.
fn connection(
    app: &App,
    router: Router,
    stream: TcpStream,
    peer: SocketAddr,
) -> impl hyper_util::server::graceful::GracefulConnection<Error = hyper::Error> + Send + 'static {
    let service = hyper::service::service_fn(move |request: hyper::Request<Incoming>| {
        let mut request: Request = request.map(Body::new);
        request.extensions_mut().insert(Peer(peer.ip()));
        let router = router.clone();
        async move {
            match router.oneshot(request).await {
                Ok(response) => Ok::<_, Infallible>(response),
                Err(never) => match never {},
            }
        }
    });
    let mut builder = Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(app.options.header_timeout);
    builder.max_buf_size(MAX_HEAD_BYTES).max_headers(MAX_HEADERS).keep_alive(true);
    builder.serve_connection(TokioIo::new(stream), service)
}
