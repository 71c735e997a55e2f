use super::*;

fn check(purpose: &str, use_cases: &[&str], expected: (&str, &str)) {
    let pack = default_pack();
    let use_cases: Vec<String> = use_cases.iter().map(|case| (*case).to_owned()).collect();
    let hit = pack.classify(purpose, &use_cases, &BTreeMap::new()).unwrap().unwrap();
    assert_eq!((hit.tier.id.as_str(), hit.rule), expected, "{purpose} {use_cases:?}");
}

#[test]
fn words_of_consequential_domains_are_critical() {
    let critical = ("CRITICAL", "consequential-domain");
    check("Criminal-justice risk score", &[], critical);
    check("Decides on a CREDIT line", &[], critical);
    check("Ranking", &["Sorts applications for hiring"], critical);
    check("Health care triage", &[], critical);
    check("Safety-critical braking", &[], critical);
    check("Support for customers of an insurer", &[], critical);
    check("An experimental medical prototype", &[], critical);
}

#[test]
fn words_of_outside_reach_are_high() {
    let high = ("HIGH", "outside-reach");
    check("Customer support", &[], high);
    check("Automated support", &["Answers customers"], high);
    check("User-facing search prototype", &[], high);
    check("Plans production", &[], high);
}

#[test]
fn the_rest_is_standard_and_experiments_are_low() {
    check("Experimental prototype", &[], ("LOW", "experiment"));
    check("Sorts mail", &["Of the office"], ("MEDIUM", "standard"));
}

#[test]
fn a_word_inside_a_word_is_no_hit() {
    check("Finds accredited laboratories", &[], ("MEDIUM", "standard"));
    check("Finds illegally parked bicycles", &[], ("MEDIUM", "standard"));
    check("Customised layouts", &[], ("MEDIUM", "standard"));
}

#[test]
fn words_on_both_sides_of_a_line_end_make_no_hit() {
    check("Health", &["Care of plants"], ("MEDIUM", "standard"));
}

/// A word must not be hidden by what stands around it: a description that costs more than a rule may spend is refused.
#[test]
fn a_description_too_long_to_search_is_refused() {
    let pack = default_pack();
    let tier_of = |filler: &str, count: usize| {
        let mut use_cases: Vec<String> = (0..count).map(|_| filler.repeat(1990)).collect();
        use_cases.push("scores criminals".to_owned());
        let hit = pack.classify("sorts mail", &use_cases, &BTreeMap::new());
        hit.map(|hit| hit.unwrap().rule.to_owned()).map_err(|refusal| refusal.code)
    };
    // Letters of four bytes cost the most.
    for filler in ["a", "\u{1d4b3}"] {
        assert_eq!(tier_of(filler, 5), Ok("consequential-domain".to_owned()), "{filler}");
        assert_eq!(tier_of(filler, 199), Err(Code::TierUndetermined), "{filler}");
    }
}
