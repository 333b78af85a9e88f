"""What a home stands on: its folder, rights, room on the disk, and what dead processes left."""

from __future__ import annotations

import fnmatch
import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from assistant.upkeep.findings import Finding, bad, ok, warning
from assistant.upkeep.inventory import ERASING, PASSING, folder_bytes
from assistant.upkeep.packing import is_running

_LEAST_FREE_BYTES: Final = 100 * 10**6
_OTHERS: Final = stat.S_IROTH | stat.S_IWOTH | stat.S_IXOTH
_MB: Final = 1e6
_QUIET_NAMES: Final = ("*.lock",)
_SETTLED_S: Final = 3600
"""What was written within the hour may still be written."""


def check_folder(home: Path) -> Iterator[Finding]:
    """See that the home is there and may be written, without writing."""
    if not home.is_dir():
        yield bad("folder", f"There is no home {home}.", "Run `deskwise demo` or name it: --home.")
        return
    closed = [
        path
        for path in (home, *sorted(home.rglob("*")))
        if not path.is_symlink() and not os.access(path, os.R_OK | os.W_OK)
    ]
    if closed:
        yield bad(
            "folder",
            f"{len(closed):,} files or folders may not be read or written, first {closed[0]}.",
            "Give them to the user that Deskwise runs as.",
        )
    else:
        yield ok("folder", f"{home} may be read and written.")


def check_disk(home: Path) -> Iterator[Finding]:
    """Compare the room on the disk with what a rebuilt index and a restored home would take."""
    free, used = shutil.disk_usage(home).free, folder_bytes(home)
    found = f"{free / _MB:,.0f} MB are free; the home takes {used / _MB:,.0f} MB."
    if free < _LEAST_FREE_BYTES:
        yield bad("disk", found, "Make room: an ingest or a question may fail at any time.")
    elif free < used:
        yield warning("disk", found, "Make room: a backup is restored beside the home.")
    else:
        yield ok("disk", found)


def check_permissions(home: Path) -> Iterator[Finding]:
    """See that nobody else on the machine can read what people asked."""
    name = "permissions"
    if not home.stat().st_mode & _OTHERS:
        yield ok(name, "The home is closed to other users of this machine.")
        return
    n_open = len(list(open_files(home)))
    mode = home.stat().st_mode & 0o777
    yield warning(
        name,
        f"The home is open to every user of this machine (mode {mode:o}), and so are {n_open:,} "
        "files in it.",
        "`deskwise doctor --repair` closes the home to others (chmod o-rwx).",
        "permissions",
    )


def open_files(home: Path) -> Iterator[Path]:
    """Yield the files that any user may read or write."""
    for path in sorted(home.rglob("*")):
        is_plain = path.is_file() and not path.is_symlink()
        if is_plain and path.stat().st_mode & (stat.S_IROTH | stat.S_IWOTH):
            yield path


def check_leftovers(home: Path, now_s: float) -> Iterator[Finding]:
    """Look for what killed processes left behind."""
    left = leftovers(home, now_s)
    if left:
        yield warning(
            "leftovers",
            f"{len(left):,} unfinished files or folders of processes that died, first {left[0]}.",
            "`deskwise doctor --repair` removes them.",
            "leftovers",
        )
    else:
        yield ok("leftovers", "Nothing unfinished lies about.")


def check_erasure(home: Path) -> Iterator[Finding]:
    """See that nobody's erasure was cut short."""
    if (home / ERASING).exists():
        yield bad(
            "erasure",
            f"Somebody's erasure was cut short; {ERASING} says whose.",
            "Finish it: `deskwise users erase NAME`.",
        )


def leftovers(home: Path, now_s: float) -> list[Path]:
    """Return what was never finished and is not being written: in the home and beside it."""
    found = [
        path
        for path in home.parent.glob(f".{home.name}.restoring-*")
        if not is_running(path.name.rpartition("-")[2])
    ]
    for path in sorted(home.rglob("*")):
        is_passing = any(fnmatch.fnmatch(path.name, each) for each in PASSING)
        if not is_passing or any(fnmatch.fnmatch(path.name, each) for each in _QUIET_NAMES):
            continue
        if any(parent in found for parent in path.parents):
            continue
        if now_s - path.lstat().st_mtime > _SETTLED_S:
            found.append(path)
    return found
