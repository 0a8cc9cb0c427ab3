//! A library that speaks `docs/abi.md` with nothing behind it: it answers from bytes written by hand, so that the
//! extension's tests need neither the runtime nor the build tool.
//!
//! Callables: see `call`, `upcalls` for those that come back to the host, and `direct` for those that are called directly.

mod beside;
mod direct;
mod upcalls;

use std::sync::Mutex;
use std::time::Duration;

use upcalls::{Host, RawHost};

#[repr(C)]
pub struct Buffer {
    data: *mut u8,
    len: usize,
    flags: u64,
}

#[repr(C)]
pub struct Response {
    data: *mut u8,
    len: usize,
    capacity: usize,
    pieces: *mut beside::Piece,
    piece_count: usize,
}

/// Values by slot: the generation, and the counter while it lives.
static VALUES: Mutex<Vec<(u64, Option<i64>)>> = Mutex::new(Vec::new());
/// Iterators by slot: the next number and the end, while it lives; and what is odd about it.
static ITERATORS: Mutex<Vec<Option<(i64, i64, i64)>>> = Mutex::new(Vec::new());
/// How many batches each request for items asked for, in order.
static WANTED: Mutex<Vec<i64>> = Mutex::new(Vec::new());
static FORKED: Mutex<bool> = Mutex::new(false);
/// Asks how a callable is called directly.
const DIRECT: u8 = 11;
/// Operations besides calls and that one, in order.
static OPERATIONS: Mutex<Vec<u8>> = Mutex::new(Vec::new());

fn text(value: &str) -> Vec<u8> {
    let mut out = vec![0xd9, u8::try_from(value.len()).unwrap()];
    out.extend(value.as_bytes());
    out
}

fn integer(value: i64) -> Vec<u8> {
    let mut out = vec![0xd3];
    out.extend(value.to_be_bytes());
    out
}

fn answer(status: u8, payload: Vec<u8>) -> Vec<u8> {
    let mut out = vec![0x92, status];
    out.extend(payload);
    out
}

fn refuse(status: u8, word: &str, parameter: Option<u8>, message: &str) -> Vec<u8> {
    let mut payload = vec![if status == 5 { 0x92 } else { 0x93 }];
    payload.extend(text(word));
    if status != 5 {
        payload.push(parameter.unwrap_or(0xc0));
    }
    payload.extend(text(message));
    answer(status, payload)
}

fn handle(slot: usize, generation: u64) -> Vec<u8> {
    let mut out = vec![0xd8, 1];
    out.extend(0u32.to_le_bytes());
    out.extend(u32::try_from(slot).unwrap().to_le_bytes());
    out.extend(generation.to_le_bytes());
    out
}

fn new_value(value: i64) -> Vec<u8> {
    let mut values = VALUES.lock().unwrap();
    let slot = values.iter().position(|(_, value)| value.is_none()).unwrap_or_else(|| {
        values.push((0, None));
        values.len() - 1
    });
    values[slot].0 += 1;
    values[slot].1 = Some(value);
    handle(slot, values[slot].0)
}

/// The value of the handle at the start of `bytes`, changed by `change`; what follows it.
fn with_value<R>(bytes: &[u8], change: impl FnOnce(&mut Option<i64>) -> R) -> Result<(R, &[u8]), Vec<u8>> {
    let closed = || refuse(4, "closed", Some(0), "the value is gone");
    let (content, rest) = bytes.split_at_checked(18).ok_or_else(closed)?;
    let slot = u32::from_le_bytes(content[6..10].try_into().unwrap()) as usize;
    let generation = u64::from_le_bytes(content[10..18].try_into().unwrap());
    let mut values = VALUES.lock().unwrap();
    match values.get_mut(slot) {
        Some((found, value)) if *found == generation && value.is_some() => Ok((change(value), rest)),
        _ => Err(closed()),
    }
}

