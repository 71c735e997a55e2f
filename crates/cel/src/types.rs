//! The types of the language and the declared shape of the facts.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// The type of an expression or of a fact.
#[derive(Clone, Debug, PartialEq)]
pub enum Type {
    /// Known only when the rule runs.
    Dyn,
    /// The type of `null`.
    Null,
    /// `true` or `false`.
    Bool,
    /// A signed 64-bit integer.
    Int,
    /// An unsigned 64-bit integer.
    Uint,
    /// A 64-bit floating-point number. A fact of this type may be a JSON integer.
    Double,
    /// A string of Unicode code points.
    String,
    /// A string of bytes.
    Bytes,
    /// A point in time. A fact of this type is an RFC 3339 string.
    Timestamp,
    /// A span of time. A fact of this type is a string such as `1h30m` or `7d`.
    Duration,
    /// A list with elements of one type.
    List(Arc<Type>),
    /// A map from keys of one type to values of one type.
    Map(Arc<Type>, Arc<Type>),
    /// A map with declared fields, each of its own type.
    Object(Arc<ObjectType>),
    /// The type of types, as `type(x)` gives them.
    TypeType,
}

impl Type {
    /// A list of `element`.
    pub fn list(element: Self) -> Self {
        Self::List(Arc::new(element))
    }

    /// A map from strings to `value`, the only maps that JSON has.
    pub fn map(value: Self) -> Self {
        Self::Map(Arc::new(Self::String), Arc::new(value))
    }

    /// An object with declared fields.
    pub fn object(object: ObjectType) -> Self {
        Self::Object(Arc::new(object))
    }

    pub(crate) fn kind(&self) -> Kind {
        match self {
            Self::Dyn => Kind::Any,
            Self::Null => Kind::Null,
            Self::Bool => Kind::Bool,
            Self::Int => Kind::Int,
            Self::Uint => Kind::Uint,
            Self::Double => Kind::Double,
            Self::String => Kind::String,
            Self::Bytes => Kind::Bytes,
            Self::Timestamp => Kind::Timestamp,
            Self::Duration => Kind::Duration,
            Self::List(_) => Kind::List,
            Self::Map(..) | Self::Object(_) => Kind::Map,
            Self::TypeType => Kind::Type,
        }
    }

    /// The type of the elements, if this is a list; `Dyn` otherwise.
    pub(crate) fn element(&self) -> &Self {
        if let Self::List(element) = self { element } else { &DYN }
    }

    /// The type that a JSON child under `key` has, `Dyn` where nothing is declared.
    pub(crate) fn child(&self, key: &str) -> &Self {
        if let Self::Object(object) = self {
            return object.fields.get(key).map_or(&DYN, |field| &field.ty);
        }
        if let Self::Map(_, value) = self { value } else { &DYN }
    }

    /// The type that covers both, or `None` if only `Dyn` does.
    pub(crate) fn join(&self, other: &Self) -> Option<Self> {
        match (self, other) {
            (left, right) if left == right => Some(left.clone()),
            (Self::Dyn, _) | (_, Self::Dyn) => Some(Self::Dyn),
            (Self::Null, ty) | (ty, Self::Null) => Some(ty.clone()),
            (Self::List(left), Self::List(right)) => Some(Self::list(left.join(right).unwrap_or(Self::Dyn))),
            (left, right) if left.kind() == Kind::Map && right.kind() == Kind::Map => {
                Some(Self::Map(Arc::new(Self::Dyn), Arc::new(Self::Dyn)))
            }
            _ => None,
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::List(element) => write!(f, "list({element})"),
            Self::Map(key, value) => write!(f, "map({key}, {value})"),
            Self::Object(object) => f.write_str(&object.name),
            Self::Dyn
            | Self::Null
            | Self::Bool
            | Self::Int
            | Self::Uint
            | Self::Double
            | Self::String
            | Self::Bytes
            | Self::Timestamp
            | Self::Duration
            | Self::TypeType => f.write_str(self.kind().name()),
        }
    }
}

/// The type of values about which nothing is declared.
pub(crate) static DYN: Type = Type::Dyn;

/// An object with declared fields: the root of the facts, or a part of them.
#[derive(Clone, Debug, Default)]
pub struct ObjectType {
    /// The name that messages use. Two object types with one name count as the same.
    pub name: String,
    /// The fields by name.
    pub fields: BTreeMap<String, Field>,
}

impl ObjectType {
    /// An object without fields.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), fields: BTreeMap::new() }
    }

    /// This object with one more field, or with another declaration of that field.
    #[must_use]
    pub fn field(mut self, name: impl Into<String>, ty: Type, doc: impl Into<String>) -> Self {
        self.fields.insert(name.into(), Field { ty, doc: doc.into() });
        self
    }
}

impl PartialEq for ObjectType {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

/// A declared field.
#[derive(Clone, Debug)]
pub struct Field {
    /// What it holds.
    pub ty: Type,
    /// What it means, for the reference and for completion.
    pub doc: String,
}

/// A type without its parts: what overloads are chosen by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Any,
    Null,
    Bool,
    Int,
    Uint,
    Double,
    String,
    Bytes,
    Timestamp,
    Duration,
    List,
    Map,
    Type,
}

impl Kind {
    pub(crate) fn is_number(self) -> bool {
        matches!(self, Self::Int | Self::Uint | Self::Double)
    }

    /// Whether a value of this kind can pass where `other` is asked for, as far as is known before it runs.
    pub(crate) fn fits(self, other: Self) -> bool {
        self == other || self == Self::Any || other == Self::Any
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Any => "dyn",
            Self::Null => "null",
            Self::Bool => "bool",
            Self::Int => "int",
            Self::Uint => "uint",
            Self::Double => "double",
            Self::String => "string",
            Self::Bytes => "bytes",
            Self::Timestamp => "timestamp",
            Self::Duration => "duration",
            Self::List => "list",
            Self::Map => "map",
            Self::Type => "type",
        }
    }

    /// The type of this kind of which nothing else is known.
    pub(crate) fn to_type(self) -> Type {
        match self {
            Self::Any => Type::Dyn,
            Self::Null => Type::Null,
            Self::Bool => Type::Bool,
            Self::Int => Type::Int,
            Self::Uint => Type::Uint,
            Self::Double => Type::Double,
            Self::String => Type::String,
            Self::Bytes => Type::Bytes,
            Self::Timestamp => Type::Timestamp,
            Self::Duration => Type::Duration,
            Self::List => Type::list(Type::Dyn),
            Self::Map => Type::Map(Arc::new(Type::Dyn), Arc::new(Type::Dyn)),
            Self::Type => Type::TypeType,
        }
    }
}
