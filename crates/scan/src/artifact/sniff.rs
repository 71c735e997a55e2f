//! What content is, told by its first bytes.

use serde::{Deserialize, Serialize};

/// What content is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Format {
    /// No bytes at all.
    Empty,
    /// One or several pickles.
    Pickle,
    /// A pickle with arrays of joblib.
    Joblib,
    /// A zip archive of PyTorch.
    Pytorch,
    /// Stacked pickles of PyTorch before 1.6.
    PytorchLegacy,
    /// An array of NumPy.
    Numpy,
    /// A zip archive of arrays.
    NumpyArchive,
    /// A zip archive.
    Zip,
    /// A tar archive.
    Tar,
    /// Compressed with gzip.
    Gzip,
    /// Compressed with zlib.
    Zlib,
    /// Compressed with bzip2.
    Bzip2,
    /// Compressed with xz.
    Xz,
    /// Compressed with LZMA.
    Lzma,
    /// An archive or compression that is not opened here.
    OtherArchive,
    /// Tensors of safetensors.
    Safetensors,
    /// A graph of ONNX.
    Onnx,
    /// A graph of TensorFlow.
    SavedModel,
    /// A model of llama.cpp.
    Gguf,
    /// An HDF5 file.
    Hdf5,
    /// A zip archive of Keras.
    Keras,
    /// JSON.
    Json,
    /// Plain text.
    Text,
    /// A program.
    Executable,
    /// A script that names its interpreter.
    Script,
    /// None of these.
    Unknown,
}

impl Format {
    /// The name as it is written in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Empty => "EMPTY",
            Self::Pickle => "PICKLE",
            Self::Joblib => "JOBLIB",
            Self::Pytorch => "PYTORCH",
            Self::PytorchLegacy => "PYTORCH_LEGACY",
            Self::Numpy => "NUMPY",
            Self::NumpyArchive => "NUMPY_ARCHIVE",
            Self::Zip => "ZIP",
            Self::Tar => "TAR",
            Self::Gzip => "GZIP",
            Self::Zlib => "ZLIB",
            Self::Bzip2 => "BZIP2",
            Self::Xz => "XZ",
            Self::Lzma => "LZMA",
            Self::OtherArchive => "OTHER_ARCHIVE",
            Self::Safetensors => "SAFETENSORS",
            Self::Onnx => "ONNX",
            Self::SavedModel => "SAVED_MODEL",
            Self::Gguf => "GGUF",
            Self::Hdf5 => "HDF5",
            Self::Keras => "KERAS",
            Self::Json => "JSON",
            Self::Text => "TEXT",
            Self::Executable => "EXECUTABLE",
            Self::Script => "SCRIPT",
            Self::Unknown => "UNKNOWN",
        }
    }
}

/// Bytes that are looked at.
pub(super) const HEAD_BYTES: usize = 4096;

/// First bytes that say what follows. Executables of the Mach-O kind begin in four ways, and their archives in one.
const MAGIC: &[(&[u8], Format)] = &[
    (b"PK\x03\x04", Format::Zip),
    (b"PK\x05\x06", Format::Zip),
    (b"\x1f\x8b", Format::Gzip),
    (b"BZh", Format::Bzip2),
    (b"\xfd7zXZ\0", Format::Xz),
    (b"\x5d\0\0", Format::Lzma),
    (b"7z\xbc\xaf\x27\x1c", Format::OtherArchive),
    (b"Rar!\x1a\x07", Format::OtherArchive),
    (b"\x28\xb5\x2f\xfd", Format::OtherArchive),
    (b"\x04\x22\x4d\x18", Format::OtherArchive),
    (b"ZF0x", Format::OtherArchive),
    (b"\x93NUMPY", Format::Numpy),
    (b"GGUF", Format::Gguf),
    (b"\x7fELF", Format::Executable),
    (b"\xfe\xed\xfa\xce", Format::Executable),
    (b"\xfe\xed\xfa\xcf", Format::Executable),
    (b"\xce\xfa\xed\xfe", Format::Executable),
    (b"\xcf\xfa\xed\xfe", Format::Executable),
    (b"\xca\xfe\xba\xbe", Format::Executable),
    (b"#!", Format::Script),
];

const HDF5: &[u8] = b"\x89HDF\r\n\x1a\n";

/// What the first bytes say; `Unknown` leaves it to trials.
pub(super) fn sniff(head: &[u8], len: u64) -> Format {
    if len == 0 {
        return Format::Empty;
    }
    let magic = MAGIC.iter().find(|(magic, _)| head.starts_with(magic)).map(|(_, format)| *format);
    // HDF5 may begin behind a block of the user's own.
    let is_hdf5 =
        [0, 512, 1024, 2048].iter().any(|at| head.get(*at..).is_some_and(|rest| rest.starts_with(HDF5)));
    match magic {
        Some(format) => format,
        None if is_hdf5 => Format::Hdf5,
        None if is_windows_program(head) => Format::Executable,
        None if is_zlib(head) => Format::Zlib,
        None if is_safetensors(head, len) => Format::Safetensors,
        None if super::tar::is_header(head) => Format::Tar,
        None => Format::Unknown,
    }
}

/// Whether the first bytes are text: UTF-8, up to where they are cut, without control characters.
pub(super) fn is_text(head: &[u8]) -> bool {
    let valid = match std::str::from_utf8(head) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(head.get(..error.valid_up_to()).unwrap_or_default()).unwrap_or_default()
        }
        Err(_) => return false,
    };
    !valid.is_empty() && !valid.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\u{c}'))
}

/// `MZ`, and `PE` where the header says.
fn is_windows_program(head: &[u8]) -> bool {
    let Some([a, b, c, d]) = head.get(60..64) else { return false };
    let at = u32::from_le_bytes([*a, *b, *c, *d]) as usize;
    let header = head.get(at..at.saturating_add(4));
    head.starts_with(b"MZ") && (header.is_none() || header == Some(b"PE\0\0"))
}

fn is_zlib(head: &[u8]) -> bool {
    matches!(head, [0x78, flags, ..] if (0x7800 + u16::from(*flags)) % 31 == 0)
}

fn is_safetensors(head: &[u8], len: u64) -> bool {
    let Some((size, rest)) = head.split_first_chunk::<8>() else { return false };
    let size = u64::from_le_bytes(*size);
    rest.first() == Some(&b'{') && size >= 2 && size <= len
}