fn read_integer(bytes: &[u8]) -> (i64, &[u8]) {
    let be = |from: usize, length: usize, signed: bool| {
        let negative = signed && bytes[from] >= 0x80;
        bytes[from..from + length].iter().fold(if negative { -1 } else { 0 }, |value, byte| value << 8 | i64::from(*byte))
    };
    match bytes[0] {
        0..=0x7f => (i64::from(bytes[0]), &bytes[1..]),
        0xe0..=0xff => (i64::from(bytes[0] as i8), &bytes[1..]),
        marker @ 0xcc..=0xcf => {
            let length = 1 << (marker - 0xcc);
            (be(1, length, false), &bytes[1 + length..])
        }
        marker @ 0xd0..=0xd3 => {
            let length = 1 << (marker - 0xd0);
            (be(1, length, true), &bytes[1 + length..])
        }
        other => panic!("not an int: {other:#x}"),
    }
}

fn rust_error(value: Vec<u8>) -> Vec<u8> {
    let mut payload = vec![0x95];
    payload.extend(value);
    payload.extend(text("echo::Error"));
    payload.extend(text("it failed"));
    payload.push(0xc0);
    payload.push(0x90);
    answer(1, payload)
}

/// `count` numbers from `from`, as an array; with `packed` as native words.
fn numbers(from: i64, count: i64, packed: bool) -> Vec<u8> {
    let mut out = Vec::new();
    if packed {
        out.push(0xc5);
        out.extend(u16::try_from(count * 8).unwrap().to_be_bytes());
        out.extend((from..from + count).flat_map(i64::to_ne_bytes));
    } else {
        out.push(0xdc);
        out.extend(u16::try_from(count).unwrap().to_be_bytes());
        out.extend((from..from + count).flat_map(integer));
    }
    out
}

/// Oddities of an iterator: it packs its numbers, fails at 3, panics at 3, has a text at 3, gives one at a time slowly.
const PACKED: i64 = 1;
const FAILING: i64 = 2;
const PANICKING: i64 = 3;
const TEXT: i64 = 4;
const SLOW: i64 = 5;

fn next(arguments: &[u8]) -> Vec<u8> {
    let slot = u32::from_le_bytes(arguments[6..10].try_into().unwrap()) as usize;
    assert_eq!(arguments[2..6], [0xff; 4]);
    let (want, _) = read_integer(&arguments[18..]);
    WANTED.lock().unwrap().push(want);
    // Held all the time: like a real library, this one lends an iterator to one call.
    let mut iterators = ITERATORS.lock().unwrap();
    let Some((now, end, odd)) = iterators[slot] else {
        return refuse(4, "closed", Some(0), "the iterator is gone");
    };
    if odd == SLOW {
        std::thread::sleep(Duration::from_millis(5));
    }
    let count = if odd == SLOW { 1.min(end - now) } else { want.min(end - now) };
    iterators[slot] = (count > 0).then_some((now + count, end, odd));
    if (now..now + count).contains(&3) {
        match odd {
            FAILING => return rust_error(integer(3)),
            PANICKING => {
                let mut payload = vec![0x93];
                payload.extend(text("boom"));
                payload.extend([0xc0, 0xc0]);
                return answer(2, payload);
            }
            _ => {}
        }
    }
    if odd == TEXT {
        let mut out = vec![0xdc];
        out.extend(u16::try_from(count).unwrap().to_be_bytes());
        out.extend((now..now + count).flat_map(|n| if n == 3 { text("three") } else { integer(n) }));
        return answer(0, out);
    }
    answer(0, numbers(now, count, odd == PACKED))
}

