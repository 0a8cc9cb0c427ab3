//! The workload behind one C function that takes and gives MessagePack, as one would write it by hand for ctypes.

use std::collections::HashMap;
use std::ffi::c_void;
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use serde_bytes::{ByteBuf, Bytes};

/// The functions, by number; `contenders/plain.py` has the same.
mod function {
    pub(super) const NOOP: u8 = 0;
    pub(super) const ADD: u8 = 1;
    pub(super) const GREET: u8 = 2;
    pub(super) const SUM: u8 = 3;
    pub(super) const SUM_BYTES: u8 = 4;
    pub(super) const ECHO: u8 = 5;
    pub(super) const LENGTH: u8 = 6;
    pub(super) const TOUCH: u8 = 7;
    pub(super) const COUNTER_NEW: u8 = 8;
    pub(super) const COUNTER_INC: u8 = 9;
    pub(super) const COUNTER_DROP: u8 = 10;
    pub(super) const FAIL: u8 = 11;
    pub(super) const NUMBERS: u8 = 12;
}

#[derive(Serialize, Deserialize)]
struct Record {
    id: u64,
    name: String,
    score: f64,
    active: bool,
}

impl From<Record> for workload::Record {
    fn from(record: Record) -> Self {
        Self {
            id: record.id,
            name: record.name,
            score: record.score,
            active: record.active,
        }
    }
}

impl From<workload::Record> for Record {
    fn from(record: workload::Record) -> Self {
        Self {
            id: record.id,
            name: record.name,
            score: record.score,
            active: record.active,
        }
    }
}

static COUNTERS: Mutex<Option<HashMap<u64, workload::Counter>>> = Mutex::new(None);

/// Does something with the counters.
fn counters<T>(work: impl FnOnce(&mut HashMap<u64, workload::Counter>) -> T) -> T {
    let mut counters = COUNTERS.lock().unwrap_or_else(PoisonError::into_inner);
    work(counters.get_or_insert_default())
}

type Failed = Box<dyn std::error::Error>;

fn given<'r, T: Deserialize<'r>>(arguments: &'r [u8]) -> Result<T, Failed> {
    Ok(rmp_serde::from_slice(arguments)?)
}

fn packed(value: &impl Serialize) -> Result<Vec<u8>, Failed> {
    Ok(rmp_serde::to_vec_named(&(0_u8, value))?)
}

fn answer(function: u8, arguments: &[u8]) -> Result<Vec<u8>, Failed> {
    match function {
        function::NOOP => packed(&workload::noop()),
        function::ADD => {
            let (left, right) = given(arguments)?;
            packed(&workload::add(left, right))
        }
        function::GREET => packed(&workload::greet(given::<(&str,)>(arguments)?.0)),
        function::SUM => packed(&workload::sum(&given::<(Vec<i64>,)>(arguments)?.0)),
        function::SUM_BYTES => {
            let (bytes,): (&Bytes,) = given(arguments)?;
            let numbers: Vec<i64> = bytes
                .chunks_exact(8)
                .map(|chunk| i64::from_ne_bytes(chunk.try_into().expect("a chunk has eight bytes")))
                .collect();
            packed(&workload::sum(&numbers))
        }
        function::ECHO => packed(&ByteBuf::from(workload::echo(given::<(&Bytes,)>(arguments)?.0))),
        function::LENGTH => packed(&workload::length(given::<(&Bytes,)>(arguments)?.0)),
        function::TOUCH => {
            let (records,): (Vec<Record>,) = given(arguments)?;
            let touched = workload::touch(records.into_iter().map(Into::into).collect());
            packed(&touched.into_iter().map(Record::from).collect::<Vec<_>>())
        }
        function::COUNTER_NEW => {
            let (value,) = given(arguments)?;
            let made = counters(|all| {
                let number = all.keys().max().map_or(1, |last| last + 1);
                all.insert(number, workload::Counter::new(value));
                number
            });
            packed(&made)
        }
        function::COUNTER_INC => {
            let (number,) = given::<(u64,)>(arguments)?;
            let value = counters(|all| all.get_mut(&number).map(workload::Counter::inc));
            packed(&value.ok_or("there is no such counter")?)
        }
        function::COUNTER_DROP => {
            let (number,) = given::<(u64,)>(arguments)?;
            packed(&counters(|all| all.remove(&number).is_some()))
        }
        function::FAIL => packed(&workload::fail(given::<(u32,)>(arguments)?.0)?),
        function::NUMBERS => packed(&workload::numbers(given::<(i64,)>(arguments)?.0).collect::<Vec<_>>()),
        _ => Err("there is no such function".into()),
    }
}

/// Calls the function with this number. The answer is `[0, result]` or `[1, message]`, and is given back to [`release`].
///
/// # Safety
///
/// `arguments` points to `length` readable bytes, `answer_length` to a writable number.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn call(
    function: u8,
    arguments: *const u8,
    length: usize,
    answer_length: *mut usize,
) -> *mut u8 {
    // SAFETY: by this function's contract.
    let arguments = unsafe { std::slice::from_raw_parts(arguments, length) };
    let done = answer(function, arguments);
    let bytes = done.unwrap_or_else(|error| {
        rmp_serde::to_vec(&(1_u8, error.to_string())).expect("a text is MessagePack")
    });
    let bytes = bytes.into_boxed_slice();
    // SAFETY: by this function's contract.
    unsafe { *answer_length = bytes.len() };
    Box::into_raw(bytes).cast()
}

/// Frees an answer.
///
/// # Safety
///
/// Both are what [`call`] gave, once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn release(answer: *mut u8, length: usize) {
    // SAFETY: `call` made a boxed slice of that length.
    drop(unsafe { Box::from_raw(std::ptr::slice_from_raw_parts_mut(answer, length)) });
}

/// A callback is no MessagePack: it has a C type of its own.
#[unsafe(no_mangle)]
pub extern "C" fn each(
    end: i64,
    call: extern "C" fn(i64, *const c_void) -> i64,
    context: *const c_void,
) -> i64 {
    workload::each(end, |number| call(number, context))
}
