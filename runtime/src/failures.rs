//! The answers that are no success: why a request was refused, what panicked, which exception goes back.

use crate::error::{Fault, Refused};
use crate::host::Raised;
use crate::panic::Panicked;
use crate::wire::Writer;

/// Statuses 3 to 5.
pub(crate) fn refuse(writer: &mut Writer, fault: &Fault, parameter: Option<u32>) {
    writer.truncate(0);
    writer.array(2);
    let mut three = |status: u8, word: &str, message: &str| {
        writer.uint(u64::from(status));
        writer.array(3);
        writer.str(word);
        match parameter {
            Some(parameter) => writer.uint(u64::from(parameter)),
            None => writer.nil(),
        }
        writer.str(message);
    };
    let Fault::Refused(refused) = fault else {
        unreachable!("settled by `call`, and no other operation gives it")
    };
    match &**refused {
        Refused::Argument { kind, message } => three(3, kind.word(), message),
        Refused::Handle { code, message } => three(4, code.word(), message),
        Refused::Request { code, message } => {
            writer.uint(5);
            writer.array(2);
            writer.str(code.word());
            writer.str(message);
        }
    }
}

/// Status 2.
pub(crate) fn report(writer: &mut Writer, panicked: &Panicked) {
    writer.array(2);
    writer.uint(2);
    writer.array(3);
    writer.str(&panicked.message);
    match &panicked.location {
        Some(location) => writer.str(location),
        None => writer.nil(),
    }
    writer.str(&panicked.backtrace);
}

/// Status 6: the exception goes back to the host.
pub(crate) fn hand_back(writer: &mut Writer, raised: &Raised) {
    let Some(object) = raised.give() else {
        let message = "an exception that an earlier call ended with was met again";
        return report(
            writer,
            &Panicked {
                message: message.to_owned(),
                ..Panicked::default()
            },
        );
    };
    writer.array(2);
    writer.uint(6);
    writer.array(1);
    writer.uint(object.into_token());
}
