//! Long bytes and numbers of an answer, which travel beside its message: each is a `Vec` that the library owns until the client
//! has it freed.

use std::alloc::Layout;
use std::mem::ManuallyDrop;

use super::Response;
use crate::operations::RELEASE;
use crate::wire::{Reader, Token};

/// A number of fixed width.
///
/// # Safety
///
/// It has the layout of the unsigned number of its size, and no destructor.
pub(crate) unsafe trait Word: Copy {}

macro_rules! words {
    ($($unsigned:ident: $($ty:ident)+;)+) => {$($(
        const _: () = assert!(
            size_of::<$ty>() == size_of::<$unsigned>() && align_of::<$ty>() == align_of::<$unsigned>()
        );
        // SAFETY: asserted just now; it is a number.
        unsafe impl Word for $ty {}
    )+)+};
}

words! {
    u8: u8 i8;
    u16: u16 i16;
    u32: u32 i32 f32;
    u64: u64 i64 f64;
}

/// `UsecratePiece` of `docs/abi.md`: a `Vec` of words in parts, or all zero once it was freed.
#[repr(C)]
#[derive(Debug)]
pub(crate) struct Piece {
    data: *mut u8,
    /// In bytes.
    len: usize,
    /// In words, of 2^n bytes, with the upper n bits set. A vector's memory is not larger than `isize::MAX` bytes, so that the bit
    /// below these is clear.
    capacity: usize,
}

const _: () = assert!(size_of::<Piece>() == 3 * size_of::<usize>());

impl Piece {
    const FREED: Self = Self {
        data: std::ptr::null_mut(),
        len: 0,
        capacity: 0,
    };

    /// Takes words apart.
    pub(crate) fn new<T: Word>(words: Vec<T>) -> Self {
        let mut words = ManuallyDrop::new(words);
        let exponent = size_of::<T>().trailing_zeros();
        Self {
            data: words.as_mut_ptr().cast(),
            len: words.len() * size_of::<T>(),
            capacity: words.capacity() | !(usize::MAX >> exponent),
        }
    }

    /// How many bytes there are.
    pub(crate) const fn len(&self) -> usize {
        self.len
    }

    /// What was allocated for it.
    fn layout(&self) -> Layout {
        let exponent = self.capacity.leading_ones();
        let words = self.capacity & (usize::MAX >> exponent);
        let layout = match exponent {
            0 => Layout::array::<u8>(words),
            1 => Layout::array::<u16>(words),
            2 => Layout::array::<u32>(words),
            _ => Layout::array::<u64>(words),
        };
        layout.expect("a vector has it already")
    }
}

impl Drop for Piece {
    fn drop(&mut self) {
        let layout = self.layout();
        if !self.data.is_null() && layout.size() > 0 {
            // SAFETY: `new`, the only maker of a piece that is not null, has the memory from a vector of that layout; the client
            // changes nothing of it.
            unsafe { std::alloc::dealloc(self.data, layout) };
        }
    }
}

impl Response {
    /// Puts pieces beside the message.
    pub(super) fn set_pieces(&mut self, pieces: Vec<Piece>) {
        debug_assert!(self.pieces.is_null(), "those of the answer before are gone");
        let pieces = pieces.into_boxed_slice();
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

#[cfg(test)]
mod tests {
    use super::*;

    fn is_freed_as_it_was_made<T: Word + Default>() {
        for capacity in [0, 1, 3, 5000] {
            let mut words = Vec::with_capacity(capacity);
            words.extend(std::iter::repeat_n(T::default(), capacity / 2));
            let layout = Layout::array::<T>(words.capacity()).unwrap();
            let piece = Piece::new(words);
            assert_eq!(piece.layout(), layout);
            assert_eq!(piece.len(), capacity / 2 * size_of::<T>());
        }
    }

    #[test]
    fn words_of_each_size_are_freed_as_they_were_made() {
        is_freed_as_it_was_made::<u8>();
        is_freed_as_it_was_made::<i16>();
        is_freed_as_it_was_made::<f32>();
        is_freed_as_it_was_made::<u64>();
        is_freed_as_it_was_made::<f64>();
        assert_eq!(Piece::FREED.layout().size(), 0);
    }
}
