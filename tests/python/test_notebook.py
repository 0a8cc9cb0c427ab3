"""In a notebook: `%%crate`, and how modules and values are shown."""

from __future__ import annotations

import os
import re
from typing import Any

import pytest

import usecrate

CELLS = [
    "%load_ext usecrate",
    """%%crate shapes
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    /// Along.
    pub x: f64,
    pub note: String,
}

/// The same point, further along.
pub fn moved(point: Point, by: f64) -> Point {
    Point { x: point.x + by, ..point }
}""",
    "shapes",
    "shapes.moved(shapes.Point(1.0, '<b>'), 2.0)",
    """%%crate
pub fn twice(number: i64) -> i64 { number * 2 }""",
    "twice(21)",
    """%%crate broken
pub fn twice(number: i64) -> i64 {
    number * "2"
}""",
]


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


def test_a_cell_becomes_a_module(ran: list[Any]) -> None:
    assert [one.output_type for outputs in ran[:6] for one in outputs if one.output_type == "error"] == []
    assert "usecrate module 'shapes'" in data(ran[1], "text/plain")
    assert data(ran[3], "text/plain") == "Point(x=3.0, note='<b>')"
    assert data(ran[5], "text/plain") == "42"


def test_modules_and_records_are_tables(ran: list[Any]) -> None:
    module = data(ran[2], "text/html")
    assert "<table>" in module and "moved(point: Point, by: float) -&gt; Point" in module
    assert "The same point, further along." in module
    record = data(ran[3], "text/html")
    assert "&lt;b&gt;" in record and "<b>&" not in record and "3.0" in record


def test_an_error_is_shown_at_its_line_of_the_cell(ran: list[Any]) -> None:
    (error,) = [one for one in ran[6] if one.output_type == "error"]
    text = re.sub("\x1b\\[[0-9;]*m", "", "\n".join(error.traceback))
    assert "--> cell:3:14" in text or "--> cell:3:12" in text, text
    assert "cannot multiply `i64` by `&str`" in text and "Traceback" not in text


def test_values_show_their_fields(behaviours: Any) -> None:
    account = behaviours.records.Account("<me>")
    html = account._repr_html_()
    assert "behaviours.records.Account" in html and "owner" in html and "&lt;me&gt;" in html
    usecrate.close(account)
    assert account._repr_html_() is None
    assert (
        "usecrate inspect" in behaviours.traits._repr_html_() or "<table>" in behaviours.traits._repr_html_()
    )


def test_help_shows_the_crate_and_not_the_loader(behaviours: Any) -> None:
    import pydoc

    text = pydoc.plain(pydoc.render_doc(behaviours.records.Account))
    assert "Account(owner: str) -> behaviours.records.Account" in text and "deposit(self, /, amount)" in text
    for ours in ("'Any'", "class_instance", "fields_signature"):
        assert ours not in text
