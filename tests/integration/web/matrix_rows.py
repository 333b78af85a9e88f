"""What the permission matrix must know of each route besides what it declares.

Whoever adds a route of the API adds its row here; pages (`/…` outside the API) need none.
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.integration.assistant.accounts.conftest import GOOD
from tests.integration.web.office import SESSION

API = "/api/v1"
DESK = f"{API}/desk"
OPERATE = f"{API}/operate"
OK = frozenset({200, 201, 204})
NO_USER = "u-" + "0" * 32
NOT_THERE = frozenset({404})
"""Of the desk's routes: the office has no tickets of agents, so whoever is let in finds none."""


@dataclass(frozen=True)
class Row:
    """What is known of a route besides what it declares."""

    path: str
    """With `{id}` where a thing is named."""
    body: object = None
    owned: str = ""
    """What the id is of, when a thing is its owner's alone: `conversation`, `turn`, `figures`,
    `ticket`, `token`, `pinned`."""
    ok: frozenset[int] = OK
    """Answers that say that somebody was let in."""


ROWS: dict[str, Row] = {
    "GET /healthz": Row("/healthz"),
    "GET /readyz": Row("/readyz"),
    f"POST {API}/ask": Row(
        f"{API}/ask", {"text": "vpn", "conversation_id": "{id}"}, owned="conversation"
    ),
    f"GET {API}/conversations": Row(f"{API}/conversations"),
    f"GET {API}/conversations/{{conversation_id}}": Row(
        f"{API}/conversations/{{id}}", owned="conversation"
    ),
    f"POST {API}/turns/{{turn_id}}/feedback": Row(
        f"{API}/turns/{{id}}/feedback", {"value": "up"}, owned="turn"
    ),
    f"POST {API}/feedback/events": Row(
        f"{API}/feedback/events",
        {"kind": "click", "document_id": "articles/vpn/connect.md", "turn_id": "{id}"},
        owned="turn",
    ),
    f"GET {API}/articles": Row(f"{API}/articles"),
    f"GET {API}/articles/{{document_id:path}}": Row(f"{API}/articles/articles/vpn/connect.md"),
    f"GET {API}/examples": Row(f"{API}/examples"),
    f"GET {API}/turns/{{turn_id}}/finding.{{kind}}": Row(
        f"{API}/turns/{{id}}/finding.csv", owned="figures"
    ),
    f"GET {API}/insights/suggestions": Row(f"{API}/insights/suggestions?q=rev"),
    f"GET {API}/insights/board": Row(f"{API}/insights/board"),
    f"POST {API}/insights/board": Row(f"{API}/insights/board", {"question": "Show revenue"}),
    f"POST {API}/insights/board/order": Row(
        f"{API}/insights/board/order", {"entry_ids": ["{id}"]}, owned="pinned"
    ),
    f"POST {API}/insights/board/{{entry_id}}/ask": Row(
        f"{API}/insights/board/{{id}}/ask", owned="pinned"
    ),
    f"DELETE {API}/insights/board/{{entry_id}}": Row(
        f"{API}/insights/board/{{id}}", owned="pinned"
    ),
    f"GET {API}/insights/saved": Row(f"{API}/insights/saved"),
    f"POST {API}/tickets": Row(
        f"{API}/tickets", {"conversation_id": "{id}", "subject": "VPN"}, owned="conversation"
    ),
    f"GET {API}/tickets": Row(f"{API}/tickets"),
    f"GET {API}/tickets/{{ticket_number}}": Row(f"{API}/tickets/{{id}}", owned="ticket"),
    f"POST {API}/tickets/{{ticket_number}}/notes": Row(
        f"{API}/tickets/{{id}}/notes", {"text": "more"}, owned="ticket"
    ),
    f"POST {API}/tickets/{{ticket_number}}/cancel": Row(
        f"{API}/tickets/{{id}}/cancel", {}, owned="ticket"
    ),
    f"GET {API}/tickets/{{ticket_id}}/suggestions": Row(f"{API}/tickets/LF-1102/suggestions"),
    f"POST {API}/suggestions": Row(f"{API}/suggestions", {"text": "vpn drops"}),
    f"GET {DESK}/tickets": Row(f"{DESK}/tickets", ok=NOT_THERE),
    f"GET {DESK}/agents": Row(f"{DESK}/agents", ok=NOT_THERE),
    f"GET {DESK}/tickets/{{ticket_id}}": Row(f"{DESK}/tickets/1042", ok=NOT_THERE),
    f"POST {DESK}/tickets/{{ticket_id}}/reply": Row(
        f"{DESK}/tickets/1042/reply", {"text": "x", "version": 0}, ok=NOT_THERE
    ),
    f"POST {DESK}/tickets/{{ticket_id}}/status": Row(
        f"{DESK}/tickets/1042/status", {"status": "solved", "version": 0}, ok=NOT_THERE
    ),
    f"POST {DESK}/tickets/{{ticket_id}}/assign": Row(
        f"{DESK}/tickets/1042/assign", {"agent_id": None, "version": 0}, ok=NOT_THERE
    ),
    f"POST {DESK}/tickets/{{ticket_id}}/fields": Row(
        f"{DESK}/tickets/1042/fields", {"category": "VPN", "version": 0}, ok=NOT_THERE
    ),
    f"POST {DESK}/tickets/{{ticket_id}}/decisions": Row(
        f"{DESK}/tickets/1042/decisions",
        {"kind": "article", "source_id": "a", "decision": "accepted"},
        ok=NOT_THERE,
    ),
    f"GET {API}/users": Row(f"{API}/users"),
    f"POST {API}/users": Row(f"{API}/users", {"name": "new", "role": "employee"}),
    f"PATCH {API}/users/{{user_id}}": Row(f"{API}/users/{NO_USER}", {}, ok=NOT_THERE),
    f"DELETE {API}/users/{{user_id}}/sessions": Row(
        f"{API}/users/{NO_USER}/sessions", ok=NOT_THERE
    ),
    f"GET {API}/tokens": Row(f"{API}/tokens"),
    f"POST {API}/tokens": Row(f"{API}/tokens", {"name": "report", "scopes": ["chat.ask"]}),
    f"DELETE {API}/tokens/{{token_id}}": Row(f"{API}/tokens/{{id}}", owned="token"),
    f"GET {API}/tokens/everybody": Row(f"{API}/tokens/everybody"),
    f"DELETE {API}/tokens/everybody/{{token_id}}": Row(
        f"{API}/tokens/everybody/{'f' * 16}", ok=NOT_THERE
    ),
    f"GET {API}/gaps": Row(f"{API}/gaps"),
    f"POST {API}/gaps/{{gap_id}}/owner": Row(
        f"{API}/gaps/{'0' * 16}/owner", {"owner_id": "me"}, ok=NOT_THERE
    ),
    f"POST {API}/gaps/{{gap_id}}/check": Row(f"{API}/gaps/{'0' * 16}/check", ok=NOT_THERE),
    f"GET {API}/usage": Row(f"{API}/usage"),
    f"GET {OPERATE}/sources": Row(f"{OPERATE}/sources"),
    f"GET {OPERATE}/sources/documents": Row(f"{OPERATE}/sources/documents?source=x", ok=NOT_THERE),
    f"POST {OPERATE}/sources/read": Row(f"{OPERATE}/sources/read", {"source": "x"}, ok=NOT_THERE),
    f"GET {OPERATE}/job": Row(f"{OPERATE}/job"),
    f"POST {OPERATE}/uploads": Row(f"{OPERATE}/uploads", {"source": "x", "acl": ["everyone"]}),
    f"PUT {OPERATE}/uploads/{{upload_id}}": Row(
        f"{OPERATE}/uploads/{'0' * 32}",
        {"path": "x.md", "offset": 0, "content_base64": "eA=="},
        ok=NOT_THERE,
    ),
    f"POST {OPERATE}/uploads/{{upload_id}}/ingest": Row(
        f"{OPERATE}/uploads/{'0' * 32}/ingest", {}, ok=NOT_THERE
    ),
    f"GET {OPERATE}/models": Row(f"{OPERATE}/models"),
    f"POST {OPERATE}/models/use": Row(
        f"{OPERATE}/models/use", {"name": "router", "version": "9"}, ok=NOT_THERE
    ),
    f"GET {OPERATE}/risk": Row(f"{OPERATE}/risk"),
    f"POST {OPERATE}/risk": Row(f"{OPERATE}/risk", {"max_wrong_fraction": None}),
    f"GET {OPERATE}/vocabulary": Row(f"{OPERATE}/vocabulary"),
    f"POST {OPERATE}/vocabulary": Row(
        f"{OPERATE}/vocabulary",
        {"short": "x", "meaning": "y", "status": "approved"},
        ok=NOT_THERE,
    ),
    f"POST {OPERATE}/vocabulary/look": Row(f"{OPERATE}/vocabulary/look", ok=frozenset({202, 409})),
    f"GET {OPERATE}/health": Row(f"{OPERATE}/health"),
    f"GET {API}/audit": Row(f"{API}/audit"),
    f"GET {API}/audit/check": Row(f"{API}/audit/check"),
    f"GET {DESK}/tickets/{{ticket_id}}/article": Row(f"{DESK}/tickets/1042/article", ok=NOT_THERE),
    f"GET {DESK}/drafts": Row(f"{DESK}/drafts", ok=NOT_THERE),
    f"POST {DESK}/drafts": Row(
        f"{DESK}/drafts", {"ticket_id": "1042", "title": "x", "markdown": "# x"}, ok=NOT_THERE
    ),
    f"GET {DESK}/drafts/{{draft_id}}/file": Row(f"{DESK}/drafts/{'0' * 16}/file", ok=NOT_THERE),
    f"POST {DESK}/drafts/{{draft_id}}/review": Row(
        f"{DESK}/drafts/{'0' * 16}/review", {"status": "accepted"}, ok=NOT_THERE
    ),
    f"GET {SESSION}": Row(SESSION),
    f"POST {SESSION}": Row(
        SESSION, {"name": "nobody", "password": "wrong"}, ok=frozenset({401, 429})
    ),
    f"DELETE {SESSION}": Row(SESSION),
    f"POST {SESSION}/password": Row(
        f"{SESSION}/password",
        {"current_password": GOOD, "new_password": "passwordpassword"},
        ok=frozenset({422}),
    ),
}
