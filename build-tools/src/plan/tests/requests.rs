//! Plans with instances that are asked for by name, and with what nothing decides.

use super::*;
use crate::plan::Unusable;

impl Sample {
    fn asked(&self, entries: &[(&str, &[&str])]) -> Result<Plan, Unusable> {
        let wanted = |one: &&str| Wanted {
            arguments: (*one).to_owned(),
            py_name: None,
        };
        let lists = |lists: &[&str]| lists.iter().map(wanted).collect();
        let instantiate = entries.iter().map(|(path, all)| ((*path).to_owned(), lists(all)));
        let options = Options {
            instantiate: instantiate.collect(),
            ..Options::default()
        };
        plan(&self.0, &options)
    }

    /// A trait without methods, and the types that implement it.
    fn trait_(self, name: &str, types: &[Ty]) -> Self {
        let empty = Trait {
            methods: Vec::new(),
            consts: Vec::new(),
            types: Vec::new(),
            supertraits: Vec::new(),
            unsafe_: false,
            auto: false,
            dyn_compatible: false,
        };
        let made = self.def(name, Generics::default(), DefKind::Trait(empty));
        types.iter().fold(made, |sample, ty| {
            let trait_ = TraitRef {
                def: key(&format!("x::{name}")),
                args: Args::default(),
            };
            sample.block(ty.clone(), Some(trait_), Generics::default(), Vec::new())
        })
    }
}

fn generic(name: &str) -> Ty {
    Ty::Generic(name.to_owned())
}

fn calls(plan: &Plan, id: &str) -> String {
    match &shim(plan, id).action {
        Action::Call { path } => path.clone(),
        Action::Expr { text } => text.clone(),
        other => panic!("{other:?}"),
    }
}

fn keys(plan: &Plan, id: &str) -> Vec<Vec<String>> {
    shim(plan, id).reach.keys.clone()
}

/// `fn get<P, T: Cell>(place: P) -> T where P: Copy`
fn get() -> Function {
    let get = function("get", vec![("place", generic("P"))], Some(generic("T")));
    let get = bounded(get, "P", "core::marker::Copy", Vec::new());
    bounded(get, "T", "x::Cell", Vec::new())
}

#[test]
fn what_nothing_decides_is_called_with_its_types_written_out() {
    let cells = [prim("i64"), path("alloc::string::String", Vec::new())];
    let plan = Sample::new().trait_("Cell", &cells).function(get()).plan();
    let id = "x::get<i64, String>";
    assert_eq!(calls(&plan, id), "::x::get::<_, ::std::string::String>");
    assert_eq!(keys(&plan, id), [vec!["i64", "String"], vec!["String"]]);
    assert!(
        plan.shims.iter().all(|shim| !shim.reach.bare),
        "a call has to say which"
    );
    let all: Vec<&str> = plan.shims.iter().map(|shim| shim.id.as_str()).collect();
    assert_eq!(
        all,
        [
            "x::get<i64, i64>",
            "x::get<f64, i64>",
            "x::get<i64, String>",
            "x::get<f64, String>"
        ]
    );
}

#[test]
fn the_only_one_that_there_is_needs_no_name() {
    let made = bounded(
        function("made", Vec::new(), Some(generic("T"))),
        "T",
        "core::default::Default",
        Vec::new(),
    );
    let plan = Sample::new().function(made).plan();
    let only = shim(&plan, "x::made<Dynamic>");
    assert!(only.reach.bare && only.reach.keys.is_empty());
}

#[test]
fn the_crates_own_type_for_any_value_is_meant() {
    let payload = |name: &str, ty: Ty| Variant {
        name: name.to_owned(),
        fields: Fields::Tuple {
            fields: vec![Some(Field {
                name: "0".to_owned(),
                ty,
                docs: String::new(),
            })],
        },
        discriminant: None,
        docs: String::new(),
        non_exhaustive: false,
    };
    let variants = vec![
        payload("Whole", prim("i64")),
        payload("Real", prim("f64")),
        payload("Text", path("alloc::string::String", Vec::new())),
    ];
    let cells = [prim("i64"), path("x::Any", Vec::new())];
    let get = bounded(
        function("get", Vec::new(), Some(generic("T"))),
        "T",
        "x::Cell",
        Vec::new(),
    );
    let plan = Sample::new()
        .def(
            "Any",
            Generics::default(),
            DefKind::Enum {
                variants,
                hidden_variants: false,
            },
        )
        .trait_("Cell", &cells)
        .function(get)
        .plan();
    assert!(shim(&plan, "x::get<Any>").reach.bare);
    assert!(!shim(&plan, "x::get<i64>").reach.bare);
    assert_eq!(keys(&plan, "x::get<i64>"), [["i64"]]);
}

#[test]
fn what_is_asked_for_is_planned_beside_the_rest() {
    let takes = bounded(
        function("takes", vec![("value", generic("T"))], None),
        "T",
        "core::clone::Clone",
        Vec::new(),
    );
    let sample = Sample::new().function(takes);
    let plan = sample
        .asked(&[("takes", &["u8", "Vec< u16 >", "u8"]), ("x::takes", &["String"])])
        .unwrap();
    assert!(shim(&plan, "x::takes").reach.keys.is_empty());
    let id = "x::takes<Vec< u16 >>";
    assert_eq!(
        calls(&plan, id),
        "::x::takes::<::std::vec::Vec<::core::primitive::u16>>"
    );
    assert_eq!(keys(&plan, id), [["Vec< u16 >"]]);
    let reach = &shim(&plan, "x::takes<u8>").reach;
    assert!(reach.bare, "what is passed tells it");
    assert_eq!(reach.request.as_deref(), Some("takes<u8>"));
    assert_eq!(plan.shims.iter().filter(|shim| shim.id.contains("u8")).count(), 1);
    assert!(plan.refused.is_empty());
}

