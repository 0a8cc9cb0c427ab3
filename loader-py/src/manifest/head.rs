//! What a manifest says of itself and of its library.

use super::json::{Kind, Value};
use super::place::{Place, Problem};
use super::{REBUILD, Refusal};

/// The format of manifests and the ABI that this loader reads.
const READS: [(&str, &str, &str); 2] = [
    ("manifest_version", "manifest format", "1"),
    ("abi_version", "ABI", "1"),
];

/// Refuses what another version of usecrate wrote, before its form is looked at.
pub(super) fn check_versions(
    manifest: Value<'_>,
    path: &str,
    malformed: impl Fn(Problem) -> Refusal,
) -> Result<(), Refusal> {
    if manifest.kind() != Kind::Map {
        return Err(malformed(Problem::whole("it is not a map")));
    }
    for (key, what, ours) in READS {
        let Some(found) = manifest.get(key).filter(|found| found.kind() == Kind::Int) else {
            let place = Place::Key(&Place::Root, key);
            return Err(malformed(place.problem("is missing or not an integer")));
        };
        let found = found.raw();
        if found == ours {
            continue;
        }
        let by = manifest
            .get("generator")
            .and_then(Value::text)
            .map_or_else(String::new, |by| format!(" (built by usecrate {by})"));
        let older = found.starts_with('-') || found == "0";
        let update = if older { "" } else { "update usecrate, or " };
        return Err(Refusal::Load(format!(
            "the manifest `{path}`{by} has {what} {found}, this usecrate reads {ours}; {update}{REBUILD}"
        )));
    }
    Ok(())
}

/// Refuses a library that is not a file beside the manifest, or that cannot be verified.
pub(super) fn check_library(
    manifest: Value<'_>,
    path: &str,
    malformed: impl Fn(Problem) -> Refusal,
) -> Result<(), Refusal> {
    let place = Place::Key(&Place::Root, "library");
    let Some(library) = manifest.get("library") else {
        return Err(malformed(place.problem("is missing")));
    };
    let text = |key| library.get(key).and_then(Value::text).unwrap_or_default();
    let name = text("path");
    if name.is_empty() || name.starts_with('.') || name.contains(['/', '\\', '\0', ':']) {
        return Err(Refusal::Integrity(format!(
            "the manifest `{path}` points outside its folder: `library.path` is `{name}`, and must be a plain file \
             name; do not use this artifact, {REBUILD}"
        )));
    }
    for key in ["blake3", "sha256"] {
        check_hash(library, key, &place).map_err(&malformed)?;
    }
    check_size(library, &place).map_err(&malformed)?;
    if let Some(loaded) = library.get("loaded") {
        let place = Place::Key(&place, "loaded");
        check_hash(loaded, "blake3", &place).map_err(&malformed)?;
        check_size(loaded, &place).map_err(&malformed)?;
    }
    Ok(())
}

fn check_hash(of: Value<'_>, key: &str, place: &Place<'_>) -> Result<(), Problem> {
    let digits = of.get(key).and_then(Value::text).unwrap_or_default();
    let fits = digits.len() == 64
        && digits
            .bytes()
            .all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'));
    if fits {
        return Ok(());
    }
    Err(Place::Key(place, key).problem("is not 64 lower-case hexadecimal digits"))
}

fn check_size(of: Value<'_>, place: &Place<'_>) -> Result<(), Problem> {
    let size = of.get("size").map_or("", Value::raw);
    if size.parse::<u64>().is_ok() {
        return Ok(());
    }
    let negative = size.starts_with('-');
    let problem = if negative {
        "is negative"
    } else {
        "is no size of a file"
    };
    Err(Place::Key(place, "size").problem(problem))
}
