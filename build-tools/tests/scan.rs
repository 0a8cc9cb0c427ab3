//! Scans small crates, documented here by the rustdoc at hand, and looks at what became of them.
//!
//! One folder per behaviour under `tests/scan`. A fixture is documented as cargo would do it, without cargo.

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;
use usecrate_build::api::{
    Api, Arg, Bound, Def, DefKey, DefKind, Fields, Function, GenericParam, Impl, Target, Ty,
};
use usecrate_build::scan::{Document, Needed, ProvideError, ScanError, scan};

/// A folder with compiled and documented fixtures.
struct Workshop {
    folder: TempDir,
    /// `+nightly`, or nothing for the compiler at hand.
    toolchain: Option<&'static str>,
}

impl Workshop {
    fn new() -> Self {
        Self {
            folder: TempDir::new().expect("a temporary folder"),
            toolchain: None,
        }
    }

    fn tool(&self, name: &str) -> Command {
        let mut command = match self.toolchain {
            None => Command::new(std::env::var_os(name.to_uppercase()).unwrap_or_else(|| name.into())),
            Some(toolchain) => {
                let mut command = Command::new("rustup");
                command.args(["run", toolchain, name]);
                command
            }
        };
        command
            .current_dir(self.folder.path())
            .env("RUSTC_BOOTSTRAP", "1")
            .args(["--edition", "2024"]);
        command
    }

    /// Compiles a dependency; `version` tells two of one name apart.
    fn compile(&self, fixture: &str, name: &str, version: &str) -> PathBuf {
        let library = self.folder.path().join(format!("lib{name}-{version}.rmeta"));
        let mut command = self.tool("rustc");
        command.args(["--crate-type", "lib", "--emit", "metadata", "--crate-name", name]);
        command
            .arg(format!("-Cmetadata={version}"))
            .arg("-o")
            .arg(&library)
            .arg(source(fixture));
        run(command);
        library
    }

    fn document(&self, fixture: &str, name: &str, externs: &[(&str, &Path)]) -> Document {
        let out = self.folder.path().join("doc").join(fixture);
        let mut command = self.tool("rustdoc");
        command.args([
            "-Z",
            "unstable-options",
            "--output-format",
            "json",
            "--document-hidden-items",
            "--cap-lints",
            "allow",
        ]);
        command
            .args(["--crate-name", name])
            .arg("-o")
            .arg(&out)
            .arg(source(fixture));
        for (name, library) in externs {
            command
                .arg("--extern")
                .arg(format!("{name}={}", library.display()));
        }
        run(command);
        Document {
            package: format!("{name}@1.0.0"),
            path: out.join(format!("{name}.json")),
        }
    }
}

fn source(fixture: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/scan")
        .join(fixture)
        .join("src/lib.rs")
}

fn run(mut command: Command) {
    let output = command.output().expect("the compiler starts");
    assert!(
        output.status.success(),
        "{command:?}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// For crates that need nothing.
fn nothing(needed: &[Needed]) -> Result<Vec<(Needed, Document)>, ProvideError> {
    panic!("nothing should be needed, but {needed:?} is")
}

fn scan_alone(fixture: &str) -> Api {
    let workshop = Workshop::new();
    scan(&workshop.document(fixture, "fixture", &[]), &mut nothing).expect("the fixture is scanned")
}

fn def<'a>(api: &'a Api, key: &str) -> &'a Def {
    api.def(&DefKey(key.to_owned()))
        .unwrap_or_else(|| panic!("no `{key}`"))
}

fn function<'a>(api: &'a Api, key: &str) -> &'a Function {
    match &def(api, key).kind {
        DefKind::Function(function) => function,
        other => panic!("`{key}` is {other:?}"),
    }
}

fn leads_to(api: &Api, path: &str) -> Vec<String> {
    let name = |target: &&Target| match target {
        Target::Module(path) => format!("module {path}"),
        Target::Def(key) => key.0.clone(),
        Target::Variant { def, variant } => format!("{}::{variant}", def.0),
    };
    api.lookup(path).iter().map(name).collect()
}

fn is(ty: &Ty, key: &str) -> bool {
    matches!(ty, Ty::Path { def, .. } if def.0 == key)
}

