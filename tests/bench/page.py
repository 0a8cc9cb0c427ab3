"""Writes the page and the plot of what was measured: `page.py FIGURES`, run by `dev.py bench --record`.

`FIGURES` is what `compare.py --json` wrote. The page is `docs/speed.md`: what stands there between two marks
is written anew; the plot is `docs/speed.svg`.
"""

from __future__ import annotations

import argparse
import json
import pathlib
import sys
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt

DOCS = pathlib.Path(__file__).resolve().parents[2] / "docs"
BEGIN, END = "<!-- begin: written by dev.py bench --record -->", "<!-- end -->"
COLOURS = {"usecrate quick / A": "#4c72b0", "usecrate / A released": "#dd8452"}
MEANS = {"usecrate quick / A": "lock kept, both", "usecrate / A released": "lock released, both"}


def plot(ratios: dict[str, dict[str, list[float]]], path: pathlib.Path) -> None:
    """A bar for each row and way with the lock, on a logarithmic scale around 1."""
    mpl.use("svg")
    mpl.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "usecrate", "font.size": 9})
    titles = list(ratios)[::-1]
    figure, axes = plt.subplots(figsize=(7.5, 0.38 * len(titles) + 1.0))
    for place, (pair, colour) in enumerate(COLOURS.items()):
        known = [(at, ratios[title][pair]) for at, title in enumerate(titles) if pair in ratios[title]]
        axes.barh(
            [at + 0.2 - 0.4 * place for at, _ in known],
            [middle - 1 for _, (middle, _, _) in known],
            0.36,
            left=1,
            color=colour,
            label=MEANS[pair],
            xerr=(
                [middle - low for _, (middle, low, _) in known],
                [high - middle for _, (middle, _, high) in known],
            ),
            error_kw={"elinewidth": 0.8, "ecolor": "#555555"},
        )
    axes.axvline(1, color="black", linewidth=0.8)
    axes.set_xscale("log")
    ticks = [0.1, 0.2, 0.35, 0.5, 0.7, 1, 1.5, 2, 3, 5]
    axes.set_xticks(ticks, [str(tick) for tick in ticks])
    axes.minorticks_off()
    axes.set_yticks(range(len(titles)), titles)
    axes.set_xlabel("time of usecrate / time of PyO3 by hand (less is faster)")
    axes.legend(loc="best", frameon=False)
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


def section(figures: dict[str, Any]) -> str:
    return "\n".join(
        [f"{figures['about']}\n", figures["table"], "", *(f"- {line}" for line in figures["means"])]
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("figures", type=pathlib.Path)
    options = parser.parse_args()
    figures = json.loads(options.figures.read_text(encoding="utf-8"))
    page = DOCS / "speed.md"
    before, mark, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not mark or not end:
        sys.exit(f"error: {page} has not both of `{BEGIN}` and `{END}`")
    page.write_text(f"{before}{BEGIN}\n{section(figures)}\n{END}{after}", encoding="utf-8")
    plot(figures["ratios"], DOCS / "speed.svg")
    return 0


if __name__ == "__main__":
    sys.exit(main())
