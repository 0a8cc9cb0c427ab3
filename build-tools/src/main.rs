//! The program `usecrate-build`: the command line, or the stand-in for rustdoc or the linker when cargo or rustc call
//! it as that.

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    match usecrate_build::cargo::rustdoc::wrap().or_else(usecrate_build::seal::linker::wrap) {
        Some(code) => code,
        None => cli::run(),
    }
}
