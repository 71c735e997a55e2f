//! An ordered map whose clone costs nothing and shares what does not change: a treap with reference-counted nodes, copied on
//! the path that an insertion touches while somebody else holds it. Priorities come from a counter, so that the same
//! insertions make the same tree.
//!
//! INVARIANT: keys are in order from left to right, and no node has a smaller priority than its children. The depth is
//! therefore about twice the logarithm of the size.

use std::cmp::Ordering;
use std::mem;
use std::sync::Arc;

use crate::Order;

/// The map.
#[derive(Debug, Clone)]
pub(super) struct Map<K, V> {
    root: Link<K, V>,
    inserted: u64,
}

type Link<K, V> = Option<Arc<Node<K, V>>>;

#[derive(Debug, Clone)]
struct Node<K, V> {
    key: K,
    value: V,
    priority: u64,
    left: Link<K, V>,
    right: Link<K, V>,
}

impl<K, V> Default for Map<K, V> {
    fn default() -> Self {
        Self { root: None, inserted: 0 }
    }
}

impl<K: Ord + Clone, V: Clone> Map<K, V> {
    /// The value under `key`.
    pub(super) fn get(&self, key: &K) -> Option<&V> {
        let mut link = &self.root;
        while let Some(node) = link {
            match key.cmp(&node.key) {
                Ordering::Less => link = &node.left,
                Ordering::Equal => return Some(&node.value),
                Ordering::Greater => link = &node.right,
            }
        }
        None
    }

    /// Sets the value under `key` and hands back the one that stood there.
    pub(super) fn insert(&mut self, key: K, value: V) -> Option<V> {
        self.inserted = self.inserted.wrapping_add(1);
        let priority = scatter(self.inserted);
        insert(&mut self.root, Node { key, value, priority, left: None, right: None })
    }

    /// Takes the value under `key` out.
    pub(super) fn remove(&mut self, key: &K) -> Option<V> {
        self.get(key)?;
        remove(&mut self.root, key)
    }

    /// The pairs in order, from the first whose key is `within`. Along the walk, `within` must turn true once and stay true.
    pub(super) fn walk(&self, order: Order, within: impl Fn(&K) -> bool) -> Walk<'_, K, V> {
        let mut walk = Walk { order, waiting: Vec::new() };
        let mut link = &self.root;
        while let Some(node) = link {
            if within(&node.key) {
                walk.waiting.push(node);
                link = node.near(order);
            } else {
                link = node.far(order);
            }
        }
        walk
    }
}

impl<K, V> Node<K, V> {
    /// The side that comes before this node.
    fn near(&self, order: Order) -> &Link<K, V> {
        match order {
            Order::Ascending => &self.left,
            Order::Descending => &self.right,
        }
    }

    /// The side that comes after this node.
    fn far(&self, order: Order) -> &Link<K, V> {
        match order {
            Order::Ascending => &self.right,
            Order::Descending => &self.left,
        }
    }
}

/// Pairs in order.
pub(super) struct Walk<'a, K, V> {
    order: Order,
    /// Nodes that are still to come, the next one last.
    waiting: Vec<&'a Node<K, V>>,
}

impl<'a, K, V> Iterator for Walk<'a, K, V> {
    type Item = (&'a K, &'a V);

    fn next(&mut self) -> Option<Self::Item> {
        let node = self.waiting.pop()?;
        let mut link = node.far(self.order);
        while let Some(below) = link {
            self.waiting.push(below);
            link = below.near(self.order);
        }
        Some((&node.key, &node.value))
    }
}

fn insert<K: Ord + Clone, V: Clone>(link: &mut Link<K, V>, new: Node<K, V>) -> Option<V> {
    let Some(shared) = link else {
        *link = Some(Arc::new(new));
        return None;
    };
    let node = Arc::make_mut(shared);
    let (side, rotate): (_, fn(&mut Link<K, V>)) = match new.key.cmp(&node.key) {
        Ordering::Equal => return Some(mem::replace(&mut node.value, new.value)),
        Ordering::Less => (&mut node.left, rotate_right),
        Ordering::Greater => (&mut node.right, rotate_left),
    };
    let old = insert(side, new);
    if side.as_ref().is_some_and(|child| child.priority > node.priority) {
        rotate(link);
    }
    old
}

