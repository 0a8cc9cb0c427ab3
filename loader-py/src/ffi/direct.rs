//! Direct calls (`docs/abi.md`): arguments go as machine words on the stack, and a small result comes back as one.
//!
//! What is unusual about an argument is left to the message: nothing here raises, and no Python code runs but a `__buffer__`,
//! so a call that cannot be made directly is made anew with nothing done.

use std::mem::MaybeUninit;

use pyo3::exceptions::PyException;
use pyo3::types::{PyBool, PyBoolMethods, PyBytes, PyBytesMethods, PyFloat, PyInt, PyString};
use pyo3::{Borrowed, Bound, PyAny, PyErr, Python, ffi};

use super::arguments::Arguments;
use super::handle::HandleRef;
use super::host::{HOST, RawHost};
use super::lent::Look;
use super::object::Integer;
use super::symbol::{RawBuffer, RawResponse, Response};
use super::{object, ranges};
use crate::core::{Core, Definition, Slot};
use crate::encode::number;
use crate::inside::Lock;
use crate::shape::{Mode, Number, Shape};
use crate::wire::{self, Reader, Token};

/// So many words fit a call.
const ROOM: usize = 16;
/// So many views of memory.
const VIEWS: usize = 2;

/// The flag of a call that must not wait.
const PROMPT: u32 = 1;
/// A buffer's flag: the library may write to it.
const WRITABLE: u64 = 1;

type RawEntry = unsafe extern "C" fn(u32, u32, *const u64, *const RawHost, *mut RawResponse, *mut u64) -> i32;

/// How an argument becomes words.
enum Form {
    Bool,
    /// Between these, as an `i64`.
    Int {
        least: i64,
        greatest: i64,
        signed: bool,
    },
    Float,
    Narrow,
    Text,
    /// Bytes, or perhaps text as its bytes.
    Bytes {
        text: bool,
    },
    Numbers(Number),
    Handle(&'static Slot, Mode),
}

impl Form {
    fn of(shape: &Shape) -> Option<Self> {
        Some(match shape {
            Shape::Bool => Self::Bool,
            Shape::Int(int) => {
                let (least, greatest) = int.bounds();
                Self::Int {
                    least: i64::try_from(least).unwrap_or(i64::MIN),
                    // What is above is left to the message.
                    greatest: i64::try_from(greatest).unwrap_or(i64::MAX),
                    signed: least < 0,
                }
            }
            Shape::F64 => Self::Float,
            Shape::F32 => Self::Narrow,
            Shape::Text => Self::Text,
            Shape::Bytes => Self::Bytes { text: false },
            Shape::Union(parts) if matches!(parts.as_slice(), [Shape::Bytes, Shape::Text]) => {
                Self::Bytes { text: true }
            }
            Shape::Numbers(kind) => Self::Numbers(*kind),
            Shape::Handle(slot, mode @ (Mode::Shared | Mode::Exclusive | Mode::Clone)) => {
                Self::Handle(slot, *mode)
            }
            _ => return None,
        })
    }

    /// The letter of the library's answer.
    fn letter(&self) -> char {
        match self {
            Self::Bool => 'b',
            Self::Int { signed: true, .. } => 'i',
            Self::Int { signed: false, .. } => 'u',
            Self::Float | Self::Narrow => 'f',
            Self::Text => 's',
            Self::Bytes { .. } => 'y',
            Self::Numbers(_) => 'm',
            Self::Handle(..) => 'h',
        }
    }

    fn words(&self) -> usize {
        match self {
            Self::Bool | Self::Int { .. } | Self::Float | Self::Narrow => 1,
            Self::Text | Self::Bytes { .. } | Self::Numbers(_) | Self::Handle(..) => 2,
        }
    }
}

/// The forms of a callable's arguments.
pub(crate) struct Forms(Box<[Form]>);

impl Forms {
    /// Those of parameters of these types, if each has one.
    pub(crate) fn of<'s>(shapes: impl Iterator<Item = &'s Shape>) -> Option<Self> {
        let forms = shapes.map(Form::of).collect::<Option<Box<[Form]>>>()?;
        let fits = forms.iter().map(Form::words).sum::<usize>() <= ROOM;
        fits.then_some(Self(forms))
    }

