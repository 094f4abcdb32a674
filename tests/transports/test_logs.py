from __future__ import annotations

import logging

import pytest
from support.kinds_of_secrets import SECRETS

from ws_notebook.transports.logs import WithoutSecrets, quiet_loggers

__all__: list[str] = []


def test_a_record_says_no_query_and_no_secret(caplog: pytest.LogCaptureFixture) -> None:
    logger = logging.getLogger("tests.logs")
    logger.addFilter(WithoutSecrets())
    secret = SECRETS["GitHub"]
    with caplog.at_level(logging.INFO, "tests.logs"):
        logger.info("%s %s %d", "https://example.org/v1?x=made-up", secret, 200)
        try:
            raise ValueError(secret)
        except ValueError:
            logger.exception("It failed.")
    assert caplog.messages == ["https://example.org/v1 [secret] 200", "It failed."]
    assert secret not in caplog.text
    assert "ValueError: [secret]" in caplog.text


def test_the_loggers_have_one_filter_however_often_it_is_asked_for() -> None:
    quiet_loggers()
    quiet_loggers()
    for name in ("ws_notebook", "httpx2"):
        assert sum(isinstance(each, WithoutSecrets) for each in logging.getLogger(name).filters) == 1
