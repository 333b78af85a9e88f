"""Running the program over HTTP: what operators may do, and what is refused."""

from __future__ import annotations

import base64
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from assistant.bootstrap import Parts
from assistant.errors import JobRunningError, RouterError
from assistant.model import Route, RouteDecision
from assistant.operating.jobs import Jobs, Tell
from assistant.operating.uploads import checked_path
from assistant.routing import promotion
from knowledge_base.acronyms import Candidate
from tests.integration.web.office import Office, open_office
from tests.unit.assistant.fakes import FakeClock

OPERATE = "/api/v1/operate"
ROOMS = b"# Quiet rooms\n\nQuiet rooms on floor 3 are booked in the app Roomly.\n"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with open_office(tmp_path_factory.mktemp("operating")) as opened:
        yield opened


@pytest.fixture(scope="module")
def admin(office: Office) -> TestClient:
    return office.sign_in("admin")


@pytest.fixture(scope="module")
def parts(office: Office) -> Parts:
    return office.parts


def encoded(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")


def begun(client: TestClient, source: str = "house", acl: tuple[str, ...] = ("everyone",)) -> str:
    answer = client.post(f"{OPERATE}/uploads", json={"source": source, "acl": list(acl)})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["upload_id"])


def put(client: TestClient, upload: str, path: str, content: bytes, offset: int = 0) -> int:
    body = {"path": path, "offset": offset, "content_base64": encoded(content)}
    return client.put(f"{OPERATE}/uploads/{upload}", json=body).status_code


def ingested(office: Office, client: TestClient, upload: str) -> dict[str, object]:
    answer = client.post(f"{OPERATE}/uploads/{upload}/ingest", json={})
    assert answer.status_code == 202, answer.text
    office.wait_for_jobs()
    job: dict[str, object] = client.get(f"{OPERATE}/job").json()["job"]
    return job


def test_what_is_uploaded_in_parts_can_be_found_and_what_failed_is_named(
    office: Office, admin: TestClient, parts: Parts
) -> None:
    upload = begun(admin)
    assert put(admin, upload, "rooms/quiet.md", ROOMS[:20]) == 200
    assert put(admin, upload, "rooms/quiet.md", ROOMS[20:], offset=20) == 200
    assert put(admin, upload, "broken.pdf", b"no pdf") == 200
    job = ingested(office, admin, upload)

    assert job["said"] == "1 added, 0 changed, 0 unchanged, 0 removed, 1 failed"
    found = parts.retriever.documents("book a quiet room", groups=("everyone",), k=3)
    assert [hit.document_id for hit in found] == ["house/rooms/quiet.md"]
    (source,) = admin.get(f"{OPERATE}/sources").json()["sources"]
    assert (source["name"], source["n_documents"], source["is_uploaded"]) == ("house", 1, True)
    assert [item["source"] for item in source["last"]["unread"]] == ["house/broken.pdf"]
    assert source["last"]["acl"] == ["everyone"]

    again = admin.post(f"{OPERATE}/sources/read", json={"source": "house"})
    assert again.status_code == 202
    office.wait_for_jobs()
    assert admin.get(f"{OPERATE}/job").json()["job"]["said"].startswith("0 added, 0 changed, 1 un")


def test_documents_of_others_are_counted_and_not_named(office: Office, admin: TestClient) -> None:
    upload = begun(admin, "board", ("board",))
    assert put(admin, upload, "pay.md", b"# Pay of the board\n\nIt is high.\n") == 200
    assert ingested(office, admin, upload)["problem"] == ""

    listed = admin.get(f"{OPERATE}/sources/documents", params={"source": "board"}).json()
    assert listed == {"documents": [], "n_found": 0, "n_hidden": 1}
    missing = admin.get(f"{OPERATE}/sources/documents", params={"source": "none"})
    assert missing.status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        *("../x.md", "a/../../x.md", "/etc/x.md", ".ssh/x.md", "a//../x.md", "c:\\x.md"),
        *("a\x00.md", "x.exe", "a/" * 9 + "x.md", "~$x.docx", " /x.md"),
    ],
)
def test_a_path_that_leads_elsewhere_is_refused(admin: TestClient, path: str) -> None:
    assert put(admin, begun(admin), path, b"x") == 422


def test_a_path_below_the_folder_is_kept() -> None:
    assert checked_path("a b/c.d.md", "articles") == "a b/c.d.md"
    assert checked_path("a\\b.md", "articles") == "a/b.md"


def test_uploads_are_their_owners_and_their_parts_follow_each_other(
    office: Office, admin: TestClient
) -> None:
    upload = begun(admin)
    other = office.sign_in("spare")
    assert put(other, upload, "x.md", b"x") == 404
    assert other.post(f"{OPERATE}/uploads/{upload}/ingest", json={}).status_code == 404
    assert put(admin, upload, "x.md", b"x", offset=5) == 422
    assert admin.post(f"{OPERATE}/uploads/{upload}/ingest", json={}).status_code == 422


