//! The only spawner of processes: cargo and the compiler, with one environment for all calls.
//!
//! Every call on one target folder gets the same environment and the same profile, because a variable that comes and
//! goes rebuilds the dependencies whose build scripts watch it. `RUSTC_BOOTSTRAP` is never set here: only rustdoc
//! itself gets it, from [`rustdoc::wrap`].

pub mod interrupt;
mod messages;
pub mod rustdoc;

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

pub use messages::{Diagnostics, Located};

use self::interrupt::Running;
use crate::bridge::{Bridge, Profile};
use crate::cache::TARGET_LOCKS;
use crate::diagnostic::Explain;
use crate::lock::Lock;
use crate::progress::{Event, Progress};
use crate::toolchain::Toolchain;

/// A program that was asked something small did not answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProbeError {
    /// It could not be started.
    #[error("cannot run `{command}`")]
    Spawn {
        /// The command.
        command: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// It ended with an error.
    #[error("`{command}` failed: {stderr}")]
    Failed {
        /// The command.
        command: String,
        /// What it said.
        stderr: String,
    },
}

/// Runs a program and gives what it printed.
///
/// # Errors
/// When it cannot be started, fails, or prints something that is not UTF-8.
pub fn probe(
    program: &Path,
    args: &[&str],
    folder: &Path,
    env: &[(&str, &str)],
) -> Result<String, ProbeError> {
    let command = format!("{} {}", program.display(), args.join(" "));
    let output = Command::new(program)
        .args(args)
        .envs(env.iter().copied())
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .map_err(|source| ProbeError::Spawn {
            command: command.clone(),
            source,
        })?;
    match String::from_utf8(output.stdout) {
        Ok(text) if output.status.success() => Ok(text),
        _ => Err(ProbeError::Failed {
            command,
            stderr: String::from_utf8_lossy(&output.stderr).trim().to_owned(),
        }),
    }
}

