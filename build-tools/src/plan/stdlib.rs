//! What the plan knows of the standard library: how its types cross and under which public path they can be named.
//! rustdoc gives the paths of definitions, private modules included (`core::str::error::Utf8Error`).

use crate::api::{DefKey, Ty};

/// How a standard type crosses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StdClass {
    /// By value, both ways.
    Value,
    /// By value, both ways, if its arguments do.
    Container,
    /// `Result`: only as a whole result, or in an option that is one.
    Result,
    /// Only as the `E` of a `Result`.
    Error,
    /// Only as an argument: Python has nothing of the kind, and its default is `None`.
    Made,
    /// As a handle without methods.
    Handle,
    /// An iterator.
    Iterator,
}

/// A standard type: name, a part of the path of its definition, public path, class.
type Row = (&'static str, &'static str, &'static str, StdClass);

const TYPES: &[Row] = &[
    ("Option", "option", "::std::option::Option", StdClass::Container),
    ("Vec", "vec", "::std::vec::Vec", StdClass::Container),
    ("Box", "boxed", "::std::boxed::Box", StdClass::Container),
    ("Arc", "sync", "::std::sync::Arc", StdClass::Container),
    ("Rc", "rc", "::std::rc::Rc", StdClass::Container),
    ("Cow", "borrow", "::std::borrow::Cow", StdClass::Container),
    (
        "HashMap",
        "collections",
        "::std::collections::HashMap",
        StdClass::Container,
    ),
    (
        "HashSet",
        "collections",
        "::std::collections::HashSet",
        StdClass::Container,
    ),
    (
        "BTreeMap",
        "collections",
        "::std::collections::BTreeMap",
        StdClass::Container,
    ),
    (
        "BTreeSet",
        "collections",
        "::std::collections::BTreeSet",
        StdClass::Container,
    ),
    (
        "VecDeque",
        "collections",
        "::std::collections::VecDeque",
        StdClass::Container,
    ),
    ("Range", "ops", "::std::ops::Range", StdClass::Container),
    (
        "RangeInclusive",
        "ops",
        "::std::ops::RangeInclusive",
        StdClass::Container,
    ),
    (
        "LinkedList",
        "collections",
        "::std::collections::LinkedList",
        StdClass::Container,
    ),
    (
        "BinaryHeap",
        "collections",
        "::std::collections::BinaryHeap",
        StdClass::Container,
    ),
    ("RangeFrom", "ops", "::std::ops::RangeFrom", StdClass::Container),
    ("RangeTo", "ops", "::std::ops::RangeTo", StdClass::Container),
    (
        "RangeToInclusive",
        "ops",
        "::std::ops::RangeToInclusive",
        StdClass::Container,
    ),
    ("RangeFull", "ops", "::std::ops::RangeFull", StdClass::Value),
    ("Bound", "ops", "::std::ops::Bound", StdClass::Container),
    ("NonZero", "num", "::std::num::NonZero", StdClass::Container),
    ("SocketAddrV4", "net", "::std::net::SocketAddrV4", StdClass::Value),
    ("SocketAddrV6", "net", "::std::net::SocketAddrV6", StdClass::Value),
    (
        "FromUtf16Error",
        "string",
        "::std::string::FromUtf16Error",
        StdClass::Error,
    ),
    (
        "ParseCharError",
        "char",
        "::std::char::ParseCharError",
        StdClass::Error,
    ),
    (
        "CharTryFromError",
        "char",
        "::std::char::CharTryFromError",
        StdClass::Error,
    ),
    ("NulError", "ffi", "::std::ffi::NulError", StdClass::Error),
    (
        "FromBytesWithNulError",
        "ffi",
        "::std::ffi::FromBytesWithNulError",
        StdClass::Error,
    ),
    ("VarError", "env", "::std::env::VarError", StdClass::Error),
    (
        "TryReserveError",
        "collections",
        "::std::collections::TryReserveError",
        StdClass::Error,
    ),
    (
        "LayoutError",
        "alloc",
        "::std::alloc::LayoutError",
        StdClass::Error,
    ),
    ("BorrowError", "cell", "::std::cell::BorrowError", StdClass::Error),
    (
        "BorrowMutError",
        "cell",
        "::std::cell::BorrowMutError",
        StdClass::Error,
    ),
    // The runtime's own, which take the place of any value, any iterator and any range, and hold trait objects.
    (
        "AnyRange",
        "usecrate",
        "::usecrate_runtime::private::AnyRange",
        StdClass::Container,
    ),
    (
        "Dynamic",
        "usecrate",
        "::usecrate_runtime::private::Dynamic",
        StdClass::Value,
    ),
    (
        "Dict",
        "usecrate",
        "::usecrate_runtime::private::Dict",
        StdClass::Value,
    ),
    (
        "Iterable",
        "usecrate",
        "::usecrate_runtime::private::Iterable",
        StdClass::Container,
    ),
    (
        "AnyData",
        "usecrate",
        "::usecrate_runtime::private::AnyData",
        StdClass::Container,
    ),
    (
        "OneOf",
        "usecrate",
        "::usecrate_runtime::private::OneOf",
        StdClass::Container,
    ),
    ("Listed", "usecrate", "::std::vec::Vec", StdClass::Container),
    (
        "Named",
        "usecrate",
        "::usecrate_runtime::private::Entries",
        StdClass::Container,
    ),
    (
        "Items",
        "usecrate",
        "::usecrate_runtime::private::Items",
        StdClass::Container,
    ),
    (
        "BoxedObject",
        "usecrate",
        "::usecrate_runtime::private::BoxedObject",
        StdClass::Handle,
    ),
    (
        "SharedObject",
        "usecrate",
        "::usecrate_runtime::private::SharedObject",
        StdClass::Handle,
    ),
    (
        "ExclusiveObject",
        "usecrate",
        "::usecrate_runtime::private::ExclusiveObject",
        StdClass::Handle,
    ),
    ("Result", "result", "::std::result::Result", StdClass::Result),
    ("String", "string", "::std::string::String", StdClass::Value),
    ("PathBuf", "path", "::std::path::PathBuf", StdClass::Value),
    ("Path", "path", "::std::path::Path", StdClass::Value),
    ("OsString", "ffi", "::std::ffi::OsString", StdClass::Value),
    ("OsStr", "ffi", "::std::ffi::OsStr", StdClass::Value),
    ("CString", "ffi", "::std::ffi::CString", StdClass::Value),
    ("CStr", "ffi", "::std::ffi::CStr", StdClass::Value),
    // Integers whose width is the platform's to say: their names stay, and rustc knows.
    ("c_char", "", "::std::ffi::c_char", StdClass::Value),
    ("c_schar", "", "::std::ffi::c_schar", StdClass::Value),
    ("c_uchar", "", "::std::ffi::c_uchar", StdClass::Value),
    ("c_short", "", "::std::ffi::c_short", StdClass::Value),
    ("c_ushort", "", "::std::ffi::c_ushort", StdClass::Value),
    ("c_int", "", "::std::ffi::c_int", StdClass::Value),
    ("c_uint", "", "::std::ffi::c_uint", StdClass::Value),
    ("c_long", "", "::std::ffi::c_long", StdClass::Value),
    ("c_ulong", "", "::std::ffi::c_ulong", StdClass::Value),
    ("c_longlong", "", "::std::ffi::c_longlong", StdClass::Value),
    ("c_ulonglong", "", "::std::ffi::c_ulonglong", StdClass::Value),
    ("c_float", "", "::std::ffi::c_float", StdClass::Value),
    ("c_double", "", "::std::ffi::c_double", StdClass::Value),
    ("SeekFrom", "io", "::std::io::SeekFrom", StdClass::Value),
    ("RandomState", "hash", "::std::hash::RandomState", StdClass::Made),
    ("Duration", "time", "::std::time::Duration", StdClass::Value),
    ("SystemTime", "time", "::std::time::SystemTime", StdClass::Value),
    ("IpAddr", "net", "::std::net::IpAddr", StdClass::Value),
    ("Ipv4Addr", "net", "::std::net::Ipv4Addr", StdClass::Value),
    ("Ipv6Addr", "net", "::std::net::Ipv6Addr", StdClass::Value),
    ("SocketAddr", "net", "::std::net::SocketAddr", StdClass::Value),
    ("Ordering", "cmp", "::std::cmp::Ordering", StdClass::Value),
    ("Error", "io", "::std::io::Error", StdClass::Error),
    ("Error", "fmt", "::std::fmt::Error", StdClass::Error),
    (
        "Infallible",
        "convert",
        "::std::convert::Infallible",
        StdClass::Error,
    ),
    ("Utf8Error", "str", "::std::str::Utf8Error", StdClass::Error),
    (
        "ParseBoolError",
        "str",
        "::std::str::ParseBoolError",
        StdClass::Error,
    ),
    (
        "FromUtf8Error",
        "string",
        "::std::string::FromUtf8Error",
        StdClass::Error,
    ),
    (
        "ParseIntError",
        "num",
        "::std::num::ParseIntError",
        StdClass::Error,
    ),
    (
        "ParseFloatError",
        "num",
        "::std::num::ParseFloatError",
        StdClass::Error,
    ),
    (
        "TryFromIntError",
        "num",
        "::std::num::TryFromIntError",
        StdClass::Error,
    ),
    (
        "TryFromSliceError",
        "array",
        "::std::array::TryFromSliceError",
        StdClass::Error,
    ),
    (
        "AddrParseError",
        "net",
        "::std::net::AddrParseError",
        StdClass::Error,
    ),
    (
        "SystemTimeError",
        "time",
        "::std::time::SystemTimeError",
        StdClass::Error,
    ),
    ("Instant", "time", "::std::time::Instant", StdClass::Handle),
    ("File", "fs", "::std::fs::File", StdClass::Handle),
    ("TcpStream", "net", "::std::net::TcpStream", StdClass::Handle),
    ("TcpListener", "net", "::std::net::TcpListener", StdClass::Handle),
    ("UdpSocket", "net", "::std::net::UdpSocket", StdClass::Handle),
    ("Layout", "alloc", "::std::alloc::Layout", StdClass::Handle),
];

/// Standard iterators: name, a part of the path of their definition, whether both ends can be asked.
const ITERATORS: &[(&str, &str, bool)] = &[
    // Of strings, slices and collections.
    ("Iter", "", true),
    ("IterMut", "", true),
    ("IntoIter", "", true),
    ("Drain", "", true),
    ("Chars", "str", true),
    ("CharIndices", "str", true),
    ("Bytes", "str", true),
    ("Lines", "str", true),
    ("SplitWhitespace", "str", true),
    ("SplitAsciiWhitespace", "str", true),
    ("EncodeUtf16", "str", false),
    // Of a string, only some patterns can be searched for from its end.
    ("Split", "str", false),
    ("RSplit", "str", false),
    ("SplitN", "str", false),
    ("RSplitN", "str", false),
    ("SplitInclusive", "str", false),
    ("SplitTerminator", "str", false),
    ("RSplitTerminator", "str", false),
    ("Matches", "str", false),
    ("RMatches", "str", false),
    ("MatchIndices", "str", false),
    ("RMatchIndices", "str", false),
    ("Split", "slice", true),
    ("RSplit", "slice", true),
    ("SplitN", "slice", false),
    ("Chunks", "slice", true),
    ("ChunksMut", "slice", true),
    ("ChunksExact", "slice", true),
    ("ChunksExactMut", "slice", true),
    ("RChunks", "slice", true),
    ("RChunksExact", "slice", true),
    ("ChunkBy", "slice", true),
    ("Windows", "slice", true),
    ("Keys", "collections", true),
    ("Values", "collections", true),
    ("ValuesMut", "collections", true),
    ("IntoKeys", "collections", true),
    ("IntoValues", "collections", true),
    ("Range", "collections", true),
    ("Difference", "collections", false),
    ("Intersection", "collections", false),
    ("SymmetricDifference", "collections", false),
    ("Union", "collections", false),
    // Adapters and sources: what they are made of decides.
    ("Rev", "iter", false),
    ("Map", "iter", false),
    ("Filter", "iter", false),
    ("FilterMap", "iter", false),
    ("FlatMap", "iter", false),
    ("Flatten", "iter", false),
    ("Chain", "iter", false),
    ("Zip", "iter", false),
    ("Enumerate", "iter", false),
    ("Peekable", "iter", false),
    ("Skip", "iter", false),
    ("SkipWhile", "iter", false),
    ("StepBy", "iter", false),
    ("Take", "iter", false),
    ("TakeWhile", "iter", false),
    ("MapWhile", "iter", false),
    ("Cloned", "iter", false),
    ("Copied", "iter", false),
    ("Cycle", "iter", false),
    ("Fuse", "iter", false),
    ("Inspect", "iter", false),
    ("Scan", "iter", false),
    ("Empty", "iter", true),
    ("Once", "iter", true),
    ("OnceWith", "iter", true),
    ("Repeat", "iter", false),
    ("RepeatN", "iter", true),
    ("RepeatWith", "iter", false),
    ("FromFn", "iter", false),
    ("Successors", "iter", false),
    // Of the system.
    ("TryIter", "mpsc", false),
    ("ReadDir", "fs", false),
    ("Ancestors", "path", false),
    ("Lines", "io", false),
    ("Bytes", "io", false),
    ("Split", "io", false),
    ("SplitPaths", "env", false),
];

/// Standard traits that the plan spells, by name.
const TRAITS: &[(&str, &str)] = &[
    ("FromStr", "::std::str::FromStr"),
    ("From", "::std::convert::From"),
    ("TryFrom", "::std::convert::TryFrom"),
    ("AsRef", "::std::convert::AsRef"),
    ("Default", "::std::default::Default"),
    ("Clone", "::std::clone::Clone"),
    ("PartialEq", "::std::cmp::PartialEq"),
    ("PartialOrd", "::std::cmp::PartialOrd"),
    ("Ord", "::std::cmp::Ord"),
    ("FromIterator", "::std::iter::FromIterator"),
    ("Extend", "::std::iter::Extend"),
    ("Send", "::std::marker::Send"),
    ("Sync", "::std::marker::Sync"),
    ("Unpin", "::std::marker::Unpin"),
    ("UnwindSafe", "::std::panic::UnwindSafe"),
    ("RefUnwindSafe", "::std::panic::RefUnwindSafe"),
];

/// The standard traits that `#[derive]` writes, and what comes with them.
const DERIVED: &[&str] = &[
    "Clone",
    "Copy",
    "Debug",
    "PartialEq",
    "Eq",
    "PartialOrd",
    "Ord",
    "Hash",
    "Default",
    "StructuralPartialEq",
    "StructuralEq",
    "Send",
    "Sync",
    "Unpin",
    "UnwindSafe",
    "RefUnwindSafe",
    "Freeze",
    "UnsafeUnpin",
];

/// The definition belongs to the standard library.
pub(super) fn is_std(def: &DefKey) -> bool {
    matches!(def.krate(), "core" | "alloc" | "std")
}

fn row(def: &DefKey) -> Option<&'static Row> {
    if !is_std(def) {
        return None;
    }
    let name = def.name();
    let within = |module: &str| module.is_empty() || def.0.split("::").any(|part| part == module);
    TYPES.iter().find(|row| row.0 == name && within(row.1))
}

