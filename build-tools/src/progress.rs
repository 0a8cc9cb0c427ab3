//! What the pipeline is doing, told as it happens: to a terminal, as plain lines, or as JSON events.
//!
//! The stages send [`Event`]s and know nothing of who listens. What is for people goes to standard error. With
//! `--json` the events are the data that was asked for: one JSON object a line, all of them on standard output.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Mutex;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;

use crate::diagnostic::Diagnostic;

/// The stages, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// Module spec to crate, version, features.
    Resolve,
    /// The crate's public API, from rustdoc.
    Scan,
    /// How each callable crosses.
    Plan,
    /// The bridge's source.
    Generate,
    /// Compile, drop what rustc rejects, repeat.
    Prove,
    /// The release library.
    Build,
    /// Ask the library what it serves.
    Describe,
    /// Check, hash, publish.
    Seal,
}

impl Stage {
    /// Its word, as in the documentation.
    pub fn word(self) -> &'static str {
        match self {
            Stage::Resolve => "resolve",
            Stage::Scan => "scan",
            Stage::Plan => "plan",
            Stage::Generate => "generate",
            Stage::Prove => "prove",
            Stage::Build => "build",
            Stage::Describe => "describe",
            Stage::Seal => "seal",
        }
    }

    /// What it does, for a person who waits.
    fn work(self) -> &'static str {
        match self {
            Stage::Resolve => "asking cargo which version",
            Stage::Scan => "reading its public API",
            Stage::Plan => "planning",
            Stage::Generate => "writing the bridge",
            Stage::Prove => "proving the bridge",
            Stage::Build => "compiling the library",
            Stage::Describe => "asking the library what it serves",
            Stage::Seal => "sealing",
        }
    }
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Event {
    /// A stage began.
    Stage {
        /// Which one.
        stage: Stage,
        /// What it works on, in a few words.
        #[serde(skip_serializing_if = "Option::is_none")]
        about: Option<String>,
    },
    /// A crate was compiled, checked or documented.
    Compiling {
        /// `name version`.
        #[serde(rename = "crate")]
        krate: String,
    },
    /// A round of proving ended.
    Proof {
        /// Counted from one.
        round: usize,
        /// Shims that stand.
        kept: usize,
        /// Shims that were dropped so far.
        skipped: usize,
    },
    /// An item is not served.
    Skip {
        /// Its path.
        path: String,
        /// Stable code of the reason.
        code: String,
        /// The reason.
        reason: String,
    },
    /// Something worth knowing that is no error.
    Note {
        /// What.
        message: String,
    },
    /// Something the user should look at.
    Warning {
        /// What.
        message: String,
    },
    /// A command that was run; shown with `-v`.
    Command {
        /// As one would type it.
        command: String,
    },
    /// The lock file that a build would have, where that was asked for.
    Locked {
        /// Its text.
        lock: String,
    },
    /// The end of a good build.
    Done(Done),
    /// The end of a failed one.
    Error(Diagnostic),
}

/// What a finished build has to say.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Done {
    /// The artifact's folder, absolute.
    pub artifact: PathBuf,
    /// Package name.
    pub package: String,
    /// Exact version.
    pub version: String,
    /// Callables that are served.
    pub served: usize,
    /// Callables that are skipped.
    pub skipped: usize,
    /// Whether an artifact that was there already is the answer.
    pub reused: bool,
    /// Seconds per stage.
    pub stages: BTreeMap<Stage, f64>,
}

/// Someone who is told.
pub trait Progress: Send + Sync {
    /// Called for each event, possibly from several threads.
    fn event(&self, event: &Event);
}

/// Tells nobody.
#[derive(Debug, Default, Clone, Copy)]
pub struct Silent;

impl Progress for Silent {
    fn event(&self, _event: &Event) {}
}

/// JSON lines on standard output, from the first stage to `done` or `error`.
#[derive(Debug, Default, Clone, Copy)]
pub struct JsonLines;

impl Progress for JsonLines {
    fn event(&self, event: &Event) {
        if let Ok(line) = serde_json::to_string(event) {
            let mut out = std::io::stdout().lock();
            // A reader that went away must not end the build.
            let _ = writeln!(out, "{line}").and_then(|()| out.flush());
        }
    }
}

/// Plain lines on standard error: one per stage, and what matters.
#[derive(Debug, Clone, Copy)]
pub struct PlainLines {
    /// Commands, compiled crates and skips too.
    pub verbose: bool,
}

impl Progress for PlainLines {
    fn event(&self, event: &Event) {
        if let Some(line) = plain(event, self.verbose) {
            let _ = writeln!(std::io::stderr(), "{line}");
        }
    }
}

/// A line that is redrawn in place on a terminal.
pub struct Terminal {
    bar: ProgressBar,
    verbose: bool,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// What is built, once it is known.
    package: String,
    stage: Option<Stage>,
    /// What the stage works on now.
    now: String,
    compiled: usize,
    counts: String,
}

