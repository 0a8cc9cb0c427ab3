//! Uses its sibling.

/// From the sibling.
pub fn helped() -> String {
    workspace_helper::help().to_owned()
}
