"""What is done with each list of hostile.yaml, and what no answer may be."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from typing import Any
from urllib.parse import quote

import yaml

from assistant.accounts import ROLE_PERMISSIONS, Permission
from tests.integration.web.matrix_rows import ROWS, Row
from tests.integration.web.whole import PEOPLE, SECRETS, Answer, Whole
from web.access import declared_routes
from web.security import SECURITY_HEADERS

CORPUS = Path(__file__).with_name("hostile.yaml")
EVERYBODY = ("anonymous", "employee", "agent", "manager", "admin")
HERE = "http://127.0.0.1:8765/"
ENDS_SESSIONS = "DELETE /api/v1/session"
INSIDE = ("Traceback", "sqlite3", "sqlalchemy", "$argon2", 'File "/')
"""What stands in no answer: how the program is made."""
TYPES = ("application/json", "text/csv", "text/markdown", "text/event-stream", "text/html")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Attempt:
    """One request, who sends it, and what is known of its answer."""

    name: str
    who: str
    method: str
    target: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    permission: Permission | str | None = "none known"
    statuses: tuple[int, ...] = ()
    """Of the answers; none means any that is no success it must not be."""


def load_corpus() -> dict[str, Any]:
    """Return the lists of the file."""
    loaded: dict[str, Any] = yaml.safe_load(CORPUS.read_text(encoding="utf-8"))
    return loaded


def n_inputs(corpus: Mapping[str, Any]) -> int:
    """Return how many inputs there are."""
    lists = [*corpus["texts"].values(), *(item for name, item in corpus.items() if name != "texts")]
    return sum(len(item) for item in lists)


def spelled(entry: Any) -> Any:
    """Return an input as it is sent: what is long is written out."""
    if isinstance(entry, dict) and "repeat" in entry:
        return (
            f"{entry.get('before', '')}{entry['repeat'] * entry['times']}{entry.get('after', '')}"
        )
    return entry


def all_texts(corpus: Mapping[str, Any]) -> list[str]:
    """Return everything that is put where people write."""
    return [spelled(entry) for entries in corpus["texts"].values() for entry in entries]


@dataclass(frozen=True)
class Operation:
    """A route of the API with what it takes."""

    name: str
    permission: Permission | None
    row: Row
    path_names: tuple[str, ...]
    query_names: tuple[str, ...]
    body_names: tuple[str, ...]

    @property
    def method(self) -> str:
        return self.name.partition(" ")[0]

    def target(self, whole: Whole, **parts: str) -> str:
        """Return the address with things that are nobody's, but for the parts given."""
        path = self.name.partition(" ")[2].replace(":path}", "}")
        for name in self.path_names:
            path = path.replace("{" + name + "}", parts.get(name, _NOBODYS.get(name, "1042")))
        return path

    def body(self, **changed: Any) -> bytes:
        """Return a right body with some fields changed; empty for a route without one."""
        given = self.row.body
        if not isinstance(given, dict):
            return b"" if given is None and not changed else json.dumps(changed).encode()
        return json.dumps({**_with_ids(given, "c999"), **changed}).encode()


_NOBODYS = {
    "user_id": "u-" + "0" * 32,
    "token_id": "f" * 16,
    "entry_id": "f" * 16,
    "draft_id": "f" * 16,
    "kind": "csv",
    "document_id": "articles/vpn.md",
}


def operations(whole: Whole) -> list[Operation]:
    """Return every route of the API as it describes itself, whoever added it."""
    described = whole.app.openapi()
    declared = {
        f"{method} {path.replace(':path}', '}')}": needs.permission if needs else None
        for method, path, needs in declared_routes(whole.app)
    }
    rows = {name.replace(":path}", "}"): row for name, row in ROWS.items()}
    found = []
    for path, methods in described["paths"].items():
        for method, details in methods.items():
            name = f"{method.upper()} {path}"
            given = details.get("parameters", ())
            found.append(
                Operation(
                    name=name,
                    permission=declared[name],
                    row=rows.get(name, Row(path)),
                    path_names=tuple(item["name"] for item in given if item["in"] == "path"),
                    query_names=tuple(item["name"] for item in given if item["in"] == "query"),
                    body_names=_body_names(described, details),
                )
            )
    return found


def attempts(whole: Whole, corpus: Mapping[str, Any], *, thorough: bool) -> Iterator[Attempt]:
    """Yield what is sent.

    Thorough is every input at every place by everybody: tens of thousands of requests. Otherwise
    places and people take turns, so that each input is sent, and each place and person has some.
    """
    found = [item for item in operations(whole) if item.name != ENDS_SESSIONS]
    yield from _texts(whole, corpus, found, thorough=thorough)
    yield from _hosts(corpus)
    yield from _headers(corpus, thorough=thorough)
    yield from _paths(corpus, thorough=thorough)
    yield from _ids(whole, corpus, found, thorough=thorough)
    yield from _wrong_values(whole, corpus, found, thorough=thorough)
    yield from _bodies(whole, corpus, found, thorough=thorough)


