//! Text of C's: text where it is UTF-8, else its bytes.

use std::borrow::Cow;
use std::ffi::{CStr, CString};
use std::sync::Arc;

use super::{Lower, LowerRef};
use crate::describe::Describer;
use crate::group::store::Out;
use crate::shim::Answer;
use crate::wire::Writer;

fn c_text(text: &CStr, writer: &mut Writer) {
    match text.to_str() {
        Ok(text) => {
            writer.choice(0);
            writer.str(text);
        }
        Err(_) => {
            writer.choice(1);
            writer.bin(text.to_bytes());
        }
    }
}

fn describe(to: &mut Describer<'_>) {
    to.head("union", 2);
    to.plain("str");
    to.plain("bytes");
}

macro_rules! c_texts {
    ($([$($generics:tt)*] $ty:ty;)+) => {$(
        impl<'h, $($generics)* B> Lower<'h, B> for $ty {
            const DATA: bool = true;

            fn lower(self, out: &mut Out<'_, 'h>) -> Answer {
                c_text(&self, out.writer);
                Ok(())
            }

            fn describe(to: &mut Describer<'_>) {
                describe(to);
            }
        }

        c_text_refs!([$($generics)*] $ty);
    )+};
}

macro_rules! c_text_refs {
    ([$($generics:tt)*] $ty:ty) => {
        impl<'r, 'h, $($generics)* B> LowerRef<'r, 'h, B> for $ty {
            const DATA_REF: bool = true;

            fn lower_ref(&'r self, out: &mut Out<'_, 'h>) -> Answer {
                c_text(self, out.writer);
                Ok(())
            }

            fn describe_ref(to: &mut Describer<'_>) {
                describe(to);
            }
        }
    };
}

c_texts! {
    [] CString;
    [] Box<CStr>;
    [] Arc<CStr>;
    ['x,] Cow<'x, CStr>;
}
c_text_refs!([] CStr);
