//! The decisions of Assent: identity, registry, facts, rules, workflow, gate and packs, without I/O.
