//! What others make of our files: `huggingface_hub` of READMEs, `mlcroissant` of Croissant.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::float_cmp,
    reason = "a test that fails panics; figures that were copied are the same"
)]

use std::path::Path;
use std::process::Command;

use assent_cards::croissant::{self, DataObject};
use assent_cards::{DataField, Datasheet, Figure, ModelCard, hub};
use serde_json::{Value, json};

/// Where `cargo xtask` puts the interpreter.
const VARIABLE: &str = "ASSENT_REFERENCE_PYTHON";

fn ask(what: &str, folder: &Path) -> Value {
    let python = std::env::var_os(VARIABLE).unwrap_or_else(|| {
        panic!("{VARIABLE} is not set: run `cargo xtask reference cargo nextest run -p assent-cards`")
    });
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/peers/peers.py");
    let output = Command::new(python).arg("-B").arg(program).arg(what).arg(folder).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn figure(metric: &str, value: f64, group: &str) -> Figure {
    let attribute = if group.is_empty() { "" } else { "age" };
    Figure {
        metric: metric.to_owned(),
        value,
        attribute: attribute.to_owned(),
        group: group.to_owned(),
        dataset: "held-out: 1".to_owned(),
        data_sha256: "ab".repeat(32),
        ..Figure::default()
    }
}

#[test]
fn the_hub_reads_what_we_write_and_we_read_what_it_writes() {
    let folder = tempfile::tempdir().unwrap();
    let mut card = ModelCard::default();
    "loans \"new\" – é😀".clone_into(&mut card.details.name);
    "Apache-2.0".clone_into(&mut card.details.licence);
    "scikit-learn: 1".clone_into(&mut card.details.framework);
    card.limitations.known = vec!["weak | slow".to_owned()];
    card.metrics.figures = vec![
        figure("accuracy", 0.875, ""),
        figure("loss", 1e-7, ""),
        figure("ratio", 2.5e300, ""),
        figure("count", 3.0, ""),
        figure("falsePositiveRate", 0.25, "under: 25"),
    ];
    let text = hub::write(&card).unwrap();
    std::fs::write(folder.path().join("README.md"), &text).unwrap();

    let read = ask("hub", folder.path());
    assert_eq!((&read["license"], &read["name"]), (&json!("apache-2.0"), &json!(card.details.name)));
    assert_eq!(read["library"], json!(card.details.framework));
    let results = read["results"].as_array().unwrap();
    assert_eq!(results.len(), card.metrics.figures.len());
    for figure in &card.metrics.figures {
        let result = results.iter().find(|result| result[0] == json!(figure.metric)).unwrap();
        assert_eq!(result[1].as_f64(), Some(figure.value), "{result}");
        assert_eq!((&result[2], &result[3]), (&json!(figure.dataset), &json!(figure.data_sha256)));
        let group = (!figure.group.is_empty()).then(|| json!({"attribute": "age", "group": figure.group}));
        assert_eq!(result[4], group.unwrap_or(Value::Null));
    }

    // What the hub wrote again gives the same card; so does its metadata alone.
    let again = std::fs::read_to_string(folder.path().join("again.md")).unwrap();
    let held = hub::read(&again).unwrap();
    assert_eq!((held.card, held.left_out), (card.clone(), Vec::<String>::new()));
    let (metadata, _) = again.split_once("# Model card").unwrap();
    let figures = |card: &ModelCard| {
        let mut figures: Vec<(String, f64, String)> =
            card.metrics.figures.iter().map(|f| (f.metric.clone(), f.value, f.group.clone())).collect();
        figures.sort_by(|one, other| one.0.cmp(&other.0));
        figures
    };
    assert_eq!(figures(&hub::read(metadata).unwrap().card), figures(&card));

    let own = hub::read(&std::fs::read_to_string(folder.path().join("own.md")).unwrap()).unwrap();
    assert_eq!((own.card.details.name.as_str(), own.card.details.licence.as_str()), ("theirs", "mit"));
    assert_eq!(
        figures(&own.card),
        [("accuracy".to_owned(), 0.9375, String::new()), ("f1".to_owned(), 1e-7, String::new())]
    );
    assert_eq!(own.card.metrics.figures[0].data_sha256, "5503434");
    assert_eq!(own.card.intended_use.uses, ["Films."]);
}

#[test]
fn croissant_is_valid_and_gives_the_rows() {
    let folder = tempfile::tempdir().unwrap();
    let data = "id,age,share,name\n1,30,0.5,Größe\n2,41,1.25,b\n";
    std::fs::write(folder.path().join("loans.csv"), data).unwrap();
    let mut sheet = Datasheet::default();
    "loans".clone_into(&mut sheet.motivation.name);
    "To learn who is asked for papers.".clone_into(&mut sheet.motivation.purpose);
    "1.0.0".clone_into(&mut sheet.motivation.version);
    "2026-05-04".clone_into(&mut sheet.motivation.date);
    sheet.motivation.creators = vec!["The bank".to_owned()];
    "https://spdx.org/licenses/MIT.html".clone_into(&mut sheet.distribution.licence);
    "https://example.org/loans".clone_into(&mut sheet.distribution.url);
    let field = |name: &str, kind: &str| DataField {
        name: name.to_owned(),
        r#type: kind.to_owned(),
        description: format!("the {name}"),
        ..DataField::default()
    };
    sheet.composition.fields = vec![
        field("id", "integer"),
        field("age", "integer"),
        field("share", "number"),
        field("name", "text"),
    ];
    let object = DataObject {
        name: "loans.csv".to_owned(),
        url: "loans.csv".to_owned(),
        media_type: "text/csv".to_owned(),
        sha256: SHA256.to_owned(),
        size_bytes: data.len() as u64,
    };
    let written = croissant::write(&sheet, &object);
    let text = serde_json::to_string_pretty(&written).unwrap();
    std::fs::write(folder.path().join("croissant.json"), &text).unwrap();
    let read = ask("croissant", folder.path());
    assert_eq!((&read["errors"], &read["name"]), (&json!([]), &json!("loans")));
    assert_eq!(read["rows"][0], json!({"id": 1, "age": 30, "share": 0.5, "name": "Größe"}));
    assert_eq!(read["rows"].as_array().unwrap().len(), 2);
    assert_eq!(croissant::read(text.as_bytes()), Ok(sheet));
}

/// Of the data above.
const SHA256: &str = "9c8ea1c9b20225a09d08f73963c1bf822bf5af797387ae75adcff7924a502bca";