fn call(callable: i64, arguments: &[u8], buffers: &[Buffer], host: Host) -> Vec<u8> {
    if let Some(answer) = upcalls::call(host, callable, arguments) {
        return answer;
    }
    if let Some(answer) = direct::call(callable, arguments, buffers) {
        return answer;
    }
    let tried: Result<Vec<u8>, Vec<u8>> = match callable {
        // echo(value): the argument itself; a buffer comes back as bytes
        0 => Ok(answer(0, match arguments {
            [0xd6, 2, index @ ..] => {
                let index = u32::from_le_bytes(index.try_into().unwrap()) as usize;
                let buffer = &buffers[index];
                assert_eq!(buffer.flags, 0);
                let content = unsafe { std::slice::from_raw_parts(buffer.data, buffer.len) };
                let mut out = vec![0xc6];
                out.extend(u32::try_from(content.len()).unwrap().to_be_bytes());
                out.extend(content);
                out
            }
            other => other.to_vec(),
        })),
        // add(a, b)
        1 => {
            let (a, rest) = read_integer(arguments);
            let (b, _) = read_integer(rest);
            Ok(answer(0, integer(a.wrapping_add(b))))
        }
        // panics
        2 => {
            let mut payload = vec![0x93];
            payload.extend(text("boom"));
            payload.extend(text("src/lib.rs:1:2"));
            payload.extend(text("0: here"));
            Ok(answer(2, payload))
        }
        // new(start) -> Counter
        3 => Ok(answer(0, new_value(read_integer(arguments).0))),
        // inc(self) -> i64
        4 => with_value(arguments, |value| {
            let next = value.unwrap() + 1;
            *value = Some(next);
            next
        })
        .map(|(next, _)| answer(0, integer(next))),
        // returns Err(value)
        5 => {
            let mut payload = vec![0x95];
            payload.extend(arguments);
            payload.extend(text("echo::Error"));
            payload.extend(text("it failed"));
            payload.push(0xc0);
            payload.push(0x91);
            payload.extend(text("the cause"));
            Ok(answer(1, payload))
        }
        // take(self) -> i64, by value
        6 => with_value(arguments, Option::take).map(|(value, _)| answer(0, integer(value.unwrap()))),
        // refuses its first argument
        7 => Ok(refuse(3, "range", Some(0), "does not fit")),
        // sleep(milliseconds)
        8 => {
            std::thread::sleep(Duration::from_millis(u64::try_from(read_integer(arguments).0).unwrap()));
            Ok(answer(0, vec![0xc0]))
        }
        // add_to(&mut self, n) -> &mut Self
        9 => with_value(arguments, |_| ()).map(|((), rest)| {
            let (n, _) = read_integer(rest);
            let _ = with_value(arguments, |value| *value = Some(value.unwrap() + n));
            answer(0, vec![0xc0])
        }),
        // into_next(self) -> Self
        10 => with_value(arguments, Option::take).map(|(value, _)| answer(0, new_value(value.unwrap() + 1))),
        // an answer that is not what was announced
        11 => Ok(answer(0, vec![0xc1])),
        // refuses the handle as borrowed
        12 => Ok(refuse(4, "borrowed", Some(0), "something borrows it")),
        // refuses after taking nothing
        13 => Ok(refuse(3, "value", Some(1), "not that one")),
        // numbers(end, odd) -> iterator from 0
        40 => {
            let (end, rest) = read_integer(arguments);
            let (odd, _) = read_integer(rest);
            let mut iterators = ITERATORS.lock().unwrap();
            iterators.push(Some((0, end, odd)));
            let mut out = vec![0xd8, 1];
            out.extend(u32::MAX.to_le_bytes());
            out.extend(u32::try_from(iterators.len() - 1).unwrap().to_le_bytes());
            out.extend(1_u64.to_le_bytes());
            Ok(answer(0, out))
        }
        // how many iterators live
        41 => Ok(answer(0, integer(ITERATORS.lock().unwrap().iter().flatten().count() as i64))),
        // what was wanted since the last time
        42 => {
            let wanted = std::mem::take(&mut *WANTED.lock().unwrap());
            let mut out = vec![0xdc];
            out.extend(u16::try_from(wanted.len()).unwrap().to_be_bytes());
            out.extend(wanted.into_iter().flat_map(integer));
            Ok(answer(0, out))
        }
        // __next__(self) -> Option: counts down to 0; fails at 13
        43 => with_value(arguments, |value| {
            let now = value.unwrap();
            *value = Some((now - 1).max(0));
            now
        })
        .map(|(now, _)| match now {
            0 => answer(0, vec![0xc0]),
            13 => rust_error(integer(13)),
            now => answer(0, integer(now)),
        }),
        // __next__(self, want) -> Vec: the same in batches
        44 => with_value(arguments, |value| value.unwrap()).map(|(now, rest)| {
            let (want, _) = read_integer(rest);
            WANTED.lock().unwrap().push(want);
            let count = want.min(now);
            let _ = with_value(arguments, |value| *value = Some(now - count));
            answer(0, numbers(now - count, count, false))
        }),
        // the value of a counter
        45 => with_value(arguments, |value| value.unwrap()).map(|(now, _)| answer(0, integer(now))),
        // its value as text bytes
        46 => with_value(arguments, |value| value.unwrap()).map(|(now, _)| {
            let text = format!("value {now}");
            let mut out = vec![0xc4, u8::try_from(text.len()).unwrap()];
            out.extend(text.bytes());
            answer(0, out)
        }),
        // fill(milliseconds, buffer, …): adds one to each byte of the writable buffers, slowly; the flags of all
        47 => {
            let (milliseconds, _) = read_integer(arguments);
            std::thread::sleep(Duration::from_millis(u64::try_from(milliseconds).unwrap()));
            for buffer in buffers.iter().filter(|buffer| buffer.flags == 1) {
                let content = unsafe { std::slice::from_raw_parts_mut(buffer.data, buffer.len) };
                content.iter_mut().for_each(|byte| *byte = byte.wrapping_add(1));
            }
            let mut out = vec![0x90 | u8::try_from(buffers.len()).unwrap()];
            out.extend(buffers.iter().map(|buffer| u8::try_from(buffer.flags).unwrap()));
            Ok(answer(0, out))
        }
        // scale(buffer): doubles its words of 8 bytes, which must be aligned
        48 => {
            for buffer in buffers {
                assert_eq!((buffer.flags, buffer.data as usize % 8), (1, 0));
                let words = unsafe { std::slice::from_raw_parts_mut(buffer.data.cast::<i64>(), buffer.len / 8) };
                words.iter_mut().for_each(|word| *word *= 2);
            }
            Ok(answer(0, vec![0xc0]))
        }
        // all arguments as they were sent
        49 => {
            let mut out = vec![0xc4, u8::try_from(arguments.len()).unwrap()];
            out.extend(arguments);
            Ok(answer(0, out))
        }
        // promptly(code): what a prompt call gives, and which operation served it
        50 => Ok(answer(0, integer(1))),
        // the operations besides calls since the last time
        51 => {
            let operations = std::mem::take(&mut *OPERATIONS.lock().unwrap());
            let mut out = vec![0xc4, u8::try_from(operations.len()).unwrap()];
            out.extend(operations);
            Ok(answer(0, out))
        }
        // beside(count, indexes): the pieces with these indexes, of so many
        52 => {
            let (count, rest) = read_integer(arguments);
            let indexes = &rest[2..];
            Ok(answer(0, beside::named(count, indexes)))
        }
        // which pieces were freed since the last time
        53 => {
            let freed = beside::freed();
            let mut out = vec![0xc4, u8::try_from(freed.len()).unwrap()];
            out.extend(freed);
            Ok(answer(0, out))
        }
        // how many values live
        39 => Ok(live()),
        _ => Ok(refuse(5, "callable", None, "there is no such callable")),
    };
    tried.unwrap_or_else(|refusal| refusal)
}

