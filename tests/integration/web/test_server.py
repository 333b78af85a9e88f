"""The server as a process: it answers, and stops at once though a stream is open."""

from __future__ import annotations

import http.client
import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PROGRAM = """
import sys
from assistant.config import Settings
from tests.integration.web.fake_assistant import FakeAssistant
from web.server import run_server
run_server(FakeAssistant(delay_s=30.0), Settings(port=int(sys.argv[1])))
"""


@pytest.fixture
def served() -> Iterator[tuple[subprocess.Popen[str], int]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(port)], cwd=ROOT, stderr=subprocess.PIPE, text=True
    )
    yield process, port
    process.kill()
    process.communicate()


def wait_until_alive(process: subprocess.Popen[str], port: int) -> tuple[object, str | None]:
    """Return the body of /healthz and the header that would name the server."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert process.poll() is None, "the server ended"
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", "/healthz")
            answer = connection.getresponse()
            return json.loads(answer.read()), answer.getheader("server")
        except ConnectionRefusedError:
            time.sleep(0.1)
        finally:
            connection.close()
    raise AssertionError("the server did not come up")


def test_it_serves_and_stops_though_a_stream_is_open(
    served: tuple[subprocess.Popen[str], int],
) -> None:
    process, port = served
    assert wait_until_alive(process, port) == ({"status": "ok"}, None)

    stream = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    headers = {
        "Accept": "text/event-stream",
        "Content-Type": "application/json",
        "X-Deskwise": "1",
    }
    stream.request("POST", "/api/v1/ask", json.dumps({"text": "VPN?"}), headers)
    answer = stream.getresponse()
    assert answer.readline() == b"id: 1\n"

    asked_at = time.monotonic()
    process.send_signal(signal.SIGTERM)
    process.wait(timeout=40)
    took_s = time.monotonic() - asked_at
    answer.close()
    stream.close()

    assert took_s < 10
