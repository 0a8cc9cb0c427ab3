//! Reads cargo's words: it has no codes. What is not recognised is shown as it is.

use super::ResolveError;
use crate::cargo::{CargoError, is_network};

/// What was asked for.
pub(super) struct Asked<'a> {
    /// Crate name, or a URL while the package is not known.
    pub(super) name: &'a str,
    /// For a crate of the registry.
    pub(super) requirement: &'a str,
    /// Features.
    pub(super) features: &'a [String],
    /// For a git repository: its URL and what was asked for in it.
    pub(super) git: Option<(&'a str, Option<&'a str>)>,
}

/// The error behind cargo's words.
pub(super) fn classify(error: CargoError, asked: &Asked<'_>) -> ResolveError {
    let CargoError::Failed { stderr, .. } = &error else {
        return ResolveError::Cargo(error);
    };
    let said = tidy(stderr);
    let name = asked.name.to_owned();
    if let Some(found) = asked.git.and_then(|(url, rev)| repository(&said, url, rev)) {
        return found;
    }
    if is_network(&said) {
        return ResolveError::Network { name, said };
    }
    // Cargo hints at --offline after its own message, so it is looked for before the rest.
    if said.contains("--offline was specified")
        || said.contains("without the --offline flag")
        || said.contains("without `--offline`")
    {
        return ResolveError::Offline { name, said };
    }
    if let Some(nearest) = no_crate(&said, asked.name) {
        return match asked.git {
            Some((url, _)) => ResolveError::NotInRepository {
                url: url.to_owned(),
                name,
                packages: Vec::new(),
            },
            None => ResolveError::NoCrate { name, nearest },
        };
    }
    let version = format!("failed to select a version for the requirement `{name} =");
    if said.contains(&version) {
        return ResolveError::NoVersion {
            name,
            requirement: asked.requirement.to_owned(),
            available: candidates(&said),
        };
    }
    let about_it = said.contains(&format!("`{name}`")) || said.contains(&format!("`{name} "));
    if !asked.features.is_empty() && about_it && said.contains("feature") {
        return ResolveError::NoFeature {
            package: name,
            features: asked.features.to_vec(),
            available: Vec::new(),
        };
    }
    ResolveError::Said { name, said }
}

/// Cargo's words without what they say of our own probe, which is gone by the time that they are read.
fn tidy(stderr: &str) -> String {
    let ours = |line: &&str| {
        !(line.contains("required by package `usecrate-")
            || line.trim_start().starts_with("Blocking waiting for file lock")
            || line.trim_start().starts_with("Updating "))
    };
    let lines: Vec<_> = stderr.lines().filter(ours).collect();
    lines.join("\n").trim().to_owned()
}

fn repository(said: &str, url: &str, rev: Option<&str>) -> Option<ResolveError> {
    const NO_REPOSITORY: [&str; 6] = [
        "failed to resolve path",
        "could not find repository",
        "failed to authenticate",
        "authentication required",
        "does not appear to be a git repository",
        "unexpected http status code: 404",
    ];
    if let Some(rev) = rev {
        let missing = [
            format!("revspec '{rev}' not found"),
            format!("couldn't find remote ref {rev}"),
            format!("object not found - no match for id ({rev}"),
            format!("unable to parse OID - {rev}"),
        ];
        if missing.iter().any(|words| said.contains(words)) {
            return Some(ResolveError::NoRevision {
                url: url.to_owned(),
                rev: rev.to_owned(),
            });
        }
    }
    if let Some(packages) = several(said) {
        return Some(ResolveError::SeveralPackages {
            url: url.to_owned(),
            packages,
        });
    }
    let missing = NO_REPOSITORY.iter().any(|words| said.contains(words));
    missing.then(|| ResolveError::NoRepository {
        url: url.to_owned(),
        said: said.to_owned(),
    })
}

/// `multiple packages found at URL:`, and their names on the next line.
fn several(said: &str) -> Option<Vec<String>> {
    let mut lines = said.lines();
    lines.find(|line| line.contains("multiple packages found"))?;
    let names = lines.next().unwrap_or_default();
    Some(
        names
            .split(',')
            .map(|name| name.trim().to_owned())
            .filter(|name| !name.is_empty())
            .collect(),
    )
}