/// Lifts the left child above its parent.
fn rotate_right<K: Clone, V: Clone>(link: &mut Link<K, V>) {
    if let Some(mut parent) = link.take() {
        *link = match Arc::make_mut(&mut parent).left.take() {
            Some(mut child) => {
                let lifted = Arc::make_mut(&mut child);
                Arc::make_mut(&mut parent).left = lifted.right.take();
                lifted.right = Some(parent);
                Some(child)
            }
            None => Some(parent),
        };
    }
}

/// Lifts the right child above its parent.
fn rotate_left<K: Clone, V: Clone>(link: &mut Link<K, V>) {
    if let Some(mut parent) = link.take() {
        *link = match Arc::make_mut(&mut parent).right.take() {
            Some(mut child) => {
                let lifted = Arc::make_mut(&mut child);
                Arc::make_mut(&mut parent).right = lifted.left.take();
                lifted.left = Some(parent);
                Some(child)
            }
            None => Some(parent),
        };
    }
}

fn remove<K: Ord + Clone, V: Clone>(link: &mut Link<K, V>, key: &K) -> Option<V> {
    let node = Arc::make_mut(link.as_mut()?);
    match key.cmp(&node.key) {
        Ordering::Less => remove(&mut node.left, key),
        Ordering::Greater => remove(&mut node.right, key),
        Ordering::Equal => {
            let joined = join(node.left.take(), node.right.take());
            mem::replace(link, joined).map(|node| node.value.clone())
        }
    }
}

/// One tree of two, of which every key of the first is smaller.
fn join<K: Clone, V: Clone>(smaller: Link<K, V>, larger: Link<K, V>) -> Link<K, V> {
    match (smaller, larger) {
        (None, link) | (link, None) => link,
        (Some(mut a), Some(mut b)) => {
            if a.priority > b.priority {
                let node = Arc::make_mut(&mut a);
                node.right = join(node.right.take(), Some(b));
                Some(a)
            } else {
                let node = Arc::make_mut(&mut b);
                node.left = join(Some(a), node.left.take());
                Some(b)
            }
        }
    }
}

/// Spreads consecutive numbers over all of 64 bits (the finaliser of `SplitMix64`).
fn scatter(number: u64) -> u64 {
    let mut bits = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    fn pairs(map: &Map<u8, u16>, order: Order, from: u8) -> Vec<(u8, u16)> {
        let within = |key: &u8| match order {
            Order::Ascending => *key >= from,
            Order::Descending => *key <= from,
        };
        map.walk(order, within).map(|(key, value)| (*key, *value)).collect()
    }

    fn depth<K, V>(link: &Link<K, V>) -> usize {
        link.as_ref().map_or(0, |node| 1 + depth(&node.left).max(depth(&node.right)))
    }

    proptest! {
        #[test]
        fn behaves_like_a_btree_map_and_clones_stay(steps in prop::collection::vec((any::<bool>(), any::<u8>(), any::<u16>()), 0..200), from: u8) {
            let (mut map, mut model) = (Map::default(), BTreeMap::new());
            let mut clones = Vec::new();
            for (put, key, value) in steps {
                if put {
                    prop_assert_eq!(map.insert(key, value), model.insert(key, value));
                } else {
                    prop_assert_eq!(map.remove(&key), model.remove(&key));
                }
                clones.push((map.clone(), model.clone()));
            }
            for (map, model) in clones {
                let up: Vec<_> = model.range(from..).map(|(k, v)| (*k, *v)).collect();
                let down: Vec<_> = model.range(..=from).rev().map(|(k, v)| (*k, *v)).collect();
                prop_assert_eq!(pairs(&map, Order::Ascending, from), up);
                prop_assert_eq!(pairs(&map, Order::Descending, from), down);
                prop_assert_eq!(map.get(&from), model.get(&from));
            }
        }
    }

    #[test]
    fn ascending_insertions_stay_shallow() {
        let mut map = Map::default();
        for key in 0..100_000_u32 {
            map.insert(key, ());
        }
        assert!(depth(&map.root) < 60, "depth {}", depth(&map.root));
    }
}
