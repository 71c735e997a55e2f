//! Lineage through the interface: recorded, walked both ways, bounded, and seen by who may see it.

use assent_domain::ids::Digest;
use serde_json::{Value, json};

use crate::world::{World, text};

const PATH: &str = "/api/v1/lineage";
const EVENTS: &str = "/api/v1/lineage/openlineage";

fn file(bytes: &[u8]) -> Value {
    json!({"kind": "FILE", "sha256": Digest::of(bytes).to_string()})
}

fn run(id: &str) -> Value {
    json!({"kind": "RUN", "namespace": "ci", "job": "train", "run": id})
}

fn edges(edges: &[(Value, Value)]) -> Value {
    let edge =
        |(upstream, downstream): &(Value, Value)| json!({"upstream": upstream, "downstream": downstream});
    json!({"edges": edges.iter().map(edge).collect::<Vec<_>>()})
}

fn names(found: &Value) -> Vec<String> {
    let name = |node: &Value| format!("{} {}", text(&node["kind"]), text(&node["name"]));
    found["nodes"].as_array().unwrap().iter().map(name).collect()
}

/// A data set, and a version with one file that was made with it.
async fn registered(world: &World, owner: &str, steward: &str) -> (String, String, String) {
    let data = world.upload(steward, "id,label\n1,1\n").await;
    let body = json!({"name": "mails", "sha256": data, "classification": "INTERNAL"});
    let dataset = text(&world.post(steward, "/api/v1/datasets", body).await.expect(201)["object"]["id"]);
    let body = json!({"name": "spam", "purpose": "sorts", "tier": "LOW", "tags": {"team": "own"}});
    let model = text(&world.post(owner, "/api/v1/models", body).await.expect(201)["object"]["id"]);
    let weights = world.upload(owner, "weights").await;
    let body = json!({"kind": "CLASSICAL", "datasets": [dataset],
        "artifacts": [{"name": "model.bin", "sha256": weights}]});
    let path = format!("/api/v1/models/{model}/versions");
    let version = text(&world.post(owner, &path, body).await.expect(201)["object"]["id"]);
    (model, version, dataset)
}

#[tokio::test]
async fn a_version_is_traced_to_the_data_of_another_system_and_back() {
    let world = World::new().await;
    let (_, owner) = world.person("Olga", &["model_owner"]).await;
    let (_, steward) = world.person("Sven", &["data_steward"]).await;
    let (_, version, dataset) = registered(&world, &owner, &steward).await;
    let mails = json!({"kind": "DATA", "namespace": "lake", "name": "raw"});
    let sent = edges(&[
        (mails, run("extract")),
        (run("extract"), file(b"id,label\n1,1\n")),
        (file(b"id,label\n1,1\n"), run("train")),
        (run("train"), file(b"weights")),
    ]);
    let taken = world.post(&steward, PATH, sent.clone()).await.expect(200);
    assert_eq!((&taken["object"]["recorded"], &taken["object"]["known"]), (&json!(4), &json!(0)));
    assert_eq!(taken["receipt"]["events"][0]["type"], "lineageRecorded");
    let again = world.post(&steward, PATH, sent).await.expect(200);
    assert_eq!((&again["object"]["recorded"], &again["object"]["known"]), (&json!(0), &json!(4)));

    let up = world.get(&owner, &format!("{PATH}/version:{version}")).await.expect(200);
    let found = names(&up);
    assert_eq!(found[0], "VERSION spam:1");
    assert!(found[1..3].contains(&"DATASET mails:1".to_owned()), "{found:?}");
    assert!(found.contains(&"DATA raw".to_owned()), "{found:?}");
    assert_eq!((found.len(), &up["cut"]), (7, &json!(false)), "{up}");
    let near = world.get(&owner, &format!("{PATH}/version:{version}?depth=1")).await.expect(200);
    assert_eq!((near["nodes"].as_array().unwrap().len(), &near["cut"]), (3, &json!(true)));

    // Back: from the data of the other system to the version, by bytes.
    let raw = up["nodes"].as_array().unwrap().iter().find(|node| node["name"] == "raw").unwrap();
    let down = format!("{PATH}/{}?direction=DOWNSTREAM&depth=9", text(&raw["key"]));
    let down = world.get(&owner, &down).await.expect(200);
    assert!(names(&down).contains(&"VERSION spam:1".to_owned()), "{down}");
    assert!(names(&down).contains(&"DATASET mails:1".to_owned()), "{down}");
    let of_data = format!("{PATH}/dataset:{dataset}?direction=DOWNSTREAM");
    assert_eq!(names(&world.get(&owner, &of_data).await.expect(200)), ["DATASET mails:1", "VERSION spam:1"]);
    let of_bytes = format!("{PATH}/sha256:{}?direction=DOWNSTREAM", Digest::of(b"weights"));
    assert!(names(&world.get(&owner, &of_bytes).await.expect(200)).contains(&"VERSION spam:1".to_owned()));
}

