//! Edges of lineage: what is recorded, what is the same edge, and what is refused.

use std::sync::Arc;

use assent_domain::aggregate::evolve;
use assent_domain::ids::{Digest, EdgeId, PrincipalId};
use assent_domain::lineage::{
    Edge, FileDigest, LineageSource, MAX_EDGES, MAX_OF_ONE, MAX_STATEMENTS, Move, NewEdge, StateName, Thing,
    record, retract, without_login,
};
use assent_domain::{Aggregate, Code, Event, Refusal, Sealed, Stamp};
use uuid::Uuid;

fn run(id: &str) -> Thing {
    Thing::Run { namespace: "ci".to_owned(), job: "train".to_owned(), run: Some(id.to_owned()) }
}

fn edge(upstream: Thing, downstream: Thing) -> NewEdge {
    NewEdge { upstream, downstream, label: None, columns: Vec::new(), data_source: None }
}

const ANNE: PrincipalId = PrincipalId(Uuid::from_u128(1));
const BEN: PrincipalId = PrincipalId(Uuid::from_u128(2));

fn decided(edges: Vec<NewEdge>, known: &[Arc<Edge>]) -> Result<Vec<assent_domain::Change>, Refusal> {
    record(edges, LineageSource::Said, ANNE, |id| {
        Ok::<_, Refusal>(known.iter().find(|edge| edge.id == id).cloned())
    })
}

fn stamp(actor: PrincipalId) -> Stamp {
    Stamp { at: "2026-05-04T00:00:00Z".parse().unwrap(), actor }
}

fn reason() -> Sealed {
    Sealed { subject: ANNE.0, data: "AAAA".to_owned() }
}

/// An edge, and what is said of it.
struct Talk(Option<Arc<Edge>>);

impl Talk {
    /// Whether that was something new.
    fn says(&mut self, speaker: PrincipalId, label: Option<&str>, columns: &[&str]) -> bool {
        let new = NewEdge {
            label: label.map(str::to_owned),
            columns: columns.iter().map(|column| (*column).to_owned()).collect(),
            ..edge(Thing::file(Digest::of(b"data")), run("1"))
        };
        let changes =
            record(vec![new], LineageSource::Said, speaker, |_| Ok::<_, Refusal>(self.0.clone())).unwrap();
        for change in &changes {
            self.after(&change.event, speaker);
        }
        !changes.is_empty()
    }

    fn takes_back(&mut self, actor: PrincipalId, all: bool) -> Result<(), Refusal> {
        let changes = retract(self.edge(), actor, reason(), all)?;
        for change in &changes {
            self.after(&change.event, actor);
        }
        Ok(())
    }

    fn after(&mut self, event: &Event, actor: PrincipalId) {
        let id = EdgeId::between(&Thing::file(Digest::of(b"data")).key(), &run("1").key());
        let state = evolve(self.0.take().map(Aggregate::Lineage), id.0, event, &stamp(actor));
        let Some(Aggregate::Lineage(edge)) = state else { panic!("no edge") };
        self.0 = Some(edge);
    }

    fn edge(&self) -> &Edge {
        self.0.as_ref().unwrap()
    }

    /// What stands, as speaker and label.
    fn standing(&self) -> Vec<(PrincipalId, Option<&str>)> {
        self.edge().standing().map(|held| (held.recorded.by, held.said.label.as_deref())).collect()
    }
}

#[test]
fn every_move_of_an_edge_is_tried_in_every_state() {
    for state in StateName::ALL {
        for wanted in Move::ALL {
            let mut talk = Talk(None);
            assert!(talk.says(ANNE, None, &[]));
            if state == StateName::Retracted {
                talk.takes_back(ANNE, false).unwrap();
            }
            assert_eq!(talk.edge().state(), state);
            let before = talk.0.clone();
            let answer = match wanted {
                Move::Record => {
                    assert!(talk.says(BEN, None, &[]));
                    Ok(())
                }
                Move::Retract => talk.takes_back(ANNE, false),
            };
            assert_eq!(state.moves().contains(&wanted), answer.is_ok(), "{wanted:?} in {state:?}");
            if let Err(refusal) = answer {
                assert_eq!(refusal.code, Code::WrongState);
                let message = "an edge that is RETRACTED cannot be retracted; it can be recorded";
                assert_eq!((refusal.message.as_str(), &talk.0), (message, &before));
            } else {
                assert_ne!(talk.0, before, "{wanted:?} in {state:?}");
            }
        }
    }
}