/// Impls of a trait, by the last segment of its name.
fn impls<'a>(api: &'a Api, trait_: &str) -> Vec<&'a Impl> {
    let named = |impl_: &&Impl| impl_.trait_.as_ref().is_some_and(|of| of.def.name() == trait_);
    api.impls.iter().filter(named).collect()
}

fn names(functions: &[Function]) -> Vec<&str> {
    functions.iter().map(|function| function.name.as_str()).collect()
}

#[test]
fn every_public_name_leads_to_its_definition() {
    let api = scan_alone("public_names");
    for (path, to) in [
        ("fixture::Globbed", "fixture::inner::Globbed"),
        ("fixture::renamed::Other", "fixture::inner::Globbed"),
        ("fixture::deep::Deep", "fixture::inner::deep::Deep"),
        ("fixture::Twice", "fixture::inner::further::Twice"),
        ("fixture::Choice", "fixture::inner::Choice"),
        ("fixture::Second", "fixture::inner::Choice::Second"),
        ("fixture::renamed::One", "fixture::inner::Choice::First"),
        ("fixture::Shadowed", "fixture::Shadowed"),
        ("fixture::both", "fixture::both::both"),
        (
            "fixture::cycle::again::again::Leaf",
            "fixture::cycle::child::Leaf",
        ),
        (
            "fixture::cycle::child::child::Leaf",
            "fixture::cycle::child::Leaf",
        ),
        ("fixture::prelude::Road", "fixture::long::winding::Road"),
        (
            "fixture::renamed::HashMap",
            "std::collections::hash::map::HashMap",
        ),
    ] {
        assert_eq!(leads_to(&api, path), [to], "{path}");
    }
    assert_eq!(
        leads_to(&api, "fixture::pair"),
        ["module fixture::pair", "fixture::pair"]
    );
    assert_eq!(leads_to(&api, "fixture::pair::inside"), ["fixture::pair::inside"]);
    for private in [
        "fixture::inner",
        "fixture::Hidden",
        "fixture::unnameable",
        "fixture::both::hidden_helper",
    ] {
        assert!(leads_to(&api, private).is_empty(), "{private}");
    }
}

#[test]
fn a_name_that_two_globs_bring_is_noted_and_left_out() {
    let api = scan_alone("public_names");
    assert!(leads_to(&api, "fixture::clashing::Clash").is_empty());
    assert!(
        api.notes
            .iter()
            .any(|note| note.contains("`fixture::clashing::Clash` is ambiguous")),
        "{:?}",
        api.notes
    );
}

#[test]
fn what_is_hidden_is_left_out_unless_a_name_that_is_not_leads_to_it() {
    let api = scan_alone("public_names");
    assert_eq!(leads_to(&api, "fixture::free"), ["fixture::free::free"]);
    assert_eq!(leads_to(&api, "fixture::Freed"), ["fixture::free::Freed"]);
    assert_eq!(leads_to(&api, "fixture::Deepest"), ["fixture::inner::deep::Deep"]);
    assert_eq!(leads_to(&api, "fixture::Named"), ["fixture::internal::Named"]);
    for path in [
        "Hidden",
        "helper",
        "internal::Named",
        "Internal",
        "inside",
        "free::Freed",
    ] {
        assert!(leads_to(&api, &format!("fixture::{path}")).is_empty(), "{path}");
    }
    let freed = &def(&api, "fixture::free::Freed").kind;
    let DefKind::Struct(Fields::Named { fields, private }) = freed else {
        panic!("{freed:?}");
    };
    let names: Vec<&str> = fields.iter().map(|field| field.name.as_str()).collect();
    assert_eq!((names, *private), (vec!["shown"], true));
    let methods = |impl_: &Impl| {
        impl_
            .methods
            .iter()
            .map(|one| one.name.clone())
            .collect::<Vec<_>>()
    };
    let of_freed = |impl_: &&Impl| {
        impl_.trait_.is_none()
            && matches!(&impl_.self_ty, Ty::Path { def, .. } if def.0 == "fixture::free::Freed")
    };
    let blocks: Vec<_> = api.impls.iter().filter(of_freed).map(methods).collect();
    assert_eq!(blocks, [["seen"]]);
    assert!(
        !api.defs
            .contains_key(&DefKey("fixture::internal::Unnamed".to_owned()))
    );
}

