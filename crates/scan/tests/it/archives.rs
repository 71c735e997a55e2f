//! Archives that lie about themselves, lead elsewhere, or are out of proportion.

use std::io::Cursor;

use assent_scan::artifact::{Code, Format, Limits, Verdict, scan};

use crate::build::{gzip, harmless, member, system, tar, zip, zlib};
use crate::{scanned, sees, with_code};

fn codes(bytes: &[u8]) -> Vec<Code> {
    scanned(bytes).findings.iter().map(|finding| finding.code).collect()
}

#[test]
fn members_are_what_they_contain_and_not_what_they_are_called() {
    for name in ["archive/data.pkl", "weights.txt", "image.png", "a", "archive/.data/serialization_id"] {
        let scan = scanned(&zip(&[member("readme.md", b"hello\n"), member(name, &system())]));
        assert!(sees(&scan, "os", "system"), "{name}");
        assert_eq!(scan.findings[0].path, format!("file:{name}"));
    }
}

#[test]
fn a_pytorch_archive_is_clean_if_its_pickle_is() {
    let members = [
        member("archive/data.pkl", &harmless()),
        member("archive/data/0", &[0x3f; 512]),
        member("archive/version", b"3\n"),
        member("archive/byteorder", b"little"),
    ];
    let scan = scanned(&zip(&members));
    assert_eq!((scan.format, scan.verdict), (Format::Pytorch, Verdict::Clean), "{:?}", scan.findings);
    assert_eq!(scan.findings, []);
    assert_eq!(scan.items.len(), 5);
}

#[test]
fn broken_archives_are_read_as_the_most_lenient_reader_does() {
    let wrong_checksum = {
        let mut one = member("data.pkl", &system());
        one.crc = Some(1);
        zip(&[one])
    };
    let marked_as_encrypted = {
        let mut one = member("data.pkl", &system());
        one.flags = 1;
        zip(&[one])
    };
    let other_flags = {
        let mut one = member("data.pkl", &system());
        one.flags = 0x0060;
        zip(&[one])
    };
    let two_names = {
        let mut one = member("readme.txt", &system());
        one.local_name = Some("data.pkl".to_owned());
        zip(&[one])
    };
    let hidden = {
        let mut one = member("data.pkl", &system());
        one.hidden = true;
        zip(&[one, member("readme.txt", b"hello\n")])
    };
    let without_directory = {
        let whole = zip(&[member("data.pkl", &system())]);
        whole[..whole.len() - 30].to_vec()
    };
    let with_prefix = [b"#!/bin/sh\n".to_vec(), zip(&[member("data.pkl", &system())])].concat();
    for (what, bytes, code) in [
        ("checksum", wrong_checksum, Some(Code::ArchiveInconsistent)),
        ("encrypted", marked_as_encrypted, Some(Code::NotExamined)),
        ("flags", other_flags, None),
        ("names", two_names, Some(Code::ArchiveInconsistent)),
        ("hidden", hidden, Some(Code::ArchiveInconsistent)),
        ("directory", without_directory, Some(Code::Malformed)),
        ("prefix", with_prefix, Some(Code::SeveralFormats)),
    ] {
        let scan = scanned(&bytes);
        assert!(sees(&scan, "os", "system"), "{what}: {:?}", scan.findings);
        assert!(code.is_none_or(|code| !with_code(&scan, code).is_empty()), "{what}: {:?}", scan.findings);
    }
}

#[test]
fn many_members_that_the_directory_hides_are_walked_one_after_the_other() {
    let mut members: Vec<_> = (0..20_000)
        .map(|_| {
            let mut one = member("x", b"N");
            one.hidden = true;
            one
        })
        .collect();
    members.last_mut().unwrap().data = system();
    members.push(member("readme.txt", b"hello\n"));
    let scan = scanned(&zip(&members));
    assert!(sees(&scan, "os", "system"), "the worst is not crowded out");
    assert!(scan.complete && scan.findings_omitted > 19_000);
}

#[test]
fn archives_inside_of_archives_are_opened_down_to_a_depth() {
    let mut nested = system();
    for layer in 0..5 {
        nested = match layer % 4 {
            0 => gzip(&nested),
            1 => tar(&[("inner", b'0', "", &nested)]),
            2 => zlib(&nested),
            _ => zip(&[member("inner", &nested)]),
        };
    }
    let scan = scanned(&nested);
    assert!(sees(&scan, "os", "system") && scan.complete, "{:?}", scan.findings);
    let deeper = scanned(&gzip(&nested));
    assert!(!sees(&deeper, "os", "system") && !deeper.complete);
    assert_eq!(with_code(&deeper, Code::LimitReached).len(), 1);
    assert_eq!(deeper.verdict, Verdict::Suspicious);
}