#[tokio::test]
async fn what_a_reader_may_not_see_is_as_if_it_did_not_exist() {
    let world = World::new().await;
    let (_, owner) = world.person("Olga", &["model_owner"]).await;
    let (_, steward) = world.person("Sven", &["data_steward"]).await;
    let (model, version, dataset) = registered(&world, &owner, &steward).await;
    let body = json!({"name": "secret", "purpose": "sorts", "tier": "LOW"});
    let other = text(&world.post(&owner, "/api/v1/models", body).await.expect(201)["object"]["id"]);
    let weights = Digest::of(b"weights").to_string();
    let body = json!({"kind": "CLASSICAL", "artifacts": [{"name": "copy.bin", "sha256": weights}]});
    let hidden = world.post(&owner, &format!("/api/v1/models/{other}/versions"), body).await.expect(201);
    world.post(&owner, PATH, edges(&[(run("train"), file(b"weights"))])).await.expect(200);

    let (reader, token) = world.person("Rita", &[]).await;
    let grant = json!({"role": "auditor", "scope": {"models": [model]}});
    world.post(&world.admin, &format!("/api/v1/principals/{reader}/grants"), grant).await.expect(200);
    let up = world.get(&token, &format!("{PATH}/version:{version}")).await.expect(200);
    assert_eq!(names(&up), ["VERSION spam:1", "FILE model.bin"], "neither the data set nor the run");
    let down = format!("{PATH}/sha256:{weights}?direction=DOWNSTREAM");
    let down = world.get(&token, &down).await.expect(200);
    assert!(names(&down).contains(&"VERSION spam:1".to_owned()), "{down}");
    assert!(!names(&down).contains(&"VERSION secret:1".to_owned()), "{down}");
    let both = world.get(&owner, &format!("{PATH}/sha256:{weights}?direction=DOWNSTREAM")).await.expect(200);
    assert!(names(&both).contains(&"VERSION secret:1".to_owned()), "{both}");
    let hidden = text(&hidden["object"]["id"]);
    for node in
        [format!("version:{hidden}"), format!("dataset:{dataset}"), format!("sha256:{}", Digest::of(b"x"))]
    {
        world.get(&token, &format!("{PATH}/{node}")).await.problem(404, "not-found");
    }
    let denied = world.post(&token, PATH, edges(&[(file(b"a"), file(b"b"))])).await;
    denied.problem(403, "permission-missing");
}

#[tokio::test]
async fn a_walk_ends_in_cycles_and_in_crowds() {
    let world = World::new().await;
    let (_, owner) = world.person("Olga", &["model_owner"]).await;
    let circle = edges(&[(file(b"a"), run("1")), (run("1"), file(b"a"))]);
    world.post(&owner, PATH, circle).await.expect(200);
    let around = format!("{PATH}/sha256:{}?depth=20", Digest::of(b"a"));
    let around = world.get(&owner, &around).await.expect(200);
    assert_eq!((around["nodes"].as_array().unwrap().len(), &around["cut"]), (2, &json!(false)));
    assert_eq!(around["edges"].as_array().unwrap().len(), 2);

    let crowd: Vec<_> = (0..600).map(|i| (file(format!("{i}").as_bytes()), run("2"))).collect();
    world.post(&owner, PATH, edges(&crowd)).await.expect(200);
    let run = world.get(&owner, &format!("{PATH}/sha256:{}?direction=DOWNSTREAM", Digest::of(b"7"))).await;
    let key = text(&run.expect(200)["nodes"][1]["key"]);
    let many = world.get(&owner, &format!("{PATH}/{key}")).await.expect(200);
    assert_eq!((many["nodes"].as_array().unwrap().len(), &many["cut"]), (500, &json!(true)));

    let digest = Digest::of(b"a");
    for (query, code) in [
        (format!("sha256:{digest}?depth=0"), "invalid-value"),
        (format!("sha256:{digest}?depth=21"), "invalid-value"),
        (format!("sha256:{digest}?direction=SIDEWAYS"), "invalid-value"),
        ("nonsense".to_owned(), "invalid-value"),
        ("version:7".to_owned(), "invalid-value"),
    ] {
        world.get(&owner, &format!("{PATH}/{query}")).await.problem(400, code);
    }
}

