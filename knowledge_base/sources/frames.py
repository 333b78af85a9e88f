"""How the parsing process is talked to: frames of a JSON header and bytes."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from typing import IO, Any

_SIZES = struct.Struct("<II")
_MAX_HEADER_BYTES = 10_000_000


def write_frame(stream: IO[bytes], header: Mapping[str, Any], payload: bytes) -> None:
    """Write one frame and send it off."""
    head = json.dumps(header).encode()
    stream.write(_SIZES.pack(len(head), len(payload)))
    stream.write(head)
    stream.write(payload)
    stream.flush()


def read_frame(stream: IO[bytes], max_bytes: int) -> tuple[dict[str, Any], bytes] | None:
    """Read one frame; None when the stream ends before it does.

    Raises
    ------
    ValueError
        When the frame is longer than `max_bytes` or no frame.
    """
    sizes = stream.read(_SIZES.size)
    if len(sizes) < _SIZES.size:
        return None
    n_head, n_payload = _SIZES.unpack(sizes)
    if n_head > _MAX_HEADER_BYTES or n_payload > max_bytes:
        raise ValueError(f"a frame of {n_head:,} and {n_payload:,} bytes")
    head, payload = stream.read(n_head), stream.read(n_payload)
    if len(head) < n_head or len(payload) < n_payload:
        return None
    header = json.loads(head)
    if not isinstance(header, dict):
        raise ValueError("a frame without a header")
    return header, payload
