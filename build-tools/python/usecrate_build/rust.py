"""Reads the simple part of Rust that documentation examples are written in, as Python.

Only what means the same in both is read: literals, paths, calls, methods, comparisons. All else is `Unread`,
and whoever asks leaves it out. What comes out is still to be tried.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<string>b?"(?:[^"\\]|\\.)*"|b?r(?P<hashes>\#*)".*?"(?P=hashes))
      | (?P<char>'(?:[^'\\]|\\.)')
      | (?P<number>\d[\d_]*(?:\.\d[\d_]*)?(?:[eE][+-]?\d+)?(?:_?[iuf](?:8|16|32|64|128|size))?|0x[\da-fA-F_]+)
      | (?P<path>[A-Za-z_]\w*(?:::[A-Za-z_]\w*)*!?)
      | (?P<mark>==|!=|<=|>=|\.\.=?|[-&!<>?.,()\[\]*+/])
    )""",
    re.VERBOSE | re.DOTALL,
)
# What Python does not need: `Ok(x)` is x or an exception, text is text.
_NOTHING = {
    "unwrap",
    "expect",
    "to_string",
    "to_owned",
    "into",
    "as_str",
    "clone",
    "as_ref",
    "to_vec",
    "as_bytes",
}
_WRAPPERS = {"Ok", "Some", "String::from", "Box::new"}
_WORDS = {"true": "True", "false": "False", "None": "None"}


class Unread(Exception):
    """This is more than is read here."""


def imports(text: str) -> dict[str, str]:
    """The names that `use` declarations bring in, with their paths."""
    found: dict[str, str] = {}
    for declared in re.findall(r"\buse\s+([^;]+);", text):
        _import("", declared.strip(), found)
    return found


def _import(prefix: str, text: str, found: dict[str, str]) -> None:
    head, brace, rest = text.partition("{")
    if brace:
        depth, part = 0, ""
        for character in rest.rpartition("}")[0] + ",":
            depth += (character == "{") - (character == "}")
            if character == "," and depth == 0:
                if part.strip():
                    _import(prefix + head.strip(), part.strip(), found)
                part = ""
            else:
                part += character
        return
    path, _, alias = (prefix + text).partition(" as ")
    path = path.strip().removesuffix("::self")
    found[alias.strip() or path.rpartition("::")[2]] = path


class Reader:
    """One expression; `place` says what a path is in Python, or raises `Unread`."""

    def __init__(self, text: str, place: Callable[[str], str]) -> None:
        self._place = place
        self._tokens: list[tuple[str, str]] = []
        at = 0
        text = text.strip()
        while at < len(text):
            found = _TOKEN.match(text, at)
            if found is None or found.lastgroup is None:
                raise Unread(text[at:])
            kind = "string" if found["string"] else found.lastgroup
            self._tokens.append((kind, found[kind]))
            at = found.end()
        self._at = 0

    def all(self) -> list[str]:
        """Every expression, between commas."""
        found = [self._comparison()]
        while self._take(","):
            if self._at == len(self._tokens):
                break
            found.append(self._comparison())
        if self._at != len(self._tokens):
            raise Unread(self._tokens[self._at][1])
        return found

    def _take(self, mark: str) -> bool:
        if self._at < len(self._tokens) and self._tokens[self._at] == ("mark", mark):
            self._at += 1
            return True
        return False

    def _next(self) -> tuple[str, str]:
        if self._at == len(self._tokens):
            raise Unread("the end")
        self._at += 1
        return self._tokens[self._at - 1]

    def _comparison(self) -> str:
        left = self._unary()
        for mark in ("==", "!=", "<=", ">=", "<", ">"):
            if self._take(mark):
                return f"{left} {mark} {self._unary()}"
        return left

    def _unary(self) -> str:
        if self._take("&"):
            if self._at < len(self._tokens) and self._tokens[self._at] == ("path", "mut"):
                raise Unread("&mut")  # what is changed in place is not told by the text
            return self._unary()
        if self._take("!"):
            return f"not {self._unary()}"
        if self._take("-"):
            return f"-{self._unary()}"
        return self._postfix(self._primary())

    def _list(self, end: str) -> list[str]:
        found: list[str] = []
        while not self._take(end):
            found.append(self._comparison())
            if not self._take(",") and not (
                self._at < len(self._tokens) and self._tokens[self._at] == ("mark", end)
            ):
                raise Unread("list")
        return found

    def _primary(self) -> str:
        kind, text = self._next()
        if kind == "string":
            return _string(text)
        if kind == "char":
            return _string('"' + text[1:-1].replace('"', '\\"') + '"')
        if kind == "number":
            return re.sub(r"_?[iuf](8|16|32|64|128|size)$", "", text)
        if kind == "path":
            if text in _WORDS:
                return _WORDS[text]
            if text in _WRAPPERS and self._take("("):
                (only,) = self._list(")") or [""]
                return only
            if text == "vec!" and self._take("["):
                return f"[{', '.join(self._list(']'))}]"
            if text.endswith("!"):
                raise Unread(text)
            return self._place(text)
        if text == "[":
            return f"[{', '.join(self._list(']'))}]"
        if text == "(":
            found = self._list(")")
            return f"({found[0]})" if len(found) == 1 else f"({', '.join(found)})"
        raise Unread(text)

    def _postfix(self, value: str) -> str:
        while True:
            if self._take("?"):
                continue
            if self._take("("):
                value = f"{value}({', '.join(self._list(')'))})"
            elif self._take("."):
                kind, name = self._next()
                if kind != "path" or "::" in name:
                    raise Unread(name)
                called = self._take("(")
                arguments = self._list(")") if called else []
                if called and name in _NOTHING:
                    continue
                value = f"{value}.{name}({', '.join(arguments)})" if called else f"{value}.{name}"
            else:
                return value


def _string(text: str) -> str:
    is_bytes, text = text.startswith("b"), text.removeprefix("b")
    if text.startswith("r"):
        value: str | bytes = text[1:].strip("#")[1:-1]
    else:
        text = re.sub(r"\\\n\s*", "", text)
        text = re.sub(r"\\u\{([0-9a-fA-F_]+)\}", lambda found: chr(int(found[1], 16)), text)
        try:
            value = ast.literal_eval(("b" if is_bytes else "") + text.replace("\n", "\\n"))
        except (SyntaxError, ValueError):
            raise Unread(text) from None
    if is_bytes and isinstance(value, str):
        value = value.encode()
    shown = repr(value)
    # Double quotes, as everywhere in Python that is formatted.
    return f'"{shown[1:-1]}"' if shown[0] == "'" and '"' not in shown else shown
