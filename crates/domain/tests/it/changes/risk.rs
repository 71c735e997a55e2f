use assent_domain::RiskLevel::{self, Critical, High, Low, Medium};
use assent_domain::change_request::rate;

use super::*;

#[track_caller]
fn rated(content: &Content, expected: RiskLevel) {
    let pack = compile(rules(|_| {})).unwrap();
    let rating = rate(content, &content.plan, &pack).unwrap();
    assert_eq!(rating.risk, expected, "{:?}", rating.reasons);
}

fn with(kind: ChangeType, change: impl FnOnce(&mut Content, &mut Impact)) -> Content {
    let mut content = small();
    content.kind = kind;
    let mut impact = impact(Reach::InternalOnly);
    change(&mut content, &mut impact);
    content.plan.impact = Some(impact);
    content
}

#[test]
fn the_rules_of_the_specification() {
    rated(&with(ChangeType::Emergency, |_, _| {}), Critical);
    rated(&with(ChangeType::Rollback, |_, impact| impact.affected_users = Reach::AllUsers), Medium);
    rated(&with(ChangeType::ModelUpdate, |_, _| {}), High);
    rated(&with(ChangeType::Infrastructure, |_, _| {}), High);
    for kind in [ChangeType::ConfigChange, ChangeType::PromptUpdate] {
        rated(&with(kind, |_, _| {}), Low);
        rated(&with(kind, |_, impact| impact.affected_users = Reach::SpecificGroups), Medium);
        rated(&with(kind, |_, impact| impact.affected_users = Reach::AllUsers), Medium);
        rated(&with(kind, |content, _| "PRODUCTION".clone_into(&mut content.environment)), High);
        for downtime in ["None", "NONE", " none "] {
            rated(&with(kind, |_, impact| downtime.clone_into(&mut impact.estimated_downtime)), Low);
        }
        for downtime in ["< 5 minutes", "nonexistent", "no"] {
            rated(&with(kind, |_, impact| downtime.clone_into(&mut impact.estimated_downtime)), High);
        }
        let system = |name: &str, tags: &[&str]| AffectedSystem {
            name: name.to_owned(),
            tags: tags.iter().map(|&tag| tag.to_owned()).collect(),
        };
        rated(&with(kind, |_, impact| impact.affected_systems.push(system("a", &["Production"]))), High);
        rated(&with(kind, |_, impact| impact.affected_systems.push(system("PRODUCTION-db", &[]))), High);
        rated(&with(kind, |_, impact| impact.affected_systems.push(system("reproductions", &[]))), Low);
    }
    let mut blank = small();
    blank.plan.impact = None;
    rated(&blank, High);
}

#[test]
fn a_rating_says_what_it_follows_from() {
    let pack = compile(rules(|_| {})).unwrap();
    let rating = rate(&small(), &small().plan, &pack).unwrap();
    assert_eq!(
        rating.reasons,
        ["environment STAGING: LOW", "type CONFIG_CHANGE: LOW", "users INTERNAL_ONLY: LOW"]
    );
}

/// Rules at random, and the packs of them that compile.
fn random_packs() -> Vec<Pack> {
    let mut state = 7_u64;
    let mut pick = |choices: &[&str]| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let drawn = usize::try_from(state >> 33).unwrap() % choices.len();
        choices[drawn].to_owned()
    };
    let risks = ["LOW", "MEDIUM", "HIGH", "CRITICAL"];
    let mut packs = vec![compile(rules(|_| {})).unwrap()];
    for _ in 0..2_000 {
        let changed = rules(|rules| {
            for place in ["byType", "internalOnly", "byReach", "environments", "systemTags"] {
                for risk in rules[place].as_object_mut().unwrap().values_mut() {
                    *risk = json!(pick(&risks));
                }
            }
            for reach in ["INTERNAL_ONLY", "SPECIFIC_GROUPS"] {
                if pick(&["yes", "no"]) == "yes" {
                    rules["byReach"][reach] = json!(pick(&risks));
                }
            }
            rules["downtime"] = json!(pick(&risks));
        });
        packs.extend(compile(changed));
    }
    packs
}

