//! Which callables can be called at all: those whose receiver and arguments Python can get hold of.
//!
//! A fixpoint: plain values are always there; a record or enum that is built from what is there, is there; whatever
//! a callable gives whose own arguments are there, is there. It is strict: that `None` or an empty list could be
//! passed instead does not make an argument obtainable.

use std::collections::BTreeSet;

use usecrate_manifest::{Callable, Kind, Type, TypeRef};

struct Obtain<'a> {
    types: &'a [Type],
    constructible: &'a [bool],
    there: Vec<bool>,
}

/// The callables that cannot be called, by number, with the reason.
pub(super) fn unobtainable(
    types: &[Type],
    callables: &[Callable],
    constructible: &[bool],
) -> Vec<(u32, String)> {
    let mut obtain = Obtain {
        types,
        constructible,
        there: vec![false; types.len()],
    };
    let mut waiting: Vec<_> = callables.iter().collect();
    loop {
        let before = (waiting.len(), obtain.count());
        obtain.construct();
        waiting.retain(|callable| {
            let callable_now = callable.params.iter().all(|param| obtain.takes(&param.ty));
            if callable_now {
                obtain.gives(&callable.result);
                // What is lent to a callable of the user's can be used while that runs.
                callable.params.iter().for_each(|param| obtain.lends(&param.ty));
            }
            !callable_now
        });
        if (waiting.len(), obtain.count()) == before {
            break;
        }
    }
    let mut missing = Vec::new();
    for (number, callable) in (0_u32..).zip(callables) {
        if let Some(param) = callable.params.iter().find(|param| !obtain.takes(&param.ty)) {
            missing.push((number, obtain.reason(&param.name, &param.ty)));
        }
    }
    missing
}

impl Obtain<'_> {
    fn count(&self) -> usize {
        self.there.iter().filter(|there| **there).count()
    }

    /// Marks the records and enums that can be built.
    fn construct(&mut self) {
        for (at, ty) in self.types.iter().enumerate() {
            let all = |fields: &[usecrate_manifest::Field]| fields.iter().all(|field| self.takes(&field.ty));
            let can = match ty.kind {
                Kind::Handle => false,
                Kind::Record => all(&ty.fields),
                Kind::Enum => ty.variants.iter().any(|variant| all(&variant.fields)),
            };
            if can && self.constructible.get(at) == Some(&true) {
                self.there[at] = true;
            }
        }
    }

    /// Whether Python can pass a value of that type.
    fn takes(&self, ty: &TypeRef) -> bool {
        match ty {
            TypeRef::Plain(word) => *word != "never",
            TypeRef::Option(t)
            | TypeRef::Class(_, t)
            | TypeRef::List(t)
            | TypeRef::Set(t)
            | TypeRef::Array(t, _)
            | TypeRef::Range(t)
            | TypeRef::Bounds(t)
            | TypeRef::Iterable(t)
            | TypeRef::Items(t)
            | TypeRef::Result(t, _) => self.takes(t),
            TypeRef::Tuple(parts) => parts.iter().all(|part| self.takes(part)),
            TypeRef::Object(_, methods) => methods.iter().all(|(_, method)| self.takes(method)),
            TypeRef::Union(parts) => parts.iter().any(|part| self.takes(part)),
            TypeRef::Dict(k, v) => self.takes(k) && self.takes(v),
            TypeRef::Handle(index, _) | TypeRef::Record(index) | TypeRef::Enum(index) => {
                self.there.get(*index as usize) == Some(&true)
            }
            TypeRef::Callable(_, result, _) => self.takes(result),
            TypeRef::Out(t, has_default) => *has_default || self.takes(t),
            TypeRef::File(_) | TypeRef::Buffer(_) => true,
            TypeRef::Iterator(_) => false,
        }
    }

    /// Marks what a parameter lends to a callable that is passed for it.
    fn lends(&mut self, ty: &TypeRef) {
        if let TypeRef::Callable(params, ..) = ty {
            params.iter().for_each(|param| self.gives(param));
        }
        ty.each_part(&mut |part| self.lends(part));
    }

    /// Marks what a result brings, the fields of records and variants in it included.
    fn gives(&mut self, ty: &TypeRef) {
        let mut seen = BTreeSet::new();
        let mut queue = Vec::new();
        ty.each_type(&mut |index| queue.push(index));
        while let Some(index) = queue.pop() {
            let Some(ty) = self.types.get(index as usize) else {
                continue;
            };
            if !seen.insert(index) {
                continue;
            }
            self.there[index as usize] = true;
            let fields = ty
                .fields
                .iter()
                .chain(ty.variants.iter().flat_map(|variant| &variant.fields));
            fields.for_each(|field| field.ty.each_type(&mut |inner| queue.push(inner)));
        }
    }

    fn reason(&self, name: &str, ty: &TypeRef) -> String {
        let path = self
            .missing(ty)
            .and_then(|index| self.types.get(index as usize))
            .map_or("!", |ty| ty.path.as_str());
        let what = if name == "self" {
            "its receiver is".to_owned()
        } else {
            format!("its parameter `{name}` takes")
        };
        format!("{what} `{path}`, and nothing that is served gives one")
    }
    /// The first type in it that Python cannot pass; what a callable is given needs not be passed.
    fn missing(&self, ty: &TypeRef) -> Option<u32> {
        let mut found = None;
        match ty {
            TypeRef::Handle(index, _) | TypeRef::Record(index) | TypeRef::Enum(index) => {
                found = (self.there.get(*index as usize) == Some(&false)).then_some(*index);
            }
            TypeRef::Callable(_, result, _) => found = self.missing(result),
            other => other.each_part(&mut |part| found = found.or_else(|| self.missing(part))),
        }
        found
    }
}
