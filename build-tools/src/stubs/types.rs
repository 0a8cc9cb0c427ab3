//! The manifest's types as a checker sees them: as wide as what is taken, as narrow as what is given.

use usecrate_manifest::{FileModes, Kind, NUMBERS, TypeRef};

use super::tree::{Tree, has_data};
use super::ty::{ANY, OBJECT, Ty, abc, builtin, plain, stand_ins};

/// Reads types.
#[derive(Clone, Copy)]
pub(super) struct Types<'t, 'm> {
    pub(super) tree: &'t Tree<'m>,
    /// Whether plain data that stands for records and enums is named: not where it would hide what tells signatures apart.
    pub(super) stand_ins: bool,
}

impl<'t, 'm> Types<'t, 'm> {
    /// What reads them where there is nothing to tell apart.
    pub(super) fn of(tree: &'t Tree<'m>) -> Self {
        Types {
            tree,
            stand_ins: true,
        }
    }

    fn class(self, index: u32) -> Ty {
        Ty::Class(self.tree.class_of(index))
    }

    /// An object of type `index`: of one of its variants' classes, if it has these.
    pub(super) fn object(self, index: u32) -> Ty {
        let class = self.tree.class_of(index);
        let found = &self.tree.manifest.types[class as usize];
        let told_apart = found.kind == Kind::Enum && has_data(found)
            || found.kind == Kind::Handle && found.variant_of.is_some();
        if told_apart && !found.variants.is_empty() {
            Ty::Variants(class)
        } else {
            Ty::Class(class)
        }
    }

    /// What Python gets.
    pub(super) fn given(self, ty: &TypeRef) -> Ty {
        match ty {
            TypeRef::Plain(word) => given_word(word),
            TypeRef::Option(inner) => self.option(inner, Self::given),
            TypeRef::Class(name, form) => self.given_class(name, form),
            TypeRef::List(inner) | TypeRef::Array(inner, _) if is_byte(inner) => builtin("bytes"),
            TypeRef::List(inner) | TypeRef::Array(inner, _) => {
                Ty::Std("builtins", "list", vec![self.given(inner)])
            }
            TypeRef::Set(inner) => Ty::Std("builtins", "set", vec![self.given(inner)]),
            TypeRef::Tuple(parts) => Ty::Tuple(parts.iter().map(|part| self.given(part)).collect()),
            TypeRef::Dict(key, item) => Ty::Std("builtins", "dict", vec![self.given(key), self.given(item)]),
            TypeRef::Range(inner) => match self.given(inner) {
                number if number == builtin("int") => builtin("range"),
                edge => Ty::Tuple(vec![edge.clone(), edge]),
            },
            TypeRef::Bounds(_) => builtin("slice"),
            TypeRef::Union(parts) => Ty::union(parts.iter().map(|part| self.given(part))),
            TypeRef::Handle(index, _) | TypeRef::Record(index) | TypeRef::Enum(index) => self.object(*index),
            TypeRef::Result(ok, _) => self.given(ok),
            TypeRef::File(modes) if modes.has(FileModes::TEXT) => plain("typing", "TextIO"),
            TypeRef::File(_) => plain("typing", "BinaryIO"),
            TypeRef::Iterator(inner) => Ty::Std("usecrate", "Iterator", vec![self.given(inner)]),
            TypeRef::Out(inner, _) => self.given(inner),
            // These never come out of Rust.
            TypeRef::Callable(..)
            | TypeRef::Object(_)
            | TypeRef::Iterable(_)
            | TypeRef::Items(_)
            | TypeRef::Buffer(_) => OBJECT,
        }
    }

    fn option(self, inner: &TypeRef, read: fn(Self, &TypeRef) -> Ty) -> Ty {
        let held = match inner {
            TypeRef::Result(ok, _) => ok,
            other => other,
        };
        let nested = matches!(held, TypeRef::Plain("unit" | "any") | TypeRef::Option(_));
        let there = read(self, inner);
        if nested {
            Ty::Tuple(vec![there]).or_none()
        } else {
            there.or_none()
        }
    }

