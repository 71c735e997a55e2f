//! Edges of lineage: what is recorded, what is the same edge, and what is refused.

use assent_domain::aggregate::evolve;
use assent_domain::ids::{Digest, EdgeId, PrincipalId};
use assent_domain::lineage::{FileDigest, LineageSource, MAX_EDGES, NewEdge, Thing, record, without_login};
use assent_domain::{Aggregate, Code, Refusal, Stamp};
use uuid::Uuid;

fn run(id: &str) -> Thing {
    Thing::Run { namespace: "ci".to_owned(), job: "train".to_owned(), run: Some(id.to_owned()) }
}

fn edge(upstream: Thing, downstream: Thing) -> NewEdge {
    NewEdge { upstream, downstream, label: None, columns: Vec::new(), data_source: None }
}

fn decided(edges: Vec<NewEdge>, known: &[EdgeId]) -> Result<Vec<assent_domain::Change>, Refusal> {
    record(edges, LineageSource::Said, |id| Ok::<_, Refusal>(known.contains(&id)))
}

#[test]
fn what_is_said_twice_is_one_edge() {
    let data = Thing::file(Digest::of(b"data"));
    let there = [edge(data.clone(), run("1")), edge(data.clone(), run("2"))];
    let twice = [there.clone(), there.clone()].concat();
    let changes = decided(twice, &[]).unwrap();
    assert_eq!(changes.len(), 2);
    let known = EdgeId::between(&data.key(), &run("1").key());
    let rest = decided(there.to_vec(), &[known]).unwrap();
    assert_eq!(rest.len(), 1);
    assert_eq!(rest[0].subject, EdgeId::between(&data.key(), &run("2").key()).into());
    // The other way round is another edge: a run may read what it overwrites.
    assert_eq!(decided(vec![edge(run("1"), data.clone()), edge(data, run("1"))], &[]).unwrap().len(), 2);
}

#[test]
fn an_event_is_read_back_as_it_was_written_and_never_changes() {
    let md5 = Thing::File { digest: FileDigest::Md5("0".repeat(32) + ".dir") };
    let data = Thing::Data { namespace: "n".to_owned(), name: "d".to_owned(), version: None };
    for (upstream, downstream) in
        [(md5, run("1")), (run("1"), data), (Thing::file(Digest::of(b"x")), run("9"))]
    {
        let change = decided(vec![edge(upstream, downstream)], &[]).unwrap().remove(0);
        let json = serde_json::to_value(&change.event).unwrap();
        assert_eq!(serde_json::from_value::<assent_domain::Event>(json).unwrap(), change.event);
        let stamp = Stamp { at: "2026-05-04T00:00:00Z".parse().unwrap(), actor: PrincipalId(Uuid::nil()) };
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
    let changes = record(vec![edge], LineageSource::Said, |_| Ok::<_, Refusal>(false)).unwrap();
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
        ("file", "file"),
        ("://", "://"),
    ] {
        assert_eq!(without_login(given), kept);
    }
}
