//! Numbers of fixed width. Lists of them are packed into native words.

use super::{Lower, LowerRef};
use crate::describe::Describer;
use crate::direct::Word;
use crate::group::store::Out;
use crate::shim::Answer;
use crate::wire::Writer;

/// So many numbers are packed; fewer take no more room as an array.
pub(super) const PACKED: usize = 16;

/// Writes a list of numbers that take `width` bytes each.
fn list<N>(
    items: &[N],
    width: usize,
    writer: &mut Writer,
    one: impl Fn(&N, &mut Writer),
    word: impl Fn(&N, &mut Writer),
) {
    if items.len() < PACKED {
        writer.array(items.len());
        items.iter().for_each(|item| one(item, writer));
    } else {
        writer.bin_head(items.len() * width);
        writer.reserve(items.len() * width);
        items.iter().for_each(|item| word(item, writer));
    }
}

macro_rules! numbers {
    ($($kind:ident, |$direct:ident| $word:expr, $ty:ident, |$value:ident, $writer:ident| $write:expr;)+) => {$(
        impl<'h, B> Lower<'h, B> for $ty {
            const WORD: usize = size_of::<Self>();
            const DATA: bool = true;
            const DIRECT: Option<Word> = Some(Word::$kind);

            #[inline(always)]
            fn direct(self) -> Result<u64, Self> {
                let $direct = self;
                Ok($word)
            }

            #[inline]
            fn lower(self, out: &mut Out<'_, 'h>) -> Answer {
                <Self as Lower<'h, B>>::at_once(&self, out.writer);
                Ok(())
            }

            #[inline]
            fn at_once(&self, $writer: &mut Writer) -> bool {
                let $value = *self;
                $write;
                true
            }

            #[inline]
            fn word(self, writer: &mut Writer) {
                writer.raw(&self.to_ne_bytes());
            }

            fn describe(to: &mut Describer<'_>) {
                to.plain(stringify!($ty));
            }

            fn lower_list(items: Vec<Self>, out: &mut Out<'_, 'h>) -> Answer {
                match out.writer.put_beside(items) {
                    Some(items) => <Self as LowerRef<'_, 'h, B>>::lower_slice(&items, out),
                    None => Ok(()),
                }
            }
        }

        impl<'r, 'h, B> LowerRef<'r, 'h, B> for $ty {
            const REF_WORD: usize = size_of::<Self>();
            const DATA_REF: bool = true;
            const REF_DIRECT: Option<Word> = Some(Word::$kind);

            #[inline(always)]
            fn ref_direct(&self) -> u64 {
                let $direct = *self;
                $word
            }

            #[inline]
            fn lower_ref(&'r self, out: &mut Out<'_, 'h>) -> Answer {
                <Self as Lower<'h, B>>::lower(*self, out)
            }

            #[inline]
            fn ref_at_once(&self, writer: &mut Writer) -> bool {
                <Self as Lower<'h, B>>::at_once(self, writer)
            }

            #[inline]
            fn ref_word(&self, writer: &mut Writer) {
                <Self as Lower<'h, B>>::word(*self, writer);
            }

            fn describe_ref(to: &mut Describer<'_>) {
                to.plain(stringify!($ty));
            }

            fn lower_slice(items: &'r [Self], out: &mut Out<'_, 'h>) -> Answer {
                if out.writer.copy_beside(items) {
                    return Ok(());
                }
                list(
                    items,
                    size_of::<Self>(),
                    out.writer,
                    |item, writer| {
                        <Self as Lower<'h, B>>::at_once(item, writer);
                    },
                    |item, writer| <Self as Lower<'h, B>>::word(*item, writer),
                );
                Ok(())
            }
        }
    )+};
}

numbers! {
    Signed, |number| i64::from(number) as u64, i8, |value, writer| writer.int(i64::from(value));
    Signed, |number| i64::from(number) as u64, i16, |value, writer| writer.int(i64::from(value));
    Signed, |number| i64::from(number) as u64, i32, |value, writer| writer.int(i64::from(value));
    Signed, |number| number as u64, i64, |value, writer| writer.int(value);
    Unsigned, |number| u64::from(number), u16, |value, writer| writer.uint(u64::from(value));
    Unsigned, |number| u64::from(number), u32, |value, writer| writer.uint(u64::from(value));
    Unsigned, |number| number, u64, |value, writer| writer.uint(value);
    Float, |number| f64::from(number).to_bits(), f32, |value, writer| writer.f32(value);
    Float, |number| number.to_bits(), f64, |value, writer| writer.f64(value);
}
