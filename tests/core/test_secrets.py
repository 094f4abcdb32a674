from __future__ import annotations

import json

import pytest

from ws_notebook.core.secrets import scrubbed

__all__: list[str] = []


@pytest.mark.parametrize(
    "text",
    [
        '{"text": "use sk-proj-abcdefgh12345678 now"}',
        '{"authorization": "Bearer abcdefghijk.lmnop"}',
        '{"x": "ghp_abcdefghij0123456789"}',
        '{"x": "AKIAABCDEFGHIJKLMNOP"}',
        '{"x": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3.c2lnbmF0dXJl"}',
        '{"api_key": "hunter2"}',
        '{"headers": {"X-Api-Key": "hunter2 and more"}}',
        '{"arguments": "{\\"password\\": \\"hunter2\\"}"}',
        '{"password": "hun\\nter2"}',
    ],
)
def test_secrets_are_scrubbed_and_the_frame_stays_json(text: str) -> None:
    kept = scrubbed(text.encode())
    json.loads(kept)
    assert b"[secret]" in kept
    for part in ("abcdefgh", "hunter", "hun", "ter2", "AKIAAB", "eyJhb", "ghp_"):
        assert part.encode() not in kept


@pytest.mark.parametrize(
    "text", ['{"text": "a task-force of secrets"}', '{"password": ""}', '{"secret": null, "x": "y"}', '{"tokens": 5}']
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert scrubbed(text.encode()) == text.encode()
