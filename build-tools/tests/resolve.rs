//! Specs on real folders, by the real program: what resolves, what each bad one is told, and what cargo is given.
#![expect(clippy::unwrap_used, reason = "a test ends at the first surprise")]

use std::path::Path;
use std::process::{Command, Output};

use fs_err as fs;
use usecrate_build::bridge::{Bridge, Profile, Settings, Source, Takeover};
use usecrate_build::cache::Layout;
use usecrate_build::cargo::{Cargo, CargoError, rustdoc::Wanted};
use usecrate_build::progress::Silent;
use usecrate_build::resolve::{FeatureSelection, Question, Resolved, Spec, resolve};
use usecrate_build::toolchain::Toolchain;

const PROGRAM: &str = env!("CARGO_BIN_EXE_usecrate-build");

/// A folder with a cache of its own, and files in it.
struct Place {
    root: tempfile::TempDir,
    cache: tempfile::TempDir,
}

impl Place {
    fn new(files: &[(&str, &str)]) -> Place {
        let place = Place {
            root: tempfile::tempdir().unwrap(),
            cache: tempfile::tempdir().unwrap(),
        };
        for (name, text) in files {
            place.write(name, text);
        }
        place
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.root.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        fs::canonicalize(self.root.path()).unwrap().join(name)
    }

    fn layout(&self) -> Layout {
        let cache = self.cache.path().to_owned();
        Layout {
            artifacts: cache.join("artifacts"),
            cache,
        }
    }

    fn build(&self, args: &[&str]) -> Output {
        Command::new(PROGRAM)
            .args(["build", "--offline", "--json"])
            .args(args)
            .current_dir(self.root.path())
            .env("USECRATE_CACHE_DIR", self.cache.path())
            .env_remove("USECRATE_ARTIFACT_DIR")
            .output()
            .unwrap()
    }

    /// The code of the error event that a build ends with.
    fn code(&self, args: &[&str]) -> String {
        let output = self.build(args);
        let text = String::from_utf8(output.stdout).unwrap();
        let last: serde_json::Value = serde_json::from_str(text.lines().last().unwrap_or("{}")).unwrap();
        assert_eq!(last["event"], "error", "{text}");
        last["code"].as_str().unwrap().to_owned()
    }
}