#[test]
fn types_are_asked_for_by_their_own_names_and_by_aliases() {
    let over = |names: &[&str]| Generics {
        params: names
            .iter()
            .map(|name| GenericParam::Type {
                name: (*name).to_owned(),
                default: None,
            })
            .collect(),
        bounds: Vec::new(),
    };
    let wrap = |ty: Ty| path("x::Wrap", vec![Arg::Type(ty)]);
    let get = function(
        "get",
        vec![("self", reference(None, false, me()))],
        Some(generic("T")),
    );
    let pair = Ty::Tuple(vec![prim("bool"), generic("V")]);
    let sample = Sample::new()
        .opaque("Wrap", over(&["T"]))
        .block(wrap(generic("T")), None, over(&["T"]), vec![get])
        .def("Pairs", over(&["V"]), DefKind::Alias { ty: wrap(pair) });
    let plan = sample.asked(&[("Wrap", &["u8"]), ("Pairs", &["u16"])]).unwrap();
    let to = |name: &str| {
        let found = class(&plan, name).instances.iter();
        let found = found.map(|(key, id)| (key.join(", "), plan.types[*id].path.clone()));
        found.collect::<BTreeMap<String, String>>()
    };
    let of_wrap = to("Wrap");
    assert_eq!(of_wrap["u8"], "x::Wrap<u8>");
    assert_eq!(
        of_wrap["Dynamic"], "x::Wrap<Dynamic>",
        "what stands in is not lost"
    );
    let of_pairs = plan
        .types
        .iter()
        .flat_map(|ty| &ty.instances)
        .find(|(key, _)| *key == ["u16"]);
    assert_eq!(plan.types[of_pairs.unwrap().1].path, "x::Wrap<(bool, u16)>");
    assert_eq!(shim(&plan, "x::Wrap<u8>::get").params.len(), 1);
}

#[test]
fn constants_are_given_like_types() {
    let mut zeros = function(
        "zeros",
        Vec::new(),
        Some(Ty::Array {
            ty: Box::new(prim("u8")),
            len: "N".to_owned(),
        }),
    );
    zeros.generics.params.push(GenericParam::Const {
        name: "N".to_owned(),
        ty: prim("usize"),
        default: None,
    });
    let plan = Sample::new().function(zeros).asked(&[("zeros", &["5"])]).unwrap();
    assert_eq!(calls(&plan, "x::zeros<5>"), "::x::zeros::<5>");
    assert_eq!(keys(&plan, "x::zeros<3>"), [["3"]]);
    assert!(plan.shims.iter().all(|shim| !shim.reach.bare));
}

#[test]
fn what_names_nothing_is_told() {
    let takes = bounded(
        function("takes", vec![("value", generic("T"))], None),
        "T",
        "core::clone::Clone",
        Vec::new(),
    );
    let sample = Sample::new().function(takes).opaque("Thing", Generics::default());
    let told = |entry: &str, list: &str| {
        let error = sample.asked(&[(entry, &[list])]).unwrap_err();
        (error.problem, error.near)
    };
    assert_eq!(told("take", "u8").1, ["takes"]);
    assert_eq!(told("takes", "Thin").1, ["Thing"]);
    assert_eq!(told("takes", "Strin").1, ["String"]);
    assert!(told("takes", "u8, u8").0.contains("gives 2, and it takes T"));
    assert!(told("Thing", "u8").0.contains("not generic"));
    assert!(told("takes", "fn()").0.contains("cannot be asked for"));
}

#[test]
fn the_error_of_what_a_callable_gives_is_what_its_bound_names() {
    let gives = path(
        "core::result::Result",
        vec![Arg::Type(prim("u8")), Arg::Type(generic("E"))],
    );
    let calls_it = bounded(
        function("calls", vec![("f", generic("F"))], Some(gives.clone())),
        "E",
        "core::convert::From",
        vec![Arg::Type(path("alloc::string::String", Vec::new()))],
    );
    let mut calls_it = bounded(
        calls_it,
        "F",
        "core::ops::FnOnce",
        vec![Arg::Type(Ty::Tuple(Vec::new()))],
    );
    let Bound::Trait { trait_, .. } = &mut calls_it.generics.bounds[1].bounds[0] else {
        panic!("it was just made");
    };
    trait_.args.bindings.push(("Output".to_owned(), gives));
    let plan = Sample::new().function(calls_it).plan();
    let only = &plan.shims[0];
    assert!(only.reach.bare && only.reach.keys.is_empty());
    assert!(calls(&plan, &only.id).contains("::x::calls::<::std::string::String, _>("));
}

#[test]
fn what_is_filled_with_items_is_a_list_of_them() {
    for trait_ in ["core::iter::FromIterator", "core::iter::Extend"] {
        let made = bounded(
            function("made", Vec::new(), Some(generic("C"))),
            "C",
            trait_,
            vec![Arg::Type(prim("u16"))],
        );
        let plan = Sample::new().function(made).plan();
        let path = "::x::made::<::std::vec::Vec<::core::primitive::u16>>";
        assert_eq!(calls(&plan, "x::made<Vec<u16>>"), path, "{trait_}");
    }
}
