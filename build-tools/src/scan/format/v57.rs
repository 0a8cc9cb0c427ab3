//! Format 57: the one `rustdoc_types` 0.57 describes, so nothing has to be adapted.

use super::Adapter;

pub(super) const ADAPTER: Adapter = Adapter {
    format: rustdoc_types::FORMAT_VERSION,
    rustc: "1.93 to 1.97",
    parse: |bytes| serde_json::from_slice(bytes),
};
