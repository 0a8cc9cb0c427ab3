//! The C entry point (`docs/abi.md`) and the memory that crosses it.

#![allow(
    unsafe_code,
    reason = "this module and `group` are where the runtime's unsafe code lives"
)]

mod direct;
mod host;
mod output;
mod pieces;

use crate::describe::Artifact;
use crate::dispatch::{Opening, Outcome, dispatch, dispatch_call};
use crate::group::frame::Frame;
use crate::group::lent::Lent;
use crate::operations::RELEASE;
use crate::wire::{Reader, Writer};

pub use direct::{DirectEntry, direct};
pub(crate) use host::{Directly, Host};
pub use host::{HostTable, Memory};
pub(crate) use output::Output;
pub(crate) use pieces::{Piece, Word};

/// Memory lent for one call.
#[repr(C)]
#[derive(Debug)]
pub struct Buffer {
    data: *mut u8,
    len: usize,
    flags: u64,
}

/// The answer's memory: a `Vec<u8>` in parts and what travels beside it, or all zero.
#[repr(C)]
#[derive(Debug)]
pub struct Response {
    data: *mut u8,
    len: usize,
    capacity: usize,
    /// A `Box<[Piece]>` in parts, or null.
    pieces: *mut Piece,
    piece_count: usize,
}

const _: () = assert!(size_of::<Buffer>() == 2 * size_of::<usize>() + 8);
const _: () = assert!(size_of::<Response>() == 5 * size_of::<usize>());

/// The flag of a buffer that may be written to.
const WRITABLE: u64 = 1;

impl Buffer {
    fn is_bad(&self) -> bool {
        self.data.is_null() && self.len != 0 || self.len > isize::MAX as usize
    }

    /// As a call sees it.
    ///
    /// # Safety
    ///
    /// It is not bad, and as [`entry`] asks for it, for `'c`.
    unsafe fn lend<'c>(&self) -> Lent<'c> {
        // SAFETY: by this function's contract.
        unsafe { Lent::new(self.data, self.len, self.flags & WRITABLE != 0) }
    }
}

const ANSWERED: i32 = 0;
const LATER: i32 = 1;
const ANSWERED_AND_LEAVES: i32 = 2;
const BAD_ARGUMENT: i32 = -1;

/// What is beyond this goes back to the system after a call.
const KEEP: usize = 1 << 20;

/// A slice that may be null when it is empty.
///
/// # Safety
///
/// As for `slice::from_raw_parts`, unless `len` is 0.
unsafe fn slice<'m, T>(data: *const T, len: usize) -> &'m [T] {
    if len == 0 {
        return &[];
    }
    // SAFETY: the caller's promise.
    unsafe { std::slice::from_raw_parts(data, len) }
}

