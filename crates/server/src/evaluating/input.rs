//! The bytes of an evaluation as the engine reads them: counted, and at an end as soon as somebody stops it.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use bytes::Bytes;

use super::Watch;

/// A file that is watched while it is read.
pub(super) struct Watched {
    bytes: Bytes,
    watch: Arc<Watch>,
}

impl Watched {
    pub(super) fn new(bytes: Bytes, watch: &Arc<Watch>) -> Self {
        watch.bytes.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        Self { bytes, watch: Arc::clone(watch) }
    }
}

impl Read for Watched {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        if self.watch.is_stopped() {
            return Err(io::Error::other("the evaluation was stopped"));
        }
        let count = to.len().min(self.bytes.len());
        let from = self.bytes.split_to(count);
        to.iter_mut().zip(&from).for_each(|(to, from)| *to = *from);
        self.watch.bytes_read.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reading_is_counted_and_can_be_stopped() {
        let watch = Arc::new(Watch::default());
        let mut file = Watched::new(Bytes::from_static(b"0123456789"), &watch);
        let mut half = [0; 5];
        file.read_exact(&mut half).unwrap();
        assert_eq!((&half, watch.progress()), (b"01234", 0.5));
        watch.stop();
        assert!(file.read(&mut half).is_err());
    }
}
