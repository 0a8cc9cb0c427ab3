//! What an object of the host's has that implements a trait: a callable that Rust keeps for each of its methods.

use std::sync::Arc;

use super::Keeper;
use crate::error::Fault;
use crate::group::scope::Scope;
use crate::wire::Token;

/// The callables of an object, by the positions of its methods. A share of them costs the same however many there are.
#[derive(Debug, Clone)]
pub struct Hooks(Arc<[Option<Keeper>]>);

impl Hooks {
    /// Reads those of an object that implements `name`. `required` says for each method whether it must be there.
    ///
    /// # Errors
    ///
    /// There are not as many, or something is no callable.
    pub fn hold(scope: Scope<'_, '_>, name: &str, required: &[bool]) -> Result<Self, Fault> {
        match scope.next()? {
            Token::Array(found) if found == required.len() => {}
            other => {
                let message = format!(
                    "an object with {} methods that implements `{name}`, not {}",
                    required.len(),
                    other.name()
                );
                return Err(Fault::expected(message));
            }
        }
        let hold = |required: &bool| match required {
            false if scope.reader().nil() => Ok(None),
            _ => Keeper::hold(scope).map(Some),
        };
        required.iter().map(hold).collect::<Result<_, _>>().map(Self)
    }

    /// The method at a position, if the object has it.
    #[must_use]
    pub fn get(&self, at: usize) -> Option<&Keeper> {
        self.0.get(at)?.as_ref()
    }

    /// The same of a method that must be there.
    ///
    /// # Panics
    ///
    /// It need not be.
    #[must_use]
    pub fn required(&self, at: usize) -> &Keeper {
        self.get(at)
            .expect("an object without a method that must be there was refused")
    }
}
