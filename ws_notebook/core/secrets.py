"""What is a secret by its looks, or by the name of its field: nothing of it is written or shown."""

from __future__ import annotations

import re

__all__ = ["scrubbed"]

_SECRET = b"[secret]"
_SECRETS = re.compile(
    rb"Bearer\s+[\w\-.~+/=]{8,}"
    rb"|\b(?:sk|xai|vck|gsk|pplx)-[\w\-]{8,}"
    rb"|\b(?:gh[opsu]_|github_pat_|glpat-|hf_|xox[abprs]-)[\w\-]{10,}"
    rb"|\bAKIA[A-Z0-9]{16}\b|\bAIza[\w\-]{30,}"
    rb"|\beyJ[\w\-]{10,}\.[\w\-]{10,}\.[\w\-]+"
)
"""What is a key by its looks."""
_FIELD = (
    rb"(?:[\w\-]*(?:api[_\-]?key|authorization|passw(?:or)?d|secret|access[_\-]token|auth[_\-]token)[\w\-]*|x-api-key)"
)
_NAMED = re.compile(
    rb'((?:\\*")' + _FIELD + rb'(?:\\*")\s*:\s*(\\*"))(?!\\*")(?:[^"\\]|\\(?!["\\]))+(?=\\*")', re.IGNORECASE
)
"""The value of a field that holds a secret by its name, also in JSON that stands in a string."""


def scrubbed(data: bytes) -> bytes:
    """JSON, or other text, without what is a secret by its looks or by the name of its field; JSON stays JSON."""
    return _NAMED.sub(rb"\1" + _SECRET, _SECRETS.sub(_SECRET, data))
