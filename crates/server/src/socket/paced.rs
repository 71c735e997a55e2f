//! A stream whose reader must not stall: what was written has to be taken in time.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep};

/// How much has to be taken within the time limit for the time to start anew, in bytes: whoever takes a byte now and then
/// stalls as well.
const PROGRESS: usize = 16 * 1024;

/// The stream.
pub(super) struct Paced<S> {
    stream: S,
    limit: Duration,
    /// When the reader counts as stalled; set as long as something waits to be taken.
    stalled: Option<Pin<Box<Sleep>>>,
    /// What was taken since that was set.
    taken: usize,
}

impl<S> Paced<S> {
    pub(super) fn new(stream: S, limit: Duration) -> Self {
        Self { stream, limit, stalled: None, taken: 0 }
    }

    /// Notes that `taken` bytes of `offered` were taken.
    fn note(&mut self, taken: usize, offered: usize) {
        self.taken += taken;
        if taken == offered {
            self.stalled = None;
        } else if self.taken >= PROGRESS
            && let Some(stalled) = &mut self.stalled
        {
            stalled.as_mut().reset(Instant::now() + self.limit);
            self.taken = 0;
        }
    }

    /// Waits for the reader, as long as it may be waited for.
    fn wait(&mut self, context: &mut Context<'_>) -> Poll<io::Error> {
        if self.stalled.is_none() {
            self.taken = 0;
        }
        let limit = self.limit;
        let stalled = self.stalled.get_or_insert_with(|| Box::pin(tokio::time::sleep(limit)));
        ready!(stalled.as_mut().poll(context));
        Poll::Ready(io::Error::new(io::ErrorKind::TimedOut, "what was sent is not being read"))
    }

    fn written(
        &mut self,
        context: &mut Context<'_>,
        result: Poll<io::Result<usize>>,
        offered: usize,
    ) -> Poll<io::Result<usize>> {
        match result {
            Poll::Ready(Ok(taken)) => {
                self.note(taken, offered);
                Poll::Ready(Ok(taken))
            }
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            Poll::Pending => self.wait(context).map(Err),
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Paced<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Paced<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.written(context, result, bytes.len())
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.stream).poll_write_vectored(context, parts);
        self.written(context, result, parts.iter().map(|part| part.len()).sum())
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
