//! The text of a large manifest, of which only those blocks are read that hold what is asked for.
//!
//! BLAKE3 is a tree: the hashes of the blocks, which the index has, give that of the whole text, which the list of hashes
//! has. A block that was read is what was built, or is refused; those that were read stay.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use blake3::hazmat::{HasherExt, Mode, left_subtree_len, merge_subtrees_non_root, merge_subtrees_root};

use super::Refusal;
use super::files::{other, unreadable};

/// The bytes of a block.
const BLOCK: usize = 16 << 10;
/// The bytes of a hash.
const HASH: usize = blake3::OUT_LEN;

/// A text in blocks.
pub(super) struct Blocks {
    path: PathBuf,
    /// Elsewhere a file that stays open is in the way of who removes its folder.
    #[cfg(unix)]
    file: fs_err::File,
    size: usize,
    hashes: Vec<[u8; HASH]>,
    read: Vec<OnceLock<Box<[u8]>>>,
}

impl Blocks {
    /// How many bytes the hashes of a text of `size` bytes have.
    pub(super) fn hashes(size: usize) -> Option<usize> {
        size.div_ceil(BLOCK).checked_mul(HASH)
    }

    /// The text in `file`, whose blocks have those `hashes`. `None`: they are not of the text that was built.
    pub(super) fn new(
        file: fs_err::File,
        path: &Path,
        size: usize,
        hashes: &[u8],
        whole: &[u8],
    ) -> Option<Self> {
        let (hashes, rest) = hashes.as_chunks();
        if !rest.is_empty() || hashes.is_empty() || root(hashes, size).to_hex().as_bytes() != whole {
            return None;
        }
        #[cfg(not(unix))]
        drop(file);
        Some(Self {
            path: path.to_owned(),
            #[cfg(unix)]
            file,
            size,
            hashes: hashes.to_vec(),
            read: std::iter::repeat_with(OnceLock::new).take(hashes.len()).collect(),
        })
    }

    /// The size of the text.
    pub(super) fn size(&self) -> usize {
        self.size
    }

    /// A part of the text.
    pub(super) fn text(&self, start: usize, size: usize) -> Result<String, Refusal> {
        let end = start + size;
        let mut text = Vec::with_capacity(size);
        for number in start / BLOCK..end.div_ceil(BLOCK) {
            let first = number * BLOCK;
            let block = self.block(number)?;
            let part = block.get(start.saturating_sub(first)..block.len().min(end - first));
            text.extend_from_slice(part.unwrap_or_default());
        }
        match String::from_utf8(text) {
            Ok(text) if text.len() == size => Ok(text),
            _ => Err(self.not_built()),
        }
    }

    /// What is there is not what was built.
    pub(super) fn not_built(&self) -> Refusal {
        other(&self.shown())
    }

    fn shown(&self) -> String {
        self.path.display().to_string()
    }

    #[cfg(unix)]
    fn read_at(&self, block: &mut [u8], at: u64) -> std::io::Result<()> {
        use fs_err::os::unix::fs::FileExt;
        self.file.read_exact_at(block, at)
    }

    #[cfg(not(unix))]
    fn read_at(&self, block: &mut [u8], at: u64) -> std::io::Result<()> {
        use std::io::{Read, Seek, SeekFrom};
        let mut file = fs_err::File::open(&self.path)?;
        file.seek(SeekFrom::Start(at))?;
        file.read_exact(block)
    }

    fn block(&self, number: usize) -> Result<&[u8], Refusal> {
        let (Some(read), Some(hash)) = (self.read.get(number), self.hashes.get(number)) else {
            return Err(self.not_built());
        };
        if let Some(block) = read.get() {
            return Ok(block);
        }
        let first = number * BLOCK;
        let mut block = vec![0; BLOCK.min(self.size - first)].into_boxed_slice();
        self.read_at(&mut block, first as u64)
            .map_err(|error| match error.kind() {
                std::io::ErrorKind::UnexpectedEof => self.not_built(),
                _ => unreadable(&self.shown(), &error),
            })?;
        if hash_of(&block, first, self.size) != *hash {
            return Err(self.not_built());
        }
        // The first one stays, should another thread have read it meanwhile.
        Ok(read.get_or_init(|| block))
    }
}

/// The hash of a block of a text of `size` bytes: of the text itself, if it is the only one.
fn hash_of(block: &[u8], first: usize, size: usize) -> [u8; HASH] {
    if size <= BLOCK {
        return *blake3::hash(block).as_bytes();
    }
    let mut hasher = blake3::Hasher::new();
    hasher
        .set_input_offset(first as u64)
        .update(block)
        .finalize_non_root()
}

/// The hash of a text of `size` bytes whose blocks have those `hashes`.
fn root(hashes: &[[u8; HASH]], size: usize) -> blake3::Hash {
    if let [hash] = hashes {
        return blake3::Hash::from_bytes(*hash);
    }
    let (left, right, at) = halves(hashes, size);
    let (left, right) = (tree(left, at), tree(right, size - at));
    merge_subtrees_root(&left, &right, Mode::Hash)
}

fn tree(hashes: &[[u8; HASH]], size: usize) -> [u8; HASH] {
    if let [hash] = hashes {
        return *hash;
    }
    let (left, right, at) = halves(hashes, size);
    let (left, right) = (tree(left, at), tree(right, size - at));
    merge_subtrees_non_root(&left, &right, Mode::Hash)
}

/// The hashes of the blocks left and right of where the tree of a text of `size` bytes, more than a block, parts.
fn halves(hashes: &[[u8; HASH]], size: usize) -> (&[[u8; HASH]], &[[u8; HASH]], usize) {
    let at = usize::try_from(left_subtree_len(size as u64)).unwrap_or(size);
    let (left, right) = hashes.split_at(at / BLOCK);
    (left, right, at)
}