impl State {
    /// Takes an event in; says whether the line changes.
    fn take(&mut self, event: &Event) -> bool {
        match event {
            Event::Stage { stage, about } => {
                self.stage = Some(*stage);
                self.compiled = 0;
                self.now = about.clone().unwrap_or_default();
                if *stage == Stage::Scan {
                    self.package = std::mem::take(&mut self.now);
                }
            }
            Event::Compiling { krate } => {
                self.compiled += 1;
                self.now = format!("{} compiled, last {krate}", self.compiled);
            }
            Event::Proof { round, kept, skipped } => {
                self.counts = format!("{kept} shims kept, {skipped} skipped");
                self.now = format!("round {round}");
            }
            _ => return false,
        }
        true
    }

    /// `semver 1.0.28: build (4 compiled, last digest 0.11.0; 81 shims kept, 0 skipped)`
    fn line(&self) -> String {
        let stage = self.stage.map_or("", Stage::work);
        let parts = [&self.now, &self.counts];
        let parts: Vec<&str> = parts
            .into_iter()
            .map(String::as_str)
            .filter(|part| !part.is_empty())
            .collect();
        let package = if self.package.is_empty() {
            String::new()
        } else {
            format!("{}: ", self.package)
        };
        let more = if parts.is_empty() {
            String::new()
        } else {
            format!(" ({})", parts.join("; "))
        };
        format!("{package}{stage}{more}")
    }
}

impl Terminal {
    /// Starts the spinner.
    pub fn new(verbose: bool) -> Terminal {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        if let Ok(style) = ProgressStyle::with_template("{spinner} {elapsed:>4}  {wide_msg}") {
            bar.set_style(style.tick_chars("⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏ "));
        }
        bar.enable_steady_tick(Duration::from_millis(120));
        Terminal {
            bar,
            verbose,
            state: Mutex::default(),
        }
    }
}

impl Progress for Terminal {
    fn event(&self, event: &Event) {
        let Ok(mut state) = self.state.lock() else { return };
        if state.take(event) {
            self.bar.set_message(state.line());
        }
        match event {
            Event::Done(_) | Event::Error(_) => self.bar.finish_and_clear(),
            // The line itself tells of these.
            Event::Stage { .. } | Event::Proof { .. } if !self.verbose => {}
            other => {
                if let Some(line) = plain(other, self.verbose) {
                    self.bar.suspend(|| {
                        let _ = writeln!(std::io::stderr(), "{line}");
                    });
                }
            }
        }
    }
}

fn plain(event: &Event, verbose: bool) -> Option<String> {
    Some(match event {
        Event::Stage { stage, about } => match about {
            Some(about) => format!("{:<8} {about}", stage.word()),
            None => stage.word().to_owned(),
        },
        Event::Proof { round, kept, skipped } => {
            format!(
                "{:<8} round {round}: {kept} shims kept, {skipped} skipped",
                "prove"
            )
        }
        Event::Compiling { krate } if verbose => format!("  compiled {krate}"),
        Event::Skip { path, code, reason } if verbose => format!("  skipped `{path}`: {reason} [{code}]"),
        Event::Command { command } if verbose => format!("  $ {command}"),
        Event::Note { message } if verbose => format!("note: {message}"),
        Event::Warning { message } => format!("warning: {message}"),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_have_the_documented_shape() {
        let json = |event: &Event| serde_json::to_string(event).unwrap();
        assert_eq!(
            json(&Event::Stage {
                stage: Stage::Scan,
                about: None
            }),
            r#"{"event":"stage","stage":"scan"}"#
        );
        assert_eq!(
            json(&Event::Compiling {
                krate: "semver 1.0.0".into()
            }),
            r#"{"event":"compiling","crate":"semver 1.0.0"}"#
        );
        let done = Event::Done(Done {
            artifact: "/a".into(),
            package: "semver".into(),
            version: "1.0.0".into(),
            served: 3,
            skipped: 1,
            reused: false,
            stages: BTreeMap::from([(Stage::Resolve, 0.5)]),
        });
        assert_eq!(
            json(&done),
            r#"{"event":"done","artifact":"/a","package":"semver","version":"1.0.0","served":3,"skipped":1,"reused":false,"stages":{"resolve":0.5}}"#
        );
    }

    #[test]
    fn the_line_on_a_terminal_says_what_is_going_on() {
        let mut state = State::default();
        state.take(&Event::Stage {
            stage: Stage::Resolve,
            about: None,
        });
        assert_eq!(state.line(), "asking cargo which version");
        state.take(&Event::Stage {
            stage: Stage::Scan,
            about: Some("sha2 0.11.1".into()),
        });
        let compiled = Event::Compiling {
            krate: "digest 0.11.0".into(),
        };
        state.take(&compiled);
        assert_eq!(
            state.line(),
            "sha2 0.11.1: reading its public API (1 compiled, last digest 0.11.0)"
        );
        state.take(&Event::Stage {
            stage: Stage::Prove,
            about: None,
        });
        state.take(&Event::Proof {
            round: 2,
            kept: 9,
            skipped: 1,
        });
        assert_eq!(
            state.line(),
            "sha2 0.11.1: proving the bridge (round 2; 9 shims kept, 1 skipped)"
        );
    }

    #[test]
    fn quiet_lines_leave_out_what_only_verbose_shows() {
        let event = Event::Command {
            command: "cargo check".into(),
        };
        assert_eq!(plain(&event, false), None);
        assert_eq!(plain(&event, true).as_deref(), Some("  $ cargo check"));
    }
}
