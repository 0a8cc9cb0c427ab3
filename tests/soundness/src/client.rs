//! A client for tests: calls by name, answers taken apart. A process tests one library.

use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError, mpsc};
use std::time::Duration;

use rmpv::Value;
use usecrate_runtime::private::Buffer;

use crate::objects::{self, exception};
use crate::symbol::{Channel, Symbol};
use crate::upcall::{Host, fail};

/// Longer than what strings keep in place, so that freed memory is noticed.
pub const LONG: &str =
    "a text that is long enough to have an allocation of its own, and to be missed when it is gone";

/// A test that takes longer waits for ever: the seconds in `USECRATE_TEST_SECONDS`, or many.
fn hangs() -> Duration {
    let told = std::env::var("USECRATE_TEST_SECONDS").ok();
    Duration::from_secs(told.and_then(|told| told.parse().ok()).unwrap_or(180))
}

static LIBRARY: OnceLock<Symbol> = OnceLock::new();
/// Its callables, as it describes them.
static NAMES: OnceLock<Vec<String>> = OnceLock::new();
static ALONE: Mutex<()> = Mutex::new(());

/// No other test runs, and this one ends.
pub struct Alone {
    _alone: MutexGuard<'static, ()>,
    _ends: mpsc::Sender<()>,
}

/// Begins a test of the library: what is counted is the process's, so tests run one at a time. One that hangs ends the
/// process.
pub fn alone(library: Symbol) -> Alone {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    LIBRARY.get_or_init(|| library);
    let (_ends, ended) = mpsc::channel();
    let test = std::thread::current().name().unwrap_or_default().to_owned();
    // Two calls that wait for each other would do so for ever.
    std::thread::spawn(move || {
        if ended.recv_timeout(hangs()) == Err(mpsc::RecvTimeoutError::Timeout) {
            fail(&format!("`{test}` hangs"));
        }
    });
    Alone { _alone, _ends }
}

/// The bytes of an array.
///
/// # Panics
///
/// Never: a vector takes all.
pub fn encoded(parts: &[Value]) -> Vec<u8> {
    let mut bytes = Vec::new();
    rmpv::encode::write_value(&mut bytes, &Value::Array(parts.to_vec())).expect("a vector takes all");
    bytes
}

/// `[status, payload]` of an answer; `None` if it is none.
pub fn taken_apart(mut answer: &[u8]) -> Option<(u64, Value)> {
    let Ok(Value::Array(mut parts)) = rmpv::decode::read_value(&mut answer) else {
        return None;
    };
    let payload = parts.pop()?;
    let status = parts.pop()?.as_u64()?;
    (parts.is_empty() && answer.is_empty()).then_some((status, payload))
}

/// A way to the library.
pub(crate) fn channel() -> Channel {
    Channel::new(*LIBRARY.get().expect("a test begins with `alone`"))
}

fn send(bytes: &[u8], buffers: &[Buffer], host: Option<&'static Host>) -> (u64, Value) {
    let mut channel = channel();
    let answer = taken_apart(channel.send(bytes, buffers, host));
    let (status, payload) = answer.expect("an answer is a status and a payload");
    (status, with_pieces(payload, &channel))
}

/// An answer's value, with the long bytes beside it in their places.
pub(crate) fn with_pieces(value: Value, channel: &Channel) -> Value {
    match value {
        Value::Ext(2, index) => {
            let index = u32::from_le_bytes(index.try_into().expect("four bytes"));
            Value::Binary(channel.piece(index as usize).expect("it is there").to_vec())
        }
        Value::Array(items) => items.into_iter().map(|item| with_pieces(item, channel)).collect(),
        other => other,
    }
}

/// `[status, payload]` of any bytes, without a way back.
pub fn raw(bytes: &[u8], buffers: &[Buffer]) -> (u64, Value) {
    send(bytes, buffers, None)
}

/// `[status, payload]` of a request.
pub fn request(parts: &[Value]) -> (u64, Value) {
    send(&encoded(parts), &[], Some(objects::host()))
}

