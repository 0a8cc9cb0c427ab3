//! What cargo and the linker are told for a bridge besides its manifest: for libraries that run on older systems, and
//! for builds that give the same bytes wherever they are made.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use fs_err as fs;

use crate::diagnostic::Explain;
use crate::files;
use crate::toolchain::{self, Toolchain};

/// The same for every call on one target folder.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settings {
    /// Variables of the environment.
    pub env: BTreeMap<String, OsString>,
    /// What links the bridge, in place of rustc's own choice.
    pub linker: Option<PathBuf>,
}

/// Why a library cannot be linked for an older glibc.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SettingsError {
    /// The system has another C library, or none that is chosen so.
    #[error("--glibc is for Linux with glibc, and this is {host}")]
    NotGlibc {
        /// What is built for.
        host: String,
    },
    /// The program is not there.
    #[error("`{PROGRAM}`, which links for an older glibc, is not there")]
    NoZig,
    /// What calls it cannot be written.
    #[error("cannot write what calls the linker")]
    Files(#[from] std::io::Error),
}

impl Explain for SettingsError {
    fn code(&self) -> &'static str {
        match self {
            SettingsError::NotGlibc { .. } => "not-glibc",
            SettingsError::NoZig => "no-zig",
            SettingsError::Files(_) => "cannot-write",
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            SettingsError::NotGlibc { .. } => Some("leave the option out".to_owned()),
            SettingsError::NoZig => Some("install it: `pip install cargo-zigbuild ziglang`".to_owned()),
            SettingsError::Files(_) => None,
        }
    }
}

/// Knows which of a linker's arguments zig takes, and calls it.
const PROGRAM: &str = "cargo-zigbuild";
const FLAGS: &str = "CARGO_ENCODED_RUSTFLAGS";

impl Settings {
    /// Links against a glibc, through zig: what C dependencies are compiled with, and what links the bridge. Build
    /// scripts stay with the system's own linker, since they run here.
    ///
    /// # Errors
    /// When zig is not there, or the system has another C library.
    pub fn link_for(
        &mut self,
        glibc: &str,
        toolchain: &Toolchain,
        cache: &Path,
    ) -> Result<(), SettingsError> {
        let host = &toolchain.host;
        let Some(machine) = host.strip_suffix("-unknown-linux-gnu") else {
            return Err(SettingsError::NotGlibc { host: host.clone() });
        };
        let program = toolchain::find(PROGRAM.as_ref()).ok_or(SettingsError::NoZig)?;
        let folder = cache.join("zig").join(format!("{machine}-{glibc}"));
        for (name, tool, variable) in [("cc", "cc", "CC"), ("cxx", "c++", "CXX")] {
            let script = folder.join(name);
            let text = format!(
                "#!/bin/sh\nexec '{}' zig {tool} -- -g -target {machine}-linux-gnu.{glibc} \"$@\"\n",
                program.display()
            );
            files::write_if_changed(&script, text.as_bytes())?;
            files::make_executable(&script)?;
            let variable = format!("{variable}_{}", host.replace('-', "_"));
            self.env.insert(variable, script.clone().into_os_string());
            if tool == "cc" {
                self.linker = Some(script);
            }
        }
        Ok(())
    }

    /// What a host needs to make a library at all: one with musl links everything into programs, and makes none.
    pub fn suit(&mut self, toolchain: &Toolchain) {
        if toolchain.host.ends_with("-musl") {
            self.add_flags(["-Ctarget-feature=-crt-static".to_owned()]);
        }
    }

    /// Keeps the paths of this machine out of the library: the bridge's folder, cargo's and the toolchain's.
    pub fn remap(&mut self, bridge: &Path, toolchain: &Toolchain) {
        let mut flags = Vec::new();
        let rust = toolchain.sysroot.join("lib/rustlib/src/rust");
        let mut remapped = vec![(bridge.to_owned(), "/bridge"), (rust, "/rust")];
        remapped.extend(cargo_home().map(|home| (home, "/cargo")));
        for (path, name) in remapped {
            // Cargo and rustc may know a folder by either name.
            let real = fs::canonicalize(&path).unwrap_or_else(|_| path.clone());
            for path in [path, real] {
                flags.push(format!("--remap-path-prefix={}={name}", path.display()));
            }
        }
        self.add_flags(flags);
    }

    /// Tells rustc more than the environment does, which cargo takes in place of all else that is said of flags.
    fn add_flags(&mut self, more: impl IntoIterator<Item = String>) {
        let ours = self
            .env
            .get(FLAGS)
            .map(|flags| flags.to_string_lossy().into_owned());
        let mut flags: Vec<String> = match ours.or_else(|| std::env::var(FLAGS).ok()) {
            Some(encoded) => encoded.split('\x1f').map(str::to_owned).collect(),
            None => std::env::var("RUSTFLAGS")
                .unwrap_or_default()
                .split_whitespace()
                .map(str::to_owned)
                .collect(),
        };
        for flag in more {
            if !flags.contains(&flag) {
                flags.push(flag);
            }
        }
        flags.retain(|flag| !flag.is_empty());
        self.env.insert(FLAGS.to_owned(), flags.join("\x1f").into());
    }
}

fn cargo_home() -> Option<PathBuf> {
    match std::env::var_os("CARGO_HOME").filter(|home| !home.is_empty()) {
        Some(home) => std::path::absolute(home).ok(),
        None => etcetera::home_dir().ok().map(|home| home.join(".cargo")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flags(host: &str) -> Option<String> {
        let toolchain = Toolchain {
            sysroot: "/s".into(),
            rustc: "/s/bin/rustc".into(),
            cargo: "/s/bin/cargo".into(),
            rustdoc: "/s/bin/rustdoc".into(),
            rustup_name: None,
            version: "1.93.0".parse().unwrap(),
            host: host.into(),
            verbose_version: String::new(),
        };
        let mut settings = Settings::default();
        settings.suit(&toolchain);
        let unmapped = settings
            .env
            .get(FLAGS)
            .map(|flags| flags.to_string_lossy().into_owned());
        settings.remap(Path::new("/bridge-of-a-test"), &toolchain);
        let all = settings.env[FLAGS].to_string_lossy().into_owned();
        assert!(
            all.contains("--remap-path-prefix=/bridge-of-a-test=/bridge"),
            "{all}"
        );
        assert!(all.contains(unmapped.as_deref().unwrap_or_default()), "{all}");
        unmapped
    }

    #[test]
    fn with_musl_libraries_are_linked_dynamically_and_elsewhere_nothing_is_said() {
        let said = flags("x86_64-unknown-linux-musl").unwrap();
        assert!(
            said.split('\x1f')
                .any(|flag| flag == "-Ctarget-feature=-crt-static"),
            "{said}"
        );
        assert_eq!(flags("x86_64-unknown-linux-gnu"), None);
    }
}
