//! Loads a built library and asks it what it serves.
//!
//! Loading runs foreign code, so the pipeline never does it in its own process: the hidden command `describe-library`
//! does, and prints the answer as JSON. Nothing else here loads a library.
#![allow(unsafe_code, reason = "the one place of the build tool that calls a C symbol")]

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::diagnostic::Explain;

const DESCRIBE: u8 = 0;
const RELEASE: u8 = 3;

/// Why a library did not describe itself.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LibraryError {
    /// The platform's loader refuses it.
    #[error("cannot load `{}`", path.display())]
    Load {
        /// The library.
        path: PathBuf,
        /// The loader's words.
        source: libloading::Error,
    },
    /// It answered, but not as the ABI says.
    #[error("`{}` does not speak the ABI: {problem}", path.display())]
    Protocol {
        /// The library.
        path: PathBuf,
        /// What is wrong.
        problem: String,
    },
}

impl Explain for LibraryError {
    fn code(&self) -> &'static str {
        match self {
            Self::Load { .. } => "library-load",
            Self::Protocol { .. } => "library-protocol",
        }
    }

    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Load { .. } => "a system library that the crate links may be missing".to_owned(),
            Self::Protocol { .. } => {
                "build it again with `--force`; if that does not help, report it".to_owned()
            }
        })
    }
}

/// Memory of an answer: zeroed before its first use, then the library's.
#[repr(C)]
struct Response {
    data: *mut u8,
    len: usize,
    capacity: usize,
    pieces: *mut std::ffi::c_void,
    piece_count: usize,
}

type Call = unsafe extern "C" fn(
    request: *const u8,
    request_len: usize,
    buffers: *const std::ffi::c_void,
    buffer_count: usize,
    host: *const std::ffi::c_void,
    response: *mut Response,
) -> i32;

/// Loads the library and gives the payload of its answer to *describe*, as JSON.
///
/// # Errors
///
/// When it cannot be loaded, or does not answer as `docs/abi.md` says.
pub fn describe(path: &Path) -> Result<Value, LibraryError> {
    let load = |source| LibraryError::Load {
        path: path.to_owned(),
        source,
    };
    // SAFETY: the caller built this library, in a process of its own, to be loaded.
    let library = unsafe { libloading::Library::new(path) }.map_err(load)?;
    // SAFETY: an artifact exports the symbol with this signature (`docs/abi.md`); seal refuses any other library.
    let call = unsafe { library.get::<Call>(b"usecrate_call\0") }.map_err(load)?;
    let answer = ask(*call, DESCRIBE).map_err(|problem| LibraryError::Protocol {
        path: path.to_owned(),
        problem,
    });
    // Unloading runs destructors of threads that may still live: a loaded library stays.
    std::mem::forget(library);
    answer
}

fn ask(call: Call, operation: u8) -> Result<Value, String> {
    let mut response = Response {
        data: std::ptr::null_mut(),
        len: 0,
        capacity: 0,
        pieces: std::ptr::null_mut(),
        piece_count: 0,
    };
    let code = send(call, &[0x91, operation], &mut response);
    if code != 0 {
        return Err(format!("`usecrate_call` returned {code}"));
    }
    if response.data.is_null() {
        return Err("the answer is empty".to_owned());
    }
    // SAFETY: after code 0 the library owns `len` readable bytes at `data`, until the next call with this struct.
    let bytes = unsafe { std::slice::from_raw_parts(response.data, response.len) };
    let answer = payload(bytes);
    send(call, &[0x91, RELEASE], &mut response);
    answer
}

fn send(call: Call, request: &[u8], response: &mut Response) -> i32 {
    let none = std::ptr::null();
    // SAFETY: `request` is readable for its length, there are no buffers and no host, and the response is zeroed or
    // was filled by the same library.
    unsafe { call(request.as_ptr(), request.len(), none, 0, none, response) }
}

fn payload(mut bytes: &[u8]) -> Result<Value, String> {
    let answer =
        rmpv::decode::read_value_with_max_depth(&mut bytes, 80).map_err(|error| error.to_string())?;
    if !bytes.is_empty() {
        return Err(format!("{} bytes follow the answer", bytes.len()));
    }
    match json(answer)? {
        Value::Array(parts) => match <[Value; 2]>::try_from(parts) {
            Ok([status, payload]) if status == 0 => Ok(payload),
            Ok([status, payload]) => Err(format!("status {status}: {payload}")),
            Err(parts) => Err(format!("the answer has {} parts, expected 2", parts.len())),
        },
        other => Err(format!("the answer is `{other}`, expected an array")),
    }
}

/// Plain MessagePack as JSON.
fn json(value: rmpv::Value) -> Result<Value, String> {
    Ok(match value {
        rmpv::Value::Nil => Value::Null,
        rmpv::Value::Boolean(flag) => flag.into(),
        rmpv::Value::Integer(number) => {
            let signed = number.as_i64().map(Value::from);
            signed
                .or_else(|| number.as_u64().map(Value::from))
                .unwrap_or(Value::Null)
        }
        rmpv::Value::String(text) => text.into_str().ok_or("a string is not UTF-8")?.into(),
        rmpv::Value::Array(parts) => Value::Array(parts.into_iter().map(json).collect::<Result<_, _>>()?),
        other => {
            return Err(format!(
                "a description holds `{other}`, which has no place in one"
            ));
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_an_answer() {
        // [0, [1, [], [["a", [], "unit", -2]]]]
        let bytes = b"\x92\x00\x93\x01\x90\x91\x94\xa1a\x90\xa4unit\xfe";
        assert_eq!(
            payload(bytes).unwrap(),
            serde_json::json!([1, [], [["a", [], "unit", -2]]])
        );
    }

    #[test]
    fn refuses_other_answers() {
        for (bytes, problem) in [
            (
                &b"\x92\x05\x92\xa9malformed\xa1x"[..],
                "status 5: [\"malformed\",\"x\"]",
            ),
            (b"\x91\x00", "1 parts"),
            (b"\x07", "expected an array"),
            (b"\x92\x00\xc0\xc0", "1 bytes follow"),
            (b"\x92\x00\xc4\x01a", "has no place"),
            (b"\x92\x00", "failed"),
        ] {
            let found = payload(bytes).unwrap_err();
            assert!(found.contains(problem), "{found}");
        }
    }

    #[test]
    fn a_file_that_is_no_library_is_named() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let error = describe(file.path()).unwrap_err();
        assert!(
            error.to_string().contains(&file.path().display().to_string()),
            "{error}"
        );
    }
}
