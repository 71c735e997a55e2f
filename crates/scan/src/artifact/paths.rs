//! Paths that archives and graphs name: whether they stay where they belong.

/// What is wrong with a path, if something is.
pub(super) fn leads_outside(path: &str) -> Option<&'static str> {
    let mut bytes = path.bytes();
    let (first, second) = (bytes.next(), bytes.next());
    if matches!(first, Some(b'/' | b'\\'))
        || (second == Some(b':') && first.is_some_and(|b| b.is_ascii_alphabetic()))
    {
        return Some("is absolute");
    }
    if path.split(['/', '\\']).any(|part| part == "..") {
        return Some("leads to a folder above");
    }
    if path.contains('\0') {
        return Some("holds a zero byte, behind which readers disagree");
    }
    None
}

/// Whether a link from a member of an archive leads outside of it.
pub(super) fn link_leads_outside(member: &str, target: &str) -> bool {
    if leads_outside(target) == Some("is absolute") {
        return true;
    }
    let mut depth: i64 =
        i64::try_from(member.split('/').filter(|part| !part.is_empty() && *part != ".").count())
            .unwrap_or(i64::MAX)
            - 1;
    for part in target.split(['/', '\\']) {
        match part {
            "" | "." => {}
            ".." => depth -= 1,
            _ => depth += 1,
        }
        if depth < 0 {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ways_out_are_seen() {
        for path in ["/etc/passwd", "\\x", "C:\\x", "a/../../x", "..", "a\\..\\x", "a\0b"] {
            assert!(leads_outside(path).is_some(), "{path}");
        }
        for path in ["a/b", "a..b/c", "...", "archive/data.pkl", "a/./b"] {
            assert_eq!(leads_outside(path), None, "{path}");
        }
    }

    #[test]
    fn links_are_followed_from_their_folder() {
        assert!(!link_leads_outside("a/b/link", "../c"));
        assert!(link_leads_outside("a/link", "../../c"));
        assert!(link_leads_outside("link", "../c"));
        assert!(link_leads_outside("a/link", "/etc/passwd"));
        assert!(!link_leads_outside("link", "a/../b"));
    }
}
