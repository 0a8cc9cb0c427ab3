//! A callable that wants shims: the function as it is written, what it stands for, and what a shim of it calls.

use super::fold::{Subst, generics_in};
use super::wire::type_args;
use crate::api::{DefKey, Function, Generics, Impl, TraitRef, Ty};

/// A callable that wants shims.
#[derive(Debug, Clone)]
pub(super) struct Site {
    /// Unique name: `semver::Version::parse`.
    pub(super) id: String,
    /// The function, as it is written.
    pub(super) function: Function,
    /// What `Self` and the parameters of its impl and trait stand for.
    pub(super) subst: Subst,
    /// Generic parameters of the impl that are left open, with the function's own.
    pub(super) generics: Vec<Generics>,
    /// What is called.
    pub(super) callee: Callee,
    /// Which parameters' types must be given, because the callee does not determine them.
    pub(super) explicit: Explicit,
    /// The trait that a method is called through, where its arguments may have to be given.
    pub(super) of_trait: Option<OfTrait>,
    /// The function of the crate that it is; none for what the plan makes up.
    pub(super) origin: Option<Origin>,
}

/// How a trait's method is spelled: `<rust as trait_>::method`.
#[derive(Debug, Clone)]
pub(super) struct OfTrait {
    /// The type.
    pub(super) rust: String,
    /// The trait, with those parameters of the impl in its arguments that are open.
    pub(super) trait_: TraitRef,
}

impl Site {
    /// The parameters of the impl that stand in the trait's arguments, and that nothing has said so far.
    pub(super) fn of_trait_open(&self) -> Vec<String> {
        let Some(of_trait) = &self.of_trait else {
            return Vec::new();
        };
        let mut names: Vec<String> = Vec::new();
        for ty in type_args(&of_trait.trait_.args) {
            let open = generics_in(ty).into_iter();
            let open: Vec<String> = open.filter(|name| !names.contains(name)).collect();
            names.extend(open);
        }
        names.retain(|name| !self.subst.types.contains_key(name));
        names
    }
}

/// A function of the crate, the same one for all instances of a generic type.
#[derive(Debug, Clone)]
pub(super) struct Origin {
    /// Which.
    pub(super) key: OriginKey,
    /// Where it is written, if it counts among the crate's safe public callables: what is written once counts once.
    pub(super) counts: Option<OriginKey>,
}

/// What tells the functions of a crate apart: the place where they are written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum OriginKey {
    /// A free function.
    Free(DefKey),
    /// A function of an impl block. rustc lets no two blocks for one type have functions of one name.
    Block {
        /// The block's type, as it is written.
        self_ty: Box<Ty>,
        /// Its trait.
        trait_: Option<Box<TraitRef>>,
        /// The function's name.
        name: String,
    },
    /// A trait's method, on the types that have no class.
    Foreign {
        /// The trait.
        trait_: DefKey,
        /// The method's name.
        name: String,
    },
    /// A method that a trait provides, wherever no block writes it anew.
    Provided {
        /// The trait.
        trait_: DefKey,
        /// The method's name.
        name: String,
    },
    /// A function of a block for every type (`impl<T: Read> ReadExt for T`).
    Blanket {
        /// The trait, as it is written.
        trait_: Box<TraitRef>,
        /// What it is for, as it is written.
        over: String,
        /// The function's name.
        name: String,
    },
}

impl Origin {
    /// `own`: it belongs to the crate's own API.
    pub(super) fn new(key: OriginKey, function: &Function, own: bool) -> Self {
        let counts = (own && !function.unsafe_).then(|| key.clone());
        Self { key, counts }
    }

    /// A function of an impl block, or one that its trait provides.
    pub(super) fn of_block(impl_: &Impl, function: &Function, own: bool) -> Self {
        let name = || function.name.clone();
        let key = OriginKey::Block {
            self_ty: Box::new(impl_.self_ty.clone()),
            trait_: impl_.trait_.clone().map(Box::new),
            name: name(),
        };
        let mut origin = Self::new(key, function, own);
        let elsewhere = impl_.trait_.as_ref().and_then(|trait_| match &impl_.blanket {
            _ if impl_.provided.contains(&function.name) => Some(OriginKey::Provided {
                trait_: trait_.def.clone(),
                name: name(),
            }),
            Some(over) => Some(OriginKey::Blanket {
                trait_: Box::new(trait_.clone()),
                over: over.clone(),
                name: name(),
            }),
            None => None,
        });
        if let (Some(counts), Some(elsewhere)) = (&mut origin.counts, elsewhere) {
            *counts = elsewhere;
        }
        origin
    }
}

/// Which parameters' types the callee does not determine (those with open type parameters aside).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Explicit {
    /// It determines them all.
    None,
    /// The receiver's.
    Receiver,
    /// All.
    All,
}

/// What a shim calls.
#[derive(Debug, Clone)]
pub(super) enum Callee {
    /// A path, called with the arguments.
    Path(String),
    /// An expression with `{0}`, `{1}`… for the arguments.
    Expr(String),
    /// The same of one that runs no code of the crate's author: it builds a value of its data, looks at that, or compares it.
    Data(String),
    /// A field of the first argument is read.
    Get(String),
    /// A field of the first argument is written.
    Set(String),
    /// A constant.
    Const(String),
    /// A static.
    Static(String),
}
