//! Choices for a parameter among what implements a trait: what serde writes, tuples of what the bounds say.

use super::choose::{CHOICES, Choice, Chooser, list, shared, string, text};
use super::ctx::{bounds_of, parameters};
use super::fold::{Subst, closed, generics_in, unify};
use super::kinds::{Kind, Kinds, best, kind_of};
use super::wire::{Class, class, type_args};
use super::{closures, functions, holds, stand_in, stdlib};
use crate::api::{Bound, Impl, TraitRef, Ty};

impl Chooser<'_, '_> {
    /// What a known type is lent as, itself or its text: `fn get<Q: ?Sized>(&self, key: &Q) where String: Borrow<Q>`.
    pub(super) fn by_keys(&self, name: &str) -> Option<Vec<Choice>> {
        let is_lent = |bound: &Bound| match bound {
            Bound::Trait { trait_, .. } if stdlib::is_trait(&trait_.def, "Borrow") => {
                type_args(&trait_.args).any(|ty| matches!(ty, Ty::Generic(have) if have == name))
            }
            _ => false,
        };
        let mut keys = self
            .bounds
            .iter()
            .filter(|(ty, all)| closed(ty) && all.iter().any(is_lent));
        let (key, _) = keys.next()?;
        let is_text = matches!(key, Ty::Path { def, .. } if stdlib::is(def, "String"));
        let ty = if is_text && self.maybe_unsized(name) {
            shared(&text())
        } else {
            key.clone()
        };
        Some(vec![Choice { ty, iterate: false }])
    }

    /// What a known list has for its items: `fn get<T>(&self, index: usize) -> &T where Vec<u8>: AsRef<[T]>`.
    pub(super) fn by_views(&self, name: &str) -> Option<Vec<Choice>> {
        let is_item = |bound: &Bound| match bound {
            Bound::Trait { trait_, .. }
                if ["AsRef", "AsMut"]
                    .iter()
                    .any(|one| stdlib::is_trait(&trait_.def, one)) =>
            {
                type_args(&trait_.args).any(|ty| match ty {
                    Ty::Slice(item) => matches!(&**item, Ty::Generic(have) if have == name),
                    _ => false,
                })
            }
            _ => false,
        };
        let mut lists = self.bounds.iter().filter(|(_, all)| all.iter().any(is_item));
        lists
            .find_map(|(ty, _)| match ty {
                Ty::Path { def, args } if closed(ty) && stdlib::is(def, "Vec") => type_args(args).next(),
                Ty::Slice(item) | Ty::Array { ty: item, .. } if closed(ty) => Some(&**item),
                _ => None,
            })
            .map(|item| Choice::of(item.clone()))
    }

    /// What serde writes and reads: types of the plan that it writes in their own way, and else any value.
    pub(super) fn by_serde(
        &self,
        trait_: &TraitRef,
        bounds: &[Bound],
        name: Option<&str>,
    ) -> Option<Vec<Choice>> {
        let dynamic = stand_in::dynamic();
        if !holds::is_serde(&trait_.def) || !holds::meets(self.ctx, &dynamic, bounds) {
            return None;
        }
        let mut own = Kinds::new();
        let writes = trait_.def.name() == "Serialize";
        for impl_ in self.ctx.impls_of(&trait_.def).iter().filter(|_| writes) {
            let ty = self.ctx.normal(&impl_.self_ty);
            let mine = |ty: &Ty| matches!(class(self.ctx, self.types, ty), Class::Type(..));
            for ty in self.instances_of(impl_, ty).into_iter().filter(mine) {
                let lent = shared(&ty);
                // What can be lent need not be used up.
                let behind =
                    name.is_some_and(|name| self.referred.contains(name) && !self.maybe_unsized(name));
                if holds::meets(self.ctx, &ty, bounds) && holds::meets(self.ctx, &lent, bounds) {
                    let (kind, rank) = kind_of(self.ctx, &ty);
                    best(&mut own, kind, rank, if behind { ty } else { lent });
                }
            }
        }
        let own = own.into_values().map(|(_, ty)| ty).take(CHOICES - 1);
        let all = own.chain([dynamic]);
        Some(all.map(|ty| Choice { ty, iterate: false }).collect())
    }

