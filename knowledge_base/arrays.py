"""Named arrays in one file, mapped into memory; and JSON lines kept in arrays.

The file is a line of JSON (name → dtype, shape, offset) behind an eight-byte mark and its length,
then the arrays, each at a multiple of 64 bytes. Nothing in it is ever run.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Arrays = Mapping[str, npt.NDArray[Any]]

_MARK = b"DWARRAY1"
_ALIGNED_TO = 64
_KINDS = frozenset("biuf")


def write_arrays(path: Path, arrays: Arrays) -> None:
    """Write arrays of numbers or truth values, by name.

    Raises
    ------
    ValueError
        For an array of anything else.
    """
    entries: dict[str, list[object]] = {}
    offset = 0
    for name, array in sorted(arrays.items()):
        if array.dtype.kind not in _KINDS:
            raise ValueError(f"array {name!r} has dtype {array.dtype}; expected numbers")
        entries[name] = [array.dtype.newbyteorder("<").str, list(array.shape), offset]
        offset += _padded(array.nbytes)
    header = json.dumps(entries, sort_keys=True).encode()
    start = _padded(len(_MARK) + 8 + len(header))
    with path.open("wb") as handle:
        handle.write(_MARK + len(header).to_bytes(8, "little") + header)
        handle.write(b"\0" * (start - handle.tell()))
        for _, array in sorted(arrays.items()):
            plain = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
            if plain.size:
                handle.write(plain.reshape(-1).view(np.uint8).data)
            handle.write(b"\0" * (_padded(array.nbytes) - array.nbytes))


def read_arrays(path: Path) -> dict[str, npt.NDArray[Any]]:
    """Open what `write_arrays` wrote; the arrays are read-only views of the file.

    Raises
    ------
    OSError
        When the file cannot be opened.
    ValueError
        When it is something else or too short.
    """
    with path.open("rb") as handle:
        if handle.read(len(_MARK)) != _MARK:
            raise ValueError(f"{path.name!r} is no file of arrays")
        n_header = int.from_bytes(handle.read(8), "little")
        entries = json.loads(handle.read(n_header))
    start = _padded(len(_MARK) + 8 + n_header)
    # A plain view: slicing the memmap type itself is ten times slower.
    raw = np.memmap(path, dtype=np.uint8, mode="r").view(np.ndarray)
    arrays: dict[str, npt.NDArray[Any]] = {}
    for name, (kind, shape, offset) in entries.items():
        dtype = np.dtype(kind)
        if dtype.kind not in _KINDS:
            raise ValueError(f"array {name!r} of {path.name!r} holds no numbers")
        n_bytes = int(np.prod(shape, dtype=np.int64)) * dtype.itemsize
        part = raw[start + offset : start + offset + n_bytes]
        if len(part) != n_bytes:
            raise ValueError(f"{path.name!r} is too short for array {name!r}")
        arrays[name] = part.view(dtype).reshape(shape)
    return arrays


def line_arrays(values: Iterable[Mapping[str, object]]) -> dict[str, npt.NDArray[Any]]:
    """Return JSON values as arrays `bytes` and `ends`, to be read by number."""
    held = bytearray()
    ends: list[int] = []
    for value in values:
        held += json.dumps(value, ensure_ascii=False, default=str).encode("utf-8", "replace")
        ends.append(len(held))
    return {
        "bytes": np.frombuffer(bytes(held), dtype=np.uint8),
        "ends": np.asarray(ends, dtype=np.int64),
    }


class Lines:
    """JSON values read by number, from one or more parts numbered on.

    Parameters
    ----------
    parts : sequence of mapping
        Each from `line_arrays`.
    """

    def __init__(self, parts: Sequence[Arrays]) -> None:
        self._parts = tuple(parts)
        lengths = [len(part["ends"]) for part in self._parts]
        self._starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)

    def __len__(self) -> int:
        return int(self._starts[-1])

    def read(self, row: int) -> dict[str, Any]:
        """Return the value of a line."""
        if not 0 <= row < len(self):
            raise IndexError(f"there is no line {row}; there are {len(self)}")
        number = int(np.searchsorted(self._starts, row, side="right")) - 1
        part, place = self._parts[number], row - int(self._starts[number])
        ends = part["ends"]
        start = int(ends[place - 1]) if place else 0
        value: dict[str, Any] = json.loads(part["bytes"][start : int(ends[place])].tobytes())
        return value


def under(arrays: Arrays, name: str) -> dict[str, npt.NDArray[Any]]:
    """Return the arrays whose names start with `name` and a point, without both."""
    head = f"{name}."
    return {key[len(head) :]: array for key, array in arrays.items() if key.startswith(head)}


def named(name: str, arrays: Arrays) -> dict[str, npt.NDArray[Any]]:
    """Return the arrays with `name` and a point before their names."""
    return {f"{name}.{key}": array for key, array in arrays.items()}


def _padded(n_bytes: int) -> int:
    return -(-n_bytes // _ALIGNED_TO) * _ALIGNED_TO
