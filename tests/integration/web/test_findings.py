"""Figures as files: one's own alone, harmless, with every header of the rest."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from fastapi.testclient import TestClient
from openpyxl import load_workbook

from tests.integration.web.fake_assistant import EXAMPLES
from web.security import SECURITY_HEADERS

V1 = "/api/v1"
BY_CATEGORY = EXAMPLES[2]


def asked(client: TestClient, question: str = BY_CATEGORY) -> str:
    return str(client.post(f"{V1}/ask", json={"text": question}).json()["turn_id"])


def test_a_csv_has_the_rows_and_no_formula(client: TestClient) -> None:
    answer = client.get(f"{V1}/turns/{asked(client)}/finding.csv")

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == (
        'attachment; filename="revenue-by-category.csv"'
    )
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert lines[:2] == ["Category,Revenue", "Laptops,1204400.0"]
    assert "'=HYPERLINK(1),210000.0" in lines


def test_a_workbook_has_the_rows_as_text_and_numbers(client: TestClient) -> None:
    answer = client.get(f"{V1}/turns/{asked(client)}/finding.xlsx")

    assert answer.headers["content-disposition"].endswith('"revenue-by-category.xlsx"')
    rows = load_workbook(io.BytesIO(answer.content)).worksheets[0]
    assert (rows["A5"].value, rows["A5"].data_type) == ("=HYPERLINK(1)", "s")
    assert rows["B2"].value == 1_204_400


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_file_is_guarded_like_everything_else(client: TestClient, kind: str) -> None:
    answer = client.get(f"{V1}/turns/{asked(client)}/finding.{kind}")

    assert {name: answer.headers[name] for name in SECURITY_HEADERS} == SECURITY_HEADERS
    assert answer.headers["cache-control"] == "no-store"


def test_nobody_saves_what_is_somebody_elses(new_client: Callable[..., TestClient]) -> None:
    mine, theirs = new_client(), new_client()
    foreign = theirs.get(f"{V1}/turns/{asked(mine)}/finding.csv")
    missing = theirs.get(f"{V1}/turns/never/finding.csv")

    assert (foreign.status_code, missing.status_code) == (404, 404)
    assert {**foreign.json(), "request_id": ""} == {**missing.json(), "request_id": ""}


def test_an_answer_without_figures_is_not_found_and_another_ending_refused(
    client: TestClient,
) -> None:
    told = client.get(f"{V1}/turns/{asked(client, EXAMPLES[0])}/finding.csv")
    assert (told.status_code, told.json()["error"]) == (404, "finding_not_found")
    assert client.get(f"{V1}/turns/{asked(client)}/finding.exe").status_code == 422
