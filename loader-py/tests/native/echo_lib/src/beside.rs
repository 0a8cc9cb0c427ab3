//! Long bytes beside an answer, and which of them were freed.

use std::sync::Mutex;

#[repr(C)]
pub struct Piece {
    data: *mut u8,
    len: usize,
    capacity: usize,
}

/// Those of the next answer, until it takes them.
static NEXT: Mutex<Vec<Vec<u8>>> = Mutex::new(Vec::new());
/// The indexes that were freed one by one, in order, and how many of an answer were left to its end.
static FREED: Mutex<(Vec<u8>, u8)> = Mutex::new((Vec::new(), 0));

/// An array that names each of `indexes`, with `count` pieces beside it: 100,000 bytes each, which are its index.
pub fn named(count: i64, indexes: &[u8]) -> Vec<u8> {
    *NEXT.lock().unwrap() = (0..count).map(|index| vec![index as u8; 100_000]).collect();
    let mut out = vec![0x90 | indexes.len() as u8];
    out.extend(indexes.iter().flat_map(|index| [0xd6, 2, *index, 0, 0, 0]));
    out
}

/// What was freed since the last time: one by one, then how many at the end.
pub fn freed() -> Vec<u8> {
    let (mut one_by_one, left) = std::mem::take(&mut *FREED.lock().unwrap());
    one_by_one.push(left);
    one_by_one
}

/// Takes the pieces of the next answer.
pub fn take() -> (*mut Piece, usize) {
    let in_parts = |piece: Vec<u8>| {
        let mut piece = std::mem::ManuallyDrop::new(piece);
        Piece { data: piece.as_mut_ptr(), len: piece.len(), capacity: piece.capacity() }
    };
    let pieces: Box<[Piece]> = std::mem::take(&mut *NEXT.lock().unwrap()).into_iter().map(in_parts).collect();
    if pieces.is_empty() {
        return (std::ptr::null_mut(), 0);
    }
    let count = pieces.len();
    (Box::into_raw(pieces).cast(), count)
}

unsafe fn free_piece(piece: &mut Piece) -> bool {
    let there = !piece.data.is_null();
    if there {
        drop(unsafe { Vec::from_raw_parts(piece.data, piece.len, piece.capacity) });
    }
    *piece = Piece { data: std::ptr::null_mut(), len: 0, capacity: 0 };
    there
}

/// Frees one, as `[3, index]` asks.
pub unsafe fn free_one(pieces: *mut Piece, count: usize, index: [u8; 4]) {
    let index = u32::from_be_bytes(index) as usize;
    assert!(index < count);
    if unsafe { free_piece(&mut *pieces.add(index)) } {
        FREED.lock().unwrap().0.push(index as u8);
    }
}

/// Frees all.
pub unsafe fn free_all(pieces: *mut Piece, count: usize) {
    if pieces.is_null() {
        return;
    }
    let mut pieces = unsafe { Box::from_raw(std::ptr::slice_from_raw_parts_mut(pieces, count)) };
    for piece in &mut pieces {
        if unsafe { free_piece(piece) } {
            FREED.lock().unwrap().1 += 1;
        }
    }
}
