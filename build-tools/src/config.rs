//! `usecrate.toml`: what the user decides about a crate beyond what its source says.
//!
//! One that is named wins. Without one, a local crate has its own: `usecrate.toml` in its folder or, if there is none, the
//! table `[package.metadata.usecrate]` of its `Cargo.toml`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use cargo_metadata::Package;
use fs_err as fs;
use serde::Deserialize;

use crate::diagnostic::Explain;
use crate::plan::quick::Unknown;

/// The file's content.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Generic items to instantiate: path to the arguments as between `<` and `>`.
    #[serde(default)]
    pub instantiate: BTreeMap<String, Vec<String>>,
    /// Paths of callables that never block: the interpreter lock stays held. See [`crate::plan::quick`].
    #[serde(default)]
    pub quick: Vec<String>,
    /// The text, for the artifact's key.
    #[serde(skip)]
    pub text: String,
}

/// A configuration that cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// It cannot be read.
    #[error("cannot read the configuration")]
    Read(#[from] std::io::Error),
    /// It is not what is expected.
    #[error("`{}` is not a valid configuration", path.display())]
    Parse {
        /// Which file.
        path: PathBuf,
        /// Where and why.
        #[source]
        source: Box<toml::de::Error>,
    },
    /// The table in a `Cargo.toml` is not what is expected.
    #[error("`[package.metadata.usecrate]` in `{}` is not a valid configuration", path.display())]
    Metadata {
        /// Which `Cargo.toml`.
        path: PathBuf,
        /// What is wrong.
        #[source]
        source: serde_json::Error,
    },
    /// An entry of `quick` names nothing.
    #[error(transparent)]
    Quick(#[from] Unknown),
}

impl Explain for ConfigError {
    fn code(&self) -> &'static str {
        match self {
            ConfigError::Read(_) => "no-config",
            ConfigError::Parse { .. } | ConfigError::Metadata { .. } | ConfigError::Quick(_) => "bad-config",
        }
    }

    fn hint(&self) -> Option<String> {
        if let ConfigError::Quick(unknown) = self {
            return Some(match unknown.near.as_slice() {
                [] => {
                    "`usecrate inspect` lists the paths; `*` at the end of one stands for any rest".to_owned()
                }
                near => format!("did you mean {}?", quoted(near)),
            });
        }
        Some("known are the table `[instantiate]` (path = [\"arguments\"]) and the list `quick`".to_owned())
    }
}

/// "`a` or `b`"
fn quoted(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(" or ")
}

impl Config {
    /// Reads a file, strictly: an unknown key is an error.
    ///
    /// # Errors
    /// When it cannot be read or has something else in it.
    pub fn read(path: &Path) -> Result<Config, ConfigError> {
        let text = fs::read_to_string(path)?;
        let config: Config = toml::from_str(&text).map_err(|source| ConfigError::Parse {
            path: path.to_owned(),
            source: Box::new(source),
        })?;
        Ok(Config { text, ..config })
    }

    /// A local crate's own, if it has one.
    ///
    /// # Errors
    /// When it cannot be read or has something else in it.
    pub fn of(package: &Package) -> Result<Option<Config>, ConfigError> {
        let manifest = package.manifest_path.as_std_path();
        let file = manifest.with_file_name("usecrate.toml");
        if file.is_file() {
            return Config::read(&file).map(Some);
        }
        let Some(table) = package.metadata.get("usecrate") else {
            return Ok(None);
        };
        let config = Config::deserialize(table).map_err(|source| ConfigError::Metadata {
            path: manifest.to_owned(),
            source,
        })?;
        Ok(Some(config))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_key_is_an_error_that_names_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("usecrate.toml");
        fs::write(&file, "quick = [\"a::b\"]\n[instantiate]\n\"a::C\" = [\"u8\"]\n").unwrap();
        assert_eq!(Config::read(&file).unwrap().instantiate["a::C"], ["u8"]);
        fs::write(&file, "quik = []\n").unwrap();
        let error = Config::read(&file).unwrap_err();
        assert_eq!(error.code(), "bad-config");
        assert!(
            std::error::Error::source(&error)
                .unwrap()
                .to_string()
                .contains("quik")
        );
    }
}
