//! Requests to the symbol of the soundness bridge. One input is a session: several requests, with buffers lent to
//! them, and the handles that earlier answers gave. What is right is what `docs/abi.md` says of any request; what
//! touches memory that it must not is the sanitizer's to find.

use std::sync::LazyLock;

use rmpv::Value;
use usecrate_runtime::private::{Buffer, Response};
use usecrate_soundness::usecrate_call;

use crate::cursor::Cursor;

/// What sleeps, or takes as much memory as it is told to.
const LEFT_OUT: &[&str] = &["Turnstile::pass", "Book::close_after"];
/// Requests per input.
const LONGEST: usize = 24;

const CALL: u8 = 1;
const DROP: u8 = 2;
const RELEASE: u8 = 3;
const AFTER_FORK: u8 = 5;
const COUNT: u8 = 6;
const NEXT: u8 = 8;

/// A callable, as *describe* says.
struct Callable {
    id: String,
    params: Vec<Value>,
}

/// The callables of the bridge, by index.
static CALLABLES: LazyLock<Vec<Callable>> = LazyLock::new(|| {
    let payload = Session::default().done(&[0x91, 0]);
    let described = payload[2].as_array().expect("callables");
    let callable = |row: &Value| Callable {
        id: row[0].as_str().expect("an id").to_owned(),
        params: row[1].as_array().expect("parameters").clone(),
    };
    described.iter().map(callable).collect()
});

/// One input: a session of requests.
///
/// # Panics
///
/// When an answer is not what the ABI allows, or handles outlive the session that dropped all of them.
pub fn run(data: &[u8]) {
    let mut cursor = Cursor::new(data);
    let mut session = Session::default();
    for _ in 0..LONGEST {
        if cursor.is_empty() {
            break;
        }
        session.step(&mut cursor);
    }
    session.end();
}

/// A lent buffer: its memory, where in it the buffer begins, and whether the library may write to it.
struct Lent {
    memory: Vec<u8>,
    skip: usize,
    writable: bool,
}

struct Session {
    response: Response,
    handles: Vec<Vec<u8>>,
    lent: Vec<Lent>,
}

impl Default for Session {
    fn default() -> Self {
        Self {
            // SAFETY: three null words are the response's documented first state.
            response: unsafe { std::mem::zeroed() },
            handles: Vec::new(),
            lent: Vec::new(),
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.send(&[0x91, RELEASE]);
    }
}

impl Session {
    fn step(&mut self, cursor: &mut Cursor<'_>) {
        let kind = cursor.byte();
        self.lent = (0..kind & 3).map(|_| lent(cursor)).collect();
        let mut request = match kind >> 2 & 15 {
            0 => {
                let length = cursor.below(200);
                cursor.bytes(length).to_vec()
            }
            1 | 2 => {
                let operation = [0, DROP, 4, COUNT, 7, NEXT, 9, 255][cursor.below(8)];
                let parts = (0..cursor.below(4)).map(|_| self.value(cursor, 0)).collect();
                encoded(operation, parts)
            }
            3 => encoded(DROP, vec![self.handle(cursor)]),
            4 => encoded(NEXT, vec![self.handle(cursor), cursor.byte().into()]),
            _ => {
                let index = cursor.below(CALLABLES.len());
                let mut parts = vec![index.into()];
                for ty in &CALLABLES[index].params {
                    parts.push(self.typed(ty, cursor, 0));
                }
                encoded(CALL, parts)
            }
        };
        if kind & 0xc0 == 0xc0 && !request.is_empty() {
            let at = cursor.below(request.len());
            request[at] = cursor.byte();
        }
        if !left_out(&request) {
            let (_, payload) = self.ask(&request);
            collect(&payload, &mut self.handles);
        }
    }

