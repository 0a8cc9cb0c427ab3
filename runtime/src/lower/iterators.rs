//! Iterators: the value stays here, behind a handle without a class, and operation *next* fetches its items.
//!
//! Items are fetched ahead only up to what the iterator promises to have (the lower bound of `size_hint`), and never
//! from one that may wait or call back: what a client has not asked for yet must not have happened.

use std::marker::PhantomData;

use super::numbers::PACKED;
use super::{Fail, Lower};
use crate::describe::Describer;
use crate::error::Fault;
use crate::group::scope::{Family, Scope};
use crate::group::store::Out;
use crate::group::value::TypeInfo;
use crate::lift::LiftMut;
use crate::shim::{Answer, Call};

/// The most items of one answer.
const MOST: usize = 1024;
/// An answer that is as long as this takes no further item.
const LONG: usize = 64 << 10;

/// The number of the type that has no class: iterators whose type nobody can name.
pub(crate) const ITERATOR: u32 = u32::MAX;

const fn known(send: bool, sync: bool) -> TypeInfo {
    TypeInfo {
        path: "iterator",
        index: ITERATOR,
        send,
        sync,
        clone: false,
        borrows: true,
        trivial_drop: false,
    }
}

/// What is known of an iterator that any thread may use, two at a time: `Send` and `Sync`.
pub(crate) static SHARED: TypeInfo = known(true, true);
/// `Send` alone.
pub(crate) static SENT: TypeInfo = known(true, false);
/// Neither, as far as anybody knows.
pub(crate) static LOCAL: TypeInfo = known(false, false);

/// An iterator of an erased type. `'h` is its group.
trait Advance<'h> {
    /// Writes the next items, at most `want`; none when there are no more, and for ever after.
    fn advance(&mut self, want: usize, out: &mut Out<'_, 'h>) -> Answer;
}

/// An iterator and the bridge that lowers its items.
struct Steps<I, B> {
    items: I,
    /// Never more than one item at a time.
    single: bool,
    /// It gave no item once; asked again it might begin again.
    done: bool,
    /// Why the item after those that were given has no form: the next answer.
    late: Option<Fault>,
    bridge: PhantomData<fn(B)>,
}

/// It may wait for something, or run what is not Rust: a channel or a trait object as much as a host's object.
fn may_call_back<I>() -> bool {
    let name = std::any::type_name::<I>();
    ["dyn ", "usecrate_runtime::", "::mpsc::"]
        .iter()
        .any(|part| name.contains(part))
}

/// Writes the next items, at most `want`, as a list of them is written. `false`: it has come to their end. `late` is told what
/// is the matter with an item that has no form, if others come before it: then these are the answer.
fn fetch<'h, B, I: Iterator<Item: Lower<'h, B>>>(
    items: &mut I,
    want: usize,
    out: &mut Out<'_, 'h>,
    late: Option<&mut Option<Fault>>,
) -> Result<bool, Fault> {
    let ahead = if want < 2 {
        1
    } else {
        items.size_hint().0.min(want).clamp(1, MOST)
    };
    let start = out.writer.len();
    let width = <I::Item as Lower<'h, B>>::WORD;
    if width > 0 && ahead >= PACKED {
        out.writer.bin_head(ahead * width);
        for count in 0..ahead {
            let Some(item) = items.next() else {
                out.writer.shorten_bin(start, ahead * width, count * width);
                return Ok(false);
            };
            item.word(out.writer);
        }
        return Ok(true);
    }
    out.writer.array(ahead);
    for count in 0..ahead {
        if count > 0 && out.writer.weight() - start > LONG {
            out.writer.shorten(start, ahead, count);
            break;
        }
        let Some(item) = items.next() else {
            out.writer.shorten(start, ahead, count);
            return Ok(false);
        };
        let mark = out.mark();
        match item.lower(out) {
            Ok(()) => {}
            // An `Err` has become the whole answer: see [`Lower::WHOLE`].
            Err(fault @ Fault::Refused(_)) if count > 0 => {
                let Some(late) = late else { return Err(fault) };
                out.back_to(mark);
                out.writer.shorten(start, ahead, count);
                *late = Some(fault);
                break;
            }
            Err(fault) => return Err(fault),
        }
    }
    Ok(true)
}

