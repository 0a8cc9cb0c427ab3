//! The one symbol of a library, and the structs that pass it, behind functions that cannot be called wrongly.

use usecrate_runtime::private::{Buffer, DirectEntry, HostTable, Response};

use crate::upcall::{Host, fail};

/// What a library exports (`docs/abi.md`).
pub type Symbol =
    unsafe extern "C" fn(*const u8, usize, *const Buffer, usize, *const HostTable, *mut Response) -> i32;

/// The operation that frees a response.
const RELEASE: [u8; 2] = [0x91, 3];

/// A buffer of a call: its memory, and whether the library may write to it. Who lends it keeps it until the call returns.
pub fn buffer(memory: &mut [u8], writable: bool) -> Buffer {
    let parts = (memory.as_mut_ptr(), memory.len(), u64::from(writable));
    // SAFETY: this is the struct's documented layout: data, length, flags.
    unsafe { std::mem::transmute::<(*mut u8, usize, u64), Buffer>(parts) }
}

/// A buffer that takes an address.
pub fn place(address: &mut usize) -> Buffer {
    let parts = (std::ptr::from_mut(address).cast(), size_of::<usize>(), 1);
    // SAFETY: as for `buffer`.
    unsafe { std::mem::transmute::<(*mut u8, usize, u64), Buffer>(parts) }
}

/// The entry for direct calls that a library has put there.
pub fn entry(address: usize) -> DirectEntry {
    let place = std::ptr::with_exposed_provenance::<()>(address);
    // SAFETY: `docs/abi.md`: the address is that of such a function.
    unsafe { std::mem::transmute::<*const (), DirectEntry>(place) }
}

/// A way to a library, with a response that every request uses again.
pub struct Channel {
    symbol: Symbol,
    response: Response,
}

impl Channel {
    /// To a library.
    pub fn new(symbol: Symbol) -> Self {
        Self {
            symbol,
            // SAFETY: null words are the response's documented first state.
            response: unsafe { std::mem::zeroed() },
        }
    }

    /// Sends a request. Any code but 0 ends the process.
    pub fn send(&mut self, request: &[u8], buffers: &[Buffer], host: Option<&'static Host>) -> &[u8] {
        match self.attempt(request, buffers, host) {
            (0, answer) => answer,
            (code, _) => fail(&format!("{request:?} gave {code}")),
        }
    }

    /// Sends a request. Its memory is this call's alone, so that the sanitizer notices when something of it is kept. A code
    /// that says that nothing was understood ends the process.
    pub fn attempt(
        &mut self,
        request: &[u8],
        buffers: &[Buffer],
        host: Option<&'static Host>,
    ) -> (i32, &[u8]) {
        let request: Box<[u8]> = request.into();
        // SAFETY: the pointers and lengths are those of live slices, the buffers' memory is lent by whoever made them, the
        // response is this channel's alone, and hosts are statics.
        let code = unsafe {
            (self.symbol)(
                request.as_ptr(),
                request.len(),
                buffers.as_ptr(),
                buffers.len(),
                host.map_or(std::ptr::null(), Host::table),
                &raw mut self.response,
            )
        };
        if code < 0 {
            fail(&format!("{request:?} gave {code}"));
        }
        drop(request);
        (code, self.answer())
    }

    /// Makes a direct call, which gives a code and puts a word into `result`. The words' own memory is this call's alone, and
    /// of their very length. A code that says that nothing was understood ends the process.
    pub fn enter(
        &mut self,
        entry: DirectEntry,
        (callable, flags): (u32, u32),
        words: &[u64],
        host: Option<&'static Host>,
        result: &mut u64,
    ) -> i32 {
        let words: Box<[u64]> = words.into();
        let host = host.map_or(std::ptr::null(), Host::table);
        // SAFETY: whoever made the words lends what they name; all else as for `attempt`.
        let code = unsafe {
            entry(
                callable,
                flags,
                words.as_ptr(),
                host,
                &raw mut self.response,
                result,
            )
        };
        if code < 0 {
            fail(&format!("a direct call of {callable} gave {code}"));
        }
        code
    }

    /// What the last request or call has answered, if it did.
    pub fn answer(&self) -> &[u8] {
        // The struct is documented: data, length, and more.
        let words: *const usize = (&raw const self.response).cast();
        // SAFETY: the struct begins with these two words.
        let (data, length) = unsafe { (*words as *const u8, *words.add(1)) };
        if length == 0 {
            return &[];
        }
        // SAFETY: the answer is valid until the next call with this struct.
        unsafe { std::slice::from_raw_parts(data, length) }
    }
}

impl Channel {
    /// Long bytes beside the answer, if they were not freed.
    pub fn piece(&self, index: usize) -> Option<&[u8]> {
        // The struct is documented: data, length, capacity, pieces, how many.
        let words: *const usize = (&raw const self.response).cast();
        // SAFETY: the struct has five words.
        let (pieces, count) = unsafe { (*words.add(3) as *const [usize; 3], *words.add(4)) };
        if index >= count {
            return None;
        }
        // SAFETY: the library promises as many pieces there until the next call.
        let [data, length, _] = unsafe { *pieces.add(index) };
        // SAFETY: one that is not null is readable until it is freed.
        (data != 0).then(|| unsafe { std::slice::from_raw_parts(data as *const u8, length) })
    }
}

impl Drop for Channel {
    fn drop(&mut self) {
        // SAFETY: as for `send`; nothing refers to the answer any more.
        unsafe {
            (self.symbol)(
                RELEASE.as_ptr(),
                RELEASE.len(),
                std::ptr::null(),
                0,
                std::ptr::null(),
                &raw mut self.response,
            )
        };
    }
}
