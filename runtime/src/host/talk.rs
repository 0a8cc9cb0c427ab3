//! The memory of one upcall: its request and its answer. A thread keeps one such pair, so that most upcalls allocate nothing.

use std::cell::Cell;

use super::Operation;
use crate::abi::{Host, Memory};
use crate::wire::{EXT_HOST, Reader, Writer};

/// What is beyond this is not kept.
const KEEP: usize = 1 << 16;

#[derive(Debug, Default)]
struct Pair {
    request: Writer,
    answer: Vec<u8>,
}

thread_local! {
    static SPARE: Cell<Option<Box<Pair>>> = const { Cell::new(None) };
}

/// An upcall to be made.
#[derive(Debug)]
pub(crate) struct Talk(Option<Box<Pair>>);

/// An answer: its value is what follows the status.
#[derive(Debug)]
pub struct Reply {
    talk: Talk,
    at: usize,
}

impl Talk {
    /// With its operation, its object, and room for `count` arguments behind them.
    #[inline]
    pub(super) fn new(operation: Operation, count: usize, token: u64) -> Self {
        let mut pair = SPARE.try_with(Cell::take).ok().flatten().unwrap_or_default();
        pair.answer.clear();
        let writer = &mut pair.request;
        writer.truncate(0);
        let operation = match operation {
            Operation::Release => 0,
            Operation::Invoke => 1,
            Operation::Next => 2,
            Operation::Read => 3,
            Operation::Write => 4,
            Operation::Flush => 5,
            Operation::Seek => 6,
            Operation::Retain => 7,
            Operation::Equal => 8,
            Operation::Order => 9,
            Operation::Hash => 10,
            Operation::Text => 11,
            Operation::Data => 12,
            Operation::Unheard => 13,
        };
        match (u8::try_from(count), u32::try_from(token)) {
            // In one piece, as most are.
            (Ok(count @ 0..=13), Err(_)) => {
                let mut head = [0x92 + count, operation, 0xcf, 0, 0, 0, 0, 0, 0, 0, 0];
                head[3..].copy_from_slice(&token.to_be_bytes());
                writer.raw(&head);
            }
            _ => {
                writer.array(count + 2);
                writer.uint(u64::from(operation));
                writer.uint(token);
            }
        }
        Self(Some(pair))
    }

    /// Continues the request.
    #[inline]
    pub(super) fn request<T>(&mut self, write: impl FnOnce(&mut Writer) -> T) -> T {
        write(&mut self.0.get_or_insert_default().request)
    }

    /// Makes the upcall; `None`: the host is gone.
    #[inline]
    pub(super) fn cross(mut self, host: Host, memory: Memory<'_>) -> Option<Reply> {
        let pair = self.0.get_or_insert_default();
        let answered = host.call(pair.request.as_bytes(), memory, &mut pair.answer);
        answered.then_some(Reply { talk: self, at: 0 })
    }
}

impl Drop for Talk {
    #[inline]
    fn drop(&mut self) {
        let Some(pair) = self.0.take() else { return };
        if pair.request.capacity() <= KEEP && pair.answer.capacity() <= KEEP {
            let _ = SPARE.try_with(|spare| spare.set(Some(pair)));
        }
    }
}

impl Reply {
    /// The value's bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        let pair = self.talk.0.as_deref();
        pair.and_then(|pair| pair.answer.get(self.at..)).unwrap_or(&[])
    }

    /// Reads the value.
    #[must_use]
    pub fn reader(&self) -> Reader<'_> {
        Reader::new(self.bytes())
    }

    pub(super) fn behind(mut self, at: usize) -> Self {
        self.at = at;
        self
    }
}

/// Writes a host object, whose reference goes back to the host.
pub(crate) fn write(writer: &mut Writer, token: u64) {
    writer.ext(EXT_HOST, &token.to_le_bytes());
}
