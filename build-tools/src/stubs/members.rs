//! Special methods.

use std::fmt::Write as _;

use usecrate_manifest::{Callable, Kind, Type, TypeRef};

use super::file::{File, Form};
use super::signatures::{Signature, resolve, signatures};
use super::ty::{Known, Ty, builtin};
use super::types::Types;

const ORDERS: [&str; 4] = ["__lt__", "__le__", "__gt__", "__ge__"];
/// These give the object itself.
const IN_PLACE: [&str; 12] = [
    "__iadd__",
    "__isub__",
    "__imul__",
    "__itruediv__",
    "__ifloordiv__",
    "__imod__",
    "__ipow__",
    "__iand__",
    "__ior__",
    "__ixor__",
    "__ilshift__",
    "__irshift__",
];
/// What Python gives records and enums itself.
const OF_VALUES: [&str; 5] = ["__repr__", "__eq__", "__ne__", "__copy__", "__deepcopy__"];
const OF_ENUMS: [&str; 6] = [
    "__eq__",
    "__ne__",
    "__hash__",
    "__copy__",
    "__deepcopy__",
    "__repr__",
];
const OF_ERRORS: [&str; 10] = [
    "__str__",
    "__repr__",
    "__format__",
    "__copy__",
    "__deepcopy__",
    "__bytes__",
    "__len__",
    "__bool__",
    "__next__",
    "__iter__",
];

/// The special methods of a type's class.
pub(super) fn specials(file: &mut File<'_, '_>, ty: &Type, index: u32) -> String {
    let mut left_out: Vec<&str> = Vec::new();
    if ty.error {
        left_out.extend(OF_ERRORS);
        if ty.kind != Kind::Handle {
            left_out.extend(["__eq__", "__ne__"]);
        }
    } else if ty.kind == Kind::Record {
        left_out.extend(OF_VALUES);
    } else if ty.kind == Kind::Enum {
        let plain = ty.variants.iter().all(|variant| variant.fields.is_empty());
        left_out.extend(if plain { &OF_ENUMS[..] } else { &OF_VALUES[..] });
    }
    let mut text = String::new();
    let has = |name: &str| {
        ty.specials.get(name).is_some_and(|found| !found.is_empty()) && !left_out.contains(&name)
    };
    for (name, callables) in &ty.specials {
        if callables.is_empty() || left_out.contains(&name.as_str()) {
            continue;
        }
        text.push_str(&special(file, ty, index, name, callables));
    }
    let ordering = ["__cmp__", "__partial_cmp__"].into_iter().find(|name| has(name));
    if let Some(ordering) = ordering {
        let mut all = signatures(file.tree, &ty.specials[ordering], 1);
        for one in &mut all {
            one.result = builtin("bool");
            one.docs.clear();
        }
        let all = resolve(Known(file.tree.manifest), all);
        for name in ORDERS {
            if !has(name) {
                text.push_str(&file.defs(name, &all, OPERATOR, 4));
            }
        }
    }
    if has("__eq__") && !ty.specials.contains_key("__hash__") && ty.kind == Kind::Handle {
        let var = file.names.import("typing", "ClassVar");
        _ = writeln!(
            text,
            "    __hash__: {var}[None]  # type: ignore[assignment]  # pyright: ignore[reportIncompatibleMethodOverride]"
        );
    }
    if has("__copy__") && !has("__deepcopy__") {
        let own = Types::of(file.tree).object(index);
        let own = file.ty(&own);
        let object = file.names.builtin("object");
        _ = writeln!(
            text,
            "    def __deepcopy__(self, memo: {object}, /) -> {own}: ..."
        );
    }
    text
}

const OPERATOR: Form<'_> = Form {
    decorators: &[],
    receiver: Some("self"),
    by_position: true,
    docs: false,
};

