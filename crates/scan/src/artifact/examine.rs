//! One item: what it is, and the walk that belongs to it.

use super::compressed::Packing;
use super::fault::Fault;
use super::region::Region;
use super::sniff::{HEAD_BYTES, is_text, sniff};
use super::work::Work;
use super::{
    Code, Format, compressed, executable, gguf, hdf5, keras, numpy, onnx, pickle, safetensors, saved_model,
    tar, zip,
};

/// Looks at an item, and says what it is.
pub(super) fn item(work: &mut Work, path: &str, region: &mut Region, depth: u32) -> Format {
    let place = work.open(path, region.len());
    let head = region.head(HEAD_BYTES).unwrap_or_default();
    let told = sniff(&head, region.len());
    let format = if told == Format::Unknown {
        by_trial(work, path, region, &head, depth)
    } else {
        by_magic(work, path, region, told, depth).unwrap_or_else(|fault| {
            work.fault(path, Some(region.at()), &fault);
            told
        })
    };
    other_readings(work, path, region, format, depth);
    work.close(place, format);
    format
}

fn by_magic(
    work: &mut Work,
    path: &str,
    region: &mut Region,
    format: Format,
    depth: u32,
) -> Result<Format, Fault> {
    region.go(0);
    match format {
        Format::Zip => zip::walk(work, path, region, depth),
        Format::Tar => tar::walk(work, path, region, depth),
        Format::Gzip => unpacked(work, path, region, format, Packing::Gzip, depth),
        Format::Zlib => unpacked(work, path, region, format, Packing::Zlib, depth),
        Format::Bzip2 => unpacked(work, path, region, format, Packing::Bzip2, depth),
        Format::Xz => unpacked(work, path, region, format, Packing::Xz, depth),
        Format::Lzma => unpacked(work, path, region, format, Packing::Lzma, depth),
        Format::Numpy => numpy::walk(work, path, region),
        Format::Safetensors => safetensors::walk(work, path, region),
        Format::Gguf => gguf::walk(work, path, region),
        Format::Hdf5 => hdf5::walk(work, path, region),
        Format::Executable | Format::Script => {
            executable::tell(work, path, format);
            Ok(format)
        }
        Format::OtherArchive => {
            let message = "an archive or compression that is not opened here".to_owned();
            work.find(path, Code::NotExamined, None, message);
            Ok(format)
        }
        Format::Empty
        | Format::Pickle
        | Format::Joblib
        | Format::Pytorch
        | Format::PytorchLegacy
        | Format::NumpyArchive
        | Format::Onnx
        | Format::SavedModel
        | Format::Keras
        | Format::Json
        | Format::Text
        | Format::Unknown => Ok(format),
    }
}

fn unpacked(
    work: &mut Work,
    path: &str,
    region: &mut Region,
    format: Format,
    packing: Packing,
    depth: u32,
) -> Result<Format, Fault> {
    compressed::walk(work, path, region, packing, depth).map(|()| format)
}

/// Formats without first bytes of their own, one after the other.
fn by_trial(work: &mut Work, path: &str, region: &mut Region, head: &[u8], depth: u32) -> Format {
    if let Some(format) = onnx::try_walk(work, path, region) {
        return format;
    }
    if let Some(format) = saved_model::try_walk(work, path, region) {
        return format;
    }
    if let Some(format) = pickle::examine(work, path, region) {
        return format;
    }
    if keras::try_walk(work, path, region, head) {
        return Format::Json;
    }
    if is_text(head) {
        return Format::Text;
    }
    if depth == 0 {
        pickle::search(work, path, region);
    }
    Format::Unknown
}

/// What another program would take the same bytes for.
fn other_readings(work: &mut Work, path: &str, region: &mut Region, format: Format, depth: u32) {
    let is_pickle = matches!(format, Format::Pickle | Format::Joblib | Format::PytorchLegacy);
    let is_zip = matches!(format, Format::Zip | Format::Pytorch | Format::Keras | Format::NumpyArchive);
    if !is_pickle
        && !matches!(format, Format::Text | Format::Unknown | Format::Empty)
        && pickle::second_look(work, path, region)
    {
        let message = format!("the bytes are {} and a pickle at once", format.as_str());
        work.find(path, Code::SeveralFormats, None, message);
    }
    // A tar archive may hold a zip archive at its end, which is looked at as a member.
    if !is_zip && !matches!(format, Format::Tar | Format::Text | Format::Empty) && zip::is_one(region) {
        let message = format!("the bytes are {} and a zip archive at once", format.as_str());
        work.find(path, Code::SeveralFormats, None, message);
        if let Err(fault) = zip::walk(work, path, region, depth) {
            work.fault(path, None, &fault);
        }
    }
}