fn with_cargo<T>(place: &Place, work: impl FnOnce(&Cargo<'_>) -> T) -> T {
    let toolchain = Toolchain::detect(place.root.path(), place.cache.path()).unwrap();
    work(&Cargo {
        toolchain: &toolchain,
        program: Path::new(PROGRAM),
        offline: true,
        progress: &Silent,
    })
}

fn resolved(place: &Place, folder: &str) -> Resolved {
    let question = Question {
        spec: Spec::Path(place.path(folder)),
        package: None,
        features: FeatureSelection::default(),
        locked: false,
        lock: None,
    };
    with_cargo(place, |cargo| resolve(cargo, &place.layout(), &question).unwrap())
}

fn bridge(place: &Place, resolved: &Resolved) -> Bridge {
    let bridge = Bridge {
        dir: place.path("bridge"),
        target_dir: place.path("bridge-target"),
        name: "usecrate-bridge-test".into(),
        krate: resolved.dependency.clone(),
        runtime: None,
        runtime_features: Vec::new(),
        extra_dependencies: Vec::new(),
        takeover: Takeover::default(),
        profile: Profile::Dev,
        shims: 0,
        local_sources: resolved.local_sources.clone(),
        settings: Settings::default(),
    };
    bridge.write().unwrap();
    bridge
}

const MANIFEST: &str = "[package]\nname = \"demo-crate\"\nversion = \"0.3.1\"\nedition = \"2021\"\n";

#[test]
fn a_sub_folder_of_a_workspace_member_is_that_member() {
    let place = Place::new(&[
        (
            "Cargo.toml",
            "[workspace]\nmembers = [\"one\", \"two\"]\nresolver = \"2\"\n[profile.release]\npanic = \"abort\"\n",
        ),
        (
            "one/Cargo.toml",
            &format!("{MANIFEST}[dependencies]\ntwo = {{ path = \"../two\" }}\n"),
        ),
        ("one/src/lib.rs", "pub use two::Two;"),
        (
            "two/Cargo.toml",
            "[package]\nname = \"two\"\nversion = \"1.0.0\"\nedition = \"2021\"\n",
        ),
        ("two/src/lib.rs", "pub struct Two;"),
        ("rust-toolchain.toml", "[toolchain]\nchannel = \"1.86.3\"\n"),
    ]);
    let found = resolved(&place, "one/src");
    assert_eq!(found.package.name.as_str(), "demo-crate");
    assert_eq!(found.package.version.to_string(), "0.3.1");
    assert_eq!(found.library, "demo_crate");
    assert_eq!(found.dependency.source, Source::Path(place.path("one")));
    assert_eq!(found.takeover.resolver.as_deref(), Some("2"));
    // A dependency in a folder is part of what is built: its source counts.
    place.write("two/src/lib.rs", "pub struct Two; pub struct More;");
    assert_ne!(resolved(&place, "one").local_sources, found.local_sources);
}

#[test]
fn each_bad_spec_has_its_own_code() {
    let place = Place::new(&[
        ("program/Cargo.toml", MANIFEST),
        ("program/src/main.rs", "fn main() {}"),
        (
            "derive/Cargo.toml",
            &format!("{MANIFEST}[lib]\nproc-macro = true\n"),
        ),
        ("derive/src/lib.rs", ""),
        (
            "c-library/Cargo.toml",
            &format!("{MANIFEST}[lib]\ncrate-type = [\"cdylib\"]\n"),
        ),
        ("c-library/src/lib.rs", ""),
        (
            "several/Cargo.toml",
            "[workspace]\nmembers = [\"a\", \"b\"]\nresolver = \"3\"\n",
        ),
        (
            "several/a/Cargo.toml",
            "[package]\nname = \"a\"\nversion = \"0.1.0\"\n",
        ),
        ("several/a/src/lib.rs", ""),
        (
            "several/b/Cargo.toml",
            "[package]\nname = \"b\"\nversion = \"0.1.0\"\n",
        ),
        ("several/b/src/lib.rs", ""),
        ("broken/Cargo.toml", "[package\n"),
        ("empty/readme.txt", ""),
        ("library/Cargo.toml", MANIFEST),
        ("library/src/lib.rs", ""),
        ("library/usecrate.toml", "unknown = 1\n"),
    ]);
    for (args, code) in [
        (&["./program"] as &[&str], "binary-only"),
        (&["./derive"], "proc-macro"),
        (&["./c-library"], "no-library-target"),
        (&["./several"], "several-packages"),
        (&["./several", "--package", "c"], "several-packages"),
        (&["./broken"], "bad-manifest"),
        (&["./empty"], "no-package"),
        (&["./nowhere"], "no-folder"),
        (&["./library", "--locked"], "no-lock-file"),
        (&["./library", "--features", "nope"], "no-such-feature"),
        (&["./library", "--config", "library/usecrate.toml"], "bad-config"),
        (&["a b"], "bad-spec"),
        (&["demo@one"], "bad-spec"),
    ] {
        assert_eq!(place.code(args), code, "{args:?}");
    }
    assert_eq!(place.build(&["a b"]).status.code(), Some(2));
    assert_eq!(place.build(&["./nowhere"]).status.code(), Some(1));
    assert_eq!(place.build(&[]).status.code(), Some(2));
    let left: Vec<_> = fs::read_dir(place.cache.path().join("work"))
        .map(|entries| {
            entries
                .flatten()
                .filter(|entry| entry.file_name().to_string_lossy().contains("probe"))
                .collect()
        })
        .unwrap_or_default();
    assert!(left.is_empty(), "a failed build leaves nothing: {left:?}");
}

#[test]
fn documents_are_made_once_and_again_when_a_source_changes() {
    let place = Place::new(&[
        ("demo/Cargo.toml", MANIFEST),
        ("demo/src/lib.rs", "#![deny(missing_docs)]\npub fn one() {}"),
    ]);
    let document = |place: &Place| {
        let found = resolved(place, "demo");
        let bridge = bridge(place, &found);
        let wanted = [Wanted::of(&found.package).unwrap()];
        with_cargo(place, |cargo| {
            cargo.metadata(&bridge).unwrap();
            cargo.rustdoc_json(&bridge, &wanted).unwrap().remove(0).1
        })
    };
    let first = document(&place);
    let made = fs::metadata(&first).unwrap().modified().unwrap();
    assert!(fs::read_to_string(&first).unwrap().contains("\"one\""));
    assert_eq!(document(&place), first);
    assert_eq!(fs::metadata(&first).unwrap().modified().unwrap(), made);
    place.write("demo/src/lib.rs", "pub fn another() {}");
    assert!(
        fs::read_to_string(document(&place))
            .unwrap()
            .contains("\"another\"")
    );
}

#[test]
fn errors_in_the_bridge_are_an_answer_and_errors_in_the_crate_are_not() {
    let place = Place::new(&[
        ("demo/Cargo.toml", MANIFEST),
        ("demo/src/lib.rs", "pub fn one() -> u8 { 1 }"),
    ]);
    let found = resolved(&place, "demo");
    let bridge = bridge(&place, &found);
    with_cargo(&place, |cargo| {
        bridge
            .write_source("lib.rs", "pub fn x() -> u8 { demo_crate::two() }")
            .unwrap();
        let checked = cargo.check(&bridge).unwrap();
        assert!(!checked.success);
        let error = &checked.diagnostics.bridge[0];
        assert_eq!(error.spans[0].file_name, "src/lib.rs");

        bridge
            .write_source(
                "lib.rs",
                "#[unsafe(no_mangle)] pub extern \"C\" fn x() -> u8 { demo_crate::one() }",
            )
            .unwrap();
        assert!(cargo.check(&bridge).unwrap().success);
        assert!(cargo.build_release(&bridge, &[]).unwrap().is_file());

        place.write("demo/src/lib.rs", "pub fn one() -> u8 { \"no\" }");
        let error = cargo.check(&bridge).unwrap_err();
        let CargoError::Compile {
            diagnostics, command, ..
        } = error
        else {
            panic!("{error:?}")
        };
        assert!(diagnostics.rendered().contains("mismatched types"));
        assert!(command.contains("cargo") && command.contains("check"));
    });
}
