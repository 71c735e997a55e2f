//! Walking the graph, one distance at a time. What the caller may not read is not walked through: it looks as if it did not
//! exist, and so does what is only reached through it.

use super::graph::{Found, Lineage, Node};
use super::neighbours::{Neighbours, Way};
use crate::problem::Problem;

/// The most nodes and edges of an answer.
pub(super) const MAX_FOUND: usize = 500;
/// A walk ends when it has read so many bytes of documents.
const MAX_READ_BYTES: usize = 16 << 20;

/// Someone on their way.
pub(super) struct Walk<'a> {
    pub(super) neighbours: Neighbours<'a>,
    pub(super) way: Way,
}

impl Walk<'_> {
    /// What is reached from a node.
    pub(super) fn from(&self, start: Node, depth: u32) -> Result<Lineage, Problem> {
        let (key, mut found) = (start.key.clone(), Found::default());
        let mut frontier = vec![start.clone()];
        found.node(start);
        for distance in 1..=depth {
            let mut reached = Vec::new();
            for node in &frontier {
                if !self.around(node, distance, &mut found, &mut reached)? {
                    return Ok(found.shown(key, true));
                }
            }
            frontier = reached;
        }
        let cut = self.leads_on(&frontier, &found)?;
        Ok(found.shown(key, cut))
    }

    /// Takes in the neighbours of a node; whether there was room for all of them.
    fn around(
        &self,
        node: &Node,
        distance: u32,
        found: &mut Found,
        reached: &mut Vec<Node>,
    ) -> Result<bool, Problem> {
        let mut place = Some(Neighbours::first(self.way));
        while let Some(here) = place {
            if self.neighbours.read_bytes() > MAX_READ_BYTES {
                return Ok(false);
            }
            let (steps, next) = self.neighbours.some(node, self.way, here, usize::MAX)?;
            for mut step in steps {
                if !found.has_room(&step, MAX_FOUND) {
                    return Ok(false);
                }
                found.edge(step.link);
                step.node.distance = distance;
                if found.node(step.node.clone()) {
                    reached.push(step.node);
                }
            }
            place = next;
        }
        Ok(true)
    }

    /// Whether there is more beyond the last nodes.
    fn leads_on(&self, frontier: &[Node], found: &Found) -> Result<bool, Problem> {
        for node in frontier {
            let mut place = Some(Neighbours::first(self.way));
            while let Some(here) = place {
                if self.neighbours.read_bytes() > MAX_READ_BYTES {
                    return Ok(true);
                }
                let (steps, next) = self.neighbours.some(node, self.way, here, usize::MAX)?;
                if steps.iter().any(|step| !found.holds(&step.node.key)) {
                    return Ok(true);
                }
                place = next;
            }
        }
        Ok(false)
    }
}
