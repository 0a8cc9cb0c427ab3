//! A library that speaks `docs/abi.md` with nothing behind it: it answers from bytes written by hand, so that the
//! extension's tests need neither the runtime nor the build tool.
//!
//! Callables: see `call`, and `upcalls` for those that come back to the host.

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
}

/// Values by slot: the generation, and the counter while it lives.
static VALUES: Mutex<Vec<(u64, Option<i64>)>> = Mutex::new(Vec::new());
static FORKED: Mutex<bool> = Mutex::new(false);

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

fn call(callable: i64, arguments: &[u8], buffers: &[Buffer], host: Host) -> Vec<u8> {
    if let Some(answer) = upcalls::call(host, callable, arguments) {
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
        _ => Ok(refuse(5, "callable", None, "there is no such callable")),
    };
    tried.unwrap_or_else(|refusal| refusal)
}

fn serve(request: &[u8], buffers: &[Buffer], host: Host) -> Vec<u8> {
    if *FORKED.lock().unwrap() && request[1] == 1 && matches!(request[2], 4 | 6 | 9 | 10) {
        return refuse(4, "fork", Some(0), "of the parent");
    }
    match request[1] {
        0 => answer(0, vec![0x93, 1, 0x90, 0x90]),
        1 => {
            let (callable, rest) = read_integer(&request[2..]);
            call(callable, rest, buffers, host)
        }
        2 | 7 => match with_value(&request[2..], Option::take) {
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
        6 => {
            let live = VALUES.lock().unwrap().iter().filter(|(_, value)| value.is_some()).count();
            answer(0, integer(i64::try_from(live).unwrap()))
        }
        _ => refuse(5, "operation", None, "there is no such operation"),
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
    let release = |response: &mut Response| {
        if response.capacity > 0 {
            drop(unsafe { Vec::from_raw_parts(response.data, 0, response.capacity) });
        }
        (response.data, response.len, response.capacity) = (std::ptr::null_mut(), 0, 0);
    };
    release(response);
    if request == [0x91, 3] {
        return 0;
    }
    // The bytes of an unread part are fine: this library is for tests of the other side.
    let mut content = std::mem::ManuallyDrop::new(serve(request, buffers, Host(host)));
    (response.data, response.len, response.capacity) = (content.as_mut_ptr(), content.len(), content.capacity());
    0
}