@pytest.mark.parametrize("source", ["../up", ".x", "a/b", "x" * 65, "."])
def test_a_source_cannot_be_called_anything(admin: TestClient, source: str) -> None:
    answer = admin.post(f"{OPERATE}/uploads", json={"source": source, "acl": ["everyone"]})
    assert answer.status_code == 422


def test_the_dial_counts_at_once_and_goes_back_to_the_setting(
    office: Office, admin: TestClient, parts: Parts
) -> None:
    before = admin.get(f"{OPERATE}/risk").json()
    assert (before["max_wrong_fraction"], before["is_turned"]) == (0.1, False)
    turned = admin.post(f"{OPERATE}/risk", json={"max_wrong_fraction": 0.02}).json()

    assert turned["is_turned"]
    assert turned["threshold"] > before["threshold"]
    assert parts.helpdesk_threshold == turned["threshold"]
    entry = office.accounts.audit.entries(limit=1)[0]
    assert entry.note.action == "model.risk_changed"
    assert dict(entry.note.detail) == {"before": 0.1, "after": 0.02}
    assert admin.post(f"{OPERATE}/risk", json={"max_wrong_fraction": None}).json() == before
    assert admin.post(f"{OPERATE}/risk", json={"max_wrong_fraction": 0.9}).status_code == 422


def test_a_candidate_is_decided_and_one_that_nobody_proposed_is_not(
    admin: TestClient, parts: Parts
) -> None:
    candidate = Candidate(
        short="SPL", meaning="shared parts list", kind="acronym", n_texts=2, examples=("a",)
    )
    parts.vocabulary_store.propose([candidate], at=parts.clock.now())
    body = {"short": "SPL", "meaning": "shared parts list", "status": "approved"}
    (entry,) = admin.post(f"{OPERATE}/vocabulary", json=body).json()["entries"]

    assert entry["status"] == "approved"
    assert [sense.meaning for sense in parts.glossary().senses("the SPL")] == ["shared parts list"]
    strange = admin.post(f"{OPERATE}/vocabulary", json=body | {"meaning": "sound"})
    assert strange.status_code == 404


def test_a_model_that_is_not_there_cannot_be_used(admin: TestClient) -> None:
    names = {model["name"] for model in admin.get(f"{OPERATE}/models").json()["models"]}
    assert names >= {"confidence", "ranker"}
    for name in ("router", "confidence", "../x"):
        answer = admin.post(f"{OPERATE}/models/use", json={"name": name, "version": "0009"})
        assert answer.status_code == 404


def test_health_says_what_the_self_check_says(admin: TestClient) -> None:
    report = admin.get(f"{OPERATE}/health").json()
    assert report["ok"] + report["warning"] + report["bad"] == len(report["findings"])
    assert {"articles", "settings"} <= {each["name"] for each in report["findings"]}


def test_one_job_runs_at_a_time_and_a_failure_is_told_without_its_text() -> None:
    jobs = Jobs(clock=FakeClock())
    go = threading.Event()

    def slow(tell: Tell) -> str:
        tell("read", 3, None)
        go.wait(20)
        raise ValueError("password=hunter2")

    jobs.start("ingest", "house", slow)
    with pytest.raises(JobRunningError):
        jobs.start("ingest", "other", slow)
    go.set()
    jobs.wait()
    state = jobs.state()
    assert state is not None
    assert state.finished_at is not None
    assert "hunter2" not in state.problem
    assert state.problem


class Sends:
    """A router that sends everything one way."""

    def __init__(self, route: Route) -> None:
        self.way = route

    def route(self, text: str) -> RouteDecision:
        return RouteDecision(route=self.way, probabilities={})


def test_a_router_brought_into_use_takes_the_next_question_unless_it_is_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pointer = tmp_path / "current.json"
    pointer.write_text("desk")
    monkeypatch.setattr(promotion, "use_version", lambda _folder, name: pointer.write_text(name))

    def load() -> Sends:
        name = pointer.read_text()
        if name == "broken":
            raise RouterError("It is damaged.")
        return Sends("helpdesk" if name == "helpdesk" else "desk")

    live = promotion.LiveRouter(folder=tmp_path, load=load)
    assert live.route("x").route == "desk"
    live.use("helpdesk")
    assert live.route("x").route == "helpdesk"
    with pytest.raises(RouterError):
        live.use("broken")
    assert live.route("x").route == "helpdesk"
    pointer.write_text("desk")  # as by the command line of another process
    assert live.route("x").route == "desk"
