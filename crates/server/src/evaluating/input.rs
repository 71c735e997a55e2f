//! The files of an evaluation as the engines read them: at any place, counted, and at an end as soon as somebody stops it.

use std::io::{self, Read, Seek, SeekFrom};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use assent_app::blobs::BlobFile;
use assent_eval::Storage;

use super::Watch;

/// A file that is watched while it is read.
pub(super) struct Watched {
    file: BlobFile,
    watch: Arc<Watch>,
    position: u64,
}

impl Watched {
    pub(super) fn new(file: BlobFile, watch: &Arc<Watch>) -> Self {
        Self { file, watch: Arc::clone(watch), position: 0 }
    }
}

impl Storage for Watched {
    fn size_bytes(&self) -> io::Result<u64> {
        Ok(self.file.size_bytes())
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        if self.watch.is_stopped() {
            return Err(io::Error::other("the evaluation was stopped"));
        }
        let count = self.file.read_at(offset, buffer).map_err(|error| {
            // What the store failed at says nothing about the data.
            let words = error.to_string();
            self.watch.fail(error);
            io::Error::other(words)
        })?;
        self.watch.bytes_read.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

impl Read for Watched {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.read_at(self.position, buffer)?;
        self.position = self.position.saturating_add(count as u64);
        Ok(count)
    }
}

impl Seek for Watched {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let place = match to {
            SeekFrom::Start(offset) => Some(offset),
            SeekFrom::Current(by) => self.position.checked_add_signed(by),
            SeekFrom::End(by) => self.file.size_bytes().checked_add_signed(by),
        };
        self.position = place.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        Ok(self.position)
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use assent_app::blobs::Blobs;
    use assent_app::vault::{MasterKeys, Vault};
    use assent_app::wiring::{Clock, Entropy, Wiring};
    use assent_domain::Time;
    use bytes::Bytes;
    use object_store::memory::InMemory;
    use uuid::Uuid;

    use super::*;

    /// Neither time nor chance.
    struct Still;

    impl Clock for Still {
        fn now(&self) -> Time {
            Time::UNIX_EPOCH
        }
    }

    impl Entropy for Still {
        fn fill(&self, buffer: &mut [u8]) {
            buffer.fill(0);
        }
    }

    #[tokio::test]
    async fn reading_is_counted_and_can_be_stopped() {
        let wiring = Wiring { clock: Arc::new(Still), entropy: Arc::new(Still) };
        let blobs = Blobs::new(Arc::new(InMemory::new()), Vault::new(MasterKeys::none(), wiring));
        let content = futures_util::stream::iter([Ok::<_, Infallible>(Bytes::from_static(b"0123456789"))]);
        let blob = blobs.put(Uuid::nil(), content, None).await.unwrap();
        let watch = Arc::new(Watch::default());
        watch.bytes.store(blob.size_bytes, Ordering::Relaxed);
        let mut file = Watched::new(blobs.open(blob.sha256).await.unwrap(), &watch);
        let mut half = [0; 5];
        file.read_exact(&mut half).unwrap();
        assert_eq!((&half, watch.progress()), (b"01234", 0.5));
        file.seek(SeekFrom::End(-1)).unwrap();
        assert_eq!((file.read(&mut half).unwrap(), half[0]), (1, b'9'));
        watch.stop();
        assert!(file.read(&mut half).is_err());
    }
}
