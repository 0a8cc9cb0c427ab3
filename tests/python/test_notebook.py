"""In a notebook: `%%crate`, and how modules and values are shown."""

from __future__ import annotations

import os
import pathlib
import re
from typing import Any

import pytest

import usecrate
from usecrate.rich import prose

PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs" / "guide" / "notebooks.md"
# What the page shows: each cell, and the text that it gives.
SHOWN = re.findall(
    r"^```text\nIn \[\d+\]:\n(.*?)\n(?:\nOut\[\d+\]:\n(.*?)\n)?```$",
    PAGE.read_text(encoding="utf-8"),
    re.MULTILINE | re.DOTALL,
)
CELLS = [cell for cell, _ in SHOWN] + ["shapes", "shapes.Point(1.0, '<b>')"]


@pytest.fixture(scope="module")
def ran() -> list[Any]:
    """What the cells gave, in a kernel of its own without a window."""
    import nbformat
    from nbclient import NotebookClient

    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in CELLS])
    NotebookClient(notebook, timeout=1200, kernel_name="python3", allow_errors=True).execute(
        env={**os.environ, "NO_COLOR": "1"}
    )
    return [cell.outputs for cell in notebook.cells]


def data(outputs: Any, kind: str) -> str:
    """The one result of a cell."""
    (result,) = [one for one in outputs if one.output_type == "execute_result"]
    return str(result.data[kind])


def test_the_page_shows_what_cells_give(ran: list[Any]) -> None:
    assert len(SHOWN) == 6
    for (cell, given), outputs in zip(SHOWN, ran, strict=False):
        errors = [one for one in outputs if one.output_type == "error"]
        if given.startswith("usecrate."):
            text = re.sub("\x1b\\[[0-9;]*m", "", "\n".join(errors[0].traceback))
            assert text.startswith(given), text
        else:
            assert not errors, (cell, errors)
            assert not given or data(outputs, "text/plain") == given


def test_modules_and_records_are_tables(ran: list[Any]) -> None:
    module, record = data(ran[-2], "text/html"), data(ran[-1], "text/html")
    assert (
        '<table style="margin-left: 0">' in module and "moved(point: Point, by: float) -&gt; Point" in module
    )
    assert "The same point, further along." in module
    assert "&lt;b&gt;" in record and "<b>&" not in record and "1.0" in record


def test_addresses_in_documentation_stand_without_brackets() -> None:
    assert prose("By <https://semver.org>, `<T>` and <b>.") == (
        "By https://semver.org, <code>&lt;T&gt;</code> and &lt;b&gt;."
    )


def test_values_show_their_fields(behaviours: Any) -> None:
    account = behaviours.records.Account("<me>")
    html = account._repr_html_()
    assert "behaviours.records.Account" in html and "owner" in html and "&lt;me&gt;" in html
    usecrate.close(account)
    assert account._repr_html_() is None
    assert (
        "usecrate inspect" in behaviours.traits._repr_html_() or "<table" in behaviours.traits._repr_html_()
    )


def test_help_shows_the_crate_and_not_the_loader(behaviours: Any) -> None:
    import pydoc

    text = pydoc.plain(pydoc.render_doc(behaviours.records.Account))
    assert "Account(owner: str) -> behaviours.records.Account" in text and "deposit(self, /, amount)" in text
    for ours in ("'Any'", "class_instance", "fields_signature"):
        assert ours not in text
