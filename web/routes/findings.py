"""Figures as files for spreadsheets."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Request, Response

from analytics.describe.export import MEDIA_TYPES, exported, file_name
from web.access import needs
from web.routes.dependencies import AskerOf, AssistantOf, GuardOf, failures

router = APIRouter()

_FILES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The rows of the finding; text that a spreadsheet would run as a formula is "
        "kept from being one. The workbook has the receipt on a second sheet.",
        "content": {
            MEDIA_TYPES["csv"]: {"example": "Month,Revenue\r\n2026-05-01,501340.75\r\n"},
            MEDIA_TYPES["xlsx"]: {"schema": {"type": "string", "format": "binary"}},
        },
    }
}


@router.get(
    "/turns/{turn_id}/finding.{kind}",
    dependencies=[needs("insights.export")],
    response_class=Response,
    responses=_FILES | failures(404),
    summary="Save the figures of an answer",
)
def export_finding(
    turn_id: Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,64}$")],
    kind: Annotated[Literal["csv", "xlsx"], Path(description="Which file.")],
    assistant: AssistantOf,
    asker: AskerOf,
    guard: GuardOf,
    request: Request,
) -> Response:
    """Return the rows of one of the asker's answers as CSV or as a workbook."""
    finding = assistant.finding(turn_id, asker=asker)
    guard.record(request, "finding.exported", turn_id, kind=kind, n_rows=len(finding.rows))
    # The name has letters, digits and hyphens alone, so it needs no quoting.
    disposition = f'attachment; filename="{file_name(finding, kind)}"'
    return Response(
        exported(finding, kind),
        media_type=MEDIA_TYPES[kind],
        headers={"Content-Disposition": disposition},
    )
