//! Finds `index` and `previousHash` at the top level of an entry without parsing the rest.
//!
//! The bytes are taken to be canonical JSON: no white space, members in the order of their names. Where they are not, the
//! scan may find nothing or something else; it never reads out of bounds, never recurses, and takes one pass.

use crate::canonical::MAX_INTEGER;
use crate::hash::Hash;
use crate::hex;

/// The index and the previous hash, where both are found.
pub(super) fn link(entry: &[u8]) -> Option<(u64, Hash)> {
    let mut rest = entry.strip_prefix(b"{")?;
    let mut index = None;
    loop {
        let (name, value) = string(rest)?;
        let value = value.strip_prefix(b":")?;
        if name == b"previousHash" {
            let (digits, _) = string(value)?;
            return Some((index?, Hash(hex::decode(digits)?)));
        }
        let end = value_end(value)?;
        let (found, after) = value.split_at_checked(end)?;
        if name == b"index" {
            index = Some(number(found)?);
        }
        rest = after.strip_prefix(b",")?;
    }
}

/// The raw content of the string that starts here, and what follows it.
fn string(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let content = bytes.strip_prefix(b"\"")?;
    let (content, after) = content.split_at_checked(string_end(content)?)?;
    Some((content, after.strip_prefix(b"\"")?))
}

/// The position of the closing quote.
fn string_end(content: &[u8]) -> Option<usize> {
    let mut from = 0;
    loop {
        let rest = content.get(from..)?;
        let at = rest.iter().position(|&byte| byte == b'"' || byte == b'\\')?;
        if rest.get(at) == Some(&b'"') {
            return Some(from + at);
        }
        from += at + 2;
    }
}

/// The length of the value that starts here.
fn value_end(bytes: &[u8]) -> Option<usize> {
    let mut depth = 0_u32;
    let mut at = 0;
    loop {
        match bytes.get(at)? {
            b'"' => at += 1 + string_end(bytes.get(at + 1..)?)?,
            b'{' | b'[' => depth += 1,
            b'}' | b']' | b',' if depth == 0 => return Some(at),
            b'}' | b']' => depth -= 1,
            _ => {}
        }
        at += 1;
    }
}

fn number(digits: &[u8]) -> Option<u64> {
    let plain = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
    let text = std::str::from_utf8(digits).ok().filter(|_| plain)?;
    text.parse().ok().filter(|&number| number <= MAX_INTEGER)
}
