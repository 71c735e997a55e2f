//! Model cards and datasheets, which people and other tools write.

use assent_cards::{AnyRecord, Datasheet, ModelCard, Record, hub, markdown};

/// Any bytes as JSON. What is read is written and read back, and no more is answered than is asked.
pub fn json(data: &[u8]) {
    match AnyRecord::from_json(data) {
        Ok(Some(AnyRecord::ModelCard(card))) => written(card.as_ref()),
        Ok(Some(AnyRecord::Datasheet(sheet))) => written(sheet.as_ref()),
        Ok(None) => {}
        Err(error) => assert!(!error.to_string().is_empty(), "a refusal says what is wrong"),
    }
}

fn written<R: Record>(record: &R) {
    let text = record.to_json().unwrap_or_default();
    assert!(R::from_json(text.as_bytes()).is_ok_and(|back| back == *record), "JSON carries everything");
    assert!(
        record.completeness().is_ok_and(|counted| counted.answered() <= counted.asked()),
        "a share is at most 1"
    );
    markdown_again(record);
}

fn markdown_again<R: Record>(record: &R) {
    let text = markdown::write(record).unwrap_or_default();
    let back: Option<R> = markdown::read(&text).ok();
    assert!(back.is_some() && back == markdown::carried(record).ok(), "Markdown is read as it was written");
}

/// Any text as Markdown of either form.
pub fn markdown(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    if let Ok(card) = markdown::read::<ModelCard>(&text) {
        markdown_again(&card);
    }
    if let Ok((sheet, _)) = markdown::read_leniently::<Datasheet>(&text) {
        markdown_again(&sheet);
    }
}

/// Any text as the README of a hub.
pub fn readme(data: &[u8]) {
    if let Ok(readme) = hub::read(&String::from_utf8_lossy(data)) {
        let text = hub::write(&readme.card).unwrap_or_default();
        assert!(hub::read(&text).is_ok(), "a README is read as it was written");
    }
}
