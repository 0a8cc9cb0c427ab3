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
}

impl Host {
    /// One that answers so.
    pub const fn new(handler: &'static Handler) -> Self {
        Self {
            call: upcall,
            context: handler,
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
