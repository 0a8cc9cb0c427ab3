//! Callables that are called directly, if the test says so: they show the arguments that they got, or end as they are told.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use super::upcalls::RawHost;
use super::{Buffer, Response, answer, integer, put, read_integer, refuse, release, text};

/// The first callable that a test may prepare, and the last: up to `LAST_DIRECT` they may be called directly.
const FIRST: i64 = 60;
const LAST_DIRECT: i64 = 69;
const LAST: i64 = 79;

/// How a callable is called directly, and how each call of it ends.
#[derive(Clone)]
struct Prepared {
    letters: String,
    result: String,
    /// What the entry gives: its code, or 1 for prompt calls alone if it is 10.
    code: i64,
    word: u64,
    milliseconds: u64,
    /// The answer; if there is none, the arguments.
    answer: Vec<u8>,
}

static PREPARED: Mutex<BTreeMap<i64, Prepared>> = Mutex::new(BTreeMap::new());
/// How each call came, since the last time.
static WAYS: Mutex<String> = Mutex::new(String::new());

fn came(way: &str) {
    let mut ways = WAYS.lock().unwrap();
    if !ways.is_empty() {
        ways.push(' ');
    }
    ways.push_str(way);
}

/// A request that may not wait, which is served as any other.
pub fn came_promptly(callable: i64) {
    if (FIRST..=LAST).contains(&callable) {
        came("prompt");
    }
}

