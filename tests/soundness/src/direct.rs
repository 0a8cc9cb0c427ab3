//! Direct calls by name: arguments as words, in memory that is the call's alone.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use rmpv::Value;
use usecrate_runtime::private::DirectEntry;

use crate::client::{channel, encoded, number, raw, taken_apart, with_pieces};
use crate::objects;
use crate::symbol::{entry, place};
use crate::upcall::fail;

/// The operation that asks for the entry.
const DIRECT: u64 = 11;
/// The flag of a call that may not wait.
const PROMPT: u32 = 1;
/// What stands in the place of the result before a call.
const UNTOUCHED: u64 = 0xdead_beef_dead_beef;

/// How a callable is called directly.
#[derive(Clone)]
pub struct Directly {
    entry: DirectEntry,
    index: u32,
    /// Of its parameters.
    pub letters: String,
    /// Of its result, if that is a word.
    pub result: Option<char>,
}

/// Asks for the entry of a callable; `None` if it takes no direct calls.
pub fn ask(name: &str) -> Option<Directly> {
    let index = number(name);
    let mut address = 0;
    let named = Value::Ext(2, vec![0; 4]);
    let request = encoded(&[DIRECT.into(), index.into(), named]);
    let (status, payload) = raw(&request, &[place(&mut address)]);
    assert_eq!(status, 0, "`{name}` gave {payload}");
    if payload.is_nil() {
        assert_eq!(address, 0, "nothing is written then");
        return None;
    }
    Some(Directly {
        entry: entry(address),
        index: u32::try_from(index).expect("few callables"),
        letters: payload[0].as_str().expect("letters").to_owned(),
        result: payload[1].as_str().and_then(|letter| letter.chars().next()),
    })
}

/// An argument.
#[derive(Clone, Copy)]
pub enum Argument<'a> {
    /// One word, whatever it means.
    Word(u64),
    /// Text.
    Text(&'a str),
    /// Bytes, or numbers in memory, so many bytes behind an address that is aligned.
    Bytes(&'a [u8], usize),
    /// No memory, at an address where there is none.
    Nothing(u64),
    /// A handle.
    Handle(&'a Value),
}

impl From<u32> for Argument<'_> {
    fn from(number: u32) -> Self {
        Self::Word(number.into())
    }
}

impl<'a> From<&'a str> for Argument<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

impl<'a> From<&'a [u8]> for Argument<'a> {
    fn from(bytes: &'a [u8]) -> Self {
        Self::Bytes(bytes, 0)
    }
}

impl<'a> From<&'a Value> for Argument<'a> {
    fn from(handle: &'a Value) -> Self {
        Self::Handle(handle)
    }
}

/// The words of arguments, and the memory that they name.
#[derive(Default)]
struct Words {
    words: Vec<u64>,
    memory: Vec<Box<[u8]>>,
}

impl Words {
    fn push(&mut self, argument: Argument<'_>) {
        match argument {
            Argument::Word(word) => self.words.push(word),
            Argument::Text(text) => self.lend(text.as_bytes(), 0),
            Argument::Bytes(bytes, offset) => self.lend(bytes, offset),
            Argument::Nothing(address) => self.words.extend([address, 0]),
            Argument::Handle(handle) => {
                let (1, bytes) = handle.as_ext().expect("a handle") else {
                    panic!("an extension value of another kind")
                };
                let words = bytes
                    .chunks_exact(8)
                    .map(|half| half.try_into().expect("eight bytes"));
                self.words.extend(words.map(u64::from_ne_bytes));
            }
        }
    }

    fn lend(&mut self, bytes: &[u8], offset: usize) {
        // Ends with the last byte, so that the sanitizer notices who reads on; allocators align what they give.
        let memory = [&vec![0; offset], bytes].concat().into_boxed_slice();
        let address = memory.as_ptr().expose_provenance() + offset;
        self.words.extend([address as u64, bytes.len() as u64]);
        self.memory.push(memory);
    }
}

/// What became of a direct call.
#[derive(Debug, PartialEq)]
pub enum Outcome {
    /// A word.
    Word(u64),
    /// The same, and values wait to be dropped.
    WordAndLeaves(u64),
    /// Status and payload.
    Answered(u64, Value),
    /// The same, and values wait to be dropped.
    Leaves(u64, Value),
    /// It would have to wait.
    Later,
}

impl Outcome {
    /// The code of a refused handle.
    ///
    /// # Panics
    ///
    /// It is none.
    pub fn refused(&self) -> &str {
        match self {
            Self::Answered(4, payload) => payload[0].as_str().expect("a code"),
            other => panic!("not refused, but {other:?}"),
        }
    }

    /// What was answered, of status 0.
    ///
    /// # Panics
    ///
    /// It is something else.
    pub fn value(self) -> Value {
        match self {
            Self::Answered(0, value) => value,
            other => panic!("no result, but {other:?}"),
        }
    }
}

fn enter(directly: &Directly, flags: u32, arguments: &[Argument<'_>]) -> Outcome {
    let mut words = Words::default();
    arguments.iter().for_each(|argument| words.push(*argument));
    let mut channel = channel();
    let mut result = UNTOUCHED;
    let target = (directly.index, flags);
    let host = Some(objects::host());
    let code = channel.enter(directly.entry, target, &words.words, host, &mut result);
    // Nothing may be read of it any more.
    drop(words);
    let answered =
        || taken_apart(channel.answer()).map(|(status, value)| (status, with_pieces(value, &channel)));
    let untouched = result == UNTOUCHED;
    match code {
        3 => Outcome::Word(result),
        4 => Outcome::WordAndLeaves(result),
        1 if untouched && channel.answer().is_empty() => Outcome::Later,
        0 | 2 if untouched => match answered() {
            Some((status, payload)) if code == 0 => Outcome::Answered(status, payload),
            Some((status, payload)) => Outcome::Leaves(status, payload),
            None => fail("an answer is a status and a payload"),
        },
        _ => fail(&format!("a direct call gave {code}, and {result:#x}")),
    }
}

/// What was asked for before: to ask is to make a request, and any request may drop what waits for one.
static KNOWN: Mutex<BTreeMap<String, Directly>> = Mutex::new(BTreeMap::new());

/// How a callable is called that takes direct calls.
fn found(name: &str) -> Directly {
    let known = || KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = known().get(name) {
        return known.clone();
    }
    let found = ask(name).unwrap_or_else(|| panic!("`{name}` takes no direct calls"));
    known().insert(name.to_owned(), found.clone());
    found
}

/// A direct call.
pub fn direct(name: &str, arguments: &[Argument<'_>]) -> Outcome {
    enter(&found(name), 0, arguments)
}

/// A direct call that may not wait.
pub fn prompt_direct(name: &str, arguments: &[Argument<'_>]) -> Outcome {
    enter(&found(name), PROMPT, arguments)
}

/// A direct call of what takes none, at the entry that `other` has.
pub fn forced(name: &str, other: &str, arguments: &[Argument<'_>]) -> Outcome {
    let index = u32::try_from(number(name)).expect("few callables");
    let forced = Directly {
        index,
        ..found(other)
    };
    enter(&forced, 0, arguments)
}