#[test]
fn each_speaker_says_it_and_takes_their_own_word_back() {
    let mut talk = Talk(None);
    assert!(talk.says(ANNE, Some("a.csv"), &[]));
    assert!(talk.says(BEN, Some("b.csv"), &["id"]));
    assert!(!talk.says(BEN, Some("b.csv"), &[]), "it adds nothing");
    assert_eq!(talk.standing(), [(ANNE, Some("a.csv")), (BEN, Some("b.csv"))]);
    // What covers the former takes its place; another name is another statement.
    assert!(talk.says(BEN, Some("b.csv"), &["id", "text"]));
    assert!(!talk.says(BEN, Some("b.csv"), &["id"]));
    assert!(talk.says(BEN, Some("c.csv"), &[]));
    assert_eq!(talk.standing(), [(ANNE, Some("a.csv")), (BEN, Some("b.csv")), (BEN, Some("c.csv"))]);

    talk.takes_back(BEN, false).unwrap();
    assert_eq!((talk.standing(), talk.edge().state()), (vec![(ANNE, Some("a.csv"))], StateName::Recorded));
    let refused = talk.takes_back(BEN, false).unwrap_err();
    assert_eq!(refused.code, Code::NotTheRequester);
    talk.takes_back(BEN, true).unwrap();
    assert_eq!((talk.standing().len(), talk.edge().state()), (0, StateName::Retracted));
    assert_eq!(talk.edge().statements.len(), 3, "what was taken back is kept");
    assert_eq!(talk.edge().label(), Some("a.csv"));
    // The same again stands again.
    assert!(talk.says(ANNE, Some("a.csv"), &[]));
    assert_eq!((talk.standing(), talk.edge().state()), (vec![(ANNE, Some("a.csv"))], StateName::Recorded));
    assert_eq!(talk.edge().statements.len(), 3);
}

#[test]
fn statements_of_an_edge_are_bounded_and_what_was_taken_back_makes_room() {
    let mut talk = Talk(None);
    for number in 0..MAX_OF_ONE {
        assert!(talk.says(ANNE, Some(&number.to_string()), &[]));
    }
    assert!(!talk.says(ANNE, Some("one more"), &[]));
    assert!(!talk.says(ANNE, Some("0"), &[]));
    for number in MAX_OF_ONE..MAX_STATEMENTS {
        assert!(talk.says(PrincipalId(Uuid::from_u128(100 + number as u128)), None, &[]));
    }
    assert!(!talk.says(BEN, None, &[]));
    talk.takes_back(ANNE, false).unwrap();
    assert!(talk.says(BEN, None, &[]));
    assert_eq!(talk.edge().statements.len(), MAX_STATEMENTS);
    talk.takes_back(ANNE, true).unwrap();
    for number in 0..2 * MAX_STATEMENTS {
        talk.says(PrincipalId(Uuid::from_u128(200 + number as u128)), None, &[]);
    }
    assert_eq!(talk.standing().len(), MAX_STATEMENTS);
    assert_eq!(talk.edge().statements.len(), MAX_STATEMENTS);
}

#[test]
fn long_statements_are_bounded_in_bytes_and_keep_no_short_one_out() {
    let names: Vec<String> = (0..60).map(|number| format!("{number:0>999}")).collect();
    let wide: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut talk = Talk(None);
    assert!(talk.says(ANNE, None, &wide));
    assert!(!talk.says(BEN, None, &wide), "twice as much is too much");
    assert!(talk.says(BEN, Some("short"), &wide[..4]));
    assert!(talk.says(BEN, None, &wide[4..5]), "it still fits");
    assert!(!talk.says(BEN, None, &wide[..5]), "more than a share, and no room");
}

#[test]
fn what_is_said_twice_is_one_edge() {
    let data = Thing::file(Digest::of(b"data"));
    let there = [edge(data.clone(), run("1")), edge(data.clone(), run("2"))];
    let twice = [there.clone(), there.clone()].concat();
    let changes = decided(twice, &[]).unwrap();
    assert_eq!(changes.len(), 2);
    let known = decided(vec![there[0].clone()], &[]).unwrap().remove(0);
    let state = evolve(None, known.subject.id, &known.event, &stamp(ANNE));
    let Some(Aggregate::Lineage(known)) = state else { panic!("no edge") };
    let rest = decided(there.to_vec(), &[known]).unwrap();
    assert_eq!(rest.len(), 1);
    assert_eq!(rest[0].subject, EdgeId::between(&data.key(), &run("2").key()).into());
    // The other way round is another edge: a run may read what it overwrites.
    assert_eq!(decided(vec![edge(run("1"), data.clone()), edge(data, run("1"))], &[]).unwrap().len(), 2);
}

#[test]
fn an_event_is_read_back_as_it_was_written_and_adds_nothing_twice() {
    let md5 = Thing::File { digest: FileDigest::Md5("0".repeat(32) + ".dir") };
    let data = Thing::Data { namespace: "n".to_owned(), name: "d".to_owned(), version: None };
    for (upstream, downstream) in
        [(md5, run("1")), (run("1"), data), (Thing::file(Digest::of(b"x")), run("9"))]
    {
        let change = decided(vec![edge(upstream, downstream)], &[]).unwrap().remove(0);
        let json = serde_json::to_value(&change.event).unwrap();
        assert_eq!(serde_json::from_value::<assent_domain::Event>(json).unwrap(), change.event);
        let stamp = stamp(ANNE);
        let state = evolve(None, change.subject.id, &change.event, &stamp).unwrap();
        let again = evolve(Some(state.clone()), change.subject.id, &change.event, &stamp).unwrap();
        assert_eq!(state, again);
        let Aggregate::Lineage(held) = state else { panic!("another kind") };
        assert_eq!(Uuid::from(held.id), change.subject.id);
    }
}