impl<'h, B, I: Iterator<Item: Lower<'h, B>>> Advance<'h> for Steps<I, B> {
    fn advance(&mut self, want: usize, out: &mut Out<'_, 'h>) -> Answer {
        if let Some(fault) = self.late.take() {
            return Err(fault);
        }
        if self.done {
            out.writer.array(0);
            return Ok(());
        }
        let want = if self.single { 1 } else { want };
        self.done = !fetch::<B, I>(&mut self.items, want, out, Some(&mut self.late))?;
        Ok(())
    }
}

/// An iterator that may hold a callable of the host, of which its own type says nothing: only this one's name does
/// (`may_call_back`).
#[derive(Debug, Clone)]
pub struct CallsBack<I>(I);

impl<I: Iterator> CallsBack<I> {
    /// Around that iterator.
    pub fn new(items: I) -> Self {
        Self(items)
    }
}

impl<I: Iterator> Iterator for CallsBack<I> {
    type Item = I::Item;

    fn next(&mut self) -> Option<I::Item> {
        self.0.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl<I: DoubleEndedIterator> DoubleEndedIterator for CallsBack<I> {
    fn next_back(&mut self) -> Option<I::Item> {
        self.0.next_back()
    }
}

impl<I: ExactSizeIterator> ExactSizeIterator for CallsBack<I> {}

/// The next items of an iterator that has a class.
pub struct Batch<'r, B, I> {
    items: &'r mut I,
    want: usize,
    bridge: PhantomData<fn(B)>,
}

/// At most `want` items, fetched while they are written.
pub fn batch<B, I: Iterator>(items: &mut I, want: usize) -> Batch<'_, B, I> {
    Batch {
        items,
        want,
        bridge: PhantomData,
    }
}

impl<'h, B, I: Iterator<Item: Lower<'h, B>>> Lower<'h, B> for Batch<'_, B, I> {
    fn lower(self, out: &mut Out<'_, 'h>) -> Answer {
        let single = <I::Item as Lower<'h, B>>::WHOLE || may_call_back::<I>();
        let want = if single { 1 } else { self.want };
        fetch::<B, I>(self.items, want, out, None).map(drop)
    }

    fn describe(to: &mut Describer<'_>) {
        // Not the list's own word: items are written one by one, so that bytes are no `bytes`.
        to.head("list", 1);
        I::Item::describe(to);
    }
}

/// How many items there are at least. What is said to have no end is not believed: Python makes room for what it is told.
pub fn length_hint<I: Iterator>(items: &I) -> usize {
    match items.size_hint() {
        (least, Some(_)) => least.min(isize::MAX as usize),
        (least, None) => least.min(MOST),
    }
}

/// An iterator behind a handle.
pub(crate) struct Iterating<'h>(Box<dyn Advance<'h> + 'h>);

/// The family of all of them.
pub(crate) struct Iterators;

impl Family for Iterators {
    type Of<'h> = Iterating<'h>;
    const INFO: &'static TypeInfo = &LOCAL;
}

impl<'s, 'h: 's, B> LiftMut<'s, 'h, B> for Iterating<'h> {
    fn hold_mut(scope: Scope<'s, 'h>) -> Result<&'s mut Self, Fault> {
        scope.exclusive_in::<Iterators>()
    }

    fn describe_mut(to: &mut Describer<'_>) {
        to.plain("iterator");
    }
}

/// Makes a handle of an iterator and writes it.
fn store<'h, B: 'h, I: Iterator<Item: Lower<'h, B>> + 'h>(
    items: I,
    info: &'static TypeInfo,
    out: &mut Out<'_, 'h>,
) -> Answer {
    let steps = Steps {
        items,
        single: <I::Item as Lower<'h, B>>::WHOLE || may_call_back::<I>(),
        done: false,
        late: None,
        bridge: PhantomData::<fn(B)>,
    };
    out.store_as::<Iterators>(Iterating(Box::new(steps)), info);
    Ok(())
}

