//! Callables as Python would write them.

use usecrate_manifest::{Callable, Manifest, Mode, TypeRef};

/// `name(self, a: int, b: str | None = None) -> bool`.
pub fn signature(manifest: &Manifest, name: &str, callable: &Callable) -> String {
    let params: Vec<_> = callable
        .params
        .iter()
        .map(|param| match (param.name.as_str(), param.optional) {
            ("self", _) => "self".to_owned(),
            (name, true) => format!("{name}: {} = None", annotation(manifest, &param.ty)),
            (name, false) => format!("{name}: {}", annotation(manifest, &param.ty)),
        })
        .collect();
    let result = match &callable.result {
        TypeRef::Plain("unit") => String::new(),
        TypeRef::Result(ok, error) => {
            let raises = match &**error {
                TypeRef::Handle(..) | TypeRef::Record(_) | TypeRef::Enum(_) => annotation(manifest, error),
                _ => "CallError".to_owned(),
            };
            format!(" -> {}  # raises {raises}", annotation(manifest, ok))
        }
        other => format!(" -> {}", annotation(manifest, other)),
    };
    format!("{name}({}){result}", params.join(", "))
}

/// A type in Python's words.
pub fn annotation(manifest: &Manifest, ty: &TypeRef) -> String {
    let one = |ty: &TypeRef| annotation(manifest, ty);
    let many = |parts: &[TypeRef], by: &str| parts.iter().map(one).collect::<Vec<_>>().join(by);
    let class = |index: u32| {
        manifest
            .types
            .get(index as usize)
            .map_or("?", |ty| ty.name.as_str())
    };
    match ty {
        TypeRef::Plain(word) => plain(word).to_owned(),
        TypeRef::Option(inner) => format!("{} | None", one(inner)),
        TypeRef::List(inner) => format!("list[{}]", one(inner)),
        TypeRef::Set(inner) => format!("set[{}]", one(inner)),
        TypeRef::Array(inner, _) if **inner == TypeRef::Plain("u8") => "bytes".to_owned(),
        TypeRef::Array(inner, n) => format!("list[{}, {n}]", one(inner)),
        TypeRef::Tuple(parts) if parts.is_empty() => "tuple[()]".to_owned(),
        TypeRef::Tuple(parts) => format!("tuple[{}]", many(parts, ", ")),
        TypeRef::Dict(key, value) => format!("dict[{}, {}]", one(key), one(value)),
        TypeRef::Range(_) => "range".to_owned(),
        TypeRef::Bounds(_) => "slice".to_owned(),
        TypeRef::Union(parts) => many(parts, " | "),
        TypeRef::Result(ok, _) => one(ok),
        // A class says once whether passing it moves; what is unusual here is lending it exclusively or moving it.
        TypeRef::Handle(index, Mode::Move) => format!("moved {}", class(*index)),
        TypeRef::Handle(index, Mode::Shared | Mode::Exclusive | Mode::Clone | Mode::New) => {
            class(*index).to_owned()
        }
        TypeRef::Record(index) | TypeRef::Enum(index) => class(*index).to_owned(),
    }
}

fn plain(word: &str) -> &str {
    match word {
        "unit" => "None",
        "u8" | "u16" | "u32" | "u64" | "u128" | "usize" | "i8" | "i16" | "i32" | "i64" | "i128" | "isize" => {
            "int"
        }
        "f32" | "f64" => "float",
        "char" | "str" => "str",
        "path" => "Path",
        "duration" => "timedelta",
        "system_time" => "datetime",
        "ip" => "IPv4Address | IPv6Address",
        "socket_addr" => "tuple[str, int]",
        "ordering" => "int",
        "any" => "Any",
        "io_error" => "IoError",
        "never" => "NoReturn",
        // `bool` and `bytes` are Python's own words.
        other => other,
    }
}
