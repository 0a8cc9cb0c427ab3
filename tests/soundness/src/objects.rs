//! A host for tests: objects are closures, and what became of every token is known.

use std::any::Any;
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rmpv::Value;

use crate::client::encoded;
use crate::upcall::{Handler, Host, Upcall, fail};

/// What an object does when it is asked: the operation, its arguments, the memory that was lent with it.
pub type Object = dyn Fn(u64, &[Value], &mut [u8]) -> Answer + Send + Sync;

/// What comes of it.
pub enum Answer {
    /// A result.
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

/// All that the host knows.
#[derive(Default)]
struct World {
    objects: HashMap<u64, Arc<Object>>,
    exceptions: HashMap<u64, &'static str>,
    /// Exceptions that no call ended with, and what raised them.
    unheard: Vec<(u64, u64)>,
    /// In order.
    released: Vec<u64>,
    /// References beyond the first.
    retained: Vec<u64>,
    /// Tokens, and how many references were asked for when the next one raises.
    refusing: Vec<(u64, usize)>,
}

static WORLD: Mutex<Option<World>> = Mutex::new(None);
static NEXT: AtomicU64 = AtomicU64::new(1);
static HANDLER: Handler = answer;

static HOST: Host = Host::new(&HANDLER);
static DIRECT: Host = Host::direct(&HANDLER);
static BY_WORDS: AtomicBool = AtomicBool::new(false);

/// The host of every request.
pub(crate) fn host() -> &'static Host {
    if BY_WORDS.load(Ordering::Relaxed) {
        &DIRECT
    } else {
        &HOST
    }
}

/// Until it is dropped, callables are called with words where they can be.
#[derive(Debug)]
pub struct ByWords(());

/// Begins that.
#[must_use]
pub fn by_words() -> ByWords {
    BY_WORDS.store(true, Ordering::Relaxed);
    ByWords(())
}

impl Drop for ByWords {
    fn drop(&mut self) {
        BY_WORDS.store(false, Ordering::Relaxed);
    }
}

/// The world, for a moment: never while an object is asked or dropped.
fn world<T>(work: impl FnOnce(&mut World) -> T) -> T {
    let mut world: MutexGuard<'_, Option<World>> = WORLD.lock().unwrap_or_else(PoisonError::into_inner);
    work(world.get_or_insert_default())
}

/// An object of the host, as it stands in a request.
pub fn object(object: impl Fn(u64, &[Value], &mut [u8]) -> Answer + Send + Sync + 'static) -> Value {
    let token = NEXT.fetch_add(1, Ordering::Relaxed);
    world(|world| world.objects.insert(token, Arc::new(object)));
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

/// The name of an exception that came back, or was released.
pub fn exception(token: u64) -> &'static str {
    world(|world| world.exceptions.get(&token).copied()).expect("a token of an exception")
}

/// How often an object was released.
pub fn released(token: u64) -> usize {
    world(|world| count(&world.released, token))
}

/// All tokens that were released, in order.
pub fn all_released() -> Vec<u64> {
    world(|world| world.released.clone())
}

/// Exceptions that the host was told of because no call ended with them, and the callables that raised them.
pub fn unheard() -> Vec<(&'static str, u64)> {
    let all = world(|world| world.unheard.clone());
    all.into_iter()
        .map(|(token, callable)| (exception(token), callable))
        .collect()
}

/// How many references to an object the library asked for.
pub fn retained(token: u64) -> usize {
    world(|world| count(&world.retained, token))
}

/// Of an object the library gets so many references more; the next one raises.
pub fn retained_at_most(token: u64, times: usize) {
    world(|world| world.refusing.push((token, times)));
}

fn count(all: &[u64], token: u64) -> usize {
    all.iter().filter(|known| **known == token).count()
}

fn panic_message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("an object panicked")
}

fn answer(upcall: Upcall<'_>) -> Option<Vec<u8>> {
    let token = upcall.token;
    let result = if upcall.operation == 0 {
        let known = world(|world| {
            world.released.push(token);
            // Each reference ends once, whether it is released or given back.
            let ends = count(&world.released, token) > count(&world.retained, token);
            ends.then(|| world.objects.remove(&token))
        });
        drop(known);
        Answer::Value(Value::Nil)
    } else if upcall.operation == 7 {
        world(|world| {
            assert!(world.objects.contains_key(&token), "it is there");
            if world.refusing.contains(&(token, count(&world.retained, token))) {
                return Answer::Raise("KeyboardInterrupt", true);
            }
            world.retained.push(token);
            Answer::Value(Value::Nil)
        })
    } else if let Some(name) = world(|world| world.exceptions.get(&token).copied()) {
        assert_eq!(released(token), 0, "an exception is asked that was released");
        match upcall.operation {
            11 => Answer::Value(name.into()),
            13 => {
                let callable = upcall.arguments[0].as_u64().expect("a token");
                assert_eq!(released(callable), 0, "what raised it is there");
                world(|world| world.unheard.push((token, callable)));
                Answer::Value(Value::Nil)
            }
            _ => fail("an exception is asked for what it cannot do"),
        }
    } else {
        let Some(object) = world(|world| world.objects.get(&token).cloned()) else {
            fail("an object is asked that was released");
        };
        let asked = AssertUnwindSafe(|| object(upcall.operation, upcall.arguments, upcall.memory));
        catch_unwind(asked).unwrap_or_else(|panic| fail(panic_message(&*panic)))
    };
    match result {
        Answer::Gone => None,
        Answer::Raw(bytes) => Some(bytes),
        Answer::Value(value) => Some(encoded(&[0.into(), value])),
        Answer::Raise(name, fatal) => {
            let token = NEXT.fetch_add(1, Ordering::Relaxed);
            world(|world| world.exceptions.insert(token, name));
            Some(encoded(&[1.into(), token.into(), fatal.into()]))
        }
    }
}
