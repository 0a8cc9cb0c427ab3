//! The workload through UniFFI, as one would write it by hand. It releases the interpreter lock, as ctypes does.

use std::sync::{Mutex, PoisonError};

uniffi::setup_scaffolding!();

/// What [`fail`] fails with.
#[derive(Debug, thiserror::Error, uniffi::Error)]
#[uniffi(flat_error)]
pub enum Failure {
    /// As the workload does.
    #[error("{0}")]
    Failed(String),
}

/// A record, both ways.
#[derive(uniffi::Record)]
pub struct Record {
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

/// Counts.
#[derive(uniffi::Object)]
pub struct Counter(Mutex<workload::Counter>);

#[uniffi::export]
impl Counter {
    /// From there.
    #[uniffi::constructor]
    pub fn new(value: i64) -> Self {
        Self(Mutex::new(workload::Counter::new(value)))
    }

    /// One more.
    pub fn inc(&self) -> i64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).inc()
    }
}

/// An iterator, asked item by item.
#[derive(uniffi::Object)]
pub struct Numbers(Mutex<Box<dyn Iterator<Item = i64> + Send>>);

#[uniffi::export]
impl Numbers {
    /// The next, if there is one.
    pub fn step(&self) -> Option<i64> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).next()
    }
}

/// What [`each`] calls.
#[uniffi::export(with_foreign)]
pub trait Callback: Send + Sync {
    /// With a number.
    fn call(&self, number: i64) -> i64;
}

#[uniffi::export]
fn noop() {
    workload::noop();
}

#[uniffi::export]
fn add(left: i64, right: i64) -> i64 {
    workload::add(left, right)
}

#[uniffi::export]
fn greet(name: &str) -> String {
    workload::greet(name)
}

#[uniffi::export]
fn total(numbers: &[i64]) -> i64 {
    workload::sum(numbers)
}

#[uniffi::export]
fn echo(data: &[u8]) -> Vec<u8> {
    workload::echo(data)
}

#[uniffi::export]
fn length(data: &[u8]) -> u64 {
    workload::length(data) as u64
}

#[uniffi::export]
fn touch(records: Vec<Record>) -> Vec<Record> {
    let records = records.into_iter().map(Into::into).collect();
    workload::touch(records).into_iter().map(Into::into).collect()
}

#[uniffi::export]
fn fail(code: u32) -> Result<u32, Failure> {
    workload::fail(code).map_err(|error| Failure::Failed(error.to_string()))
}

#[uniffi::export]
fn numbers(end: i64) -> Numbers {
    Numbers(Mutex::new(Box::new(workload::numbers(end))))
}

#[uniffi::export]
fn each(end: i64, call: std::sync::Arc<dyn Callback>) -> i64 {
    workload::each(end, |number| call.call(number))
}
