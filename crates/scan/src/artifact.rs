//! The artifact scan: what a model's file would do when it is loaded, told without loading it.
//!
//! [`scan`] looks at the content, never at the name: a file is what its bytes say it is, and where they say two things it is
//! looked at as both. Archives are opened member by member in memory, down to a depth. What is found has a [`Code`], a
//! [`Severity`](crate::Severity) and the path of the item inside the file, for example `model.pt:archive/data.pkl`.

mod code;
mod compressed;
mod examine;
mod executable;
mod fault;
mod gguf;
mod hdf5;
mod imports;
mod keras;
mod limits;
mod numpy;
mod onnx;
mod paths;
mod pickle;
mod protobuf;
mod region;
mod report;
mod safetensors;
mod sarif;
mod saved_model;
mod sniff;
mod tar;
mod work;
mod zip;

use std::io::{Read, Seek};

pub use code::Code;
pub use imports::{Judgement, judge, listed};
pub use limits::Limits;
pub use report::{Finding, Item, Scan, Verdict};
pub use sarif::{SARIF_SCHEMA, sarif, uri};
pub use sniff::Format;

use region::Region;
use work::Work;

/// Looks at a file. The name is only what messages and paths call it.
pub fn scan<R: Read + Seek>(name: &str, mut reader: R, limits: &Limits) -> Scan {
    let mut work = Work::new(limits);
    let format = match Region::whole(&mut reader) {
        Ok(mut region) => {
            let format = examine::item(&mut work, name, &mut region, 0);
            if format == Format::Unknown {
                work.find(
                    name,
                    Code::NotExamined,
                    None,
                    "the content is of no format that is known here".into(),
                );
            }
            format
        }
        Err(fault) => {
            work.fault(name, None, &fault);
            Format::Unknown
        }
    };
    work.into_scan(name, format)
}