#[tokio::test]
async fn events_of_open_lineage_are_taken_in() {
    let world = World::new().await;
    let (_, owner) = world.person("Olga", &["model_owner"]).await;
    let event = |kind: &str| {
        json!({
            "eventType": kind, "eventTime": "2026-05-04T00:00:00Z", "producer": "https://example.org",
            "schemaURL": "https://example.org/1.json#/RunEvent",
            "run": {"runId": "0190a1b2-0000-7000-8000-000000000001", "facets": {"unheardOf": {"a": [1]}}},
            "job": {"namespace": "ci", "name": "train", "facets": {}},
            "inputs": [{"namespace": "postgres://ada:secret@db:5432", "name": "mails", "facets": {
                "schema": {"fields": [{"name": "id", "type": "int"}, {"name": "id"}, {"name": "text"}]},
                "dataSource": {"name": "db", "uri": "postgres://ada:secret@db:5432/mails"}}}],
            "outputs": [{"namespace": "s3://models", "name": "weights",
                "facets": {"version": {"datasetVersion": Digest::of(b"weights").to_string()}, "schema": null}}],
        })
    };
    let taken = |kind: &str, recorded: u64, known: u64| {
        let (world, owner, body) = (&world, &owner, event(kind));
        async move {
            let taken = world.post(owner, EVENTS, body).await.expect(200);
            let object = &taken["object"];
            assert_eq!((&object["recorded"], &object["known"]), (&json!(recorded), &json!(known)), "{taken}");
            object["missing"].to_string()
        }
    };
    let missing = taken("START", 1, 0).await;
    assert!(
        missing.contains("/inputs/0 has no facet `version`") && missing.contains("COMPLETE only"),
        "{missing}"
    );
    assert!(missing.contains("1 columns of its facet `schema`"), "{missing}");
    taken("FAIL", 0, 1).await;
    taken("COMPLETE", 1, 1).await;
    taken("COMPLETE", 0, 2).await;

    let found = world.get(&owner, &format!("{PATH}/sha256:{}", Digest::of(b"weights"))).await.expect(200);
    assert_eq!(names(&found), ["FILE weights", "RUN train", "DATA mails"]);
    let edge = found["edges"].as_array().unwrap().iter().find(|edge| edge["label"] == "mails").unwrap();
    let said = &edge["statements"][0];
    assert_eq!(
        (&said["columns"], &said["dataSource"]),
        (&json!(["id", "text"]), &json!("postgres://db:5432/mails"))
    );
    assert_eq!((&edge["source"], &said["source"]), (&json!("OPEN_LINEAGE"), &json!("OPEN_LINEAGE")));
    assert!(!found.to_string().contains("secret"), "{found}");

    // Events that are about no run or no job, and what is no event.
    for body in [json!({}), json!({"dataset": {"namespace": "n", "name": "d"}, "inputs": []})] {
        let taken = world.post(&owner, EVENTS, body).await.expect(200);
        assert_eq!(taken["object"]["recorded"], 0);
        assert!(taken["object"]["missing"].to_string().contains("about no job"), "{taken}");
    }
    let job = json!({"job": {"namespace": "n", "name": "j"}, "outputs": [{"namespace": "n", "name": "d"}]});
    assert_eq!(world.post(&owner, EVENTS, job).await.expect(200)["object"]["recorded"], 1);
    let data = json!({"namespace": "n", "name": "d"});
    let many = json!({"job": {"namespace": "n", "name": "j"}, "inputs": vec![data; 501]});
    world.post(&owner, EVENTS, many).await.problem(400, "too-many");
    let odd = json!({"job": {"namespace": "n", "name": "j"}, "inputs": [{"namespace": "n", "name": "a\nb"}]});
    assert!(
        world.post(&owner, EVENTS, odd).await.problem(400, "invalid-text")["pointer"]
            .as_str()
            .unwrap()
            .starts_with("/inputs/0")
    );
}

