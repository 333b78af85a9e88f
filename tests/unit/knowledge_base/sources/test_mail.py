from __future__ import annotations

from email.message import EmailMessage

import pytest

from knowledge_base.errors import SourceError
from knowledge_base.sources.mail import attachments_of, convert_mail
from tests.sample_files import Article, eml_file


def mail(body: str, *, subtype: str = "plain", subject: str = "Scanner") -> bytes:
    message = EmailMessage()
    message["Subject"] = subject
    message["From"] = "a@example.org"
    message.set_content(body, subtype=subtype)
    return message.as_bytes()


def test_the_new_text_is_kept_and_the_thread_is_not() -> None:
    converted = convert_mail(eml_file(Article(steps=("Open it.", "Close it."))))
    assert converted.title == "The label printer feeds empty labels"
    assert converted.updated_on == "2026-02-02"
    assert converted.text == f"{Article().intro}\n\n1. Open it.\n2. Close it.\n"
    assert converted.metadata == {"history": "left out"}


@pytest.mark.parametrize(
    "history",
    [
        "-----Original Message-----\nFrom: x\nSent: y\n\nold words",
        "From: Somebody <x@example.org>\nSent: Monday\nTo: y\nSubject: z\n\nold words",
        "> old words\n> and more old words",
        "On Monday, 1 Feb 2026, X <x@y.org> wrote:\n\nold words",
        "Am 1.2.2026 um 10:00 schrieb X:\nold words",
    ],
)
def test_quoted_threads_of_many_programs_are_left_out(history: str) -> None:
    text = convert_mail(mail(f"The scanner works again now.\n\n{history}\n")).text
    assert text == "The scanner works again now.\n"


def test_a_mail_that_only_forwards_keeps_what_it_forwards() -> None:
    body = "FYI\n\n---------- Forwarded message ---------\nFrom: x\n\nHold Feed for five seconds.\n"
    converted = convert_mail(mail(body))
    assert converted.metadata == {"history": "kept"}
    assert "## Forwarded message" in converted.text
    assert "Hold Feed for five seconds." in converted.text


def test_a_mail_that_is_a_page_is_read_as_one() -> None:
    body = "<p>Do this:</p><ol><li>One<li>Two</ol><div class='gmail_quote'>old words</div>"
    assert convert_mail(mail(body, subtype="html")).text == "Do this:\n\n1. One\n2. Two\n"


def test_attachments_have_safe_names() -> None:
    raw = eml_file(Article(), {"plan.pdf": b"1", "../../etc/passwd.txt": b"2", "a/b.docx": b"3"})
    assert [(member.name, member.content) for member in attachments_of(raw)] == [
        ("plan.pdf", b"1"),
        ("attachment-2", b"2"),
        ("a/b.docx", b"3"),
    ]


def test_a_mail_inside_a_mail_is_an_attachment() -> None:
    outer = EmailMessage()
    outer["Subject"] = "Outer"
    outer.set_content("See below.")
    inner = EmailMessage()
    inner["Subject"] = "Inner"
    inner.set_content("Deep words.")
    outer.add_attachment(inner)
    (member,) = attachments_of(outer.as_bytes())
    assert member.name == "message-1.eml"
    assert convert_mail(member.content).title == "Inner"


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "no mail"),
        (b"\0\1\2", "no mail"),
        (b"just some words\nwithout any field", "no mail"),
        (b"Subject: x\nContent-Type: application/pkcs7-mime\n\nMIIx", "encrypted"),
        (b"Subject: x\nContent-Type: multipart/encrypted; boundary=a\n\n--a--", "encrypted"),
        (b"Subject: x\n\n", "no text"),
    ],
)
def test_what_is_no_mail_is_refused_in_words(raw: bytes, reason: str) -> None:
    with pytest.raises(SourceError, match=reason):
        convert_mail(raw)


def test_a_mail_with_a_strange_head_is_still_read() -> None:
    raw = (
        b"Subject: =?utf-8?B?R3LDvMOfZQ==?=\r\nDate: never\r\n"
        b"Content-Type: text/plain; charset=nonsense\r\n\r\nGr\xfc\xdfe aus dem Lager.\r\n"
    )
    converted = convert_mail(raw)
    assert (converted.title, converted.updated_on) == ("Grüße", "")
    assert converted.text == "Grüße aus dem Lager.\n"
