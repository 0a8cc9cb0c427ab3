//! The crates of a library as a CycloneDX document: for scanners, and for who packages the artifact.

use std::collections::BTreeMap;

use cargo_metadata::{Package, PackageId};
use serde_json::{Value, json};

use super::{Linked, Made};
use crate::cache::GENERATOR;

/// The document.
pub(super) fn text(made: Made<'_>, linked: &Linked<'_>) -> String {
    let sums = checksums(made.lock);
    let component = |package: &Package| component(package, &sums);
    let others: Vec<Value> = linked
        .packages
        .values()
        .filter(|package| package.id != made.krate.id)
        .map(|package| component(package))
        .chain([std_component(made)])
        .collect();
    let names: BTreeMap<&PackageId, String> = linked
        .packages
        .values()
        .map(|package| (&package.id, reference(package)))
        .collect();
    let dependencies: Vec<Value> = linked
        .packages
        .values()
        .map(|package| {
            let on = linked.edges.get(&package.id).into_iter().flatten();
            let mut on: Vec<&String> = on.filter_map(|id| names.get(id)).collect();
            on.sort();
            json!({"ref": names[&package.id], "dependsOn": on})
        })
        .collect();
    let document = json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "tools": {"components": [
                {"type": "application", "name": "usecrate-build", "version": GENERATOR},
            ]},
            "component": component(made.krate),
            "properties": properties(made),
        },
        "components": others,
        "dependencies": dependencies,
    });
    let text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text + "\n"
}

/// How to build it again, beyond what the manifest says.
fn properties(made: Made<'_>) -> Vec<Value> {
    let glibc = made
        .glibc
        .map(|glibc| json!({"name": "usecrate:glibc", "value": glibc}));
    let pinned = made
        .pinned
        .then(|| json!({"name": "usecrate:pinned", "value": "true"}));
    glibc.into_iter().chain(pinned).collect()
}

/// A licence as SPDX has it: old manifests write `/` for `OR`.
pub(super) fn expression(license: &str) -> String {
    let words: Vec<&str> = license.split('/').map(str::trim).collect();
    words.join(" OR ")
}

fn component(package: &Package, sums: &BTreeMap<(String, String), String>) -> Value {
    let mut value = json!({
        "type": "library",
        "bom-ref": reference(package),
        "name": package.name.as_str(),
        "version": package.version.to_string(),
        "purl": purl(package),
    });
    let mut set = |key: &str, what: Value| {
        let empty = what.is_null() || what.as_array().is_some_and(Vec::is_empty);
        if let (Some(object), false) = (value.as_object_mut(), empty) {
            object.insert(key.to_owned(), what);
        }
    };
    set(
        "description",
        json!(package.description.as_deref().map(str::trim)),
    );
    let authors: Vec<Value> = package.authors.iter().map(|author| person(author)).collect();
    set("authors", Value::Array(authors));
    if let Some(license) = &package.license {
        set("licenses", json!([{"expression": expression(license)}]));
    }
    set("tags", json!(package.keywords));
    let sum = sums.get(&(package.name.to_string(), package.version.to_string()));
    if let Some(sum) = sum {
        set("hashes", json!([{"alg": "SHA-256", "content": sum}]));
    }
    let links: Vec<Value> = [
        ("website", &package.homepage),
        ("vcs", &package.repository),
        ("documentation", &package.documentation),
    ]
    .into_iter()
    .filter_map(|(kind, url)| url.as_ref().map(|url| json!({"type": kind, "url": url})))
    .collect();
    set("externalReferences", Value::Array(links));
    value
}

/// `Name <address>`, as Cargo.toml has it.
fn person(author: &str) -> Value {
    match author.split_once('<') {
        Some((name, rest)) => {
            let (name, address) = (name.trim(), rest.trim().trim_end_matches('>'));
            match name {
                "" => json!({"email": address}),
                _ => json!({"name": name, "email": address}),
            }
        }
        None => json!({"name": author.trim()}),
    }
}

/// The same on every machine: cargo's own ids have paths in them.
fn reference(package: &Package) -> String {
    match &package.source {
        Some(source) if !source.is_crates_io() => {
            format!("{}#{}@{}", source.repr, package.name, package.version)
        }
        _ => format!("{}@{}", package.name, package.version),
    }
}

fn purl(package: &Package) -> String {
    let purl = format!("pkg:cargo/{}@{}", package.name, package.version);
    match package.source.as_ref().map(|source| source.repr.as_str()) {
        Some(source) if source.starts_with("git+") => {
            let (url, commit) = source.rsplit_once('#').unwrap_or((source, ""));
            let url = url.split('?').next().unwrap_or(url);
            format!("{purl}?vcs_url={url}@{commit}")
        }
        _ => purl,
    }
}

fn std_component(made: Made<'_>) -> Value {
    let version = made.toolchain.version.to_string();
    json!({
        "type": "library",
        "bom-ref": format!("std@{version}"),
        "name": "std",
        "version": version,
        "description": "Rust's standard library, as it comes with the compiler",
        "licenses": [{"expression": "MIT OR Apache-2.0"}],
    })
}

/// The hashes that a lock file has of what the registry serves, by name and version.
fn checksums(lock: &str) -> BTreeMap<(String, String), String> {
    let table: toml::Table = toml::from_str(lock).unwrap_or_default();
    let packages = table.get("package").and_then(|it| it.as_array()).cloned();
    let text = |one: &toml::Value, key: &str| one.get(key).and_then(|it| it.as_str()).map(str::to_owned);
    packages
        .unwrap_or_default()
        .iter()
        .filter_map(|one| {
            Some((
                (text(one, "name")?, text(one, "version")?),
                text(one, "checksum")?,
            ))
        })
        .collect()
}
