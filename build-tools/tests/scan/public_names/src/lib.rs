//! Every way in which a name becomes public.

mod inner {
    /// Lives in a private module.
    pub struct Globbed;
    pub mod deep {
        pub struct Deep;
    }
    mod further {
        pub struct Twice;
    }
    pub use self::further::Twice;
    pub enum Choice {
        First,
        Second(u8),
    }
    pub struct Shadowed(pub u8);
}

pub use inner::Choice::*;
pub use inner::*;

/// Wins over the one that the glob brings.
pub struct Shadowed;

/// A private module and a function of one name.
mod both {
    pub fn hidden_helper() {}
    pub fn both() -> u8 {
        hidden_helper();
        1
    }
}
pub use both::both;

/// A public module and a function of one name.
pub mod pair {
    pub fn inside() {}
}
pub fn pair() {}

pub mod renamed {
    pub use crate::inner::Globbed as Other;
    pub use crate::inner::Choice::First as One;
    pub use std::collections::HashMap;
}

/// Re-exports that go round.
pub mod cycle {
    pub use super::cycle as again;
    pub mod child {
        pub use super::super::cycle::*;
        pub struct Leaf;
    }
    pub use self::child::*;
}

pub mod prelude {
    pub use super::long::winding::Road;
}
pub mod long {
    pub mod winding {
        pub struct Road;
    }
}

pub mod left {
    pub struct Clash;
}
pub mod right {
    pub struct Clash;
}
pub mod clashing {
    pub use super::left::*;
    pub use super::right::*;
}

#[doc(hidden)]
pub struct Hidden;
pub fn gives_hidden() -> Hidden {
    Hidden
}

mod unnameable {
    pub struct Secret;
}
pub fn gives_secret() -> unnameable::Secret {
    unnameable::Secret
}

/// Names that are keywords.
pub mod r#type {
    pub struct Kept;
    pub fn r#match() {}
}

/// A trait in scope, without a name.
pub mod scope {
    pub use crate::named::Named as _;
}
pub mod named {
    pub trait Named {}
}

/// Hidden, and its items are not.
#[doc(hidden)]
pub mod free {
    pub use crate::inner::deep::Deep as Deepest;
    pub fn free() {}
    #[doc(hidden)]
    pub fn helper() {}
    pub struct Freed {
        #[doc(hidden)]
        pub inner: u8,
        pub shown: u8,
    }
    impl Freed {
        pub fn seen(&self) {}
        #[doc(hidden)]
        pub fn unseen(&self) {}
    }
}
pub use free::*;

pub trait Partly {
    const SEEN: u8 = 1;
    #[doc(hidden)]
    const UNSEEN: u8 = 2;
}
impl Partly for Freed {
    const SEEN: u8 = 3;
    const UNSEEN: u8 = 4;
}

mod twofold {
    pub struct Both {
        _only: u8,
    }
    #[doc(hidden)]
    #[allow(non_snake_case)]
    pub fn Both() {}
}
pub use twofold::Both;

#[doc(hidden)]
pub mod internal {
    pub trait Marker {}
    impl Marker for super::Freed {}
    pub struct Named;
    pub struct Unnamed;
    pub mod deeper {
        pub fn inside() {}
    }
}
#[doc(hidden)]
pub use internal::Unnamed as Internal;
#[doc(hidden)]
pub use internal::deeper::*;
pub use internal::Named;
