//! Order of scalars. Numbers compare by value whatever their types; equality of structures is in the evaluator,
//! because it costs.

use std::cmp::Ordering;

use crate::value::Value;

/// The order of two numbers; `None` if one is no number, or is not a number in the floating-point sense.
pub(crate) fn numbers(left: &Value<'_>, right: &Value<'_>) -> Option<Ordering> {
    match (left, right) {
        (Value::Int(left), Value::Int(right)) => Some(left.cmp(right)),
        (Value::Uint(left), Value::Uint(right)) => Some(left.cmp(right)),
        (Value::Double(left), Value::Double(right)) => left.partial_cmp(right),
        (Value::Int(left), Value::Uint(right)) => Some(i128::from(*left).cmp(&i128::from(*right))),
        (Value::Uint(left), Value::Int(right)) => Some(i128::from(*left).cmp(&i128::from(*right))),
        (Value::Int(left), Value::Double(right)) => integer_and_double(i128::from(*left), *right),
        (Value::Uint(left), Value::Double(right)) => integer_and_double(i128::from(*left), *right),
        (Value::Double(left), Value::Int(right)) => {
            integer_and_double(i128::from(*right), *left).map(Ordering::reverse)
        }
        (Value::Double(left), Value::Uint(right)) => {
            integer_and_double(i128::from(*right), *left).map(Ordering::reverse)
        }
        _ => None,
    }
}

/// Two values of which none comes before the other.
pub(crate) struct Unordered;

/// The order of two values of one ordered type, or of two numbers; `None` where one is not a number in the
/// floating-point sense.
pub(crate) fn order(left: &Value<'_>, right: &Value<'_>) -> Result<Option<Ordering>, Unordered> {
    let order = match (left, right) {
        (Value::Bool(left), Value::Bool(right)) => left.cmp(right),
        (Value::String(left), Value::String(right)) => left.as_str().cmp(right.as_str()),
        (Value::Bytes(left), Value::Bytes(right)) => left.cmp(right),
        (Value::Timestamp(left), Value::Timestamp(right)) => left.cmp(right),
        (Value::Duration(left), Value::Duration(right)) => left.cmp(right),
        _ if left.kind().is_number() && right.kind().is_number() => return Ok(numbers(left, right)),
        _ => return Err(Unordered),
    };
    Ok(Some(order))
}

/// The integer rounded to a double, as the language has it: `9223372036854775807` equals `9223372036854775808.0`.
#[expect(clippy::cast_precision_loss, reason = "rounding is what the language asks for")]
fn integer_and_double(integer: i128, double: f64) -> Option<Ordering> {
    (integer as f64).partial_cmp(&double)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Value::{Double, Int, Uint};

    #[test]
    fn numbers_compare_by_value() {
        let check = |one, two, expected| {
            assert_eq!(numbers(&one, &two), expected, "{one:?} {two:?}");
            assert_eq!(numbers(&two, &one), expected.map(Ordering::reverse), "{two:?} {one:?}");
        };
        check(Int(1), Double(1.0), Some(Ordering::Equal));
        check(Int(-2), Double(-1.5), Some(Ordering::Less));
        check(Int(-1), Double(-1.5), Some(Ordering::Greater));
        check(Int(i64::MAX), Double(9_223_372_036_854_775_808.0), Some(Ordering::Equal));
        check(Int(i64::MAX), Uint(9_223_372_036_854_775_808), Some(Ordering::Less));
        check(Uint(u64::MAX), Int(-1), Some(Ordering::Greater));
        check(Uint(3), Double(f64::INFINITY), Some(Ordering::Less));
        check(Int(0), Double(f64::NAN), None);
    }
}
