//! Arrow columns as the engine counts them: values as small codes, or as finite numbers.

use std::fmt::Display;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowDictionaryKeyType, ArrowPrimitiveType, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type,
    Int64Type, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, BooleanArray, DictionaryArray, PrimitiveArray};
use arrow_buffer::ArrowNativeType;
use arrow_schema::DataType;

use crate::error::{Problem, excerpt};
use crate::limits::MAX_VALUE_BYTES;

/// What is wrong with the value of a row, counted from 0 in its chunk.
pub(crate) type RowProblem = (usize, Problem);

/// Codes for values: the same for the same value, counted up from 0.
pub(crate) trait Coder {
    /// The code of the value of a row; `None` where there is no value.
    fn code(&mut self, row: usize, value: Option<&str>) -> Result<u16, Problem>;
}

/// Runs a generic function for the type of a primitive array, and another expression for all other types.
macro_rules! for_primitive {
    ($array:expr, $run:ident ( $($rest:expr),* ), else $other:expr) => {
        match $array.data_type() {
            DataType::Int8 => $run($array.as_primitive::<Int8Type>(), $($rest),*),
            DataType::Int16 => $run($array.as_primitive::<Int16Type>(), $($rest),*),
            DataType::Int32 => $run($array.as_primitive::<Int32Type>(), $($rest),*),
            DataType::Int64 => $run($array.as_primitive::<Int64Type>(), $($rest),*),
            DataType::UInt8 => $run($array.as_primitive::<UInt8Type>(), $($rest),*),
            DataType::UInt16 => $run($array.as_primitive::<UInt16Type>(), $($rest),*),
            DataType::UInt32 => $run($array.as_primitive::<UInt32Type>(), $($rest),*),
            DataType::UInt64 => $run($array.as_primitive::<UInt64Type>(), $($rest),*),
            DataType::Float32 => $run($array.as_primitive::<Float32Type>(), $($rest),*),
            DataType::Float64 => $run($array.as_primitive::<Float64Type>(), $($rest),*),
            _ => $other,
        }
    };
}

/// Runs a generic function for the key type of a dictionary array, and another expression for all other types.
macro_rules! for_dictionary {
    ($array:expr, $run:ident ( $($rest:expr),* ), else $other:expr) => {
        match $array.data_type() {
            DataType::Dictionary(key, _) => match key.as_ref() {
                DataType::Int8 => $run($array.as_dictionary::<Int8Type>(), $($rest),*),
                DataType::Int16 => $run($array.as_dictionary::<Int16Type>(), $($rest),*),
                DataType::Int32 => $run($array.as_dictionary::<Int32Type>(), $($rest),*),
                DataType::Int64 => $run($array.as_dictionary::<Int64Type>(), $($rest),*),
                DataType::UInt8 => $run($array.as_dictionary::<UInt8Type>(), $($rest),*),
                DataType::UInt16 => $run($array.as_dictionary::<UInt16Type>(), $($rest),*),
                DataType::UInt32 => $run($array.as_dictionary::<UInt32Type>(), $($rest),*),
                DataType::UInt64 => $run($array.as_dictionary::<UInt64Type>(), $($rest),*),
                _ => Err((0, unsupported($array))),
            },
            _ => $other,
        }
    };
}

pub(crate) mod each;
mod optional;

pub(crate) use optional::{all_numbers, some_numbers};

/// The codes of all rows of a column. Text, booleans and numbers have codes; 1 and 1.0 are the same number.
#[expect(clippy::wildcard_enum_match_arm, reason = "types that are not named are not read")]
pub(crate) fn codes(array: &dyn Array, coder: &mut impl Coder, out: &mut Vec<u16>) -> Result<(), RowProblem> {
    out.clear();
    out.reserve(array.len());
    for_dictionary!(array, dictionary_codes(coder, out), else match array.data_type() {
        DataType::Boolean => boolean_codes(array.as_boolean(), coder, out),
        _ => for_primitive!(array, number_codes(coder, out), else {
            let texts = Texts::of(array).ok_or_else(|| (0, unsupported(array)))?;
            text_codes(&texts, array.len(), coder, out)
        }),
    })
}

