//! People talk about an object: `assent comment`.

use std::fs;

use crate::remote::{begin, person};

#[test]
fn a_question_is_asked_answered_and_taken_back() {
    let (folder, _, _server, admin) = begin();
    let owner = person(&admin, "Olga", &["model_owner"]);
    let lead = person(&admin, "Lena", &["tech_lead"]);
    let model = owner.json(&["model", "register", "spam", "--purpose", "sorts mail", "--tier", "LOW"]);
    let model = model["object"]["id"].as_str().unwrap();
    let file = folder.path().join("plot.txt");
    fs::write(&file, "up and to the right").unwrap();
    let file = file.to_str().unwrap();
    let asked =
        ["comment", "add", "models", model, "is this the threshold?", "--attach", file, "--mention", "Lena"];
    let asked = owner.json(&asked);
    assert_eq!(asked["object"]["attachments"][0]["name"], "plot.txt");
    let id = asked["object"]["id"].as_str().unwrap();
    lead.json(&["comment", "add", "models", model, "it is", "--answers", id]);
    let listed = lead.run(&["comment", "list", "models", model]);
    assert!(
        listed.stdout.contains("is this the threshold?") && listed.stdout.contains("it is"),
        "{listed:?}"
    );
    let mentioned = lead.run(&["comment", "mentions"]);
    assert!(mentioned.stdout.contains("is this the threshold?"), "{mentioned:?}");
    let retracted = owner.run(&["comment", "retract", id]);
    assert!(
        retracted.stdout.contains("RETRACTED") && !retracted.stdout.contains("threshold"),
        "{retracted:?}"
    );
    assert_eq!(lead.run(&["comment", "retract", id]).code, 3);
    let none = lead.run(&["comment", "mentions"]);
    assert!(none.stdout.contains("nobody has said anything"), "{none:?}");
    assert_eq!(owner.run(&["comment", "add", "tokens", model, "x"]).code, 2);
}
