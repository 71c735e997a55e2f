//! Lower-case hexadecimal of fixed-size byte arrays.

const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// The digits of one byte, high half first.
pub(crate) fn digits(byte: u8) -> [u8; 2] {
    let digit = |half: u8| DIGITS.get(usize::from(half)).copied().unwrap_or(b'0');
    [digit(byte >> 4), digit(byte & 15)]
}

/// Lower-case hex of any bytes.
pub(crate) fn encode(bytes: &[u8]) -> String {
    bytes.iter().flat_map(|&byte| digits(byte)).map(char::from).collect()
}

/// Exactly `2 * N` lower-case digits, or nothing: one value has one spelling.
pub(crate) fn decode<const N: usize>(text: &[u8]) -> Option<[u8; N]> {
    let (pairs, rest) = text.as_chunks::<2>();
    if pairs.len() != N || !rest.is_empty() {
        return None;
    }
    let mut bytes = [0; N];
    for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
        *byte = value(*high)? << 4 | value(*low)?;
    }
    Some(bytes)
}

fn value(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}
