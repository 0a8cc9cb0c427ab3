//! A linker that shows nothing but our symbol.
//!
//! rustc tells the linker to export every `#[no_mangle]` item of every dependency of a cdylib, in a list that it
//! writes itself, and GNU's linker takes no second list. A library that shows such items is linked again with this
//! program in the linker's place: it shortens rustc's list to the one symbol and calls the real linker. Nothing is
//! compiled again but the bridge itself, and most crates never need it.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use fs_err as fs;

use super::SYMBOL;
use crate::files;

/// The argument that makes this program the linker; the real one follows.
const MARK: &str = "--usecrate-real-linker=";
/// Lets a user name the real linker.
const REAL: &str = "USECRATE_LINKER";

/// What rustc needs, for the bridge alone, to link with `program` (this one), which calls `real`.
pub fn rustc_arguments(program: &Path, real: Option<&str>) -> Vec<String> {
    let named = || std::env::var(REAL).unwrap_or_else(|_| "cc".to_owned());
    let real = real.map_or_else(named, str::to_owned);
    vec![
        format!("-Clinker={}", program.display()),
        format!("-Clink-arg={MARK}{real}"),
    ]
}

/// Links, if this process was started as the linker.
///
/// Gives nothing when it was not.
#[expect(clippy::print_stderr, reason = "rustc shows what a linker prints")]
pub fn wrap() -> Option<ExitCode> {
    let arguments = expand(std::env::args_os().skip(1).collect())?;
    let (real, arguments) = take_mark(arguments)?;
    let linked = shorten(&arguments).and_then(|()| run(&real, &arguments));
    Some(linked.unwrap_or_else(|error| {
        eprintln!("usecrate: cannot link with `{}`: {error}", real.to_string_lossy());
        ExitCode::FAILURE
    }))
}

/// Long command lines come in a file (`@path`), an argument a line, with `\` before special characters.
fn expand(arguments: Vec<OsString>) -> Option<Vec<OsString>> {
    let [only] = arguments.as_slice() else {
        return Some(arguments);
    };
    let Some(path) = only.to_str().and_then(|text| text.strip_prefix('@')) else {
        return Some(arguments);
    };
    let text = fs::read_to_string(path).ok()?;
    Some(text.lines().map(|line| unescape(line).into()).collect())
}

fn unescape(line: &str) -> String {
    let line = line
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .unwrap_or(line);
    let mut text = String::new();
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        text.extend(if character == '\\' {
            characters.next()
        } else {
            Some(character)
        });
    }
    text
}

/// The real linker, and the arguments without the mark.
fn take_mark(mut arguments: Vec<OsString>) -> Option<(OsString, Vec<OsString>)> {
    let at = arguments.iter().position(|argument| mark(argument).is_some())?;
    let marked = arguments.remove(at);
    mark(&marked).map(|real| (real.into(), arguments))
}

fn mark(argument: &OsStr) -> Option<&str> {
    argument.to_str()?.strip_prefix(MARK)
}

/// Replaces rustc's list of exports, wherever the arguments name one.
fn shorten(arguments: &[OsString]) -> std::io::Result<()> {
    for argument in arguments.iter().filter_map(|argument| argument.to_str()) {
        let argument = argument.strip_prefix("-Wl,").unwrap_or(argument);
        if let Some(path) = argument.strip_prefix("--version-script=") {
            files::write_atomic(&PathBuf::from(path), version_script().as_bytes())?;
        } else if let Some(path) = argument.strip_prefix("-exported_symbols_list,") {
            files::write_atomic(&PathBuf::from(path), format!("_{SYMBOL}\n").as_bytes())?;
        }
    }
    Ok(())
}

fn version_script() -> String {
    format!("{{\n  global:\n    {SYMBOL};\n  local:\n    *;\n}};\n")
}

fn run(real: &OsStr, arguments: &[OsString]) -> std::io::Result<ExitCode> {
    // A response file again: the line was too long for one reason.
    let folder = tempfile::tempdir()?;
    let listed = folder.path().join("arguments");
    let mut command = Command::new(real);
    if arguments.iter().map(|argument| argument.len() + 1).sum::<usize>() > 30_000 {
        let lines: Vec<_> = arguments
            .iter()
            .map(|argument| escape(&argument.to_string_lossy()))
            .collect();
        files::write_atomic(&listed, lines.join("\n").as_bytes())?;
        let mut at = OsString::from("@");
        at.push(&listed);
        command.arg(at);
    } else {
        command.args(arguments);
    }
    let status = command.status()?;
    Ok(ExitCode::from(
        status
            .code()
            .and_then(|code| u8::try_from(code).ok())
            .unwrap_or(1),
    ))
}

fn escape(argument: &str) -> String {
    argument
        .chars()
        .flat_map(|c| {
            matches!(c, '\\' | ' ' | '"')
                .then_some('\\')
                .into_iter()
                .chain([c])
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_the_mark_it_is_no_linker() {
        assert!(take_mark(vec!["build".into(), "semver@1".into()]).is_none());
        let (real, rest) =
            take_mark(vec!["-m64".into(), format!("{MARK}clang").into(), "-o".into()]).unwrap();
        assert_eq!((real, rest), ("clang".into(), vec!["-m64".into(), "-o".into()]));
    }

    #[test]
    fn rustcs_list_is_shortened() {
        let folder = tempfile::tempdir().unwrap();
        let list = folder.path().join("list");
        for (argument, expected) in [
            (
                format!("-Wl,--version-script={}", list.display()),
                version_script(),
            ),
            (
                format!("-Wl,-exported_symbols_list,{}", list.display()),
                "_usecrate_call\n".to_owned(),
            ),
        ] {
            fs::write(&list, "{ global: leak; usecrate_call; local: *; };").unwrap();
            shorten(&["-m64".into(), argument.into()]).unwrap();
            assert_eq!(fs::read_to_string(&list).unwrap(), expected);
        }
    }

    #[test]
    fn a_response_file_is_read_and_written_alike() {
        let folder = tempfile::tempdir().unwrap();
        let listed = folder.path().join("arguments");
        fs::write(&listed, ["-L", "/a b/c", "-Wl,\"x\""].map(escape).join("\n")).unwrap();
        let read = expand(vec![format!("@{}", listed.display()).into()]).unwrap();
        assert_eq!(read, ["-L", "/a b/c", "-Wl,\"x\""].map(OsString::from));
    }
}
