"""A turn's events as server-sent events."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping

from assistant.model import Event
from web.errors import describe

logger = logging.getLogger(__name__)

MEDIA_TYPE = "text/event-stream"


def frame(number: int, kind: str, data: Mapping[str, object]) -> str:
    """Return one event as it is sent; JSON has no line ends, so one data line is enough."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return f"id: {number}\nevent: {kind}\ndata: {text}\n\n"


def start(events: Iterator[Event], request_id: str) -> Iterator[str]:
    """Return the frames of a turn.

    The first event is awaited here, so that a question that cannot be asked fails as a request
    and not inside a stream. What fails later becomes an `error` event with the envelope.
    """
    first = next(events, None)
    return _frames(first, events, request_id)


def _frames(first: Event | None, rest: Iterator[Event], request_id: str) -> Iterator[str]:
    number = 1
    event = first
    try:
        while event is not None:
            yield frame(number, event.kind, event.data)
            number += 1
            event = next(rest, None)
    except Exception as error:
        # The headers are long sent, so it is told inside the stream.
        logger.error("request %s failed while streaming", request_id, exc_info=error)
        yield frame(number, "error", describe(error, request_id)[1])
