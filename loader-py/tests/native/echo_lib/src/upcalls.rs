//! Callables that come back to the host.

use std::ffi::c_void;
use std::sync::Mutex;

use crate::{Buffer, answer, integer, new_value, read_integer, refuse, with_value};

type Write = unsafe extern "C" fn(*mut c_void, *const u8, usize);

#[repr(C)]
pub struct RawHost {
    call: unsafe extern "C" fn(*mut c_void, *const u8, usize, *const Buffer, usize, Write, *mut c_void) -> i32,
    context: *mut c_void,
}

#[derive(Clone, Copy)]
pub struct Host(pub *const RawHost);

unsafe impl Send for Host {}
unsafe impl Sync for Host {}

/// A token that outlived its call.
static KEPT: Mutex<Option<u64>> = Mutex::new(None);

/// What the host raised: the exception's token.
pub struct Raised(u64, bool);

unsafe extern "C" fn append(sink: *mut c_void, data: *const u8, len: usize) {
    let sink = unsafe { &mut *sink.cast::<Vec<u8>>() };
    sink.extend_from_slice(unsafe { std::slice::from_raw_parts(data, len) });
}

fn token_bytes(token: u64) -> Vec<u8> {
    let mut out = vec![0xcf];
    out.extend(token.to_be_bytes());
    out
}

/// The token at the start of `bytes`, if there is one, and what follows.
fn token(bytes: &[u8]) -> Option<(u64, &[u8])> {
    match bytes {
        [0xd7, 3, rest @ ..] => Some((u64::from_le_bytes(rest[..8].try_into().unwrap()), &rest[8..])),
        _ => None,
    }
}

fn ext(token: u64) -> Vec<u8> {
    let mut out = vec![0xd7, 3];
    out.extend(token.to_le_bytes());
    out
}

impl Host {
    fn upcall(self, op: u8, token: u64, arguments: &[&[u8]], memory: Option<(&mut [u8], u64)>) -> Result<Vec<u8>, Raised> {
        let mut request = vec![0x92 + u8::try_from(arguments.len()).unwrap(), op];
        request.extend(token_bytes(token));
        for argument in arguments {
            request.extend_from_slice(argument);
        }
        let mut sink: Vec<u8> = Vec::new();
        let buffers: Vec<Buffer> =
            memory.map(|(data, flags)| Buffer { data: data.as_mut_ptr(), len: data.len(), flags }).into_iter().collect();
        let host = unsafe { &*self.0 };
        let code = unsafe {
            (host.call)(
                host.context,
                request.as_ptr(),
                request.len(),
                buffers.as_ptr(),
                buffers.len(),
                append,
                (&raw mut sink).cast(),
            )
        };
        if code != 0 {
            // Nobody is there any more who could be told.
            return Err(Raised(u64::MAX, true));
        }
        match sink.as_slice() {
            [0x92, 0, value @ ..] => Ok(value.to_vec()),
            [0x93, 1, 0xcf, rest @ ..] => {
                Err(Raised(u64::from_be_bytes(rest[..8].try_into().unwrap()), rest[8] == 0xc3))
            }
            other => panic!("not an answer: {other:?}"),
        }
    }

    pub fn release(self, token: u64) {
        if self.upcall(0, token, &[], None).is_err() {
            panic!("a release never fails");
        }
    }

    fn invoke(self, token: u64, arguments: &[&[u8]]) -> Result<Vec<u8>, Raised> {
        self.upcall(1, token, arguments, None)
    }
}

fn raised(token: u64) -> Vec<u8> {
    let mut payload = vec![0x91];
    payload.extend(token_bytes(token));
    answer(6, payload)
}

fn array(items: &[Vec<u8>]) -> Vec<u8> {
    let mut out = vec![0xdd];
    out.extend(u32::try_from(items.len()).unwrap().to_be_bytes());
    out.extend(items.concat());
    out
}

fn bin(content: &[u8]) -> Vec<u8> {
    let mut out = vec![0xc6];
    out.extend(u32::try_from(content.len()).unwrap().to_be_bytes());
    out.extend(content);
    out
}

/// Items of a lazy iterable, at most `most`; its token is released.
fn drain(host: Host, token: u64, most: usize) -> Result<Vec<u8>, Raised> {
    let mut items = Vec::new();
    let mut failure = None;
    while items.len() < most {
        match host.upcall(2, token, &[], None) {
            Ok(answer) if answer == [0x90] => break,
            Ok(answer) => items.push(answer[1..].to_vec()),
            Err(raised) => {
                failure = Some(raised);
                break;
            }
        }
    }
    host.release(token);
    failure.map_or_else(|| Ok(array(&items)), Err)
}

fn read_all(host: Host, token: u64, size: usize) -> Result<Vec<u8>, Raised> {
    let mut content = Vec::new();
    let mut chunk = vec![0; size];
    loop {
        let count = read_integer(&host.upcall(3, token, &[], Some((&mut chunk, 1)))?).0;
        if count == 0 {
            return Ok(content);
        }
        content.extend_from_slice(&chunk[..usize::try_from(count).unwrap()]);
    }
}

fn write_all(host: Host, token: u64, mut content: Vec<u8>) -> Result<Vec<u8>, Raised> {
    let mut done = 0;
    while done < content.len() {
        let count = read_integer(&host.upcall(4, token, &[], Some((&mut content[done..], 0)))?).0;
        done += usize::try_from(count).unwrap();
    }
    host.upcall(5, token, &[], None)?;
    Ok(integer(i64::try_from(done).unwrap()))
}

fn sum(host: Host, token: u64, times: i64) -> Result<Vec<u8>, Raised> {
    let mut sum = 0i64;
    for turn in 0..times {
        let got = host.invoke(token, &[&integer(turn)])?;
        sum = sum.wrapping_add(read_integer(&got).0);
    }
    Ok(integer(sum))
}