#[test]
fn keys_tell_things_apart_whatever_their_names() {
    let thing = |job: &str, run: Option<&str>| {
        Thing::Run { namespace: "n".to_owned(), job: job.to_owned(), run: run.map(str::to_owned) }.key()
    };
    let data =
        |name: &str| Thing::Data { namespace: "n".to_owned(), name: name.to_owned(), version: None }.key();
    let keys = [
        thing("a", None),
        thing("a", Some("b")),
        thing("ab", None),
        thing("a/b", None),
        data("a"),
        data("ab"),
    ];
    for (i, key) in keys.iter().enumerate() {
        assert!(key.len() < 80 && keys.iter().skip(i + 1).all(|other| other != key), "{keys:?}");
    }
}

#[test]
fn what_is_no_edge_is_refused_with_its_place() {
    let named = |job: &str| Thing::Run { namespace: "n".to_owned(), job: job.to_owned(), run: None };
    let md5 = |text: &str| Thing::File { digest: FileDigest::Md5(text.to_owned()) };
    let good = Thing::file(Digest::of(b"x"));
    let refused = |edges, at: &str, code| {
        let refusal = decided(edges, &[]).expect_err(at);
        assert_eq!((refusal.code, refusal.pointer.as_deref()), (code, Some(at)), "{refusal:?}");
    };
    let long = "x".repeat(1_001);
    for job in ["", " ", "a\nb", long.as_str()] {
        refused(vec![edge(named(job), good.clone())], "/edges/0/upstream/job", Code::InvalidText);
    }
    for text in ["", "zz", &"A".repeat(32), &("0".repeat(32) + ".dirs")] {
        refused(
            vec![edge(named("a"), good.clone()), edge(good.clone(), md5(text))],
            "/edges/1/downstream/digest",
            Code::InvalidValue,
        );
    }
    refused(vec![edge(good.clone(), good.clone())], "/edges/0/downstream", Code::InvalidValue);
    let columns = NewEdge { columns: vec!["a".to_owned(); 2], ..edge(named("a"), good.clone()) };
    refused(vec![columns], "/edges/0/columns", Code::Duplicate);
    let labelled = NewEdge { label: Some("a\u{0}".to_owned()), ..edge(named("a"), good.clone()) };
    refused(vec![labelled], "/edges/0/label", Code::InvalidText);
    refused(vec![edge(named("a"), good); MAX_EDGES + 1], "/edges", Code::TooMany);
}

#[test]
fn no_login_goes_on_the_record_wherever_it_stands() {
    let address = || "https://ada:secret@host/d".to_owned();
    let data = |name: String| Thing::Data { namespace: name.clone(), name, version: Some(address()) };
    let run = Thing::Run { namespace: address(), job: address(), run: Some(address()) };
    let edge = NewEdge {
        upstream: data(address()),
        downstream: run,
        label: Some(address()),
        columns: Vec::new(),
        data_source: Some(address()),
    };
    let changes = record(vec![edge], LineageSource::Said, ANNE, |_| Ok::<_, Refusal>(None)).unwrap();
    let text = serde_json::to_string(&changes[0].event).unwrap();
    assert!(text.contains("https://host/d") && !text.contains("secret"), "{text}");
}

#[test]
fn an_address_loses_its_login_and_nothing_else() {
    for (given, kept) in [
        ("postgres://ada:secret@db:5432/x?y=a@b", "postgres://db:5432/x"),
        ("jdbc:postgresql://db:5432/m?user=ada&password=s3cret", "jdbc:postgresql://db:5432/m"),
        ("jdbc:sqlserver://h;user=sa;password=x", "jdbc:sqlserver://h"),
        ("jdbc:oracle:thin:scott/tiger@h:1521:x", "jdbc:h:1521:x"),
        ("https://u:p/w@host/path@1", "https://host/path@1"),
        ("https://bucket/key?X-Amz-Signature=abc", "https://bucket/key"),
        ("ssh://ada:pw@host/d.csv", "ssh://host/d.csv"),
        ("http://[::1]/a@b", "http://[::1]/a@b"),
        ("s3://bucket/a@b", "s3://bucket/a@b"),
        ("https://a:b@c@host", "https://host"),
        ("s3a://cache://user:pw@host/x", "s3a://cache://host/x"),
        ("https://u:p@host/a://v:w@b", "https://host/a://b"),
        ("file", "file"),
        ("://", "://"),
    ] {
        assert_eq!(without_login(given), kept);
    }
}
