//! The MD5 by which DVC names bytes. It is compared with what DVC says, and trusted for nothing: two files can be made to have
//! the same.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use md5::{Digest as _, Md5};

/// Bytes that are read at once.
const PART_BYTES: usize = 1 << 16;

/// The MD5 of a file, as hexadecimal digits.
pub(super) struct Digests {
    /// Of its bytes.
    pub(super) plain: String,
    /// Of its bytes with each line end of Windows as one of Unix.
    pub(super) of_unix: String,
}

pub(super) fn of_file(path: &Path) -> io::Result<Digests> {
    let mut file = File::open(path)?;
    let (mut plain, mut of_unix) = (Md5::new(), Md5::new());
    let (mut part, mut held_back) = (vec![0; PART_BYTES], false);
    loop {
        let count = file.read(&mut part)?;
        let Some(read) = part.get(..count).filter(|read| !read.is_empty()) else { break };
        plain.update(read);
        // A return is written once it is known that no line feed follows.
        let mut text = Vec::with_capacity(read.len() + 1);
        for byte in read {
            if held_back && *byte != b'\n' {
                text.push(b'\r');
            }
            held_back = *byte == b'\r';
            if !held_back {
                text.push(*byte);
            }
        }
        of_unix.update(&text);
    }
    if held_back {
        of_unix.update(b"\r");
    }
    Ok(Digests { plain: digits(&plain.finalize()), of_unix: digits(&of_unix.finalize()) })
}

fn digits(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_ends_of_windows_count_as_those_of_unix() {
        let folder = tempfile::tempdir().unwrap();
        let of = |bytes: &[u8]| {
            let path = folder.path().join("file");
            std::fs::write(&path, bytes).unwrap();
            of_file(&path).unwrap()
        };
        // RFC 1321, A.5.
        assert_eq!(of(b"abc").plain, "900150983cd24fb0d6963f7d28e17f72");
        assert_eq!(of(b"").plain, "d41d8cd98f00b204e9800998ecf8427e");
        let unix = of(b"a\nb\r\rc\n\r");
        let windows = of(b"a\r\nb\r\rc\r\n\r");
        assert_eq!((unix.plain.as_str(), &unix.of_unix), (windows.of_unix.as_str(), &unix.plain));
        assert_ne!(unix.plain, windows.plain);
        // The parts that are read end between the two.
        let text = |end: &[u8]| [vec![b'x'; PART_BYTES - 1], end.to_vec(), b"y".to_vec()].concat();
        assert_eq!(of(&text(b"\r\n")).of_unix, of(&text(b"\n")).plain);
    }
}