/// The body of the exported symbol.
///
/// # Safety
///
/// `request` points to `request_len` readable bytes, `buffers` to `buffer_count` buffers whose memory is readable; nobody
/// writes to any of it during the call. A buffer with flag 1 is writable, and nobody else reads it during the call. `response` is zero, or as an earlier call to this library left it, and used
/// by this call alone. A null `request` or `buffers` is allowed with a length of 0. `host` is null, or points to a table
/// that stays as it is for the rest of the process.
#[inline]
pub unsafe fn entry(
    artifact: &Artifact,
    request: *const u8,
    request_len: usize,
    buffers: *const Buffer,
    buffer_count: usize,
    host: *const HostTable,
    response: *mut Response,
) -> i32 {
    if response.is_null()
        || (request.is_null() && request_len != 0)
        || (buffers.is_null() && buffer_count != 0)
        || request_len > isize::MAX as usize
    {
        return bad_argument();
    }
    // SAFETY: by this function's contract.
    let request = unsafe { slice(request, request_len) };
    // SAFETY: by this function's contract.
    let buffers = unsafe { slice(buffers, buffer_count) };
    // Most calls lend nothing, and most others one buffer: neither needs an allocation.
    let (one, many);
    let lent: &[Lent<'_>] = match buffers {
        [] => &[],
        _ if buffers.iter().any(Buffer::is_bad) => return BAD_ARGUMENT,
        [buffer] => {
            // SAFETY: by this function's contract, and checked just now.
            one = [unsafe { buffer.lend() }];
            &one
        }
        _ => {
            // SAFETY: as above.
            many = buffers
                .iter()
                .map(|buffer| unsafe { buffer.lend() })
                .collect::<Vec<_>>();
            &many
        }
    };
    // SAFETY: by this function's contract.
    let Ok(host) = (unsafe { Host::new(host) }) else {
        return bad_argument();
    };
    // SAFETY: by this function's contract, `response` is valid and this call's alone.
    let response = unsafe { &mut *response };
    if let [0x91 | 0x92, RELEASE, ..] = request {
        if response.release(request) {
            return ANSWERED;
        }
    }
    if !response.pieces.is_null() {
        response.free_pieces();
    }
    // SAFETY: the response is this call's alone, and its memory is used by nothing else before `put`.
    let mut out = unsafe { Output::new(response, output::first_memory) };
    // User code runs behind `catch_unwind` inside; a panic of this crate's own aborts at `extern "C"`, so nobody sees the
    // response before it is filled again.
    let outcome = match Opening::read(artifact, request) {
        Some(opening) => {
            let (callable, start) = (opening.callable.id, opening.start);
            let frame = Frame::new(
                Reader::behind(request, start),
                lent,
                host,
                callable,
                opening.given,
            );
            let outcome = dispatch_call(opening.callable, opening.prompt, &frame, &out);
            if frame.is_light() {
                // It owns nothing.
                std::mem::forget(frame);
            }
            outcome
        }
        None => dispatch(
            artifact,
            &Frame::new(Reader::new(request), lent, host, "", 0),
            &out,
        ),
    };
    out.put(response);
    match outcome {
        Outcome::Answered => ANSWERED,
        Outcome::Later => LATER,
        Outcome::Leaves => ANSWERED_AND_LEAVES,
    }
}

impl Response {
    /// The memory of the answer before, which it then has no more.
    fn take_memory(&mut self) -> Vec<u8> {
        let data = std::mem::replace(&mut self.data, std::ptr::null_mut());
        let capacity = std::mem::take(&mut self.capacity);
        self.len = 0;
        if data.is_null() {
            return Vec::new();
        }
        // SAFETY: `put_memory` took these parts from a `Vec<u8>`, and they were taken out just now.
        unsafe { Vec::from_raw_parts(data, 0, capacity) }
    }

    /// Takes an answer, which is not used or dropped behind this.
    #[inline(always)]
    fn put(&mut self, writer: &mut Writer) {
        if writer.capacity() > KEEP {
            shrink(writer.bytes_mut());
        }
        self.put_memory(writer.bytes_mut());
        if let Some(beside) = writer.take_beside() {
            if !beside.is_empty() {
                self.set_pieces(beside);
            }
        }
    }

    /// `answer` is not used or dropped behind this.
    #[inline]
    fn put_memory(&mut self, answer: &mut Vec<u8>) {
        self.data = answer.as_mut_ptr();
        self.len = answer.len();
        self.capacity = answer.capacity();
    }
}

#[cold]
fn bad_argument() -> i32 {
    BAD_ARGUMENT
}

#[cold]
fn shrink(answer: &mut Vec<u8>) {
    if answer.len() < answer.capacity() / 4 {
        answer.shrink_to(answer.len());
    }
}

