"""The classes below those of a crate, under the names that its stubs call them by: `bases.pyi` says what they are."""

from ._native import Handle, HandleBuffer, HandleIterator
from .exceptions import RustError as Error
from .members import Lazy as Class

__all__ = ["Class", "Error", "Handle", "HandleBuffer", "HandleIterator"]
