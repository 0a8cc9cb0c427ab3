"""The workload through UniFFI, by hand: what its Python half leaves to write."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any


class Foreign:
    """The functions of a module that UniFFI wrote."""

    def __init__(self, module: Any) -> None:
        self._module = module
        self.Counter = module.Counter
        self.Failure = module.Failure
        self.noop = module.noop
        self.add = module.add
        self.greet = module.greet
        self.sum = module.total
        self.echo = module.echo
        self.length = module.length
        self.touch = module.touch
        self.fail = module.fail

        class Call(module.Callback):  # type: ignore[misc]
            """A function as the trait's object."""

            def __init__(self, function: Callable[[int], int]) -> None:
                self.call = function

        self._callback = Call

    def Record(self, **fields: Any) -> Any:
        """An instance; its class takes only keywords."""
        return self._module.Record(**fields)

    def touch_dicts(self, records: list[dict[str, Any]]) -> list[dict[str, Any]]:
        touched = self._module.touch([self._module.Record(**record) for record in records])
        return [vars(record) for record in touched]

    def numbers(self, end: int) -> Iterator[int]:
        step = self._module.numbers(end).step
        while (number := step()) is not None:
            yield number

    def each(self, end: int, function: Callable[[int], int]) -> int:
        result: int = self._module.each(end, self._callback(function))
        return result