/// When there is no such crate: the names that cargo thinks were meant.
fn no_crate(said: &str, name: &str) -> Option<Vec<String>> {
    let searched = said.contains(&format!("no matching package named `{name}` found"))
        || (said.contains("no matching package")
            && said.contains(&format!("searched package name: `{name}`")));
    searched.then(|| {
        let meant = said
            .lines()
            .find_map(|line| line.trim().strip_prefix("perhaps you meant:"));
        let names = meant.unwrap_or_default().split([',', ' ']);
        names
            .filter(|word| !word.is_empty() && *word != "or")
            .map(str::to_owned)
            .collect()
    })
}

/// `candidate versions found which didn't match: 1.0.28, 1.0.27, ...`
fn candidates(said: &str) -> Vec<String> {
    const HEAD: &str = "candidate versions found which didn't match: ";
    let list = said.lines().find_map(|line| line.trim().strip_prefix(HEAD));
    list.map(|list| list.split(", ").map(str::to_owned).collect())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Explain as _;

    fn read(stderr: &str, git: Option<(&str, Option<&str>)>) -> ResolveError {
        let error = CargoError::Failed {
            subcommand: "metadata".into(),
            stderr: stderr.into(),
            command: "c".into(),
        };
        classify(
            error,
            &Asked {
                name: "semver",
                requirement: "=9.9.9",
                features: &["nope".to_owned()],
                git,
            },
        )
    }

    #[test]
    fn cargos_words_become_codes() {
        let version = read(
            "error: failed to select a version for the requirement `semver = \"=9.9.9\"`\n\
             candidate versions found which didn't match: 1.0.28, 1.0.27, ...",
            None,
        );
        assert_eq!(version.code(), "no-such-version");
        assert!(version.hint().unwrap().contains("1.0.28, 1.0.27, ..."));
        let none = "error: no matching package named `semver` found\nlocation searched: index";
        assert_eq!(read(none, None).code(), "no-such-crate");
        let feature = "error: failed to select a version for `semver`.\nthe package depends on `semver`, with features: `nope` but `semver` does not have these features.";
        assert_eq!(read(feature, None).code(), "no-such-feature");
        assert_eq!(
            read("error: [6] Could not resolve host", None).code(),
            "no-network"
        );
        assert_eq!(read("error: something new", None).code(), "cargo-failed");
    }

    #[test]
    fn a_crate_of_another_spelling_is_named() {
        let said = "error: no matching package found\nsearched package name: `semver`\n\
                    perhaps you meant:      sem-ver, or sem_ver\nlocation searched: crates.io index";
        let error = read(said, None);
        assert_eq!(error.code(), "no-such-crate");
        assert_eq!(error.hint().unwrap(), "did you mean `sem-ver`, `sem_ver`?");
    }

    #[test]
    fn a_repository_that_is_not_there_is_not_a_missing_network() {
        let git = Some(("file:///r", Some("v9")));
        let gone = "warning: spurious network error (3 tries remaining): failed to resolve path '/r'";
        assert_eq!(read(gone, git).code(), "no-such-repository");
        let revision = read("Caused by:\n  revspec 'v9' not found; class=Reference (4)", git);
        assert_eq!(
            revision.to_string(),
            "`file:///r` has no commit, tag or branch `v9`"
        );
        let several = read(
            "error: multiple packages found at `file:///r`:\n    one, two\nTo",
            git,
        );
        assert_eq!(several.hint().unwrap(), "name one with --package one");
        let offline = "warning: spurious network error: failed to connect to 127.0.0.1: Connection refused; class=Os (2)";
        assert_eq!(read(offline, git).code(), "no-network");
    }

    #[test]
    fn our_own_probe_is_not_mentioned() {
        let said = tidy("    Updating index\nerror: a\nrequired by package `usecrate-probe v0.0.0 (/x)`\n");
        assert_eq!(said, "error: a");
    }
}