#[test]
fn paths_are_listed_best_first() {
    let api = scan_alone("public_names");
    assert_eq!(
        def(&api, "fixture::inner::Globbed").paths,
        ["fixture::Globbed", "fixture::renamed::Other"]
    );
    let road = def(&api, "fixture::long::winding::Road");
    assert_eq!(
        road.paths,
        ["fixture::long::winding::Road", "fixture::prelude::Road"]
    );
    assert_eq!(
        def(&api, "std::collections::hash::map::HashMap").paths[0],
        "std::collections::hash_map::HashMap"
    );
    assert!(def(&api, "fixture::unnameable::Secret").paths.is_empty());
    for module in api.modules.values() {
        assert!(
            module.path.split("::").count() <= 4,
            "cycles end: {}",
            module.path
        );
    }
}

#[test]
fn keywords_are_raw_in_paths_and_bare_in_names() {
    let api = scan_alone("public_names");
    assert_eq!(leads_to(&api, "fixture::type::match"), ["fixture::type::match"]);
    assert_eq!(
        def(&api, "fixture::type::match").paths,
        ["fixture::r#type::r#match"]
    );
    assert_eq!(
        def(&api, "fixture::named::Named").paths,
        ["fixture::named::Named"]
    );
    assert!(api.modules["fixture::scope"].entries.is_empty());
}

#[test]
fn a_type_that_is_not_described_is_noted() {
    let api = scan_alone("public_names");
    let output = function(&api, "fixture::gives_hidden").output.as_ref().unwrap();
    let Ty::Path { def: key, .. } = output else {
        panic!("{output:?}")
    };
    assert!(def(&api, &key.0).hidden && matches!(def(&api, &key.0).kind, DefKind::Opaque { .. }));
    assert!(
        api.notes.iter().any(|note| note.contains("`Hidden`")),
        "{:?}",
        api.notes
    );
}

#[test]
fn fields_are_public_ones_and_the_rest_is_known_to_exist() {
    let api = scan_alone("item_details");
    let open = def(&api, "fixture::Open");
    assert!(
        open.non_exhaustive && open.docs == "All public." && open.span.as_deref() == Some("src/lib.rs:9")
    );
    let DefKind::Struct(Fields::Named {
        fields,
        private: false,
    }) = &open.kind
    else {
        panic!("{open:?}")
    };
    assert_eq!(
        (fields[0].name.as_str(), fields[0].docs.as_str()),
        ("first", "The first.")
    );
    assert!(is(&fields[1].ty, "core::option::Option"));

    let DefKind::Struct(Fields::Named {
        fields,
        private: true,
    }) = &def(&api, "fixture::Partly").kind
    else {
        panic!("private fields")
    };
    assert_eq!(fields.len(), 1);
    let DefKind::Struct(Fields::Tuple { fields }) = &def(&api, "fixture::Position").kind else {
        panic!("tuple")
    };
    let shown: Vec<Option<&str>> = fields
        .iter()
        .map(|f| f.as_ref().map(|f| f.name.as_str()))
        .collect();
    assert_eq!(shown, [Some("0"), None, Some("2")]);
    assert!(matches!(
        def(&api, "fixture::Nothing").kind,
        DefKind::Struct(Fields::Unit)
    ));
    assert!(matches!(def(&api, "fixture::Bits").kind, DefKind::Union));
}

#[test]
fn variants_have_their_discriminants_and_data() {
    let api = scan_alone("item_details");
    let discriminants = |key: &str| match &def(&api, key).kind {
        DefKind::Enum {
            variants,
            hidden_variants,
        } => {
            let of: Vec<_> = variants
                .iter()
                .map(|variant| variant.discriminant.clone())
                .collect();
            (of, *hidden_variants)
        }
        other => panic!("{other:?}"),
    };
    let (counted, hidden) = discriminants("fixture::Counted");
    let counted: Vec<&str> = counted.iter().flatten().map(String::as_str).collect();
    assert_eq!((counted, hidden), (vec!["3", "4", "-1", "0"], false));
    // A hidden variant may lie anywhere, so places count for nothing.
    assert_eq!(discriminants("fixture::Gaps"), (vec![None, None], true));

    let DefKind::Enum { variants, .. } = &def(&api, "fixture::Data").kind else {
        panic!("enum")
    };
    assert!(matches!(&variants[1].fields, Fields::Tuple { fields } if fields.iter().flatten().count() == 2));
    assert!(
        matches!(&variants[2].fields, Fields::Named { private: false, .. }) && variants[2].non_exhaustive
    );
}

