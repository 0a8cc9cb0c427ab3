//! The way back: the table of functions that a client gives with its requests, as `docs/abi.md` has it.

use std::ffi::c_void;
use std::io::Write;

use rmpv::Value;
use usecrate_runtime::private::{Buffer, HostTable};

/// What a library asks of a host object.
pub struct Upcall<'u> {
    /// What it is to do.
    pub operation: u64,
    /// Which object.
    pub token: u64,
    /// What follows these.
    pub arguments: &'u [Value],
    /// The memory that was lent with it; written to only if it was lent for that.
    pub memory: &'u mut [u8],
}

/// Answers an upcall; `None` if the host is gone.
pub type Handler = fn(Upcall<'_>) -> Option<Vec<u8>>;

/// A host: what is passed with requests. Make it a static.
#[repr(C)]
pub struct Host {
    call: unsafe extern "C" fn(
        *mut c_void,
        *const u8,
        usize,
        *const Buffer,
        usize,
        unsafe extern "C" fn(*mut c_void, *const u8, usize),
        *mut c_void,
    ) -> i32,
    context: &'static Handler,
    direct: Option<unsafe extern "C" fn(*mut c_void, u64, u64, *const u64, *mut u64) -> i32>,
}

impl Host {
    /// One that answers so.
    pub const fn new(handler: &'static Handler) -> Self {
        Self {
            call: upcall,
            context: handler,
            direct: None,
        }
    }

    /// The same, of which callables are called with words where they can be.
    pub const fn direct(handler: &'static Handler) -> Self {
        Self {
            direct: Some(upcall_directly),
            ..Self::new(handler)
        }
    }

    /// As requests have it.
    pub(crate) fn table(&'static self) -> *const HostTable {
        std::ptr::from_ref(self).cast()
    }
}

/// Ends the process with a message: a panic cannot leave an upcall, and inside a call it prints nothing.
pub fn fail(message: &str) -> ! {
    // What is printed would wait for the end of the test.
    let _ = writeln!(std::io::stderr(), "assertion failed: {message}");
    std::process::abort();
}

/// The parts of an upcall's request.
fn parts(request: &[u8]) -> (u64, u64, Vec<Value>) {
    let mut bytes = request;
    let Ok(Value::Array(mut parts)) = rmpv::decode::read_value(&mut bytes) else {
        fail("an upcall is one array");
    };
    let number = |at: usize| parts.get(at).and_then(Value::as_u64);
    let (Some(operation), Some(token), true) = (number(0), number(1), bytes.is_empty()) else {
        fail("an upcall begins with an operation and a token, and nothing follows it");
    };
    (operation, token, parts.split_off(2))
}

unsafe extern "C" fn upcall(
    context: *mut c_void,
    request: *const u8,
    request_len: usize,
    buffers: *const Buffer,
    buffer_count: usize,
    write: unsafe extern "C" fn(*mut c_void, *const u8, usize),
    sink: *mut c_void,
) -> i32 {
    // SAFETY: it is the context of a `Host`, which has no other.
    let handler = unsafe { *context.cast::<Handler>() };
    // SAFETY: `docs/abi.md`: the request is readable for its length during the upcall.
    let (operation, token, arguments) = parts(unsafe { std::slice::from_raw_parts(request, request_len) });
    let memory: &mut [u8] = match buffer_count {
        0 => &mut [],
        1 => {
            // The struct is documented: data, length, flags.
            let words: *const usize = buffers.cast();
            // SAFETY: the struct begins with these two words.
            let (data, length) = unsafe { (*words as *mut u8, *words.add(1)) };
            // SAFETY: nobody else uses it during the upcall; it is only written if it is lent for that.
            unsafe { std::slice::from_raw_parts_mut(data, length) }
        }
        _ => fail("an upcall lends one buffer at most"),
    };
    let answer = handler(Upcall {
        operation,
        token,
        arguments: &arguments,
        memory,
    });
    let Some(answer) = answer else { return 1 };
    // In two pieces, as a host may.
    for piece in answer.chunks(answer.len().div_ceil(2).max(1)) {
        // SAFETY: the sink is this upcall's, and the piece is a live slice.
        unsafe { write(sink, piece.as_ptr(), piece.len()) };
    }
    0
}

unsafe extern "C" fn upcall_directly(
    context: *mut c_void,
    token: u64,
    form: u64,
    words: *const u64,
    result: *mut u64,
) -> i32 {
    // SAFETY: it is the context of a `Host`, which has no other.
    let handler = unsafe { *context.cast::<Handler>() };
    let kinds = (1..16)
        .map(|at| form >> (4 * at) & 15)
        .take_while(|kind| *kind != 0);
    let arguments: Vec<Value> = kinds
        .enumerate()
        .map(|(at, kind)| {
            // SAFETY: `docs/abi.md`: there are as many words as the form has parts behind the first.
            let word = unsafe { *words.add(at) };
            match kind {
                2 => (word == 1).into(),
                3 => (word as i64).into(),
                4 => word.into(),
                5 => f64::from_bits(word).into(),
                _ => fail("a form is made of these kinds"),
            }
        })
        .collect();
    let answer = handler(Upcall {
        operation: 1,
        token,
        arguments: &arguments,
        memory: &mut [],
    });
    let Some(answer) = answer else { return 3 };
    let (code, word) = match rmpv::decode::read_value(&mut answer.as_slice()) {
        Ok(Value::Array(parts)) => match parts.as_slice() {
            [Value::Integer(_), Value::Integer(token), Value::Boolean(fatal)] => {
                (1 + i32::from(*fatal), token.as_u64())
            }
            [_, value] => (0, word_of(form & 15, value)),
            _ => fail("an answer has these parts"),
        },
        _ => fail("an answer is an array"),
    };
    // SAFETY: `docs/abi.md`: it may be written to.
    unsafe { *result = word.unwrap_or(u64::MAX) };
    code
}

/// The word of a result; `None`: it has none of that kind.
fn word_of(kind: u64, value: &Value) -> Option<u64> {
    match kind {
        1 => Some(0),
        2 => value.as_bool().map(u64::from),
        3 => value.as_i64().map(|number| number as u64),
        4 => value.as_u64(),
        5 => value.as_f64().map(f64::to_bits),
        _ => fail("a form is made of these kinds"),
    }
}
