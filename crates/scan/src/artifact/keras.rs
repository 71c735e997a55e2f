//! Descriptions of Keras models in JSON: layers with code, and classes from elsewhere.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::imports::{Judgement, judge};
use super::limits::MAX_JSON_BYTES;
use super::region::Region;
use super::report::Finding;
use super::work::Work;
use super::{Code, hdf5};
use crate::text::excerpt;

/// Where the classes of Keras itself come from.
const OWN: [&str; 8] =
    ["keras", "tf_keras", "tensorflow", "keras_hub", "keras_nlp", "keras_cv", "builtins", "numpy"];

/// What one object of a description says.
#[derive(Debug, Default)]
struct Described {
    class_name: Option<String>,
    module: Option<String>,
    registered_name: Option<String>,
    /// Where a function is described, its name.
    config: Option<String>,
}

/// Walks the bytes if they are JSON.
pub(super) fn try_walk(work: &mut Work, path: &str, from: &mut Region, head: &[u8]) -> bool {
    let first = head.iter().find(|byte| !byte.is_ascii_whitespace());
    if !matches!(first, Some(b'{' | b'[')) || from.len() > MAX_JSON_BYTES {
        return false;
    }
    from.go(0);
    let mut told = Vec::new();
    let mut reader = serde_json::Deserializer::from_reader(&mut *from);
    let walked = Seed(&mut told).deserialize(&mut reader).and_then(|_| reader.end());
    for described in &told {
        tell(work, path, described);
    }
    if walked.is_err() {
        // Python reads more than JSON, NaN for example, so that what cannot be walked is searched.
        let _ = hdf5::search(work, path, from);
    }
    walked.is_ok()
}

/// Tells of a layer, if its class is one that carries code.
pub(super) fn tell_class(work: &mut Work, path: &str, offset: Option<u64>, class: &str) {
    let bare = class.rsplit('>').next().unwrap_or(class);
    if matches!(bare, "Lambda" | "__lambda__") {
        let message = "a Lambda layer, which runs Python code that comes with the model".to_owned();
        work.find(path, Code::KerasLambda, offset, message);
    }
}

fn tell(work: &mut Work, path: &str, described: &Described) {
    let Some(class) = &described.class_name else { return };
    tell_class(work, path, None, class);
    let registered = described.registered_name.as_deref().and_then(|name| name.split_once('>'));
    if let Some((package, name)) = registered.filter(|(package, _)| !is_own(package)) {
        let message = format!("needs the class `{}` of `{}`", excerpt(name), excerpt(package));
        work.find(path, Code::KerasCustomObject, None, message);
    }
    let Some(module) = &described.module else { return };
    let name = described.config.as_deref().filter(|_| class == "function").unwrap_or(class);
    match judge(module, name) {
        Judgement::Denied(severity, reason) => work.add(Finding {
            severity,
            code: Code::UnsafeImport,
            path: path.to_owned(),
            offset: None,
            message: format!("imports `{}.{}`, which {reason}", excerpt(module), excerpt(name)),
            module: Some(excerpt(module)),
            operator: Some(excerpt(name)),
        }),
        Judgement::Allowed(_) | Judgement::Unknown if is_own(module) => {}
        Judgement::Allowed(_) | Judgement::Unknown => {
            let message = format!("needs the class `{}` of `{}`", excerpt(name), excerpt(module));
            work.find(path, Code::KerasCustomObject, None, message);
        }
    }
}

fn is_own(module: &str) -> bool {
    OWN.contains(&module.split('.').next().unwrap_or(module))
}

/// The most objects with a class that are kept of one file.
const MAX_DESCRIBED: usize = 100_000;

/// Reads any value, keeps what objects say of classes, and gives the value itself if it is a text.
struct Seed<'a>(&'a mut Vec<Described>);

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Option<String>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Option<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Some(text.chars().take(200).collect()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut parts: A) -> Result<Self::Value, A::Error> {
        while parts.next_element_seed(Seed(self.0))?.is_some() {}
        Ok(None)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        let mut described = Described::default();
        while let Some(key) = members.next_key::<String>()? {
            let text = members.next_value_seed(Seed(self.0))?;
            let place = match key.as_str() {
                "class_name" => &mut described.class_name,
                "module" => &mut described.module,
                "registered_name" => &mut described.registered_name,
                "config" => &mut described.config,
                _ => continue,
            };
            *place = text.or(place.take());
        }
        if described.class_name.is_some() && self.0.len() < MAX_DESCRIBED {
            self.0.push(described);
        }
        Ok(None)
    }
}
