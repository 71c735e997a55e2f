//! What holds of any bytes.

use std::io::Cursor;

use assent_scan::artifact::{Limits, Verdict, scan};
use assent_scan::evidence;
use proptest::prelude::*;

use crate::build::{Pickle, gzip, member, system, tar, zip};
use crate::{read, scanned, sees};

/// Limits that keep a case small.
fn small() -> Limits {
    Limits {
        buffered_bytes: 1 << 20,
        unpacked_bytes: 4 << 20,
        steps: 100_000,
        members: 100,
        ..Limits::default()
    }
}

fn opcodes() -> impl Strategy<Value = Vec<u8>> {
    let known = b"().012FGIJKLMNPQRSTUVXabcdeghijlopqrstu]}\x80\x81\x82\x83\x84\x85\x86\x87\x88\x89\x8a\x8b\x8c\x8d\x8e\x8f\x90\x91\x92\x93\x94\x95\x96\x97\x98";
    let byte = prop_oneof![4 => prop::sample::select(known.to_vec()), 1 => any::<u8>(), 1 => 0..4_u8];
    prop::collection::vec(byte, 0..300)
}

/// Values that leave the stack as they found it.
fn filler() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        Just(b"N0".to_vec()),
        Just(b"(K\x01K\x021".to_vec()),
        Just(b"]K\x01a0".to_vec()),
        Just(b"}\x8c\x01aK\x01s0".to_vec()),
        Just(b"\x8c\x05hello\x940".to_vec()),
        Just(b"C\x04\x00\x01\x02.0".to_vec()),
        Just(b"ccollections\nOrderedDict\n)R0".to_vec()),
    ]
}

proptest! {
    #[test]
    fn any_bytes_get_an_answer(bytes in prop::collection::vec(any::<u8>(), 0..2_000)) {
        let first = scan("file", Cursor::new(&bytes), &small());
        prop_assert_eq!(first, scan("file", Cursor::new(&bytes), &small()));
    }

    #[test]
    fn any_opcodes_get_an_answer(bytes in opcodes()) {
        let answer = scan("file", Cursor::new(&bytes), &small());
        prop_assert!(answer.findings.len() <= small().findings);
    }

    #[test]
    fn a_call_is_seen_among_any_values(before in prop::collection::vec(filler(), 0..20), after in opcodes()) {
        let pickle = Pickle::new().proto(4).raw(&before.concat()).global("os", "system").call_with("true").raw(&after);
        prop_assert!(sees(&scanned(&pickle.bytes()), "os", "system"));
    }

    #[test]
    fn names_are_found_in_any_slot(slot in any::<u32>(), before in prop::collection::vec(filler(), 0..5)) {
        let put = [&b"r"[..], &slot.to_le_bytes()].concat();
        let get = [&b"j"[..], &slot.to_le_bytes()].concat();
        let pickle = Pickle::new().proto(4).short("os").raw(&put).raw(b"0").raw(&before.concat()).raw(&get);
        let _ = &put;
        prop_assert!(sees(&scanned(&pickle.short("system").stack_global().stop()), "os", "system"));
    }

    #[test]
    fn rubbish_behind_an_archive_member_hides_nothing(rubbish in prop::collection::vec(any::<u8>(), 0..200), wrap in 0..3_u8) {
        let inner = [system(), rubbish].concat();
        let file = match wrap {
            0 => zip(&[member("x", &inner)]),
            1 => tar(&[("x", b'0', "", &inner)]),
            _ => gzip(&inner),
        };
        let answer = scanned(&file);
        prop_assert!(sees(&answer, "os", "system"));
        prop_assert_eq!(answer.verdict, Verdict::Dangerous);
    }

    #[test]
    fn flipped_bits_of_real_files_get_an_answer(which in 0..6_usize, at in any::<prop::sample::Index>(), bit in 0..8_u8) {
        let name = ["arrays.npz", "mixed.joblib", "mixed.xz.joblib", "matmul.onnx", "weights.safetensors", "lambda.h5"][which];
        let mut bytes = read(&format!("made/{name}"));
        let place = at.index(bytes.len());
        bytes[place] ^= 1 << bit;
        scan("file", Cursor::new(&bytes), &small());
    }

    #[test]
    fn any_text_is_evidence_or_refused(text in "\\PC{0,300}") {
        if let Err(error) = evidence::parse(text.as_bytes()) {
            prop_assert!(!error.code().is_empty() && !error.to_string().is_empty());
        }
    }
}

#[test]
fn steps_bound_the_work() {
    // An opcode a byte, none of which ends.
    let endless = vec![b'N'; 1 << 20];
    let answer = scan("file", Cursor::new(&[b"\x80\x04".to_vec(), endless].concat()), &small());
    assert!(!answer.complete);
    assert_eq!(answer.verdict, Verdict::Suspicious);
}

#[test]
fn values_nested_without_end_do_not_end_the_scan() {
    let nested = Pickle::new().proto(4).raw(b"N").raw(&vec![0x85; 1 << 20]).global("os", "system").stop();
    assert!(sees(&scanned(&nested), "os", "system"));
}
