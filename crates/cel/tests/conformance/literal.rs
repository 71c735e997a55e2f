//! A reader of the JavaScript object literal that holds the suite: names without quotes, strings in three kinds of
//! quotes, trailing commas, comments.

use serde_json::{Map, Value as Json};

/// The first value in `text`.
pub(crate) fn parse(text: &str) -> Json {
    let mut reader = Reader { rest: text };
    reader.value()
}

struct Reader<'t> {
    rest: &'t str,
}

impl Reader<'_> {
    fn skip(&mut self) {
        loop {
            self.rest = self.rest.trim_start();
            let Some(comment) = self.rest.strip_prefix("//") else { return };
            self.rest = comment.split_once('\n').map_or("", |(_, rest)| rest);
        }
    }

    fn take(&mut self, mark: char) -> bool {
        self.skip();
        match self.rest.strip_prefix(mark) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn word(&mut self) -> String {
        let stop = |c: char| !(c.is_alphanumeric() || "_$+-.".contains(c));
        let end = self.rest.find(stop).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        word.to_owned()
    }

    fn value(&mut self) -> Json {
        if self.take('{') {
            return self.object();
        }
        if self.take('[') {
            let mut items = Vec::new();
            while !self.take(']') {
                items.push(self.value());
                self.take(',');
            }
            return Json::Array(items);
        }
        if self.rest.starts_with(['"', '\'', '`']) {
            return Json::String(self.string());
        }
        let word = self.word();
        // Fractions are read here, because the JSON reader may round their last digit.
        if let (Ok(number), true) = (word.parse::<f64>(), word.contains(['.', 'e'])) {
            return Json::from(number);
        }
        serde_json::from_str(&word).unwrap_or_else(|_| panic!("`{word}` in the suite is not understood"))
    }

    fn object(&mut self) -> Json {
        let mut map = Map::new();
        while !self.take('}') {
            self.skip();
            let key = if self.rest.starts_with(['"', '\'']) { self.string() } else { self.word() };
            assert!(self.take(':'), "a colon is missing after {key}");
            let value = self.value();
            map.insert(key, value);
            self.take(',');
        }
        Json::Object(map)
    }

    fn string(&mut self) -> String {
        let mut chars = self.rest.chars();
        let quote = chars.next();
        let mut units: Vec<u16> = Vec::new();
        loop {
            let c = chars.next().expect("a string does not end");
            if Some(c) == quote {
                break;
            }
            if c == '\\' {
                escape(&mut chars, &mut units);
            } else {
                units.extend(c.encode_utf16(&mut [0; 2]).iter());
            }
        }
        self.rest = chars.as_str();
        String::from_utf16(&units).expect("a string of the suite is not Unicode")
    }
}

fn escape(chars: &mut std::str::Chars<'_>, units: &mut Vec<u16>) {
    let letter = chars.next().expect("a string does not end");
    let mut hexadecimal = |count: usize| {
        let digits: String = chars.by_ref().take(count).collect();
        u16::from_str_radix(&digits, 16).expect("an escape of the suite is not hexadecimal")
    };
    units.push(match letter {
        'n' => 10,
        'r' => 13,
        't' => 9,
        'b' => 8,
        'f' => 12,
        'v' => 11,
        '0' => 0,
        'x' => hexadecimal(2),
        'u' => hexadecimal(4),
        other => u16::try_from(u32::from(other)).expect("an escape of the suite is not understood"),
    });
}
