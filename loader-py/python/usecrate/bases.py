"""The classes below those of a crate, under the names that its stubs have for them: `bases.pyi`."""

from ._native import Handle, HandleBuffer, HandleIterator
from .exceptions import RustError as Error
from .members import Lazy as Class

__all__ = ["Class", "Error", "Handle", "HandleBuffer", "HandleIterator"]
