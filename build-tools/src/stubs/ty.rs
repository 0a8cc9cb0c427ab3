//! Types as a checker sees them, and which of them hold values in common.

use usecrate_manifest::Manifest;

use super::tree::has_data;

/// A type in a stub.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Ty {
    /// `None`
    None,
    /// Of Python's standard library or of `usecrate`: module, name, arguments.
    Std(&'static str, &'static str, Vec<Ty>),
    /// The class of a type.
    Class(u32),
    /// The classes of an enum's variants.
    Variants(u32),
    /// What is taken for a value of a type: its class, and plain data that stands for it.
    Like(u32),
    /// One text.
    Literal(String),
    /// A tuple of these.
    Tuple(Vec<Ty>),
    /// A callable: what it is passed, what it gives.
    Callable(Vec<Ty>, Box<Ty>),
    /// An object that implements a trait, by its number.
    Object(u32),
    /// One of several.
    Union(Vec<Ty>),
}

/// A builtin.
pub(super) const fn builtin(name: &'static str) -> Ty {
    Ty::Std("builtins", name, Vec::new())
}

/// A type of the standard library without arguments.
pub(super) const fn plain(module: &'static str, name: &'static str) -> Ty {
    Ty::Std(module, name, Vec::new())
}

/// A type of `collections.abc`.
pub(super) fn abc(name: &'static str, arguments: Vec<Ty>) -> Ty {
    Ty::Std("collections.abc", name, arguments)
}

/// Whatever there is, as a result.
pub(super) const ANY: Ty = plain("typing", "Any");
/// Whatever there is, as an argument.
pub(super) const OBJECT: Ty = builtin("object");

impl Ty {
    /// One of several, each once, `None` last.
    pub(super) fn union(all: impl IntoIterator<Item = Ty>) -> Ty {
        let mut parts: Vec<Ty> = Vec::new();
        for one in all {
            let inner = match one {
                Ty::Union(inner) => inner,
                other => vec![other],
            };
            for part in inner {
                if !parts.contains(&part) {
                    parts.push(part);
                }
            }
        }
        if parts.contains(&OBJECT) {
            return OBJECT;
        }
        // Nothing is a value of it.
        let never = plain("typing_extensions", "Never");
        if parts.len() > 1 {
            parts.retain(|part| *part != never);
        }
        parts.sort_by_key(|part| *part == Ty::None);
        match parts.len() {
            1 => parts.swap_remove(0),
            _ => Ty::Union(parts),
        }
    }

    /// The same or `None`.
    pub(super) fn or_none(self) -> Ty {
        Ty::union([self, Ty::None])
    }

    /// Its parts: itself, if it is one of nothing.
    pub(super) fn parts(&self) -> &[Ty] {
        match self {
            Ty::Union(parts) => parts,
            other => std::slice::from_ref(other),
        }
    }
}

/// What is known of the crate's own types.
#[derive(Clone, Copy)]
pub(super) struct Known<'m>(pub(super) &'m Manifest);