/// How a standard type crosses; `None`: not at all, or it is no standard type.
pub(super) fn class(def: &DefKey) -> Option<StdClass> {
    let class = row(def).map(|row| row.3);
    class.or_else(|| iterator(def).map(|_| StdClass::Iterator))
}

/// Whether both ends of a standard iterator can be asked, as far as is known; `None`: it is none.
pub(super) fn iterator(def: &DefKey) -> Option<bool> {
    if !is_std(def) || row(def).is_some() {
        return None;
    }
    let within = |module: &str| def.0.split("::").any(|part| part == module);
    let known = ITERATORS
        .iter()
        .find(|row| row.0 == def.name() && (row.1.is_empty() || within(row.1)))?;
    Some(known.2 && !within("mpsc") && !within("hash"))
}

/// The public path of a standard type.
pub(super) fn path(def: &DefKey) -> Option<&'static str> {
    row(def).map(|row| row.2).filter(|path| !path.is_empty())
}

/// The public paths of the standard types.
pub(super) fn paths() -> impl Iterator<Item = &'static str> {
    let public = TYPES
        .iter()
        .map(|row| row.2)
        .filter(|path| path.starts_with("::std::"));
    public.map(|path| path.trim_start_matches("::"))
}

/// A key of the standard type with that public path (`std::collections::HashMap`).
pub(super) fn of_path(path: &str) -> Option<String> {
    let path = path.trim_start_matches("::");
    paths().any(|known| known == path).then(|| path.to_owned())
}

