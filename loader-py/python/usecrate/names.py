"""Words for messages and listings: nearest names, why something is not served.

It knows the manifest's shape, nothing of what is loaded.
"""

# What comes from a manifest or is made from one has no type that a checker could know.
# pyright: reportUnknownArgumentType=false
# pyright: reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from .model import Skip


def nearest(name: str, known: Iterable[str]) -> str:
    """A sentence's end that names what is spelled alike, or nothing."""
    if name.startswith("__"):  # Python's own machinery asks for these: answer quickly
        return ""
    import difflib

    known = sorted({entry for entry in known if not entry.startswith("__")})
    lower = {entry.lower().replace("_", ""): entry for entry in known}
    close = difflib.get_close_matches(name, known, n=3, cutoff=0.6)
    same = lower.get(name.lower().replace("_", ""))
    if same and same not in close:
        close.insert(0, same)
    if close:
        return "; did you mean " + " or ".join(f"`{entry}`" for entry in close[:3]) + "?"
    return "; `dir()` lists what there is" if known else ""


def skip_text(skip: Skip) -> str:
    """Why an item is not served, as a whole sentence."""
    where = f" ({span})" if (span := skip.get("span")) else ""
    return f"`{skip['path']}`{where} is not served: {skip['message']} [{skip['code']}]"