/// A cargo call that failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CargoError {
    /// It could not be started.
    #[error("cannot run cargo at `{}`", program.display())]
    Spawn {
        /// Which program.
        program: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// Its output could not be read.
    #[error("cannot read the output of cargo")]
    Output(#[source] std::io::Error),
    /// Cargo itself failed, before or beside the compiler.
    #[error("`cargo {subcommand}` failed")]
    Failed {
        /// `metadata`, `check`…
        subcommand: String,
        /// What it printed.
        stderr: String,
        /// The command, as one would type it.
        command: String,
    },
    /// A crate does not compile.
    #[error("{} does not compile", who(diagnostics))]
    Compile {
        /// What the compiler said.
        diagnostics: Diagnostics,
        /// What cargo said around it: a linker's or a build script's words.
        stderr: String,
        /// The command that reproduces it.
        command: String,
    },
    /// `cargo metadata` gave something else.
    #[error("cannot read what `cargo metadata` gave")]
    Metadata(#[source] Box<cargo_metadata::Error>),
    /// The build ended well and gave no library.
    #[error("the build gave no shared library")]
    NoLibrary {
        /// The command that reproduces it.
        command: String,
    },
    /// Rustdoc ended well and gave no JSON.
    #[error("rustdoc gave no JSON for `{package}`")]
    NoDocument {
        /// Which package.
        package: String,
        /// The command that reproduces it.
        command: String,
    },
    /// A file could not be written or read.
    #[error("cannot prepare the build")]
    Files(#[from] std::io::Error),
}

fn who(diagnostics: &Diagnostics) -> String {
    let mut names: Vec<&str> = diagnostics
        .dependencies
        .iter()
        .map(|one| one.package.as_str())
        .collect();
    names.dedup();
    if names.is_empty() {
        "the bridge".to_owned()
    } else {
        format!("`{}`", names.join("`, `"))
    }
}

impl Explain for CargoError {
    fn code(&self) -> &'static str {
        match self {
            CargoError::Spawn { .. } => "no-toolchain",
            CargoError::Compile { diagnostics, .. } if !diagnostics.dependencies.is_empty() => {
                "crate-does-not-compile"
            }
            CargoError::Compile { .. } => "bridge-does-not-compile",
            CargoError::Failed { stderr, .. } if is_network(stderr) => "no-network",
            CargoError::Failed { .. } | CargoError::Output(_) | CargoError::Metadata(_) => "cargo-failed",
            CargoError::NoLibrary { .. } => "no-library",
            CargoError::NoDocument { .. } => "no-documentation",
            CargoError::Files(_) => "cannot-write",
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            CargoError::Compile {
                diagnostics, command, ..
            } if !diagnostics.dependencies.is_empty() => Some(format!(
                "the fault lies in the crate or its dependencies, or in what the system lacks for them; reproduce it with: {command}"
            )),
            CargoError::Failed { stderr, .. } if is_network(stderr) => {
                Some("check the connection, or pass --offline to use what was downloaded before".to_owned())
            }
            CargoError::Compile { command, .. }
            | CargoError::Failed { command, .. }
            | CargoError::NoLibrary { command }
            | CargoError::NoDocument { command, .. } => Some(format!("reproduce it with: {command}")),
            CargoError::Spawn { .. } => Some("install Rust from https://rustup.rs".to_owned()),
            _ => None,
        }
    }

    fn details(&self) -> Option<String> {
        match self {
            CargoError::Failed { stderr, .. } => Some(stderr.clone()),
            CargoError::Compile {
                diagnostics, stderr, ..
            } => {
                let rendered = diagnostics.rendered();
                Some(if rendered.is_empty() {
                    stderr.clone()
                } else {
                    rendered
                })
            }
            _ => None,
        }
    }
}

/// Whether cargo's words mean that the network is not there.
pub fn is_network(stderr: &str) -> bool {
    [
        "Could not resolve host",
        "Couldn't connect to server",
        "Could not connect",
        "failed to connect",
        "failed to download from",
        "download of config.json failed",
        "spurious network error",
        "network failure seems to have happened",
        "Timeout was reached",
        "failed to resolve address",
    ]
    .iter()
    .any(|words| stderr.contains(words))
}

/// Cargo, ready to be called.
#[derive(Clone, Copy)]
pub struct Cargo<'a> {
    /// Whose.
    pub toolchain: &'a Toolchain,
    /// This program, which cargo calls in place of rustdoc.
    pub program: &'a Path,
    /// No network.
    pub offline: bool,
    /// Who is told.
    pub progress: &'a dyn Progress,
}

/// What a compile call ended with.
#[derive(Debug)]
pub struct Compiled {
    /// Errors, by where they are.
    pub diagnostics: Diagnostics,
    /// Whether cargo was content.
    pub success: bool,
    /// What cargo printed beside its messages.
    pub stderr: String,
    /// The command, as one would type it.
    pub command: String,
    /// Shared libraries of the bridge.
    pub libraries: Vec<PathBuf>,
    /// Which package each compiled file is of, by cargo's package id.
    pub artifacts: BTreeMap<PathBuf, String>,
}

impl Compiled {
    /// Gives itself when all went well or all that failed is in the bridge; otherwise the error to tell.
    ///
    /// # Errors
    /// When a dependency does not compile, or cargo failed without a word about the bridge.
    pub fn only_bridge_errors(self, subcommand: &str) -> Result<Compiled, CargoError> {
        if self.success || (self.diagnostics.dependencies.is_empty() && !self.diagnostics.bridge.is_empty()) {
            return Ok(self);
        }
        Err(self.into_error(subcommand))
    }

    /// The error that a failed call is.
    pub fn into_error(self, subcommand: &str) -> CargoError {
        let Compiled {
            diagnostics,
            stderr,
            command,
            ..
        } = self;
        if diagnostics.bridge.is_empty()
            && diagnostics.dependencies.is_empty()
            && !stderr.contains("could not compile")
        {
            return CargoError::Failed {
                subcommand: subcommand.to_owned(),
                stderr,
                command,
            };
        }
        CargoError::Compile {
            diagnostics,
            stderr,
            command,
        }
    }
}

impl<'a> Cargo<'a> {
    /// The resolved graph of the bridge; writes its lock file when it has none.
    ///
    /// # Errors
    /// When the graph does not resolve.
    pub fn metadata(&self, bridge: &Bridge) -> Result<cargo_metadata::Metadata, CargoError> {
        let args = [
            "metadata",
            "--format-version",
            "1",
            "--filter-platform",
            &self.toolchain.host,
        ];
        let mut command = self.command(&bridge.cargo_folder(), &args);
        command.arg("--manifest-path").arg(bridge.manifest_path());
        let text = self.capture(command, "metadata")?;
        cargo_metadata::MetadataCommand::parse(text).map_err(|error| CargoError::Metadata(Box::new(error)))
    }

    /// Runs a small cargo command in `folder` and gives its standard output.
    ///
    /// # Errors
    /// When it cannot be started or fails.
    pub fn ask(&self, folder: &Path, args: &[&str]) -> Result<String, CargoError> {
        self.capture(
            self.command(folder, args),
            args.first().copied().unwrap_or_default(),
        )
    }

    /// Checks the bridge. Errors in it are an answer; errors elsewhere are an error.
    ///
    /// # Errors
    /// When a dependency does not compile or cargo fails for another reason.
    pub fn check(&self, bridge: &Bridge) -> Result<Compiled, CargoError> {
        let mut command = self.compile_command(bridge, "check");
        command.args(["--lib", "--message-format", "json"]);
        self.compile(command, bridge)?.only_bridge_errors("check")
    }

    /// Builds the bridge's library with code generation and linking; `args` go to its last rustc call alone.
    /// The library is copied out of the shared target folder while no other build can replace it.
    ///
    /// # Errors
    /// When anything fails; errors in the bridge too are then [`CargoError::Compile`], for the caller to bisect.
    pub fn build_release(&self, bridge: &Bridge, args: &[String]) -> Result<PathBuf, CargoError> {
        // Of this bridge alone: others wait for cargo, and for no longer than cargo itself makes them.
        let lock = format!("{}.lock", bridge.name);
        let _lock = Lock::acquire(&bridge.target_dir.join(TARGET_LOCKS).join(lock), self.progress)?;
        let mut command = self.compile_command(bridge, "rustc");
        command.args(["--lib", "--message-format", "json"]);
        if !args.is_empty() {
            command.arg("--").args(args);
        }
        let compiled = self.compile(command, bridge)?;
        if !compiled.success {
            return Err(compiled.into_error("rustc"));
        }
        let library = compiled
            .libraries
            .iter()
            .find(|path| path.extension().and_then(OsStr::to_str) == Some(library_extension()))
            .ok_or_else(|| CargoError::NoLibrary {
                command: compiled.command.clone(),
            })?;
        let copy = bridge
            .dir
            .join("library")
            .join(library.file_name().unwrap_or(OsStr::new("library")));
        crate::files::copy_atomic(library, &copy)?;
        Ok(copy)
    }

    fn compile_command(&self, bridge: &Bridge, subcommand: &str) -> Command {
        let mut command = self.command(&bridge.cargo_folder(), &[subcommand]);
        command.arg("--manifest-path").arg(bridge.manifest_path());
        command.arg("--target-dir").arg(&bridge.target_dir);
        command.envs(&bridge.settings.env);
        command.arg("--profile").arg(match bridge.profile {
            Profile::Release => "usecrate",
            Profile::Dev => "usecrate-dev",
        });
        command
    }

    /// A cargo command with the one environment.
    fn command(&self, folder: &Path, args: &[&str]) -> Command {
        let mut command = Command::new(&self.toolchain.cargo);
        command.args(args).current_dir(folder).stdin(Stdio::null());
        if self.offline {
            command.arg("--offline");
        }
        command.env("RUSTC", &self.toolchain.rustc);
        command
            .env("RUSTDOC", self.program)
            .env(rustdoc::REAL, &self.toolchain.rustdoc);
        match &self.toolchain.rustup_name {
            Some(name) => command.env("RUSTUP_TOOLCHAIN", name),
            None => command.env_remove("RUSTUP_TOOLCHAIN"),
        };
        command
            .env("CARGO_TERM_COLOR", "never")
            .env("CARGO_TERM_PROGRESS_WHEN", "never");
        // Where we put things is said on the command line; what another cargo told this process is not for its child.
        for name in [
            "CARGO_TARGET_DIR",
            "CARGO_BUILD_TARGET_DIR",
            "CARGO_BUILD_TARGET",
            "CARGO",
            "CARGO_MAKEFLAGS",
        ] {
            command.env_remove(name);
        }
        for (name, _) in std::env::vars_os() {
            let own = name.to_str().is_some_and(|name| {
                name.starts_with("CARGO_PKG_")
                    || name.starts_with("CARGO_BIN_")
                    || name.starts_with("CARGO_MANIFEST_")
            });
            if own {
                command.env_remove(name);
            }
        }
        command
    }

    fn capture(&self, mut command: Command, subcommand: &str) -> Result<String, CargoError> {
        let shown = self.show(&command);
        let output = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .and_then(|child| {
                let _running = Running::new(&child);
                child.wait_with_output()
            })
            .map_err(|source| CargoError::Spawn {
                program: self.toolchain.cargo.clone(),
                source,
            })?;
        match String::from_utf8(output.stdout) {
            Ok(text) if output.status.success() => Ok(text),
            _ => Err(CargoError::Failed {
                subcommand: subcommand.to_owned(),
                stderr: String::from_utf8_lossy(&output.stderr).trim().to_owned(),
                command: shown,
            }),
        }
    }

    fn compile(&self, mut command: Command, bridge: &Bridge) -> Result<Compiled, CargoError> {
        let shown = self.show(&command);
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|source| CargoError::Spawn {
                program: self.toolchain.cargo.clone(),
                source,
            })?;
        let _running = Running::new(&child);
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        let mut read = messages::Reader::new(bridge.manifest_path(), self.progress);
        let (outcome, status, stderr) = std::thread::scope(|scope| {
            let said = scope.spawn(|| stderr.map(|stderr| self.listen(stderr)).unwrap_or_default());
            let outcome = stdout.map_or(Ok(()), |stdout| read.all(BufReader::new(stdout)));
            if outcome.is_err() {
                // Nobody reads any more: it must not wait for us for ever.
                let _ = child.kill();
            }
            (outcome, child.wait(), said.join().unwrap_or_default())
        });
        outcome.map_err(CargoError::Output)?;
        let status = status.map_err(CargoError::Output)?;
        let (diagnostics, libraries, artifacts) = read.finish();
        Ok(Compiled {
            diagnostics,
            success: status.success(),
            stderr,
            command: shown,
            libraries,
            artifacts,
        })
    }

    /// Collects what cargo says beside its messages, and passes on that it waits.
    fn listen(&self, stderr: impl std::io::Read) -> String {
        let mut text = String::new();
        let mut lines = BufReader::new(stderr).split(b'\n');
        // A pipe that breaks ends the text early; the exit status still tells the outcome.
        while let Some(Ok(line)) = lines.next() {
            let line = String::from_utf8_lossy(&line);
            if let Some(what) = line.trim().strip_prefix("Blocking waiting for file lock on ") {
                let message = format!("waiting for another build, which uses cargo's {what}");
                self.progress.event(&Event::Warning { message });
            }
            text.push_str(&line);
            text.push('\n');
        }
        text
    }

    fn show(&self, command: &Command) -> String {
        let text = shell_line(command);
        self.progress.event(&Event::Command {
            command: text.clone(),
        });
        text
    }
}