/// The public path of a standard trait.
pub(super) fn trait_path(name: &str) -> Option<&'static str> {
    TRAITS.iter().find(|row| row.0 == name).map(|row| row.1)
}

/// `std::io::Result` and `std::fmt::Result` are aliases: the key of the error that they mean.
pub(super) fn result_alias(def: &DefKey) -> Option<&'static str> {
    let within = |module: &str| def.0.split("::").any(|part| part == module);
    match def.name() {
        "Result" if is_std(def) && within("io") => Some("std::io::error::Error"),
        "Result" if is_std(def) && within("fmt") => Some("core::fmt::Error"),
        _ => None,
    }
}

/// `NonZeroU8` and its like are aliases: the number that must not be zero.
pub(super) fn non_zero(def: &DefKey) -> Option<String> {
    let number = def.name().strip_prefix("NonZero").filter(|_| is_std(def))?;
    (!number.is_empty()).then(|| number.to_lowercase())
}

/// The standard type of that name: `is(def, "Option")`.
pub(super) fn is(def: &DefKey, name: &str) -> bool {
    def.name() == name && row(def).is_some()
}

/// What a range with both ends is over, or one that may have them.
pub(super) fn range_of(ty: &Ty) -> Option<&Ty> {
    let ranges = ["Range", "RangeInclusive", "AnyRange"];
    match ty {
        Ty::Path { def, args } if ranges.iter().any(|name| is(def, name)) => {
            super::wire::type_args(args).next()
        }
        _ => None,
    }
}

