"""What is known of a crate that was built: from its artifact alone."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

MANIFEST = "manifest.json"
LOCK = "Cargo.lock"
SBOM = "sbom.cdx.json"
THIRD_PARTY = "THIRD-PARTY-LICENSES.txt"
_LICENSE = re.compile(r"(LICEN[SC]E|UNLICENSE|COPYING|COPYRIGHT|NOTICE)", re.IGNORECASE)


def exact_spec(about: dict[str, Any]) -> str:
    """What names the crate of a manifest again, and no other version; a folder's crate has no such name."""
    if about["source"] == "git":
        url, _, commit = str(about["origin"]).rpartition("#")
        return f"git+{url.partition('?')[0]}#{commit}"
    return f"{about['name']}@{about['version']}"


@dataclass(frozen=True)
class Module:
    """A module of a crate, as a module of the package.

    `names` are those of its items, `inner` the modules in it, by name; `attributes` lead to it from the
    crate's root.
    """

    attributes: tuple[str, ...]
    docs: str
    names: list[str]
    inner: dict[str, Module]


@dataclass(frozen=True)
class Crate:
    """A crate of a package, with the artifact that was built of it.

    `name` is its module's in the package, `spec` says how to build it again, relative to the project.
    """

    name: str
    spec: str
    artifact: Path
    features: list[str] = field(default_factory=list[str])
    default_features: bool = True
    config: str | None = None

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """Its manifest, as it was written."""
        found: dict[str, Any] = json.loads((self.artifact / MANIFEST).read_text("utf-8"))
        return found

    @cached_property
    def about(self) -> dict[str, Any]:
        """What `Cargo.toml` says of it, as CycloneDX has it."""
        found: dict[str, Any] = json.loads((self.artifact / SBOM).read_text("utf-8"))["metadata"]["component"]
        return found

    @property
    def package(self) -> str:
        """The crate's name in Rust."""
        return str(self.manifest["crate"]["name"])

    @property
    def version(self) -> str:
        """The crate's version."""
        return str(self.manifest["crate"]["version"])

    @property
    def docs(self) -> str:
        """The crate's documentation."""
        return str(self.manifest["crate"].get("docs") or "")

    @property
    def description(self) -> str:
        """One line."""
        text = self.about.get("description") or f"The Rust crate {self.package}"
        return " ".join(str(text).split())

    @property
    def license(self) -> str | None:
        """An SPDX expression, if the crate has one: build backends take no other words."""
        from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

        for one in self.about.get("licenses") or ():
            try:
                return str(canonicalize_license_expression(str(one["expression"])))
            except InvalidLicenseExpression:
                continue
        return None

    @property
    def lock(self) -> str:
        """The lock file that it was built with."""
        return (self.artifact / LOCK).read_text("utf-8")

    def stubs(self) -> Path:
        """The folder of what type checkers read of it; none may be there."""
        return self.artifact / "stubs" / str(self.manifest["crate"]["lib"])

    def terms(self) -> list[Path]:
        """The files with its own terms."""
        return [path for path in sorted(self.artifact.iterdir()) if _LICENSE.match(path.name)]

    def license_files(self) -> list[Path]:
        """The files with its terms, and with those of what is in it."""
        return [*self.terms(), self.artifact / THIRD_PARTY]

    def link(self, kind: str) -> str | None:
        """A URL: `website`, `vcs` or `documentation`."""
        links = self.about.get("externalReferences") or ()
        return next((str(link["url"]) for link in links if link["type"] == kind), None)

    @cached_property
    def root(self) -> Module:
        """Its modules, from the root."""
        return self._module(0, (), ())

    def _module(self, index: int, attributes: tuple[str, ...], above: tuple[int, ...]) -> Module:
        modules = self.manifest["modules"]
        names: list[str] = []
        inner: dict[str, Module] = {}
        for entry in modules[index].get("entries") or ():
            name, leads_to = str(entry["name"]), entry.get("module")
            if leads_to is None:
                names.append(name)
            elif leads_to != index and leads_to not in above and name.isidentifier():
                inner[name] = self._module(leads_to, (*attributes, name), (*above, index))
        docs = str(modules[index].get("docs") or "")
        return Module(attributes, docs, sorted(set(names) - set(inner)), inner)
