//! How a problem is told: what happened, where, and what to do next. A leaf.
//!
//! Every stage's error implements [`Explain`]; the program turns it into a [`Diagnostic`] and prints that, or sends
//! it as an event. Codes are stable and kebab-case.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What every error of the pipeline can say beyond its message.
pub trait Explain: std::error::Error {
    /// Stable kebab-case code, listed in `docs/reference/errors.md`.
    fn code(&self) -> &'static str;

    /// Where it happened: a path, a spec, an item.
    fn place(&self) -> Option<String> {
        None
    }

    /// What to do next.
    fn hint(&self) -> Option<String> {
        None
    }

    /// Longer text to show below: a compiler's diagnostics, the command that reproduces them.
    fn details(&self) -> Option<String> {
        None
    }
}

/// A problem, ready to be printed or sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnostic {
    /// Stable kebab-case code.
    pub code: String,
    /// What happened, lower case, no final period.
    pub message: String,
    /// Where.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub place: Option<String>,
    /// The chain of causes, outermost first.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub causes: Vec<String>,
    /// What to do next.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub hint: Option<String>,
    /// Longer text: diagnostics of the compiler and the like.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub details: Option<String>,
}

impl Diagnostic {
    /// Collects all that an error has to say.
    pub fn of(error: &dyn Explain) -> Diagnostic {
        let mut causes = Vec::new();
        let mut source = error.source();
        while let Some(cause) = source {
            causes.push(cause.to_string());
            source = cause.source();
        }
        Diagnostic {
            code: error.code().to_owned(),
            message: error.to_string(),
            place: error.place(),
            causes,
            hint: error.hint(),
            details: error.details(),
        }
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {} [{}]", self.message, self.code)?;
        if let Some(place) = &self.place {
            write!(f, "\n  --> {place}")?;
        }
        for cause in &self.causes {
            write!(f, "\n  cause: {}", cause.replace('\n', "\n    "))?;
        }
        if let Some(details) = &self.details {
            write!(f, "\n\n{}\n", details.trim_end())?;
        }
        if let Some(hint) = &self.hint {
            write!(f, "\nhint: {hint}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("cannot read `a`")]
    struct Sample(#[source] std::io::Error);

    impl Explain for Sample {
        fn code(&self) -> &'static str {
            "sample"
        }
        fn place(&self) -> Option<String> {
            Some("a.rs:1".to_owned())
        }
        fn hint(&self) -> Option<String> {
            Some("create it".to_owned())
        }
    }

    #[test]
    fn prints_code_place_causes_and_hint_in_that_order() {
        let text = Diagnostic::of(&Sample(std::io::Error::other("gone"))).to_string();
        assert_eq!(
            text,
            "error: cannot read `a` [sample]\n  --> a.rs:1\n  cause: gone\nhint: create it"
        );
    }
}