fn special(file: &mut File<'_, '_>, ty: &Type, index: u32, name: &str, callables: &[u32]) -> String {
    let simple = |file: &mut File<'_, '_>, ty: &str| {
        let ty = file.names.builtin(ty);
        format!("    def {name}(self) -> {ty}: ...\n")
    };
    match name {
        "__cmp__" | "__partial_cmp__" => return String::new(),
        // Pickling asks for them where they are.
        "__serialize__" | "__deserialize__" => return String::new(),
        "__str__" | "__repr__" => return simple(file, "str"),
        "__hash__" | "__len__" | "__length_hint__" | "__index__" | "__int__" => return simple(file, "int"),
        "__bool__" => return simple(file, "bool"),
        "__float__" => return simple(file, "float"),
        "__bytes__" => return simple(file, "bytes"),
        "__eq__" | "__ne__" => {
            let (object, bool) = (file.names.builtin("object"), file.names.builtin("bool"));
            return format!("    def {name}(self, other: {object}, /) -> {bool}: ...\n");
        }
        "__format__" => {
            let str = file.names.builtin("str");
            return format!("    def {name}(self, spec: {str}, /) -> {str}: ...\n");
        }
        "__next__" => return next(file, callables[0]),
        "__lend__" => return lend(file, callables[0]),
        // An iterator is its own.
        "__iter__" if ty.specials.contains_key("__next__") => return String::new(),
        "__contains__" => {
            let mut all = signatures(file.tree, callables, 1);
            for one in &mut all {
                one.docs.clear();
            }
            return file.defs(name, &all, OPERATOR, 4);
        }
        _ => {}
    }
    let params = &file.tree.manifest.callables[callables[0] as usize].params;
    let receives = |at: usize| {
        params.get(at).is_some_and(|param| match param.ty {
            TypeRef::Handle(found, _) | TypeRef::Record(found) | TypeRef::Enum(found) => found == index,
            _ => false,
        })
    };
    let swapped = name.starts_with("__r") && !receives(0) && receives(1);
    let mut all: Vec<Signature> = if swapped {
        let mut all = signatures(file.tree, callables, 0);
        for one in &mut all {
            one.params.truncate(1);
        }
        all
    } else {
        signatures(file.tree, callables, 1)
    };
    for one in &mut all {
        if name == "__setitem__" || name == "__delitem__" {
            one.result = Ty::None;
        }
        if IN_PLACE.contains(&name) {
            one.result = Types::of(file.tree).object(index);
        }
    }
    if IN_PLACE.contains(&name) {
        // What it declines goes to the operator that makes a new object.
        let plain = format!("__{}", &name[3..]);
        if let Some(callables) = ty.specials.get(&plain) {
            all.extend(signatures(file.tree, callables, 1));
        }
    }
    for one in &mut all {
        one.docs.clear();
    }
    let all = resolve(Known(file.tree.manifest), all);
    file.defs(name, &all, OPERATOR, 4)
}

/// The next item, and the iterator itself.
/// The items of what lends them, one at a time.
fn lend(file: &mut File<'_, '_>, callable: u32) -> String {
    let item = Types::of(file.tree).given(held(&file.tree.manifest.callables[callable as usize]));
    let item = file.ty(&item);
    let iterator = file.names.import("collections.abc", "Iterator");
    format!("    def __iter__(self) -> {iterator}[{item}]: ...\n")
}

/// What a callable gives, if it gives something. An item may be an error, which is raised.
fn held(callable: &Callable) -> &TypeRef {
    let found = match &callable.result {
        TypeRef::Result(found, _) => &**found,
        other => other,
    };
    match found {
        TypeRef::Option(inner) => inner,
        other => other,
    }
}

fn next(file: &mut File<'_, '_>, callable: u32) -> String {
    let types = Types::of(file.tree);
    let callable = &file.tree.manifest.callables[callable as usize];
    let held = held(callable);
    let item = match (held, callable.params.len()) {
        (TypeRef::List(item), 2) => types.given(item),
        _ => types.given(held),
    };
    let item = file.ty(&item);
    let own = file.names.import("typing_extensions", "Self");
    format!("    def __iter__(self) -> {own}: ...\n    def __next__(self) -> {item}: ...\n")
}
