//! Direct upcalls (`docs/abi.md`): what a callable is passed and what it gives are machine words, with no message around
//! them. Numbers and truth values have this form; a callable with anything else is asked by message.

use crate::direct::Word;

/// How many arguments there may be.
pub(super) const ROOM: usize = 8;

/// The words of an upcall.
#[derive(Debug)]
pub(crate) struct Words {
    /// What they mean, in four bits each: the lowest that of the result, then those of the arguments in order.
    pub(crate) form: u64,
    /// As many as the form says; what is behind them means nothing.
    pub(crate) words: [u64; ROOM],
}

/// What these four bits are.
const fn bits(word: Word) -> u64 {
    match word {
        Word::Unit => 1,
        Word::Bool => 2,
        Word::Signed => 3,
        Word::Unsigned => 4,
        Word::Float => 5,
    }
}

/// The form of an upcall with such arguments, each with whether it may be an `Err`, and such a result; `None`: it is a message.
pub(super) const fn form(arguments: &[(Option<Word>, bool)], result: Option<Word>) -> Option<u64> {
    let Some(result) = result else { return None };
    let mut form = bits(result);
    let mut at = 0;
    while at < arguments.len() {
        form |= match arguments[at] {
            (None | Some(Word::Unit), _) | (_, true) => return None,
            (Some(word), false) => bits(word) << (4 * (at + 1)),
        };
        at += 1;
    }
    Some(form)
}

/// The word of an argument for which there is a form.
#[inline(always)]
pub(super) fn word<T>(made: Result<u64, T>) -> u64 {
    match made {
        Ok(word) => word,
        Err(_) => unreachable!("only an `Err` among what has words has none, and `form` asks for that"),
    }
}
