//! Guards: they hold a lock until they are dropped, and must be dropped by the thread that made them.

use std::sync::{Mutex, MutexGuard, RwLock, RwLockReadGuard, TryLockError};

/// A locked number.
#[derive(Debug, Default)]
pub struct Account {
    balance: Mutex<i64>,
    limits: RwLock<Vec<i64>>,
}

/// Has the lock.
#[derive(Debug)]
pub struct Open<'a>(MutexGuard<'a, i64>);

/// Has a share of the other lock.
#[derive(Debug)]
pub struct Reading<'a>(RwLockReadGuard<'a, Vec<i64>>);

/// It is locked.
#[derive(Debug)]
pub struct Locked;

impl std::fmt::Display for Locked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("it is locked")
    }
}

impl std::error::Error for Locked {}

impl Account {
    /// Empty.
    pub fn new() -> Self {
        Self::default()
    }

    /// Locks it.
    ///
    /// # Errors
    ///
    /// It is locked.
    pub fn open(&self) -> Result<Open<'_>, Locked> {
        match self.balance.try_lock() {
            Ok(guard) => Ok(Open(guard)),
            Err(TryLockError::Poisoned(poisoned)) => Ok(Open(poisoned.into_inner())),
            Err(TryLockError::WouldBlock) => Err(Locked),
        }
    }

    /// Reads the limits, as many at once as like.
    ///
    /// # Errors
    ///
    /// They are being changed.
    pub fn limits(&self) -> Result<Reading<'_>, Locked> {
        self.limits.try_read().map(Reading).map_err(|_| Locked)
    }

    /// Adds a limit.
    ///
    /// # Errors
    ///
    /// They are being read.
    pub fn add_limit(&self, limit: i64) -> Result<usize, Locked> {
        let mut limits = self.limits.try_write().map_err(|_| Locked)?;
        limits.push(limit);
        Ok(limits.len())
    }
}

impl Open<'_> {
    /// Adds.
    pub fn add(&mut self, amount: i64) -> i64 {
        *self.0 += amount;
        *self.0
    }
}

impl Reading<'_> {
    /// How many.
    pub fn count(&self) -> usize {
        self.0.len()
    }
}