#[test]
fn functions_are_read_as_written() {
    let api = scan_alone("item_details");
    let patterns = function(&api, "fixture::patterns");
    let params: Vec<&str> = patterns.params.iter().map(|param| param.name.as_str()).collect();
    assert_eq!(params, ["arg0", "arg1", "type", "last"]);
    assert!(function(&api, "fixture::later").async_);
    let risky = function(&api, "fixture::risky");
    assert!(
        risky.unsafe_ && risky.const_ && matches!(risky.params[0].ty, Ty::RawPointer { mutable: false, .. })
    );
    assert_eq!(
        def(&api, "fixture::old").deprecated.as_deref(),
        Some("use `patterns`")
    );
    assert!(
        matches!(&def(&api, "fixture::LIMIT").kind, DefKind::Const { ty: Ty::Primitive(ty) } if ty == "usize")
    );
    assert!(matches!(
        def(&api, "fixture::NAME").kind,
        DefKind::Static { mutable: false, .. }
    ));
    assert!(matches!(
        def(&api, "fixture::COUNTER").kind,
        DefKind::Static { mutable: true, .. }
    ));
    let DefKind::Alias { ty } = &def(&api, "fixture::Map").kind else {
        panic!("alias")
    };
    assert!(is(ty, "std::collections::hash::map::HashMap"));
    assert_eq!(api.docs, "What is read of items. Crate docs.");
}

#[test]
fn generics_keep_their_bounds() {
    let api = scan_alone("item_details");
    let bounded = function(&api, "fixture::bounded");
    let params: Vec<&str> = bounded
        .generics
        .params
        .iter()
        .map(|param| match param {
            GenericParam::Lifetime { name, .. }
            | GenericParam::Type { name, .. }
            | GenericParam::Const { name, .. } => name.as_str(),
        })
        .collect();
    assert_eq!(
        params,
        ["'a", "'b", "T", "N"],
        "the synthetic one of `impl Iterator` is left out"
    );
    assert!(
        matches!(&bounded.generics.params[1], GenericParam::Lifetime { outlives, .. } if outlives == &["'a"])
    );
    // rustdoc moves inline bounds into the where clause of the same parameter.
    let t = Ty::Generic("T".to_owned());
    let of_t = bounded
        .generics
        .bounds
        .iter()
        .find(|bound| bound.ty == t)
        .unwrap();
    assert!(of_t.bounds.iter().any(
        |bound| matches!(bound, Bound::Trait { maybe: true, trait_, .. } if trait_.def.name() == "Sized")
    ));
    assert!(of_t.bounds.contains(&Bound::Outlives("'a".to_owned())));
    let higher = bounded.generics.bounds.iter().flat_map(|bound| &bound.bounds);
    assert!(
        higher
            .clone()
            .any(|bound| matches!(bound, Bound::Trait { for_, .. } if for_ == &["'x"]))
    );

    assert!(matches!(&bounded.params[1].ty, Ty::Array { len, .. } if len == "N"));
    assert!(
        matches!(&bounded.params[2].ty, Ty::Impl(_)) && matches!(bounded.params[3].ty, Ty::FnPointer { .. })
    );
    let Ty::Path { args, .. } = &bounded.params[4].ty else {
        panic!("a box")
    };
    let Arg::Type(Ty::Dyn {
        traits,
        lifetime: Some(_),
    }) = &args.args[0]
    else {
        panic!("{args:?}")
    };
    assert_eq!(traits.len(), 2);
    assert_eq!(
        traits[0].args.bindings,
        [("Output".to_owned(), Ty::Primitive("u16".to_owned()))]
    );
    assert_eq!(
        traits[0].args.args,
        [Arg::Type(Ty::Tuple(vec![Ty::Primitive("u8".to_owned())]))]
    );

    let output = function(&api, "fixture::projected").output.as_ref().unwrap();
    let Ty::Projection {
        self_ty,
        trait_: Some(outer),
        ..
    } = output
    else {
        panic!("{output:?}")
    };
    assert_eq!(outer.def.name(), "Iterator");
    let Ty::Projection {
        trait_: Some(inner), ..
    } = &**self_ty
    else {
        panic!("{self_ty:?}")
    };
    assert_eq!(
        inner.def.name(),
        "IntoIterator",
        "the trait of the short form `I::IntoIter` is known"
    );
}