#[test]
fn paths_and_links_that_lead_outside_are_found() {
    for name in ["../evil", "/etc/passwd", "a/../../b", "C:\\evil", "..\\evil"] {
        assert_eq!(codes(&zip(&[member(name, b"text")])), [Code::PathTraversal], "{name}");
        assert_eq!(codes(&tar(&[(name, b'0', "", b"text")])), [Code::PathTraversal], "{name}");
    }
    let mut link = member("folder/link", b"../../etc/passwd");
    link.mode = 0o120_777;
    assert_eq!(codes(&zip(&[link])), [Code::LinkOutside]);
    assert_eq!(codes(&tar(&[("folder/link", b'2', "../../etc", b"")])), [Code::LinkOutside]);
    assert_eq!(codes(&tar(&[("link", b'1', "/etc/passwd", b"")])), [Code::LinkOutside]);
    assert_eq!(codes(&tar(&[("folder/link", b'2', "../inside", b""), ("inside", b'0', "", b"text")])), []);
    let long = tar(&[("././@LongLink", b'L', "", b"../../evil\0"), ("short", b'0', "", b"text")]);
    assert_eq!(codes(&long), [Code::PathTraversal]);
    let record = tar(&[("x", b'x', "", b"16 path=../evil\n"), ("short", b'0', "", b"text")]);
    assert_eq!(codes(&record), [Code::PathTraversal]);
}

#[test]
fn two_members_of_one_name_are_found_and_both_are_looked_at() {
    for order in [[system(), harmless()], [harmless(), system()]] {
        let scan = scanned(&zip(&[member("data.pkl", &order[0]), member("data.pkl", &order[1])]));
        assert!(sees(&scan, "os", "system"));
        assert_eq!(with_code(&scan, Code::DuplicateName).len(), 1);
    }
}

#[test]
fn bombs_are_not_unpacked() {
    let zeros = vec![0; 2 << 20];
    let mut bomb = member("zeros", &zeros);
    bomb.deflated = true;
    for bytes in [zip(&[bomb]), gzip(&zeros)] {
        assert_eq!(codes(&bytes).first(), Some(&Code::ArchiveBomb));
    }
}

#[test]
fn budgets_hold_for_all_members_together() {
    let noise: Vec<u8> =
        (0..300_000_u64).map(|number| (number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56) as u8).collect();
    let members: Vec<_> = (0..8)
        .map(|number| {
            let mut one = member(&format!("part{number}"), &noise);
            one.deflated = true;
            one
        })
        .collect();
    let archive = zip(&members);
    let limits = Limits { unpacked_bytes: 1_000_000, ..Limits::default() };
    let scanned = scan("file", Cursor::new(&archive), &limits);
    assert!(!scanned.complete && scanned.verdict >= Verdict::Suspicious);
    assert!(scanned.items.iter().map(|item| item.bytes).sum::<u64>() <= 1_000_000 + archive.len() as u64);
    let limits = Limits { members: 3, ..Limits::default() };
    let scanned = scan("file", Cursor::new(&archive), &limits);
    assert!(!scanned.complete && scanned.items.len() <= 4);
}

#[test]
fn members_that_lie_over_each_other_are_looked_at_once() {
    let mut archive = zip(&[member("first", &[7; 100]), member("second", &[8; 100])]);
    // The second entry of the directory points to the first member.
    let entry = archive.windows(4).rposition(|window| window == b"PK\x01\x02").unwrap();
    archive[entry + 42..entry + 46].copy_from_slice(&0_u32.to_le_bytes());
    let scan = scanned(&archive);
    assert_eq!(with_code(&scan, Code::ArchiveBomb).len(), 1, "{:?}", scan.findings);
}

#[test]
fn programs_inside_of_archives_are_found() {
    let windows = {
        let mut bytes = vec![0; 128];
        bytes[..2].copy_from_slice(b"MZ");
        bytes[60] = 64;
        bytes[64..68].copy_from_slice(b"PE\0\0");
        bytes
    };
    for program in [
        b"\x7fELF\x02\x01\x01".to_vec(),
        b"\xcf\xfa\xed\xfe\x07".to_vec(),
        b"#!/bin/sh\nid\n".to_vec(),
        windows,
    ] {
        assert_eq!(codes(&zip(&[member("vocab.txt", &program)])), [Code::Executable]);
    }
}

#[test]
fn what_cannot_be_opened_is_said() {
    for magic in [&b"7z\xbc\xaf\x27\x1c\0\x04"[..], b"\x28\xb5\x2f\xfd\0\0", b"Rar!\x1a\x07\x01\0"] {
        let scan = scanned(magic);
        assert_eq!(with_code(&scan, Code::NotExamined).len(), 1);
        assert_eq!((scan.verdict, scan.complete), (Verdict::Suspicious, false));
    }
    let mut unknown = member("data", b"12345");
    unknown.method = Some(93);
    assert_eq!(codes(&zip(&[unknown])), [Code::NotExamined]);
    let nothing = scanned(&[0xfe; 64]);
    assert_eq!((nothing.format, nothing.verdict), (Format::Unknown, Verdict::Suspicious));
}

#[test]
fn a_pickle_that_is_also_an_archive_is_looked_at_as_both() {
    let both = [harmless(), zip(&[member("data.pkl", &system())])].concat();
    let scan = scanned(&both);
    assert_eq!(scan.format, Format::Pickle);
    assert!(sees(&scan, "os", "system"));
    assert_eq!(with_code(&scan, Code::SeveralFormats).len(), 1);
    // The name of the first member of a tar archive is where a pickle would begin.
    let tricky = tar(&[("cos\nsystem\n(S'true'\ntR.", b'0', "", b"text")]);
    let scan = scanned(&tricky);
    assert_eq!(scan.format, Format::Tar);
    assert!(sees(&scan, "os", "system"));
}
