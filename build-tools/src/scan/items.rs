//! rustdoc's items in the words of the `Api` model: structs, enums, traits, functions, impls.

use std::collections::BTreeMap;

use rustdoc_types as rd;

use super::graph::{ItemRef, kind_word};
use super::text::readable;
use super::types::Reader;
use crate::api::{
    Arg, AssocConst, DefKind, Field, Fields, Function, GenericParam, Generics, Impl, Param, Trait, Ty,
    Variant,
};

impl<'a> Reader<'a> {
    /// A member of an item; a missing one is written down.
    fn member(&mut self, id: rd::Id, of: &str) -> Option<&'a rd::Item> {
        let found = self.graph.item(ItemRef { doc: self.doc, id });
        if found.is_none() {
            let name = self.crate_name();
            self.notes.insert(format!(
                "`{name}` names a member of `{of}` and does not describe it"
            ));
        }
        found
    }

    fn members(&mut self, ids: &[rd::Id], of: &str) -> Vec<&'a rd::Item> {
        ids.iter().filter_map(|id| self.member(*id, of)).collect()
    }

    /// What a definition is, with its generics; `None` for what is no definition (a module, an import).
    pub(super) fn definition(&mut self, item: &rd::Item) -> Option<(DefKind, Generics)> {
        let name = item.name.as_deref().unwrap_or("_");
        let none = Generics::default;
        Some(match &item.inner {
            rd::ItemEnum::Struct(inner) => {
                let fields = match &inner.kind {
                    rd::StructKind::Unit => Fields::Unit,
                    rd::StructKind::Tuple(fields) => self.tuple_fields(fields, name),
                    rd::StructKind::Plain {
                        fields,
                        has_stripped_fields,
                    } => self.named_fields(fields, *has_stripped_fields, name),
                };
                (DefKind::Struct(fields), self.generics(&inner.generics))
            }
            rd::ItemEnum::Enum(inner) => (self.enum_(inner, name), self.generics(&inner.generics)),
            rd::ItemEnum::Union(inner) => (DefKind::Union, self.generics(&inner.generics)),
            rd::ItemEnum::Trait(inner) => (
                DefKind::Trait(self.trait_(inner, name)),
                self.generics(&inner.generics),
            ),
            rd::ItemEnum::Function(inner) => (DefKind::Function(self.function(item, inner)), none()),
            rd::ItemEnum::Constant { type_, .. } => (DefKind::Const { ty: self.ty(type_) }, none()),
            rd::ItemEnum::Static(inner) => {
                let ty = self.ty(&inner.type_);
                (
                    DefKind::Static {
                        ty,
                        mutable: inner.is_mutable,
                        unsafe_: inner.is_unsafe,
                    },
                    none(),
                )
            }
            rd::ItemEnum::TypeAlias(inner) => (
                DefKind::Alias {
                    ty: self.ty(&inner.type_),
                },
                self.generics(&inner.generics),
            ),
            rd::ItemEnum::TraitAlias(inner) => {
                (opaque(rd::ItemKind::TraitAlias), self.generics(&inner.generics))
            }
            rd::ItemEnum::ExternType => (opaque(rd::ItemKind::ExternType), none()),
            rd::ItemEnum::Macro(_) | rd::ItemEnum::ProcMacro(_) => (DefKind::Macro, none()),
            _ => return None,
        })
    }

    fn named_fields(&mut self, ids: &[rd::Id], stripped: bool, of: &str) -> Fields {
        let items = self.members(ids, of);
        let private = stripped || items.len() < ids.len();
        Fields::Named {
            fields: items.into_iter().filter_map(|item| self.field(item)).collect(),
            private,
        }
    }

    fn tuple_fields(&mut self, ids: &[Option<rd::Id>], of: &str) -> Fields {
        let fields = ids.iter().map(|id| {
            let item = self.member((*id)?, of)?;
            self.field(item)
        });
        Fields::Tuple {
            fields: fields.collect(),
        }
    }

    fn field(&mut self, item: &rd::Item) -> Option<Field> {
        let rd::ItemEnum::StructField(ty) = &item.inner else {
            return None;
        };
        Some(Field {
            name: item.name.clone()?,
            ty: self.ty(ty),
            docs: docs(item),
        })
    }

    fn enum_(&mut self, inner: &rd::Enum, of: &str) -> DefKind {
        // Without its hidden neighbours a variant's place says nothing about its discriminant.
        let mut next = (!inner.has_stripped_variants).then_some(0_i128);
        let mut variants = Vec::new();
        for item in self.members(&inner.variants, of) {
            let rd::ItemEnum::Variant(variant) = &item.inner else {
                continue;
            };
            let name = item.name.clone().unwrap_or_default();
            let fields = match &variant.kind {
                rd::VariantKind::Plain => Fields::Unit,
                rd::VariantKind::Tuple(fields) => self.tuple_fields(fields, &name),
                rd::VariantKind::Struct {
                    fields,
                    has_stripped_fields,
                } => self.named_fields(fields, *has_stripped_fields, &name),
            };
            let written = variant.discriminant.as_ref().map(|written| written.value.clone());
            let discriminant = written.or_else(|| next.map(|next| next.to_string()));
            if !inner.has_stripped_variants {
                let here = discriminant.as_ref().and_then(|text| text.parse::<i128>().ok());
                next = here.and_then(|here| here.checked_add(1));
            }
            let non_exhaustive = is_non_exhaustive(item);
            variants.push(Variant {
                name,
                fields,
                discriminant,
                docs: docs(item),
                non_exhaustive,
            });
        }
        DefKind::Enum {
            hidden_variants: inner.has_stripped_variants,
            variants,
        }
    }

    fn trait_(&mut self, inner: &rd::Trait, of: &str) -> Trait {
        let mut read = Trait {
            methods: Vec::new(),
            consts: Vec::new(),
            types: Vec::new(),
            supertraits: self.bounds(&inner.bounds, &[]),
            unsafe_: inner.is_unsafe,
            auto: inner.is_auto,
            dyn_compatible: inner.is_dyn_compatible,
        };
        for item in self.members(&inner.items, of) {
            match &item.inner {
                rd::ItemEnum::Function(function) => read.methods.push(self.function(item, function)),
                rd::ItemEnum::AssocConst { type_, .. } => read.consts.extend(self.assoc_const(item, type_)),
                rd::ItemEnum::AssocType { bounds, .. } => {
                    // The bounds have no place in the model; what they mention is needed all the same.
                    self.bounds(bounds, &[]);
                    read.types.extend(item.name.clone());
                }
                _ => {}
            }
        }
        read
    }

    fn assoc_const(&mut self, item: &rd::Item, ty: &rd::Type) -> Option<AssocConst> {
        Some(AssocConst {
            name: item.name.clone()?,
            ty: self.ty(ty),
            docs: docs(item),
        })
    }

    fn function(&mut self, item: &rd::Item, inner: &rd::Function) -> Function {
        let receiver = inner.sig.inputs.first().is_some_and(|(name, _)| name == "self");
        let params = inner
            .sig
            .inputs
            .iter()
            .enumerate()
            .map(|(position, (name, ty))| Param {
                name: parameter_name(name, position - usize::from(receiver && position > 0)),
                ty: self.ty(ty),
            });
        let params = params.collect();
        Function {
            name: item.name.clone().unwrap_or_default(),
            docs: docs(item),
            generics: self.generics(&inner.generics),
            params,
            output: inner.sig.output.as_ref().map(|ty| self.ty(ty)),
            unsafe_: inner.header.is_unsafe,
            async_: inner.header.is_async,
            const_: inner.header.is_const,
            variadic: inner.sig.is_c_variadic,
            provided: inner.has_body,
            hidden: is_hidden(item),
            deprecated: deprecated(item),
            span: self.graph.span(self.doc, item),
        }
    }

    /// An impl block.
    pub(super) fn impl_(&mut self, inner: &rd::Impl) -> Impl {
        let mut read = Impl {
            generics: self.generics(&inner.generics),
            trait_: inner.trait_.as_ref().map(|path| self.trait_ref(path, true)),
            self_ty: self.ty(&inner.for_),
            blanket: inner.blanket_impl.as_ref().map(blanket_name),
            synthetic: inner.is_synthetic,
            negative: inner.is_negative,
            unsafe_: inner.is_unsafe,
            methods: Vec::new(),
            provided: inner.provided_trait_methods.clone(),
            consts: Vec::new(),
            types: Vec::new(),
            type_generics: BTreeMap::new(),
            krate: self.crate_name().to_owned(),
        };
        read.provided.sort_unstable();
        if read.blanket.is_some() {
            prime(&mut read);
        }
        let of = inner.trait_.as_ref().map_or("an impl", |path| path.path.as_str());
        for item in self.members(&inner.items, of) {
            if inner.trait_.is_none() && !matches!(item.visibility, rd::Visibility::Public) {
                continue;
            }
            match &item.inner {
                rd::ItemEnum::Function(function) => {
                    let function = self.function(item, function);
                    // Older documents list a written method among the provided ones too.
                    read.provided.retain(|name| *name != function.name);
                    read.methods.push(function);
                }
                rd::ItemEnum::AssocConst { type_, .. } => read.consts.extend(self.assoc_const(item, type_)),
                rd::ItemEnum::AssocType {
                    type_: Some(ty),
                    generics,
                    ..
                } => {
                    let ty = self.ty(ty);
                    if !generics.params.is_empty() {
                        let generics = self.generics(generics);
                        let name = item.name.clone();
                        read.type_generics.extend(name.map(|name| (name, generics)));
                    }
                    read.types.extend(item.name.clone().map(|name| (name, ty)));
                }
                _ => {}
            }
        }
        read
    }
}

