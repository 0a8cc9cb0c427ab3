//! Requests to the symbol of [`crate::bridge`]. One input is a session: several requests, with buffers lent to them,
//! the handles that earlier answers gave, and a host that is called back and calls again. What is right is what
//! `docs/abi.md` says; what touches memory that it must not is the sanitizer's to find.

use std::sync::LazyLock;

use rmpv::Value;
use usecrate_runtime::private::Buffer;
use usecrate_soundness::client::{encoded, taken_apart};
use usecrate_soundness::symbol::{Channel, buffer};
use usecrate_soundness::upcall::fail;

use crate::bridge::usecrate_call;
use crate::cursor::Cursor;
use crate::host::{HOST, Object, World, world};
use crate::values;

/// Requests per input.
const LONGEST: usize = 24;

/// How many callables take any value: the last ones.
const DYNAMIC: usize = 9;
/// Inputs that begin so call these alone.
const PREFIX: &[u8] = b"any ";

const CALL: u8 = 1;
const DROP: u8 = 2;
const RELEASE: u8 = 3;
const AFTER_FORK: u8 = 5;
const COUNT: u8 = 6;
const CLOSE: u8 = 7;
const NEXT: u8 = 8;
const PROMPT_CALL: u8 = 9;
const PROMPT_DROP: u8 = 10;

/// The parameters of each callable, as *describe* says.
static CALLABLES: LazyLock<Vec<Vec<Value>>> = LazyLock::new(|| {
    let payload = Session::default().done(&[0x91, 0]);
    let described = payload[2].as_array().expect("callables");
    let parameters = |row: &Value| row[1].as_array().expect("parameters").clone();
    described.iter().map(parameters).collect()
});