/// An alias of `std::ffi` for a number.
pub(super) fn is_c_number(def: &DefKey) -> bool {
    row(def).is_some_and(|row| row.2.starts_with("::std::ffi::c_"))
}

/// A type of std that has no size: it crosses behind a reference alone.
pub(super) fn is_unsized(def: &DefKey) -> bool {
    ["Path", "OsStr", "CStr"].iter().any(|name| is(def, name))
}

/// How many of a container's arguments say what is in it: behind them are its hasher and its allocator.
pub(super) fn contents(def: &DefKey) -> usize {
    if is(def, "HashMap") || is(def, "BTreeMap") {
        2
    } else {
        1
    }
}

/// The default of a container's last argument: nobody spells it.
pub(super) fn is_default_argument(def: &DefKey) -> bool {
    is_std(def) && matches!(def.name(), "Global" | "RandomState")
}

/// A standard trait of that name.
pub(super) fn is_trait(def: &DefKey, name: &str) -> bool {
    is_std(def) && def.name() == name
}

/// A trait of an operator: what it gives is its own `Output`, no other trait's.
pub(super) fn is_operator(def: &DefKey) -> bool {
    ["core::ops::arith::", "core::ops::bit::"]
        .iter()
        .any(|module| def.0.starts_with(module))
}

/// An impl of it says nothing of behaviour.
pub(super) fn is_derived(def: &DefKey) -> bool {
    is_std(def) && DERIVED.contains(&def.name())
}
