//! The program `usecrate-build`: the command line, or the stand-in for rustdoc or the linker when cargo or rustc call
//! it as that.

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    // The linker first: it is told by an argument of its own, rustdoc by a variable that all of cargo's calls have.
    match usecrate_build::seal::linker::wrap().or_else(usecrate_build::cargo::rustdoc::wrap) {
        Some(code) => code,
        None => cli::run(),
    }
}