def _texts(
    whole: Whole, corpus: Mapping[str, Any], found: list[Operation], *, thorough: bool
) -> Iterator[Attempt]:
    ask = next(item for item in found if item.name == "POST /api/v1/ask")
    people, places = cycle(EVERYBODY[1:]), cycle(_places(found))
    n_places = len(_places(found))
    for number, text in enumerate(all_texts(corpus)):
        for who in EVERYBODY if thorough else (next(people),):
            if thorough or number % 8 == 1:
                body = json.dumps({"text": text}).encode()
                yield _on(whole, ask, f"text {number}", who, body=body)
        for _ in range(n_places if thorough else 1):
            operation, part, name = next(places)
            for who in EVERYBODY if thorough else (_who_may(operation, number),):
                called = f"text {number} as {name}"
                if part == "query":
                    written = f"{name}={_quoted(text)[:30_000]}"
                    yield _on(whole, operation, called, who, query=written)
                else:
                    yield _on(whole, operation, called, who, body=operation.body(**{name: text}))


def _hosts(corpus: Mapping[str, Any]) -> Iterator[Attempt]:
    for number, host in enumerate(corpus["hosts"]):
        yield Attempt(
            name=f"host {host!r}",
            who=EVERYBODY[number % len(EVERYBODY)],
            method=("GET", "POST")[number % 2],
            target=("/healthz", "/api/v1/ask")[number % 2],
            headers={"host": host},
            statuses=(400,),
        )


def _headers(corpus: Mapping[str, Any], *, thorough: bool) -> Iterator[Attempt]:
    session = "/api/v1/session"
    for number, entry in enumerate(corpus["headers"]):
        given = {name.lower(): spelled(value) for name, value in entry.items()}
        everybody = EVERYBODY if thorough else (EVERYBODY[number % 4 + 1], "anonymous")
        for who in everybody:
            for target in (session, "/api/v1/conversations"):
                is_in = who != "anonymous" and "cookie" not in given
                fits = (200,) if is_in or target == session else (401,)
                yield Attempt(
                    name=f"header {entry}"[:80],
                    who=who,
                    method="GET",
                    target=target,
                    headers=given,
                    statuses=fits,
                )
    for number, entry in enumerate(corpus["tokens"]):
        sent = spelled(entry)
        is_bearer = sent.lower().startswith("bearer ")
        who = "anonymous" if thorough or number % 2 or not is_bearer else "admin"
        yield Attempt(
            name=f"token {sent}"[:80],
            who=who,
            method="GET",
            target="/api/v1/users",
            headers={"authorization": sent},
            statuses=(401,),
        )


def _paths(corpus: Mapping[str, Any], *, thorough: bool) -> Iterator[Attempt]:
    for number, path in enumerate(corpus["paths"]):
        people = ("anonymous", "admin") if thorough else (EVERYBODY[number % 5],)
        for who in people:
            yield Attempt(name=f"path {path}", who=who, method="GET", target=path)


def _ids(
    whole: Whole, corpus: Mapping[str, Any], found: list[Operation], *, thorough: bool
) -> Iterator[Attempt]:
    named = [(item, name) for item in found for name in item.path_names]
    for number, entry in enumerate(corpus["ids"]):
        # Each id at some places, each place with some ids: all of it is thorough.
        for place, (operation, name) in enumerate(named):
            if thorough or (place + number) % 13 == 0:
                for who in EVERYBODY if thorough else (_who_may(operation, number),):
                    target = operation.target(whole, **{name: str(spelled(entry))})
                    called = f"id {str(entry)[:40]} at {operation.name}"
                    yield _on(whole, operation, called, who, target=target)
    for kind in corpus["others"]:
        thing = whole.owned[kind]
        for place, (operation, name) in enumerate(named):
            everybody = EVERYBODY if thorough else (EVERYBODY[(place + len(kind)) % 5],)
            for who in everybody:
                target = operation.target(whole, **{name: quote(thing, safe="/")})
                yield _on(whole, operation, f"{kind} of another", who, target=target)
        for operation in found:
            for name in operation.body_names:
                if name.endswith(("_id", "_ids")):
                    value: Any = [thing] if name.endswith("s") else thing
                    who = _who_may(operation, len(kind))
                    body = operation.body(**{name: value})
                    yield _on(whole, operation, f"{kind} of another as {name}", who, body=body)


def _wrong_values(
    whole: Whole, corpus: Mapping[str, Any], found: list[Operation], *, thorough: bool
) -> Iterator[Attempt]:
    values = [spelled(entry) for entry in corpus["wrong_values"]]
    for place, (operation, part, name) in enumerate(_places(found)):
        for number, value in enumerate(values):
            if not thorough and (place + number) % 9:
                continue
            who = "admin" if thorough else _who_may(operation, number)
            called = f"value {str(value)[:30]} as {name} of {operation.name}"
            if part == "body":
                yield _on(whole, operation, called, who, body=operation.body(**{name: value}))
            else:
                written = value if isinstance(value, str) else json.dumps(value)
                yield _on(
                    whole, operation, called, who, query=f"{name}={_quoted(written)}&{name}=x"
                )


