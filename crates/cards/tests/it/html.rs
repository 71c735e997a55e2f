//! Records as pages.

use assent_cards::{Datasheet, ModelCard, Record as _, html};
use serde_json::json;

use crate::whole;

#[test]
fn a_page_holds_every_answer_and_needs_nothing_else() {
    let page = html::write(&whole()).unwrap();
    for text in [
        "Model card: loans",
        "six trees",
        "&gt;= 0.8",
        "<td class=\"number\">0.875</td>",
        "https://example.org/a|b",
    ] {
        assert!(page.contains(text), "{text}: {page}");
    }
    assert!(page.starts_with("<!DOCTYPE html>\n") && page.ends_with("</html>\n"));
    for foreign in ["<script", "src=", "<link", "url(", "href=\"http"] {
        assert!(!page.contains(foreign), "{foreign}");
    }
    for tag in ["section", "dl", "dd", "table", "tr", "ul", "p"] {
        let (open, closed) =
            (page.matches(&format!("<{tag}")).count(), page.matches(&format!("</{tag}>")).count());
        let other = if tag == "p" { 0 } else { page.matches(&format!("<{tag}ead")).count() };
        assert_eq!(open - other, closed, "{tag}");
    }
    assert_eq!(page, html::write(&whole()).unwrap(), "the same record gives the same page");
}

#[test]
fn words_of_people_are_text_and_nothing_else() {
    let evil = "</p><script>alert(1)</script>\"'&";
    let card = json!({"schema": "assent.model-card/1", "details": {"name": evil, "description": evil, "developers": [evil]},
        "metrics": {"figures": [{"metric": evil, "value": 1}]}});
    let page = html::write(&ModelCard::from_value(card).unwrap()).unwrap();
    assert!(!page.contains("<script"), "{page}");
    assert_eq!(
        page.matches("&lt;/p&gt;&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;").count(),
        6,
        "{page}"
    );
}

#[test]
fn a_name_steers_nothing_beside_it_and_may_be_right_to_left() {
    let card = |name: &str| {
        let card = json!({"schema": "assent.model-card/1", "details": {"name": name, "description": name},
            "metrics": {"figures": [{"metric": name, "value": 0.5}]}});
        html::write(&ModelCard::from_value(card).unwrap()).unwrap()
    };
    let page = card("loans \u{202e}59.0");
    assert!(!page.contains('\u{202e}') && page.contains("<bdi>loans \u{fffd}59.0</bdi>"), "{page}");
    let page = card("מודל אשראי");
    for text in
        ["<bdi>מודל אשראי</bdi></h1>", "<p dir=\"auto\">מודל אשראי</p>", "<td><bdi>מודל אשראי</bdi></td>"]
    {
        assert!(page.contains(text), "{text}: {page}");
    }
}

#[test]
fn what_nobody_answered_is_a_gap() {
    let page = html::write(&Datasheet::default()).unwrap();
    let asked = Datasheet::form().fields().count();
    assert_eq!(page.matches("<p class=\"gap\">Not answered.").count(), asked);
    assert!(page.contains(", 0 of "), "{page}");
}
