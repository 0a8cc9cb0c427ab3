//! Dates and times of three crates.

use chrono::{DateTime, FixedOffset, Utc};

crate::echoes! {
    chrono_date chrono_date_ref: chrono::NaiveDate;
    chrono_time chrono_time_ref: chrono::NaiveTime;
    chrono_naive chrono_naive_ref: chrono::NaiveDateTime;
    chrono_utc chrono_utc_ref: DateTime<Utc>;
    chrono_fixed chrono_fixed_ref: DateTime<FixedOffset>;
    chrono_delta chrono_delta_ref: chrono::Duration;
    time_date time_date_ref: time::Date;
    time_time time_time_ref: time::Time;
    time_naive time_naive_ref: time::PrimitiveDateTime;
    time_offset time_offset_ref: time::OffsetDateTime;
    time_utc time_utc_ref: time::UtcDateTime;
    time_delta time_delta_ref: time::Duration;
    jiff_date jiff_date_ref: jiff::civil::Date;
    jiff_time jiff_time_ref: jiff::civil::Time;
    jiff_naive jiff_naive_ref: jiff::civil::DateTime;
    jiff_stamp jiff_stamp_ref: jiff::Timestamp;
    jiff_zoned jiff_zoned_ref: jiff::Zoned;
    jiff_delta jiff_delta_ref: jiff::SignedDuration;
    chrono_zone chrono_zone_ref: FixedOffset;
    time_zone time_zone_ref: time::UtcOffset;
    jiff_zone jiff_zone_ref: jiff::tz::Offset;
}

/// A day that Python does not have.
pub fn year_12000() -> chrono::NaiveDate {
    chrono::NaiveDate::from_ymd_opt(12_000, 1, 1).expect("chrono has it")
}

/// A moment that Python does not have.
pub fn before_years() -> DateTime<Utc> {
    DateTime::from_timestamp(-99_999_999_999, 0).expect("chrono has it")
}

/// A leap second.
pub fn leap_second() -> chrono::NaiveTime {
    chrono::NaiveTime::from_hms_nano_opt(23, 59, 59, 1_500_000_000).expect("chrono has it")
}

/// Times, one of which Python does not have.
pub fn around_midnight() -> Vec<chrono::NaiveTime> {
    let at =
        |nanoseconds| chrono::NaiveTime::from_hms_nano_opt(23, 59, 59, nanoseconds).expect("chrono has it");
    vec![at(0), at(999_000_000), at(1_500_000_000), chrono::NaiveTime::MIN]
}

/// The same, one by one.
pub fn each_around_midnight() -> impl Iterator<Item = chrono::NaiveTime> {
    around_midnight().into_iter()
}

/// A time with a name.
#[derive(Debug, Clone, PartialEq)]
pub struct Named {
    pub name: String,
    pub time: chrono::NaiveTime,
}

/// The same as fields of records.
pub fn named_around_midnight() -> impl Iterator<Item = Named> {
    around_midnight().into_iter().enumerate().map(|(number, time)| Named {
        name: number.to_string(),
        time,
    })
}

/// The same as values of dicts.
pub fn keyed_around_midnight() -> impl Iterator<Item = std::collections::BTreeMap<String, chrono::NaiveTime>> {
    around_midnight().into_iter().map(|time| [("time".to_owned(), time)].into())
}

/// The same as parts of others.
pub fn numbered_around_midnight() -> impl Iterator<Item = (usize, Option<chrono::NaiveTime>)> {
    around_midnight().into_iter().map(Some).enumerate()
}

/// Times that are looked at.
pub struct Times(Vec<chrono::NaiveTime>);

impl Times {
    /// Those around midnight.
    pub fn new() -> Self {
        Self(around_midnight())
    }

    /// One by one.
    pub fn iter(&self) -> std::slice::Iter<'_, chrono::NaiveTime> {
        self.0.iter()
    }
}

impl Default for Times {
    fn default() -> Self {
        Self::new()
    }
}

/// An iterator that has a class.
pub struct Ticks(std::vec::IntoIter<chrono::NaiveTime>);

impl Ticks {
    /// Those around midnight.
    pub fn new() -> Self {
        Self(around_midnight().into_iter())
    }
}

impl Default for Ticks {
    fn default() -> Self {
        Self::new()
    }
}

impl Iterator for Ticks {
    type Item = chrono::NaiveTime;

    fn next(&mut self) -> Option<chrono::NaiveTime> {
        self.0.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

/// An iterator that has a class, over records.
pub struct NamedTicks(std::vec::IntoIter<Named>);

impl NamedTicks {
    /// Those around midnight.
    pub fn new() -> Self {
        Self(named_around_midnight().collect::<Vec<_>>().into_iter())
    }
}

impl Default for NamedTicks {
    fn default() -> Self {
        Self::new()
    }
}

impl Iterator for NamedTicks {
    type Item = Named;

    fn next(&mut self) -> Option<Named> {
        self.0.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

/// Days, one of which Python does not have.
pub fn days() -> impl Iterator<Item = chrono::NaiveDate> {
    vec![
        chrono::NaiveDate::default(),
        year_12000(),
        chrono::NaiveDate::default(),
    ]
    .into_iter()
}

/// The same moment with that offset, or in UTC.
pub fn in_zone(moment: DateTime<Utc>, zone: FixedOffset, utc: Utc) -> (DateTime<FixedOffset>, DateTime<Utc>) {
    (moment.with_timezone(&zone), moment.with_timezone(&utc))
}