/// A command as one would type it in a shell, with what matters of its environment.
fn shell_line(command: &Command) -> String {
    let mut words = Vec::new();
    if let Some(folder) = command.get_current_dir() {
        words.push(format!("cd {} &&", quote(folder.as_os_str())));
    }
    // What stands in for rustdoc matters only where cargo calls rustdoc.
    let documents = command.get_args().next() == Some(OsStr::new("doc"));
    for (name, value) in command.get_envs() {
        let name = name.to_string_lossy();
        let wanted = match &*name {
            "RUSTC" | "RUSTUP_TOOLCHAIN" | "CARGO_ENCODED_RUSTFLAGS" => true,
            name if name.starts_with("CC_") || name.starts_with("CXX_") => true,
            "RUSTDOC" => documents,
            _ => documents && name.starts_with("USECRATE_"),
        };
        if let (true, Some(value)) = (wanted, value) {
            words.push(format!("{name}={}", quote(value)));
        }
    }
    words.push(quote(command.get_program()));
    words.extend(command.get_args().map(quote));
    words.join(" ")
}

fn quote(word: &OsStr) -> String {
    let text = word.to_string_lossy();
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:@%+,".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text.into_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// How a shared library's file name ends here.
fn library_extension() -> &'static str {
    std::env::consts::DLL_EXTENSION
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_can_be_pasted_into_a_shell() {
        let mut command = Command::new("/a b/cargo");
        command
            .args(["check", "it's"])
            .current_dir("/w")
            .env("RUSTC", "/r")
            .env("RUSTDOC", "/d")
            .env("OTHER", "x");
        assert_eq!(
            shell_line(&command),
            r"cd /w && RUSTC=/r '/a b/cargo' check 'it'\''s'"
        );
    }

    #[test]
    fn a_missing_network_is_told_from_a_missing_crate() {
        assert!(is_network(
            "warning: spurious network error (3 tries remaining): [6] Could not resolve host"
        ));
        assert!(!is_network("error: no matching package named `nope` found"));
    }
}
