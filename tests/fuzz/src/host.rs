//! The client's side: the objects that requests name, what they answer, and who holds a reference to what. Answers are
//! made of the fuzzer's bytes; what the library asks of an object that it does not hold is a failure.

use std::collections::BTreeMap;
use std::ffi::c_void;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rmpv::Value;
use usecrate_runtime::private::{Buffer, HostTable};

use crate::cursor::Cursor;
use crate::request::{Session, collect};
use crate::values;

/// Bytes between the tokens: a changed byte of one never gives another.
const APART: u64 = 0x9e37_79b9_7f4a_7c15;
/// How deeply calls and upcalls nest.
const DEEPEST: u32 = 3;

/// What a token stands for.
#[derive(Debug, Clone)]
pub enum Object {
    /// Lent for a call; what it is to give.
    Callable(Value),
    /// The library's once Rust ran.
    File,
    /// The library's from the answer on.
    Exception,
}

/// All that the client knows.
#[derive(Debug, Default)]
pub struct World {
    /// Handles that were given, whether they still live or not.
    pub handles: Vec<Vec<u8>>,
    /// What the library may ask, by token.
    pub objects: BTreeMap<u64, Object>,
    /// Requests were changed after they were made: who holds which reference is not known.
    pub loose: bool,
    made: u64,
    /// What is left to choose answers by.
    script: Vec<u8>,
    depth: u32,
}

static WORLD: Mutex<Option<World>> = Mutex::new(None);

/// The world, for a moment: never while the library is called.
pub fn world<T>(work: impl FnOnce(&mut World) -> T) -> T {
    let mut world: MutexGuard<'_, Option<World>> = WORLD.lock().unwrap_or_else(PoisonError::into_inner);
    work(world.get_or_insert_default())
}

impl World {
    /// A new object, as it stands in a message.
    pub fn object(&mut self, object: Object) -> (u64, Value) {
        self.made += 1;
        let token = self.made.wrapping_mul(APART);
        self.objects.insert(token, object);
        (token, Value::Ext(3, token.to_le_bytes().to_vec()))
    }

    /// What upcalls answer from now on.
    pub fn follow(&mut self, script: &[u8]) {
        self.script = script.to_vec();
    }
}

#[repr(C)]
struct Table {
    call: unsafe extern "C" fn(
        *mut c_void,
        *const u8,
        usize,
        *const Buffer,
        usize,
        unsafe extern "C" fn(*mut c_void, *const u8, usize),
        *mut c_void,
    ) -> i32,
    context: *mut c_void,
}

// SAFETY: it is never written, and its context is null.
unsafe impl Sync for Table {}

static TABLE: Table = Table {
    call: upcall,
    context: std::ptr::null_mut(),
};

/// The host that is passed with every request.
pub fn table() -> *const HostTable {
    (&raw const TABLE).cast()
}

/// Ends the process with a message: a panic cannot leave an upcall, and inside a call it prints nothing.
pub fn fail(message: &str) -> ! {
    eprintln!("wrong: {message}");
    std::process::abort();
}

unsafe extern "C" fn upcall(
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
    let request = match rmpv::decode::read_value(&mut bytes) {
        Ok(Value::Array(parts)) if bytes.is_empty() && parts.len() >= 2 => parts,
        _ => fail("an upcall is one array"),
    };
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
    let (Some(operation), Some(token)) = (request[0].as_u64(), request[1].as_u64()) else {
        fail("an upcall names an operation and a token");
    };
    let script = world(|world| std::mem::take(&mut world.script));
    let mut cursor = Cursor::new(&script);
    let answer = answer(operation, token, &request[2..], memory, &mut cursor);
    let rest = cursor.rest();
    world(|world| world.script = rest.to_vec());
    let Some(answer) = answer else { return 1 };
    for piece in answer.chunks(answer.len().div_ceil(2).max(1)) {
        // SAFETY: the sink is this upcall's, and the piece is a live slice.
        unsafe { write(sink, piece.as_ptr(), piece.len()) };
    }
    0
}

/// `None` if the host is gone.
fn answer(
    operation: u64,
    token: u64,
    arguments: &[Value],
    memory: &mut [u8],
    cursor: &mut Cursor<'_>,
) -> Option<Vec<u8>> {
    let known = world(|world| match operation {
        0 => world.objects.remove(&token),
        _ => world.objects.get(&token).cloned(),
    });
    let Some(object) = known else {
        if !world(|world| world.loose) {
            fail(&format!(
                "operation {operation} of an object that the library does not hold"
            ));
        }
        return None;
    };
    match (operation, &object) {
        (0, Object::File | Object::Exception) => return Some(values::encoded(&[0.into(), Value::Nil])),
        (1, Object::Callable(_)) | (3..=6, Object::File) => {}
        _ if world(|world| world.loose) => return None,
        _ => fail(&format!("operation {operation} of {object:?}")),
    }
    world(|world| arguments.iter().for_each(|one| collect(one, &mut world.handles)));
    match cursor.below(24) {
        1 => return None,
        2 => return Some(cursor.bytes(6).to_vec()),
        3 | 4 => {
            let (token, _) = world(|world| world.object(Object::Exception));
            let fatal = cursor.byte() & 1 == 1;
            return Some(values::encoded(&[1.into(), token.into(), fatal.into()]));
        }
        5 => {
            let value = world(|world| values::value(world, cursor, 0));
            return Some(values::encoded(&[0.into(), value]));
        }
        6..=11 => again(cursor),
        _ => {}
    }
    let value = match (operation, object) {
        (3, _) => {
            let given = cursor.bytes(usize::from(cursor_length(memory.len())));
            memory[..given.len()].copy_from_slice(given);
            given.len().into()
        }
        (4, _) => memory.len().min(cursor.below(40) + 1).into(),
        (6, _) => u64::from(cursor.word()).into(),
        (1, Object::Callable(result)) => world(|world| values::typed(world, &result, cursor, 0)),
        _ => Value::Nil,
    };
    Some(values::encoded(&[0.into(), value]))
}

/// How many bytes a read gives at most.
fn cursor_length(room: usize) -> u8 {
    u8::try_from(room.min(30)).unwrap_or(30)
}

/// Calls the library from within an upcall.
fn again(cursor: &mut Cursor<'_>) {
    let deep = world(|world| {
        world.depth += 1;
        world.depth >= DEEPEST
    });
    if !deep {
        Session::default().step(cursor);
    }
    world(|world| world.depth -= 1);
}
