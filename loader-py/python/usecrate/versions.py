"""Versions of crates, and requests for them.

``1.2.3`` is exact, ``1.2`` the newest that starts so, ``>=1,<2`` a requirement.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_OPERATORS = (">=", "<=", ">", "<", "=", "^", "~")


class Version:
    """A semantic version that can be ordered.

    Raises
    ------
    ValueError
        The text is not one.
    """

    __slots__ = ("key", "numbers", "pre", "text")

    def __init__(self, text: str) -> None:
        plain, _, _ = text.partition("+")
        numbers, _, pre = plain.partition("-")
        parts = _numbers(numbers, text)
        if len(parts) != 3:
            raise ValueError(f"`{text}` is not a version: expected three numbers, as in `1.2.3`")
        self.text = text
        self.numbers = parts
        self.pre = pre
        # A release comes after its pre-releases; numbers before words.
        marks = (
            tuple((0, int(mark), "") if mark.isdigit() else (1, 0, mark) for mark in pre.split("."))
            if pre
            else ()
        )
        self.key: tuple[Any, ...] = (parts, not pre, marks)

    def __repr__(self) -> str:
        return f"Version({self.text!r})"


def _numbers(text: str, whole: str) -> tuple[int, ...]:
    parts = text.split(".")
    if not 1 <= len(parts) <= 3 or not all(part.isascii() and part.isdigit() for part in parts):
        raise ValueError(f"`{whole}` is not a version or requirement: write `1.2.3`, `1.2`, `1` or `>=1,<2`")
    return tuple(int(part) for part in parts)


class Request:
    """What was asked for: every version, an exact one, the newest that starts so, or a requirement.

    Raises
    ------
    ValueError
        The text is none of these.
    """

    def __init__(self, text: str | None) -> None:
        self.text = (text or "").strip()
        self.exact: str | None = None
        self._parts: list[tuple[str, tuple[int, ...], str]] = []
        for part in self.text.split(",") if self.text not in ("", "*") else ():
            self._parts.append(self._read(part.strip()))

    def _read(self, part: str) -> tuple[str, tuple[int, ...], str]:
        operator = next((mark for mark in _OPERATORS if part.startswith(mark)), "")
        body = part[len(operator) :].strip().removesuffix(".*")
        plain, _, _ = body.partition("+")
        numbers, _, pre = plain.partition("-")
        parts = _numbers(numbers, self.text)
        if not operator and len(parts) == 3:
            self.exact = body
        return operator or "starts", parts, pre

    def accepts(self, version: Version) -> bool:
        """Whether that version serves the request."""
        if self.exact is not None and "+" in self.exact:
            return version.text == self.exact
        if version.pre and not any(
            len(parts) == 3 and pre and parts == version.numbers for _, parts, pre in self._parts
        ):
            return not self._parts
        return all(_holds(operator, parts, pre, version) for operator, parts, pre in self._parts)


def _holds(operator: str, parts: tuple[int, ...], pre: str, version: Version) -> bool:
    at = version.key
    low = Version(".".join(str(part) for part in (*parts, 0, 0)[:3]) + (f"-{pre}" if pre else "")).key
    after = _next(parts)
    if operator in ("starts", "="):
        return at == low if len(parts) == 3 else low <= at < after
    if operator == ">=":
        return bool(at >= low)
    if operator == "<":
        return bool(at < low)
    if operator == ">":
        return bool(at > low if len(parts) == 3 else at >= after)
    if operator == "<=":
        return bool(at <= low if len(parts) == 3 else at < after)
    if operator == "~":
        return bool(low <= at < _next(parts[:2]))
    # `^`: up to the next change of the leftmost number that is not 0.
    significant = next((i for i, part in enumerate(parts) if part), len(parts) - 1)
    return bool(low <= at < _next(parts[: significant + 1]))


def _next(parts: tuple[int, ...]) -> tuple[Any, ...]:
    """The key of the first version whose numbers do not start with `parts`."""
    raised = (*parts[:-1], parts[-1] + 1)
    return ((*raised, 0, 0)[:3], False, ())
