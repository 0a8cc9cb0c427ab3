//! What a user reads when a build cannot be: word for word, from the real program, without the network.
#![expect(clippy::unwrap_used, reason = "a test ends at the first surprise")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use fs_err as fs;

const PROGRAM: &str = env!("CARGO_BIN_EXE_usecrate-build");

/// A folder of crates, and a cache of its own.
struct Place {
    root: tempfile::TempDir,
}

impl Place {
    fn new() -> Place {
        let root = tempfile::tempdir().unwrap();
        let place = Place { root };
        place.krate(
            "library",
            "[features]\nquick = []\nsmall = []\n",
            "src/lib.rs",
            "",
        );
        place
    }

    fn path(&self) -> PathBuf {
        fs::canonicalize(self.root.path()).unwrap()
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn krate(&self, name: &str, more: &str, source: &str, text: &str) {
        let manifest =
            format!("[package]\nname = \"{name}\"\nversion = \"0.3.1\"\nedition = \"2021\"\n{more}");
        self.write(&format!("{name}/Cargo.toml"), &manifest);
        self.write(&format!("{name}/{source}"), text);
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(PROGRAM);
        command
            .arg("build")
            .args(args)
            .current_dir(self.path())
            .env("USECRATE_CACHE_DIR", self.path().join("cache"))
            .env_remove("USECRATE_ARTIFACT_DIR");
        command
    }

    /// What is said after the stages, with this place's folder as `ROOT`.
    fn said(&self, output: &Output) -> String {
        assert!(
            output.stdout.is_empty(),
            "standard output is for data: {output:?}"
        );
        let text = String::from_utf8(output.stderr.clone()).unwrap();
        let text = text.replace(&self.path().display().to_string(), "ROOT");
        let at = text
            .find("error: ")
            .unwrap_or_else(|| panic!("no error in: {text}"));
        text[at..].trim_end().to_owned()
    }

    fn fails(&self, args: &[&str]) -> String {
        let output = self.command(args).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        self.said(&output)
    }
}

/// A stand-in for a program, in a folder of its own.
#[cfg(unix)]
fn script(place: &Place, folder: &str, name: &str, text: &str) -> PathBuf {
    use std::os::unix::fs::PermissionsExt as _;
    place.write(&format!("{folder}/{name}"), &format!("#!/bin/sh\n{text}\n"));
    let folder = place.path().join(folder);
    fs::set_permissions(folder.join(name), std::fs::Permissions::from_mode(0o755)).unwrap();
    folder
}

#[test]
fn a_crate_that_has_nothing_to_call() {
    let place = Place::new();
    place.krate("tool", "", "src/main.rs", "fn main() {}");
    place.krate("derive", "[lib]\nproc-macro = true\n", "src/lib.rs", "");
    place.krate("plugin", "[lib]\ncrate-type = [\"cdylib\"]\n", "src/lib.rs", "");
    assert_eq!(
        place.fails(&["./tool"]),
        "error: `tool` has no library, only programs: tool [binary-only]\n\
         hint: usecrate calls libraries: look for the library that the program is built on"
    );
    assert_eq!(
        place.fails(&["./derive"]),
        "error: `derive` is a procedural macro: it runs inside the compiler and has nothing to call [proc-macro]\n\
         hint: build the crate whose types it derives for instead"
    );
    assert_eq!(
        place.fails(&["./plugin"]),
        "error: `plugin` has no library that Rust code can link [no-library-target]\n\
         hint: usecrate calls libraries: look for the library that the program is built on"
    );
}

#[test]
fn a_folder_that_is_no_crate() {
    let place = Place::new();
    place.write("empty/readme.txt", "");
    place.write(
        "both/Cargo.toml",
        "[workspace]\nmembers = [\"one\", \"two\"]\nresolver = \"3\"\n",
    );
    place.krate("both/one", "", "src/lib.rs", "");
    place.krate("both/two", "", "src/lib.rs", "");
    for name in ["one", "two"] {
        let file = place.path().join("both").join(name).join("Cargo.toml");
        let text = fs::read_to_string(&file).unwrap().replace("both/", "");
        fs::write(file, text).unwrap();
    }
    assert_eq!(
        place.fails(&["./nowhere"]),
        "error: the folder `./nowhere` does not exist [no-folder]\n\
         hint: give the folder of a package; a crate of the registry is written as its bare name"
    );
    assert_eq!(
        place.fails(&["./empty"]),
        "error: there is no `Cargo.toml` with a `[package]` in `./empty` or above it [no-package]\n\
         hint: give the folder of a package; a crate of the registry is written as its bare name"
    );
    assert_eq!(
        place.fails(&["./both"]),
        "error: `ROOT/both` is a workspace with several packages: one, two [several-packages]\n\
         hint: name one with --package one, or give its folder"
    );
}

#[test]
fn a_feature_that_does_not_exist() {
    let place = Place::new();
    assert_eq!(
        place.fails(&["./library", "--features", "quick,loud", "--offline"]),
        "error: `library` has no feature `loud` [no-such-feature]\nhint: its features: quick, small"
    );
}

#[test]
fn a_lock_file_that_is_not_there() {
    assert_eq!(
        Place::new().fails(&["./library", "--locked"]),
        "error: `--locked` needs a lock file, and `library` comes without one [no-lock-file]\n\
         hint: leave --locked out, or make one with `cargo generate-lockfile`"
    );
}

#[test]
fn a_spec_that_is_none() {
    let place = Place::new();
    let output = place.command(&["a b"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(
        place.said(&output),
        "error: `a b` is not a module spec: a crate's name has ASCII letters, digits, `-` and `_`; \
         a folder begins with `./` or `/` [bad-spec]\n\
         hint: write `name`, `name@1.2`, `./folder` or `git+https://…#commit`"
    );
    let output = place.command(&["demo@one"]).output().unwrap();
    assert!(
        place
            .said(&output)
            .starts_with("error: `demo@one` is not a module spec: "),
        "{output:?}"
    );
}

#[test]
fn a_crate_that_does_not_compile_shows_the_compilers_words_and_how_to_see_them_again() {
    let place = Place::new();
    place.krate(
        "broken",
        "",
        "src/lib.rs",
        "pub fn one() -> u8 {\n    \"no\"\n}\n",
    );
    let said = place.fails(&["./broken", "--offline"]);
    assert!(
        said.starts_with("error: `broken 0.3.1` does not compile [crate-does-not-compile]\n\nerror[E0308]: mismatched types\n"),
        "{said}"
    );
    assert!(said.contains("--> ROOT/broken/src/lib.rs:2:5"), "{said}");
    let hint = "hint: the fault lies in the crate or its dependencies, or in what the system lacks for them; \
                reproduce it with: cd ROOT/broken && RUSTC=";
    assert!(said.contains(hint), "{said}");
    // The command can be pasted: it fails in the same way.
    let (_, command) = said.rsplit_once("reproduce it with: ").unwrap();
    let command = command.replace("ROOT", &place.path().display().to_string());
    if cfg!(unix) {
        let again = Command::new("sh").args(["-c", &command]).output().unwrap();
        assert!(!again.status.success(), "{command}");
        assert!(
            String::from_utf8_lossy(&again.stdout).contains("mismatched types"),
            "{again:?}"
        );
    }
}

#[test]
fn a_repository_that_cannot_be_used() {
    let place = Place::new();
    let url = format!("file://{}", place.path().join("gone").display());
    let said = place.fails(&[&format!("git+{url}"), "--package", "x"]);
    assert!(
        said.starts_with(
            "error: there is no git repository at `file://ROOT/gone`, or it may not be read [no-such-repository]"
        ),
        "{said}"
    );
    assert!(said.contains("hint: check the URL"), "{said}");

    repository(&place);
    let url = format!("file://{}", place.path().join("repository").display());
    assert_eq!(
        place.fails(&[&format!("git+{url}#v9"), "--package", "one"]),
        "error: `file://ROOT/repository` has no commit, tag or branch `v9` [no-such-revision]\n\
         hint: list what there is with `git ls-remote file://ROOT/repository`"
    );
    assert_eq!(
        place.fails(&[&format!("git+{url}")]),
        "error: `file://ROOT/repository` holds several packages: one, two [several-packages]\n\
         hint: name one with --package one"
    );
    assert_eq!(
        place.fails(&[&format!("git+{url}"), "--package", "three"]),
        "error: `file://ROOT/repository` holds no package `three` [no-such-crate]\nhint: it holds `one`, `two`"
    );
}

/// A git repository with two packages.
fn repository(place: &Place) {
    place.write(
        "repository/Cargo.toml",
        "[workspace]\nmembers = [\"one\", \"two\"]\n",
    );
    for name in ["one", "two"] {
        let manifest = format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2021\"\n");
        place.write(&format!("repository/{name}/Cargo.toml"), &manifest);
        place.write(&format!("repository/{name}/src/lib.rs"), "");
    }
    let git = |args: &[&str]| {
        let done = Command::new("git")
            .args(["-c", "user.name=t", "-c", "user.email=t@t"])
            .args(args)
            .current_dir(place.path().join("repository"))
            .output()
            .unwrap();
        assert!(done.status.success(), "{done:?}");
    };
    git(&["init", "-q"]);
    git(&["add", "-A"]);
    git(&["commit", "-q", "-m", "one"]);
}

#[test]
fn what_was_never_downloaded_cannot_be_had_offline() {
    let place = Place::new();
    for variable in [None, Some(("CARGO_NET_OFFLINE", "true"))] {
        let mut command = place.command(&["a-crate-that-was-never-downloaded"]);
        match variable {
            Some((name, value)) => command.env(name, value),
            None => command.arg("--offline"),
        };
        let output = command.output().unwrap();
        let said = place.said(&output);
        assert!(
            said.starts_with(
                "error: `a-crate-that-was-never-downloaded` cannot be resolved without the network [offline]"
            ),
            "{said}"
        );
        assert!(
            said.ends_with("hint: run once without --offline, to download it"),
            "{said}"
        );
    }
}

#[test]
#[cfg(unix)]
fn a_toolchain_that_is_not_there() {
    let place = Place::new();
    let output = place
        .command(&["./library"])
        .env("PATH", "/nowhere")
        .env_remove("RUSTC")
        .output()
        .unwrap();
    assert_eq!(
        place.said(&output),
        "error: no Rust toolchain was found: `rustc` is not on PATH [no-toolchain]\n\
         hint: install Rust 1.93 or newer from https://rustup.rs and make sure that `cargo` is on PATH"
    );
}

#[test]
#[cfg(unix)]
fn a_toolchain_without_cargo_or_too_old() {
    let place = Place::new();
    place.write("root/readme.txt", "");
    let answers = |version: &str| {
        format!(
            "case \"$*\" in *sysroot*) echo {}/root;; *) printf 'host: h\\nrelease: {version}\\n';; esac",
            place.path().display()
        )
    };
    let build = |folder: &Path| {
        let mut command = place.command(&["./library"]);
        command
            .env("PATH", format!("{}:/bin:/usr/bin", folder.display()))
            .env_remove("RUSTC");
        place.said(&command.output().unwrap())
    };
    let old = script(&place, "old", "rustc", &answers("1.80.0"));
    script(&place, "old", "cargo", "true");
    script(&place, "old", "rustdoc", "true");
    assert_eq!(
        build(&old),
        "error: rustc 1.80.0 is too old: usecrate needs 1.93.0 or newer [toolchain-too-old]\n  \
         --> ROOT/old/rustc\n\
         hint: run `rustup update stable`, or set RUSTUP_TOOLCHAIN to a newer toolchain"
    );
    let alone = script(&place, "alone", "rustc", &answers("1.95.0"));
    if ["/bin/cargo", "/usr/bin/cargo"]
        .iter()
        .any(|path| Path::new(path).exists())
    {
        return;
    }
    assert!(
        build(&alone)
            .starts_with("error: no Rust toolchain was found: `cargo` is not on PATH [no-toolchain]"),
    );
}

#[test]
fn json_ends_with_the_error_as_an_event() {
    let place = Place::new();
    let output = place.command(&["./nowhere", "--json"]).output().unwrap();
    assert!(output.stderr.is_empty(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    let events: Vec<serde_json::Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(events[0]["event"], "stage");
    let last = events.last().unwrap();
    assert_eq!(
        (last["event"].as_str(), last["code"].as_str()),
        (Some("error"), Some("no-folder"))
    );
    assert!(last["hint"].is_string() && last["message"].is_string());
}