    /// Any value that MessagePack can say.
    fn value(&self, cursor: &mut Cursor<'_>, depth: u32) -> Value {
        match cursor.below(if depth < 4 { 13 } else { 10 }) {
            0 => Value::Nil,
            1 => Value::Boolean(cursor.byte() & 1 == 1),
            2 => cursor.byte().into(),
            3 => Value::Integer(cursor.long().into()),
            4 => Value::Integer((cursor.long() as i64).into()),
            5 => Value::F64(f64::from_bits(cursor.long())),
            6 => text(cursor),
            7 => {
                let length = cursor.below(40);
                Value::Binary(cursor.bytes(length).to_vec())
            }
            8 => self.handle(cursor),
            9 => {
                let (code, length) = (cursor.below(9) as i8, cursor.below(20));
                Value::Ext(code, cursor.bytes(length).to_vec())
            }
            10 | 11 => Value::Array(self.values(cursor, depth)),
            _ => {
                let values = self.values(cursor, depth);
                Value::Map(values.into_iter().map(|value| (text(cursor), value)).collect())
            }
        }
    }

    fn values(&self, cursor: &mut Cursor<'_>, depth: u32) -> Vec<Value> {
        (0..cursor.below(5))
            .map(|_| self.value(cursor, depth + 1))
            .collect()
    }

    /// A value of a described type, mostly.
    fn typed(&self, ty: &Value, cursor: &mut Cursor<'_>, depth: u32) -> Value {
        if cursor.below(16) == 15 || depth > 8 {
            return self.value(cursor, depth);
        }
        let (word, parts) = match ty {
            Value::Array(all) => (all[0].as_str().unwrap_or_default(), &all[1..]),
            word => (word.as_str().unwrap_or_default(), &[][..]),
        };
        let many = |cursor: &mut Cursor<'_>, ty: &Value| {
            let count = cursor.below(6);
            Value::Array((0..count).map(|_| self.typed(ty, cursor, depth + 1)).collect())
        };
        match word {
            "unit" => Value::Nil,
            "bool" => Value::Boolean(cursor.byte() & 1 == 1),
            "str" | "path" if cursor.below(4) > 0 => text(cursor),
            "str" | "path" | "bytes" | "buffer" => match cursor.below(3) {
                0 => Value::Ext(2, u32::from(cursor.byte() & 3).to_le_bytes().to_vec()),
                1 => Value::Ext(2, 0_u32.to_le_bytes().to_vec()),
                _ => {
                    let length = cursor.below(40);
                    Value::Binary(cursor.bytes(length).to_vec())
                }
            },
            "handle" => self.handle(cursor),
            "option" | "out" => match cursor.below(3) {
                0 => Value::Nil,
                _ => self.typed(&parts[0], cursor, depth + 1),
            },
            "list" | "set" | "iterable" => many(cursor, &parts[0]),
            "tuple" => Value::Array(
                parts
                    .iter()
                    .map(|part| self.typed(part, cursor, depth + 1))
                    .collect(),
            ),
            "f32" | "f64" => Value::F64(f64::from_bits(cursor.long())),
            _ if word.starts_with(['u', 'i']) && word.len() < 6 => cursor.byte().into(),
            _ => self.value(cursor, depth),
        }
    }

    /// A handle that was given, whether it still lives or not; sometimes as one to be moved, seldom a forged one.
    fn handle(&self, cursor: &mut Cursor<'_>) -> Value {
        let pick = cursor.byte();
        let code = if pick >= 0xc0 { 6 } else { 1 };
        match self.handles.len() {
            0 => Value::Ext(code, vec![pick; 16]),
            count => Value::Ext(code, self.handles[usize::from(pick & 0x3f) % count].clone()),
        }
    }

    /// The payload of a request that cannot fail.
    fn done(&mut self, request: &[u8]) -> Value {
        let (status, payload) = self.ask(request);
        assert_eq!(status, 0, "{request:?} gave {payload}");
        payload
    }

