//! A host: the other side of upcalls, as `docs/abi.md` has it.

use std::collections::HashMap;
use std::ffi::c_void;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rmpv::Value;
use usecrate_runtime::private::{Buffer, HostTable, Response};

use super::usecrate_call;

/// What an object does when it is asked: the operation, its arguments, the memory that was lent with it.
pub type Object = dyn Fn(u64, &[Value], &mut [u8]) -> Answer + Send + Sync;

/// What comes of it.
pub enum Answer {
    Value(Value),
    /// The object raised: an exception of this name, fatal or not.
    Raise(&'static str, bool),
    /// The host is gone.
    Gone,
    /// Bytes that are no answer.
    Raw(Vec<u8>),
}

impl<T: Into<Value>> From<T> for Answer {
    fn from(value: T) -> Self {
        Self::Value(value.into())
    }
}

static OBJECTS: Mutex<Option<HashMap<u64, Arc<Object>>>> = Mutex::new(None);
static NEXT: AtomicU64 = AtomicU64::new(1);
/// Tokens that were released, in order.
pub static RELEASED: Mutex<Vec<u64>> = Mutex::new(Vec::new());

fn objects<T>(work: impl FnOnce(&mut HashMap<u64, Arc<Object>>) -> T) -> T {
    work(
        OBJECTS
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get_or_insert_default(),
    )
}

/// An object of the host, as it stands in a request.
pub fn object(object: impl Fn(u64, &[Value], &mut [u8]) -> Answer + Send + Sync + 'static) -> Value {
    let token = NEXT.fetch_add(1, Ordering::Relaxed);
    objects(|all| all.insert(token, Arc::new(object)));
    Value::Ext(3, token.to_le_bytes().to_vec())
}

/// A callable.
pub fn callable(call: impl Fn(&[Value]) -> Answer + Send + Sync + 'static) -> Value {
    object(move |operation, arguments, _| {
        assert_eq!(operation, 1, "a callable is invoked");
        call(arguments)
    })
}

/// The token of an object.
pub fn token(object: &Value) -> u64 {
    let (3, bytes) = object.as_ext().expect("a host object") else {
        panic!("an extension value of another kind")
    };
    u64::from_le_bytes(bytes.try_into().expect("eight bytes"))
}

static EXCEPTIONS: Mutex<Vec<(u64, &'static str)>> = Mutex::new(Vec::new());

/// The name of an exception that came back.
pub fn exception(token: u64) -> &'static str {
    let all = EXCEPTIONS.lock().unwrap_or_else(PoisonError::into_inner);
    let known = all.iter().find(|(known, _)| *known == token);
    known.expect("a token of an exception").1
}

pub fn released(token: u64) -> usize {
    let all = RELEASED.lock().unwrap_or_else(PoisonError::into_inner);
    all.iter().filter(|released| **released == token).count()
}

unsafe extern "C" fn answer(
    _: *mut c_void,
    request: *const u8,
    request_len: usize,
    buffers: *const Buffer,
    buffer_count: usize,
    write: unsafe extern "C" fn(*mut c_void, *const u8, usize),
    sink: *mut c_void,
) -> i32 {
    // SAFETY: `docs/abi.md`: the request is readable for its length during the upcall.
    let mut bytes = unsafe { std::slice::from_raw_parts(request, request_len) };
    let request = rmpv::decode::read_value(&mut bytes).expect("a request is MessagePack");
    assert!(bytes.is_empty(), "nothing follows a request");
    let parts = request.as_array().expect("a request is an array");
    let (operation, token) = (
        parts[0].as_u64().expect("an operation"),
        parts[1].as_u64().expect("a token"),
    );
    let mut nothing = [];
    let memory: &mut [u8] = if buffer_count == 0 {
        &mut nothing
    } else {
        // The struct is documented: data, length, flags.
        let words: *const usize = buffers.cast();
        // SAFETY: the struct begins with these two words.
        let (data, length) = unsafe { (*words as *mut u8, *words.add(1)) };
        // SAFETY: only read if it is lent to be read; nobody else uses it during the upcall.
        unsafe { std::slice::from_raw_parts_mut(data, length) }
    };
    let result = if operation == 0 {
        let known = objects(|all| all.remove(&token));
        RELEASED
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(token);
        drop(known);
        Answer::Value(Value::Nil)
    } else {
        let object = objects(|all| all.get(&token).cloned()).expect("a living object");
        object(operation, &parts[2..], memory)
    };
    let answer = match result {
        Answer::Gone => return 1,
        Answer::Raw(bytes) => bytes,
        Answer::Value(value) => encoded(&[0.into(), value]),
        Answer::Raise(name, fatal) => {
            let token = NEXT.fetch_add(1, Ordering::Relaxed);
            EXCEPTIONS
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push((token, name));
            encoded(&[1.into(), token.into(), fatal.into()])
        }
    };
    // In two pieces, as a host may.
    for piece in answer.chunks(answer.len().div_ceil(2).max(1)) {
        // SAFETY: the sink is this upcall's, and the piece is a live slice.
        unsafe { write(sink, piece.as_ptr(), piece.len()) };
    }
    0
}

fn encoded(parts: &[Value]) -> Vec<u8> {
    let mut bytes = Vec::new();
    rmpv::encode::write_value(&mut bytes, &Value::Array(parts.to_vec())).expect("a vector takes all");
    bytes
}

#[repr(C)]
struct Table(
    unsafe extern "C" fn(
        *mut c_void,
        *const u8,
        usize,
        *const Buffer,
        usize,
        unsafe extern "C" fn(*mut c_void, *const u8, usize),
        *mut c_void,
    ) -> i32,
    *const c_void,
);

// SAFETY: the context is null and the function has no state of its own.
unsafe impl Sync for Table {}

static TABLE: Table = Table(answer, std::ptr::null());

/// `[status, payload]`, with a way back.
pub fn request(parts: &[Value]) -> (u64, Value) {
    send(parts, (&raw const TABLE).cast())
}

/// The same without one.
pub fn request_alone(parts: &[Value]) -> (u64, Value) {
    send(parts, std::ptr::null())
}

fn send(parts: &[Value], host: *const HostTable) -> (u64, Value) {
    let bytes: Box<[u8]> = encoded(parts).into();
    // SAFETY: three null words are the response's documented first state.
    let mut response: Response = unsafe { std::mem::zeroed() };
    let ask = |request: &[u8], response: &mut Response| {
        // SAFETY: the pointers and lengths are those of live slices, the response is this call's alone, the host a static.
        unsafe {
            usecrate_call(
                request.as_ptr(),
                request.len(),
                std::ptr::null(),
                0,
                host,
                response,
            )
        }
    };
    assert_eq!(ask(&bytes, &mut response), 0);
    drop(bytes);
    // The struct is documented: data, length, capacity.
    let words: *const usize = (&raw const response).cast();
    // SAFETY: the struct begins with these two words.
    let (data, length) = unsafe { (*words as *const u8, *words.add(1)) };
    // SAFETY: the answer is valid until the next call with this struct.
    let mut bytes = unsafe { std::slice::from_raw_parts(data, length) };
    let answer = rmpv::decode::read_value(&mut bytes).expect("an answer is MessagePack");
    assert!(bytes.is_empty(), "nothing follows an answer");
    assert_eq!(ask(&[0x91, 3], &mut response), 0);
    let Value::Array(parts) = answer else {
        panic!("an answer is an array")
    };
    let [status, payload] = <[Value; 2]>::try_from(parts).expect("an answer has two parts");
    (status.as_u64().expect("a status is a number"), payload)
}
