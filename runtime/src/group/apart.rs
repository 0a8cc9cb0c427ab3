//! Values lifted out of bytes that are no request: what a host object answered.

use super::frame::{Frame, Side};
use super::scope::Scope;
use super::thread::WAITERS;
use crate::abi::Host;
use crate::error::Fault;
use crate::lift::Lift;
use crate::wire::Reader;

/// Lets go, also when something unwinds.
struct Leaving<'f, 'c>(&'f Frame<'c>);

impl Drop for Leaving<'_, '_> {
    fn drop(&mut self) {
        self.0.leave(false);
    }
}

/// Lifts one value out of bytes that are no request.
#[inline]
pub(crate) fn lift_apart<B, T: for<'s> Lift<'s, 's, B>>(
    host: Host,
    bytes: &[u8],
    what: &'static str,
) -> Result<T, Box<Fault>> {
    let reader = Reader::new(bytes);
    match T::at_once(&reader).filter(|_| reader.at_end()) {
        Some(value) => Ok(value),
        None => lift_by_frame::<B, T>(host, bytes, what),
    }
}

fn lift_by_frame<B, T: for<'s> Lift<'s, 's, B>>(
    host: Host,
    bytes: &[u8],
    what: &'static str,
) -> Result<T, Box<Fault>> {
    #[inline]
    fn hold<'s, B, T: Lift<'s, 's, B>>(frame: &'s Frame<'s>) -> Result<T, Box<Fault>> {
        let held = T::hold(Scope::lend(frame, Side::Own)).map_err(Box::new)?;
        if !frame.reader.at_end() {
            return Err(Box::new(Fault::malformed("there are bytes behind the value")));
        }
        frame.ran.set(true);
        frame.receive();
        Ok(T::take(held))
    }
    loop {
        let frame = Frame::new(Reader::new(bytes), &[], Some(host), what, 1);
        let leaving = Leaving(&frame);
        match hold::<B, T>(&frame) {
            Err(fault) if matches!(*fault, Fault::Busy) => {}
            result => {
                // Also what came with something unusable is the library's to release.
                frame.receive();
                return result;
            }
        }
        drop(leaving);
        WAITERS.wait();
    }
}