fn describe<'h, B, T: Lower<'h, B>>(to: &mut Describer<'_>) {
    to.head("iterator", 1);
    T::describe(to);
}

/// Operation *next*, as a shim: `iterator, want`.
pub(crate) fn next<'c, 'h, 'p>(call: Call<'c, 'h, 'p>) -> Answer {
    let iterator = crate::shim::arg::<(), &mut Iterating<'h>>(call);
    let want = crate::shim::arg::<(), usize>(call);
    crate::shim::answer(
        call,
        || (iterator.take(), want.take()),
        (None, Err),
        |(iterator, want), mut out| iterator.0.advance(want, &mut out),
        |to| to.plain("iterator"),
    )
}

/// A result that is an iterator, or holds one. `Form` says where it is, so that the impls do not meet.
pub trait Yields<'h, B, Form>: Sized {
    /// Its encoding may be nil.
    const NIL: bool = false;

    /// Makes a handle of the iterator.
    ///
    /// # Errors
    ///
    /// It is an `Err`, which is then the whole answer.
    fn lower_iterator(self, info: &'static TypeInfo, out: &mut Out<'_, 'h>) -> Answer;

    /// Writes its type.
    fn describe_iterator(to: &mut Describer<'_>);
}

/// It is one itself.
pub struct Itself;
/// It is in an `Option`.
pub struct InOption<Form>(PhantomData<Form>);
/// It is in a `Result`.
pub struct InResult<Form>(PhantomData<Form>);

impl<'h, B: 'h, I: Iterator<Item: Lower<'h, B>> + 'h> Yields<'h, B, Itself> for I {
    fn lower_iterator(self, info: &'static TypeInfo, out: &mut Out<'_, 'h>) -> Answer {
        store::<B, I>(self, info, out)
    }

    fn describe_iterator(to: &mut Describer<'_>) {
        describe::<B, I::Item>(to);
    }
}

impl<'h, B, Form, T: Yields<'h, B, Form>> Yields<'h, B, InOption<Form>> for Option<T> {
    const NIL: bool = true;

    fn lower_iterator(self, info: &'static TypeInfo, out: &mut Out<'_, 'h>) -> Answer {
        match self {
            None => {
                out.writer.nil();
                Ok(())
            }
            Some(value) => {
                if T::NIL {
                    out.writer.array(1);
                }
                value.lower_iterator(info, out)
            }
        }
    }

    fn describe_iterator(to: &mut Describer<'_>) {
        to.head("option", 1);
        T::describe_iterator(to);
    }
}

impl<'h, B, Form, T: Yields<'h, B, Form>, E: Fail<'h, B>> Yields<'h, B, InResult<Form>> for Result<T, E> {
    const NIL: bool = T::NIL;

    fn lower_iterator(self, info: &'static TypeInfo, out: &mut Out<'_, 'h>) -> Answer {
        match self {
            Ok(value) => value.lower_iterator(info, out),
            Err(error) => error.fail(out),
        }
    }

    fn describe_iterator(to: &mut Describer<'_>) {
        to.head("result", 2);
        T::describe_iterator(to);
        E::describe(to);
    }
}

/// Boxed iterators may be anywhere in a result.
macro_rules! boxed {
    ($($($auto:ident)? => $info:ident;)+) => {$(
        impl<'h, B: 'h, T: Lower<'h, B> + 'h> Lower<'h, B> for Box<dyn Iterator<Item = T> $(+ $auto)? + 'h> {
            fn lower(self, out: &mut Out<'_, 'h>) -> Answer {
                store::<B, Self>(self, &$info, out)
            }

            fn describe(to: &mut Describer<'_>) {
                describe::<B, T>(to);
            }
        }
    )+};
}

boxed! {
    => LOCAL;
    Send => SENT;
}
