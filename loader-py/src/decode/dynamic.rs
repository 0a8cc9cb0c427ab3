//! Values of whatever type.

use pyo3::types::{PyAnyMethods, PyDict, PyFrozenSet, PySet, PySetMethods, PyTuple};
use pyo3::{PyResult, Python};

use super::{Decoder, Made};
use crate::ffi::object;
use crate::host::table;
use crate::wire::{Token, ext};

/// Which collection an array is.
#[derive(Clone, Copy)]
enum Collection {
    List,
    Tuple,
    Set,
    FrozenSet,
}

/// Any object: plain data, or one that Rust kept.
pub(super) fn any<'py>(from: &mut Decoder<'_, 'py>) -> Made<'py> {
    let before = from.reader;
    match from.token()? {
        Token::Array(length) => {
            let collection = collection(from, length)?;
            from.nested(|from| items(collection, length, from))
        }
        Token::Map(length) => from.nested(|from| {
            let dict = PyDict::new(from.py);
            for _ in 0..length {
                let key = any(from)?;
                dict.set_item(key, any(from)?)?;
            }
            Ok(dict.into_any())
        }),
        Token::Ext(ext::HOST, content) => kept(from, content),
        _ => {
            from.reader = before;
            from.plain()
        }
    }
}

/// Which one begins here; what says so is read.
fn collection(from: &mut Decoder<'_, '_>, length: usize) -> PyResult<Collection> {
    let mut ahead = from.reader;
    if length == 0 {
        return Ok(Collection::List);
    }
    let Some(Token::Ext(ext::COLLECTION, code)) = ahead.next() else {
        return Ok(Collection::List);
    };
    from.reader = ahead;
    match code {
        [0] => Ok(Collection::Tuple),
        [1] => Ok(Collection::Set),
        [2] => Ok(Collection::FrozenSet),
        _ => Err(from.malformed("a collection that there is")),
    }
}

fn items<'py>(collection: Collection, length: usize, from: &mut Decoder<'_, 'py>) -> Made<'py> {
    let py: Python<'py> = from.py;
    if let Collection::List = collection {
        return object::new_list(py, length, || any(from));
    }
    // The first item said which it is.
    let items = (1..length).map(|_| any(from)).collect::<PyResult<Vec<_>>>()?;
    Ok(match collection {
        Collection::List | Collection::Tuple => PyTuple::new(py, items)?.into_any(),
        Collection::FrozenSet => PyFrozenSet::new(py, items)?.into_any(),
        Collection::Set => {
            let set = PySet::empty(py)?;
            items.into_iter().try_for_each(|item| set.add(item))?;
            set.into_any()
        }
    })
}

/// The object itself, of which a reference comes back, unless it is only asked about.
fn kept<'py>(from: &mut Decoder<'_, 'py>, content: &[u8]) -> Made<'py> {
    let py = from.py;
    if let Ok(token) = content.try_into() {
        let token = u64::from_le_bytes(token);
        let object = if from.asks {
            table::asked_about(py, token).map(|(object, _)| object)
        } else {
            table::take_kept(py, token)
        };
        if let Some(object) = object {
            return Ok(object.into_bound(py));
        }
    }
    Err(from.malformed("an object that was passed before"))
}
