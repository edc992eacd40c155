"""Build hook: every installation has the built, validated dataset, so that it can serve at once."""

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class DatasetHook(BuildHookInterface):
    """Publishes the dataset into build/, and puts it and what it was built from into the wheel.

    An editable installation reads all of it from the checkout, so nothing is put into its wheel.
    """

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build and validate; a dataset that does not validate stops the wheel."""
        root = Path(self.root)
        sys.path.insert(0, str(root / "src"))
        from aseancan_kg import release

        release.publish(root, root / "build", self.app.display_info)
        if version != "editable":
            build_data["force_include"] |= {
                str(root / name): f"aseancan_kg/resources/{name}" for name in ("ontology", "shapes", "queries", "data")
            } | {str(root / "build"): "aseancan_kg/resources/build"}