/// The same without a way back.
pub fn request_alone(parts: &[Value]) -> (u64, Value) {
    raw(&encoded(parts), &[])
}

/// The number of a callable.
pub fn number(name: &str) -> usize {
    let names = NAMES.get_or_init(|| {
        let (_, described) = request(&[0.into()]);
        let rows = described[2].as_array().expect("callables");
        let name = |row: &Value| row[0].as_str().expect("a name").to_owned();
        rows.iter().map(name).collect()
    });
    let known = names.iter().position(|known| known == name);
    known.unwrap_or_else(|| panic!("`{name}` is none of {names:?}"))
}

/// How many callables there are.
pub fn callables() -> usize {
    NAMES.get().map_or(0, Vec::len)
}

fn call_request(name: &str, arguments: &[Value]) -> Vec<Value> {
    let mut parts = vec![Value::from(1), Value::from(number(name))];
    parts.extend_from_slice(arguments);
    parts
}

/// `[status, payload]` of a call.
pub fn try_call(name: &str, arguments: &[Value]) -> (u64, Value) {
    request(&call_request(name, arguments))
}

/// The same with buffers.
pub fn try_call_with(name: &str, arguments: &[Value], buffers: &[Buffer]) -> (u64, Value) {
    let bytes = encoded(&call_request(name, arguments));
    send(&bytes, buffers, Some(objects::host()))
}

/// What a call gives that succeeds.
pub fn call(name: &str, arguments: &[Value]) -> Value {
    let (status, payload) = try_call(name, arguments);
    assert_eq!(status, 0, "`{name}` gave {payload}");
    payload
}

/// The call is refused with status 4: code and message.
pub fn refusal(name: &str, arguments: &[Value]) -> (String, String) {
    let (status, payload) = try_call(name, arguments);
    assert_eq!(status, 4, "`{name}` gave {payload}");
    let text = |at: usize| payload[at].as_str().expect("a text").to_owned();
    (text(0), text(2))
}

/// The call is refused with status 4: the code.
pub fn refused(name: &str, arguments: &[Value]) -> String {
    refusal(name, arguments).0
}

/// The call ends with an exception of the host: its name.
pub fn raised(name: &str, arguments: &[Value]) -> &'static str {
    let (status, payload) = try_call(name, arguments);
    assert_eq!(status, 6, "`{name}` gave {payload}");
    exception(payload[0].as_u64().expect("a token"))
}

/// `[status, payload]` of a drop.
pub fn try_drop(handle: &Value) -> (u64, Value) {
    request(&[2.into(), handle.clone()])
}

/// Drops a handle. `false`: something still borrows its value.
pub fn drop_now(handle: &Value) -> bool {
    let (status, payload) = try_drop(handle);
    assert_eq!(status, 0, "drop gave {payload}");
    payload.as_bool().expect("a bool")
}

/// What became of a request that may not wait.
#[derive(Debug, PartialEq)]
pub enum Prompt {
    /// Its status and payload.
    Answered(u64, Value),
    /// The same, and values wait to be dropped.
    Leaves(u64, Value),
    /// It would have to wait.
    Later,
}

fn promptly(parts: &[Value]) -> Prompt {
    let mut channel = channel();
    let (code, answer) = channel.attempt(&encoded(parts), &[], Some(objects::host()));
    let told = taken_apart(answer);
    match (code, told) {
        (0, Some((status, payload))) => Prompt::Answered(status, payload),
        (2, Some((status, payload))) => Prompt::Leaves(status, payload),
        (1, None) if answer.is_empty() => Prompt::Later,
        (code, _) => fail(&format!("a prompt request gave {code} and {answer:?}")),
    }
}

/// A call that may not wait.
pub fn prompt_call(name: &str, arguments: &[Value]) -> Prompt {
    let mut parts = call_request(name, arguments);
    parts[0] = 9.into();
    promptly(&parts)
}

/// A drop that may not wait.
pub fn prompt_drop(handle: &Value) -> Prompt {
    promptly(&[10.into(), handle.clone()])
}

/// How many handles live.
pub fn count() -> u64 {
    request(&[6.into()]).1.as_u64().expect("a count")
}
