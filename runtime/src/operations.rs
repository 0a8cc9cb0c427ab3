//! What can be asked of a library besides the plain call that nearly all requests are.

use crate::ABI_VERSION;
use crate::abi::Output;
use crate::describe::{Artifact, Served};
use crate::dispatch::{Stop, guarded, run, serve};
use crate::error::{Fault, HandleFault, RequestFault};
use crate::group::frame::Frame;
use crate::group::holding::busy;
use crate::group::inside;
use crate::group::table::{self, HandleId, Refusal, TABLE};
use crate::group::thread::WAITERS;
use crate::shim::{Answer, Call, describe};
use crate::wire::{EXT_HANDLE, Reader, Token, Writer};

pub(crate) const DESCRIBE: u8 = 0;
pub(crate) const CALL: u8 = 1;
pub(crate) const DROP: u8 = 2;
/// The operation that frees the response: handled where its memory is.
pub(crate) const RELEASE: u8 = 3;
pub(crate) const INIT: u8 = 4;
pub(crate) const AFTER_FORK: u8 = 5;
pub(crate) const COUNT: u8 = 6;
pub(crate) const CLOSE: u8 = 7;
pub(crate) const NEXT: u8 = 8;
/// *call* and *drop* of a client that holds a lock meanwhile: done only if they need not wait.
pub(crate) const PROMPT_CALL: u8 = 9;
pub(crate) const PROMPT_DROP: u8 = 10;
pub(crate) const DIRECT: u8 = 11;

/// The length of a request, at least 1, and its operation, in whatever form they are written.
#[cold]
pub(crate) fn head(reader: &Reader<'_>) -> Result<(usize, u8), Fault> {
    let Token::Array(count) = reader.next()? else {
        return Err(Fault::malformed("a request is an array"));
    };
    if count == 0 {
        return Err(Fault::malformed("a request begins with its operation"));
    }
    match reader.next()? {
        Token::Int(operation) => Ok((count, u8::try_from(operation).unwrap_or(u8::MAX))),
        other => Err(Fault::malformed(format!(
            "an operation is an integer, not {}",
            other.name()
        ))),
    }
}

/// An operation that is no call.
#[inline(never)]
pub(crate) fn other(
    operation: u8,
    arguments: usize,
    artifact: &Artifact,
    frame: &Frame<'_>,
    out: &Output,
) -> Result<(), Box<Stop>> {
    let reader = &frame.reader;
    match operation {
        DESCRIBE => {
            finish(reader, arguments, 0)?;
            guarded(|| {
                let mut writer = out.borrow_mut();
                writer.raw(&[0x92, 0x00]);
                crate::describe::describe(artifact, &mut writer);
            })
        }
        DROP | PROMPT_DROP if arguments > 1 => drop_all(frame, arguments, out),
        DROP | CLOSE | PROMPT_DROP => {
            let id = handle(reader)?;
            finish(reader, arguments, 1)?;
            frame
                .callable
                .set(if operation == CLOSE { "close" } else { "drop" });
            let dropped = run(frame, || end(id, operation == CLOSE)).map_err(Stop::nowhere)?;
            let mut writer = out.borrow_mut();
            writer.raw(&[0x92, 0x00]);
            writer.bool(dropped);
            Ok(())
        }
        INIT => {
            let version = match reader.next()? {
                Token::Int(version) => version,
                other => return Err(Fault::expected(format!("a version, not {}", other.name())).into()),
            };
            finish(reader, arguments, 1)?;
            if version != i128::from(ABI_VERSION) {
                let message = format!("this library speaks ABI version {ABI_VERSION}, not {version}");
                return Err(Fault::request(RequestFault::Version, message).into());
            }
            let mut writer = out.borrow_mut();
            writer.raw(&[0x92, 0x00, 0x92]);
            writer.uint(u64::from(ABI_VERSION));
            writer.uint(u64::from(TABLE.epoch()));
            Ok(())
        }
        AFTER_FORK => {
            finish(reader, arguments, 0)?;
            TABLE.after_fork();
            out.borrow_mut().raw(&[0x92, 0x00, 0xc0]);
            Ok(())
        }
        DIRECT => {
            if arguments != 2 {
                return finish(reader, arguments, 2).map_err(Box::from);
            }
            // As every request that names memory it lets go of that at the end.
            run(frame, || directly(artifact, frame, &mut out.borrow_mut())).map_err(Stop::nowhere)?;
            finish(reader, arguments, 2)?;
            Ok(())
        }
        COUNT => {
            finish(reader, arguments, 0)?;
            let mut writer = out.borrow_mut();
            writer.raw(&[0x92, 0x00]);
            writer.uint(TABLE.live() as u64);
            Ok(())
        }
        _ => Err(Fault::request(
            RequestFault::Operation,
            format!("there is no operation {operation}"),
        )
        .into()),
    }
}

fn finish(reader: &Reader<'_>, arguments: usize, expected: usize) -> Result<(), Fault> {
    if arguments != expected {
        let message = format!("{expected} arguments expected, {arguments} given");
        return Err(Fault::request(RequestFault::Arity, message));
    }
    if !reader.at_end() {
        return Err(Fault::malformed("there are bytes behind the request"));
    }
    Ok(())
}

