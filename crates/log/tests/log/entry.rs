use assent_log::canonical::{self, CanonicalError, MAX_INTEGER};
use assent_log::entry::{ActorKind, Entry, EntryError, MAX_ENTRY_BYTES, Outcome, Request, RiskLevel, Sealed};
use assent_log::payload::{self, OffloadError, Payload, PayloadError};
use assent_log::{EMPTY_ROOT, Hash};
use proptest::prelude::*;
use serde_json::json;
use uuid::Uuid;

use crate::support::entry;

fn full() -> Entry {
    let sealed = |n| Some(Sealed { subject: Uuid::from_u128(n), data: "bm9uY2U+/Q==".to_owned() });
    let mut entry = entry(5, Hash([0xab; 32]));
    entry.subject.name = Some("Credit \"risk\"\n".to_owned());
    entry.request = Some(Request {
        ip: sealed(1),
        user_agent: sealed(2),
        session_id: Some("s-1".to_owned()),
        trace_id: Some("t-1".to_owned()),
    });
    entry.causation_id = Some(Uuid::from_u128(3));
    entry.correlation_id = Some(Uuid::from_u128(4));
    entry
}

#[test]
fn the_fast_encoder_writes_what_the_general_one_writes() {
    let mut entries = vec![entry(0, EMPTY_ROOT), full()];
    for (kind, outcome, level) in [
        (ActorKind::User, Outcome::Success, Some(RiskLevel::Low)),
        (ActorKind::Service, Outcome::Failure, Some(RiskLevel::Medium)),
        (ActorKind::System, Outcome::Partial, Some(RiskLevel::Critical)),
        (ActorKind::System, Outcome::Partial, None),
    ] {
        let mut entry = full();
        entry.actor.kind = kind;
        entry.outcome = outcome;
        entry.risk_level = level;
        entry.request = Some(Request { trace_id: entry.request.unwrap().trace_id, ..Request::default() });
        entries.push(entry);
    }
    let mut empty_request = entry(1, EMPTY_ROOT);
    empty_request.request = Some(Request::default());
    entries.push(empty_request);
    for entry in entries {
        let bytes = entry.encode().unwrap();
        assert_eq!(
            String::from_utf8_lossy(&bytes),
            String::from_utf8(canonical::serialize(&entry).unwrap()).unwrap()
        );
        assert_eq!(Entry::decode(&bytes).unwrap(), entry);
    }
}

