//! What lifting uses to reach data: lent for the call (`'c`), or kept for the group (`'h`).

use std::any::TypeId;
use std::marker::PhantomData;
use std::sync::Arc;

use super::frame::{Frame, Side};
use super::inside::Inside;
use super::leaving::Point;
use super::lent::Number;
use super::owners::Owner;
use super::table::{Access, Entry, HandleId};
use super::value::{TypeInfo, allocate, ending};
use crate::abi::Host;
use crate::error::{Fault, HandleFault};
use crate::host::Kept;
use crate::wire::{Reader, Token};

/// A type without lifetimes that a bridge serves as a handle. `B` is the bridge's marker.
pub trait Handle<B>: Sized + 'static {
    /// What is known of it.
    const INFO: &'static TypeInfo;
}

/// A type with lifetimes that a bridge serves as a handle: the family of all its instances.
pub trait Family: 'static {
    /// The instance whose lifetimes are all `'h`.
    type Of<'h>;
    /// What is known of it.
    const INFO: &'static TypeInfo;
}

/// Where lifted data comes from and how long it lives: `'s`. `'h` is the lifetime of one of the call's groups: values
/// that borrow are its members.
///
/// Made by [`Scope::lend`], where `'s` is the call; by [`keep`], where `'s` is `'h` and all that is handed out is owned
/// by the group first; or by [`keep_nested`], where `'h` is the parent's and the owner is the call's own group.
pub struct Scope<'s, 'h> {
    frame: *const Frame<'static>,
    /// Which group `'h` is.
    side: Side,
    /// Which group becomes the owner of what is handed out, if one does.
    keeper: Option<Side>,
    lives: PhantomData<&'s ()>,
    group: PhantomData<fn(&'h ()) -> &'h ()>,
}

impl Clone for Scope<'_, '_> {
    fn clone(&self) -> Self {
        *self
    }
}

impl Copy for Scope<'_, '_> {}

/// The one thing that extends a lifetime: a scope whose data lives as long as the group, because every way to get data
/// out of it (below) first makes the group its owner.
pub(crate) fn keep<'c, 'h>(lent: Scope<'c, 'h>) -> Scope<'h, 'h> {
    Scope {
        frame: lent.frame,
        side: lent.side,
        keeper: Some(lent.side),
        lives: PhantomData,
        group: PhantomData,
    }
}

/// The same with two groups: data lives as long as the call's own group (`'h`), which becomes its owner, and what the
/// data itself borrows as long as the parent (`'p`), of which it is a member and which the own group keeps alive.
pub(crate) fn keep_nested<'c, 'h, 'p: 'h>(lent: Scope<'c, 'p>) -> Scope<'h, 'p> {
    Scope {
        frame: lent.frame,
        side: Side::Parent,
        keeper: Some(Side::Own),
        lives: PhantomData,
        group: PhantomData,
    }
}

impl<'s, 'h> Scope<'s, 'h> {
    /// A scope for arguments that are lent for the call; `'h` is the group on `side`.
    #[inline]
    pub(crate) fn lend(frame: &'s Frame<'s>, side: Side) -> Self {
        Self {
            frame: std::ptr::from_ref(frame).cast(),
            side,
            keeper: None,
            lives: PhantomData,
            group: PhantomData,
        }
    }

    #[inline]
    fn frame(&self) -> &Frame<'_> {
        // SAFETY: scopes are passed down while arguments are lifted, and the frame outlives that. A kept scope's `'s` is
        // longer than the frame, but scopes only reach `Lift` impls, which are this crate's or made by its macros and
        // store none (`Taken` and arenas use it again during the same call).
        unsafe { &*self.frame }
    }

