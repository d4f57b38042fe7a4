"""Signatures and tokens never leave, whatever they are wrapped in."""

from __future__ import annotations

import json
import logging
import time
from urllib.parse import quote

import pytest

from emblazon_origin.observability.logs import (
    HIDDEN,
    JsonFormatter,
    TextFormatter,
    redact,
    redact_text,
    request_id,
)

SECRET = "s3cr3tSignatureValue"

TEXTS = [
    f"/og/article.png?title=Hi&_sig={SECRET}&_kid=a",
    f"/og/article.png?_sig={SECRET}",
    f"GET https://example.com/x?X-Amz-Signature={SECRET}&X-Amz-Date=1",
    f"https://example.com/?access_token={SECRET}#part",
    f"Authorization: Bearer {SECRET}",
    f"authorization: basic {SECRET}==",
    f"AWS4-HMAC-SHA256 Credential=AKID/20130524, SignedHeaders=host, Signature={SECRET}",
    f"redis://default:{SECRET}@cache.internal:6379/0",
    f"https://{SECRET}@sentry.example.com/1",
    f'{{"token": "{SECRET}", "title": "Hi"}}',
    f"{{'_sig': '{SECRET}'}}",
    f"password={SECRET}",
    f"api_key={SECRET}&x=1",
    f"AWSAccessKeyId={SECRET}",
    f"?jwt={SECRET}",
    f"_sig='{SECRET}'",
    f'{{"token": ["{SECRET}"]}}',
    f"{{'token': b'{SECRET}'}}",
    f'{{\\"token\\": \\"{SECRET}\\"}}',
    f'"password": "a\\"{SECRET}"',
    f"Authorization: Token {SECRET}",
    f"Cookie: a=b; c={SECRET}",
    f"postgres://u:p@{SECRET}@host/db",
    f"//user:{SECRET}@host/",
    # the URL of an image, as a parameter: a presigned one, one with a password, one inside of another
    f"/render/a.png?image={quote(f'https://b.example/x.png?X-Amz-Signature={SECRET}&a=1', safe='')}",
    f"/render/a.png?image={quote(f'https://user:{SECRET}@b.example/x.png', safe='')}",
    f"/render/a.png?image={quote(quote(f'https://b/?token={SECRET}', safe=''), safe='')}",
    f"/render/a.png?image=https%3a%2f%2fu%3a{SECRET}%40host",
]


@pytest.mark.parametrize("text", TEXTS)
def test_secrets_in_texts_are_hidden(text: str) -> None:
    assert SECRET not in redact_text(text)
    assert HIDDEN in redact_text(text)


@pytest.mark.parametrize(
    "text",
    [
        "/og/a.png?title=A+token+of+signature",
        "design=bold&_v=night",
        "the key to it",
        "",
        "/og/a.png?image=https%3A%2F%2Fexample.com%2F%40ada%2Fx.png",
        "https://example.com/@ada?mail=a@b.example",
    ],
)
def test_innocent_texts_stay(text: str) -> None:
    assert redact_text(text) == text


def test_hiding_takes_time_in_proportion_to_the_text() -> None:
    for unit in ("-a", "token", "//", "%3A%2F%2F", 'token":"', "token:    "):
        began = time.process_time()
        redact_text(unit * 4000 + "token")
        assert time.process_time() - began < 0.5, unit


@pytest.mark.parametrize(
    "name",
    ["_sig", "Authorization", "Cookie", "EMBLAZON_ORIGIN_TOKEN", "EMBLAZON_SIGNING_KEYS", "SENTRY_DSN",
     "s3_secret_key", "EMBLAZON_S3_SECRET_ACCESS_KEY", "EMBLAZON_S3_ACCESS_KEY_ID",
     "alert_webhook", "x-api-key", "password"],
)  # fmt: skip
def test_members_with_secret_names_are_hidden_however_deep(name: str) -> None:
    hidden = redact({"request": [{"headers": {name: SECRET}}]})
    assert hidden == {"request": [{"headers": {name: HIDDEN}}]}


def test_nothing_is_changed_in_place_and_other_types_pass() -> None:
    given = {"n": 1, "ok": True, "none": None, "list": ("a", b"Bearer abc"), "_sig": "x"}
    assert redact(given)["list"] == ["a", f"Bearer {HIDDEN}"]
    assert given["_sig"] == "x"
    assert redact(given)["n"] == 1


def record(**extra: object) -> logging.LogRecord:
    made = logging.makeLogRecord({"name": "t", "levelno": 20, "levelname": "INFO", "msg": "request", **extra})
    return made


def test_log_lines_are_json_with_the_request_id_and_redacted() -> None:
    token = request_id.set("abc")
    try:
        line = json.loads(JsonFormatter().format(record(target=TEXTS[0], status=200)))
    finally:
        request_id.reset(token)
    assert (line["event"], line["request_id"], line["status"], line["level"]) == (
        "request",
        "abc",
        200,
        "info",
    )
    assert SECRET not in json.dumps(line)


def test_exceptions_are_redacted_too() -> None:
    try:
        raise ValueError(f"bad url https://x/?_sig={SECRET}")
    except ValueError:
        import sys

        made = record(exc_info=sys.exc_info())
    for formatter in (JsonFormatter(), TextFormatter()):
        text = formatter.format(made)
        assert "ValueError" in text
        assert SECRET not in text
