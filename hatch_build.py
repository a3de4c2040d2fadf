"""Puts the dashboard into every wheel: builds it, and fails if that cannot be done."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SKIPPED = "editable"  # a checkout serves what `make web` builds


class PageHook(BuildHookInterface[Any]):
    """Runs before a wheel is put together."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the page, unless the package is installed as an editable one."""
        if version == SKIPPED:
            return
        tool = Path(self.root) / "tools" / "page.py"
        spec = importlib.util.spec_from_file_location("alpha_discovery_page", tool)
        if spec is None or spec.loader is None:
            raise FileNotFoundError(f"the dashboard is built by {tool}; it is missing")
        page = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(page)
        page.build()
        build_data["artifacts"].append("/src/alpha_discovery/web")
