//! The client's side: the objects that requests name, what they answer, and who holds a reference to what. Answers are
//! made of the fuzzer's bytes; what the library asks of an object that it does not hold is a failure.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rmpv::Value;
use usecrate_soundness::client::encoded;
use usecrate_soundness::upcall::{Handler, Host, Upcall, fail};

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
    /// The same, and kept with values; how many references the library has.
    Kept(u32),
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
    /// Of the callables, those that take any value are called, and no others.
    pub dynamic: bool,
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

    /// One reference to an object ends: whether there was one.
    pub fn end(&mut self, token: u64) -> bool {
        match self.objects.get_mut(&token) {
            Some(Object::Kept(count @ 2..)) => {
                *count -= 1;
                true
            }
            _ => self.objects.remove(&token).is_some(),
        }
    }

    /// What upcalls answer from now on.
    pub fn follow(&mut self, script: &[u8]) {
        self.script = script.to_vec();
    }
}

static HANDLER: Handler = upcall;

/// The host that is passed with every request.
pub static HOST: Host = Host::new(&HANDLER);

fn upcall(upcall: Upcall<'_>) -> Option<Vec<u8>> {
    let script = world(|world| std::mem::take(&mut world.script));
    let mut cursor = Cursor::new(&script);
    let answer = answer(upcall, &mut cursor);
    let rest = cursor.rest();
    world(|world| world.script = rest.to_vec());
    answer
}

/// `None` if the host is gone.
fn answer(upcall: Upcall<'_>, cursor: &mut Cursor<'_>) -> Option<Vec<u8>> {
    let Upcall {
        operation,
        token,
        arguments,
        memory,
    } = upcall;
    let known = world(|world| {
        let known = world.objects.get(&token).cloned();
        if operation == 0 {
            world.end(token);
        }
        known
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
        (7, Object::Kept(count)) => {
            let more = Object::Kept(count + 1);
            world(|world| world.objects.insert(token, more));
            return Some(encoded(&[0.into(), Value::Nil]));
        }
        (0, Object::File | Object::Kept(_) | Object::Exception) => {
            return Some(encoded(&[0.into(), Value::Nil]));
        }
        (1, Object::Callable(_)) | (3..=6, Object::File) | (8..=12, Object::Kept(_)) => {}
        (11 | 13, Object::Exception) => {}
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
            return Some(encoded(&[1.into(), token.into(), fatal.into()]));
        }
        5 => {
            let value = world(|world| values::value(world, cursor, 0));
            return Some(encoded(&[0.into(), value]));
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
        (8, _) => (cursor.byte() & 1 == 1).into(),
        (9, _) => (cursor.below(3) as i64 - 1).into(),
        (10, _) => world(|world| values::hash_key(world, cursor)),
        (11, _) => "text".into(),
        (1, Object::Callable(result)) => world(|world| values::typed(world, &result, cursor, 0)),
        _ => Value::Nil,
    };
    Some(encoded(&[0.into(), value]))
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
