//! Memory that the client lends for one call: read by as many arguments as like, or written by one.

use std::cell::Cell;
use std::marker::PhantomData;
use std::mem::MaybeUninit;

use crate::error::Fault;

/// How a buffer is used by the arguments that were lifted so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Use {
    Free,
    Read,
    Written,
}

/// A buffer.
#[derive(Debug)]
pub(crate) struct Lent<'c> {
    data: *mut u8,
    len: usize,
    writable: bool,
    used: Cell<Use>,
    lives: PhantomData<&'c mut [u8]>,
}

/// What memory that is filled in place can be made of: every pattern of bits is a value.
pub(crate) trait Number: Copy + 'static {}

macro_rules! numbers {
    ($($ty:ident)+) => { $(impl Number for $ty {})+ };
}

numbers!(u8 i8 u16 i16 u32 i32 u64 i64 usize isize f32 f64);

/// It is the client's memory, which is initialised, and nobody here reads what was written to it: what a callee leaves
/// unwritten or unsaid is for the client to find.
impl<T: Number> Number for MaybeUninit<T> {}

/// Memory as numbers in native byte order, unless it is not aligned for them or not a whole number of them.
#[inline]
pub(crate) fn in_place<T: Number>(bytes: &[u8]) -> Option<&[T]> {
    // SAFETY: every pattern of bits is a `T`.
    let (before, numbers, behind) = unsafe { bytes.align_to::<T>() };
    (before.is_empty() && behind.is_empty()).then_some(numbers)
}

impl<'c> Lent<'c> {
    /// A buffer of the request.
    ///
    /// # Safety
    ///
    /// Unless `len` is 0: `data` points to `len` bytes that stay readable for `'c` and that nobody else writes to; if
    /// `writable`, they may be written to, and nobody else reads them either.
    pub(crate) unsafe fn new(data: *mut u8, len: usize, writable: bool) -> Self {
        let data = if len == 0 { std::ptr::dangling_mut() } else { data };
        Self {
            data,
            len,
            writable,
            used: Cell::new(Use::Free),
            lives: PhantomData,
        }
    }

    /// The bytes, to be read.
    #[inline]
    pub(crate) fn read(&self) -> Result<&'c [u8], Fault> {
        if self.used.get() == Use::Written {
            return Err(twice());
        }
        self.used.set(Use::Read);
        // SAFETY: promised in `new`; and no exclusive slice was made of it (`used`), nor will be.
        Ok(unsafe { std::slice::from_raw_parts(self.data, self.len) })
    }

    /// The memory, to be written, as numbers. `all` are the buffers of the same call.
    pub(crate) fn write<T: Number>(&self, all: &[Self]) -> Result<&'c mut [T], Fault> {
        let name = std::any::type_name::<T>();
        if !self.writable {
            return Err(Fault::expected(
                "writable memory, not memory that may only be read",
            ));
        }
        if self.len % size_of::<T>() != 0 {
            let message = format!("{} bytes are no whole number of `{name}`", self.len);
            return Err(Fault::value(message));
        }
        if !self.data.cast::<T>().is_aligned() && self.len > 0 {
            return Err(Fault::value(format!(
                "the memory is not aligned as `{name}` needs it"
            )));
        }
        let overlaps = all
            .iter()
            .any(|other| !std::ptr::eq(self, other) && self.overlaps(other));
        if overlaps || self.used.get() != Use::Free {
            return Err(twice());
        }
        self.used.set(Use::Written);
        let data = if self.len == 0 {
            std::ptr::dangling_mut()
        } else {
            self.data.cast::<T>()
        };
        let count = self.len / size_of::<T>();
        // SAFETY: promised in `new`; aligned and of that length, as was checked; every pattern of bits is a `T`; no other
        // slice is made of it (`used`) or of memory that it shares with other buffers.
        Ok(unsafe { std::slice::from_raw_parts_mut(data, count) })
    }

    fn overlaps(&self, other: &Self) -> bool {
        let (mine, theirs) = (self.data.addr(), other.data.addr());
        self.len > 0 && other.len > 0 && mine < theirs + other.len && theirs < mine + self.len
    }

    /// What was lifted out of it is gone.
    #[inline]
    pub(crate) fn release(&self) {
        self.used.set(Use::Free);
    }
}

#[cold]
fn twice() -> Fault {
    Fault::value("the same memory is passed twice, once to be written to: pass a copy")
}