/// Drops values that are named one behind the other.
fn drop_several(handles: &[u8]) -> Vec<u8> {
    for handle in handles.chunks(18) {
        let _ = with_value(handle, Option::take);
    }
    answer(0, vec![0xc0])
}

fn live() -> Vec<u8> {
    let live = VALUES.lock().unwrap().iter().filter(|(_, value)| value.is_some()).count();
    answer(0, integer(i64::try_from(live).unwrap()))
}

fn serve(request: &[u8], buffers: &[Buffer], host: Host) -> Vec<u8> {
    if let [0xdc, _, _, 10, handles @ ..] = request {
        return drop_several(handles);
    }
    if *FORKED.lock().unwrap() && request[1] == 1 && matches!(request[2], 4 | 6 | 9 | 10) {
        return refuse(4, "fork", Some(0), "of the parent");
    }
    if request[1] != 1 && request[1] != DIRECT {
        OPERATIONS.lock().unwrap().push(request[1]);
    }
    match request[1] {
        0 => answer(0, vec![0x93, 1, 0x90, 0x90]),
        1 => {
            let (callable, rest) = read_integer(&request[2..]);
            call(callable, rest, buffers, host)
        }
        2 | 7 if request[4..8] == [0xff; 4] => {
            let slot = u32::from_le_bytes(request[8..12].try_into().unwrap()) as usize;
            match ITERATORS.lock().unwrap()[slot].take() {
                Some((_, 777, _)) if request[1] == 7 => refuse(4, "borrowed", Some(0), "something borrows it"),
                Some(_) => answer(0, vec![0xc3]),
                None => refuse(4, "closed", Some(0), "the iterator is gone"),
            }
        }
        10 if request[0] > 0x92 => drop_several(&request[2..]),
        2 | 7 | 10 => match with_value(&request[2..], Option::take) {
            Ok((Some(666), _)) => {
                let mut payload = vec![0x93];
                payload.extend(text("panic in drop"));
                payload.extend([0xc0, 0xc0]);
                answer(2, payload)
            }
            Ok(_) => answer(0, vec![0xc3]),
            Err(refusal) => refusal,
        },
        4 => answer(0, vec![0x92, 1, 1]),
        5 => {
            *FORKED.lock().unwrap() = true;
            answer(0, vec![0xc0])
        }
        6 => live(),
        8 => next(&request[2..]),
        DIRECT => direct::ask(&request[2..], buffers),
        _ => refuse(5, "operation", None, "there is no such operation"),
    }
}

