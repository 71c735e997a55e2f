//! Whether duties are bound to roles that can do them. That each is bound is asked when a pack is applied: a release may
//! know more duties than the pack in force.

use super::Check;
use crate::identity::Permission;
use crate::pack::{Duties, Duty, Pack, Role};
use crate::workflow::OWNER;

impl Check {
    /// Duties are bound to roles that exist, and that can sign where they have to.
    pub(super) fn duties(&mut self, pack: &Pack) {
        let Some(duties) = &pack.duties else { return };
        self.at("Duties", &duties.id);
        for (list, tier) in duties.tiers_named().filter(|(_, tier)| !pack.tiers.contains_key(*tier)) {
            self.say(list, format!("the pack has no tier `{tier}`"));
        }
        for duty in Duties::all(pack.tiers.keys()) {
            let (place, roles) = (duty.place(), duties.of(duty));
            if duty == Duty::EmergencyPair {
                self.pair(&place, roles);
            } else {
                self.distinct(&place, roles.iter().map(String::as_str));
            }
            let roles = || roles.iter().filter(|role| !(duty.takes_owner() && role.as_str() == OWNER));
            self.known(&place, "role", roles(), |id| pack.roles.contains_key(id));
            let signs = |role: &Role| role.permissions.contains(&Permission::Review);
            let cannot =
                roles().filter_map(|role| pack.role(role)).filter(|role| duty.decides() && !signs(role));
            for role in cannot {
                let name = Permission::Review.name();
                self.say(&place, format!("the role `{}` lacks the permission `{name}`", role.id));
            }
        }
    }

    /// Two persons sign in two roles; two persons of one role are no pair.
    fn pair(&mut self, place: &str, roles: &[String]) {
        let found = match roles {
            [] => return,
            [one, other] if one != other => return,
            [_, _] => "one role twice".to_owned(),
            others => others.len().to_string(),
        };
        self.say(place, format!("a pair is two different roles, not {found}"));
    }
}
