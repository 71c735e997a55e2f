//! Columns of numbers in which rows may have none, as the comparison of two tables reads them.

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowDictionaryKeyType, ArrowPrimitiveType, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type,
    Int64Type, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, DictionaryArray, PrimitiveArray};
use arrow_buffer::ArrowNativeType;
use arrow_schema::DataType;

use super::{AsNumber, RowProblem, Texts, unsupported};
use crate::error::{Problem, excerpt};

/// Appends the numbers of the rows that have one, NaN and infinities included, and says how many rows have none.
pub(crate) fn some_numbers(array: &dyn Array, out: &mut Vec<f64>) -> Result<u64, RowProblem> {
    for_dictionary!(array, of_dictionary(out), else {
        for_primitive!(array, of_primitive(out), else of_texts(array, out))
    })
}

/// Whether every value that is there is a number, or text that spells one.
pub(crate) fn all_numbers(array: &dyn Array) -> Result<bool, RowProblem> {
    for_dictionary!(array, dictionary_spells(), else {
        for_primitive!(array, is_number(), else texts_spell(array))
    })
}

#[expect(clippy::unnecessary_wraps, reason = "its neighbours can fail")]
fn of_primitive<T: ArrowPrimitiveType>(
    array: &PrimitiveArray<T>,
    out: &mut Vec<f64>,
) -> Result<u64, RowProblem>
where
    T::Native: AsNumber,
{
    if array.null_count() == 0 {
        out.extend(array.values().iter().map(AsNumber::as_number));
    } else {
        out.extend(array.iter().flatten().map(|value| value.as_number()));
    }
    Ok(array.null_count() as u64)
}

fn of_texts(array: &dyn Array, out: &mut Vec<f64>) -> Result<u64, RowProblem> {
    let texts = Texts::of(array).ok_or_else(|| (0, unsupported(array)))?;
    let mut missing = 0;
    for row in 0..array.len() {
        match texts.value(row)? {
            Some(text) => out.push(spelled(text).ok_or_else(|| (row, no_number(text)))?),
            None => missing += 1,
        }
    }
    Ok(missing)
}

fn of_dictionary<K: ArrowDictionaryKeyType>(
    array: &DictionaryArray<K>,
    out: &mut Vec<f64>,
) -> Result<u64, RowProblem> {
    let values = array.values().as_ref();
    let texts = Texts::of(values).ok_or_else(|| (0, unsupported(values)))?;
    // A text is read once, not once a row.
    let mut known: Vec<Option<Option<f64>>> = vec![None; values.len()];
    let mut missing = 0;
    for (row, key) in array.keys().iter().enumerate() {
        let Some(key) = key.map(ArrowNativeType::as_usize) else {
            missing += 1;
            continue;
        };
        let number = if let Some(number) = known.get(key).copied().flatten() {
            number
        } else {
            let text = texts.value(key).map_err(|(_, problem)| (row, problem))?;
            let number = text.map(|text| spelled(text).ok_or_else(|| (row, no_number(text)))).transpose()?;
            if let Some(known) = known.get_mut(key) {
                *known = Some(number);
            }
            number
        };
        match number {
            Some(number) => out.push(number),
            None => missing += 1,
        }
    }
    Ok(missing)
}

#[expect(clippy::unnecessary_wraps, reason = "its neighbours can fail")]
fn is_number<T: ArrowPrimitiveType>(_: &PrimitiveArray<T>) -> Result<bool, RowProblem> {
    Ok(true)
}

fn dictionary_spells<K: ArrowDictionaryKeyType>(array: &DictionaryArray<K>) -> Result<bool, RowProblem> {
    // A value that no row has decides nothing.
    let mut used = vec![false; array.values().len()];
    for key in array.keys().iter().flatten() {
        if let Some(used) = used.get_mut(key.as_usize()) {
            *used = true;
        }
    }
    let values = array.values().as_ref();
    let texts = Texts::of(values).ok_or_else(|| (0, unsupported(values)))?;
    for (place, _) in used.iter().enumerate().filter(|(_, used)| **used) {
        if texts.value(place)?.is_some_and(|text| spelled(text).is_none()) {
            return Ok(false);
        }
    }
    Ok(true)
}

fn texts_spell(array: &dyn Array) -> Result<bool, RowProblem> {
    if *array.data_type() == DataType::Boolean {
        return Ok(false);
    }
    let texts = Texts::of(array).ok_or_else(|| (0, unsupported(array)))?;
    for row in 0..array.len() {
        if texts.value(row)?.is_some_and(|text| spelled(text).is_none()) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The number that a text spells, NaN and infinities included; spaces around it are allowed.
fn spelled(text: &str) -> Option<f64> {
    text.trim().parse().ok()
}

fn no_number(text: &str) -> Problem {
    Problem::NotANumber { value: excerpt(text.as_bytes()) }
}
