//! `usecrate.toml`: what the user decides about a crate beyond what its source says.
//!
//! One that is named wins. Without one, a crate has its own: a local one `usecrate.toml` in its folder, else any the table
//! `[package.metadata.usecrate]` of its `Cargo.toml`. What the command line asks for is added to either.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use cargo_metadata::Package;
use fs_err as fs;
use serde::{Deserialize, Serialize};

use crate::diagnostic::Explain;
use crate::plan::Unusable;
use crate::plan::quick::Unknown;

/// The file's content.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Paths of callables that never block: the interpreter lock stays held. See [`crate::plan::quick`].
    #[serde(default)]
    pub quick: Vec<String>,
    /// Generic items to instantiate: path to the arguments as between `<` and `>`.
    #[serde(default)]
    pub instantiate: BTreeMap<String, Vec<String>>,
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
    /// An entry of `[instantiate]` names nothing, or arguments that mean nothing.
    #[error(transparent)]
    Instantiate(#[from] Unusable),
    /// What the command line asks for is no path with arguments.
    #[error("`--instantiate {text}` is no path with type arguments")]
    Asked {
        /// As it was given.
        text: String,
    },
}

impl Explain for ConfigError {
    fn code(&self) -> &'static str {
        match self {
            ConfigError::Read(_) => "no-config",
            ConfigError::Parse { .. }
            | ConfigError::Metadata { .. }
            | ConfigError::Quick(_)
            | ConfigError::Instantiate(_)
            | ConfigError::Asked { .. } => "bad-config",
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
        if let ConfigError::Instantiate(unusable) = self {
            return Some(match unusable.near.as_slice() {
                [] => "an entry is `\"path::item\" = [\"arguments as between < and >\"]`, in the names of the crate and of std"
                    .to_owned(),
                near => format!("did you mean {}?", quoted(near)),
            });
        }
        if let ConfigError::Asked { .. } = self {
            return Some("write it as in Rust: --instantiate 'module::function<u32, String>'".to_owned());
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

    /// The same with instances that are asked for besides: `path::item<arguments>`.
    ///
    /// # Errors
    /// When one is no such thing.
    pub fn with(named: Option<Config>, asked: &[String]) -> Result<Option<Config>, ConfigError> {
        if asked.is_empty() {
            return Ok(named);
        }
        let mut config = named.unwrap_or_default();
        for text in asked {
            let unreadable = || ConfigError::Asked { text: text.clone() };
            let (path, rest) = text.trim().split_once('<').ok_or_else(unreadable)?;
            let arguments = rest.strip_suffix('>').ok_or_else(unreadable)?;
            let path = path.trim_end_matches("::").trim().to_owned();
            let list = config.instantiate.entry(path).or_default();
            if !list.iter().any(|have| have == arguments) {
                list.push(arguments.to_owned());
            }
        }
        // A map of lists of texts can always be written.
        config.text = toml::to_string(&config).unwrap_or_default();
        Ok(Some(config))
    }

    /// What a crate's own configuration says, with what is asked for besides.
    #[must_use]
    pub fn and(mut self, asked: &Config) -> Config {
        self.quick.extend(asked.quick.iter().cloned());
        for (path, lists) in &asked.instantiate {
            let all = self.instantiate.entry(path.clone()).or_default();
            all.extend(lists.iter().cloned());
        }
        self
    }

    /// A crate's own, if it has one: `local` crates may have a file.
    ///
    /// # Errors
    /// When it cannot be read or has something else in it.
    pub fn of(package: &Package, local: bool) -> Result<Option<Config>, ConfigError> {
        let manifest = package.manifest_path.as_std_path();
        let file = manifest.with_file_name("usecrate.toml");
        if local && file.is_file() {
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