    /// Whether they are what the library asks for.
    fn are(&self, letters: &str) -> bool {
        self.0.iter().map(Form::letter).eq(letters.chars())
    }

    /// The entry at `address` for callable `index`, whose arguments the library says are `letters`; if they are these.
    fn join(self, address: usize, index: u32, letters: &str) -> Option<Direct> {
        if address == 0 || !self.are(letters) {
            return None;
        }
        let pointer = std::ptr::with_exposed_provenance::<()>(address);
        // SAFETY: the address is what a library, which is never unloaded, put there for this very type of function
        // (`docs/abi.md`); a function pointer has its size on every supported platform.
        let entry = unsafe { std::mem::transmute::<*const (), RawEntry>(pointer) };
        Some(Direct {
            entry,
            index,
            forms: self.0,
        })
    }
}

/// A callable's entry for direct calls.
pub(crate) struct Direct {
    entry: RawEntry,
    index: u32,
    forms: Box<[Form]>,
}

/// Room for the arguments of one direct call. It stays where it is made: views may refer to where they are.
pub(crate) struct Words<'py> {
    words: [MaybeUninit<u64>; ROOM],
    /// The first `viewed` are filled.
    views: [MaybeUninit<View>; VIEWS],
    viewed: usize,
    /// What was raised by an argument that was asked for its memory, if nothing may swallow it.
    raised: Option<PyErr>,
    py: Python<'py>,
}

/// Memory that some object gave.
struct View {
    raw: ffi::Py_buffer,
    /// What ends its entry in the table of lent memory, if it has one.
    ticket: Option<u64>,
}

impl<'py> Words<'py> {
    /// None yet.
    #[inline(always)]
    pub(crate) fn new(py: Python<'py>) -> Self {
        Self {
            words: [const { MaybeUninit::uninit() }; ROOM],
            views: [const { MaybeUninit::uninit() }; VIEWS],
            viewed: 0,
            raised: None,
            py,
        }
    }

    /// What was raised while arguments were put here, in place of what a message would say.
    pub(crate) fn take_raised(&mut self) -> Option<PyErr> {
        self.raised.take()
    }

    /// Puts a word at `at`; where the next one goes.
    #[inline(always)]
    fn put(&mut self, at: usize, word: u64) -> Option<usize> {
        self.words.get_mut(at)?.write(word);
        Some(at + 1)
    }

    #[inline(always)]
    fn two(&mut self, at: usize, first: u64, second: u64) -> Option<usize> {
        let [one, other] = self.words.get_mut(at..at + 2)? else {
            return None;
        };
        one.write(first);
        other.write(second);
        Some(at + 2)
    }

    #[inline(always)]
    fn memory(&mut self, at: usize, content: &[u8]) -> Option<usize> {
        self.two(
            at,
            content.as_ptr().expose_provenance() as u64,
            content.len() as u64,
        )
    }

