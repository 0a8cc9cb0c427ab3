//! rustdoc's types, generics and bounds in the words of the `Api` model.
//!
//! [`Reader`] belongs to one document. Each definition that it meets is written down as a [`Mention`], so that
//! the caller can follow it.

use std::collections::BTreeSet;

use rustdoc_types as rd;

use super::graph::{Found, Graph};
use crate::api::{Arg, Args, Bound, DefKey, GenericParam, Generics, TraitRef, Ty, WhereBound};

/// A definition that was met.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Mention {
    pub(super) key: DefKey,
    /// `None` when the document mentions the definition and says nothing about it.
    pub(super) found: Option<Found>,
    /// Met as the trait of an impl, not in a signature.
    pub(super) implemented: bool,
}

/// Reads the items of one document.
pub(super) struct Reader<'a> {
    pub(super) graph: &'a Graph,
    pub(super) doc: usize,
    pub(super) mentions: BTreeSet<Mention>,
    pub(super) notes: &'a mut BTreeSet<String>,
    /// The one lifetime of the `for<…>` around what is read: it is as good as an elided one.
    lent: Option<String>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(graph: &'a Graph, doc: usize, notes: &'a mut BTreeSet<String>) -> Self {
        Self {
            graph,
            doc,
            mentions: BTreeSet::new(),
            notes,
            lent: None,
        }
    }

    /// The library name of the document's crate, as keys spell it.
    pub(super) fn crate_name(&self) -> &'a str {
        &self.graph.crates[self.doc].name
    }

    /// The key of a definition, which is thereby mentioned.
    pub(super) fn def(&mut self, id: rd::Id, text: &str, implemented: bool) -> DefKey {
        let found = self.graph.locate(self.doc, id);
        let key = found
            .as_ref()
            .and_then(|found| self.graph.key(found))
            .unwrap_or_else(|| {
                let name = self.crate_name();
                self.notes
                    .insert(format!("`{name}` mentions `{text}` and does not describe it"));
                // Nothing says where it lives, so it gets a place where no described item can be.
                let last = text.rsplit("::").next().unwrap_or(text);
                DefKey(format!("{name}::?{}::{last}", id.0))
            });
        self.mentions.insert(Mention {
            key: key.clone(),
            found,
            implemented,
        });
        key
    }

    /// What is read within a `for<…>`.
    fn within<T>(&mut self, lifetimes: &[rd::GenericParamDef], read: impl FnOnce(&mut Self) -> T) -> T {
        let lent = match lifetimes {
            [one] => Some(one.name.clone()),
            _ => self.lent.clone(),
        };
        let outer = std::mem::replace(&mut self.lent, lent);
        let found = read(self);
        self.lent = outer;
        found
    }

    pub(super) fn ty(&mut self, ty: &rd::Type) -> Ty {
        match ty {
            rd::Type::ResolvedPath(path) => Ty::Path {
                def: self.def(path.id, &path.path, false),
                args: self.args(path.args.as_deref()),
            },
            rd::Type::DynTrait(dyn_) => Ty::Dyn {
                traits: dyn_
                    .traits
                    .iter()
                    .map(|bound| {
                        self.within(&bound.generic_params, |reader| {
                            reader.trait_ref(&bound.trait_, false)
                        })
                    })
                    .collect(),
                lifetime: dyn_.lifetime.clone(),
            },
            rd::Type::Generic(name) => Ty::Generic(name.clone()),
            rd::Type::Primitive(name) => Ty::Primitive(name.clone()),
            rd::Type::FunctionPointer(pointer) => {
                self.within(&pointer.generic_params, |reader| Ty::FnPointer {
                    params: pointer.sig.inputs.iter().map(|(_, ty)| reader.ty(ty)).collect(),
                    output: pointer.sig.output.as_ref().map(|ty| Box::new(reader.ty(ty))),
                    unsafe_: pointer.header.is_unsafe,
                })
            }
            rd::Type::Tuple(types) => Ty::Tuple(self.types(types)),
            rd::Type::Slice(ty) => Ty::Slice(Box::new(self.ty(ty))),
            rd::Type::Array { type_, len } => Ty::Array {
                ty: Box::new(self.ty(type_)),
                len: len.clone(),
            },
            // A pattern type is its base with a promise about values; nothing else of it shows in an API.
            rd::Type::Pat { type_, .. } => self.ty(type_),
            rd::Type::ImplTrait(bounds) => Ty::Impl(self.bounds(bounds, &[])),
            rd::Type::Infer => Ty::Infer,
            rd::Type::RawPointer { is_mutable, type_ } => Ty::RawPointer {
                mutable: *is_mutable,
                ty: Box::new(self.ty(type_)),
            },
            rd::Type::BorrowedRef {
                lifetime,
                is_mutable,
                type_,
            } => Ty::Ref {
                lifetime: lifetime.clone().filter(|name| self.lent.as_ref() != Some(name)),
                mutable: *is_mutable,
                ty: Box::new(self.ty(type_)),
            },
            rd::Type::QualifiedPath {
                name,
                args,
                self_type,
                trait_,
            } => Ty::Projection {
                self_ty: Box::new(self.ty(self_type)),
                // Of the short form `T::Item` the trait's path is empty, and its id is there all the same.
                trait_: trait_.as_ref().map(|path| self.trait_ref(path, false)),
                name: name.clone(),
                args: self.args(args.as_deref()),
            },
        }
    }

    fn types(&mut self, types: &[rd::Type]) -> Vec<Ty> {
        types.iter().map(|ty| self.ty(ty)).collect()
    }

    pub(super) fn trait_ref(&mut self, path: &rd::Path, implemented: bool) -> TraitRef {
        TraitRef {
            def: self.def(path.id, &path.path, implemented),
            args: self.args(path.args.as_deref()),
        }
    }

    pub(super) fn args(&mut self, args: Option<&rd::GenericArgs>) -> Args {
        match args {
            None | Some(rd::GenericArgs::ReturnTypeNotation) => Args::default(),
            Some(rd::GenericArgs::Parenthesized { inputs, output }) => {
                let output = output
                    .as_ref()
                    .map_or_else(|| Ty::Tuple(Vec::new()), |ty| self.ty(ty));
                Args {
                    args: vec![Arg::Type(Ty::Tuple(self.types(inputs)))],
                    bindings: vec![("Output".to_owned(), output)],
                    constraints: Vec::new(),
                }
            }
            Some(rd::GenericArgs::AngleBracketed { args, constraints }) => {
                let mut read = Args {
                    args: args.iter().map(|arg| self.arg(arg)).collect(),
                    ..Args::default()
                };
                for constraint in constraints {
                    let name = constraint.name.clone();
                    match &constraint.binding {
                        rd::AssocItemConstraintKind::Equality(rd::Term::Type(ty)) => {
                            read.bindings.push((name, self.ty(ty)));
                        }
                        // The model has no bound on an associated constant; `_` keeps the place.
                        rd::AssocItemConstraintKind::Equality(rd::Term::Constant(_)) => {
                            read.bindings.push((name, Ty::Infer));
                        }
                        rd::AssocItemConstraintKind::Constraint(bounds) => {
                            read.constraints.push((name, self.bounds(bounds, &[])));
                        }
                    }
                }
                read
            }
        }
    }

    fn arg(&mut self, arg: &rd::GenericArg) -> Arg {
        match arg {
            rd::GenericArg::Lifetime(name) if self.lent.as_ref() == Some(name) => {
                Arg::Lifetime("'_".to_owned())
            }
            rd::GenericArg::Lifetime(name) => Arg::Lifetime(name.clone()),
            rd::GenericArg::Type(ty) => Arg::Type(self.ty(ty)),
            rd::GenericArg::Const(constant) => Arg::Const(constant.expr.clone()),
            rd::GenericArg::Infer => Arg::Infer,
        }
    }

    /// Bounds; `outer` are the lifetimes that a `for<…>` around them introduced.
    pub(super) fn bounds(&mut self, bounds: &[rd::GenericBound], outer: &[String]) -> Vec<Bound> {
        bounds.iter().map(|bound| self.bound(bound, outer)).collect()
    }

    fn bound(&mut self, bound: &rd::GenericBound, outer: &[String]) -> Bound {
        match bound {
            rd::GenericBound::TraitBound {
                trait_,
                generic_params,
                modifier,
            } => {
                let own = generic_params.iter().map(|param| param.name.clone());
                Bound::Trait {
                    trait_: self.trait_ref(trait_, false),
                    maybe: matches!(modifier, rd::TraitBoundModifier::Maybe),
                    for_: outer.iter().cloned().chain(own).collect(),
                }
            }
            rd::GenericBound::Outlives(lifetime) => Bound::Outlives(lifetime.clone()),
            rd::GenericBound::Use(_) => Bound::Use,
        }
    }

    /// Parameters and where clauses, inline bounds first.
    pub(super) fn generics(&mut self, generics: &rd::Generics) -> Generics {
        let mut read = Generics::default();
        for param in &generics.params {
            let name = param.name.clone();
            match &param.kind {
                rd::GenericParamDefKind::Lifetime { outlives } => {
                    read.params.push(GenericParam::Lifetime {
                        name,
                        outlives: outlives.clone(),
                    });
                }
                // An `impl Trait` argument: its type says it all.
                rd::GenericParamDefKind::Type {
                    is_synthetic: true, ..
                } => {}
                rd::GenericParamDefKind::Type { bounds, default, .. } => {
                    let default = default.as_ref().map(|ty| self.ty(ty));
                    if !bounds.is_empty() {
                        let bounds = self.bounds(bounds, &[]);
                        read.bounds.push(WhereBound {
                            ty: Ty::Generic(name.clone()),
                            bounds,
                        });
                    }
                    read.params.push(GenericParam::Type { name, default });
                }
                rd::GenericParamDefKind::Const { type_, default } => {
                    let ty = self.ty(type_);
                    read.params.push(GenericParam::Const {
                        name,
                        ty,
                        default: default.clone(),
                    });
                }
            }
        }
        for predicate in &generics.where_predicates {
            self.where_predicate(predicate, &mut read);
        }
        read
    }

    fn where_predicate(&mut self, predicate: &rd::WherePredicate, read: &mut Generics) {
        match predicate {
            rd::WherePredicate::BoundPredicate {
                type_,
                bounds,
                generic_params,
            } => {
                let outer: Vec<String> = generic_params.iter().map(|param| param.name.clone()).collect();
                let bound = WhereBound {
                    ty: self.ty(type_),
                    bounds: self.bounds(bounds, &outer),
                };
                read.bounds.push(bound);
            }
            rd::WherePredicate::LifetimePredicate { lifetime, outlives } => {
                for param in &mut read.params {
                    let GenericParam::Lifetime {
                        name,
                        outlives: known,
                    } = param
                    else {
                        continue;
                    };
                    if name == lifetime {
                        known.extend(outlives.iter().cloned());
                    }
                }
            }
            rd::WherePredicate::EqPredicate { .. } => {
                let name = self.crate_name();
                self.notes.insert(format!(
                    "`{name}` has an equality in a where clause, which was left out"
                ));
            }
        }
    }
}
