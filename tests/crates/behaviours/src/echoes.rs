//! What is given comes back: a function per type that crosses by value.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::num::NonZero;
use std::ops::{Bound, Range, RangeBounds, RangeFrom, RangeInclusive, RangeTo};
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

/// A record with a field of every sort.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// A number.
    pub number: i32,
    /// A wide number.
    pub wide: u128,
    /// A float.
    pub float: f64,
    /// Text.
    pub text: String,
    /// Bytes.
    pub bytes: Vec<u8>,
    /// May be missing.
    pub maybe: Option<bool>,
    /// Records in a record.
    pub nested: Vec<Inner>,
}

/// A record within another.
#[derive(Debug, Clone, PartialEq)]
pub struct Inner {
    /// A letter.
    pub letter: char,
    /// Words by number.
    pub words: BTreeMap<u16, String>,
}

/// An enum without data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    /// Red.
    Red,
    /// Green.
    Green = 7,
    /// Blue.
    Blue,
}

/// An enum whose data is all public, and without behaviour.
#[derive(Debug, Clone, PartialEq)]
pub enum Figure {
    /// No data.
    Nothing,
    /// Unnamed fields.
    Pair(i64, String),
    /// Named fields.
    Named {
        /// A float.
        size: f64,
        /// A record.
        inner: Inner,
    },
}

macro_rules! echoes {
    ($($name:ident $ty:ty;)*) => {
        $(
            /// The same value.
            pub fn $name(value: $ty) -> $ty {
                value
            }
        )*
    };
}

echoes! {
    echo_unit ();
    echo_bool bool;
    echo_u8 u8;
    echo_u16 u16;
    echo_u32 u32;
    echo_u64 u64;
    echo_u128 u128;
    echo_usize usize;
    echo_i8 i8;
    echo_i16 i16;
    echo_i32 i32;
    echo_i64 i64;
    echo_i128 i128;
    echo_isize isize;
    echo_nonzero NonZero<u16>;
    echo_f32 f32;
    echo_f64 f64;
    echo_char char;
    echo_string String;
    echo_bytes Vec<u8>;
    echo_path PathBuf;
    echo_duration Duration;
    echo_system_time SystemTime;
    echo_ip IpAddr;
    echo_ipv4 Ipv4Addr;
    echo_ipv6 Ipv6Addr;
    echo_socket_addr SocketAddr;
    echo_ordering Ordering;
    echo_option Option<i32>;
    echo_nested_option Option<Option<u8>>;
    echo_option_of_unit Option<()>;
    echo_option_of_list Option<Vec<String>>;
    echo_list_u8s Vec<Vec<u8>>;
    echo_list_i8 Vec<i8>;
    echo_list_i16 Vec<i16>;
    echo_list_u32 Vec<u32>;
    echo_list_i64 Vec<i64>;
    echo_list_u64 Vec<u64>;
    echo_list_u128 Vec<u128>;
    echo_list_f32 Vec<f32>;
    echo_list_f64 Vec<f64>;
    echo_list_bool Vec<bool>;
    echo_list_char Vec<char>;
    echo_list_string Vec<String>;
    echo_list_option Vec<Option<f64>>;
    echo_deque VecDeque<u16>;
    echo_array_u8 [u8; 5];
    echo_array_i64 [i64; 3];
    echo_array_string [String; 2];
    echo_set HashSet<String>;
    echo_ordered_set BTreeSet<i64>;
    echo_dict HashMap<String, Vec<u32>>;
    echo_ordered_dict BTreeMap<i32, Option<String>>;
    echo_tuple (u8, String, Option<f64>);
    echo_nested_tuple ((i64,), (bool, (char, Vec<u8>)));
    echo_range Range<i64>;
    echo_range_of_floats Range<f64>;
    echo_range_inclusive RangeInclusive<i32>;
    echo_range_from RangeFrom<u32>;
    echo_range_to RangeTo<u32>;
    echo_bound Bound<i64>;
    echo_box Box<i64>;
    echo_record Sample;
    echo_records Vec<Inner>;
    echo_optional_record Option<Inner>;
    echo_colour Colour;
    echo_figure Figure;
    echo_figures BTreeMap<String, Figure>;
}

/// The bounds of any range.
pub fn echo_any_range<R: RangeBounds<i64>>(value: R) -> (Bound<i64>, Bound<i64>) {
    (value.start_bound().cloned(), value.end_bound().cloned())
}

/// Text, lent.
pub fn echo_str(value: &str) -> String {
    value.to_owned()
}

/// Text, lent or owned.
pub fn echo_cow(value: Cow<'_, str>) -> Cow<'_, str> {
    value
}

/// Bytes, lent.
pub fn echo_slice(value: &[u8]) -> Vec<u8> {
    value.to_owned()
}

/// Numbers, lent.
pub fn echo_slice_f64(value: &[f64]) -> Vec<f64> {
    value.to_owned()
}

/// Text or bytes.
pub fn echo_union(value: impl AsRef<[u8]>) -> Vec<u8> {
    value.as_ref().to_owned()
}

/// Any plain data.
pub fn echo_any(value: serde_json::Value) -> serde_json::Value {
    value
}