#[test]
fn a_changed_spelling_is_refused() {
    let text = String::from_utf8(full().encode().unwrap()).unwrap();
    let canonical = |from: &str, to: &str| match Entry::decode(text.replacen(from, to, 1).as_bytes()) {
        Err(EntryError::Canonical(CanonicalError::NotCanonical { .. } | CanonicalError::Json(_))) => {}
        other => panic!("{to}: {other:?}"),
    };
    canonical("\"outcome\":", "\"outcome\": ");
    canonical(r#"{"action":"#, r#"{"type":"x","action":"#);
    canonical("Credit", r"\u0043redit");
    canonical("}", "");
    canonical(r#""index":5"#, r#""index":5,"index":5"#);
}

#[test]
fn a_foreign_schema_is_refused() {
    let text = String::from_utf8(full().encode().unwrap()).unwrap();
    let schema = |from: &str, to: &str| match Entry::decode(text.replacen(from, to, 1).as_bytes()) {
        Err(EntryError::Schema(_)) => {}
        other => panic!("{to}: {other:?}"),
    };
    schema(r#""type":"reviewDecided""#, r#""type":"reviewDecided","unknown":1"#);
    schema(r#""outcome":"SUCCESS","#, "");
    schema(r#""SUCCESS""#, r#""success""#);
    schema(r#""modelId":"00000000-0000-0000-0000-00000000000b""#, r#""modelId":null"#);
    schema("00000000-0000-0000-0000-00000000000b", "00000000-0000-0000-0000-00000000000B");
    schema("00000000-0000-0000-0000-00000000000b", "0000000000000000000000000000000b");
    schema("abab", "ABAB");
    schema(r#""index":5"#, r#""index":-5"#);
}

#[test]
fn members_keep_their_rules() {
    type Change = fn(&mut Entry);
    let changes: [(&str, Change); 10] = [
        ("schemaVersion", |entry| entry.schema_version = 0),
        ("index", |entry| entry.index = MAX_INTEGER + 1),
        ("type", |entry| entry.kind = String::new()),
        ("type", |entry| entry.kind = "a b".to_owned()),
        ("subject.kind", |entry| entry.subject.kind.clear()),
        ("subject.id", |entry| entry.subject.id.clear()),
        ("details", |entry| entry.details = json!([])),
        ("request.ip.data", |entry| {
            entry.request.as_mut().unwrap().ip.as_mut().unwrap().data = "a".to_owned();
        }),
        ("request.ip.data", |entry| entry.request.as_mut().unwrap().ip.as_mut().unwrap().data.clear()),
        ("request.userAgent.data", |entry| {
            entry.request.as_mut().unwrap().user_agent.as_mut().unwrap().data = "a-_=".to_owned();
        }),
    ];
    for (name, change) in changes {
        let mut entry = full();
        change(&mut entry);
        match entry.encode() {
            Err(EntryError::Member { member, .. }) => assert_eq!(member, name),
            other => panic!("{name}: {other:?}"),
        }
    }
}

#[test]
fn times_are_utc_with_milliseconds() {
    let accepts = |time: &str| Entry { time: time.to_owned(), ..full() }.encode().is_ok();
    for time in ["2026-11-21T01:12:36.123Z", "2024-02-29T00:00:00.000Z", "2000-02-29T23:59:59.999Z"] {
        assert!(accepts(time), "{time}");
    }
    for time in [
        "2026-11-21T01:12:36Z",
        "2026-11-21T01:12:36.1234Z",
        "2026-11-21T01:12:36.123+00:00",
        "2026-11-21 01:12:36.123Z",
        "2026-11-21t01:12:36.123z",
        "2026-02-29T01:12:36.123Z",
        "1900-02-29T01:12:36.123Z",
        "2026-13-01T01:12:36.123Z",
        "2026-00-01T01:12:36.123Z",
        "2026-04-31T01:12:36.123Z",
        "2026-11-00T01:12:36.123Z",
        "2026-11-21T24:00:00.000Z",
        "2026-11-21T23:60:00.000Z",
        "2026-11-21T23:59:60.000Z",
        "２026-11-21T01:12:36.1Z",
        "",
    ] {
        assert!(!accepts(time), "{time}");
    }
}

#[test]
fn an_entry_fits_its_bundle() {
    let mut entry = full();
    let room = MAX_ENTRY_BYTES - entry.encode().unwrap().len() + entry.action.len();
    entry.action = "a".repeat(room);
    let bytes = entry.encode().unwrap();
    assert_eq!(bytes.len(), MAX_ENTRY_BYTES);
    assert_eq!(Entry::decode(&bytes).unwrap(), entry);
    entry.action.push('a');
    assert_eq!(entry.encode(), Err(EntryError::TooLarge { size_bytes: MAX_ENTRY_BYTES + 1 }));
    assert_eq!(
        Entry::decode(&vec![b' '; MAX_ENTRY_BYTES + 1]),
        Err(EntryError::TooLarge { size_bytes: 65_536 })
    );
}

#[test]
fn large_details_become_a_payload() {
    let mut small = full();
    assert_eq!(small.encode_or_offload().unwrap(), (full().encode().unwrap(), None));

    let details = json!({"rows": "r".repeat(MAX_ENTRY_BYTES)});
    let mut large = Entry { details: details.clone(), ..full() };
    let (bytes, payload) = large.encode_or_offload().unwrap();
    let Payload { digest, bytes: kept } = payload.unwrap();
    assert_eq!(digest, Hash::of(&kept));
    let stored = Entry::decode(&bytes).unwrap();
    assert_eq!(stored.details, json!({"payload": {"sha256": digest.to_string(), "sizeBytes": kept.len()}}));
    assert_eq!(payload::restore(&stored.details, &kept).unwrap(), details);

    let mut forged = kept.clone();
    forged[20] ^= 1;
    assert_eq!(
        payload::restore(&stored.details, &forged),
        Err(PayloadError::Mismatch { expected: digest, found: Hash::of(&forged) })
    );
    assert_eq!(payload::restore(&json!({"a": 1}), &kept), Err(PayloadError::NoReference));
    assert_eq!(payload::offload(&stored.details), Err(PayloadError::Reference));

    let mut wordy = Entry { action: "a".repeat(MAX_ENTRY_BYTES), ..full() };
    assert!(matches!(wordy.encode_or_offload(), Err(OffloadError::Entry(EntryError::TooLarge { .. }))));
}

proptest! {
    #[test]
    fn stored_bytes_round_trip(action in any::<String>(), id in "\\PC{1,20}", name in prop::option::of(any::<String>()), index in 0..=MAX_INTEGER) {
        let mut entry = entry(0, EMPTY_ROOT);
        entry.index = index;
        entry.action = action;
        entry.subject.id = id;
        entry.subject.name = name;
        let bytes = entry.encode().unwrap();
        prop_assert_eq!(&Entry::decode(&bytes).unwrap(), &entry);
        prop_assert_eq!(canonical::serialize(&entry).unwrap(), bytes);
    }

    #[test]
    fn a_flipped_bit_is_another_entry_or_none(at in 0_usize..600, bit in 0_u8..8) {
        let bytes = full().encode().unwrap();
        let mut forged = bytes.clone();
        let at = at % bytes.len();
        forged[at] ^= 1 << bit;
        if let Ok(other) = Entry::decode(&forged) {
            prop_assert_ne!(&other, &full());
            prop_assert_eq!(other.encode().unwrap(), forged);
        }
    }
}
