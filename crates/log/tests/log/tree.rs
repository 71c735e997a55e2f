use assent_log::tile::TILE_WIDTH;
use assent_log::tree::LoadError;
use assent_log::{EMPTY_ROOT, Hash, Tree};

use crate::support::{MemoryTiles, leaves, naive_root};

#[test]
fn roots_equal_the_definition() {
    let leaves = leaves(600);
    let mut tree = Tree::new();
    let mut bare = Tree::new().without_tiles();
    for size in 0..=600 {
        assert_eq!(tree.size(), size as u64);
        assert_eq!(tree.root(), naive_root(&leaves[..size]), "size {size}");
        assert_eq!(bare.root(), tree.root());
        assert_eq!(tree.last_leaf(), if size == 0 { EMPTY_ROOT } else { leaves[size - 1] });
        if let Some(&leaf) = leaves.get(size) {
            tree.push(leaf);
            bare.push(leaf);
        }
    }
    assert!(bare.take_changed().is_empty());
}

#[test]
fn roots_of_larger_trees_equal_the_definition() {
    let leaves = leaves(70_000);
    for size in [1_023, 4_097, 65_535, 65_536, 65_537, 69_999] {
        let mut tree = Tree::new();
        for &leaf in &leaves[..size] {
            tree.push(leaf);
        }
        assert_eq!(tree.root(), naive_root(&leaves[..size]), "size {size}");
    }
}

#[test]
fn changed_tiles_are_given_once_and_hold_the_hashes() {
    let leaves = leaves(600);
    let mut tree = Tree::new();
    assert!(tree.take_changed().is_empty());
    for &leaf in &leaves[..255] {
        tree.push(leaf);
    }
    let shape = |tree: &mut Tree| -> Vec<_> {
        tree.take_changed()
            .into_iter()
            .map(|tile| (tile.level, tile.n, tile.width, tile.bytes.len()))
            .collect()
    };
    assert_eq!(shape(&mut tree), [(0, 0, 255, 255 * 32)]);
    assert!(tree.take_changed().is_empty());
    tree.push(leaves[255]);
    assert_eq!(shape(&mut tree), [(0, 0, TILE_WIDTH, 256 * 32), (1, 0, 1, 32)]);
    for &leaf in &leaves[256..] {
        tree.push(leaf);
    }
    let changed = tree.take_changed();
    assert_eq!(
        changed.iter().map(|tile| tile.path().to_string()).collect::<Vec<_>>(),
        ["tile/0/001", "tile/0/002.p/88", "tile/1/000.p/2"]
    );
    assert_eq!(changed[0].bytes, leaves[256..512].iter().flat_map(|leaf| leaf.0).collect::<Vec<_>>());
    assert_eq!(changed[2].bytes[32..], naive_root(&leaves[256..512]).0);
}

#[test]
fn a_clone_grows_alone() {
    let mut tree = Tree::new();
    tree.push(Hash([1; 32]));
    let before = tree.root();
    let mut draft = tree.clone();
    draft.push(Hash([2; 32]));
    assert_eq!((tree.size(), tree.root()), (1, before));
    assert_ne!(draft.root(), before);
}

#[test]
fn a_loaded_tree_goes_on_where_the_stored_one_was() {
    let leaves = leaves(66_600);
    let (mut tree, mut tiles) = (Tree::new(), MemoryTiles::default());
    for (size, &leaf) in leaves.iter().enumerate() {
        if size < 600 || [1_024, 65_535, 65_536, 65_537, 66_048, 66_599].contains(&size) {
            tiles.keep(&mut tree);
            let mut loaded = Tree::load(size as u64, |level, n, width| tiles.read(level, n, width)).unwrap();
            assert_eq!(loaded.size(), tree.size());
            assert_eq!(loaded.root(), tree.root(), "size {size}");
            assert_eq!(loaded.last_leaf(), tree.last_leaf());
            assert!(loaded.take_changed().is_empty());
            let mut next = tree.clone();
            next.push(leaf);
            loaded.push(leaf);
            assert_eq!(loaded.root(), next.root());
            assert_eq!(loaded.take_changed(), next.take_changed());
        }
        tree.push(leaf);
    }
}

#[test]
fn an_older_tree_loads_from_wider_tiles() {
    let leaves = leaves(600);
    let tiles = MemoryTiles::of(&leaves);
    for size in 0..=600 {
        let tree = Tree::load(size, |level, n, width| tiles.read(level, n, width)).unwrap();
        assert_eq!(tree.root(), naive_root(&leaves[..usize::try_from(size).unwrap()]));
    }
}

#[test]
fn tiles_that_do_not_fit_are_refused() {
    let tiles = MemoryTiles::of(&leaves(600));
    let load = |tiles: &MemoryTiles| {
        Tree::load(600, |level, n, width| tiles.read(level, n, width)).map(|tree| tree.root())
    };
    assert!(load(&tiles).is_ok());

    let mut short = tiles.clone();
    short.0.get_mut(&(0, 2)).unwrap().truncate(87 * 32);
    let length = LoadError::Length { level: 0, n: 2, width: 88, found_bytes: 87 * 32 };
    assert_eq!(load(&short), Err(length));

    let mut flipped = tiles.clone();
    flipped.0.get_mut(&(0, 1)).unwrap()[77] ^= 4;
    assert_eq!(load(&flipped), Err(LoadError::Parent { level: 0, n: 1 }));

    let mut missing = tiles;
    missing.0.remove(&(1, 0));
    let source = LoadError::Source { level: 1, n: 0, cause: "no such tile".to_owned() };
    assert_eq!(load(&missing), Err(source));
}

#[test]
fn hashes_have_one_spelling() {
    let text = EMPTY_ROOT.to_string();
    assert_eq!(text, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert_eq!(text.parse(), Ok(EMPTY_ROOT));
    assert_eq!(EMPTY_ROOT, Hash::of(b""));
    assert_eq!(serde_json::to_string(&EMPTY_ROOT).unwrap(), format!("\"{text}\""));
    assert_eq!(serde_json::from_str::<Hash>(&format!("\"{text}\"")).unwrap(), EMPTY_ROOT);
    for other in [
        text.to_uppercase(),
        text.replacen('e', "", 1),
        format!("{text}0"),
        text.replace('c', "g"),
        "é".repeat(32),
    ] {
        assert!(other.parse::<Hash>().is_err(), "{other}");
    }
}