    /// Lends the read-only memory of a view for the call. `None`: it is no such view.
    fn view(
        &mut self,
        at: usize,
        value: &Bound<'py, PyAny>,
        fits: impl FnOnce(Look<'_>) -> bool,
    ) -> Option<usize> {
        // SAFETY: a live object.
        if unsafe { ffi::PyObject_CheckBuffer(value.as_ptr()) } == 0 {
            return None;
        }
        let view = self.views.get_mut(self.viewed)?.write(View {
            raw: ffi::Py_buffer::new(),
            ticket: None,
        });
        let flags = ffi::PyBUF_C_CONTIGUOUS | ffi::PyBUF_FORMAT;
        // SAFETY: a live object and a zeroed struct to fill, which stays where it is until it is released.
        if unsafe { ffi::PyObject_GetBuffer(value.as_ptr(), &raw mut view.raw, flags) } != 0 {
            let error = PyErr::fetch(self.py);
            // The message asks again, and says of any other what it means here.
            if !error.is_instance_of::<PyException>(self.py) {
                self.raised = Some(error);
            }
            return None;
        }
        self.viewed += 1;
        let look = Look::at(&view.raw);
        if !look.is_read_only() || !fits(look) {
            return None;
        }
        let (data, length) = (look.bytes().as_ptr(), look.len());
        // A prompt call needs it, too: the next argument may have a `__buffer__`, and while that runs, so do other threads.
        view.ticket = ranges::lend(self.py, data, length, false).ok()?;
        self.two(at, data.expose_provenance() as u64, length as u64)
    }

    /// Puts an argument at `at`; where the next one goes. `None`: a message must carry it.
    #[inline(always)]
    fn argument(&mut self, at: usize, form: &Form, value: &Bound<'py, PyAny>) -> Option<usize> {
        match form {
            Form::Int { least, greatest, .. } => match object::integer(value.cast_exact::<PyInt>().ok()?) {
                Integer::Signed(number) if *least <= number && number <= *greatest => {
                    self.put(at, number.cast_unsigned())
                }
                _ => None,
            },
            Form::Handle(slot, mode) => self.handle(at, slot, *mode, value),
            Form::Text => self.memory(at, text(value)?),
            Form::Bytes { .. } => match value.cast_exact::<PyBytes>() {
                Ok(bytes) => self.memory(at, bytes.as_bytes()),
                Err(_) => self.other(at, form, value),
            },
            Form::Float => self.put(at, object::float(value.cast_exact::<PyFloat>().ok()?).to_bits()),
            _ => self.other(at, form, value),
        }
    }

    #[inline(never)]
    fn other(&mut self, at: usize, form: &Form, value: &Bound<'py, PyAny>) -> Option<usize> {
        match form {
            Form::Bool => self.put(at, u64::from(value.cast_exact::<PyBool>().ok()?.is_true())),
            Form::Narrow => {
                let number = object::float(value.cast_exact::<PyFloat>().ok()?);
                self.put(at, f64::from(number::narrow(number)?).to_bits())
            }
            Form::Bytes { text: is_text } => {
                if let Ok(bytes) = value.cast::<PyBytes>() {
                    return self.memory(at, bytes.as_bytes());
                }
                match text(value).filter(|_| *is_text) {
                    Some(content) => self.memory(at, content),
                    None => self.view(at, value, |_| true),
                }
            }
            Form::Numbers(kind) => self.view(at, value, |look| number::is_packed(*kind, look)),
            _ => None,
        }
    }

    #[inline(always)]
    fn handle(
        &mut self,
        at: usize,
        slot: &'static Slot,
        mode: Mode,
        value: &Bound<'py, PyAny>,
    ) -> Option<usize> {
        let Some(Definition::Handle(kind)) = slot.definition.get() else {
            return None;
        };
        let handle = HandleRef::exactly(value.as_borrowed(), kind.class.bind(self.py))?;
        let usable = handle.is_open() && handle.slot().is_some_and(|own| std::ptr::eq(own, slot));
        if !usable || (mode == Mode::Clone && handle.moving()) {
            return None;
        }
        let id = u128::from_ne_bytes(handle.id());
        // Its first eight bytes, then the others.
        let (low, high) = (id as u64, (id >> 64) as u64);
        if cfg!(target_endian = "little") {
            self.two(at, low, high)
        } else {
            self.two(at, high, low)
        }
    }

    /// Gives views back.
    #[cold]
    fn give_back(&mut self) {
        for view in &mut self.views[..self.viewed] {
            // SAFETY: the first `viewed` are filled.
            let view = unsafe { view.assume_init_mut() };
            if let Some(ticket) = view.ticket.take() {
                ranges::end(self.py, ticket);
            }
            // SAFETY: filled by `PyObject_GetBuffer`, and released here, once, with the lock held.
            unsafe { ffi::PyBuffer_Release(&raw mut view.raw) };
        }
    }
}

impl Drop for Words<'_> {
    #[inline(always)]
    fn drop(&mut self) {
        if self.viewed > 0 {
            self.give_back();
        }
    }
}

