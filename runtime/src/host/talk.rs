//! The memory of one upcall: its request and its answer. A thread keeps one such pair, so that most upcalls allocate nothing.

use std::cell::Cell;

use super::Operation;
use crate::abi::{Host, Memory};
use crate::wire::{EXT_HOST, Reader, Writer};

/// What is beyond this is not kept.
const KEEP: usize = 1 << 16;

#[derive(Debug, Default)]
struct Pair {
    request: Vec<u8>,
    answer: Vec<u8>,
}

thread_local! {
    static SPARE: Cell<Option<Pair>> = const { Cell::new(None) };
}

/// An upcall to be made.
#[derive(Debug)]
pub(crate) struct Talk(Pair);

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
        let pair = SPARE.try_with(Cell::take).ok().flatten().unwrap_or_default();
        let mut talk = Self(pair);
        talk.0.request.clear();
        talk.0.answer.clear();
        talk.request(|writer| {
            writer.array(count + 2);
            writer.uint(match operation {
                Operation::Release => 0,
                Operation::Invoke => 1,
                Operation::Next => 2,
                Operation::Read => 3,
                Operation::Write => 4,
                Operation::Flush => 5,
                Operation::Seek => 6,
            });
            writer.uint(token);
        });
        talk
    }

    /// Continues the request.
    #[inline]
    pub(super) fn request<T>(&mut self, write: impl FnOnce(&mut Writer) -> T) -> T {
        let mut writer = Writer::new(std::mem::take(&mut self.0.request));
        let result = write(&mut writer);
        self.0.request = writer.into_bytes();
        result
    }

    /// Makes the upcall; `None`: the host is gone.
    #[inline]
    pub(super) fn cross(mut self, host: Host, memory: Memory<'_>) -> Option<Reply> {
        let answered = host.call(&self.0.request, memory, &mut self.0.answer);
        answered.then_some(Reply { talk: self, at: 0 })
    }
}

impl Drop for Talk {
    fn drop(&mut self) {
        let pair = std::mem::take(&mut self.0);
        if pair.request.capacity() <= KEEP && pair.answer.capacity() <= KEEP {
            let _ = SPARE.try_with(|spare| spare.set(Some(pair)));
        }
    }
}

impl Reply {
    /// The value's bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        self.talk.0.answer.get(self.at..).unwrap_or(&[])
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
