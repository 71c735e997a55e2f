//! A small assembler of pickles and writers of archives, which can write what no honest tool would.

use std::io::Write as _;

use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
use flate2::{Compression, Crc};

/// A pickle, opcode by opcode.
#[derive(Default)]
pub(crate) struct Pickle(Vec<u8>);

impl Pickle {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn raw(mut self, bytes: &[u8]) -> Self {
        self.0.extend_from_slice(bytes);
        self
    }

    pub(crate) fn proto(self, version: u8) -> Self {
        self.raw(&[0x80, version])
    }

    pub(crate) fn global(self, module: &str, name: &str) -> Self {
        self.raw(format!("c{module}\n{name}\n").as_bytes())
    }

    pub(crate) fn short(self, text: &str) -> Self {
        let length = u8::try_from(text.len()).unwrap();
        self.raw(&[0x8c, length]).raw(text.as_bytes())
    }

    pub(crate) fn memoize(self) -> Self {
        self.raw(&[0x94])
    }

    pub(crate) fn get(self, slot: u8) -> Self {
        self.raw(&[b'h', slot])
    }

    pub(crate) fn stack_global(self) -> Self {
        self.raw(&[0x93])
    }

    /// Calls what is on the stack with one text.
    pub(crate) fn call_with(self, argument: &str) -> Self {
        self.short(argument).raw(&[0x85]).raw(b"R")
    }

    pub(crate) fn stop(self) -> Vec<u8> {
        self.raw(b".").0
    }

    pub(crate) fn bytes(self) -> Vec<u8> {
        self.0
    }
}

/// The pickle of `os.system("true")` as a program that makes pickles would write it.
pub(crate) fn system() -> Vec<u8> {
    Pickle::new().proto(2).global("os", "system").call_with("true").stop()
}

/// The pickle of an empty dictionary.
pub(crate) fn harmless() -> Vec<u8> {
    Pickle::new().proto(2).raw(b"}").stop()
}

/// A member of a zip archive, and the lies about it.
pub(crate) struct Member {
    pub(crate) name: String,
    pub(crate) data: Vec<u8>,
    pub(crate) deflated: bool,
    /// The name in the member's own header.
    pub(crate) local_name: Option<String>,
    pub(crate) flags: u16,
    pub(crate) crc: Option<u32>,
    pub(crate) method: Option<u16>,
    pub(crate) mode: u32,
    /// The directory leaves it out.
    pub(crate) hidden: bool,
}

pub(crate) fn member(name: &str, data: &[u8]) -> Member {
    Member {
        name: name.to_owned(),
        data: data.to_vec(),
        deflated: false,
        local_name: None,
        flags: 0,
        crc: None,
        method: None,
        mode: 0o100_644,
        hidden: false,
    }
}

/// A zip archive.
pub(crate) fn zip(members: &[Member]) -> Vec<u8> {
    let (mut out, mut directory, mut count) = (Vec::new(), Vec::new(), 0_u16);
    for member in members {
        let packed = if member.deflated { deflate(&member.data) } else { member.data.clone() };
        let crc = member.crc.unwrap_or_else(|| {
            let mut crc = Crc::new();
            crc.update(&member.data);
            crc.sum()
        });
        let method = member.method.unwrap_or(if member.deflated { 8 } else { 0 });
        let at = u32::try_from(out.len()).unwrap();
        let mut common = Vec::new();
        common.extend(member.flags.to_le_bytes());
        common.extend(method.to_le_bytes());
        common.extend([0; 4]);
        common.extend(crc.to_le_bytes());
        common.extend(u32::try_from(packed.len()).unwrap().to_le_bytes());
        common.extend(u32::try_from(member.data.len()).unwrap().to_le_bytes());
        let local = member.local_name.as_ref().unwrap_or(&member.name);
        out.extend(b"PK\x03\x04\x14\0");
        out.extend(&common);
        out.extend(u16::try_from(local.len()).unwrap().to_le_bytes());
        out.extend([0; 2]);
        out.extend(local.as_bytes());
        out.extend(&packed);
        if member.hidden {
            continue;
        }
        count += 1;
        directory.extend(b"PK\x01\x02\x14\x03\x14\0");
        directory.extend(&common);
        directory.extend(u16::try_from(member.name.len()).unwrap().to_le_bytes());
        directory.extend([0; 8]);
        directory.extend((member.mode << 16).to_le_bytes());
        directory.extend(at.to_le_bytes());
        directory.extend(member.name.as_bytes());
    }
    let at = u32::try_from(out.len()).unwrap();
    out.extend(&directory);
    out.extend(b"PK\x05\x06\0\0\0\0");
    out.extend(count.to_le_bytes());
    out.extend(count.to_le_bytes());
    out.extend(u32::try_from(directory.len()).unwrap().to_le_bytes());
    out.extend(at.to_le_bytes());
    out.extend([0; 2]);
    out
}

/// A tar archive of entries: name, kind, target of a link, data.
pub(crate) fn tar(entries: &[(&str, u8, &str, &[u8])]) -> Vec<u8> {
    let mut out = Vec::new();
    for (name, kind, link, data) in entries {
        let mut block = [0_u8; 512];
        block[..name.len()].copy_from_slice(name.as_bytes());
        block[100..108].copy_from_slice(b"0000644\0");
        block[124..136].copy_from_slice(format!("{:011o}\0", data.len()).as_bytes());
        block[148..156].copy_from_slice(b"        ");
        block[156] = *kind;
        block[157..157 + link.len()].copy_from_slice(link.as_bytes());
        block[257..265].copy_from_slice(b"ustar\x0000");
        let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
        block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        out.extend(block);
        out.extend(*data);
        out.resize(out.len().next_multiple_of(512), 0);
    }
    out.resize(out.len() + 1024, 0);
    out
}

pub(crate) fn deflate(data: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

pub(crate) fn gzip(data: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

pub(crate) fn zlib(data: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}