/// Declares a bridge's tables and the exported symbol.
#[macro_export]
#[doc(hidden)]
macro_rules! artifact {
    (
        name: $name:literal, marker: $marker:ty,
        types: [$($kind:ident $ty:ty),* $(,)?],
        callables: [$($id:literal => $shim:path),* $(,)?] $(,)?
    ) => {
        /// The next argument, lent for the call.
        #[inline(always)]
        fn __uc_arg<'c, 'h, 'p, T: $crate::private::Lift<'c, 'h, $marker>>(
            call: $crate::private::Call<'c, 'h, 'p>,
        ) -> $crate::private::Lifted<'c, 'h, $marker, T> {
            $crate::private::arg(call)
        }

        /// The next argument, kept by the group.
        #[inline(always)]
        fn __uc_kept<'c, 'h, 'p, T: $crate::private::Lift<'h, 'h, $marker>>(
            call: $crate::private::Call<'c, 'h, 'p>,
        ) -> $crate::private::Lifted<'h, 'h, $marker, T> {
            $crate::private::kept(call)
        }

        /// The next argument, lent for the call, whose handles that borrow are the parent's members.
        #[inline(always)]
        fn __uc_arg_in_parent<'c, 'h, 'p, T: $crate::private::Lift<'c, 'p, $marker>>(
            call: $crate::private::Call<'c, 'h, 'p>,
        ) -> $crate::private::Lifted<'c, 'p, $marker, T> {
            $crate::private::arg_in_parent(call)
        }

        /// The next argument, kept by the group's parent.
        #[inline(always)]
        fn __uc_kept_in_parent<'c, 'h, 'p, T: $crate::private::Lift<'p, 'p, $marker>>(
            call: $crate::private::Call<'c, 'h, 'p>,
        ) -> $crate::private::Lifted<'p, 'p, $marker, T> {
            $crate::private::kept_in_parent(call)
        }

        /// The next argument, kept by the group, whose handles that borrow are the parent's members.
        #[inline(always)]
        fn __uc_nested<'c, 'h, 'p, T: $crate::private::Lift<'h, 'p, $marker>>(
            call: $crate::private::Call<'c, 'h, 'p>,
        ) -> $crate::private::Lifted<'h, 'p, $marker, T> {
            $crate::private::nested(call)
        }

        static __UC_ARTIFACT: $crate::private::Artifact = $crate::private::Artifact {
            name: $name,
            types: &[$($crate::__described!($kind $marker, $ty)),*],
            callables: &[$($crate::private::Served { id: $id, shim: $shim }),*],
            direct: __uc_direct,
        };

        /// The entry for direct calls. See `docs/abi.md`.
        ///
        /// # Safety
        ///
        /// As `docs/abi.md` says: the words are those that the callable's form asks for.
        #[allow(unsafe_code)]
        unsafe extern "C" fn __uc_direct(
            callable: u32,
            flags: u32,
            words: *const u64,
            host: *const $crate::private::HostTable,
            response: *mut $crate::private::Response,
            result: *mut u64,
        ) -> i32 {
            // SAFETY: the caller upholds the contract of `docs/abi.md`, which is `direct`'s.
            unsafe { $crate::private::direct(&__UC_ARTIFACT, callable, flags, words, host, response, result) }
        }

        /// The symbol. See `docs/abi.md`.
        ///
        /// # Safety
        ///
        /// As `docs/abi.md` says: the pointers are valid for their lengths.
        #[allow(unsafe_code)]
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn usecrate_call(
            request: *const u8,
            request_len: usize,
            buffers: *const $crate::private::Buffer,
            buffer_count: usize,
            host: *const $crate::private::HostTable,
            response: *mut $crate::private::Response,
        ) -> i32 {
            // SAFETY: the caller upholds the contract of `docs/abi.md`, which is `entry`'s.
            unsafe {
                $crate::private::entry(&__UC_ARTIFACT, request, request_len, buffers, buffer_count, host, response)
            }
        }
    };
}

/// One type of the table.
#[macro_export]
#[doc(hidden)]
macro_rules! __described {
    (handle $marker:ty, $ty:ty) => {
        $crate::private::Described {
            info: <$ty as $crate::private::Handle<$marker>>::INFO,
            kind: "handle",
            data: $crate::private::no_data,
        }
    };
    (handle_in $marker:ty, $ty:ty) => {
        $crate::private::Described {
            info: <$ty as $crate::private::Family>::INFO,
            kind: "handle",
            data: $crate::private::no_data,
        }
    };
    (record $marker:ty, $ty:ty) => {
        $crate::private::Described {
            info: <$ty as $crate::private::Plain<$marker>>::INFO,
            kind: "record",
            data: <$ty as $crate::private::Plain<$marker>>::data,
        }
    };
    (choice $marker:ty, $ty:ty) => {
        $crate::private::Described {
            info: <$ty as $crate::private::Plain<$marker>>::INFO,
            kind: "enum",
            data: <$ty as $crate::private::Plain<$marker>>::data,
        }
    };
}
