//! Arrays of any dimensions.

use super::Mapping;

/// The traits of `ndarray` that say how an array holds its items.
pub(super) const STORAGE: &[&str] = &["RawData", "RawDataMut", "Data", "DataMut", "DataOwned"];
/// What implements all of them.
pub(super) const OWNED: &str = "OwnedRepr";

pub(super) const ALL: &[Mapping] = &[
    Mapping::array(OWNED, "mapped_array"),
    Mapping::array("ViewRepr", "mapped_array_view"),
];
