"""The packager, which comes with the build tool as `usecrate_build`."""

from __future__ import annotations

from ..errors import BuildError
from ..version import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def module(name: str) -> Any:
    """A module of the packager.

    Raises
    ------
    BuildError
        It is not installed.
    """
    import importlib

    try:
        return importlib.import_module(f"usecrate_build.{name}")
    except ModuleNotFoundError as error:
        if error.name != "usecrate_build":
            raise
        raise BuildError(
            "packages are made by what comes with the build tool, which is not installed for this Python",
            code="no-build-tool",
            hint=f"install it with `pip install 'usecrate[package]=={__version__}'`",
        ) from None
