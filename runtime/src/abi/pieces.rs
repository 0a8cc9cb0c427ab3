//! Long bytes of an answer, which travel beside its message: each is a `Vec<u8>` that the library owns until the client
//! has it freed.

use std::mem::ManuallyDrop;

use super::Response;
use crate::dispatch::RELEASE;
use crate::wire::{Reader, Token};

/// `UsecratePiece` of `docs/abi.md`: a `Vec<u8>` in parts, or all zero once it was freed.
#[repr(C)]
#[derive(Debug)]
pub(super) struct Piece {
    data: *mut u8,
    len: usize,
    capacity: usize,
}

const _: () = assert!(size_of::<Piece>() == 3 * size_of::<usize>());

impl Piece {
    const FREED: Self = Self {
        data: std::ptr::null_mut(),
        len: 0,
        capacity: 0,
    };
}

impl From<Vec<u8>> for Piece {
    fn from(bytes: Vec<u8>) -> Self {
        let mut bytes = ManuallyDrop::new(bytes);
        Self {
            data: bytes.as_mut_ptr(),
            len: bytes.len(),
            capacity: bytes.capacity(),
        }
    }
}

impl Drop for Piece {
    fn drop(&mut self) {
        if !self.data.is_null() {
            // SAFETY: these parts were taken from a `Vec<u8>` by `from`, the only maker of a piece that is not null, and
            // the client changes none of them.
            drop(unsafe { Vec::from_raw_parts(self.data, self.len, self.capacity) });
        }
    }
}

impl Response {
    /// Puts pieces beside the message.
    pub(super) fn set_pieces(&mut self, pieces: Vec<Vec<u8>>) {
        debug_assert!(self.pieces.is_null(), "those of the answer before are gone");
        let pieces: Box<[Piece]> = pieces.into_iter().map(Piece::from).collect();
        self.piece_count = pieces.len();
        self.pieces = Box::into_raw(pieces).cast();
    }

    /// Frees the pieces.
    #[cold]
    pub(super) fn free_pieces(&mut self) {
        if self.pieces.is_null() {
            return;
        }
        let pieces = std::ptr::slice_from_raw_parts_mut(self.pieces, self.piece_count);
        (self.pieces, self.piece_count) = (std::ptr::null_mut(), 0);
        // SAFETY: made by `set_pieces`, and taken out just now, so that nobody frees them again.
        drop(unsafe { Box::from_raw(pieces) });
    }

    /// Operation *release*: `[3]` frees all memory of the response, `[3, index]` that of one piece. `false`: it is neither.
    #[cold]
    pub(super) fn release(&mut self, request: &[u8]) -> bool {
        if let [0x91, RELEASE] = request {
            self.free_pieces();
            drop(self.take_memory());
            return true;
        }
        let [0x92, RELEASE, rest @ ..] = request else {
            return false;
        };
        let reader = Reader::new(rest);
        let Ok(Token::Int(index)) = reader.next() else {
            return false;
        };
        if !reader.at_end() {
            return false;
        }
        let pieces = self.pieces_mut();
        let named = usize::try_from(index)
            .ok()
            .and_then(|index| pieces.get_mut(index));
        if let Some(piece) = named {
            *piece = Piece::FREED;
        }
        true
    }

    fn pieces_mut(&mut self) -> &mut [Piece] {
        if self.pieces.is_null() {
            return &mut [];
        }
        // SAFETY: `set_pieces` has left as many behind the pointer, and the response is this call's alone.
        unsafe { std::slice::from_raw_parts_mut(self.pieces, self.piece_count) }
    }
}
