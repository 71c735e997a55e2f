//! The values of a column one by one, as they are.

use std::fmt::Display;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowDictionaryKeyType, ArrowPrimitiveType, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type,
    Int64Type, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, DictionaryArray, PrimitiveArray};
use arrow_buffer::ArrowNativeType;
use arrow_schema::DataType;

use super::{RowProblem, Texts, unsupported};

/// Shows every value of a column as text; `None` where there is none. Empty text is no value, nor is what is not a number.
pub(crate) fn each(array: &dyn Array, visit: &mut impl FnMut(Option<&str>)) -> Result<(), RowProblem> {
    for_dictionary!(array, of_dictionary(visit), else {
        if *array.data_type() == DataType::Boolean {
            let texts = array.as_boolean().iter().map(|value| value.map(|value| if value { "true" } else { "false" }));
            texts.for_each(visit);
            Ok(())
        } else {
            for_primitive!(array, of_numbers(visit), else {
                let texts = Texts::of(array).ok_or_else(|| (0, unsupported(array)))?;
                (0..array.len()).for_each(|row| visit(texts.whole(row)));
            });
            Ok(())
        }
    })
}

impl<'a> Texts<'a> {
    /// The text of a row, however long it is.
    fn whole(self, row: usize) -> Option<&'a str> {
        let value = match self {
            Self::Short(array) => (row < array.len() && array.is_valid(row)).then(|| array.value(row)),
            Self::Long(array) => (row < array.len() && array.is_valid(row)).then(|| array.value(row)),
            Self::View(array) => (row < array.len() && array.is_valid(row)).then(|| array.value(row)),
            Self::Nothing => None,
        };
        value.filter(|text| !text.is_empty())
    }
}

fn of_dictionary<K: ArrowDictionaryKeyType>(
    array: &DictionaryArray<K>,
    visit: &mut impl FnMut(Option<&str>),
) -> Result<(), RowProblem> {
    let values = array.values().as_ref();
    let texts = Texts::of(values).ok_or_else(|| (0, unsupported(values)))?;
    array.keys().iter().for_each(|key| visit(key.and_then(|key| texts.whole(key.as_usize()))));
    Ok(())
}

fn of_numbers<T: ArrowPrimitiveType>(array: &PrimitiveArray<T>, visit: &mut impl FnMut(Option<&str>))
where
    T::Native: Display,
{
    for value in array {
        let text = value.map(|value| value.to_string());
        visit(text.as_deref().filter(|text| *text != "NaN"));
    }
}
