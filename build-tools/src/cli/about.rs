//! `usecrate-build about`: what this program works with and takes, as JSON, for `usecrate doctor` and for completion.

use std::process::ExitCode;

use clap::{Arg, CommandFactory as _};
use serde_json::{Value, json};
use usecrate_build::cache::GENERATOR;
use usecrate_build::{scan, toolchain};
use usecrate_manifest::{ABI_VERSION, MANIFEST_VERSION};

use super::{Cli, print_line};

pub(super) fn run() -> ExitCode {
    let mut cli = Cli::command();
    cli.build();
    let formats: Vec<Value> = scan::formats()
        .map(|(format, rustc)| json!({ "format": format, "rustc": rustc }))
        .collect();
    let about = json!({
        "generator": GENERATOR,
        "abi_version": ABI_VERSION,
        "manifest_version": MANIFEST_VERSION,
        "oldest_rustc": toolchain::OLDEST.to_string(),
        "rustdoc_formats": formats,
        "commands": commands(&cli),
    });
    print_line(&about.to_string())
}

fn commands(parent: &clap::Command) -> Vec<Value> {
    let shown = parent.get_subcommands().filter(|command| !command.is_hide_set());
    shown
        .filter(|command| command.get_name() != "help")
        .map(|command| {
            let named = command
                .get_arguments()
                .filter(|argument| !argument.is_positional());
            let options: Vec<_> = named.map(option).collect();
            let takes: Vec<_> = command.get_positionals().filter_map(value).collect();
            json!({
                "name": command.get_name(),
                "about": command.get_about().map(ToString::to_string),
                "note": command.get_after_help().map(ToString::to_string),
                "options": options,
                "takes": takes,
                "commands": commands(command),
            })
        })
        .collect()
}

fn option(argument: &Arg) -> Value {
    let long = argument.get_long().map(|long| format!("--{long}"));
    let short = argument.get_short().map(|short| format!("-{short}"));
    let value = argument.get_action().takes_values().then(|| value(argument));
    json!({
        "names": long.into_iter().chain(short).collect::<Vec<_>>(),
        "about": argument.get_help().map(ToString::to_string),
        "value": value.flatten(),
    })
}

/// What a value is called in the help.
fn value(argument: &Arg) -> Option<Value> {
    let name = argument.get_value_names()?.first()?;
    Some(Value::from(name.as_str()))
}
