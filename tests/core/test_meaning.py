from __future__ import annotations

import pytest

from ws_notebook.core.meaning import IMAGES, NO_CONTINUATION, NO_TOOLS, TOO_LONG, meaning
from ws_notebook.core.reason import failure_info


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        (
            {
                "error": {
                    "code": 400,
                    "message": "request (9031 tokens) exceeds the available context size (4096 tokens)",
                    "type": "exceed_context_size_error",
                }
            },
            TOO_LONG,
        ),
        (
            {"error": {"message": "This model's maximum context length is 4096 tokens.", "type": "BadRequestError"}},
            TOO_LONG,
        ),
        ({"error": "the request exceeds the available context size, try increasing it"}, TOO_LONG),
        (
            {"error": {"code": 500, "message": "image input is not supported - hint: mmproj", "type": "server_error"}},
            IMAGES,
        ),
        ({"error": {"message": "This model does not support image input."}}, IMAGES),
        ({"error": {"message": "registry.ollama.ai/library/gemma does not support tools"}}, NO_TOOLS),
        ({"error": {"code": 400, "message": "llama.cpp does not support 'previous_response_id'."}}, NO_CONTINUATION),
        ({"error": {"message": "No connected db.", "type": "no_db_connection", "code": "400"}}, "invalid_api_key"),
        ({"error": {"code": "rate_limit_exceeded", "message": "Slow down."}}, "rate_limit_exceeded"),
        ({"error": {"code": 400, "message": "Cannot determine type of 'item'"}}, None),
        ({"error": {"code": "invalid_request_error", "message": "Wrong."}}, "invalid_request_error"),
    ],
)
def test_an_error_is_read_by_its_code_its_type_or_its_words(said: object, meant: str | None) -> None:
    assert meaning(failure_info(said)) == meant
