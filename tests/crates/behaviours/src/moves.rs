//! What passing by value does.

/// It cannot be cloned: passing it moves it.
#[derive(Debug, PartialEq)]
pub struct Ticket {
    number: u32,
}

impl Ticket {
    /// With this number.
    pub fn new(number: u32) -> Self {
        Self { number }
    }

    /// Its number.
    pub fn number(&self) -> u32 {
        self.number
    }

    /// Uses it up.
    pub fn punch(self) -> u32 {
        self.number
    }
}

/// Uses one up.
pub fn collect(ticket: Ticket) -> u32 {
    ticket.number
}

/// Uses two up.
pub fn both(first: Ticket, second: Ticket) -> u32 {
    first.number + second.number
}

/// Uses one up and looks at another.
pub fn trade(given: Ticket, shown: &Ticket, least: u8) -> u32 {
    given.number + shown.number + u32::from(least)
}

/// It can be cloned: passing it leaves it usable.
#[derive(Debug, Clone, PartialEq)]
pub struct Stamp {
    uses: u32,
}

impl Stamp {
    /// A fresh one.
    pub fn new() -> Self {
        Self { uses: 0 }
    }

    /// By value, beside a number that may not fit.
    pub fn used_often(self, times: u8) -> u32 {
        self.uses + u32::from(times)
    }

    /// By value.
    pub fn used(mut self) -> u32 {
        self.uses += 1;
        self.uses
    }
}

impl Default for Stamp {
    fn default() -> Self {
        Self::new()
    }
}
