//! A part of a file that is read forwards and backwards through a small buffer.

use std::io::{self, Read, Seek, SeekFrom};

use super::fault::Fault;

/// Bytes that are read at once.
const BUFFER_BYTES: usize = 1 << 16;

/// Something that can be read at any place.
pub(super) trait Source: Read + Seek {}

impl<T: Read + Seek> Source for T {}

/// A part of a source, with a position.
pub(super) struct Region<'a> {
    source: &'a mut dyn Source,
    start: u64,
    len: u64,
    at: u64,
    buffer: Vec<u8>,
    buffer_at: u64,
}

impl<'a> Region<'a> {
    /// All of a source.
    pub(super) fn whole(source: &'a mut dyn Source) -> Result<Self, Fault> {
        let len = source.seek(SeekFrom::End(0))?;
        Ok(Self { source, start: 0, len, at: 0, buffer: Vec::new(), buffer_at: 0 })
    }

    /// A part of this one; what reaches beyond the end is left out.
    pub(super) fn part(&mut self, start: u64, len: u64) -> Region<'_> {
        let start = start.min(self.len);
        let len = len.min(self.len - start);
        Region {
            source: &mut *self.source,
            start: self.start + start,
            len,
            at: 0,
            buffer: Vec::new(),
            buffer_at: 0,
        }
    }

    /// Its length in bytes.
    pub(super) fn len(&self) -> u64 {
        self.len
    }

    /// The position.
    pub(super) fn at(&self) -> u64 {
        self.at
    }

    /// Bytes from the position to the end.
    pub(super) fn left(&self) -> u64 {
        self.len - self.at
    }

    /// Goes to a position, or to the end if it is beyond.
    pub(super) fn go(&mut self, to: u64) {
        self.at = to.min(self.len);
    }

    /// Goes on by some bytes, which must be there.
    pub(super) fn skip(&mut self, bytes: u64) -> Result<(), Fault> {
        if bytes > self.left() {
            return Err(Fault::Cut);
        }
        self.at += bytes;
        Ok(())
    }

    /// What is buffered at the position; it is empty at the end only.
    pub(super) fn ahead(&mut self) -> Result<&[u8], Fault> {
        let end = self.buffer_at + self.buffer.len() as u64;
        if self.at < self.buffer_at || self.at >= end {
            self.fill_buffer()?;
        }
        let from = usize::try_from(self.at - self.buffer_at).unwrap_or(usize::MAX);
        Ok(self.buffer.get(from..).unwrap_or_default())
    }

    /// The next byte.
    pub(super) fn byte(&mut self) -> Result<u8, Fault> {
        let byte = self.ahead()?.first().copied().ok_or(Fault::Cut)?;
        self.at += 1;
        Ok(byte)
    }

    /// The next bytes, of which the caller has bounded the number.
    pub(super) fn take(&mut self, bytes: usize) -> Result<Vec<u8>, Fault> {
        if bytes as u64 > self.left() {
            return Err(Fault::Cut);
        }
        let mut taken = vec![0; bytes];
        self.read_exact(&mut taken)?;
        Ok(taken)
    }

    /// The next bytes as an array.
    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], Fault> {
        let mut taken = [0; N];
        self.read_exact(&mut taken)?;
        Ok(taken)
    }

    /// The first bytes, as many of them as there are; the position stays.
    pub(super) fn head(&mut self, bytes: usize) -> Result<Vec<u8>, Fault> {
        let there = usize::try_from(self.len).unwrap_or(usize::MAX).min(bytes);
        let at = self.at;
        self.at = 0;
        let head = self.take(there);
        self.at = at;
        head
    }

    /// The bytes to the next line feed, which is left out, or nothing if the line is longer than `keep`; the line feed
    /// must come.
    pub(super) fn line(&mut self, keep: usize) -> Result<Option<Vec<u8>>, Fault> {
        let mut line = Vec::new();
        let mut long = false;
        loop {
            let ahead = self.ahead()?;
            if ahead.is_empty() {
                return Err(Fault::Cut);
            }
            let end = ahead.iter().position(|byte| *byte == b'\n');
            let part = ahead.get(..end.unwrap_or(ahead.len())).unwrap_or_default();
            long = long || line.len() + part.len() > keep;
            if !long {
                line.extend_from_slice(part);
            }
            let passed = part.len() as u64 + u64::from(end.is_some());
            self.at += passed;
            if end.is_some() {
                return Ok((!long).then_some(line));
            }
        }
    }

    fn fill_buffer(&mut self) -> Result<(), Fault> {
        let want = usize::try_from(self.left()).unwrap_or(usize::MAX).min(BUFFER_BYTES);
        self.buffer.resize(want, 0);
        self.buffer_at = self.at;
        self.source.seek(SeekFrom::Start(self.start + self.at))?;
        self.source.read_exact(&mut self.buffer).inspect_err(|_| self.buffer.clear())?;
        Ok(())
    }
}

impl Read for Region<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let ahead = self.ahead().map_err(|fault| io::Error::other(fault.to_string()))?;
        let count = ahead.len().min(out.len());
        if let (Some(to), Some(from)) = (out.get_mut(..count), ahead.get(..count)) {
            to.copy_from_slice(from);
        }
        self.at += count as u64;
        Ok(count)
    }
}
