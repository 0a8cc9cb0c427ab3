//! Text for C: any text or bytes without a NUL inside.

use std::borrow::Cow;
use std::ffi::{CStr, CString};
use std::sync::Arc;

use super::{Lift, LiftRef, by_value};
use crate::describe::Describer;
use crate::error::Fault;
use crate::group::scope::Scope;

fn c_text(scope: Scope<'_, '_>) -> Result<CString, Fault> {
    // A copy first: what is checked is what is used.
    CString::new(scope.bytes_or_str()?.to_vec()).map_err(|error| {
        let at = error.nul_position();
        Fault::value(format!("there is a NUL byte at {at}, where text for C would end"))
    })
}

fn describe(to: &mut Describer<'_>) {
    to.head("union", 2);
    to.plain("str");
    to.plain("bytes");
}

macro_rules! c_texts {
    ($($ty:ty: $make:expr;)+) => {$(
        impl<'s, 'h, B> Lift<'s, 'h, B> for $ty {
            type Held = CString;
            const STD: bool = true;
            const DATA: bool = true;

            fn hold(scope: Scope<'s, 'h>) -> Result<CString, Fault> {
                c_text(scope)
            }

            fn take(held: CString) -> Self {
                $make(held)
            }

            fn describe(to: &mut Describer<'_>) {
                describe(to);
            }
        }
    )+};
}

c_texts! {
    CString: std::convert::identity;
    Box<CStr>: CString::into_boxed_c_str;
    Arc<CStr>: Arc::from;
    Cow<'s, CStr>: Cow::Owned;
}

by_value!([] CString, [] Cow<'s, CStr>);

impl<'s, 'h, B> LiftRef<'s, 'h, B> for CStr {
    type Held = (Scope<'s, 'h>, CString);

    fn hold_ref(scope: Scope<'s, 'h>) -> Result<Self::Held, Fault> {
        scope.keeps()?;
        Ok((scope, c_text(scope)?))
    }

    fn take_ref((scope, text): Self::Held) -> &'s Self {
        scope.store(text, true)
    }

    fn describe_ref(to: &mut Describer<'_>) {
        describe(to);
    }
}
