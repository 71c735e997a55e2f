//! The standard functions.

use std::sync::Arc;

use jiff::civil::DateTime;

use super::{Machine, wrong};
use crate::convert;
use crate::diagnostic::{Span, clip};
use crate::fault::{Fault, Flow};
use crate::functions::{Func, TimePart};
use crate::ir::{Call, Matches};
use crate::pattern::{COMPILE_STEPS, Pattern};
use crate::time::{Duration, TimeError};
use crate::value::Value;

impl<'a> Machine<'a> {
    pub(super) fn call(&mut self, call: &'a Call) -> Flow<'a, Value<'a>> {
        match &*call.arguments {
            [only] => {
                let value = self.eval(only)?;
                self.unary(call, value)
            }
            [first, second] => {
                let first = self.eval(first)?;
                let second = self.eval(second)?;
                self.two(call, &first, &second)
            }
            _ => Err(Fault::failed(
                format!("`{}` does not take so many arguments", call.function.name),
                call.span,
            )),
        }
    }

    fn unary(&mut self, call: &Call, value: Value<'a>) -> Flow<'a, Value<'a>> {
        let refuse = || wrong(&format!("`{}` takes other types", call.function.name), &value, call.span);
        if !call.function.takes(value.kind()) {
            return Err(refuse());
        }
        let converted = match call.function.func {
            Func::Size => return self.size(&value).map(Value::Int),
            Func::ToDyn => return Ok(value),
            Func::TypeOf => return Ok(Value::Type(value.type_name())),
            Func::TimePart(part) => return time_part(part, &value, None, call.span),
            Func::ToBytes => return self.encode(value),
            Func::ToInt => convert::int(&value),
            Func::ToUint => convert::uint(&value),
            Func::ToDouble => convert::double(&value),
            Func::ToBool => convert::bool(&value),
            Func::ToTimestamp | Func::ToDuration => convert::time(call.function.func, &value),
            Func::ToString => {
                self.allocate(if let Value::Bytes(bytes) = &value { bytes.len() } else { 32 })?;
                convert::string(&value)
            }
            Func::Contains | Func::StartsWith | Func::EndsWith | Func::Matches => return Err(refuse()),
        };
        converted.map_err(|message| Fault::failed(message, call.span))
    }

    fn two(&mut self, call: &Call, first: &Value<'a>, second: &Value<'a>) -> Flow<'a, Value<'a>> {
        if let (Func::TimePart(part), Value::Timestamp(_), Value::String(zone)) =
            (call.function.func, first, second)
        {
            self.charge(50)?;
            return time_part(part, first, Some(zone.as_str()), call.span);
        }
        let (Value::String(text), Value::String(part)) = (first, second) else {
            let other = if first.as_str().is_some() { second } else { first };
            return Err(wrong(&format!("`{}` takes strings", call.function.name), other, call.span));
        };
        let (text, part) = (text.as_str(), part.as_str());
        match call.function.func {
            Func::Contains => {
                self.charge(text.len() as u64 / 16)?;
                Ok(Value::Bool(text.contains(part)))
            }
            Func::StartsWith => Ok(Value::Bool(text.starts_with(part))),
            Func::EndsWith => Ok(Value::Bool(text.ends_with(part))),
            Func::Matches => self.match_new(text, part, call.span).map(Value::Bool),
            _ => Err(Fault::failed(format!("`{}` takes one argument", call.function.name), call.span)),
        }
    }

    fn size(&mut self, value: &Value<'a>) -> Flow<'a, i64> {
        let count = match value {
            Value::String(text) => {
                self.charge(text.as_str().len() as u64 / 16)?;
                text.as_str().chars().count()
            }
            Value::Bytes(bytes) => bytes.len(),
            Value::List(list) => list.len(),
            Value::Map(map) => map.len(),
            _ => 0,
        };
        Ok(i64::try_from(count).unwrap_or(i64::MAX))
    }

    fn encode(&mut self, value: Value<'a>) -> Flow<'a, Value<'a>> {
        let Value::String(text) = &value else { return Ok(value) };
        self.allocate(text.as_str().len())?;
        Ok(Value::Bytes(Arc::from(text.as_str().as_bytes())))
    }

    pub(super) fn matches(&mut self, matches: &'a Matches) -> Flow<'a, bool> {
        let value = self.eval(&matches.text)?;
        let Some(text) = value.as_str() else {
            return Err(wrong("`matches` takes strings", &value, matches.span));
        };
        self.charge(matches.pattern.cost(text.len()))?;
        Ok(matches.pattern.is_match(text))
    }

    /// A match with a pattern that is known only now; the last few are kept.
    fn match_new(&mut self, text: &str, pattern: &str, span: Span) -> Flow<'a, bool> {
        const KEPT: usize = 8;
        let at = self.patterns.iter().position(|(known, _)| known == pattern);
        let known = if let Some(at) = at {
            self.patterns.remove(at)
        } else {
            self.charge(COMPILE_STEPS)?;
            let compiled = Pattern::new(pattern).map_err(|message| Fault::failed(message, span))?;
            (pattern.to_owned(), compiled)
        };
        if self.patterns.len() == KEPT {
            self.patterns.remove(0);
        }
        let cost = known.1.cost(text.len());
        let found = self.charge(cost).map(|()| known.1.is_match(text));
        self.patterns.push(known);
        found
    }
}

fn time_part<'a>(part: TimePart, value: &Value<'_>, zone: Option<&str>, span: Span) -> Flow<'a, Value<'a>> {
    if let Value::Duration(duration) = value {
        return Ok(Value::Int(duration_part(part, *duration)));
    }
    let Value::Timestamp(time) = value else {
        return Err(wrong("the parts of a time are asked of timestamps", value, span));
    };
    let moment = time.civil(zone).map_err(|error| match error {
        TimeError::Form => {
            let zone = clip(zone.unwrap_or_default());
            Fault::failed(format!("`{zone}` is no time zone; write UTC, +02:00 or Europe/Paris"), span)
        }
        TimeError::Range => Fault::failed("the local time is out of range", span),
    })?;
    Ok(Value::Int(i64::from(moment_part(part, moment))))
}

fn moment_part(part: TimePart, moment: DateTime) -> i32 {
    match part {
        TimePart::FullYear => i32::from(moment.year()),
        TimePart::Month => i32::from(moment.month()) - 1,
        TimePart::Date => i32::from(moment.day()),
        TimePart::DayOfMonth => i32::from(moment.day()) - 1,
        TimePart::DayOfWeek => i32::from(moment.weekday().to_sunday_zero_offset()),
        TimePart::DayOfYear => i32::from(moment.day_of_year()) - 1,
        TimePart::Hours => i32::from(moment.hour()),
        TimePart::Minutes => i32::from(moment.minute()),
        TimePart::Seconds => i32::from(moment.second()),
        TimePart::Milliseconds => moment.subsec_nanosecond() / 1_000_000,
    }
}

/// The whole duration in hours, minutes or seconds, but only the milliseconds within its second, as the language has
/// it.
fn duration_part(part: TimePart, duration: Duration) -> i64 {
    const SECOND: i64 = 1_000_000_000;
    let nanos = duration.nanos();
    match part {
        TimePart::Hours => nanos / (3600 * SECOND),
        TimePart::Minutes => nanos / (60 * SECOND),
        TimePart::Milliseconds => nanos % SECOND / 1_000_000,
        _ => nanos / SECOND,
    }
}