/// A blanket impl as it is listed on a generic type has the parameters of both: those of the type get names of their own.
fn prime(read: &mut Impl) {
    let Ty::Path { args, .. } = &mut read.self_ty else {
        return;
    };
    for arg in &mut args.args {
        let (name, param) = match arg {
            Arg::Type(Ty::Generic(name)) => {
                let param = |name| GenericParam::Type { name, default: None };
                (name, param as fn(String) -> GenericParam)
            }
            Arg::Const(name)
                if name.starts_with(char::is_alphabetic) && !matches!(&**name, "true" | "false") =>
            {
                let param = |name| GenericParam::Const {
                    name,
                    ty: Ty::Infer,
                    default: None,
                };
                (name, param as fn(String) -> GenericParam)
            }
            _ => continue,
        };
        name.push('\'');
        read.generics.params.push(param(name.clone()));
    }
}

fn opaque(kind: rd::ItemKind) -> DefKind {
    DefKind::Opaque {
        what: kind_word(kind).to_owned(),
    }
}

/// The parameter that a blanket impl is for: `T` of `impl<T> Trait for T`; `&T` is its own text.
fn blanket_name(ty: &rd::Type) -> String {
    match ty {
        rd::Type::Generic(name) => name.clone(),
        rd::Type::BorrowedRef {
            is_mutable, type_, ..
        } => {
            format!(
                "&{}{}",
                if *is_mutable { "mut " } else { "" },
                blanket_name(type_)
            )
        }
        _ => "_".to_owned(),
    }
}