/// One input: a session of requests.
///
/// # Panics
///
/// When an answer is not what the ABI allows, or something outlives the session that gave all of it up.
pub fn run(data: &[u8]) {
    LazyLock::force(&CALLABLES);
    let (data, dynamic) = match data.strip_prefix(PREFIX) {
        Some(data) => (data, true),
        None => (data, false),
    };
    world(|world| {
        *world = World::default();
        world.dynamic = dynamic;
    });
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

/// Something that calls, with a response of its own.
pub struct Session {
    channel: Channel,
    lent: Vec<Lent>,
}

impl Default for Session {
    fn default() -> Self {
        Self {
            channel: Channel::new(usecrate_call),
            lent: Vec::new(),
        }
    }
}

impl Session {
    /// One request.
    pub fn step(&mut self, cursor: &mut Cursor<'_>) {
        let kind = cursor.byte();
        self.lent = (0..kind & 3).map(|_| lent(cursor)).collect();
        let before: Vec<u64> = world(|world| world.objects.keys().copied().collect());
        let mut request = world(|world| request(world, kind >> 2 & 15, cursor));
        let mut given: Vec<u64> = world(|world| world.objects.keys().copied().collect());
        given.retain(|token| !before.contains(token));
        if kind & 0xc0 == 0xc0 && !request.is_empty() {
            let at = cursor.below(request.len());
            request[at] = cursor.byte();
            world(|world| world.loose |= !given.is_empty());
        }
        if left_out(&request) {
            world(|world| given.iter().for_each(|token| drop(world.objects.remove(token))));
            return;
        }
        let length = cursor.below(80);
        let script = cursor.bytes(length);
        world(|world| world.follow(script));
        let (status, payload) = self.ask(&request);
        world(|world| settle(world, &given, status, &payload));
    }

    /// The payload of a request that cannot fail.
    fn done(&mut self, request: &[u8]) -> Value {
        let (status, payload) = self.ask(request);
        assert_eq!(status, 0, "{request:?} gave {payload}");
        payload
    }

    fn ask(&mut self, request: &[u8]) -> (u64, Value) {
        let lend = |lent: &mut Lent| buffer(&mut lent.memory[lent.skip..], lent.writable);
        let buffers: Vec<Buffer> = self.lent.iter_mut().map(lend).collect();
        let (code, answer) = self.channel.attempt(request, &buffers, Some(&HOST));
        match (code, taken_apart(answer)) {
            (0 | 2, Some((status, payload))) if status <= 6 => (status, payload),
            (1, None) if answer.is_empty() => self.ask_again(request),
            _ => fail(&format!("{request:?} gave {code} and {answer:?}")),
        }
    }

    /// A prompt request would have to wait: then it is one that may. Nobody has looked at what comes behind the operation.
    fn ask_again(&mut self, request: &[u8]) -> (u64, Value) {
        let head = match request.first() {
            Some(0xdc) => 3,
            Some(0xdd) => 5,
            _ => 1,
        };
        // In whatever form it is written, its last byte says which.
        let form = match request.get(head) {
            Some(0xcc | 0xd0) => 1,
            Some(0xcd | 0xd1) => 2,
            Some(0xce | 0xd2) => 4,
            Some(0xcf | 0xd3) => 8,
            _ => 0,
        };
        let mut ordinary = request.to_vec();
        match ordinary.get_mut(head + form) {
            Some(operation @ &mut PROMPT_CALL) => *operation = CALL,
            Some(operation @ &mut PROMPT_DROP) => *operation = DROP,
            _ => fail(&format!("{request:?} is no prompt request")),
        }
        self.ask(&ordinary)
    }

    fn end(&mut self) {
        self.lent.clear();
        world(|world| world.follow(&[]));
        // Dropping a value may call back, and so give handles.
        while let Some(handle) = world(|world| world.handles.pop()) {
            let (status, payload) = self.ask(&encoded(&[DROP.into(), Value::Ext(1, handle)]));
            assert!(matches!(status, 0 | 2 | 4 | 6), "drop gave {payload}");
            world(|world| settle(world, &[], status, &payload));
        }
        let left = self.done(&[0x91, COUNT]);
        assert_eq!(left, 0.into(), "handles are left when all were dropped");
        let world = world(std::mem::take);
        assert!(
            world.loose || world.objects.is_empty(),
            "the library keeps {:?}",
            world.objects
        );
    }
}

/// Who holds what when a request was answered. Callables were lent; what else was given is the library's if Rust ran.
fn settle(world: &mut World, given: &[u64], status: u64, payload: &Value) {
    let refused = status == 5 || (matches!(status, 3 | 4) && !payload[1].is_nil());
    for token in given {
        if refused || matches!(world.objects.get(token), Some(Object::Callable(_))) {
            world.objects.remove(token);
        }
    }
    if status == 6 {
        let token = payload[0].as_u64();
        let exception = token.and_then(|token| world.objects.remove(&token));
        if !matches!(exception, Some(Object::Exception)) {
            fail(&format!("status 6 gives back {payload}, which is {exception:?}"));
        }
    }
    give_back(payload, world);
    collect(payload, &mut world.handles);
}

/// References that come back with an answer.
fn give_back(value: &Value, world: &mut World) {
    match value {
        Value::Ext(3, bytes) => {
            let token = <[u8; 8]>::try_from(bytes.as_slice()).map(u64::from_le_bytes);
            let known = token.is_ok_and(|token| world.end(token));
            if !known && !world.loose {
                fail("a host object that was not the library's comes back");
            }
        }
        Value::Array(items) => items.iter().for_each(|item| give_back(item, world)),
        Value::Map(pairs) => pairs.iter().for_each(|(key, item)| {
            give_back(key, world);
            give_back(item, world);
        }),
        _ => {}
    }
}

fn request(world: &mut World, kind: u8, cursor: &mut Cursor<'_>) -> Vec<u8> {
    match kind {
        0 => {
            let length = cursor.below(200);
            cursor.bytes(length).to_vec()
        }
        1 => {
            let mut parts = vec![[0, DROP, 4, COUNT, CLOSE, NEXT, 9, 255][cursor.below(8)].into()];
            parts.extend((0..cursor.below(4)).map(|_| values::value(world, cursor, 0)));
            encoded(&parts)
        }
        2 => encoded(&[DROP.into(), values::handle(world, cursor)]),
        15 => encoded(&[PROMPT_DROP.into(), values::handle(world, cursor)]),
        3 => encoded(&[CLOSE.into(), values::handle(world, cursor)]),
        4 | 5 => {
            let handle = values::handle(world, cursor);
            let want = if cursor.below(9) == 8 {
                cursor.long()
            } else {
                cursor.byte().into()
            };
            encoded(&[NEXT.into(), handle, want.into()])
        }
        _ => {
            let (plain, dynamic) = (CALLABLES.len() - DYNAMIC, DYNAMIC);
            let index = if world.dynamic {
                plain + cursor.below(dynamic)
            } else {
                cursor.below(plain)
            };
            let operation = if kind == 14 { PROMPT_CALL } else { CALL };
            let mut parts = vec![operation.into(), index.into()];
            for ty in &CALLABLES[index] {
                parts.push(values::typed(world, ty, cursor, 0));
            }
            encoded(&parts)
        }
    }
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

/// *release* and *after fork*, which end what this is about.
fn left_out(request: &[u8]) -> bool {
    let Ok(Value::Array(parts)) = rmpv::decode::read_value(&mut &*request) else {
        return false;
    };
    let operation = parts.first().and_then(Value::as_u64);
    operation == Some(RELEASE.into()) || operation == Some(AFTER_FORK.into())
}

/// The handles in a message.
pub fn collect(value: &Value, handles: &mut Vec<Vec<u8>>) {
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
