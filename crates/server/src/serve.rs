//! Driving the routes on a listener.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use assent_app::start::Assent;
use axum::Router;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};

use crate::app::App;
use crate::options::Options;
use crate::routes;
use crate::socket::{self, Place, Places};
use crate::tasks;

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
    let places = Places::new(app.options.max_connections);
    let mut shutdown = std::pin::pin!(shutdown);
    loop {
        tokio::select! {
            biased;
            () = &mut shutdown => break,
            accepted = accept(&listener, &places) => match accepted {
                Ok((stream, peer, place)) => {
                    let watcher = connections.watcher();
                    tokio::spawn(socket::drive(app.clone(), router.clone(), (stream, peer), place, watcher));
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

/// The next connection, with its place.
async fn accept(listener: &TcpListener, places: &Arc<Places>) -> io::Result<(TcpStream, SocketAddr, Place)> {
    let (stream, peer) = listener.accept().await?;
    stream.set_nodelay(true)?;
    let place = places.take().await.map_err(io::Error::other)?;
    Ok((stream, peer, place))
}
