"""A turn's events as server-sent events, for as long as its reader may read them."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable, Iterator, Mapping

from anyio import to_thread

from assistant.accounts.errors import NotSignedInError
from assistant.model import Event
from web.errors import describe

logger = logging.getLogger(__name__)

MEDIA_TYPE = "text/event-stream"
RECHECK_S = 1.0
"""How often it is looked whether the reader's session is still open."""


def frame(number: int, kind: str, data: Mapping[str, object]) -> str:
    """Return one event as it is sent; JSON has no line ends, so one data line is enough."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return f"id: {number}\nevent: {kind}\ndata: {text}\n\n"


def start(
    events: Iterator[Event], request_id: str, may_go_on: Callable[[], bool]
) -> AsyncIterator[str]:
    """Return the frames of a turn.

    The first event is awaited here, so that a question that cannot be asked fails as a request
    and not inside a stream. What fails later becomes an `error` event with the envelope; so does
    the end of the reader's session, within seconds, whether or not an event comes meanwhile.

    Parameters
    ----------
    may_go_on
        Whether the reader may still read; asked every `RECHECK_S` seconds.
    """
    first = next(events, None)
    return _frames(first, events, request_id, may_go_on)


async def _frames(
    first: Event | None, rest: Iterator[Event], request_id: str, may_go_on: Callable[[], bool]
) -> AsyncIterator[str]:
    number = 1
    event = first
    watch = _Watch(may_go_on)
    try:
        while event is not None:
            yield frame(number, event.kind, event.data)
            number += 1
            event = await watch.next_of(rest)
    except NotSignedInError as error:
        yield frame(number, "error", describe(error, request_id)[1])
    except Exception as error:
        # The headers are long sent, so it is told inside the stream.
        logger.error("request %s failed while streaming", request_id, exc_info=error)
        yield frame(number, "error", describe(error, request_id)[1])


class _Watch:
    """Waits for events and looks at the session meanwhile."""

    def __init__(self, may_go_on: Callable[[], bool]) -> None:
        self._may_go_on = may_go_on
        self._looked_at = asyncio.get_running_loop().time()

    async def next_of(self, events: Iterator[Event]) -> Event | None:
        """Return the next event, or None after the last.

        Raises
        ------
        NotSignedInError
            When the session ended meanwhile.
        """
        waiting = asyncio.ensure_future(
            to_thread.run_sync(next, events, None, abandon_on_cancel=True)
        )
        try:
            while True:
                done, _ = await asyncio.wait({waiting}, timeout=self._left_s())
                if self._left_s() <= 0:
                    await self._look()
                if done:
                    return waiting.result()
        finally:
            waiting.cancel()

    def _left_s(self) -> float:
        return max(0.0, self._looked_at + RECHECK_S - asyncio.get_running_loop().time())

    async def _look(self) -> None:
        if not await to_thread.run_sync(self._may_go_on):
            raise NotSignedInError("Your session is over.", hint="Sign in, then ask again.")
        self._looked_at = asyncio.get_running_loop().time()
