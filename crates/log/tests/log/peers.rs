//! What other implementations of the C2SP formats make of ours.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use signed_note::{Note as PeerNote, StandardSigner, StandardVerifier, VerifierList};
use tlog_tiles::{
    Checkpoint as PeerCheckpoint, Hash as PeerHash, Tile, TileHashReader, TileReader, check_record,
    check_tree, prove_record, prove_tree, record_hash, tree_hash,
};

use assent_log::proof::{prove_consistency, prove_inclusion};
use assent_log::tile::TilePath;
use assent_log::{Checkpoint, Hash, VerifyingKey, leaf_hash};

use crate::support::{MemoryTiles, ORIGIN, at, first, key, leaves, log, naive_root, root_of};

impl TileReader for MemoryTiles {
    fn height(&self) -> u8 {
        8
    }

    fn read_tiles(&self, tiles: &[Tile]) -> Result<Vec<Vec<u8>>, tlog_tiles::Error> {
        let read =
            |tile: &Tile| self.0[&(tile.level(), tile.level_index())][..tile.width() as usize * 32].to_vec();
        Ok(tiles.iter().map(read).collect())
    }

    fn save_tiles(&self, _: &[Tile], _: &[Vec<u8>]) {}
}

fn peer(hash: Hash) -> PeerHash {
    PeerHash(hash.0)
}

#[test]
fn signed_note_accepts_our_checkpoints() {
    let entries = log(5);
    let ours = Checkpoint::new(ORIGIN, 5, root_of(&entries)).sign(&[&key()]).unwrap();
    let note = PeerNote::from_bytes(ours.to_text().as_bytes()).unwrap();
    let known = VerifierList::new(vec![Box::new(StandardVerifier::new(&key().vkey()).unwrap())]);
    let (verified, unknown) = note.verify(&known).unwrap();
    assert_eq!((verified.len(), unknown.len()), (1, 0));
    assert_eq!(note.to_bytes(), ours.to_text().as_bytes());
    let checkpoint = PeerCheckpoint::from_bytes(note.text()).unwrap();
    assert_eq!((checkpoint.origin(), checkpoint.size()), (ORIGIN, 5));
    assert_eq!(checkpoint.hash().0, root_of(&entries).0);
    let forged = ours.to_text().replacen("\n5\n", "\n6\n", 1);
    assert!(PeerNote::from_bytes(forged.as_bytes()).unwrap().verify(&known).is_err());
}

#[test]
fn we_accept_checkpoints_of_signed_note() {
    let text = PeerCheckpoint::new(ORIGIN, 7, peer(naive_root(&leaves(7))), "more\n").unwrap().to_bytes();
    let vkey = key().vkey();
    let id = vkey.split('+').nth(1).unwrap();
    let seed = STANDARD.encode([[1].as_slice(), &[7; 32]].concat());
    let signer = StandardSigner::new(&format!("PRIVATE+KEY+{ORIGIN}+{id}+{seed}")).unwrap();
    let mut note = PeerNote::new(&text, &[]).unwrap();
    note.add_sigs(&[&signer]).unwrap();

    let known = [VerifyingKey::parse(&vkey).unwrap()];
    let (checkpoint, signers) = Checkpoint::open(&note.to_bytes(), &known).unwrap();
    assert_eq!((checkpoint.size, checkpoint.root, signers.len()), (7, naive_root(&leaves(7)), 1));
    assert_eq!(checkpoint.extensions, ["more"]);
    assert_eq!(checkpoint.sign(&[&key()]).unwrap().to_text().as_bytes(), note.to_bytes());
}

#[test]
fn tlog_tiles_reads_our_tiles() {
    let entries = log(3);
    assert_eq!(record_hash(&entries[2]).0, leaf_hash(&entries[2]).0);
    let leaves = leaves(66_000);
    let (tiles, size) = (MemoryTiles::of(&leaves), leaves.len() as u64);
    let root = peer(naive_root(&leaves));
    let reader = TileHashReader::new(size, root, &tiles);
    assert_eq!(tree_hash(size, &reader).unwrap(), root);
    for index in [0, 255, 256, 65_535, 65_536, 65_999] {
        let ours: Vec<PeerHash> =
            prove_inclusion(&tiles, index, size).unwrap().path.into_iter().map(peer).collect();
        assert_eq!(ours, prove_record(size, index, &reader).unwrap());
        assert!(check_record(&ours, size, root, index, peer(at(&leaves, index))).is_ok());
    }
    for old in [1, 2, 255, 256, 300, 65_536, 65_537, 65_999] {
        let ours: Vec<PeerHash> =
            prove_consistency(&tiles, old, size).unwrap().path.into_iter().map(peer).collect();
        assert_eq!(ours, prove_tree(size, old, &reader).unwrap());
        assert!(check_tree(&ours, size, root, old, peer(naive_root(first(&leaves, old)))).is_ok());
    }
}

#[test]
fn small_proofs_equal_those_of_tlog_tiles() {
    let leaves = leaves(40);
    let tiles = MemoryTiles::of(&leaves);
    for size in 1..=40_u64 {
        let narrow = MemoryTiles::of(first(&leaves, size));
        let reader = TileHashReader::new(size, peer(naive_root(first(&leaves, size))), &narrow);
        for other in 0..size {
            let ours = prove_inclusion(&tiles, other, size).unwrap().path;
            assert_eq!(
                ours.into_iter().map(peer).collect::<Vec<_>>(),
                prove_record(size, other, &reader).unwrap()
            );
            let ours = prove_consistency(&tiles, other + 1, size).unwrap().path;
            assert_eq!(
                ours.into_iter().map(peer).collect::<Vec<_>>(),
                prove_tree(size, other + 1, &reader).unwrap()
            );
        }
    }
}

#[test]
fn tile_paths_are_those_of_tlog_tiles_without_the_height() {
    for (level, n, width) in [(0, 0, 256), (0, 999, 1), (2, 1_000, 256), (5, 1_234_067, 8)] {
        let theirs = Tile::new(8, level, n, width.into(), false).path().replacen("tile/8/", "tile/", 1);
        assert_eq!(TilePath::Hashes { level, n, width }.to_string(), theirs);
        let theirs =
            Tile::new(8, 0, n, width.into(), true).path().replacen("tile/8/data/", "tile/entries/", 1);
        assert_eq!(TilePath::Entries { n, width }.to_string(), theirs);
    }
}
