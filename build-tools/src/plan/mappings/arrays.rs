//! Arrays of any dimensions.

use super::Mapping;

pub(super) const ALL: &[Mapping] = &[
    Mapping::array("OwnedRepr", "mapped_array"),
    Mapping::array("ViewRepr", "mapped_array_view"),
];
