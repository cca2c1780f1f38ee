"""Builds the pages of ``/help`` into every wheel; an editable installation builds its own."""

import sys
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class HelpPages(BuildHookInterface[Any]):
    """The hook that ``pyproject.toml`` names."""

    def initialize(self, version: str, _build_data: dict[str, Any]) -> None:
        """Build the pages before the files of the wheel are collected."""
        if version == "editable":
            return
        sys.path.insert(0, self.root)
        from docs import site

        site.build()