#[test]
fn inherent_impls_hold_what_is_public() {
    let api = scan_alone("item_details");
    let inherent: Vec<&Impl> = api.impls.iter().filter(|impl_| impl_.trait_.is_none()).collect();
    assert_eq!(inherent.len(), 1);
    assert_eq!(names(&inherent[0].methods), ["new", "kept", "calls_private"]);
    assert_eq!(inherent[0].consts[0].name, "MAX");
    let kept = &inherent[0].methods[1];
    let params: Vec<&str> = kept.params.iter().map(|param| param.name.as_str()).collect();
    assert_eq!(params, ["self", "arg0", "other"]);
}

#[test]
fn trait_impls_on_own_and_foreign_types_are_found_once() {
    let api = scan_alone("trait_impls");
    let shout = impls(&api, "Shout");
    assert_eq!(shout.len(), 1, "not the one on a private type");
    assert_eq!(shout[0].self_ty, Ty::Primitive("str".to_owned()));
    assert_eq!(
        (names(&shout[0].methods), &*shout[0].provided),
        (vec!["shout"], &["twice".to_owned()][..])
    );
    let DefKind::Trait(of) = &def(&api, "fixture::Shout").kind else {
        panic!("a trait")
    };
    let provided: Vec<bool> = of.methods.iter().map(|method| method.provided).collect();
    assert_eq!(provided, [false, true]);

    let from: Vec<&Impl> = impls(&api, "From");
    assert_eq!(
        from.len(),
        2,
        "from `u8`, and into `String`; none of the blanket ones"
    );
    assert!(
        from.iter()
            .any(|impl_| is(&impl_.self_ty, "alloc::string::String"))
    );
    let add = impls(&api, "Add");
    assert_eq!((add.len(), &add[0].self_ty), (1, &Ty::Primitive("u8".to_owned())));
    let deref = impls(&api, "Deref");
    assert_eq!(
        deref[0].types,
        [("Target".to_owned(), Ty::Primitive("u8".to_owned()))]
    );
}

#[test]
fn blanket_impls_of_the_crate_are_listed_on_the_type_and_noise_is_not() {
    let api = scan_alone("trait_impls");
    let describe = impls(&api, "Describe");
    let on_value = describe
        .iter()
        .find(|impl_| is(&impl_.self_ty, "fixture::Value"))
        .unwrap();
    assert_eq!(
        (on_value.blanket.as_deref(), names(&on_value.methods)),
        (Some("T"), vec!["describe"])
    );
    assert!(
        describe
            .iter()
            .any(|impl_| impl_.self_ty == Ty::Generic("T".to_owned()) && impl_.blanket.is_none())
    );
    for noise in [
        "Borrow",
        "BorrowMut",
        "Any",
        "Into",
        "TryFrom",
        "TryInto",
        "ToOwned",
        "ToString",
    ] {
        assert!(impls(&api, noise).is_empty(), "{noise}");
    }
}

#[test]
fn supertraits_in_private_modules_are_described() {
    let api = scan_alone("trait_impls");
    let DefKind::Trait(derived) = &def(&api, "fixture::Derived").kind else {
        panic!("a trait")
    };
    let supers: Vec<&str> = derived
        .supertraits
        .iter()
        .filter_map(|bound| match bound {
            Bound::Trait { trait_, .. } => Some(trait_.def.0.as_str()),
            Bound::Outlives(_) | Bound::Use => None,
        })
        .collect();
    assert_eq!(supers, ["fixture::sealed::Base", "core::marker::Send"]);
    assert_eq!(
        (&*derived.types, derived.consts[0].name.as_str()),
        (&["Out".to_owned()][..], "SIZE")
    );
    assert!(matches!(
        def(&api, "fixture::sealed::Base").kind,
        DefKind::Trait(_)
    ));
}