#[tokio::test]
async fn an_edge_is_the_word_of_each_who_says_it_and_can_be_taken_back() {
    let world = World::new().await;
    let (olga, owner) = world.person("Olga", &["model_owner"]).await;
    let (sven, steward) = world.person("Sven", &["data_steward"]).await;
    let (_, auditor) = world.person("Aude", &["auditor"]).await;
    let said =
        |label: &str| json!({"edges": [{"upstream": file(b"a"), "downstream": run("1"), "label": label}]});
    let first = world.post(&owner, PATH, said("a.csv")).await.expect(200);
    let id = text(&first["receipt"]["id"]);
    assert_eq!(world.post(&steward, PATH, said("mails.csv")).await.expect(200)["object"]["recorded"], 1);
    assert_eq!(world.post(&steward, PATH, said("mails.csv")).await.expect(200)["object"]["known"], 1);
    let shown = |query: &str| {
        let (world, auditor) = (&world, &auditor);
        let path = format!("{PATH}/sha256:{}?direction=DOWNSTREAM{query}", Digest::of(b"a"));
        async move { world.get(auditor, &path).await }
    };
    let found = shown("").await.expect(200);
    let statements = found["edges"][0]["statements"].as_array().unwrap();
    let by = |statement: &Value| (statement["label"].clone(), text(&statement["recordedBy"]));
    assert_eq!(
        statements.iter().map(by).collect::<Vec<_>>(),
        [(json!("a.csv"), olga.clone()), (json!("mails.csv"), sven)]
    );
    assert_eq!((&found["edges"][0]["id"], &found["edges"][0]["label"]), (&json!(id), &json!("a.csv")));

    // Only one's own word, unless one manages principals.
    let path = format!("{PATH}/edges/{id}/retract");
    let why = json!({"reason": "it was another file"});
    let all = json!({"reason": "the account was stolen", "all": true});
    world.post(&auditor, &path, why.clone()).await.problem(403, "permission-missing");
    world.post(&owner, &path, all.clone()).await.problem(403, "permission-missing");
    world.post(&owner, &path, json!({"reason": " "})).await.problem(400, "invalid-text");
    let edge = world.post(&owner, &path, why.clone()).await.expect(200);
    assert_eq!(edge["receipt"]["events"][0]["type"], "lineageRetracted");
    assert_eq!(edge["object"]["statements"][0]["retracted"]["reason"]["text"], "it was another file");
    assert_eq!(edge["object"]["statements"][0]["retracted"]["by"], json!(olga));
    world.post(&owner, &path, why.clone()).await.problem(403, "not-the-requester");
    let found = shown("").await.expect(200);
    let edge = &found["edges"][0];
    assert_eq!((edge["statements"].as_array().unwrap().len(), &edge["label"]), (1, &json!("mails.csv")));
    assert_eq!(edge.get("retracted"), None);

    world.post(&world.admin, &path, all).await.expect(200);
    shown("").await.problem(404, "not-found");
    let found = shown("&retracted=true").await.expect(200);
    let edge = &found["edges"][0];
    assert_eq!((&edge["retracted"], edge["statements"].as_array().unwrap().len()), (&json!(true), 2));
    world.post(&steward, &path, why).await.problem(409, "wrong-state");
    assert_eq!(world.post(&owner, PATH, said("a.csv")).await.expect(200)["object"]["recorded"], 1);
    let found = shown("").await.expect(200);
    assert_eq!(found["edges"][0]["statements"].as_array().unwrap().len(), 1, "{found}");
}

#[tokio::test]
async fn what_has_no_room_is_told() {
    let world = World::new().await;
    let (_, owner) = world.person("Olga", &["model_owner"]).await;
    let named =
        |label: usize| json!({"upstream": file(b"a"), "downstream": run("1"), "label": label.to_string()});
    let sent = json!({"edges": (0..6).map(named).collect::<Vec<_>>()});
    for recorded in [4, 0] {
        let taken = world.post(&owner, PATH, sent.clone()).await.expect(200);
        assert_eq!(taken["object"]["recorded"], recorded);
        let missing = taken["object"]["missing"].as_array().unwrap();
        assert_eq!(missing.len(), 2, "{missing:?}");
        assert!(text(&missing[0]).contains("edge 4") && text(&missing[0]).contains("no room"), "{missing:?}");
    }
}

