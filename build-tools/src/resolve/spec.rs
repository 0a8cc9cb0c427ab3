//! The grammar of module specs: `PATH`, `name`, `name@version`, `git+URL[#rev]`.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use semver::{Version, VersionReq};

/// What the user asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Spec {
    /// A folder.
    Path(PathBuf),
    /// A package of the registry.
    Registry {
        /// Package name.
        name: String,
        /// Which versions will do.
        wanted: Wanted,
    },
    /// A git repository.
    Git {
        /// Its URL.
        url: String,
        /// Commit, tag or branch.
        rev: Option<String>,
    },
}

/// Which versions will do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// The newest.
    Any,
    /// This one.
    Exact(Version),
    /// The newest that meets it; the text is as the user gave it.
    Requirement(VersionReq, String),
}

impl Wanted {
    /// As cargo writes it.
    pub fn requirement(&self) -> String {
        match self {
            Wanted::Any => "*".to_owned(),
            Wanted::Exact(version) => format!("={version}"),
            Wanted::Requirement(requirement, _) => requirement.to_string(),
        }
    }

    /// Whether a version will do.
    pub fn accepts(&self, version: &Version) -> bool {
        match self {
            Wanted::Any => version.pre.is_empty(),
            // Build metadata does not tell versions apart in a registry.
            Wanted::Exact(wanted) => wanted.cmp_precedence(version).is_eq(),
            Wanted::Requirement(requirement, _) => requirement.matches(version),
        }
    }
}

/// A spec that cannot be understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{spec}` is not a module spec: {reason}")]
pub struct SpecError {
    /// What was given.
    pub spec: String,
    /// What is wrong with it.
    pub reason: String,
}

impl FromStr for Spec {
    type Err = SpecError;

    fn from_str(text: &str) -> Result<Spec, SpecError> {
        let error = |reason: &str| SpecError {
            spec: text.to_owned(),
            reason: reason.to_owned(),
        };
        if text.is_empty() {
            return Err(error("it is empty"));
        }
        if let Some(rest) = text.strip_prefix("git+") {
            let (url, rev) = match rest.split_once('#') {
                Some((url, rev)) => (url, Some(rev)),
                None => (rest, None),
            };
            if !url.contains("://") {
                return Err(error("a URL with `://` is expected after `git+`"));
            }
            if rev.is_some_and(str::is_empty) {
                return Err(error("a commit, tag or branch is expected after `#`"));
            }
            return Ok(Spec::Git {
                url: url.to_owned(),
                rev: rev.map(str::to_owned),
            });
        }
        if looks_like_path(text) {
            return Ok(Spec::Path(PathBuf::from(text)));
        }
        let (name, wanted) = match text.split_once('@') {
            None => (text, Wanted::Any),
            Some((name, version)) => (name, parse_wanted(version).map_err(|reason| error(&reason))?),
        };
        let valid = name.chars().next().is_some_and(|c| c.is_ascii_alphabetic())
            && name
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
        if !valid {
            return Err(error(
                "a crate's name has ASCII letters, digits, `-` and `_`; a folder begins with `./` or `/`",
            ));
        }
        Ok(Spec::Registry {
            name: name.to_owned(),
            wanted,
        })
    }
}

fn looks_like_path(text: &str) -> bool {
    let path = Path::new(text);
    let name = text.split('@').next().unwrap_or(text);
    text.starts_with('.')
        || text.starts_with('~')
        || path.is_absolute()
        || name.contains('/')
        || name.contains(std::path::MAIN_SEPARATOR)
        || path.join("Cargo.toml").is_file()
}

/// Three parts are exact, fewer mean the newest that starts so, operators are a requirement.
fn parse_wanted(text: &str) -> Result<Wanted, String> {
    let text = text.trim();
    if text.is_empty() {
        return Err("a version is expected after `@`".to_owned());
    }
    if text == "*" || text == "latest" {
        return Ok(Wanted::Any);
    }
    if let Ok(version) = Version::parse(text) {
        return Ok(Wanted::Exact(version));
    }
    let parts: Vec<&str> = text.split('.').collect();
    let starts_so = parts.len() < 3
        && parts
            .iter()
            .all(|part| part.bytes().all(|c| c.is_ascii_digit()) && !part.is_empty());
    let requirement = if starts_so {
        format!("{text}.*")
    } else {
        text.to_owned()
    };
    VersionReq::parse(&requirement)
        .map(|requirement| Wanted::Requirement(requirement, text.to_owned()))
        .map_err(|error| format!("`{text}` is no version ({error}); try `1`, `1.2`, `1.2.3` or `>=1,<2`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn registry(text: &str) -> Wanted {
        match text.parse().unwrap() {
            Spec::Registry { name, wanted } => {
                assert_eq!(name, "semver");
                wanted
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn three_parts_are_exact_and_fewer_are_a_beginning() {
        assert_eq!(registry("semver"), Wanted::Any);
        assert_eq!(registry("semver@1.2.3").requirement(), "=1.2.3");
        assert_eq!(registry("semver@1.2.3-rc.1").requirement(), "=1.2.3-rc.1");
        let one = registry("semver@1");
        assert!(one.accepts(&Version::new(1, 9, 9)) && !one.accepts(&Version::new(2, 0, 0)));
        let zero = registry("semver@0");
        assert!(zero.accepts(&Version::new(0, 3, 0)) && !zero.accepts(&Version::new(1, 0, 0)));
        let two = registry("semver@1.2");
        assert!(two.accepts(&Version::new(1, 2, 9)) && !two.accepts(&Version::new(1, 3, 0)));
        let range = registry("semver@>=1,<2");
        assert!(range.accepts(&Version::new(1, 3, 0)) && !range.accepts(&Version::new(2, 0, 0)));
    }

    #[test]
    fn paths_look_like_paths() {
        for text in [".", "./demo", "../demo", "/abs/demo", "some/demo"] {
            assert_eq!(text.parse(), Ok(Spec::Path(text.into())));
        }
    }

    #[test]
    fn git_takes_a_revision() {
        let spec = Spec::Git {
            url: "https://h/o/r".into(),
            rev: Some("v1.0".into()),
        };
        assert_eq!("git+https://h/o/r#v1.0".parse(), Ok(spec));
        assert_eq!(
            "git+file:///r".parse(),
            Ok(Spec::Git {
                url: "file:///r".into(),
                rev: None
            })
        );
    }

    #[test]
    fn nonsense_is_refused_with_a_reason() {
        for (text, words) in [
            ("", "empty"),
            ("semver@", "expected after `@`"),
            ("semver@one", "no version"),
            ("semver@1.2.3.4", "no version"),
            ("git+nothing", "://"),
            ("git+https://h/r#", "after `#`"),
            ("se mver", "letters"),
            ("größe", "letters"),
            ("1x", "letters"),
        ] {
            let error = Spec::from_str(text).unwrap_err();
            assert!(error.to_string().contains(words), "{text}: {error}");
        }
    }
}
