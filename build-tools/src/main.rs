//! The program `usecrate-build`: the command line, or rustdoc's stand-in when cargo calls it as that.

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    match usecrate_build::cargo::rustdoc::wrap() {
        Some(code) => code,
        None => cli::run(),
    }
}