def _bodies(
    whole: Whole, corpus: Mapping[str, Any], found: list[Operation], *, thorough: bool
) -> Iterator[Attempt]:
    takers = [item for item in found if item.body_names]
    for number, entry in enumerate(corpus["bodies"]):
        raw = (
            bytes.fromhex(entry["hex"])
            if "hex" in entry
            else spelled(entry["raw"]).encode(entry.get("encoding", "utf-8"))
        )
        kind = entry.get("type", "application/json")
        for place, operation in enumerate(takers):
            if not thorough and (place + number) % (13 if len(raw) < 100_000 else 23):
                continue
            for who in (
                ("anonymous", _who_may(operation, number))
                if thorough or not place
                else (EVERYBODY[(place + number) % 5],)
            ):
                fits: tuple[int, ...] = ()
                if entry.get("is_too_large"):
                    fits = (413,)
                elif raw and kind.partition(";")[0] != "application/json":
                    fits = (415,)
                yield _on(
                    whole,
                    operation,
                    f"body {str(entry)[:50]}",
                    who,
                    body=raw,
                    kind=kind,
                    statuses=fits,
                )


def complaints(attempt: Attempt, answer: Answer, whole: Whole) -> list[str]:
    """Return what is wrong with an answer."""
    told: list[str] = []
    told += _about_status(attempt, answer)
    text = answer.text
    secrets = SECRETS if attempt.who != "other" else ()
    if attempt.who in ("agent", "admin"):
        secrets = tuple(each for each in secrets if each != "CANARY-TICKET")
    inside = (*INSIDE, str(whole.home), str(Path.cwd()), "root:x:0")
    told += [f"tells {each!r}" for each in (*secrets, *inside) if each in text]
    for name, value in SECURITY_HEADERS.items():
        if answer.header(name.lower()) != value:
            told.append(f"lacks {name}")
    named = [name for name, _ in answer.headers]
    if "x-evil" in named or named.count("set-cookie") > 1:
        told.append("has a header that was sent to it")
    kind = answer.header("content-type").partition(";")[0]
    if answer.body and kind not in (*TYPES, XLSX):
        told.append(f"has the type {kind!r}")
    if kind == "text/html" and answer.body != b"<!doctype html><title>Deskwise</title>":
        told.append("is a page that is not ours")
    if kind == "text/markdown" and "attachment" not in answer.header("content-disposition"):
        told.append("is shown and not saved")
    return told


def _about_status(attempt: Attempt, answer: Answer) -> list[str]:
    told = []
    status = answer.status
    if status >= 500:
        told.append(f"status {status}")
    if attempt.statuses and status not in attempt.statuses:
        told.append(f"status {status}, not {attempt.statuses}")
    if 300 <= status < 400 and not answer.header("location").startswith(HERE):
        told.append(f"goes to {answer.header('location')!r}")
    if status < 300 and not may(attempt.who, attempt.permission):
        told.append(f"status {status}, without the permission {attempt.permission}")
    if status >= 400:
        try:
            body = json.loads(answer.body)
        except ValueError:
            body = None
        if not isinstance(body, dict) or set(body) != {"error", "message", "hint", "request_id"}:
            told.append(f"status {status} without the envelope")
    return told


def may(who: str, permission: Permission | str | None) -> bool:
    if permission is None or permission == "none known":
        return True
    return who in PEOPLE and permission in ROLE_PERMISSIONS[PEOPLE[who]]


def _who_may(operation: Operation, number: int) -> str:
    """Return somebody of those who are let in, each in turn."""
    able = [who for who in EVERYBODY if may(who, operation.permission)]
    return able[number % len(able)]


def _places(found: list[Operation]) -> list[tuple[Operation, str, str]]:
    return [
        (item, part, name)
        for item in found
        for part, names in (("body", item.body_names), ("query", item.query_names))
        for name in names
    ]


def _on(
    whole: Whole,
    operation: Operation,
    name: str,
    who: str,
    *,
    target: str = "",
    query: str = "",
    body: bytes | None = None,
    kind: str = "application/json",
    statuses: tuple[int, ...] = (),
) -> Attempt:
    address = target or operation.target(whole)
    sent = operation.body() if body is None and operation.method != "GET" else body or b""
    return Attempt(
        name=name,
        who=who,
        method=operation.method,
        target=f"{address}?{query}" if query else address,
        headers={"content-type": kind},
        body=sent,
        permission=operation.permission,
        statuses=statuses,
    )


def _quoted(text: str) -> str:
    return quote(text.encode("utf-8", "surrogatepass"))


def _with_ids(value: Any, thing: str) -> Any:
    if isinstance(value, dict):
        return {key: _with_ids(item, thing) for key, item in value.items()}
    if isinstance(value, list):
        return [_with_ids(item, thing) for item in value]
    return value.replace("{id}", thing) if isinstance(value, str) else value


def _body_names(described: Mapping[str, Any], details: Mapping[str, Any]) -> tuple[str, ...]:
    content = details.get("requestBody", {}).get("content", {}).get("application/json", {})
    name = str(content.get("schema", {}).get("$ref", "")).rpartition("/")[2]
    return tuple(described["components"]["schemas"][name]["properties"]) if name else ()
