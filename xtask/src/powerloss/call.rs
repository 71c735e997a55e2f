//! One line of `strace`, taken apart.

use anyhow::{Context as _, Result, ensure};

/// What a line tells of a call.
pub(super) enum Part<'a> {
    /// All of it.
    Whole(&'a str),
    /// Its start: another process came in between.
    Begins(&'a str),
    /// What follows that start.
    Ends(&'a str),
}

/// The process of a line, and what it tells of a call, if it does.
pub(super) fn parts(line: &str) -> Option<(&str, Part<'_>)> {
    let (process, rest) = line.trim_end().split_once(' ')?;
    let rest = rest.trim_start();
    if let Some(resumed) = rest.strip_prefix("<... ") {
        return Some((process, Part::Ends(resumed.split_once(" resumed>")?.1)));
    }
    if rest.starts_with("+++") || rest.starts_with("---") {
        return None;
    }
    Some((process, rest.strip_suffix("<unfinished ...>").map_or(Part::Whole(rest), Part::Begins)))
}

/// A call, with what it gave.
#[derive(Debug)]
pub(super) struct Call<'a> {
    pub(super) name: &'a str,
    arguments: Vec<Argument<'a>>,
    /// Absent where the process ended in it.
    pub(super) result: Option<i64>,
    /// The file that a descriptor was made for.
    pub(super) opened: Option<String>,
}

impl<'a> Call<'a> {
    /// `pwrite64(9</data/log>, "abc", 3, 512) = 3`
    pub(super) fn parse(text: &'a str) -> Option<Self> {
        let (before, result) = text.rsplit_once(" = ")?;
        let mut call = Self::parse_arguments(before)?;
        let number = result.split([' ', '<']).next().unwrap_or_default();
        // A place in memory is a good end as well.
        call.result = if number.starts_with("0x") { Some(0) } else { number.parse().ok() };
        call.opened = Argument(result).path();
        Some(call)
    }

    /// The same of a call that has not ended.
    pub(super) fn parse_arguments(text: &'a str) -> Option<Self> {
        let (name, arguments) = text.split_once('(')?;
        Some(Self { name, arguments: split(arguments), result: None, opened: None })
    }

    pub(super) fn argument(&self, at: usize) -> Option<&Argument<'a>> {
        self.arguments.get(at)
    }

    /// The flags of a call that opens a file.
    pub(super) fn flags(&self) -> Vec<&'a str> {
        let flags = self.arguments.iter().find(|argument| argument.0.starts_with("O_"));
        flags.map(|flags| flags.0.split('|').collect()).unwrap_or_default()
    }

    /// Whether one of the arguments has that flag.
    pub(super) fn says(&self, flag: &str) -> bool {
        self.arguments.iter().any(|argument| argument.0.split('|').any(|word| word == flag))
    }

    /// The paths of its descriptors.
    pub(super) fn descriptors(&self) -> impl Iterator<Item = String> {
        self.arguments.iter().filter_map(Argument::path)
    }

    /// The paths among its arguments, each seen from the folder before it or else from `home`.
    pub(super) fn paths(&self, home: &str) -> Vec<String> {
        let mut folder = None;
        let mut paths = Vec::new();
        for argument in &self.arguments {
            let mut bytes = Vec::new();
            if argument.0.starts_with('"') && argument.strings(&mut bytes).is_ok() {
                let path = String::from_utf8_lossy(&bytes);
                let base: &str = folder.as_deref().unwrap_or(home);
                let whole = if path.starts_with('/') { path.into_owned() } else { format!("{base}/{path}") };
                paths.push(whole.trim_end_matches('/').to_owned());
            }
            folder = argument.path();
        }
        paths
    }
}

/// One argument as the tracer prints it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Argument<'a>(&'a str);

impl Argument<'_> {
    /// The number that it is, or that stands before the path of a descriptor.
    pub(super) fn number(&self) -> Option<i64> {
        self.0.split('<').next()?.parse().ok()
    }

    /// The path of a descriptor: `9</data/log>`, and of one that has lost its name `9</data/log>(deleted)`.
    pub(super) fn path(&self) -> Option<String> {
        let (number, path) = self.0.split_once('<')?;
        if number != "AT_FDCWD" && number.parse::<u32>().is_err() {
            return None;
        }
        let (path, rest) = path.rsplit_once('>')?;
        let mut bytes = Vec::new();
        unescape(path, &mut bytes).ok()?;
        Some(format!("{}{rest}", String::from_utf8(bytes).ok()?))
    }

    /// The bytes of its strings, one after the other: of a list of parts, each part has one.
    pub(super) fn strings(&self, bytes: &mut Vec<u8>) -> Result<()> {
        let mut rest = self.0;
        while let Some((_, after)) = rest.split_once('"') {
            let end = closing(after).context("a string that does not end")?;
            let (text, following) = after.split_at_checked(end).context("a string is cut")?;
            unescape(text, bytes)?;
            ensure!(!following.starts_with("\"..."), "the tracer has left out the end of a string");
            rest = following.strip_prefix('"').unwrap_or_default();
        }
        Ok(())
    }
}

