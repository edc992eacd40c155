"""Build hook: every installation has the built, validated dataset, so that it can serve at once."""

import shutil
import sys
import tempfile
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

        if version == "editable":
            release.publish(root, root / "build", self.app.display_info)
            return
        built = Path(tempfile.mkdtemp()) / "build"
        release.publish(root, built, self.app.display_info)
        for directory in (root / "ontology", root / "shapes", root / "queries", root / "data", built):
            build_data["force_include"][str(directory)] = f"aseancan_kg/resources/{directory.name}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove what was built for the wheel alone."""
        for directory, target in build_data["force_include"].items():
            if target == "aseancan_kg/resources/build":
                shutil.rmtree(Path(directory).parent)
