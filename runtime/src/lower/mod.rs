//! Result to wire value: plain values are written, values of the crate's own types become handles or records.
//!
//! Every trait has the bridge's marker `B`, as in `lift`.

mod c_text;
mod containers;
mod counted;
mod errors;
#[cfg(any(feature = "bytes", feature = "serde_json"))]
mod foreign;
mod iterators;
mod numbers;
mod plain;
mod text;

use crate::describe::Describer;
use crate::direct::Word;
use crate::group::store::Out;
use crate::shim::Answer;
use crate::wire::Writer;

pub use counted::Counted;
pub use errors::{Fail, Said, failed, failed_with_handle};
pub use text::Text;

pub use iterators::{Batch, CallsBack, batch, length_hint};
pub(crate) use iterators::{LOCAL, SENT, SHARED, Yields, next};

/// A type that a result can have. `'h` is the group that a handle in it joins.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be made into a Python value",
    label = "no wire form"
)]
pub trait Lower<'h, B>: Sized {
    /// Its encoding may be nil, so an option of it needs a box.
    const NIL: bool = false;
    /// It may be an `Err`, which is the whole answer: what was fetched before it would be lost.
    const WHOLE: bool = false;
    /// How many bytes it takes as a native word, if lists of it are packed into such words; else 0.
    const WORD: usize = 0;
    /// It is data alone, whatever its value: no handle and no host object.
    const DATA: bool = false;

    /// How it leaves a direct call as a word, if it may; else as a message.
    const DIRECT: Option<Word> = None;

    /// That word. `Err`: this one leaves as a message.
    ///
    /// # Errors
    ///
    /// The value itself.
    #[inline(always)]
    fn direct(self) -> Result<u64, Self> {
        Err(self)
    }

    /// Writes it.
    ///
    /// # Errors
    ///
    /// It holds an `Err`, which is then the whole answer.
    fn lower(self, out: &mut Out<'_, 'h>) -> Answer;

    /// Writes it if that takes nothing but the writer: without a call. `false`: it takes more, and nothing was written.
    #[inline]
    fn at_once(&self, writer: &mut Writer) -> bool {
        let _ = writer;
        false
    }

    /// Writes it as such a word.
    #[inline]
    fn word(self, writer: &mut Writer) {
        let _ = writer;
    }

    /// Writes its type.
    fn describe(to: &mut Describer<'_>);

    /// Writes a list of it.
    ///
    /// # Errors
    ///
    /// As for [`Lower::lower`].
    fn lower_list(items: Vec<Self>, out: &mut Out<'_, 'h>) -> Answer {
        out.writer.array(items.len());
        items.into_iter().try_for_each(|item| item.lower(out))
    }

    /// Writes the type of a list of it.
    fn describe_list(to: &mut Describer<'_>) {
        to.head("list", 1);
        Self::describe(to);
    }
}

/// A type to which a result can be a shared reference that lives for `'r`. Plain values are copied out, whatever `'r`
/// is; a handle type needs `'r` to be `'h`, so that the group keeps what it refers to.
#[diagnostic::on_unimplemented(
    message = "`&{Self}` cannot be made into a Python value",
    label = "no wire form"
)]
pub trait LowerRef<'r, 'h, B> {
    /// Its encoding may be nil.
    const NIL_REF: bool = false;
    /// As [`Lower::WHOLE`].
    const WHOLE_REF: bool = false;
    /// As [`Lower::WORD`].
    const REF_WORD: usize = 0;
    /// As [`Lower::DATA`].
    const DATA_REF: bool = false;
    /// As [`Lower::DIRECT`]: then each of them has a word.
    const REF_DIRECT: Option<Word> = None;

    /// As [`Lower::direct`].
    #[inline(always)]
    fn ref_direct(&self) -> u64 {
        unreachable!("only what has a `REF_DIRECT` is asked")
    }

    /// Writes it.
    ///
    /// # Errors
    ///
    /// As for [`Lower::lower`].
    fn lower_ref(&'r self, out: &mut Out<'_, 'h>) -> Answer;

    /// As [`Lower::at_once`].
    #[inline]
    fn ref_at_once(&self, writer: &mut Writer) -> bool {
        let _ = writer;
        false
    }

    /// As [`Lower::word`].
    #[inline]
    fn ref_word(&self, writer: &mut Writer) {
        let _ = writer;
    }

    /// Writes its type.
    fn describe_ref(to: &mut Describer<'_>);

    /// Writes a list of it.
    ///
    /// # Errors
    ///
    /// As for [`Lower::lower`].
    fn lower_slice(items: &'r [Self], out: &mut Out<'_, 'h>) -> Answer
    where
        Self: Sized,
    {
        out.writer.array(items.len());
        items.iter().try_for_each(|item| item.lower_ref(out))
    }

    /// Writes the type of a list of it.
    fn describe_slice(to: &mut Describer<'_>) {
        to.head("list", 1);
        Self::describe_ref(to);
    }
}

/// A type to which a result can be an exclusive reference.
#[diagnostic::on_unimplemented(
    message = "`&mut {Self}` cannot be made into a Python value",
    label = "no wire form"
)]
pub trait LowerMut<'h, B> {
    /// Writes it.
    ///
    /// # Errors
    ///
    /// As for [`Lower::lower`].
    fn lower_mut(&'h mut self, out: &mut Out<'_, 'h>) -> Answer;

    /// Writes its type.
    fn describe_mut(to: &mut Describer<'_>);
}

impl<'r, 'h, B, T: LowerRef<'r, 'h, B> + ?Sized> Lower<'h, B> for &'r T {
    const NIL: bool = T::NIL_REF;
    const WHOLE: bool = T::WHOLE_REF;
    const WORD: usize = T::REF_WORD;
    const DATA: bool = T::DATA_REF;
    const DIRECT: Option<Word> = T::REF_DIRECT;

    #[inline(always)]
    fn direct(self) -> Result<u64, Self> {
        if T::REF_DIRECT.is_some() {
            Ok(self.ref_direct())
        } else {
            Err(self)
        }
    }

    fn lower(self, out: &mut Out<'_, 'h>) -> Answer {
        self.lower_ref(out)
    }

    #[inline]
    fn word(self, writer: &mut Writer) {
        self.ref_word(writer);
    }

    #[inline]
    fn at_once(&self, writer: &mut Writer) -> bool {
        self.ref_at_once(writer)
    }

    fn describe(to: &mut Describer<'_>) {
        T::describe_ref(to);
    }
}

impl<'r, 'x, 'h, B, T: LowerRef<'r, 'h, B> + ?Sized> LowerRef<'r, 'h, B> for &'x T
where
    'x: 'r,
{
    const NIL_REF: bool = T::NIL_REF;

    fn lower_ref(&'r self, out: &mut Out<'_, 'h>) -> Answer {
        (**self).lower_ref(out)
    }

    fn describe_ref(to: &mut Describer<'_>) {
        T::describe_ref(to);
    }
}

impl<'h, B, T: LowerMut<'h, B> + ?Sized> Lower<'h, B> for &'h mut T {
    fn lower(self, out: &mut Out<'_, 'h>) -> Answer {
        self.lower_mut(out)
    }

    fn describe(to: &mut Describer<'_>) {
        T::describe_mut(to);
    }
}