impl Known<'_> {
    /// What a type that stands for others stands for.
    fn expand(self, ty: &Ty) -> Vec<Ty> {
        match ty {
            Ty::Union(parts) => parts.iter().flat_map(|part| self.expand(part)).collect(),
            Ty::Like(index) => {
                let mut all = vec![Ty::Class(*index)];
                all.extend(stand_ins(self.0, *index));
                all
            }
            Ty::Variants(index) => vec![Ty::Class(*index)],
            other => vec![other.clone()],
        }
    }

    /// Whether each value of the one is surely one of the other.
    pub(super) fn is_within(self, inner: &Ty, outer: &Ty) -> bool {
        let outer = self.expand(outer);
        let fits = |one: &Ty| outer.iter().any(|other| self.fits(one, other));
        self.expand(inner).iter().all(fits)
    }

    /// Whether a value may be of both.
    pub(super) fn overlap(self, a: &Ty, b: &Ty) -> bool {
        let (a, b) = (self.expand(a), self.expand(b));
        a.iter().any(|one| b.iter().any(|other| self.meet(one, other)))
    }

    /// `is_within` for what is no union.
    fn fits(self, inner: &Ty, outer: &Ty) -> bool {
        if inner == outer
            || *outer == OBJECT
            || *outer == ANY
            || *inner == plain("typing_extensions", "Never")
        {
            return true;
        }
        match (inner, outer) {
            (Ty::Std(_, a, inner_args), Ty::Std(_, b, outer_args)) => {
                let pairs = || inner_args.iter().zip(outer_args);
                let covariant = inner_args.len() == outer_args.len()
                    && pairs().all(|(one, other)| self.is_within(one, other));
                match (*a, *b) {
                    (
                        "bool",
                        "int" | "float" | "complex" | "SupportsIndex" | "SupportsFloat" | "SupportsComplex",
                    )
                    | ("int", "float" | "complex" | "SupportsIndex" | "SupportsFloat" | "SupportsComplex")
                    | ("float", "complex" | "SupportsFloat" | "SupportsComplex")
                    | ("Decimal" | "Fraction", "SupportsFloat" | "SupportsComplex")
                    | ("complex", "SupportsComplex")
                    | ("bytes" | "memoryview", "Buffer")
                    | ("datetime", "date") => true,
                    ("str", "Sequence" | "Iterable") => self.is_within(inner, &outer_args[0]),
                    ("bytes" | "range", "Sequence" | "Iterable") => {
                        self.is_within(&builtin("int"), &outer_args[0])
                    }
                    ("list" | "Sequence" | "set" | "Set" | "Iterator", "Iterable")
                    | ("list", "Sequence")
                    | ("set", "Set") => covariant,
                    ("dict" | "Mapping", "Iterable") => self.is_within(&inner_args[0], &outer_args[0]),
                    ("list" | "dict" | "set" | "Buffer", _) if a == b => inner_args == outer_args,
                    ("IPv4Address" | "IPv6Address" | "UUID", _) => false,
                    _ => a == b && covariant,
                }
            }
            (Ty::Literal(_), Ty::Std(..)) => self.fits(&builtin("str"), outer),
            (Ty::Tuple(parts), Ty::Std(_, "Sequence" | "Iterable", arguments)) => {
                parts.iter().all(|part| self.is_within(part, &arguments[0]))
            }
            (Ty::Tuple(a), Ty::Tuple(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| self.is_within(a, b))
            }
            (Ty::Class(index), Ty::Std(_, name, _)) => self.serves(*index, name),
            (Ty::Callable(a, gives), Ty::Callable(b, wanted)) => {
                a.len() == b.len()
                    && a.iter().zip(b).all(|(a, b)| *b == ANY || self.is_within(b, a))
                    && (**gives == ANY || self.is_within(gives, wanted))
            }
            _ => false,
        }
    }

    /// Whether the class has the methods of that protocol.
    fn serves(self, index: u32, protocol: &str) -> bool {
        let has = |names: &[&str]| {
            let specials = &self.0.types[index as usize].specials;
            names.iter().any(|name| specials.contains_key(*name))
        };
        match protocol {
            "SupportsIndex" => has(&["__index__"]),
            "SupportsFloat" => has(&["__float__", "__index__"]),
            "SupportsComplex" => has(&["__complex__", "__float__", "__index__"]),
            "Buffer" => has(&["__bytes__"]),
            "Iterable" => has(&["__iter__", "__next__"]),
            _ => false,
        }
    }

    /// `overlap` for what is no union.
    fn meet(self, a: &Ty, b: &Ty) -> bool {
        if self.fits(a, b) || self.fits(b, a) {
            return true;
        }
        match (a, b) {
            (Ty::Std(_, one, a), Ty::Std(_, other, b)) => {
                let containers = ["list", "Sequence", "set", "Set", "Iterable", "Iterator"];
                let both = |names: &[&str]| names.contains(one) && names.contains(other);
                (both(&containers) || both(&["dict", "Mapping"]))
                    && a.iter().zip(b).all(|(a, b)| self.overlap(a, b))
            }
            (Ty::Tuple(parts), Ty::Std(_, "Sequence" | "Iterable", arguments))
            | (Ty::Std(_, "Sequence" | "Iterable", arguments), Ty::Tuple(parts)) => {
                parts.iter().all(|part| self.overlap(part, &arguments[0]))
            }
            (Ty::Tuple(a), Ty::Tuple(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| self.overlap(a, b))
            }
            (Ty::Callable(..) | Ty::Object(_), Ty::Callable(..) | Ty::Object(_) | Ty::Class(_))
            | (Ty::Class(_), Ty::Callable(..) | Ty::Object(_)) => true,
            _ => false,
        }
    }
}

/// Plain data that stands for a value of a type: a variant's name, a dict of fields.
pub(super) fn stand_ins(manifest: &Manifest, index: u32) -> Vec<Ty> {
    let ty = &manifest.types[index as usize];
    let mut all: Vec<Ty> = Vec::new();
    let bare = ty.variants.iter().filter(|variant| variant.fields.is_empty());
    all.extend(bare.map(|variant| Ty::Literal(variant.name.clone())));
    let dict = match ty.kind {
        usecrate_manifest::Kind::Record => true,
        _ => !ty.variants.is_empty() && has_data(ty),
    };
    if dict {
        all.push(abc("Mapping", vec![builtin("str"), OBJECT]));
    }
    all
}