/// A pattern is no name: `_` and `(a, b)` are called by their place.
fn parameter_name(name: &str, position: usize) -> String {
    let name = name.strip_prefix("r#").unwrap_or(name);
    let first = name
        .chars()
        .next()
        .is_some_and(|first| first == '_' || first.is_alphabetic());
    if first && name != "_" && name.chars().all(|c| c == '_' || c.is_alphanumeric()) {
        return name.to_owned();
    }
    format!("arg{position}")
}

pub(super) fn docs(item: &rd::Item) -> String {
    item.docs.as_deref().map_or_else(String::new, readable)
}

pub(super) fn is_non_exhaustive(item: &rd::Item) -> bool {
    item.attrs.contains(&rd::Attribute::NonExhaustive)
}

pub(super) fn is_hidden(item: &rd::Item) -> bool {
    let hides =
        |attr: &rd::Attribute| matches!(attr, rd::Attribute::Other(text) if text.starts_with("#[doc(hidden"));
    item.attrs.iter().any(hides)
}

pub(super) fn deprecated(item: &rd::Item) -> Option<String> {
    let deprecation = item.deprecation.as_ref()?;
    let since = || deprecation.since.as_ref().map(|since| format!("since {since}"));
    Some(deprecation.note.clone().or_else(since).unwrap_or_default())
}