/// The UTF-8 of a `str`.
#[inline(always)]
fn text<'a>(value: &'a Bound<'_, PyAny>) -> Option<&'a [u8]> {
    object::text(value.cast_exact::<PyString>().ok()?)
        .ok()
        .map(str::as_bytes)
}

impl Direct {
    /// Puts the arguments of a call into `words`, which is new. `None`: a message must carry them.
    #[inline(always)]
    pub(crate) fn fill<'g, 'py>(
        &'g self,
        words: &'g mut Words<'py>,
        arguments: &'g Arguments<'_, 'py>,
        prompt: bool,
    ) -> Option<Given<'g, 'py>> {
        let (receiver, values) = arguments.by_position()?;
        let mut forms = &*self.forms;
        if values.len() + usize::from(receiver.is_some()) != forms.len() {
            return None;
        }
        let mut next = 0;
        if let (Some(receiver), [form, others @ ..]) = (receiver, forms) {
            next = words.argument(next, form, &receiver)?;
            forms = others;
        }
        for (form, value) in forms.iter().zip(values) {
            // SAFETY: the interpreter passes live objects, and keeps them while `arguments` lives.
            let value = unsafe { Borrowed::from_ptr(words.py, *value) };
            next = words.argument(next, form, &value)?;
        }
        Some(Given {
            direct: self,
            words,
            prompt,
        })
    }
}

/// A call whose arguments are words; the objects that they came from outlive it.
pub(crate) struct Given<'g, 'py> {
    direct: &'g Direct,
    words: &'g Words<'py>,
    prompt: bool,
}

impl Given<'_, '_> {
    /// Makes the call, with the interpreter lock kept if it is prompt: the library's code, and the word if it gave one.
    #[inline(always)]
    pub(crate) fn call(self, core: &'static Core, response: &mut Response) -> (i32, u64) {
        let Self {
            direct,
            words,
            prompt,
        } = self;
        let mut word = 0;
        let flags = if prompt { PROMPT } else { 0 };
        let response = response.raw_mut();
        let mut enter = || {
            // SAFETY: the words are of the forms that the library itself asked for (`join`), `fill` has put all of them there,
            // and who made this keeps the objects that they came from; the response is this library's own.
            unsafe {
                (direct.entry)(
                    direct.index,
                    flags,
                    words.words.as_ptr().cast(),
                    &raw const HOST,
                    response,
                    &raw mut word,
                )
            }
        };
        let code = if prompt {
            enter()
        } else {
            core.outside(words.py, enter)
        };
        (code, word)
    }
}

/// Asks a library for the entry of callable `index`: with the letters of its arguments and of its result, if that is a word.
pub(crate) fn ask(
    py: Python<'_>,
    core: &'static Core,
    index: u32,
    forms: Forms,
) -> Option<(Direct, Option<char>)> {
    let mut address = 0_usize;
    let mut scratch = core.take_scratch(py);
    scratch.bytes.clear();
    scratch.bytes.extend_from_slice(&[0x93, wire::DIRECT]);
    wire::put_unsigned(&mut scratch.bytes, u64::from(index));
    wire::put_ext(&mut scratch.bytes, wire::ext::BUFFER, &[0; 4]);
    let place = RawBuffer {
        data: (&raw mut address).cast(),
        len: size_of::<usize>(),
        flags: WRITABLE,
    };
    let entered = core.enter(
        py,
        &mut scratch.bytes,
        &[place],
        &mut scratch.response,
        Lock::Released,
    );
    let mut reader = Reader::new(scratch.response.bytes());
    let mut next = || reader.next();
    let found = if let (Ok(0), Some(Token::Array(2)), Some(Token::Signed(0))) = (entered, next(), next())
        && let (Some(Token::Array(2)), Some(Token::Text(letters))) = (next(), next())
    {
        let result = match next() {
            Some(Token::Text([letter])) => Some(char::from(*letter)),
            _ => None,
        };
        let letters = str::from_utf8(letters).ok();
        letters
            .and_then(|letters| forms.join(address, index, letters))
            .map(|direct| (direct, result))
    } else {
        None
    };
    core.give_scratch(py, scratch);
    found
}