/// Splits at the commas that stand between arguments, up to the bracket that closes them.
fn split(text: &str) -> Vec<Argument<'_>> {
    let (mut arguments, mut from, mut depth, mut at) = (Vec::new(), 0, 0_usize, 0);
    let bytes = text.as_bytes();
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => at += text.get(at + 1..).and_then(closing).map_or(0, |length| length + 1),
            b')' if depth == 0 => break,
            b'(' | b'[' | b'{' | b'<' => depth += 1,
            b')' | b']' | b'}' | b'>' => depth = depth.saturating_sub(1),
            b',' if depth == 0 => {
                arguments.push(Argument(text.get(from..at).unwrap_or_default().trim()));
                from = at + 1;
            }
            _ => {}
        }
        at += 1;
    }
    arguments.push(Argument(text.get(from..at.min(text.len())).unwrap_or_default().trim()));
    arguments
}

/// Where the quote stands that ends a string.
fn closing(text: &str) -> Option<usize> {
    let mut escaped = false;
    text.bytes().position(|byte| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    })
}

/// Takes back what the tracer does to bytes that cannot be shown.
fn unescape(text: &str, bytes: &mut Vec<u8>) -> Result<()> {
    let mut rest = text.as_bytes().iter().copied().peekable();
    while let Some(byte) = rest.next() {
        if byte != b'\\' {
            bytes.push(byte);
            continue;
        }
        let kind = rest.next().context("a cut escape")?;
        bytes.push(match kind {
            b'n' => b'\n',
            b't' => b'\t',
            b'r' => b'\r',
            b'v' => 0x0b,
            b'f' => 0x0c,
            b'0'..=b'7' => {
                let mut value = u32::from(kind - b'0');
                for _ in 0..2 {
                    let Some(digit) = rest.next_if(|digit| (b'0'..=b'7').contains(digit)) else { break };
                    value = value * 8 + u32::from(digit - b'0');
                }
                u8::try_from(value).context("an escape beyond a byte")?
            }
            other => {
                ensure!(
                    matches!(other, b'"' | b'\\' | b'<' | b'>'),
                    "an unknown escape of `{}`",
                    char::from(other)
                );
                other
            }
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strings(text: &str) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        Argument(text).strings(&mut bytes).map(|()| bytes)
    }

    #[test]
    fn bytes_are_read_back_as_they_were_written() {
        assert_eq!(strings(r#""a\0\1b\n\"\\\3778\0019""#).unwrap(), b"a\0\x01b\n\"\\\xff8\x019");
        let parts = r#"[{iov_base="ab", iov_len=2}, {iov_base="\"]c", iov_len=3}]"#;
        assert_eq!(strings(parts).unwrap(), b"ab\"]c");
        for wrong in [r#""ab"..."#, r#""ab\"#, r#""\q""#, r#""\777""#] {
            strings(wrong).unwrap_err();
        }
    }

    #[test]
    fn arguments_end_where_no_string_list_or_path_is_open() {
        let text = r#"pwritev(9</d/a, b>, [{iov_base="x, \")", iov_len=4}], 1, 512) = 4"#;
        let call = Call::parse(text).unwrap();
        assert_eq!((call.name, call.result), ("pwritev", Some(4)));
        assert_eq!(call.argument(0).unwrap().number(), Some(9));
        assert_eq!(call.argument(0).unwrap().path().as_deref(), Some("/d/a, b"));
        assert_eq!(call.argument(3).unwrap().number(), Some(512));
        assert!(call.argument(4).is_none());
    }

    #[test]
    fn what_a_call_gave_is_known() {
        let opened = Call::parse(r#"openat(AT_FDCWD</d>, "a", O_RDWR|O_CREAT, 0600) = 9</d/a>"#).unwrap();
        assert_eq!((opened.result, opened.opened.as_deref()), (Some(9), Some("/d/a")));
        assert_eq!(opened.flags(), ["O_RDWR", "O_CREAT"]);
        let failed = Call::parse(r#"unlink("a")   = -1 ENOENT (No such file or directory)"#).unwrap();
        assert_eq!(failed.result, Some(-1));
        assert_eq!(Call::parse("fsync(9</d/a>) = ?").unwrap().result, None);
        assert_eq!(
            Call::parse("mmap(NULL, 9, PROT_READ, MAP_SHARED, 3</d/a>, 0) = 0x7f00").unwrap().result,
            Some(0)
        );
    }

    #[test]
    fn names_are_seen_from_the_folder_before_them() {
        let paths = |text: &str| Call::parse(text).unwrap().paths("/home");
        assert_eq!(paths(r#"rename("a", "/b/") = 0"#), ["/home/a", "/b"]);
        let at = r#"renameat2(AT_FDCWD</x>, "a", 4</y>, "b", RENAME_NOREPLACE) = 0"#;
        assert_eq!(paths(at), ["/x/a", "/y/b"]);
    }

    #[test]
    fn a_call_may_come_in_two_halves() {
        let begins = parts("7   fsync(9</d/a> <unfinished ...>\n");
        assert!(matches!(begins, Some(("7", Part::Begins("fsync(9</d/a> ")))), "{:?}", begins.is_some());
        assert!(matches!(parts("7   <... fsync resumed>) = 0\n"), Some(("7", Part::Ends(") = 0")))));
        assert!(matches!(parts("7   fsync(9</d/a>) = 0\n"), Some(("7", Part::Whole("fsync(9</d/a>) = 0")))));
        assert!(parts("7   +++ exited with 0 +++\n").is_none());
    }
}