/// The code of the symbol and the answer; those of a prompt call as it asks for them.
fn serve_any(request: &[u8], buffers: &[Buffer], host: Host) -> (i32, Vec<u8>) {
    if request[1] != 9 {
        return (0, serve(request, buffers, host));
    }
    let (callable, rest) = read_integer(&request[2..]);
    direct::came_promptly(callable);
    match (callable, rest.first()) {
        (50, Some(1)) => (1, Vec::new()),
        (50, Some(2)) => (2, answer(0, integer(9))),
        (50, _) => (0, answer(0, integer(9))),
        _ => {
            let mut ordinary = request.to_vec();
            ordinary[1] = 1;
            (0, serve(&ordinary, buffers, host))
        }
    }
}

/// The symbol.
///
/// # Safety
///
/// As the ABI says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn usecrate_call(
    request: *const u8,
    request_len: usize,
    buffers: *const Buffer,
    buffer_count: usize,
    host: *const RawHost,
    response: *mut Response,
) -> i32 {
    let request = unsafe { std::slice::from_raw_parts(request, request_len) };
    let buffers = if buffer_count == 0 { &[] } else { unsafe { std::slice::from_raw_parts(buffers, buffer_count) } };
    let response = unsafe { &mut *response };
    if let [0x92, 3, 0xce, index @ ..] = request {
        unsafe { beside::free_one(response.pieces, response.piece_count, index.try_into().unwrap()) };
        return 0;
    }
    release(response);
    if request == [0x91, 3] {
        return 0;
    }
    // The bytes of an unread part are fine: this library is for tests of the other side.
    let (code, content) = serve_any(request, buffers, Host(host));
    put(response, content);
    code
}

/// Frees what a response has.
fn release(response: &mut Response) {
    unsafe { beside::free_all(response.pieces, response.piece_count) };
    (response.pieces, response.piece_count) = (std::ptr::null_mut(), 0);
    if response.capacity > 0 {
        drop(unsafe { Vec::from_raw_parts(response.data, 0, response.capacity) });
    }
    (response.data, response.len, response.capacity) = (std::ptr::null_mut(), 0, 0);
}

/// Puts an answer there.
fn put(response: &mut Response, content: Vec<u8>) {
    let mut content = std::mem::ManuallyDrop::new(content);
    (response.data, response.len, response.capacity) = (content.as_mut_ptr(), content.len(), content.capacity());
    (response.pieces, response.piece_count) = beside::take();
}
