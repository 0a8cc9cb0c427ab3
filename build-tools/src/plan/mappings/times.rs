//! Dates, times, spans.

use super::Mapping;

/// A date and a time of `time`.
macro_rules! time_without_offset {
    ($name:literal) => {
        Mapping::value(
            "time",
            $name,
            concat!(
                "[], [], $::",
                $name,
                ", __uc::twins::Local,
                |value| Ok(__uc::twins::Local((value.assume_utc().unix_timestamp(), value.nanosecond()))),
                |form| {
                    let made = __uc::twins::made($::OffsetDateTime::from_unix_timestamp(form.0.0))?;
                    let made = __uc::twins::made(made.replace_nanosecond(form.0.1))?;
                    Ok($::",
                $name,
                "::new(made.date(), made.time()))
                }"
            ),
        )
    };
}

/// A span of `time`.
macro_rules! time_span {
    ($name:literal) => {
        Mapping::value(
            "time",
            $name,
            concat!(
                "[], [], $::",
                $name,
                ", __uc::twins::Span, |value| {
                    let parts = (value.whole_seconds(), value.subsec_nanoseconds());
                    Ok(__uc::twins::Span(__uc::twins::floored(parts.0, parts.1)))
                },
                |form| Ok($::",
                $name,
                "::new(form.0.0, form.0.1 as i32))"
            ),
        )
    };
}

pub(super) const ALL: &[Mapping] = &[
    Mapping::value(
        "chrono",
        "NaiveDate",
        "[], [], $::NaiveDate, __uc::twins::Date,
        |value| {
            use $::Datelike as _;
            Ok(__uc::twins::Date((value.year(), value.month() as u8, value.day() as u8)))
        },
        |form| {
            let (year, month, day) = form.0;
            let made = $::NaiveDate::from_ymd_opt(year, month.into(), day.into());
            __uc::twins::within(made, \"chrono::NaiveDate\")
        }",
    ),
    Mapping::value(
        "chrono",
        "NaiveTime",
        "[], [], $::NaiveTime, __uc::twins::Clock,
        |value| {
            use $::Timelike as _;
            let nanoseconds = __uc::twins::no_leap(value.nanosecond())?;
            let (hour, minute, second) = (value.hour(), value.minute(), value.second());
            Ok(__uc::twins::Clock((hour as u8, minute as u8, second as u8, nanoseconds)))
        },
        |form| {
            let (hour, minute, second, nanoseconds) = form.0;
            let made = $::NaiveTime::from_hms_nano_opt(hour.into(), minute.into(), second.into(), nanoseconds);
            __uc::twins::within(made, \"chrono::NaiveTime\")
        }",
    ),
    Mapping::value(
        "chrono",
        "NaiveDateTime",
        "[], [], $::NaiveDateTime, __uc::twins::Local,
        |value| {
            let utc = value.and_utc();
            Ok(__uc::twins::Local((utc.timestamp(), __uc::twins::no_leap(utc.timestamp_subsec_nanos())?)))
        },
        |form| {
            let made = $::DateTime::<$::Utc>::from_timestamp(form.0.0, form.0.1);
            __uc::twins::within(made, \"chrono::NaiveDateTime\").map(|utc| utc.naive_utc())
        }",
    ),
    Mapping::value(
        "chrono",
        "DateTime",
        "[], [], $::DateTime<$::Utc>, __uc::twins::Moment,
        |value| {
            let nanoseconds = __uc::twins::no_leap(value.timestamp_subsec_nanos())?;
            Ok(__uc::twins::Moment((value.timestamp(), nanoseconds)))
        },
        |form| __uc::twins::within($::DateTime::<$::Utc>::from_timestamp(form.0.0, form.0.1), \"chrono::DateTime\")",
    )
    .only("Utc"),
    Mapping::value(
        "chrono",
        "DateTime",
        "[], [], $::DateTime<$::FixedOffset>, __uc::twins::Shifted,
        |value| {
            let nanoseconds = __uc::twins::no_leap(value.timestamp_subsec_nanos())?;
            Ok(__uc::twins::Shifted((value.timestamp(), nanoseconds, value.offset().local_minus_utc())))
        },
        |form| {
            let (seconds, nanoseconds, east) = form.0;
            let offset = __uc::twins::within($::FixedOffset::east_opt(east), \"chrono::FixedOffset\")?;
            let made = $::DateTime::<$::Utc>::from_timestamp(seconds, nanoseconds);
            __uc::twins::within(made, \"chrono::DateTime\").map(|utc| utc.with_timezone(&offset))
        }",
    )
    .only("FixedOffset"),
    Mapping::value(
        "chrono",
        "DateTime",
        "[], [], $::DateTime<$::Local>, __uc::twins::Shifted,
        |value| {
            let nanoseconds = __uc::twins::no_leap(value.timestamp_subsec_nanos())?;
            Ok(__uc::twins::Shifted((value.timestamp(), nanoseconds, value.offset().local_minus_utc())))
        },
        |form| {
            let made = $::DateTime::<$::Utc>::from_timestamp(form.0.0, form.0.1);
            __uc::twins::within(made, \"chrono::DateTime\").map(|utc| utc.with_timezone(&$::Local))
        }",
    )
    .only("Local"),
    Mapping::value(
        "chrono",
        "TimeDelta",
        "[], [], $::TimeDelta, __uc::twins::Span,
        |value| Ok(__uc::twins::Span(__uc::twins::floored(value.num_seconds(), value.subsec_nanos()))),
        |form| __uc::twins::within($::TimeDelta::new(form.0.0, form.0.1), \"chrono::TimeDelta\")",
    ),
    Mapping::value(
        "chrono",
        "FixedOffset",
        "[], [], $::FixedOffset, __uc::twins::Offset, |value| Ok(__uc::twins::Offset(value.local_minus_utc())),
        |form| __uc::twins::within($::FixedOffset::east_opt(form.0), \"chrono::FixedOffset\")",
    ),
    Mapping::value(
        "chrono",
        "Utc",
        "[], [], $::Utc, __uc::twins::Offset, |value| Ok(__uc::twins::Offset(0)),
        |form| __uc::twins::within((form.0 == 0).then_some($::Utc), \"chrono::Utc\")",
    ),
    Mapping::value(
        "chrono_tz",
        "Tz",
        "[], [], $::Tz, __uc::twins::Zone, |value| Ok(__uc::twins::Zone(value.name().into())),
        |form| __uc::twins::made(form.0.parse())",
    ),
    Mapping::value(
        "time",
        "UtcOffset",
        "[], [], $::UtcOffset, __uc::twins::Offset, |value| Ok(__uc::twins::Offset(value.whole_seconds())),
        |form| __uc::twins::made($::UtcOffset::from_whole_seconds(form.0))",
    ),
    Mapping::value(
        "jiff",
        "Offset",
        "[], [], $::tz::Offset, __uc::twins::Offset, |value| Ok(__uc::twins::Offset(value.seconds())),
        |form| __uc::twins::made($::tz::Offset::from_seconds(form.0))",
    ),
    Mapping::value(
        "time",
        "Date",
        "[], [], $::Date, __uc::twins::Date,
        |value| Ok(__uc::twins::Date((value.year(), value.month().into(), value.day()))),
        |form| {
            let (year, month, day) = form.0;
            let month = __uc::twins::made($::Month::try_from(month))?;
            __uc::twins::made($::Date::from_calendar_date(year, month, day))
        }",
    ),
    Mapping::value(
        "time",
        "Time",
        "[], [], $::Time, __uc::twins::Clock,
        |value| Ok(__uc::twins::Clock(value.as_hms_nano())),
        |form| {
            let (hour, minute, second, nanoseconds) = form.0;
            __uc::twins::made($::Time::from_hms_nano(hour, minute, second, nanoseconds))
        }",
    ),
    time_without_offset!("PrimitiveDateTime"),
    // Its later name.
    time_without_offset!("PlainDateTime"),
    Mapping::value(
        "time",
        "OffsetDateTime",
        "[], [], $::OffsetDateTime, __uc::twins::Shifted,
        |value| {
            let east = value.offset().whole_seconds();
            Ok(__uc::twins::Shifted((value.unix_timestamp(), value.nanosecond(), east)))
        },
        |form| {
            let (seconds, nanoseconds, east) = form.0;
            let offset = __uc::twins::made($::UtcOffset::from_whole_seconds(east))?;
            let made = __uc::twins::made($::OffsetDateTime::from_unix_timestamp(seconds))?;
            let made = __uc::twins::made(made.replace_nanosecond(nanoseconds))?;
            __uc::twins::within(made.checked_to_offset(offset), \"time::OffsetDateTime\")
        }",
    ),
    Mapping::value(
        "time",
        "UtcDateTime",
        "[], [], $::UtcDateTime, __uc::twins::Moment,
        |value| Ok(__uc::twins::Moment((value.unix_timestamp(), value.nanosecond()))),
        |form| {
            let made = __uc::twins::made($::UtcDateTime::from_unix_timestamp(form.0.0))?;
            __uc::twins::made(made.replace_nanosecond(form.0.1))
        }",
    ),
    time_span!("Duration"),
    time_span!("SignedDuration"),
    Mapping::value(
        "jiff",
        "Timestamp",
        "[], [], $::Timestamp, __uc::twins::Moment,
        |value| Ok(__uc::twins::Moment(__uc::twins::floored(value.as_second(), value.subsec_nanosecond()))),
        |form| __uc::twins::made($::Timestamp::new(form.0.0, form.0.1 as i32))",
    ),
    Mapping::value(
        "jiff",
        "Zoned",
        "[], [], $::Zoned, __uc::twins::Zoned,
        |value| {
            let time = value.timestamp();
            let (seconds, nanoseconds) = __uc::twins::floored(time.as_second(), time.subsec_nanosecond());
            let name = value.time_zone().iana_name().map(::std::string::String::from);
            Ok(__uc::twins::Zoned((seconds, nanoseconds, value.offset().seconds(), name)))
        },
        |form| {
            let (seconds, nanoseconds, east, name) = form.0;
            let zone = match name {
                Some(name) => __uc::twins::made($::tz::TimeZone::get(&name))?,
                None => __uc::twins::made($::tz::Offset::from_seconds(east))?.to_time_zone(),
            };
            Ok(__uc::twins::made($::Timestamp::new(seconds, nanoseconds as i32))?.to_zoned(zone))
        }",
    ),
    Mapping::value(
        "jiff",
        "Date",
        "[], [], $::civil::Date, __uc::twins::Date,
        |value| Ok(__uc::twins::Date((value.year().into(), value.month() as u8, value.day() as u8))),
        |form| {
            let (year, month, day) = form.0;
            let year = __uc::twins::made(i16::try_from(year))?;
            __uc::twins::made($::civil::Date::new(year, month as i8, day as i8))
        }",
    ),
    Mapping::value(
        "jiff",
        "Time",
        "[], [], $::civil::Time, __uc::twins::Clock,
        |value| {
            let (hour, minute, second) = (value.hour(), value.minute(), value.second());
            Ok(__uc::twins::Clock((hour as u8, minute as u8, second as u8, value.subsec_nanosecond() as u32)))
        },
        |form| {
            let (hour, minute, second, nanoseconds) = form.0;
            __uc::twins::made($::civil::Time::new(hour as i8, minute as i8, second as i8, nanoseconds as i32))
        }",
    ),
    Mapping::value(
        "jiff",
        "DateTime",
        "[], [], $::civil::DateTime, __uc::twins::Local,
        |value| {
            let time = __uc::twins::made(value.to_zoned($::tz::TimeZone::UTC))?.timestamp();
            Ok(__uc::twins::Local(__uc::twins::floored(time.as_second(), time.subsec_nanosecond())))
        },
        |form| {
            let time = __uc::twins::made($::Timestamp::new(form.0.0, form.0.1 as i32))?;
            Ok(time.to_zoned($::tz::TimeZone::UTC).datetime())
        }",
    ),
    Mapping::value(
        "jiff",
        "SignedDuration",
        "[], [], $::SignedDuration, __uc::twins::Span,
        |value| Ok(__uc::twins::Span(__uc::twins::floored(value.as_secs(), value.subsec_nanos()))),
        |form| Ok($::SignedDuration::new(form.0.0, form.0.1 as i32))",
    ),
];