/// Carries out callable `callable`, if it is one of these.
pub fn call(host: Host, callable: i64, arguments: &[u8]) -> Option<Vec<u8>> {
    let done: Result<Vec<u8>, Raised> = match callable {
        // times(n, f) -> the sum of f(0), f(1) …
        20 => {
            let (times, rest) = read_integer(arguments);
            sum(host, token(rest).unwrap().0, times)
        }
        // around(address, f) -> f(1), once the C function at that address was called
        35 => {
            let (address, rest) = read_integer(arguments);
            let address = std::ptr::with_exposed_provenance::<c_void>(usize::try_from(address).unwrap());
            let other = unsafe { std::mem::transmute::<*const c_void, extern "C" fn()>(address) };
            other();
            host.invoke(token(rest).unwrap().0, &[&integer(1)])
        }
        // give(f, arguments…) -> what f gives for them
        21 => {
            let (token, rest) = token(arguments).unwrap();
            host.invoke(token, &[rest])
        }
        // in_threads(n, f) -> the sum, each on a thread of its own; the first exception ends the call
        22 => {
            let (times, rest) = read_integer(arguments);
            let (token, _) = token(rest).unwrap();
            let all: Vec<_> = std::thread::scope(|scope| {
                let threads: Vec<_> =
                    (0..times).map(|turn| scope.spawn(move || host.invoke(token, &[&integer(turn)]))).collect();
                threads.into_iter().map(|thread| thread.join().unwrap()).collect()
            });
            let mut sum = 0;
            let mut first = None;
            for one in all {
                match one {
                    Ok(value) => sum += read_integer(&value).0,
                    Err(raised) if first.is_none() => first = Some(raised),
                    Err(Raised(token, _)) => host.release(token),
                }
            }
            first.map_or_else(|| Ok(integer(sum)), Err)
        }
        // drain(most, iterable) -> list
        23 => {
            let (most, rest) = read_integer(arguments);
            match token(rest) {
                Some((token, _)) => drain(host, token, usize::try_from(most).unwrap()),
                None => Ok(rest.to_vec()),
            }
        }
        // read(size, file) -> bytes
        24 => {
            let (size, rest) = read_integer(arguments);
            let (token, _) = token(rest).unwrap();
            let done = read_all(host, token, usize::try_from(size).unwrap());
            host.release(token);
            done.map(|content| bin(&content))
        }
        // write(n, file): n bytes, then flush
        25 => {
            let (size, rest) = read_integer(arguments);
            let (token, _) = token(rest).unwrap();
            let content = (0..size).map(|at| at.to_le_bytes()[0]).collect();
            let done = write_all(host, token, content);
            host.release(token);
            done
        }
        // same(file) -> the file
        26 => Ok(ext(token(arguments).unwrap().0)),
        // seek(offset, whence, file) -> position
        27 => {
            let (offset, rest) = read_integer(arguments);
            let (whence, rest) = read_integer(rest);
            let (token, _) = token(rest).unwrap();
            let done = host.upcall(6, token, &[&integer(offset), &integer(whence)], None);
            host.release(token);
            done
        }
        // swallow(f) -> whether it raised; but what is fatal leaves all the same
        28 => match host.invoke(token(arguments).unwrap().0, &[]) {
            Ok(_) => Ok(vec![0xc2]),
            Err(Raised(token, false)) => {
                host.release(token);
                Ok(vec![0xc3])
            }
            Err(fatal) => Err(fatal),
        },
        // keep(file): until `let_go()`
        29 => {
            *KEPT.lock().unwrap() = token(arguments).map(|(token, _)| token);
            Ok(vec![0xc0])
        }
        30 => {
            if let Some(token) = KEPT.lock().unwrap().take() {
                host.release(token);
            }
            Ok(vec![0xc0])
        }
        // lend(n, f): f(&Counter(n)), which ends when f returns
        31 => {
            let (start, rest) = read_integer(arguments);
            let (token, _) = token(rest).unwrap();
            let lent = new_value(start);
            let done = host.invoke(token, &[&lent]);
            if with_value(&lent, Option::take).is_err() {
                panic!("the handle was dropped by the host, though it was lent");
            }
            done
        }
        // refuse(object): Rust does not run
        32 => return Some(refuse(3, "value", Some(0), "not that one")),
        // take_back(f): f() -> Counter by value; its number
        33 => host.invoke(token(arguments).unwrap().0, &[]).map(|given| match with_value(&given, |value| value.unwrap()) {
            Ok((value, _)) => integer(value),
            Err(_) => integer(-1),
        }),
        // forward(f, file) -> f(file)
        34 => {
            let (callee, rest) = token(arguments).unwrap();
            host.invoke(callee, &[&ext(token(rest).unwrap().0)])
        }
        // ask(operation, object, argument…) -> what the host says; both objects are released
        36 => {
            let (operation, rest) = read_integer(arguments);
            let (asked, rest) = token(rest).unwrap();
            let given: &[&[u8]] = if rest.is_empty() { &[] } else { &[rest] };
            let done = host.upcall(u8::try_from(operation).unwrap(), asked, given, None);
            host.release(asked);
            if let Some((other, _)) = token(rest) {
                host.release(other);
            }
            done
        }
        // twice(object) -> [object, object], with a reference each
        37 => {
            let (object, _) = token(arguments).unwrap();
            host.upcall(7, object, &[], None).map(|_| array(&[ext(object), ext(object)]))
        }
        _ => return None,
    };
    Some(match done {
        Ok(value) => answer(0, value),
        Err(Raised(token, _)) => raised(token),
    })
}
