//! Which memory of this process is lent to Rust right now, by every running call of every library.
//!
//! Memory lent for writing is nobody else's meanwhile: no second call gets it, not even to read.

use pyo3::Python;

use super::lock_cell::Guarded;
use super::process;

/// Memory from `start` up to `end`.
struct Range {
    ticket: u64,
    start: usize,
    end: usize,
    exclusive: bool,
    /// After a fork, the calls of the parent are none of the child's.
    epoch: u32,
}

struct Table {
    ranges: Vec<Range>,
    last: u64,
}

static TABLE: Guarded<Table> = Guarded::new(Table {
    ranges: Vec::new(),
    last: 0,
});

/// Some memory is lent already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Taken;

/// Lends memory, to one call alone if `exclusive`. What is given back ends it; none if there is nothing to end.
pub(super) fn lend(
    py: Python<'_>,
    start: *const u8,
    len: usize,
    exclusive: bool,
) -> Result<Option<u64>, Taken> {
    let start = start.addr();
    let Some(end) = start.checked_add(len).filter(|_| len > 0) else {
        return Ok(None);
    };
    let epoch = process::epoch();
    let clashes = |range: &Range| {
        (range.exclusive || exclusive) && range.epoch == epoch && range.start < end && start < range.end
    };
    TABLE.with(py, |table| {
        if table.ranges.iter().any(clashes) {
            return Err(Taken);
        }
        table.last += 1;
        let ticket = table.last;
        table.ranges.push(Range {
            ticket,
            start,
            end,
            exclusive,
            epoch,
        });
        Ok(Some(ticket))
    })
}

/// Whether nobody writes to that memory.
pub(super) fn readable(py: Python<'_>, start: *const u8, len: usize) -> Result<(), Taken> {
    let start = start.addr();
    let end = start.saturating_add(len);
    let epoch = process::epoch();
    let clashes =
        |range: &Range| range.exclusive && range.epoch == epoch && range.start < end && start < range.end;
    if TABLE.with(py, |table| table.ranges.iter().any(clashes)) {
        Err(Taken)
    } else {
        Ok(())
    }
}

/// Ends what `lend` began.
pub(super) fn end(py: Python<'_>, ticket: u64) {
    TABLE.with(py, |table| {
        if let Some(at) = table.ranges.iter().position(|range| range.ticket == ticket) {
            table.ranges.swap_remove(at);
        }
    });
}
