//! `usecrate.toml`: what the user decides about a crate beyond what its source says.
//!
//! One that is named wins. Without one, a crate has its own: a local one `usecrate.toml` in its folder, else any the table
//! `[package.metadata.usecrate]` of its `Cargo.toml`. What the command line asks for is added to either.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use cargo_metadata::Package;
use fs_err as fs;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::diagnostic::Explain;
use crate::plan::{Declared, Options, Unusable, Wanted};

/// The file's content.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Paths of callables that never block: the interpreter lock stays held.
    #[serde(default)]
    pub quick: Vec<String>,
    /// Paths of what is left out.
    #[serde(default)]
    pub skip: Vec<String>,
    /// Generic items to instantiate, by their paths.
    #[serde(default)]
    pub instantiate: BTreeMap<String, Vec<Instance>>,
    /// Paths of items, with their names in Python.
    #[serde(default)]
    pub rename: BTreeMap<String, String>,
    /// Paths of callables, with values of parameters that may be left out.
    #[serde(default)]
    pub defaults: BTreeMap<String, BTreeMap<String, Value>>,
    /// The text, for the artifact's key.
    #[serde(skip)]
    pub text: String,
}

/// An instance that is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    untagged,
    deny_unknown_fields,
    expecting = "expected \"arguments\", as between < and >, or { types = \"arguments\", py_name = \"name\" }"
)]
pub enum Instance {
    /// Its arguments as between `<` and `>`.
    Types(String),
    /// The same, with a name of its own in Python.
    Named {
        /// The arguments.
        types: String,
        /// The name.
        py_name: String,
    },
}

impl Instance {
    fn wanted(&self) -> Wanted {
        let (arguments, py_name) = match self {
            Instance::Types(types) => (types, None),
            Instance::Named { types, py_name } => (types, Some(py_name.clone())),
        };
        Wanted {
            arguments: arguments.clone(),
            py_name,
        }
    }
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
    /// An entry names nothing, or asks for what cannot be.
    #[error(transparent)]
    Entry(#[from] Unusable),
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
            | ConfigError::Entry(_)
            | ConfigError::Asked { .. } => "bad-config",
        }
    }

    fn hint(&self) -> Option<String> {
        if let ConfigError::Entry(unusable) = self {
            return Some(match (unusable.near.as_slice(), unusable.table) {
                ([], "`[instantiate]`") => {
                    "an entry is `\"path::item\" = [\"arguments as between < and >\"]`, in the names of the crate and of std"
                        .to_owned()
                }
                ([], _) => "`usecrate inspect` lists the paths".to_owned(),
                (near, _) => format!("did you mean {}?", quoted(near)),
            });
        }
        if let ConfigError::Asked { .. } = self {
            return Some("write it as in Rust: --instantiate 'module::function<u32, String>'".to_owned());
        }
        Some(
            "known are the lists `quick` and `skip`, and the tables `[instantiate]`, `[rename]` and `[defaults]`"
                .to_owned(),
        )
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
            if !list.iter().any(|have| have.wanted().arguments == arguments) {
                list.push(Instance::Types(arguments.to_owned()));
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
        self.skip.extend(asked.skip.iter().cloned());
        self.rename.extend(asked.rename.clone());
        self.defaults.extend(asked.defaults.clone());
        for (path, lists) in &asked.instantiate {
            let all = self.instantiate.entry(path.clone()).or_default();
            all.extend(lists.iter().cloned());
        }
        self
    }

    /// How to plan by it.
    #[must_use]
    pub fn options(&self) -> Options {
        let wanted = |(path, all): (&String, &Vec<Instance>)| {
            let all = all.iter().map(Instance::wanted).collect();
            (path.clone(), all)
        };
        Options {
            instantiate: self.instantiate.iter().map(wanted).collect(),
            declared: Declared {
                quick: self.quick.clone(),
                skip: self.skip.clone(),
                rename: self.rename.clone(),
                defaults: self.defaults.clone(),
            },
        }
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
        assert_eq!(
            Config::read(&file).unwrap().instantiate["a::C"],
            [Instance::Types("u8".to_owned())]
        );
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
