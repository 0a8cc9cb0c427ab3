//! Whom an error of rustc belongs to, and its words for the user.

use cargo_metadata::diagnostic::{Diagnostic, DiagnosticLevel, DiagnosticSpan};

use crate::generate::{Owner, Rejection, Source};
use crate::plan::model::ShimId;

/// Longer messages spell out types that nobody reads.
const LONGEST: usize = 400;

/// Whether it is an error of its own, not the count of the others.
pub(super) fn is_error(message: &Diagnostic) -> bool {
    let counts = message.spans.is_empty()
        && (message.message.starts_with("aborting due to")
            || message.message.starts_with("could not compile"));
    matches!(message.level, DiagnosticLevel::Error | DiagnosticLevel::Ice) && !counts
}

/// Whom the error belongs to: by its primary spans, else its other spans, else those of its notes (an error in
/// evaluating a constant lies in the crate; only its note says for which shim it was instantiated).
pub(super) fn owner(
    message: &Diagnostic,
    source: &Source,
    is_source: &dyn Fn(&str) -> bool,
) -> Option<Owner> {
    let place = |span: &DiagnosticSpan| line(span, is_source).and_then(|line| source.owner(line));
    let (primary, other): (Vec<_>, Vec<_>) = message.spans.iter().partition(|span| span.is_primary);
    let notes = || message.children.iter();
    primary
        .into_iter()
        .chain(other)
        .find_map(place)
        .or_else(|| notes().flat_map(|note| &note.spans).find_map(place))
        .or_else(|| {
            notes()
                .find_map(|note| instantiated(&note.message))
                .map(Owner::Shim)
        })
}

/// The shim that a note names: "the above error was encountered while instantiating `fn __uc_f5::{closure#0}`".
fn instantiated(note: &str) -> Option<ShimId> {
    let (_, what) = note.split_once("encountered while instantiating")?;
    let (_, number) = what.split_once("__uc_f")?;
    let end = number.find(|c: char| !c.is_ascii_digit()).unwrap_or(number.len());
    number[..end].parse().ok()
}

/// The line in the bridge: of the span itself, else of the macro call that it comes from.
fn line(span: &DiagnosticSpan, is_source: &dyn Fn(&str) -> bool) -> Option<usize> {
    let mut span = span;
    loop {
        if is_source(&span.file_name) {
            return Some(span.line_start);
        }
        span = &span.expansion.as_ref()?.span;
    }
}

/// rustc's words on one line.
pub(super) fn reason(message: &Diagnostic) -> Rejection {
    let head = one_line(&message.message);
    // The linker's complaint stands in a note.
    let detail = message
        .children
        .iter()
        .flat_map(|child| child.message.lines())
        .find(|line| line.contains("undefined reference") || line.contains("undefined symbol"));
    let message_text = match detail {
        Some(line) => format!("{head}: {}", one_line(line)),
        None => head,
    };
    Rejection {
        message: message_text,
        code: message.code.as_ref().map(|code| code.code.clone()),
    }
}

fn one_line(text: &str) -> String {
    let mut line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some((at, _)) = line.char_indices().nth(LONGEST) {
        line.truncate(at);
        line.push('…');
    }
    line
}

/// The messages as rustc prints them.
pub(super) fn rendered(messages: &[Diagnostic]) -> String {
    messages
        .iter()
        .take(20)
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_names_the_shim_that_a_constant_was_needed_for() {
        let words = "the above error was encountered while instantiating `fn __uc_f5::{closure#0}`";
        assert_eq!(instantiated(words), Some(5));
        assert_eq!(
            instantiated("the above error was encountered while instantiating `fn A::<u8>::go`"),
            None
        );
        assert_eq!(instantiated("required by `__uc_f5`"), None);
    }
}
