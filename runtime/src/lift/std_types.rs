//! Types of std that have a Python twin: times, addresses, orderings.

use std::cmp::Ordering;
use std::hash::RandomState;
use std::io::SeekFrom;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::{Lift, by_value, plain};
use crate::describe::Describer;
use crate::error::Fault;
use crate::group::scope::{Scope, utf8};
use crate::wire::{EXT_TIME, Token};

fn time(scope: Scope<'_, '_>) -> Result<(i64, u32), Fault> {
    match scope.next()? {
        Token::Ext(EXT_TIME, bytes) => {
            let (Some(seconds), Some(nanoseconds)) = (bytes.first_chunk::<8>(), bytes.last_chunk::<4>())
            else {
                return Err(Fault::malformed("a time has 12 bytes"));
            };
            let nanoseconds = u32::from_le_bytes(*nanoseconds);
            if bytes.len() != 12 || nanoseconds >= 1_000_000_000 {
                return Err(Fault::malformed(
                    "a time has 12 bytes, and less than 10^9 nanoseconds",
                ));
            }
            Ok((i64::from_le_bytes(*seconds), nanoseconds))
        }
        other => Err(Fault::expected(format!("a time, not {}", other.name()))),
    }
}

fn ip(scope: Scope<'_, '_>) -> Result<IpAddr, Fault> {
    match scope.next()? {
        Token::Str(bytes) => {
            let text = utf8(bytes)?;
            text.parse()
                .map_err(|_| Fault::value(format!("`{text}` is no IP address")))
        }
        other => Err(Fault::expected(format!("an IP address, not {}", other.name()))),
    }
}

fn socket(scope: Scope<'_, '_>) -> Result<SocketAddr, Fault> {
    match scope.next()? {
        Token::Array(2) => {
            let ip = ip(scope)?;
            match scope.next()? {
                Token::Int(port) => {
                    let port = u16::try_from(port).map_err(|_| Fault::range("u16"))?;
                    Ok(SocketAddr::new(ip, port))
                }
                other => Err(Fault::expected(format!("a port, not {}", other.name()))),
            }
        }
        other => Err(Fault::expected(format!(
            "an address and a port, not {}",
            other.name()
        ))),
    }
}

/// A place in a file: an offset from the start, or an offset and what it counts from, as for Python's `seek`.
fn place(scope: Scope<'_, '_>) -> Result<SeekFrom, Fault> {
    let from_start = |offset: i128| {
        u64::try_from(offset).map(SeekFrom::Start).map_err(|_| {
            Fault::value(format!(
                "the offset {offset} from the start is negative, or too large"
            ))
        })
    };
    let number = |what: &str| match scope.next()? {
        Token::Int(value) => Ok(value),
        other => Err(Fault::expected(format!("{what}, not {}", other.name()))),
    };
    match scope.next()? {
        Token::Int(offset) => from_start(offset),
        Token::Array(2) => {
            let (offset, whence) = (number("an offset")?, number("a `whence`")?);
            let relative = || i64::try_from(offset).map_err(|_| Fault::range("i64"));
            match whence {
                0 => from_start(offset),
                1 => relative().map(SeekFrom::Current),
                2 => relative().map(SeekFrom::End),
                other => {
                    let message = format!("`whence` is 0 (start), 1 (here) or 2 (end), not {other}");
                    Err(Fault::value(message))
                }
            }
        }
        other => {
            let message = format!("an offset, or an offset and a `whence`, not {}", other.name());
            Err(Fault::expected(message))
        }
    }
}

impl<'s, 'h, B> Lift<'s, 'h, B> for SeekFrom {
    type Held = Self;
    const STD: bool = true;
    const DATA: bool = true;

    fn hold(scope: Scope<'s, 'h>) -> Result<Self, Fault> {
        place(scope)
    }

    fn take(held: Self) -> Self {
        held
    }

    fn describe(to: &mut Describer<'_>) {
        to.head("union", 2);
        to.plain("i64");
        to.head("tuple", 2);
        to.plain("i64");
        to.plain("u8");
    }
}

/// A hasher, which Python has no use for beyond having one.
impl<'s, 'h, B> Lift<'s, 'h, B> for RandomState {
    type Held = ();
    const NIL: bool = true;
    const STD: bool = true;
    const DATA: bool = true;

    fn hold(scope: Scope<'s, 'h>) -> Result<(), Fault> {
        <() as Lift<'s, 'h, B>>::hold(scope)
    }

    fn take((): ()) -> Self {
        Self::new()
    }

    fn describe(to: &mut Describer<'_>) {
        <() as Lift<'s, 'h, B>>::describe(to);
    }
}

plain! {
    [] Duration, "duration", |scope| {
        let (seconds, nanoseconds) = time(scope)?;
        let seconds = u64::try_from(seconds).map_err(|_| Fault::value("a duration cannot be negative"))?;
        Ok(Self::new(seconds, nanoseconds))
    };
    [] SystemTime, "system_time", |scope| {
        let (seconds, nanoseconds) = time(scope)?;
        let whole = Duration::from_secs(seconds.unsigned_abs());
        let base = if seconds < 0 { UNIX_EPOCH.checked_sub(whole) } else { UNIX_EPOCH.checked_add(whole) };
        base.and_then(|base| base.checked_add(Duration::new(0, nanoseconds)))
            .ok_or_else(|| Fault::value("this time is out of the system's range"))
    };
    [] IpAddr, "ip", |scope| ip(scope);
    [] Ipv4Addr, "ip", |scope| match ip(scope)? {
        IpAddr::V4(ip) => Ok(ip),
        IpAddr::V6(ip) => Err(Fault::value(format!("expected an IPv4 address, not `{ip}`"))),
    };
    [] Ipv6Addr, "ip", |scope| match ip(scope)? {
        IpAddr::V6(ip) => Ok(ip),
        IpAddr::V4(ip) => Err(Fault::value(format!("expected an IPv6 address, not `{ip}`"))),
    };
    [] SocketAddr, "socket_addr", |scope| socket(scope);
    [] SocketAddrV4, "socket_addr", |scope| match socket(scope)? {
        SocketAddr::V4(address) => Ok(address),
        SocketAddr::V6(address) => Err(Fault::value(format!("expected an IPv4 address, not `{address}`"))),
    };
    [] SocketAddrV6, "socket_addr", |scope| match socket(scope)? {
        SocketAddr::V6(address) => Ok(address),
        SocketAddr::V4(address) => Err(Fault::value(format!("expected an IPv6 address, not `{address}`"))),
    };
    [] Ordering, "ordering", |scope| match scope.next()? {
        Token::Int(value) => Ok(value.cmp(&0)),
        other => Err(Fault::expected(format!("an ordering (-1, 0 or 1), not {}", other.name()))),
    };
}

by_value!(
    [] Duration, [] SystemTime, [] IpAddr, [] Ipv4Addr, [] Ipv6Addr, [] SocketAddr, [] SocketAddrV4,
    [] SocketAddrV6, [] Ordering, [] SeekFrom,
);
