//! The standard functions: their names and which types they take and give.

use crate::types::{Kind, Type};

/// A standard function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Func {
    Size,
    Contains,
    StartsWith,
    EndsWith,
    Matches,
    ToInt,
    ToUint,
    ToDouble,
    ToString,
    ToBytes,
    ToBool,
    ToTimestamp,
    ToDuration,
    ToDyn,
    TypeOf,
    TimePart(TimePart),
}

/// A part of a timestamp in a time zone, or of a duration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TimePart {
    FullYear,
    Month,
    Date,
    DayOfMonth,
    DayOfWeek,
    DayOfYear,
    Hours,
    Minutes,
    Seconds,
    Milliseconds,
}

/// One row of the function table.
#[derive(Debug)]
pub(crate) struct Function {
    pub(crate) name: &'static str,
    pub(crate) func: Func,
    /// Whether it is called as `name(x)`.
    global: bool,
    /// Whether it is called as `x.name()`.
    member: bool,
    /// The accepted kinds of arguments, the target first, and the kind of the result.
    overloads: &'static [(&'static [Kind], Kind)],
}

use Kind::{Any, Bool, Bytes, Double, Duration, Int, List, Map, String, Timestamp, Uint};

const TEXT_TEST: &[(&[Kind], Kind)] = &[(&[String, String], Bool)];
const CALENDAR: &[(&[Kind], Kind)] = &[(&[Timestamp], Int), (&[Timestamp, String], Int)];
const CLOCK: &[(&[Kind], Kind)] = &[(&[Timestamp], Int), (&[Timestamp, String], Int), (&[Duration], Int)];

const fn global(name: &'static str, func: Func, overloads: &'static [(&'static [Kind], Kind)]) -> Function {
    Function { name, func, global: true, member: false, overloads }
}

const fn member(name: &'static str, func: Func, overloads: &'static [(&'static [Kind], Kind)]) -> Function {
    Function { name, func, global: false, member: true, overloads }
}

const fn part(name: &'static str, part: TimePart, overloads: &'static [(&'static [Kind], Kind)]) -> Function {
    member(name, Func::TimePart(part), overloads)
}

/// Every standard function.
pub(crate) static FUNCTIONS: [Function; 25] = [
    Function {
        name: "size",
        func: Func::Size,
        global: true,
        member: true,
        overloads: &[(&[String], Int), (&[Bytes], Int), (&[List], Int), (&[Map], Int)],
    },
    Function { name: "matches", func: Func::Matches, global: true, member: true, overloads: TEXT_TEST },
    member("contains", Func::Contains, TEXT_TEST),
    member("startsWith", Func::StartsWith, TEXT_TEST),
    member("endsWith", Func::EndsWith, TEXT_TEST),
    global(
        "int",
        Func::ToInt,
        &[(&[Int], Int), (&[Uint], Int), (&[Double], Int), (&[String], Int), (&[Timestamp], Int)],
    ),
    global("uint", Func::ToUint, &[(&[Uint], Uint), (&[Int], Uint), (&[Double], Uint), (&[String], Uint)]),
    global(
        "double",
        Func::ToDouble,
        &[(&[Double], Double), (&[Int], Double), (&[Uint], Double), (&[String], Double)],
    ),
    global(
        "string",
        Func::ToString,
        &[
            (&[String], String),
            (&[Bool], String),
            (&[Int], String),
            (&[Uint], String),
            (&[Double], String),
            (&[Bytes], String),
            (&[Timestamp], String),
            (&[Duration], String),
        ],
    ),
    global("bytes", Func::ToBytes, &[(&[Bytes], Bytes), (&[String], Bytes)]),
    global("bool", Func::ToBool, &[(&[Bool], Bool), (&[String], Bool)]),
    global(
        "timestamp",
        Func::ToTimestamp,
        &[(&[Timestamp], Timestamp), (&[String], Timestamp), (&[Int], Timestamp)],
    ),
    global("duration", Func::ToDuration, &[(&[Duration], Duration), (&[String], Duration)]),
    global("dyn", Func::ToDyn, &[(&[Any], Any)]),
    global("type", Func::TypeOf, &[(&[Any], Kind::Type)]),
    part("getFullYear", TimePart::FullYear, CALENDAR),
    part("getMonth", TimePart::Month, CALENDAR),
    part("getDate", TimePart::Date, CALENDAR),
    part("getDayOfMonth", TimePart::DayOfMonth, CALENDAR),
    part("getDayOfWeek", TimePart::DayOfWeek, CALENDAR),
    part("getDayOfYear", TimePart::DayOfYear, CALENDAR),
    part("getHours", TimePart::Hours, CLOCK),
    part("getMinutes", TimePart::Minutes, CLOCK),
    part("getSeconds", TimePart::Seconds, CLOCK),
    part("getMilliseconds", TimePart::Milliseconds, CLOCK),
];

/// The function called `name`, if it can be called that way.
pub(crate) fn find(name: &str, as_member: bool) -> Option<&'static Function> {
    FUNCTIONS.iter().find(|function| function.name == name && function.called(as_member))
}

/// The name of a type when it is used as a value, as in `type(x) == int`.
pub(crate) fn type_denotation(name: &str) -> Option<&'static str> {
    const TYPES: [&str; 10] =
        ["bool", "bytes", "double", "int", "list", "map", "null_type", "string", "type", "uint"];
    TYPES.into_iter().find(|ty| *ty == name)
}

impl Function {
    pub(crate) fn called(&self, as_member: bool) -> bool {
        if as_member { self.member } else { self.global }
    }

    /// The type that a call with `arguments` gives, or `None` if no overload takes them.
    pub(crate) fn result(&self, arguments: &[Type]) -> Option<Type> {
        let fits = |kinds: &[Kind]| {
            kinds.len() == arguments.len()
                && kinds.iter().zip(arguments).all(|(kind, argument)| argument.kind().fits(*kind))
        };
        self.overloads.iter().find(|(kinds, _)| fits(kinds)).map(|(_, result)| result.to_type())
    }

    /// Whether it takes one argument of this kind.
    pub(crate) fn takes(&self, kind: Kind) -> bool {
        self.overloads.iter().any(|(kinds, _)| matches!(kinds, [only] if kind.fits(*only)))
    }

    /// What it takes, for messages: `(string, string)`.
    pub(crate) fn accepted(&self) -> std::string::String {
        let lists: Vec<_> = self.overloads.iter().map(|(kinds, _)| names(kinds)).collect();
        lists.join(" or ")
    }
}

fn names(kinds: &[Kind]) -> std::string::String {
    format!("({})", kinds.iter().map(|kind| kind.name()).collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overloads_are_chosen_by_kind() {
        let size = find("size", true).unwrap();
        assert_eq!(size.result(&[Type::list(Type::Int)]), Some(Type::Int));
        assert_eq!(size.result(&[Type::Dyn]), Some(Type::Int));
        assert_eq!(size.result(&[Type::Int]), None);
        assert_eq!(size.accepted(), "(string) or (bytes) or (list) or (map)");
        assert!(find("contains", false).is_none());
    }
}