/// Every change of a type, by how far it reaches: users, systems, downtime.
fn changes(kind: ChangeType) -> Vec<([usize; 3], Content)> {
    let mut all = Vec::new();
    for (i, reach) in Reach::ALL.iter().enumerate() {
        for (j, tags) in [&[][..], &["production"]].iter().enumerate() {
            for (k, downtime) in ["none", "1 hour"].iter().enumerate() {
                let content = with(kind, |_, impact| {
                    impact.affected_users = *reach;
                    let tags = tags.iter().map(|&tag| tag.to_owned()).collect();
                    impact.affected_systems.push(AffectedSystem { name: "x".to_owned(), tags });
                    (*downtime).clone_into(&mut impact.estimated_downtime);
                });
                all.push(([i, j, k], content));
            }
        }
    }
    all
}

#[test]
fn a_wider_reach_never_lowers_a_risk() {
    let packs = random_packs();
    assert!(packs.len() > 100, "{} packs", packs.len());
    let mut compared = 0_u32;
    for pack in &packs {
        for kind in ChangeType::ALL {
            let rated: Vec<([usize; 3], RiskLevel)> = changes(*kind)
                .into_iter()
                .map(|(reach, content)| (reach, rate(&content, &content.plan, pack).unwrap().risk))
                .collect();
            for (reach, risk) in &rated {
                let wider = rated.iter().filter(|(other, _)| reach.iter().zip(other).all(|(a, b)| a <= b));
                for (other, more) in wider {
                    assert!(more >= risk, "{kind:?}: {reach:?} is {risk:?}, and {other:?} {more:?}");
                    compared += 1;
                }
            }
        }
    }
    assert!(compared > 10_000, "{compared}");
}

#[test]
fn rules_that_would_lower_a_risk_are_refused() {
    let problem = |change: fn(&mut Value)| {
        let mut problems = compile(rules(change)).unwrap_err();
        assert_eq!(problems.len(), 1, "{problems:#?}");
        problems.remove(0)
    };
    let place = |change| problem(change).place;
    assert_eq!(place(|rules| rules["internalOnly"]["CONFIG_CHANGE"] = json!("HIGH")), "internalOnly");
    assert_eq!(place(|rules| rules["internalOnly"]["EMERGENCY"] = json!("LOW")), "internalOnly");
    assert_eq!(place(|rules| rules["byReach"]["INTERNAL_ONLY"] = json!("HIGH")), "byReach");
    assert_eq!(
        place(|rules| drop(rules["byType"].as_object_mut().unwrap().remove("MODEL_UPDATE"))),
        "byType"
    );
    assert_eq!(place(|rules| rules["byType"]["EMERGENCY"] = json!("LOW")), "byType");
    assert_eq!(place(|rules| rules["environments"] = json!({})), "environments");
    assert_eq!(place(|rules| rules["blackouts"][0]["until"] = json!("2026-12-23")), "blackouts/0/until");
    assert_eq!(
        place(|rules| rules["blackouts"][0]["environments"] = json!(["MOON"])),
        "blackouts/0/environments"
    );
    assert_eq!(place(|rules| rules["clashHours"] = json!(0)), "clashHours");
}

/// Not by the documents themselves, which are read again by every release: by who applies them.
#[test]
fn a_pack_whose_blackout_has_no_end_is_not_applied() {
    for (from, until, wrong) in [
        ("2026-12-24", "9999-12-29", None),
        ("2026-12-24", "9999-12-31", Some("blackouts/0/until: the day 9999-12-31")),
        ("9999-12-31", "9999-12-31", Some("blackouts/0/from: the day 9999-12-31")),
        ("-009999-01-01", "2026-12-26", Some("blackouts/0/from: the day -009999-01-01")),
    ] {
        let blackouts = json!([{"from": from, "until": until, "reason": "for good"}]);
        let documents = super::documents(rules(|rules| rules["blackouts"] = blackouts));
        match (assent_domain::pack::apply(None, documents), wrong) {
            (Ok(changes), None) => assert_eq!(changes.len(), 1),
            (Err(refusal), Some(wrong)) => {
                assert_eq!(refusal.code, assent_domain::Code::PackInvalid);
                assert!(refusal.message.contains(wrong), "{refusal:?}");
                assert!(refusal.message.contains("from 0000-01-01 to 9999-12-29"), "{refusal:?}");
            }
            (other, _) => panic!("from {from} until {until}: {other:?}"),
        }
    }
}