#[test]
fn auto_traits_say_what_may_cross_threads() {
    let api = scan_alone("trait_impls");
    let send = |key: &str| {
        impls(&api, "Send")
            .into_iter()
            .find(|impl_| is(&impl_.self_ty, key))
            .unwrap()
            .negative
    };
    assert!(!send("fixture::Value") && send("fixture::Pinned"));
    assert!(impls(&api, "Send").iter().all(|impl_| impl_.synthetic));
}

/// Scans a fixture that depends on `foreign_items/dependency`; gives what was asked for too.
fn scan_with_dependency(fixture: &str, provided: bool) -> (Api, Vec<Needed>) {
    let workshop = Workshop::new();
    let library = workshop.compile("foreign_items/dependency", "dependency", "2.0.0");
    let mut document = workshop.document("foreign_items/dependency", "dependency", &[]);
    document.package = "dependency@2.0.0".to_owned();
    let root = workshop.document(fixture, "fixture", &[("dependency", &library)]);
    let mut asked = Vec::new();
    let api = scan(&root, &mut |needed| {
        asked.extend_from_slice(needed);
        let answer = needed.iter().map(|needed| (needed.clone(), document.clone()));
        Ok(if provided { answer.collect() } else { Vec::new() })
    });
    assert_eq!(asked.len(), 1, "asked once: {asked:?}");
    assert_eq!(
        asked[0].artifact.as_deref().and_then(Path::file_name),
        library.file_name()
    );
    (api.expect("the fixture is scanned"), asked)
}

#[test]
fn foreign_items_are_reached_through_the_crate() {
    let (api, asked) = scan_with_dependency("foreign_items", true);
    assert_eq!(asked[0].name, "dependency");
    for (path, to) in [
        ("fixture::Hasher", "dependency::hasher::Hasher"),
        ("fixture::tools::tool", "dependency::tools::tool"),
        ("fixture::below::Deep", "dependency::tools::sub::Deep"),
        ("fixture::Two", "dependency::many::Two"),
        ("fixture::reexports::whole::Unrelated", "dependency::Unrelated"),
    ] {
        assert_eq!(leads_to(&api, path), [to], "{path}");
    }
    let hasher = def(&api, "dependency::hasher::Hasher");
    assert!(matches!(hasher.kind, DefKind::Trait(_)));
    assert_eq!(
        hasher.paths,
        [
            "fixture::Hasher",
            "fixture::reexports::whole::Hasher",
            "dependency::Hasher"
        ]
    );
    assert_eq!(hasher.span.as_deref(), Some("src/lib.rs:5"));

    let sum = |trait_: &str| {
        impls(&api, trait_)
            .into_iter()
            .find(|impl_| is(&impl_.self_ty, "fixture::Sum"))
            .unwrap()
    };
    assert_eq!(sum("Hasher").blanket.as_deref(), Some("D"));
    assert_eq!(names(&sum("Hasher").methods), ["start", "finish"]);
    assert_eq!(sum("Update").provided, ["is_empty"]);
    assert_eq!(
        def(&api, "dependency::Output").paths,
        ["fixture::reexports::whole::Output", "dependency::Output"]
    );
}

#[test]
fn of_a_dependency_only_what_is_mentioned_is_read() {
    let (api, _) = scan_with_dependency("foreign_mention", true);
    assert_eq!(def(&api, "dependency::Output").paths, ["dependency::Output"]);
    assert!(api.impls.iter().any(|impl_| names(&impl_.methods) == ["len"]));
    assert!(
        matches!(def(&api, "dependency::hasher::Hasher").kind, DefKind::Trait(_)),
        "through its blanket impl"
    );
    for absent in [
        "dependency::Unrelated",
        "dependency::many::One",
        "dependency::Noise",
    ] {
        assert!(api.def(&DefKey(absent.to_owned())).is_none(), "{absent}");
    }
    assert_eq!(api.modules.keys().collect::<Vec<_>>(), ["fixture"]);
}

#[test]
fn a_dependency_that_is_not_provided_is_noted_and_opaque() {
    let (api, _) = scan_with_dependency("foreign_items", false);
    assert!(
        api.notes
            .iter()
            .any(|note| note.contains("`dependency` was not read")),
        "{:?}",
        api.notes
    );
    assert_eq!(leads_to(&api, "fixture::Hasher"), ["dependency::hasher::Hasher"]);
    let hasher = def(&api, "dependency::hasher::Hasher");
    assert!(matches!(&hasher.kind, DefKind::Opaque { what } if what == "trait"));
    assert_eq!(hasher.paths[0], "fixture::Hasher");
}

