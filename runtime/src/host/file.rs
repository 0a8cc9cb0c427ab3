//! Files of the host: `Read`, `Write`, `Seek` and `BufRead` over a binary file object, `fmt::Write` over a text file object.
//!
//! Small reads and writes are buffered, but only while a call is made: before the thread's outermost call ends, what was
//! written reaches the object and what was read ahead is given back by seeking (`buffered::settle`), so that whoever uses the object
//! from the other side finds it as if there were no buffer. On a thread that makes no call nothing is buffered.

use std::io::{self, BufRead, Read, Seek, SeekFrom, Write};
use std::sync::Arc;

use super::buffered::{Holding, Shared, State};
use super::{Failure, Object, Operation, Promised, record, talk};
use crate::abi::Memory;
use crate::describe::Describer;
use crate::error::Fault;
use crate::group::scope::Scope;
use crate::group::store::Out;
use crate::lift::{Lift, LiftMut, by_value};
use crate::lower::{Lower, LowerMut, LowerRef};
use crate::shim::Answer;

/// A file object of the host. `M` says what is asked of it: 1 `Read`, 2 `Write`, 4 `Seek`, 8 `BufRead` of a binary one; 16
/// `fmt::Write` of a text file.
pub struct File<const M: u8> {
    shared: Arc<Shared>,
    /// What `fill_buf` lends: a copy of what the buffer held after `copied` fills.
    copy: Vec<u8>,
    copied: u64,
}

impl<const M: u8> File<M> {
    fn new(object: Object) -> Self {
        Self {
            shared: Shared::new(object),
            copy: Vec::new(),
            copied: 0,
        }
    }

    fn with<T>(&self, work: impl FnOnce(&mut State, bool) -> Result<T, Failure>) -> io::Result<T> {
        self.shared.with(work).map_err(io::Error::from)
    }

    fn modes() -> String {
        let letters = [(1, 'r'), (2, 'w'), (4, 's'), (8, 'b'), (16, 't')];
        letters
            .iter()
            .filter(|(bit, _)| M & bit != 0)
            .map(|(_, letter)| letter)
            .collect()
    }
}

impl<const M: u8> std::fmt::Debug for File<M> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("File")
            .field("modes", &Self::modes())
            .finish_non_exhaustive()
    }
}

impl<const M: u8> Drop for File<M> {
    fn drop(&mut self) {
        let object = {
            // Who settles it has a share of it, whose end releases the object.
            let Some(mut state) = self.shared.try_lock() else {
                return;
            };
            // The writer of the data has no other way to learn that it did not arrive.
            if let Err(Failure::Raised(raised)) = state.settle() {
                record(&raised, true);
            }
            state.object.take()
        };
        drop(object);
    }
}

impl<const M: u8> Read for File<M> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        self.with(|state, calls| state.read(to, calls))
    }
}

impl<const M: u8> BufRead for File<M> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let mut copy = std::mem::take(&mut self.copy);
        let copied = self.copied;
        let result = self.with(|state, _| {
            state.flush_buffer()?;
            if state.unread() == 0 {
                // One that cannot seek keeps what was read ahead for the next call.
                state.can_seek()?;
                state.fill()?;
            }
            let Holding::Read { at, end } = state.holding else {
                return Ok((0, 0, copied));
            };
            if state.fills != copied {
                copy.clear();
                copy.extend_from_slice(&state.buffer[..end]);
            }
            Ok((at, end, state.fills))
        });
        self.copy = copy;
        let (at, end, copied) = result?;
        self.copied = copied;
        Ok(&self.copy[at..end])
    }

    fn consume(&mut self, count: usize) {
        // What nobody may wait for is given back whole.
        if let Ok(mut state) = self.shared.state() {
            state.consume(count);
        }
    }
}

impl<const M: u8> Write for File<M> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.with(|state, calls| state.write(bytes, calls))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.with(|state, _| {
            state.flush_buffer()?;
            state.ask(Operation::Flush, 0, |_| (), Memory::Nothing)?;
            Ok(())
        })
    }
}

/// Pieces are whole texts, and so is what is written of them at once.
impl<const M: u8> std::fmt::Write for File<M> {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        self.with(|state, calls| state.write(text.as_bytes(), calls))
            .map_err(|_| std::fmt::Error)
    }
}

impl<const M: u8> Seek for File<M> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.with(|state, _| state.seek(to))
    }
}

impl<'s, 'h, B, const M: u8> Lift<'s, 'h, B> for File<M> {
    type Held = Promised;
    const STD: bool = true;

    fn hold(scope: Scope<'s, 'h>) -> Result<Promised, Fault> {
        Promised::hold(&scope, "a file", false)
    }

    fn take(held: Promised) -> Self {
        Self::new(held.own())
    }

    fn describe(to: &mut Describer<'_>) {
        to.head("file", 1);
        to.plain(&Self::modes());
    }
}

by_value!([const M: u8] File<M>);

impl<'s, 'h, B, const M: u8> LiftMut<'s, 'h, B> for File<M> {
    fn hold_mut(scope: Scope<'s, 'h>) -> Result<&'s mut Self, Fault> {
        scope.keeps()?;
        let file = Self::new(Promised::hold(&scope, "a file", false)?.own());
        let shared = Arc::clone(&file.shared);
        scope.if_refused(move || shared.forget());
        Ok(scope.store_mut(file, true))
    }

    fn describe_mut(to: &mut Describer<'_>) {
        <Self as Lift<'s, 'h, B>>::describe(to);
    }
}

/// The same object goes back.
impl<'h, B, const M: u8> Lower<'h, B> for File<M> {
    fn lower(self, out: &mut Out<'_, 'h>) -> Answer {
        let mut state = match self.shared.state() {
            Ok(state) => state,
            Err(failure) => return Err(Fault::value(io::Error::from(failure).to_string()).about("a file")),
        };
        match state.settle() {
            Err(Failure::Raised(raised)) => record(&raised, true),
            Err(Failure::Unusable(fault)) => return Err(fault.about("a file")),
            Ok(()) | Err(Failure::Gone(_)) => {}
        }
        match state.object.take() {
            Some(object) => talk::write(out.writer, out.frame.send(object)),
            None => out.writer.nil(),
        }
        Ok(())
    }

    fn describe(to: &mut Describer<'_>) {
        to.head("file", 1);
        to.plain(&Self::modes());
    }
}

/// The same object goes back, with a reference of its own: Rust goes on using it.
impl<'r, 'h, B, const M: u8> LowerRef<'r, 'h, B> for File<M> {
    fn lower_ref(&'r self, out: &mut Out<'_, 'h>) -> Answer {
        match self.shared.again() {
            Ok(object) => talk::write(out.writer, out.frame.send(object)),
            Err(Failure::Raised(raised)) => {
                // It is the answer, whatever stands here.
                record(&raised, true);
                out.writer.nil();
            }
            Err(Failure::Unusable(fault)) => return Err(fault.about("a file")),
            Err(Failure::Gone(why)) => return Err(Fault::value(why).about("a file")),
        }
        Ok(())
    }

    fn describe_ref(to: &mut Describer<'_>) {
        <Self as Lower<'h, B>>::describe(to);
    }
}

impl<'h, B, const M: u8> LowerMut<'h, B> for File<M> {
    fn lower_mut(&'h mut self, out: &mut Out<'_, 'h>) -> Answer {
        LowerRef::<'_, 'h, B>::lower_ref(self, out)
    }

    fn describe_mut(to: &mut Describer<'_>) {
        <Self as Lower<'h, B>>::describe(to);
    }
}