    fn ask(&mut self, request: &[u8]) -> (u64, Value) {
        let code = self.send(request);
        assert_eq!(code, 0, "{request:?}");
        // The struct is documented: data, length, capacity.
        let words: *const usize = (&raw const self.response).cast();
        // SAFETY: the struct begins with these two words.
        let (data, length) = unsafe { (*words as *const u8, *words.add(1)) };
        // SAFETY: the answer is valid until the next call with this struct.
        let mut bytes = unsafe { std::slice::from_raw_parts(data, length) };
        let answer = rmpv::decode::read_value(&mut bytes).expect("an answer is MessagePack");
        assert!(bytes.is_empty(), "something follows the answer to {request:?}");
        let Value::Array(parts) = answer else {
            panic!("{request:?} gave {answer}")
        };
        let [status, payload] = <[Value; 2]>::try_from(parts).expect("an answer has two parts");
        let status = status.as_u64().expect("a status is a number");
        assert!(status <= 6, "{request:?} gave status {status}");
        (status, payload)
    }

    /// The request's memory is this call's alone, so that the sanitizer notices when something of it is kept.
    fn send(&mut self, request: &[u8]) -> i32 {
        let request: Box<[u8]> = request.into();
        let buffer = |lent: &mut Lent| {
            let bytes = &mut lent.memory[lent.skip..];
            let parts = (bytes.as_mut_ptr(), bytes.len(), u64::from(lent.writable));
            // SAFETY: this is the struct's documented layout.
            unsafe { std::mem::transmute::<(*mut u8, usize, u64), Buffer>(parts) }
        };
        let buffers: Vec<Buffer> = self.lent.iter_mut().map(buffer).collect();
        // SAFETY: the pointers and lengths are those of live memory that nothing else uses, and the response is this
        // session's alone.
        unsafe {
            usecrate_call(
                request.as_ptr(),
                request.len(),
                buffers.as_ptr(),
                buffers.len(),
                std::ptr::null(),
                &raw mut self.response,
            )
        }
    }

    fn end(&mut self) {
        self.lent.clear();
        for handle in std::mem::take(&mut self.handles) {
            let (status, payload) = self.ask(&encoded(DROP, vec![Value::Ext(1, handle)]));
            assert!(status == 0 || status == 2 || status == 4, "drop gave {payload}");
        }
        let left = self.done(&[0x91, COUNT]);
        assert_eq!(left, 0.into(), "handles are left when all were dropped");
    }
}

fn encoded(operation: u8, parts: Vec<Value>) -> Vec<u8> {
    let mut all = vec![operation.into()];
    all.extend(parts);
    let mut bytes = Vec::new();
    rmpv::encode::write_value(&mut bytes, &Value::Array(all)).expect("a vector takes all");
    bytes
}

fn lent(cursor: &mut Cursor<'_>) -> Lent {
    let shape = cursor.byte();
    let memory = cursor.bytes(usize::from(shape >> 2)).to_vec();
    Lent {
        skip: usize::from(shape & 1).min(memory.len()),
        writable: shape & 2 == 2,
        memory,
    }
}

fn text(cursor: &mut Cursor<'_>) -> Value {
    let length = cursor.below(48);
    String::from_utf8_lossy(cursor.bytes(length)).into_owned().into()
}

/// A call of what is left out, *release* and *after fork*, which end what this is about.
fn left_out(request: &[u8]) -> bool {
    let Ok(Value::Array(parts)) = rmpv::decode::read_value(&mut &*request) else {
        return false;
    };
    let operation = parts.first().and_then(Value::as_u64);
    match operation.and_then(|operation| u8::try_from(operation).ok()) {
        Some(RELEASE | AFTER_FORK) => true,
        Some(CALL) => {
            let index = parts.get(1).and_then(Value::as_u64);
            let called = index.and_then(|index| CALLABLES.get(usize::try_from(index).ok()?));
            called.is_some_and(|called| LEFT_OUT.contains(&called.id.as_str()))
        }
        _ => false,
    }
}

/// The handles in an answer.
fn collect(value: &Value, handles: &mut Vec<Vec<u8>>) {
    match value {
        Value::Ext(1, bytes) => handles.push(bytes.clone()),
        Value::Array(items) => items.iter().for_each(|item| collect(item, handles)),
        Value::Map(pairs) => pairs.iter().for_each(|(key, item)| {
            collect(key, handles);
            collect(item, handles);
        }),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_is_there() {
        for id in LEFT_OUT {
            assert!(CALLABLES.iter().any(|known| known.id == *id), "{id}");
        }
    }
}
