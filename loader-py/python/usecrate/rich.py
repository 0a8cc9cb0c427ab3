"""How notebooks show modules, handles and records: as tables. Everything in them is escaped."""

# What comes from a manifest or is made from one has no type that a checker could know.
# pyright: reportPrivateUsage=false
# pyright: reportUnknownArgumentType=false
# pyright: reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false

from __future__ import annotations

from . import _native
from ._native import signature, type_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from ._native import Module
    from .model import Entry, Manifest, Type

_ROWS = 100
_TEXT = 500
_KINDS = {"handle": "class", "record": "record", "enum": "enum"}
_ORDER = ("module", "class", "record", "enum", "error", "trait", "function", "constant")
# Notebooks centre tables and align text in them to the right.
_TABLE = "margin-left: 0"
_STYLE = "text-align: left; vertical-align: top; padding: 2px 12px 2px 0"


def escape(text: str) -> str:
    """Text as HTML."""
    import html

    return html.escape(text)


def prose(text: str) -> str:
    """A line of documentation as HTML: what is code or bold in Markdown, and the texts of links."""
    import re

    found = re.sub(r"\[([^\[\]]+)\](?:\([^()\s]*\)|\[[^\[\]]*\])", r"\1", escape(text))
    found = re.sub(r"\[(`[^`]+`)\]", r"\1", found)
    found = re.sub(r"&lt;(https?://[^\s`]+?)&gt;", r"\1", found)
    found = re.sub(r"`([^`]+)`", r"<code>\1</code>", found)
    return re.sub(r"\*\*([^*]+)\*\*", r"<b>\1</b>", found)


def counts(module: Module) -> dict[str, int]:
    """How many public names of each kind a module has."""
    info = module.__dict__["__usecrate__"]
    found: dict[str, int] = {}
    for entry in info.entries:
        kind = _kind(info.opened.manifest, entry)
        found[kind] = found.get(kind, 0) + 1
    return {kind: found[kind] for kind in _ORDER if kind in found}


def module_html(module: Module) -> str:
    """A module: what is in it, with the first line of each documentation."""
    info = module.__dict__["__usecrate__"]
    manifest = info.opened.manifest
    crate = manifest["crate"]
    rows = sorted(
        (_ORDER.index(kind), entry["name"], kind, *_about(manifest, entry))
        for entry in info.entries
        for kind in [_kind(manifest, entry)]
    )
    head = f"<b>{escape(module.__name__)}</b> of {escape(crate['name'])} {escape(crate['version'])}"
    path = info.module["path"]
    skipped = sum(path in skip.get("modules", ()) for skip in manifest["skipped"])
    if skipped:
        head += f", {skipped} skipped (<code>usecrate inspect</code> says why)"
    if first := first_line(module.__doc__):
        head += f"<br>{prose(first)}"
    cells = [
        (f"<code>{escape(_short(text))}</code>", escape(kind), prose(_short(docs)))
        for _, _, kind, text, docs in rows
    ]
    return f"<div>{head}{_table(cells)}</div>"


def value_html(value: Any) -> str | None:
    """A record or a handle: its fields. Nothing where it has none: its text says it all."""
    if isinstance(value, _native.Handle) and _native.is_closed(value):
        return None
    cells = [
        (f"<code>{escape(name)}</code>", escape(type_), f"<code>{escape(_short(text))}</code>")
        for name, type_, text in _fields(value)
    ]
    if not cells:
        return None
    cls = type(value)
    return f"<div><b>{escape(f'{cls.__module__}.{cls.__qualname__}')}</b>{_table(cells)}</div>"


def first_line(docs: str | None) -> str:
    """The first paragraph of a documentation, in one line."""
    return " ".join((docs or "").strip().split("\n\n", 1)[0].split())


def _table(cells: Sequence[tuple[str, ...]]) -> str:
    rows = "".join(
        "<tr>" + "".join(f'<td style="{_STYLE}">{cell}</td>' for cell in row) + "</tr>"
        for row in cells[:_ROWS]
    )
    more = f"<p>and {len(cells) - _ROWS} more</p>" if len(cells) > _ROWS else ""
    return f'<table style="{_TABLE}">{rows}</table>{more}' if cells else ""


def _short(text: str) -> str:
    return text if len(text) <= _TEXT else f"{text[:_TEXT]} …"


def _kind(manifest: Manifest, entry: Entry) -> str:
    index = entry["type"] if "type" in entry else entry["variant"][0] if "variant" in entry else None
    if index is not None:
        ty = manifest["types"][index]
        return "error" if ty.get("error") else _KINDS[ty["kind"]]
    return next((kind for kind in ("module", "trait", "function") if kind in entry), "constant")


def _about(manifest: Manifest, entry: Entry) -> tuple[str, str]:
    """How a name is written, and the first line of what is said of it."""
    name = entry["name"]
    if "function" in entry:
        function = entry["function"]
        indexes = function["callables"] or function.get("instances", [])[0]["callables"]
        found = manifest["callables"][indexes[0]]
        text = signature(manifest, found, name=name)
        return text if len(indexes) == 1 else f"{text}, …", first_line(found.get("docs"))
    if "type" in entry:
        return name, first_line(manifest["types"][entry["type"]].get("docs"))
    if "trait" in entry:
        return name, first_line(manifest["traits"][entry["trait"]].get("docs"))
    if "module" in entry:
        return name, first_line(manifest["modules"][entry["module"]].get("docs"))
    if "constant" in entry:
        found = manifest["callables"][entry["constant"]]
        return f"{name}: {type_text(manifest, found['result'])}", first_line(found.get("docs"))
    return name, ""


def _fields(value: Any) -> Iterator[tuple[str, str, str]]:
    """Name, type and value of each field; of a handle, of its public ones."""
    info = type(value).__usecrate__
    manifest: Manifest = info.loaded.manifest
    ty: Type = info.model
    for field in getattr(type(value), "__usecrate_fields__", ()):
        held = getattr(value, field["name"], ...)
        # One class stands for all instances of a generic record: its fields hold what fits any.
        type_ = type(held).__name__ if "instances" in ty else type_text(manifest, field["type"])
        yield field["name"], type_, repr(held)
    for prop in ty.get("properties", ()) if isinstance(value, _native.Handle) else ():
        found = manifest["callables"][prop["get"]]
        try:
            text = repr(getattr(value, prop["name"]))
        except Exception as error:  # it is borrowed, moved, of another thread
            text = f"{type(error).__name__}: {error}"
        yield prop["name"], type_text(manifest, found["result"]), text


__all__ = ["counts", "first_line", "module_html", "value_html"]
