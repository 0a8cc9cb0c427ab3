//! Types whose one value is written as they are.

/// Where clocks stand alike.
pub trait Zone {
    /// How far they are from the mean.
    fn offset(&self) -> i32;
}

/// The mean.
#[derive(Clone, Copy, Debug)]
pub struct Mean;

/// So many hours from it.
#[derive(Clone, Copy, Debug)]
pub struct Hours(i32);

impl Hours {
    /// So many.
    pub fn new(hours: i32) -> Self {
        Self(hours)
    }
}

impl Zone for Mean {
    fn offset(&self) -> i32 {
        0
    }
}

impl Zone for Hours {
    fn offset(&self) -> i32 {
        self.0
    }
}

/// The hour there.
pub fn hour<Z: Zone>(hour: i32, zone: &Z) -> i32 {
    (hour + zone.offset()).rem_euclid(24)
}

/// The mean hour.
pub fn mean(hour: i32, zone: Mean) -> i32 {
    hour + zone.offset()
}