    /// What may be passed.
    pub(super) fn taken(self, ty: &TypeRef) -> Ty {
        match ty {
            TypeRef::Plain(word) => taken_word(word),
            TypeRef::Option(inner) => self.option(inner, Self::taken),
            TypeRef::Class(name, form) => self.taken_class(name, form),
            TypeRef::List(inner) | TypeRef::Array(inner, _) if is_byte(inner) => buffer(),
            TypeRef::List(inner) => match &**inner {
                TypeRef::Plain(word) if NUMBERS.contains(word) => {
                    Ty::union([abc("Sequence", vec![self.taken(inner)]), buffer()])
                }
                _ => abc("Sequence", vec![self.taken(inner)]),
            },
            TypeRef::Array(inner, _) => abc("Sequence", vec![self.taken(inner)]),
            TypeRef::Set(inner) => {
                let item = self.taken(inner);
                Ty::union([abc("Set", vec![item.clone()]), abc("Sequence", vec![item])])
            }
            TypeRef::Tuple(parts) => Ty::Tuple(parts.iter().map(|part| self.taken(part)).collect()),
            // The keys of a `Mapping` are just these, no others that would do.
            TypeRef::Dict(key, item) => abc("Mapping", vec![self.given(key), self.taken(item)]),
            TypeRef::Range(inner) => {
                let edge = self.taken(inner);
                let pair = Ty::Tuple(vec![edge.clone(), edge]);
                match self.given(inner) {
                    number if number == builtin("int") => Ty::union([builtin("range"), pair]),
                    _ => pair,
                }
            }
            TypeRef::Bounds(_) => Ty::union([builtin("slice"), builtin("range")]),
            TypeRef::Union(parts) => Ty::union(parts.iter().map(|part| self.taken(part))),
            TypeRef::Handle(index, _) | TypeRef::Record(index) | TypeRef::Enum(index) => {
                let class = self.tree.class_of(*index);
                let error = self.tree.manifest.types[class as usize].error;
                if self.stand_ins && !error && !stand_ins(self.tree.manifest, class).is_empty() {
                    Ty::Like(class)
                } else {
                    self.class(class)
                }
            }
            TypeRef::Result(ok, _) => self.taken(ok),
            TypeRef::Callable(params, result, _) => {
                let params = params.iter().map(|param| self.given(param)).collect();
                Ty::Callable(params, Box::new(self.taken(result)))
            }
            TypeRef::Object(index) => Ty::Object(*index),
            TypeRef::File(modes) => file(*modes),
            TypeRef::Iterable(inner) | TypeRef::Items(inner) => abc("Iterable", vec![self.taken(inner)]),
            TypeRef::Buffer(_) => buffer(),
            TypeRef::Out(inner, _) => self.taken(inner),
            TypeRef::Iterator(_) => OBJECT,
        }
    }

    fn given_class(self, name: &str, form: &TypeRef) -> Ty {
        let moment = |name| plain("datetime", name);
        match name {
            "uuid" => plain("uuid", "UUID"),
            "decimal" => plain("decimal", "Decimal"),
            "fraction" => plain("fractions", "Fraction"),
            "complex" => builtin("complex"),
            "ip_network" => Ty::union(
                ["IPv4Network", "IPv6Network", "IPv4Interface", "IPv6Interface"]
                    .map(|name| plain("ipaddress", name)),
            ),
            "date" => moment("date"),
            "time" => moment("time"),
            "naive_datetime" | "utc_datetime" | "datetime" | "zoned_datetime" => moment("datetime"),
            "timedelta" => plain("usecrate", "Duration"),
            "timezone" | "zoneinfo" => moment("tzinfo"),
            // How many dimensions there are is not said: what is no number is nested lists.
            "ndarray" => ANY,
            _ => self.given(form),
        }
    }

