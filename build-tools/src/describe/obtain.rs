//! Which callables can be called at all: those whose receiver and arguments Python can get hold of.
//!
//! A fixpoint: plain values are always there; a record or enum that is built from what is there, is there; whatever
//! a callable gives whose own arguments are there, is there. It is strict: that `None` or an empty list could be
//! passed instead does not make an argument obtainable.

use std::collections::BTreeSet;

use usecrate_manifest::{Callable, Kind, Object, Type, TypeRef};

struct Obtain<'a> {
    types: &'a [Type],
    objects: &'a [Object],
    constructible: &'a [bool],
    there: Vec<bool>,
    /// Whether the methods of such an object can give what they are to give.
    implementable: Vec<bool>,
    /// Whose methods were lent what they are passed.
    lent: Vec<bool>,
}

/// The callables that cannot be called, by number, with the reason.
pub(super) fn unobtainable(
    types: &[Type],
    callables: &[Callable],
    objects: &[Object],
    constructible: &[bool],
) -> Vec<(u32, String)> {
    let mut obtain = Obtain {
        types,
        objects,
        constructible,
        there: vec![false; types.len()],
        implementable: vec![false; objects.len()],
        lent: vec![false; objects.len()],
    };
    let mut waiting: Vec<_> = callables.iter().collect();
    loop {
        let before = (waiting.len(), obtain.count());
        obtain.construct();
        obtain.implement();
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

    /// Marks the objects that can be. One whose methods give such an object can be if all else of it can.
    fn implement(&mut self) {
        self.implementable.fill(true);
        let all = |obtain: &Self, object: &Object| object.methods.iter().all(|one| obtain.takes(&one.ty));
        while let Some(at) =
            (0..self.objects.len()).find(|at| self.implementable[*at] && !all(self, &self.objects[*at]))
        {
            self.implementable[at] = false;
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
            TypeRef::Object(index) => self.implementable.get(*index as usize) == Some(&true),
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
        match ty {
            TypeRef::Callable(params, ..) => params.iter().for_each(|param| self.gives(param)),
            TypeRef::Object(index) if self.lent.get(*index as usize) == Some(&false) => {
                self.lent[*index as usize] = true;
                let objects = self.objects;
                let methods = &objects[*index as usize].methods;
                methods.iter().for_each(|method| self.lends(&method.ty));
            }
            _ => {}
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
            .missing(ty, &mut BTreeSet::new())
            .and_then(|index| self.types.get(index as usize))
            .map_or("!", |ty| ty.path.as_str());
        let what = if name == "self" {
            "its receiver is".to_owned()
        } else {
            format!("its parameter `{name}` takes")
        };
        format!("{what} `{path}`, and nothing that is served gives one")
    }

    /// The first type in it that Python cannot pass; what a callable is given needs not be passed. `seen`: objects that were
    /// looked into.
    fn missing(&self, ty: &TypeRef, seen: &mut BTreeSet<u32>) -> Option<u32> {
        let mut found = None;
        match ty {
            TypeRef::Handle(index, _) | TypeRef::Record(index) | TypeRef::Enum(index) => {
                found = (self.there.get(*index as usize) == Some(&false)).then_some(*index);
            }
            TypeRef::Callable(_, result, _) => found = self.missing(result, seen),
            TypeRef::Object(index) if seen.insert(*index) => {
                let mut objects = self.objects.get(*index as usize).into_iter();
                found = objects
                    .find_map(|object| object.methods.iter().find_map(|one| self.missing(&one.ty, seen)));
            }
            other => other.each_part(&mut |part| found = found.or_else(|| self.missing(part, seen))),
        }
        found
    }
}
