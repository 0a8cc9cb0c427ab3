//! A small plan with one of everything, for unit tests.

use std::collections::BTreeMap;

use usecrate_manifest::{Kind, SkipCode};

use crate::plan::model::*;

/// A type without members.
pub(crate) fn ty(path: &str, kind: Kind, rust: &str) -> PlannedType {
    PlannedType {
        path: path.to_owned(),
        name: path.rsplit("::").next().unwrap_or_default().to_owned(),
        docs: String::new(),
        kind,
        rust: rust.to_owned(),
        borrows: rust.contains("'h"),
        error: false,
        constructible: true,
        fields: Vec::new(),
        shape: Shape::Named,
        variants: Vec::new(),
        constructors: Vec::new(),
        default: None,
        variant_of: None,
        methods: Vec::new(),
        properties: Vec::new(),
        constants: Vec::new(),
        specials: BTreeMap::new(),
        deref: None,
        primary: None,
        likeness: None,
        object: ObjectForm::None,
        instances: Vec::new(),
    }
}

/// A field.
pub(crate) fn field(rust_name: &str, rust: &str) -> PlannedField {
    let name = if rust_name.starts_with(|c: char| c.is_ascii_digit()) {
        format!("_{rust_name}")
    } else {
        rust_name.to_owned()
    };
    PlannedField {
        name,
        rust_name: rust_name.to_owned(),
        rust: rust.to_owned(),
        docs: String::new(),
    }
}

/// A variant.
pub(crate) fn variant(name: &str, shape: Shape, fields: Vec<PlannedField>) -> PlannedVariant {
    PlannedVariant {
        name: name.to_owned(),
        rust_name: name.to_owned(),
        discriminant: None,
        shape,
        fields,
        docs: String::new(),
        constructor: None,
        getters: Vec::new(),
    }
}

/// A shim that calls `path`.
pub(crate) fn shim(id: &str, params: &[&str], action: Action) -> Shim {
    Shim {
        id: id.to_owned(),
        name: id.rsplit("::").next().unwrap_or_default().to_owned(),
        docs: String::new(),
        signature: format!("fn {id}"),
        span: Some("src/lib.rs:1".to_owned()),
        deprecated: None,
        params: params.iter().map(|name| param(name)).collect(),
        action,
        fluent: Fluent::No,
        keeps_lock: false,
        origin: None,
        counts: None,
        reach: crate::plan::Reach::default(),
        bounds: Vec::new(),
    }
}

/// A parameter whose type the callee determines.
pub(crate) fn param(name: &str) -> PlannedParam {
    PlannedParam {
        name: name.to_owned(),
        lift: None,
        stay: Stay::Call,
        optional: false,
        default: None,
    }
}

/// `path(…)`.
pub(crate) fn call(path: &str) -> Action {
    Action::Call {
        path: path.to_owned(),
    }
}

fn method(name: &str, instance: bool, shim: ShimId) -> PlannedMethod {
    PlannedMethod {
        name: name.to_owned(),
        instance,
        shims: vec![shim],
        from_trait: None,
    }
}

/// Types: 0 `Shop` (handle), 1 `View` (handle with a lifetime), 2 `Point` (record), 3 `Shape` (enum with data),
/// 4 `Op` (enum without), 5 `Lost` (handle that nothing gives).
pub(crate) fn plan() -> Plan {
    let mut types = vec![
        ty("x::Shop", Kind::Handle, "::x::Shop"),
        ty("x::View", Kind::Handle, "::x::View<'h>"),
        ty("x::Point", Kind::Record, "::x::Point"),
        ty("x::Shape", Kind::Enum, "::x::Shape"),
        ty("x::Op", Kind::Enum, "::x::Op"),
        ty("x::Lost", Kind::Handle, "::x::Lost"),
    ];
    types[2].fields = vec![
        field("x", "f64"),
        field("tags", "::std::vec::Vec<::std::string::String>"),
    ];
    types[3].variants = vec![
        variant("Dot", Shape::Unit, vec![]),
        variant("Circle", Shape::Tuple, vec![field("0", "f64")]),
        variant("At", Shape::Named, vec![field("point", "::x::Point")]),
    ];
    types[4].constructible = false;
    types[4].variants = vec![
        variant("Less", Shape::Unit, vec![]),
        variant("More", Shape::Unit, vec![]),
    ];
    types[4].variants[0].discriminant = Some(-1);
    types[0].constructors = vec![0];
    types[0].methods = vec![
        method("add", true, 1),
        method("new", false, 0),
        method("view", true, 2),
    ];
    types[0].properties = vec![PlannedProperty {
        name: "size".into(),
        get: 3,
        set: Some(4),
        lend: None,
        docs: "How big.".into(),
    }];
    types[5].methods = vec![method("use_", true, 7)];

    let mut shims = vec![
        shim("x::Shop::new", &["name", "limit"], call("<::x::Shop>::new")),
        shim("x::Shop::add", &["self", "data"], call("<::x::Shop>::add")),
        shim("x::Shop::view", &["self"], call("<::x::Shop>::view")),
        shim("x::Shop.size", &["self"], Action::Get { field: "size".into() }),
        shim(
            "x::Shop.size=",
            &["self", "value"],
            Action::Set { field: "size".into() },
        ),
        shim(
            "x::BEST",
            &[],
            Action::Const {
                path: "::x::BEST".into(),
            },
        ),
        shim(
            "x::area",
            &["shape"],
            Action::Expr {
                text: "::x::area(&{0}).max({ 0.0 })".into(),
            },
        ),
        shim("x::Lost::use_", &["self"], call("<::x::Lost>::use_")),
    ];
    shims[0].params[1].optional = true;
    shims[0].docs = "Opens a shop.".into();
    shims[1].params[1].lift = Some("::usecrate_runtime::private::BytesLike<'c>".into());
    shims[1].fluent = Fluent::Borrowed;
    shims[1].params[0].stay = Stay::Group;
    shims[2].params[0].stay = Stay::Group;
    for (id, shim) in shims.iter_mut().enumerate() {
        shim.counts = (![3, 4, 5].contains(&id)).then_some(id);
        shim.origin = shim.counts;
    }
    shims[3].params[0].lift = Some("&'c ::x::Shop".into());
    shims[4].params[0].lift = Some("&'c mut ::x::Shop".into());

    let entries = vec![
        ("BEST".into(), PlannedTarget::Constant(5)),
        ("Lost".into(), PlannedTarget::Type(5)),
        ("Op".into(), PlannedTarget::Type(4)),
        ("Shop".into(), PlannedTarget::Type(0)),
        ("area".into(), PlannedTarget::Function(vec![6])),
        ("inner".into(), PlannedTarget::Module(1)),
    ];
    let inner = vec![
        ("Point".into(), PlannedTarget::Type(2)),
        ("View".into(), PlannedTarget::Type(1)),
    ];
    Plan {
        lib: "x".into(),
        docs: "A crate.".into(),
        types,
        shims,
        modules: vec![
            PlannedModule {
                path: "x".into(),
                docs: String::new(),
                entries,
            },
            PlannedModule {
                path: "x::inner".into(),
                docs: String::new(),
                entries: inner,
            },
        ],
        skipped: vec![PlannedSkip {
            path: "x::Lost::poke".into(),
            name: "poke".into(),
            owners: vec![5],
            modules: Vec::new(),
            code: SkipCode::Unsafe,
            message: "it is `unsafe`".into(),
            span: None,
            origin: None,
            counts: None,
        }],
        ..Plan::default()
    }
}
