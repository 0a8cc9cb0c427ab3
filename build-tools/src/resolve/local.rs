//! A local crate: the package that a folder means, and the workspace it belongs to.

use std::path::{Path, PathBuf};

use fs_err as fs;

use super::ResolveError;
use crate::bridge::absolute;
use crate::cargo::Cargo;

/// A package in a folder.
pub(super) struct Found {
    pub(super) name: String,
    pub(super) folder: PathBuf,
    /// The manifest of its workspace's root; its own where it has none.
    pub(super) workspace: PathBuf,
}

/// The nearest package at or above `path`; in a workspace with several, the one that is named.
pub(super) fn find(cargo: &Cargo<'_>, path: &Path, package: Option<&str>) -> Result<Found, ResolveError> {
    if !path.exists() {
        return Err(ResolveError::NoFolder {
            path: path.to_owned(),
        });
    }
    let start = absolute(path);
    let start = if start.is_file() {
        start.parent().unwrap_or(&start).to_owned()
    } else {
        start
    };
    for folder in start.ancestors() {
        let manifest = folder.join("Cargo.toml");
        if !manifest.is_file() {
            continue;
        }
        let table = read(&manifest)?;
        let name = table
            .get("package")
            .and_then(|it| it.get("name"))
            .and_then(|it| it.as_str());
        let is_workspace = table.contains_key("workspace");
        return match (name, package) {
            (Some(name), None) => found(cargo, name.to_owned(), folder),
            (Some(name), Some(wanted)) if name == wanted => found(cargo, name.to_owned(), folder),
            (_, wanted) if is_workspace => member(cargo, folder, wanted),
            _ => Err(ResolveError::NoPackage {
                path: path.to_owned(),
            }),
        };
    }
    Err(ResolveError::NoPackage {
        path: path.to_owned(),
    })
}

fn found(cargo: &Cargo<'_>, name: String, folder: &Path) -> Result<Found, ResolveError> {
    let workspace = cargo.ask(
        folder,
        &["locate-project", "--workspace", "--message-format", "plain"],
    )?;
    Ok(Found {
        name,
        folder: folder.to_owned(),
        workspace: PathBuf::from(workspace.trim()),
    })
}

/// The packages of the workspace that a folder belongs to.
pub(super) fn packages(
    cargo: &Cargo<'_>,
    folder: &Path,
) -> Result<Vec<cargo_metadata::Package>, ResolveError> {
    let text = cargo.ask(folder, &["metadata", "--no-deps", "--format-version", "1"])?;
    let metadata = cargo_metadata::MetadataCommand::parse(text)
        .map_err(|error| crate::cargo::CargoError::Metadata(Box::new(error)))?;
    Ok(metadata.packages)
}

/// The member of a workspace that is named, or the only one.
fn member(cargo: &Cargo<'_>, root: &Path, wanted: Option<&str>) -> Result<Found, ResolveError> {
    let packages = packages(cargo, root)?;
    let matching: Vec<_> = packages
        .iter()
        .filter(|one| wanted.is_none_or(|name| one.name.as_str() == name))
        .collect();
    if let [one] = matching.as_slice() {
        let folder = one
            .manifest_path
            .parent()
            .map(|folder| folder.as_std_path())
            .unwrap_or(root);
        return Ok(Found {
            name: one.name.to_string(),
            folder: folder.to_owned(),
            workspace: root.join("Cargo.toml"),
        });
    }
    let mut members: Vec<String> = packages.iter().map(|one| one.name.to_string()).collect();
    members.sort();
    Err(ResolveError::Virtual {
        path: root.to_owned(),
        members,
    })
}

/// The workspace root's manifest at or above a folder that cargo has checked out; the package's own without one.
pub(super) fn workspace_above(folder: &Path) -> PathBuf {
    for parent in folder.ancestors() {
        let manifest = parent.join("Cargo.toml");
        if read(&manifest).is_ok_and(|table| table.contains_key("workspace")) {
            return manifest;
        }
        // The root of cargo's checkout.
        if parent.join(".cargo-ok").exists() || parent.join(".git").exists() {
            break;
        }
    }
    folder.join("Cargo.toml")
}

fn read(manifest: &Path) -> Result<toml::Table, ResolveError> {
    let text = fs::read_to_string(manifest)?;
    toml::from_str(&text).map_err(|source| ResolveError::Manifest {
        path: manifest.to_owned(),
        source: Box::new(source),
    })
}