#[test]
fn a_provider_that_fails_is_the_error() {
    let workshop = Workshop::new();
    let library = workshop.compile("foreign_items/dependency", "dependency", "2.0.0");
    let root = workshop.document("foreign_mention", "fixture", &[("dependency", &library)]);
    let error = scan(&root, &mut |_| Err(ProvideError::new("no network"))).unwrap_err();
    assert!(
        matches!(error, ScanError::Provide { .. }) && error.to_string().contains("fixture@1.0.0"),
        "{error}"
    );
}

#[test]
fn two_versions_of_one_crate_are_two_crates() {
    let workshop = Workshop::new();
    let one = workshop.compile("two_versions/one", "dependency", "1.0.0");
    let two = workshop.compile("two_versions/two", "dependency", "2.0.0");
    let externs: [(&str, &Path); 2] = [("dependency_one", &one), ("dependency_two", &two)];
    let root = workshop.document("two_versions", "fixture", &externs);
    let api = scan(&root, &mut |needed| {
        let documents = needed.iter().map(|needed| {
            let first = needed
                .artifact
                .as_ref()
                .is_some_and(|artifact| artifact.ends_with(one.file_name().unwrap()));
            let (fixture, version) = if first { ("one", "1.0.0") } else { ("two", "2.0.0") };
            let mut document = workshop.document(&format!("two_versions/{fixture}"), "dependency", &[]);
            document.package = format!("dependency@{version}");
            (needed.clone(), document)
        });
        Ok(documents.collect())
    })
    .unwrap();
    let fields = |of: &str| {
        let Some(Ty::Path { def: key, .. }) = &function(&api, of).output else {
            panic!("{of}")
        };
        let DefKind::Struct(Fields::Named { fields, .. }) = &def(&api, &key.0).kind else {
            panic!("{key:?}")
        };
        (
            key.0.clone(),
            fields[0].name.clone(),
            def(&api, &key.0).paths.clone(),
        )
    };
    let (first, second) = (fields("fixture::first"), fields("fixture::second"));
    assert_eq!((first.1.as_str(), second.1.as_str()), ("one", "two"));
    assert_ne!(first.0, second.0);
    let suffixed: Vec<&String> = [&first.0, &second.0]
        .into_iter()
        .filter(|key| key.contains('@'))
        .collect();
    assert_eq!(
        suffixed.len(),
        1,
        "one keeps the plain name: {first:?} {second:?}"
    );
    assert_eq!(
        (&first.2, &second.2),
        (
            &vec!["dependency::Same".to_owned()],
            &vec!["dependency::Same".to_owned()]
        )
    );
}

#[test]
fn the_same_document_gives_the_same_bytes_and_no_path_of_this_machine() {
    for fixture in ["public_names", "item_details", "trait_impls"] {
        let workshop = Workshop::new();
        let document = workshop.document(fixture, "fixture", &[]);
        let text = || serde_json::to_string(&scan(&document, &mut nothing).unwrap()).unwrap();
        let once = text();
        assert!((0..5).all(|_| text() == once), "{fixture}");
        assert!(!once.contains(env!("CARGO_MANIFEST_DIR")), "{fixture}");
    }
}

#[test]
fn every_compiler_at_hand_writes_a_known_format() {
    let toolchains = Command::new("rustup").args(["toolchain", "list"]).output();
    let listed = toolchains
        .map(|output| String::from_utf8_lossy(&output.stdout).into_owned())
        .unwrap_or_default();
    let mut workshop = Workshop::new();
    for toolchain in [None, Some("stable"), Some("nightly")] {
        if toolchain.is_some_and(|name| !listed.lines().any(|line| line.starts_with(&format!("{name}-")))) {
            continue;
        }
        workshop.toolchain = toolchain;
        for fixture in ["public_names", "item_details", "trait_impls"] {
            let api = scan(&workshop.document(fixture, "fixture", &[]), &mut nothing).unwrap();
            assert!(api.defs.len() > 10, "{toolchain:?} {fixture}");
        }
    }
}