    /// Which callable is called, for messages.
    pub(crate) fn callable(&self) -> &'static str {
        self.frame().callable.get()
    }

    /// The way back to the client, if it gave one.
    pub(crate) fn host(&self) -> Option<Host> {
        self.frame().host
    }

    /// The reader, for values that are copied out of the request.
    #[inline]
    pub fn reader(&self) -> &Reader<'_> {
        &self.frame().reader
    }

    /// The next value or header, for values that are copied out of the request.
    ///
    /// # Errors
    ///
    /// The request is malformed there.
    #[inline]
    pub fn next(&self) -> Result<Token<'_>, Fault> {
        self.frame().reader.next()
    }

    /// What others may know of the call, for what is lent to it alone.
    pub(crate) fn inside(&self) -> Result<&'s Inside, Fault> {
        if self.keeper.is_some() {
            return Err(Fault::value(
                "a callable is lent for the call, and cannot be kept",
            ));
        }
        self.frame().lends_back();
        let inside: *const Inside = Arc::as_ptr(self.frame().inside());
        // SAFETY: the frame owns it, never another in its place, and outlives the call, which is `'s` here.
        Ok(unsafe { &*inside })
    }

    /// Says that something is going to be kept, if the scope keeps.
    ///
    /// # Errors
    ///
    /// The group must not own anything.
    #[inline]
    pub fn keeps(&self) -> Result<(), Fault> {
        match self.keeper {
            Some(keeper) => self.frame().keeps(keeper),
            None => Ok(()),
        }
    }

    #[inline]
    fn own(self, bytes: &[u8]) -> Result<&'s [u8], Fault> {
        if let Some(keeper) = self.keeper {
            return self.keep_bytes(keeper, bytes);
        }
        let lent: *const [u8] = bytes;
        // SAFETY: the bytes are the request's or a lent buffer's, which outlive the call, which is `'s` here.
        Ok(unsafe { &*lent })
    }

    #[inline(never)]
    fn keep_bytes(self, keeper: Side, bytes: &[u8]) -> Result<&'s [u8], Fault> {
        self.keeps()?;
        let copy: Box<[u8]> = bytes.into();
        let lasting: *const [u8] = std::ptr::from_ref(&*copy);
        self.frame().group(keeper).add(Owner::Bytes(copy));
        // SAFETY: the group owns the copy, never changes it, and lives as long as `'s`, which is its lifetime here.
        Ok(unsafe { &*lasting })
    }

    /// The next word of a direct call.
    #[inline(always)]
    pub(crate) fn word(self) -> u64 {
        self.frame().word()
    }

    /// Memory that a direct call was lent.
    ///
    /// # Errors
    ///
    /// It cannot be kept.
    #[inline(always)]
    pub(crate) fn memory(self) -> Result<&'s [u8], Fault> {
        self.own(self.frame().memory())
    }

    /// Text that a direct call was lent, to be copied.
    #[inline(always)]
    pub(crate) fn read_text(&self) -> &str {
        self.frame().text()
    }

    /// The same as [`Scope::memory`], of text.
    ///
    /// # Errors
    ///
    /// It cannot be kept.
    #[inline(always)]
    pub(crate) fn text(self) -> Result<&'s str, Fault> {
        let text = self.frame().text();
        let lasting = self.own(text.as_bytes())?;
        // SAFETY: what `own` gives is those bytes or a copy of them, and they are text.
        Ok(unsafe { std::str::from_utf8_unchecked(lasting) })
    }

    /// Text.
    ///
    /// # Errors
    ///
    /// The next value is no string, or not UTF-8.
    #[inline]
    pub fn str(self) -> Result<&'s str, Fault> {
        let bytes = match self.reader().short_str() {
            Some(bytes) => bytes,
            None => match self.next()? {
                Token::Str(bytes) => bytes,
                other => return Err(Fault::expected(format!("a string, not {}", other.name()))),
            },
        };
        utf8(self.own(bytes)?)
    }

    /// Bytes.
    ///
    /// # Errors
    ///
    /// The next value is no bytes.
    #[inline]
    pub fn bytes(self) -> Result<&'s [u8], Fault> {
        let frame = self.frame();
        self.own(frame.bytes()?)
    }

    /// Memory that the call may write to.
    ///
    /// # Errors
    ///
    /// The next value names no such memory, or something else of the call uses it.
    pub(crate) fn writable<T: Number>(self) -> Result<&'s mut [T], Fault> {
        if self.keeper.is_some() {
            return Err(Fault::value("memory that is lent for one call cannot be kept"));
        }
        let memory: *mut [T] = std::ptr::from_mut(self.frame().writable()?);
        // SAFETY: it is lent to the call, which is `'s` here, and to nothing else in it.
        Ok(unsafe { &mut *memory })
    }

    /// Bytes, or text as its bytes.
    ///
    /// # Errors
    ///
    /// The next value is neither.
    pub fn bytes_or_str(self) -> Result<&'s [u8], Fault> {
        let reader = self.reader();
        match reader.peek() {
            Some(0xa0..=0xbf | 0xd9..=0xdb) => self.str().map(str::as_bytes),
            _ => self.bytes(),
        }
    }

    /// Puts a lifted value where it can be borrowed. `std_data`: its destructor looks at nothing borrowed, and any thread may run
    /// it.
    pub fn store<T>(self, value: T, std_data: bool) -> &'s T {
        // SAFETY: the group or the frame owns the allocation, and gives out no other reference to it.
        unsafe { &*self.put(value, std_data) }
    }

    /// The same, to be borrowed exclusively.
    pub(crate) fn store_mut<T>(self, value: T, std_data: bool) -> &'s mut T {
        // SAFETY: as for `store`.
        unsafe { &mut *self.put(value, std_data) }
    }

    /// The same of what borrows nothing and goes anywhere.
    pub fn store_sent<T: Send + 'static>(self, value: T) -> &'s mut T {
        self.store_mut(value, true)
    }

    fn put<T>(self, value: T, std_data: bool) -> *mut T {
        // What has no destructor looks at nothing when it goes.
        let std_data = std_data || !std::mem::needs_drop::<T>();
        let place = allocate(value);
        let drop = ending::<T>().drop;
        if let Some(keeper) = self.keeper {
            let drop = std_data.then_some(drop);
            self.frame()
                .group(keeper)
                .add(Owner::Value { value: place, drop });
        } else {
            self.frame().stow(place, drop);
        }
        place.cast()
    }

    /// How far the call has read.
    pub(crate) fn point(self) -> Point {
        self.frame().point()
    }

    /// Goes back there, to read the same as something else.
    pub(crate) fn back_to(self, point: Point) {
        self.frame().back_to(point);
    }

    /// What to do if the call is refused.
    pub(crate) fn if_refused(self, forget: impl FnOnce() + 'static) {
        self.frame().if_refused(forget);
    }

    /// An argument refers to an object, which is the library's when the call is made.
    pub(crate) fn when_made(self, kept: Arc<Kept>) {
        self.frame().when_made(kept);
    }

    /// Two functions for all types: what is on the way of every call with a handle is to be short.
    #[inline(never)]
    fn hold<const EXCLUSIVE: bool>(&self, type_id: TypeId, info: &TypeInfo) -> Result<&Entry, Fault> {
        let frame = self.frame();
        let id: HandleId = frame.handle(info)?;
        let entry = frame.hold(id, type_id, info, EXCLUSIVE, self.side)?;
        match self.keeper {
            None => Ok(entry),
            Some(keeper) => self.hold_for(id.slot(), entry, EXCLUSIVE, keeper),
        }
    }

    #[inline(never)]
    fn hold_for<'e>(
        &self,
        slot: u32,
        entry: &'e Entry,
        exclusive: bool,
        keeper: Side,
    ) -> Result<&'e Entry, Fault> {
        self.make_owner(slot, entry, exclusive, keeper)?;
        Ok(entry)
    }

    /// The keeping group becomes an owner of what the call has just taken hold of.
    fn make_owner(&self, slot: u32, entry: &Entry, exclusive: bool, keeper: Side) -> Result<(), Fault> {
        let frame = self.frame();
        if entry.access == Access::Shared && !exclusive {
            // What the handle refers to lives as long as its group: being part of that is enough.
            if !entry.info.borrows {
                frame.join(entry, keeper)?;
            }
            return Ok(());
        }
        frame.keeps(keeper)?;
        if entry.group.is_some() {
            // A member of a group is owned by a child of that group, never by the group itself: that would be a ring.
            let child = keeper == Side::Own && (self.side == Side::Parent || !entry.info.borrows);
            if !child {
                let message = format!(
                    "this `{}` borrows another value, and this call would have it borrowed for as long as that: make the \
                     value again, or pass one that owns its data",
                    entry.info.path
                );
                return Err(Fault::handle(HandleFault::Borrowed, message));
            }
            if !entry.info.borrows {
                frame.join(entry, Side::Parent)?;
            }
            frame.keep(slot, keeper);
            return Ok(());
        }
        let group = frame.group(keeper);
        if let Some(lock) = &entry.lock {
            group.add_lock(Arc::clone(lock));
        }
        if let Some(home) = entry.home {
            if !group.settle(home) {
                let message = format!(
                    "this `{}` belongs to another thread than what borrows it",
                    entry.info.path
                );
                return Err(Fault::handle(HandleFault::Thread, message));
            }
        }
        frame.keep(slot, keeper);
        Ok(())
    }

    /// `&T` of a handle.
    ///
    /// # Errors
    ///
    /// The next value is no such handle, or it cannot be lent now.
    pub fn shared<B, T: Handle<B>>(self) -> Result<&'s T, Fault> {
        let entry = self.hold::<false>(TypeId::of::<T>(), T::INFO)?;
        // SAFETY: the entry's type is `T`; it is held shared by the call or the keeping group for `'s`, or that is part of
        // the group that the entry refers into; and values stay put.
        Ok(unsafe { &*entry.value.cast::<T>() })
    }

    /// `&mut T` of a handle.
    ///
    /// # Errors
    ///
    /// As for [`Scope::shared`].
    pub fn exclusive<B, T: Handle<B>>(self) -> Result<&'s mut T, Fault> {
        let entry = self.hold::<true>(TypeId::of::<T>(), T::INFO)?;
        // SAFETY: as for `shared`, and the hold is exclusive: nobody else can reach the value for `'s`.
        Ok(unsafe { &mut *entry.value.cast::<T>() })
    }

    /// `&T<'h>` of a handle.
    ///
    /// # Errors
    ///
    /// As for [`Scope::shared`].
    pub fn shared_in<F: Family>(self) -> Result<&'s F::Of<'h>, Fault>
    where
        'h: 's,
    {
        let entry = self.hold::<false>(TypeId::of::<F>(), F::INFO)?;
        // SAFETY: as for `shared`; the value's group is the call's group on this scope's side by now (`Frame::hold`
        // joined them), so what it borrows lives for `'h`.
        Ok(unsafe { &*entry.value.cast::<F::Of<'h>>() })
    }

    /// `&mut T<'h>` of a handle.
    ///
    /// # Errors
    ///
    /// As for [`Scope::shared`].
    pub fn exclusive_in<F: Family>(self) -> Result<&'s mut F::Of<'h>, Fault>
    where
        'h: 's,
    {
        let entry = self.hold::<true>(TypeId::of::<F>(), F::INFO)?;
        // SAFETY: as for `shared_in`, and the hold is exclusive.
        Ok(unsafe { &mut *entry.value.cast::<F::Of<'h>>() })
    }

    fn taken<T>(self, type_id: TypeId, info: &TypeInfo, clone: CloneOf<T>) -> Result<Taken<'s, T>, Fault> {
        let frame = self.frame();
        let clone = clone.filter(|_| !frame.moves());
        let id: HandleId = frame.handle(info)?;
        let entry = frame.hold(id, type_id, info, clone.is_none(), self.side)?;
        if clone.is_none() && entry.access != Access::Owned {
            let message = format!(
                "this `{}` belongs to another value: it cannot be moved out of it",
                info.path
            );
            return Err(Fault::handle(HandleFault::Borrowed, message));
        }
        Ok(Taken {
            value: entry.value.cast(),
            slot: id.slot(),
            clone,
            frame: self.frame,
            lives: PhantomData,
        })
    }

    /// `T` of a handle: cloned, or moved when the call is made.
    ///
    /// # Errors
    ///
    /// As for [`Scope::shared`].
    pub fn take<B, T: Handle<B>>(self, clone: CloneOf<T>) -> Result<Taken<'s, T>, Fault> {
        self.taken(TypeId::of::<T>(), T::INFO, clone)
    }

    /// `T<'h>` of a handle: cloned, or moved when the call is made.
    ///
    /// # Errors
    ///
    /// As for [`Scope::shared`].
    pub fn take_in<F: Family>(self, clone: CloneOf<F::Of<'h>>) -> Result<Taken<'s, F::Of<'h>>, Fault> {
        self.taken(TypeId::of::<F>(), F::INFO, clone)
    }
}

/// How to clone, if passing by value clones.
pub(crate) type CloneOf<T> = Option<fn(&T) -> T>;

/// Of text that is no longer, it is asked first whether it is ASCII: that of std is made for more.
const SHORT_TEXT: usize = 24;

/// Asked by words, without leaving early: a text is short, and nearly always ASCII.
#[inline]
fn is_short_ascii(bytes: &[u8]) -> bool {
    let words = bytes.chunks_exact(8);
    let rest = words.remainder().iter().fold(0, |all, byte| all | byte);
    let whole = words.fold(0, |all, word| all | word.iter().fold(0, |all, byte| all | byte));
    (rest | whole) < 0x80
}

/// UTF-8, checked.
#[inline]
pub(crate) fn utf8(bytes: &[u8]) -> Result<&str, Fault> {
    if bytes.len() <= SHORT_TEXT && is_short_ascii(bytes) {
        // SAFETY: ASCII is UTF-8.
        return Ok(unsafe { std::str::from_utf8_unchecked(bytes) });
    }
    std::str::from_utf8(bytes).map_err(|error| Fault::value(format!("not valid UTF-8: {error}")))
}

/// A value that the call will take: nothing is moved before every argument is there.
pub struct Taken<'s, T> {
    value: *mut T,
    slot: u32,
    clone: CloneOf<T>,
    frame: *const Frame<'static>,
    lives: PhantomData<&'s ()>,
}

impl<T> Taken<'_, T> {
    /// Takes it. One function for all shims that take such a value.
    #[inline(never)]
    pub fn take(self) -> T {
        match self.clone {
            // SAFETY: the call holds the value at least shared.
            Some(clone) => clone(unsafe { &*self.value }),
            None => {
                // SAFETY: `take` runs during the call whose frame this is (see `Scope::frame`).
                let frame = unsafe { &*self.frame };
                frame.moved(self.slot);
                // SAFETY: the call holds the value exclusively, and from `moved` on the slot counts it as gone: it is
                // read here once (`take` consumes `self`, and an exclusive hold is granted once a call).
                unsafe { self.value.read() }
            }
        }
    }
}
