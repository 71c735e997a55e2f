use super::*;

#[test]
fn the_examples_of_the_reference_make_a_pack() {
    let text = std::fs::read_to_string(root().join("docs/reference/packs.md")).unwrap();
    let blocks = text.split("```yaml\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    let examples: Documents =
        blocks.map(|block| ("packs.md".to_owned(), serde_saphyr::from_str(block).unwrap())).collect();
    let mut kinds: Vec<&str> = examples.iter().map(|(_, value)| value["kind"].as_str().unwrap()).collect();
    kinds.sort_unstable();
    assert_eq!(kinds, json_schemas().into_keys().collect::<Vec<_>>(), "one example of each kind");
    let pack = compiled(extended(default_documents(), examples));
    assert_eq!(pack.info().id, "our-house");
    assert_eq!(pack.thresholds().unwrap().id, "recruiting");
    let tags = BTreeMap::from([("area".to_owned(), "hr".to_owned())]);
    assert_eq!(pack.classify("sorts mail", &[], &tags).unwrap().unwrap().rule, "employment");
}

#[test]
fn the_reference_names_every_policy_of_the_default_pack() {
    let text = std::fs::read_to_string(root().join("docs/reference/built-in-packs.md")).unwrap();
    for compiled in default_pack().policies() {
        let policy = &compiled.policy;
        let row = text.lines().find(|line| line.starts_with(&format!("| `{}`", policy.id)));
        let row = row.unwrap_or_else(|| panic!("built-in-packs.md has no row for {}", policy.id));
        let tiers = policy.scope.tiers.as_ref().map_or("all".to_owned(), |tiers| tiers.join(", "));
        let stages = policy.scope.stages.as_ref().unwrap();
        let stages = if stages.len() == 2 { "both" } else { stages[0].as_str() };
        assert!(row.contains(&format!("| {tiers} | {stages} |")), "{row}");
        assert_eq!(row.contains("(advisory)"), policy.enforcement == Enforcement::Advisory, "{row}");
    }
}
