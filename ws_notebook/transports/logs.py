"""What this package and the HTTP library log: nothing that proves who asks."""

from __future__ import annotations

import logging
import traceback
from typing import Final

from ..secrets import hidden

__all__ = ["WithoutSecrets", "quiet_loggers"]


class WithoutSecrets(logging.Filter):
    """Lets every record pass, with addresses cut before their query and with what looks like a secret hidden."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(each if isinstance(each, int | float) else _shown(each) for each in record.args)
        if record.exc_info and not record.exc_text:
            record.exc_text = hidden("".join(traceback.format_exception(*record.exc_info))).rstrip()
        return True


def _shown(value: object) -> str:
    text = str(value)
    return hidden(text.partition("?")[0] if "://" in text else text)


_FILTER: Final = WithoutSecrets()


def quiet_loggers() -> None:
    """Have these loggers say no secret; a second call changes nothing."""
    for name in ("ws_notebook", "httpx2"):
        logging.getLogger(name).addFilter(_FILTER)