fn handle(reader: &Reader<'_>) -> Result<HandleId, Fault> {
    // As nearly all are written.
    let start = reader.position();
    if let Some((EXT_HANDLE, id)) = reader.ext16() {
        return Ok(HandleId::from_array(id));
    }
    reader.rewind(start);
    match reader.next()? {
        Token::Ext(EXT_HANDLE, bytes) => {
            HandleId::from_bytes(bytes).ok_or_else(|| Fault::malformed("a handle has 16 bytes"))
        }
        other => Err(Fault::expected(format!("a handle, not {}", other.name()))),
    }
}

/// Drops several values. What is gone already is passed over.
fn drop_all(frame: &Frame<'_>, arguments: usize, out: &Output) -> Result<(), Box<Stop>> {
    let reader = &frame.reader;
    let ids = (0..arguments)
        .map(|_| handle(reader))
        .collect::<Result<Vec<_>, _>>()?;
    finish(reader, arguments, arguments)?;
    frame.callable.set("drop");
    let drop = || {
        for id in &ids {
            let _gone_already = TABLE.drop_handle(*id, false);
        }
        Ok(())
    };
    run(frame, drop).map_err(Stop::nowhere)?;
    out.borrow_mut().raw(&[0x92, 0x00, 0xc0]);
    Ok(())
}

fn end(id: HandleId, only_if_free: bool) -> Result<bool, Fault> {
    use HandleFault::{Borrowed, Closed};
    loop {
        return match TABLE.drop_handle(id, only_if_free) {
            Ok(dropped) => Ok(dropped),
            Err(Refusal::Busy) => match busy(inside::holder_of_slot(id.slot()), "value") {
                Fault::Busy => {
                    WAITERS.wait();
                    continue;
                }
                refused => Err(refused),
            },
            Err(Refusal::Borrowed(holder)) => Err(Fault::handle(
                Borrowed,
                format!("it is {}", table::borrowed_by(holder)),
            )),
            Err(Refusal::Closed | Refusal::Poisoned | Refusal::Fork) => {
                Err(Fault::handle(Closed, "this handle is closed already"))
            }
        };
    }
}

/// A call whose request does not begin as nearly all do.
pub(crate) fn call(
    artifact: &Artifact,
    arguments: usize,
    frame: &Frame<'_>,
    out: &Output,
) -> Result<(), Box<Stop>> {
    let callable = found(artifact, frame)?;
    frame.callable.set(callable.id);
    frame.given.set(many(arguments.saturating_sub(1)));
    let shim = callable.shim;
    // In a closure, so that it is another function than the one that plain calls go through, which is inlined there.
    serve(|call: Call<'_, '_, '_>| shim(call), frame, out)
}

/// The callable that a request names.
fn found<'a>(artifact: &'a Artifact, frame: &Frame<'_>) -> Result<&'a Served, Fault> {
    let index = match frame.reader.next()? {
        Token::Int(index) => index,
        other => {
            return Err(Fault::malformed(format!(
                "a callable is an integer, not {}",
                other.name()
            )));
        }
    };
    let found = (usize::try_from(index).ok()).and_then(|index| artifact.callables.get(index));
    found.ok_or_else(|| {
        let message = format!("there is no callable {index}, but {}", artifact.callables.len());
        Fault::request(RequestFault::Callable, message)
    })
}

/// A number of arguments. An array never announces more than the request holds, so it fits.
fn many(arguments: usize) -> u32 {
    u32::try_from(arguments).unwrap_or(u32::MAX)
}

/// Fetches items of an iterator, which ends with its last one.
pub(crate) fn next(arguments: usize, frame: &Frame<'_>, out: &Output) -> Result<(), Box<Stop>> {
    let start = frame.reader.position();
    let id = handle(&frame.reader)?;
    frame.reader.rewind(start);
    frame.callable.set("next");
    frame.given.set(many(arguments));
    serve(crate::lower::next, frame, out)?;
    if out.borrow().is(&[0x92, 0x00, 0x90]) {
        let frame = Frame::bare(frame.host, "next");
        // Somebody else may have dropped it meanwhile.
        run(&frame, || Ok(TABLE.drop_handle(id, false).is_ok())).map_err(Stop::nowhere)?;
    }
    Ok(())
}

/// Answers whether and how a callable can be called directly, and puts the entry for it there.
fn directly(artifact: &Artifact, frame: &Frame<'_>, out: &mut Writer) -> Answer {
    let callable = found(artifact, frame)?;
    let place = frame.writable::<usize>()?;
    let described = Frame::describing(callable.id);
    describe(&described, callable.shim);
    let directly =
        (described.types()).map(|description| std::mem::take(&mut description.borrow_mut().directly));
    out.raw(&[0x92, 0x00]);
    match directly.filter(|directly| !directly.never) {
        None => out.nil(),
        Some(directly) => {
            let [place] = place else {
                return Err(Fault::value("the entry for direct calls is one address"));
            };
            *place = (artifact.direct as *const ()).expose_provenance();
            out.array(2);
            out.str(&directly.kinds);
            match directly.result {
                Some(letter) => out.str(letter.encode_utf8(&mut [0; 4])),
                None => out.nil(),
            }
        }
    }
    Ok(())
}
