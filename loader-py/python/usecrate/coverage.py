"""How much of crates Python can call: `usecrate coverage`.

What counts, and what served means, is in ``docs/manifest.md`` under "Coverage"; each artifact counted for
itself when it was built. Async functions are counted apart: nothing serves them yet.
"""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from .model import Manifest

# How many of the commonest reasons a table shows.
_REASONS = 20


class Report:
    """What one artifact serves.

    Attributes
    ----------
    callables, served
        How many functions and methods the crate has, and how many of them Python can call.
    asynchronous
        How many of the rest are `async`.
    partial
        Of those that are served, the bounds by traits of the crate for which not every type that meets
        them is taken, by the callable's path; with the types that are not.
    reasons
        How many of the rest are skipped for each code and reason, names left out; with the path of the first.
    probe
        What calling some of them came to, or None where none was called: see `probe.Outcome`.
    """

    def __init__(self, manifest: Manifest) -> None:
        crate, coverage = manifest["crate"], manifest["coverage"]
        self.name, self.version = crate["name"], crate["version"]
        self.callables, self.served = coverage["callables"], coverage["served"]
        self.asynchronous = 0
        self.partial: dict[str, dict[str, list[str]]] = {}
        for one in manifest.get("partial", ()):
            self.partial.setdefault(one["path"], {})[one["bound"]] = one["missing"]
        self.reasons: dict[tuple[str, str], tuple[int, str]] = {}
        for skip in manifest["skipped"]:
            if not skip["counted"]:
                continue
            if skip["code"] == "async":
                self.asynchronous += 1
            key = (skip["code"], without_names(skip["message"]))
            count, first = self.reasons.get(key, (0, skip["path"]))
            self.reasons[key] = (count + 1, first)
        self.probe: dict[str, Any] | None = None

    @property
    def share(self) -> float:
        """The part that is served of what is not async, from 0 to 1. What failed is not."""
        total = self.callables - self.asynchronous
        if not total:
            return 1.0
        failed = len(self.probe["failed"]) if self.probe else 0
        return max(0, self.served - failed) / total

    def plain(self) -> dict[str, Any]:
        """All of it as plain data."""
        data: dict[str, Any] = {
            "crate": self.name,
            "version": self.version,
            "callables": self.callables,
            "served": self.served,
            "partial": [
                {"path": path, "bound": bound, "missing": missing}
                for path, bounds in self.partial.items()
                for bound, missing in bounds.items()
            ],
            "async": self.asynchronous,
            "share": round(self.share, 4),
            "skipped": [
                {"code": code, "reason": reason, "count": count, "first": first}
                for (code, reason), (count, first) in _by_count(self.reasons)
            ],
        }
        if self.probe is not None:
            data["probe"] = self.probe
        return data


def without_names(message: str) -> str:
    """A skip's reason with `…` for each name in it: what several have in common."""
    return re.sub(r"`[^`]*`(?:, `[^`]*`)*", "`…`", message.partition("; rustc rejects")[0])


def _by_count(
    reasons: dict[tuple[str, str], tuple[int, str]],
) -> list[tuple[tuple[str, str], tuple[int, str]]]:
    return sorted(reasons.items(), key=lambda item: (-item[1][0], item[0]))


def mean(reports: Sequence[Report]) -> float:
    """The mean of the shares: each crate counts the same."""
    return sum(report.share for report in reports) / len(reports)


def table(reports: Sequence[Report]) -> Iterator[str]:
    """The lines of `usecrate coverage`."""
    probed = any(report.probe is not None for report in reports)
    head = ["crate", "callables", "served", "", "partly", "async", *(["probed"] if probed else [])]
    rows = [head]
    for report in reports:
        row = [
            f"{report.name} {report.version}",
            str(report.callables),
            str(report.served),
            f"{100 * report.share:.1f} %",
            str(len(report.partial) or ""),
            str(report.asynchronous or ""),
        ]
        if probed:
            found = report.probe
            row.append(f"{found['called'] - len(found['failed'])} of {found['called']}" if found else "")
        rows.append(row)
    if len(reports) > 1:
        rows.append(["mean", "", "", f"{100 * mean(reports):.1f} %", "", ""])
    widths = [max(len(row[at]) for row in rows if at < len(row)) for at in range(len(head))]
    for row in rows:
        cells = [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=False)]
        yield "  ".join([row[0].ljust(widths[0]), *cells]).rstrip()
    yield from _reasons(reports)
    yield from _partly(reports)
    yield from _failures(reports)


def _reasons(reports: Sequence[Report]) -> Iterator[str]:
    """Why the rest is skipped, the commonest first."""
    all_of_them: dict[tuple[str, str], tuple[int, str]] = {}
    for report in reports:
        for key, (count, first) in report.reasons.items():
            before, example = all_of_them.get(key, (0, first))
            all_of_them[key] = (before + count, example)
    if not all_of_them:
        return
    yield ""
    yield "skipped, by reason"
    ordered = _by_count(all_of_them)
    for (code, reason), (count, first) in ordered[:_REASONS]:
        yield f"  {count:5}  {reason} [{code}]"
        yield f"         such as {first}"
    rest = sum(count for _, (count, _) in ordered[_REASONS:])
    if rest:
        yield f"  {rest:5}  for other reasons; `usecrate inspect` tells each"


def _partly(reports: Sequence[Report]) -> Iterator[str]:
    """What is served for some of the types that a bound by a trait of the crate names, the most first."""
    counts: dict[str, tuple[int, str]] = {}
    for report in reports:
        for path, bounds in report.partial.items():
            for bound, missing in bounds.items():
                for ty in missing:
                    key = f"`{ty}` for `{bound}`"
                    count, first = counts.get(key, (0, path))
                    counts[key] = (count + 1, first)
    if not counts:
        return
    yield ""
    yield "served in part: implements a bound's trait, and is not taken"
    ordered = sorted(counts.items(), key=lambda item: (-item[1][0], item[0]))
    for key, (count, first) in ordered[:_REASONS]:
        yield f"  {count:5}  {key}"
        yield f"         such as {first}"
    rest = sum(count for _, (count, _) in ordered[_REASONS:])
    if rest:
        yield f"  {rest:5}  more; `usecrate inspect` tells each"


def _failures(reports: Sequence[Report]) -> Iterator[str]:
    """What the probe found to be wrong."""
    for report in reports:
        for failure in (report.probe or {}).get("failed", ()):
            yield ""
            yield f"{report.name} {report.version}: `{failure['id']}` failed: {failure['how']}"