    /// The types that an impl of a trait is for; what its parameters are in a tuple or a range, the trait's arguments and
    /// bounds say.
    pub(super) fn implementors(&self, impl_: &Impl, asked: &TraitRef, ty: Ty) -> Vec<Ty> {
        if let Some(list) = list_of_such(impl_, asked, &ty) {
            return if holds::applies(self.ctx, impl_, &list) {
                vec![list]
            } else {
                Vec::new()
            };
        }
        let whole = matches!(ty, Ty::Tuple(_)) || stdlib::range_of(&ty).is_some();
        if !whole || closed(&ty) {
            return self.instances_of(impl_, ty);
        }
        let open = parameters(&impl_.generics);
        let mut subst = Subst::default();
        let have = impl_.trait_.iter().flat_map(|one| type_args(&one.args));
        for (have, asked) in have.zip(type_args(&asked.args)) {
            if closed(asked) && !unify(have, asked, &open, &mut subst) {
                return Vec::new();
            }
        }
        // A tuple of such tuples would never end.
        let key = format!("({})", asked.def.0);
        if !self.open.borrow_mut().insert(key.clone()) {
            return Vec::new();
        }
        let mut all = vec![subst.apply(&ty)];
        for name in generics_in(&all[0]) {
            let mut bounds: Vec<Bound> = bounds_of(&impl_.generics, &name).into_iter().cloned().collect();
            let is = |of: &str| {
                let given = impl_.types.iter().find(|(have, _)| have == of);
                matches!(given, Some((_, Ty::Generic(have))) if *have == name)
            };
            let said = self.bounds.iter().filter(|(ty, _)| match ty {
                Ty::Projection {
                    trait_: Some(trait_),
                    name,
                    ..
                } => trait_.def == asked.def && is(name),
                _ => false,
            });
            // What is asked at the use says more than what the impl asks.
            bounds.splice(0..0, said.flat_map(|(_, all)| all.clone()));
            let choices = self.by_bounds(&bounds, None).unwrap_or_default();
            let put = |one: &Ty, choice: &Choice| {
                let mut subst = Subst::default();
                subst.types.insert(name.clone(), choice.ty.clone());
                subst.apply(one)
            };
            all = choices
                .iter()
                .filter(|choice| !choice.iterate)
                .flat_map(|choice| all.iter().map(|one| put(one, choice)).collect::<Vec<_>>())
                .take(CHOICES)
                .collect();
        }
        self.open.borrow_mut().remove(&key);
        all.retain(|ty| holds::applies(self.ctx, impl_, ty));
        all
    }

    /// The types that an impl is for: one, or the instances of a generic type, or references to them.
    pub(super) fn instances_of(&self, impl_: &Impl, ty: Ty) -> Vec<Ty> {
        let (inner, refers) = match &ty {
            Ty::Ref {
                mutable: false, ty, ..
            } => (&**ty, true),
            _ => (&ty, false),
        };
        let Ty::Path { def, .. } = inner else {
            return vec![ty];
        };
        if !refers && closed(&ty) {
            return vec![ty];
        }
        let ids = self.types.of_def(def).into_iter();
        let instances = ids.map(|id| &self.types.get(id).instance.ty);
        instances
            .filter(|one| match refers {
                true => self.ctx.match_pattern(impl_, inner, one).is_some(),
                false => self.ctx.is_for(impl_, one),
            })
            .map(|one| if refers { shared(one) } else { one.clone() })
            .collect()
    }

    /// Puts types in place of the parameters of an impl for callables: `impl<F, T> Replacer for F where F: FnMut(&Captures)
    /// -> T, T: AsRef<str>`. `None`: there is one without a choice.
    pub(super) fn close(&self, impl_: &Impl, ty: &Ty) -> Option<()> {
        let Some(number) = closures::number(ty) else {
            return Some(());
        };
        let signature = self.callables.borrow().get(number)?.clone();
        let closed = functions::close(self.ctx, self.types, impl_, &signature)?;
        *self.callables.borrow_mut().get_mut(number)? = closed;
        Some(())
    }

    /// What a type is to Python, where callables are told apart by what they take.
    pub(super) fn kind_of(&self, ty: &Ty) -> (Kind, usize) {
        let callables = self.callables.borrow();
        match closures::number(ty).and_then(|number| callables.get(number)) {
            Some(signature) => functions::kind(self.ctx, self.types, signature.params()),
            None => kind_of(self.ctx, ty),
        }
    }
}

/// What a list is whose items implement the trait that it does itself: a slice is bytes, a vector is of text.
fn list_of_such(impl_: &Impl, asked: &TraitRef, ty: &Ty) -> Option<Ty> {
    let such = |item: &Ty| {
        let Ty::Generic(name) = item else { return false };
        bounds_of(&impl_.generics, name)
            .into_iter()
            .any(|bound| matches!(bound, Bound::Trait { trait_, .. } if trait_.def == asked.def))
    };
    match ty {
        Ty::Ref {
            mutable: false, ty, ..
        } => match &**ty {
            Ty::Slice(item) if such(item) => {
                Some(shared(&Ty::Slice(Box::new(Ty::Primitive("u8".to_owned())))))
            }
            _ => None,
        },
        Ty::Path { def, args } if stdlib::is(def, "Vec") => {
            let items = type_args(args).next().filter(|item| such(item));
            items.map(|_| list(string()))
        }
        _ => None,
    }
}