/// The numbers of all rows of a column; each row must have a finite one.
pub(crate) fn numbers(array: &dyn Array, out: &mut Vec<f64>) -> Result<(), RowProblem> {
    out.clear();
    out.reserve(array.len());
    for_dictionary!(array, dictionary_numbers(out), else {
        for_primitive!(array, primitive_numbers(out), else text_numbers(array, out))
    })
}

fn unsupported(array: &dyn Array) -> Problem {
    Problem::UnsupportedType { found: excerpt(array.data_type().to_string().as_bytes()) }
}

/// A text column of any layout.
#[derive(Clone, Copy)]
enum Texts<'a> {
    Short(&'a arrow_array::StringArray),
    Long(&'a arrow_array::LargeStringArray),
    View(&'a arrow_array::StringViewArray),
    Nothing,
}

impl<'a> Texts<'a> {
    #[expect(clippy::wildcard_enum_match_arm, reason = "types that are not named are no text")]
    fn of(array: &'a dyn Array) -> Option<Self> {
        match array.data_type() {
            DataType::Null => Some(Self::Nothing),
            DataType::Utf8View => array.as_string_view_opt().map(Self::View),
            _ => array
                .as_string_opt::<i32>()
                .map(Self::Short)
                .or_else(|| array.as_string_opt::<i64>().map(Self::Long)),
        }
    }

    fn value(self, row: usize) -> Result<Option<&'a str>, RowProblem> {
        let value = match self {
            Self::Short(array) => (row < array.len() && array.is_valid(row)).then(|| array.value(row)),
            Self::Long(array) => (row < array.len() && array.is_valid(row)).then(|| array.value(row)),
            Self::View(array) => (row < array.len() && array.is_valid(row)).then(|| array.value(row)),
            Self::Nothing => None,
        };
        match value {
            Some(text) if text.len() > MAX_VALUE_BYTES => {
                Err((row, Problem::ValueTooLarge { bytes: text.len() }))
            }
            other => Ok(other.filter(|text| !text.is_empty())),
        }
    }
}

fn text_codes(
    texts: &Texts<'_>,
    rows: usize,
    coder: &mut impl Coder,
    out: &mut Vec<u16>,
) -> Result<(), RowProblem> {
    let mut last: Option<(Option<&str>, u16)> = None;
    for row in 0..rows {
        let value = texts.value(row)?;
        let code = match last {
            Some((known, code)) if known == value => code,
            _ => coder.code(row, value).map_err(|problem| (row, problem))?,
        };
        last = Some((value, code));
        out.push(code);
    }
    Ok(())
}

/// The code of a value that no row has had yet.
const UNSEEN: u16 = u16::MAX;

fn boolean_codes(array: &BooleanArray, coder: &mut impl Coder, out: &mut Vec<u16>) -> Result<(), RowProblem> {
    let mut known = [UNSEEN; 3];
    for (row, value) in array.iter().enumerate() {
        let (place, text) = match value {
            Some(false) => (0, Some("false")),
            Some(true) => (1, Some("true")),
            None => (2, None),
        };
        out.push(remembered(known.get_mut(place), row, text, coder)?);
    }
    Ok(())
}

fn dictionary_codes<K: ArrowDictionaryKeyType>(
    array: &DictionaryArray<K>,
    coder: &mut impl Coder,
    out: &mut Vec<u16>,
) -> Result<(), RowProblem> {
    let values = array.values().as_ref();
    let texts = Texts::of(values).ok_or_else(|| (0, unsupported(values)))?;
    // The last place is that of rows without a value.
    let mut known = vec![UNSEEN; values.len() + 1];
    let keys = array.keys();
    if keys.null_count() == 0 {
        let quick = |known: &Vec<u16>, key: K::Native| known.get(key.as_usize()).copied().unwrap_or(UNSEEN);
        return by_blocks(keys.values(), out, &mut known, quick, |known, row, key| {
            of_dictionary(known, key.as_usize(), row, texts, coder)
        });
    }
    for (row, key) in keys.iter().enumerate() {
        let place = key.map_or(values.len(), ArrowNativeType::as_usize);
        out.push(of_dictionary(&mut known, place, row, texts, coder)?);
    }
    Ok(())
}

/// Rows whose codes are looked up at once.
const BLOCK: usize = 512;

/// The codes of values: block by block those that are `known`, without a branch, and then, one by one, those of values that no
/// row has had before.
fn by_blocks<V: Copy, K>(
    values: &[V],
    out: &mut Vec<u16>,
    known: &mut K,
    quick: impl Fn(&K, V) -> u16,
    mut slow: impl FnMut(&mut K, usize, V) -> Result<u16, RowProblem>,
) -> Result<(), RowProblem> {
    for (block, start) in values.chunks(BLOCK).zip((0..).step_by(BLOCK)) {
        let done = out.len();
        out.extend(block.iter().map(|value| quick(known, *value)));
        let codes = out.get_mut(done..).unwrap_or_default();
        if !codes.contains(&UNSEEN) {
            continue;
        }
        for ((code, value), row) in codes.iter_mut().zip(block).zip(start..) {
            if *code == UNSEEN {
                *code = slow(known, row, *value)?;
            }
        }
    }
    Ok(())
}

#[cold]
fn of_dictionary(
    known: &mut [u16],
    place: usize,
    row: usize,
    texts: Texts<'_>,
    coder: &mut impl Coder,
) -> Result<u16, RowProblem> {
    let value = texts.value(place).map_err(|(_, problem)| (row, problem))?;
    remembered(known.get_mut(place), row, value, coder)
}

fn remembered(
    known: Option<&mut u16>,
    row: usize,
    text: Option<&str>,
    coder: &mut impl Coder,
) -> Result<u16, RowProblem> {
    match known {
        Some(code) if *code != UNSEEN => Ok(*code),
        unseen => {
            let code = coder.code(row, text).map_err(|problem| (row, problem))?;
            if let Some(place) = unseen {
                *place = code;
            }
            Ok(code)
        }
    }
}

fn number_codes<T: ArrowPrimitiveType>(
    array: &PrimitiveArray<T>,
    coder: &mut impl Coder,
    out: &mut Vec<u16>,
) -> Result<(), RowProblem>
where
    T::Native: Display + PartialEq,
{
    let mut known = Known::default();
    let of_new = |known: &mut Known<T::Native>, row, value: Option<T::Native>, coder: &mut _| {
        let code = value.and_then(|value| known.find(value));
        code.map_or_else(|| number_code(known, row, value, coder), Ok)
    };
    if array.null_count() == 0 {
        return by_blocks(array.values(), out, &mut known, Known::first_two, |known, row, value| {
            of_new(known, row, Some(value), coder)
        });
    }
    for (row, value) in array.iter().enumerate() {
        out.push(of_new(&mut known, row, value, coder)?);
    }
    Ok(())
}

fn number_code<N: Copy + Display + PartialEq>(
    known: &mut Known<N>,
    row: usize,
    value: Option<N>,
    coder: &mut impl Coder,
) -> Result<u16, RowProblem> {
    let text = value.map(|value| text_of(&value)).filter(|text| !text.is_empty());
    let code = coder.code(row, text.as_deref()).map_err(|problem| (row, problem))?;
    if let Some(value) = value {
        known.remember(value, code);
    }
    Ok(code)
}

/// The first values of a column of numbers, with their codes: labels have few, which are found without being written out.
struct Known<N> {
    first: Option<(N, u16)>,
    second: Option<(N, u16)>,
    others: Vec<(N, u16)>,
}

impl<N> Default for Known<N> {
    fn default() -> Self {
        Self { first: None, second: None, others: Vec::new() }
    }
}

impl<N: Copy + PartialEq> Known<N> {
    /// The code of a value that is one of the first two: most columns have no more.
    fn first_two(&self, value: N) -> u16 {
        let of = |known: &Option<(N, u16)>| {
            known.map_or(UNSEEN, |(seen, code)| if seen == value { code } else { UNSEEN })
        };
        of(&self.first).min(of(&self.second))
    }

    fn find(&self, value: N) -> Option<u16> {
        let mut all = self.first.iter().chain(&self.second).chain(&self.others);
        all.find(|(seen, _)| *seen == value).map(|(_, code)| *code)
    }

    fn remember(&mut self, value: N, code: u16) {
        match (&mut self.first, &mut self.second) {
            (first @ None, _) => *first = Some((value, code)),
            (_, second @ None) => *second = Some((value, code)),
            _ if self.others.len() < REMEMBERED => self.others.push((value, code)),
            _ => {}
        }
    }
}

/// Values of a column of numbers that are remembered with their codes.
const REMEMBERED: usize = 16;

/// A number as text: -0 is 0, and what is not a number is no value.
fn text_of(value: &impl Display) -> String {
    match value.to_string().as_str() {
        "NaN" => String::new(),
        "-0" => "0".to_owned(),
        text => text.to_owned(),
    }
}

fn primitive_numbers<T: ArrowPrimitiveType>(
    array: &PrimitiveArray<T>,
    out: &mut Vec<f64>,
) -> Result<(), RowProblem>
where
    T::Native: Display + AsNumber,
{
    if let Some(row) =
        (array.null_count() > 0).then(|| (0..array.len()).find(|row| array.is_null(*row))).flatten()
    {
        return Err((row, Problem::EmptyValue));
    }
    out.extend(array.values().iter().map(AsNumber::as_number));
    match out.iter().position(|number| !number.is_finite()) {
        Some(row) => {
            let value = array.values().get(row).map(ToString::to_string).unwrap_or_default();
            Err((row, Problem::NotFinite { value }))
        }
        None => Ok(()),
    }
}

/// A native number of Arrow as the nearest `f64`.
trait AsNumber {
    fn as_number(&self) -> f64;
}

macro_rules! as_number {
    ($($native:ty),*) => {
        $(impl AsNumber for $native {
            #[expect(clippy::allow_attributes, reason = "the casts of small types are exact, and need no lint")]
            #[allow(clippy::cast_precision_loss, clippy::cast_lossless, trivial_numeric_casts,
                reason = "the nearest number is what is asked for")]
            fn as_number(&self) -> f64 {
                *self as f64
            }
        })*
    };
}