#[tokio::test]
async fn all_neighbours_are_read_page_by_page() {
    let world = World::new().await;
    let (_, owner) = world.person("Olga", &["model_owner"]).await;
    let (_, steward) = world.person("Sven", &["data_steward"]).await;
    let (model, version, dataset) = registered(&world, &owner, &steward).await;
    let crowd: Vec<_> = (0..600).map(|i| (file(b"id,label\n1,1\n"), run(&i.to_string()))).collect();
    world.post(&owner, PATH, edges(&crowd)).await.expect(200);
    for _ in 0..40 {
        let body = json!({"kind": "VENDOR", "datasets": [dataset]});
        world.post(&owner, &format!("/api/v1/models/{model}/versions"), body).await.expect(201);
    }
    let read = async |token: &str, node: &str, query: &str| {
        let (mut items, mut cursor, mut pages) = (Vec::new(), String::new(), 0);
        loop {
            let path = format!("{PATH}/{node}/edges?limit=70{query}{cursor}");
            let page = world.get(token, &path).await.expect(200);
            let found = page["items"].as_array().unwrap();
            assert!(found.len() <= 70);
            items.extend(found.iter().map(|item| text(&item["node"]["key"])));
            pages += 1;
            let Some(next) = page["nextCursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        let count = items.len();
        items.sort();
        items.dedup();
        assert_eq!(items.len(), count, "none twice");
        (items, pages)
    };
    let bytes = format!("sha256:{}", Digest::of(b"id,label\n1,1\n"));
    let down = "&direction=DOWNSTREAM";
    let (items, pages) = read(&steward, &bytes, down).await;
    assert!(items.len() == 601 && pages >= 9, "the data set, and the runs: {} {pages}", items.len());
    assert!(items.contains(&format!("dataset:{dataset}")));
    assert_eq!(read(&steward, &format!("dataset:{dataset}"), down).await.0.len(), 41);
    retracted_between(&world, &owner, &bytes).await;
    assert_eq!(read(&steward, &bytes, down).await.0.len(), 501, "a hundred were taken back");
    assert_eq!(read(&steward, &bytes, &format!("{down}&retracted=true")).await.0, items);
    let (parts, _) = read(&owner, &format!("version:{version}"), "").await;
    assert_eq!(parts, [format!("dataset:{dataset}"), format!("sha256:{}", Digest::of(b"weights"))]);
    assert_eq!(read(&owner, &format!("dataset:{dataset}"), "").await.0, [bytes.as_str()]);

    // What a reader may not see takes no room: one version of their own behind forty of others.
    let body = json!({"name": "late", "purpose": "sorts", "tier": "LOW"});
    let late = text(&world.post(&owner, "/api/v1/models", body).await.expect(201)["object"]["id"]);
    let weights = world.upload(&owner, "late weights").await;
    for model in std::iter::repeat_n(&model, 40).chain([&late]) {
        let body = json!({"kind": "CLASSICAL", "artifacts": [{"name": "w", "sha256": weights}]});
        world.post(&owner, &format!("/api/v1/models/{model}/versions"), body).await.expect(201);
    }
    let (reader, token) = world.person("Rita", &[]).await;
    let grant = json!({"role": "auditor", "scope": {"models": [late]}});
    world.post(&world.admin, &format!("/api/v1/principals/{reader}/grants"), grant).await.expect(200);
    let path = format!("{PATH}/sha256:{weights}/edges?direction=DOWNSTREAM&limit=1");
    let page = world.get(&token, &path).await.expect(200);
    assert_eq!(page["items"][0]["node"]["name"], "late:1");

    for query in ["cursor=nonsense", "cursor=versions", "cursor=parts.x", "limit=0", "limit=201", "depth=1"] {
        world.get(&owner, &format!("{PATH}/{bytes}/edges?{query}")).await.problem(400, "invalid-value");
    }
}

/// Takes every sixth of the recorded edges of these bytes back, and reads all of them by pages of every size: none is left out
/// or comes twice, whether or not it stands.
async fn retracted_between(world: &World, owner: &str, bytes: &str) {
    let down = format!("{PATH}/{bytes}/edges?direction=DOWNSTREAM&retracted=true");
    let mut ids = Vec::new();
    let mut place = Some(String::new());
    while let Some(cursor) = place {
        let page = world.get(owner, &format!("{down}&limit=200{cursor}")).await.expect(200);
        let of = |item: &Value| item["edge"]["id"].as_str().map(str::to_owned);
        ids.extend(page["items"].as_array().unwrap().iter().filter_map(of));
        place = page["nextCursor"].as_str().map(|next| format!("&cursor={next}"));
    }
    assert!(ids.len() == 600 && ids.is_sorted(), "{}", ids.len());
    for id in ids.iter().step_by(6) {
        let why = json!({"reason": "another file"});
        world.post(owner, &format!("{PATH}/edges/{id}/retract"), why).await.expect(200);
    }
    for limit in [1, 2, 7, 33] {
        for after in [0, 5, 6, 594] {
            let cursor = format!("&cursor=recorded.{}", ids[after]);
            let page = world.get(owner, &format!("{down}&limit={limit}{cursor}")).await.expect(200);
            let found = page["items"].as_array().unwrap();
            let expected: Vec<_> = ids[after + 1..].iter().take(limit).collect();
            assert_eq!(found.iter().map(|item| &item["edge"]["id"]).collect::<Vec<_>>(), expected);
            for (i, item) in found.iter().enumerate() {
                let is_back = (after + 1 + i).is_multiple_of(6);
                assert_eq!(item["edge"]["retracted"] == true, is_back, "{item}");
            }
        }
    }
}

#[tokio::test]
async fn what_an_event_can_do_without_is_left_out_where_it_is_wrong() {
    let world = World::new().await;
    let (_, owner) = world.person("Olga", &["model_owner"]).await;
    let event = |event_type: Value, facets: Value| {
        json!({"eventType": event_type, "run": {"runId": "r"}, "job": {"namespace": "ci", "name": "train"},
            "inputs": [{"namespace": "lake", "name": "mails", "facets": facets}], "outputs": null})
    };
    let long = "x".repeat(1_001);
    for (facets, told) in [
        (json!("none"), "/inputs/0/facets is not of the form"),
        (json!({"version": 3}), "/inputs/0/facets/version is not of the form"),
        (json!({"version": {"datasetVersion": 3}}), "/inputs/0/facets/version is not of the form"),
        (json!({"version": {"datasetVersion": "a\nb"}}), "/inputs/0/facets/version is empty, too long"),
        (json!({"version": {"datasetVersion": long}}), "/inputs/0/facets/version is empty, too long"),
        (json!({"dataSource": {"uri": 7}}), "/inputs/0/facets/dataSource is not of the form"),
        (json!({"dataSource": {"uri": "a\u{1}"}}), "/inputs/0/facets/dataSource is empty, too long"),
        (json!({"schema": {"fields": {}}}), "/inputs/0/facets/schema is not of the form"),
        (json!({"schema": {"fields": [{"name": "id"}, {"name": 1}, 2]}}), "2 columns of its facet `schema`"),
    ] {
        let taken = world.post(&owner, EVENTS, event(json!("START"), facets.clone())).await.expect(200);
        let (recorded, known) = (&taken["object"]["recorded"], &taken["object"]["known"]);
        assert_eq!(recorded.as_u64().unwrap() + known.as_u64().unwrap(), 1, "{facets} {taken}");
        let missing = taken["object"]["missing"].to_string();
        assert!(missing.contains(told), "{facets} {missing}");
    }
    // A wrong address leaves the name of the place; a wrong type of event is none; an empty file is no end.
    let source = json!({"dataSource": {"uri": 7, "name": "the lake"}});
    let taken = world.post(&owner, EVENTS, event(json!("BEGUN"), source)).await.expect(200);
    assert_eq!(taken["object"]["recorded"], 1, "{taken}");
    assert!(taken["object"]["missing"].to_string().contains("/eventType is not of the form"), "{taken}");
    let empty = json!({"version": {"datasetVersion": Digest::of(b"").to_string()}});
    let taken = world.post(&owner, EVENTS, event(json!("START"), empty)).await.expect(200);
    assert!(taken["object"]["missing"].to_string().contains("is an empty file"), "{taken}");
    // What makes it meaningless refuses it.
    for (pointer, wrong) in
        [("/run", json!({})), ("/job", json!({"name": 7})), ("/inputs", json!([{"name": "a"}]))]
    {
        let mut body = event(json!("START"), json!({}));
        *body.pointer_mut(pointer).unwrap() = wrong;
        assert_eq!(world.post(&owner, EVENTS, body).await.status, 400, "{pointer}");
    }
}
