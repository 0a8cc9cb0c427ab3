//! Which features of the crate are on.

use serde::Serialize;

/// A choice of features, in one normal form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FeatureSelection {
    /// Named ones, sorted, without repetition.
    pub named: Vec<String>,
    /// Whether the default ones are on.
    pub default: bool,
    /// All there are.
    pub all: bool,
}

impl Default for FeatureSelection {
    fn default() -> FeatureSelection {
        FeatureSelection {
            named: Vec::new(),
            default: true,
            all: false,
        }
    }
}

impl FeatureSelection {
    /// From the command line's options, each a list separated by commas or spaces.
    pub fn new(named: &[String], default: bool, all: bool) -> FeatureSelection {
        let mut named: Vec<String> = named
            .iter()
            .flat_map(|list| list.split([',', ' ']))
            .filter(|name| !name.is_empty())
            .map(str::to_owned)
            .collect();
        named.sort();
        named.dedup();
        FeatureSelection { named, default, all }
    }

    /// The selection as text: the same selection gives the same text.
    pub fn text(&self) -> String {
        let named = self.named.join(",");
        format!(
            "{}{}{named}",
            if self.all { "all;" } else { "" },
            if self.default { "default;" } else { "" }
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_and_repetition_do_not_matter() {
        let one = FeatureSelection::new(&["b,a".into(), "a".into()], true, false);
        assert_eq!(one, FeatureSelection::new(&["a b".into()], true, false));
        assert_eq!(one.text(), "default;a,b");
    }
}