/// Takes a value apart: what it is, as text, and what follows it.
fn shown<'a>(bytes: &'a [u8], buffers: &[Buffer]) -> (String, &'a [u8]) {
    let part = |from: usize, length: usize| (hex(&bytes[from..from + length]), &bytes[from + length..]);
    let sized = |width: usize| {
        let length = bytes[1..=width].iter().fold(0, |length, byte| length << 8 | usize::from(*byte));
        part(1 + width, length)
    };
    let items = |count: usize, mut rest: &'a [u8]| {
        let mut all = Vec::new();
        for _ in 0..count {
            let (item, behind) = shown(rest, buffers);
            all.push(item);
            rest = behind;
        }
        (format!("[{}]", all.join(", ")), rest)
    };
    match bytes[0] {
        0xc0 => ("nil".to_owned(), &bytes[1..]),
        0xc2 => ("false".to_owned(), &bytes[1..]),
        0xc3 => ("true".to_owned(), &bytes[1..]),
        0xca => {
            let narrow = f32::from_be_bytes(bytes[1..5].try_into().unwrap());
            (format!("{:?}", f64::from(narrow)), &bytes[5..])
        }
        0xcb => (format!("{:?}", f64::from_be_bytes(bytes[1..9].try_into().unwrap())), &bytes[9..]),
        0xcf => (u64::from_be_bytes(bytes[1..9].try_into().unwrap()).to_string(), &bytes[9..]),
        marker @ 0xa0..=0xbf => part(1, usize::from(marker & 31)),
        marker @ 0x90..=0x9f => items(usize::from(marker & 15), &bytes[1..]),
        0xc4 | 0xd9 => sized(1),
        0xc5 | 0xda => sized(2),
        0xc6 | 0xdb => sized(4),
        0xd6 if bytes[1] == 2 => {
            let index = u32::from_le_bytes(bytes[2..6].try_into().unwrap()) as usize;
            let buffer = &buffers[index];
            assert_eq!(buffer.flags, 0);
            (hex(unsafe { std::slice::from_raw_parts(buffer.data, buffer.len) }), &bytes[6..])
        }
        0xd8 if bytes[1] == 1 => part(2, 16),
        0xd8 => (format!("moved {}", hex(&bytes[2..18])), &bytes[18..]),
        _ => {
            let (number, rest) = read_integer(bytes);
            (number.to_string(), rest)
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Text of any length.
fn long_text(text: &str) -> Vec<u8> {
    let mut out = vec![0xdb];
    out.extend(u32::try_from(text.len()).unwrap().to_be_bytes());
    out.extend(text.bytes());
    out
}

/// An answer that a test said, or the arguments.
fn said(prepared: Option<&Prepared>, arguments: &[String]) -> Vec<u8> {
    match prepared {
        Some(prepared) if !prepared.answer.is_empty() => prepared.answer.clone(),
        _ => answer(0, long_text(&arguments.join("; "))),
    }
}

/// The word of a direct call, as a message gives it.
fn as_message(result: &str, word: u64) -> Vec<u8> {
    match result {
        "n" => vec![0xc0],
        "b" => vec![if word == 0 { 0xc2 } else { 0xc3 }],
        "f" => [&[0xcb], word.to_be_bytes().as_slice()].concat(),
        "u" => [&[0xcf], word.to_be_bytes().as_slice()].concat(),
        _ => integer(word as i64),
    }
}

/// What is called by a message.
pub fn call(callable: i64, arguments: &[u8], buffers: &[Buffer]) -> Option<Vec<u8>> {
    match callable {
        // prepare(callable, letters, result, code, word, milliseconds, answer)
        54 => Some(prepare(arguments)),
        // ways(): how calls came since the last time
        55 => Some(answer(0, long_text(&std::mem::take(&mut *WAYS.lock().unwrap())))),
        FIRST..=LAST => {
            came("message");
            let prepared = PREPARED.lock().unwrap().get(&callable).cloned();
            let mut rest = arguments;
            let mut all = Vec::new();
            while !rest.is_empty() {
                let (one, behind) = shown(rest, buffers);
                all.push(one);
                rest = behind;
            }
            Some(match &prepared {
                Some(prepared) if !prepared.result.is_empty() && prepared.answer.is_empty() => {
                    answer(0, as_message(&prepared.result, prepared.word))
                }
                prepared => said(prepared.as_ref(), &all),
            })
        }
        _ => None,
    }
}

fn prepare(arguments: &[u8]) -> Vec<u8> {
    let string = |bytes: &[u8]| {
        let length = usize::from(bytes[0] & 31);
        (String::from_utf8(bytes[1..=length].to_vec()).unwrap(), bytes[length + 1..].to_vec())
    };
    let (callable, rest) = read_integer(arguments);
    let (letters, rest) = string(rest);
    let (result, rest) = string(&rest);
    let (code, rest) = read_integer(&rest);
    let (word, rest) = read_integer(rest);
    let (milliseconds, rest) = read_integer(rest);
    let answer_ = rest[2..].to_vec();
    let prepared = Prepared {
        letters,
        result,
        code,
        word: word as u64,
        milliseconds: u64::try_from(milliseconds).unwrap(),
        answer: answer_,
    };
    PREPARED.lock().unwrap().insert(callable, prepared);
    answer(0, vec![0xc0])
}

/// Whether and how a callable is called directly.
pub fn ask(request: &[u8], buffers: &[Buffer]) -> Vec<u8> {
    let (callable, _) = read_integer(request);
    let [place] = buffers else { panic!("an address goes to one place") };
    assert_eq!((place.len, place.flags), (size_of::<usize>(), 1));
    let prepared = PREPARED.lock().unwrap().get(&callable).cloned();
    let Some(prepared) = prepared.filter(|_| (FIRST..=LAST_DIRECT).contains(&callable)) else {
        return match callable {
            FIRST..=LAST => answer(0, vec![0xc0]),
            _ => refuse(5, "operation", None, "there is no such operation"),
        };
    };
    let entry: Entry = enter;
    unsafe { place.data.cast::<usize>().write((entry as *const ()).expose_provenance()) };
    let mut payload = vec![0x92];
    payload.extend(text(&prepared.letters));
    payload.extend(if prepared.result.is_empty() { vec![0xc0] } else { text(&prepared.result) });
    answer(0, payload)
}

type Entry = unsafe extern "C" fn(u32, u32, *const u64, *const RawHost, *mut Response, *mut u64) -> i32;

/// The entry.
unsafe extern "C" fn enter(
    callable: u32,
    flags: u32,
    mut words: *const u64,
    _host: *const RawHost,
    response: *mut Response,
    result: *mut u64,
) -> i32 {
    came(if flags == 1 { "prompt-direct" } else { "direct" });
    assert!(flags <= 1);
    let prepared = PREPARED.lock().unwrap()[&i64::from(callable)].clone();
    let mut word = || unsafe {
        let word = words.read();
        words = words.add(1);
        word
    };
    let show = |letter| match letter {
        'b' => format!("{}", word() != 0),
        'i' => (word() as i64).to_string(),
        'u' => word().to_string(),
        'f' => format!("{:?}", f64::from_bits(word())),
        'h' => hex(&[word().to_ne_bytes(), word().to_ne_bytes()].concat()),
        _ => {
            let (place, length) = (word(), word());
            hex(unsafe { std::slice::from_raw_parts(std::ptr::with_exposed_provenance(place as usize), length as usize) })
        }
    };
    let all: Vec<String> = prepared.letters.chars().map(show).collect();
    std::thread::sleep(Duration::from_millis(prepared.milliseconds));
    let response = unsafe { &mut *response };
    match prepared.code {
        code @ (3 | 4) => {
            unsafe { result.write(prepared.word) };
            code as i32
        }
        code => {
            let waits = code == 1 || code == 10 && flags == 1;
            release(response);
            put(response, if waits { Vec::new() } else { said(Some(&prepared), &all) });
            if waits { 1 } else { code as i32 % 10 }
        }
    }
}