as_number!(i8, i16, i32, i64, u8, u16, u32, u64, f32, f64);

fn dictionary_numbers<K: ArrowDictionaryKeyType>(
    array: &DictionaryArray<K>,
    out: &mut Vec<f64>,
) -> Result<(), RowProblem> {
    let values = array.values().as_ref();
    let texts = Texts::of(values).ok_or_else(|| (0, unsupported(values)))?;
    for (row, key) in array.keys().iter().enumerate() {
        let value = match key {
            Some(key) => texts.value(key.as_usize()).map_err(|(_, problem)| (row, problem))?,
            None => None,
        };
        out.push(number(value).map_err(|problem| (row, problem))?);
    }
    Ok(())
}

fn text_numbers(array: &dyn Array, out: &mut Vec<f64>) -> Result<(), RowProblem> {
    let texts = Texts::of(array).ok_or_else(|| (0, unsupported(array)))?;
    for row in 0..array.len() {
        out.push(number(texts.value(row)?).map_err(|problem| (row, problem))?);
    }
    Ok(())
}

/// A text as a finite number; spaces around it are allowed.
fn number(text: Option<&str>) -> Result<f64, Problem> {
    let Some(text) = text else { return Err(Problem::EmptyValue) };
    match text.trim().parse::<f64>() {
        Ok(number) if number.is_finite() => Ok(number),
        Ok(_) => Err(Problem::NotFinite { value: excerpt(text.as_bytes()) }),
        Err(_) => Err(Problem::NotANumber { value: excerpt(text.as_bytes()) }),
    }
}
