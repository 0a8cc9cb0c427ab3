//! The entry for direct calls: the arguments are machine words, and so is the result, if it is one.

use super::{ANSWERED, ANSWERED_AND_LEAVES, Host, HostTable, LATER, Output, Response, bad_argument};
use crate::describe::Artifact;
use crate::dispatch::{Outcome, dispatch_call};
use crate::group::frame::Frame;

/// A bridge's entry for direct calls: callable, flags, words, host, response, result.
pub type DirectEntry =
    unsafe extern "C" fn(u32, u32, *const u64, *const HostTable, *mut Response, *mut u64) -> i32;

/// The flag of a call that must not wait.
const PROMPT: u32 = 1;

const WORD: i32 = 3;
const WORD_AND_LEAVES: i32 = 4;

/// The body of the entry.
///
/// # Safety
///
/// `words` points to as many words as the answer to operation *direct* names for `callable`, each of its form: text is
/// UTF-8, and the memory that they name is readable; nobody writes to any of it during the call. `host` and `response` are
/// as for [`super::entry`]; `result` points to a word that this call alone uses.
#[inline]
pub unsafe fn direct(
    artifact: &Artifact,
    callable: u32,
    flags: u32,
    words: *const u64,
    host: *const HostTable,
    response: *mut Response,
    result: *mut u64,
) -> i32 {
    let Some(callable) = artifact.callables.get(callable as usize) else {
        return bad_argument();
    };
    if response.is_null() || result.is_null() {
        return bad_argument();
    }
    // SAFETY: by this function's contract.
    let Ok(host) = (unsafe { Host::new(host) }) else {
        return bad_argument();
    };
    // SAFETY: by this function's contract, it is valid and this call's alone.
    let response = unsafe { &mut *response };
    if !response.pieces.is_null() {
        response.free_pieces();
    }
    // SAFETY: the response is this call's alone, and its memory is used by nothing else before `put`.
    let mut out = unsafe { Output::new(response, Vec::new) };
    let prompt = flags & PROMPT != 0;
    // SAFETY: by this function's contract.
    let frame = unsafe { Frame::direct(words, host, callable.id) };
    let outcome = dispatch_call(callable, prompt, &frame, &out);
    let word = frame.given_word();
    if frame.is_light() {
        // It owns nothing.
        std::mem::forget(frame);
    } else {
        drop(frame);
    }
    if let Some(word) = word {
        // Then nothing was written, and the response has its memory still.
        // SAFETY: by this function's contract.
        unsafe { result.write(word) };
        return if outcome == Outcome::Leaves {
            WORD_AND_LEAVES
        } else {
            WORD
        };
    }
    out.put(response);
    match outcome {
        Outcome::Answered => ANSWERED,
        Outcome::Later => LATER,
        Outcome::Leaves => ANSWERED_AND_LEAVES,
    }
}