    fn taken_class(self, name: &str, form: &TypeRef) -> Ty {
        let text = || builtin("str");
        let moment = |name| plain("datetime", name);
        let index = || plain("typing", "SupportsIndex");
        let network = |name| plain("ipaddress", name);
        match name {
            "uuid" => Ty::union([plain("uuid", "UUID"), text()]),
            "decimal" => Ty::union([plain("decimal", "Decimal"), index()]),
            "fraction" => Ty::union([plain("fractions", "Fraction"), index()]),
            "complex" => Ty::union(
                ["SupportsComplex", "SupportsFloat", "SupportsIndex"]
                    .map(|name| plain("typing", name))
                    .into_iter()
                    .chain([builtin("complex")]),
            ),
            "ip_network" => Ty::union(
                [text()].into_iter().chain(
                    [
                        "IPv4Network",
                        "IPv6Network",
                        "IPv4Interface",
                        "IPv6Interface",
                        "IPv4Address",
                        "IPv6Address",
                    ]
                    .map(network),
                ),
            ),
            "date" => moment("date"),
            "time" => moment("time"),
            "naive_datetime" | "utc_datetime" | "datetime" | "zoned_datetime" => moment("datetime"),
            "timedelta" => moment("timedelta"),
            "timezone" => moment("tzinfo"),
            "zoneinfo" => Ty::union([moment("tzinfo"), text()]),
            "ndarray" => Ty::union([buffer(), abc("Sequence", vec![OBJECT])]),
            _ => self.taken(form),
        }
    }
}

fn is_byte(ty: &TypeRef) -> bool {
    *ty == TypeRef::Plain("u8")
}

/// Any object that offers memory.
fn buffer() -> Ty {
    plain("typing_extensions", "Buffer")
}

fn addresses() -> [Ty; 2] {
    ["IPv4Address", "IPv6Address"].map(|name| plain("ipaddress", name))
}

fn given_word(word: &str) -> Ty {
    match word {
        "unit" => Ty::None,
        "bool" => builtin("bool"),
        "f32" | "f64" => builtin("float"),
        "char" | "str" => builtin("str"),
        "bytes" => builtin("bytes"),
        "path" => plain("pathlib", "Path"),
        "duration" => plain("usecrate", "Duration"),
        "system_time" => plain("datetime", "datetime"),
        "ip" => Ty::union(addresses()),
        "socket_addr" => Ty::Tuple(vec![builtin("str"), builtin("int")]),
        "any" | "dynamic" => ANY,
        "io_error" => plain("usecrate", "IoError"),
        "never" => plain("typing_extensions", "Never"),
        // The numbers, and an order: -1, 0 or 1.
        _ => builtin("int"),
    }
}

fn taken_word(word: &str) -> Ty {
    match word {
        "f32" | "f64" => plain("typing", "SupportsFloat"),
        "bytes" => buffer(),
        "path" => Ty::union([builtin("str"), Ty::Std("os", "PathLike", vec![builtin("str")])]),
        "duration" => plain("datetime", "timedelta"),
        "ip" => Ty::union([builtin("str")].into_iter().chain(addresses())),
        "socket_addr" => {
            let host = Ty::union([builtin("str")].into_iter().chain(addresses()));
            Ty::Tuple(vec![host, plain("typing", "SupportsIndex")])
        }
        "any" | "dynamic" => OBJECT,
        "ordering" => builtin("int"),
        other => match given_word(other) {
            number if number == builtin("int") => plain("typing", "SupportsIndex"),
            same => same,
        },
    }
}

/// A file object that can do this.
fn file(modes: FileModes) -> Ty {
    let reads = modes.has(FileModes::READ) || modes.has(FileModes::BUFFERED);
    let writes = modes.has(FileModes::WRITE);
    let seeks = modes.has(FileModes::SEEK);
    let protocol = |name| plain("usecrate.bases", name);
    match (reads, writes, seeks) {
        _ if modes.has(FileModes::TEXT) => protocol("TextWriter"),
        (true, true, true) => protocol("SeekableReaderWriter"),
        (true, true, false) => protocol("ReaderWriter"),
        (false, true, true) => protocol("SeekableWriter"),
        (false, true, false) => protocol("Writer"),
        (true, false, true) => Ty::union([protocol("SeekableReader"), buffer()]),
        (true, false, false) => Ty::union([protocol("Reader"), buffer()]),
        (false, false, _) => Ty::union([protocol("Seekable"), buffer()]),
    }
}
