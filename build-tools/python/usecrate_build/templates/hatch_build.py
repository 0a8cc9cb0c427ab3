"""Builds the crates of this package when a wheel is built. usecrate does it, and is asked for here."""

from __future__ import annotations

from typing import Any

from hatchling.builders.config import BuilderConfig
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CustomBuildHook(BuildHookInterface[BuilderConfig]):
    def dependencies(self) -> list[str]:
        return ["@build@"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        from usecrate_build.hook import fill

        config: dict[str, Any] = self.metadata.config  # pyright: ignore[reportUnknownMemberType]
        fill(self.root, config, version, build_data)
