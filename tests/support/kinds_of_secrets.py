"""Made-up secrets of every kind, put together here so that no scanner takes this file for a leak."""

# ruff: noqa: E501 - texts as they are written elsewhere
from __future__ import annotations

import base64

__all__ = ["FRAGMENTS", "KEY", "PLACEHOLDERS", "SECRETS", "UNCHANGED"]

KEY = "made-up-key-4f8a2c91"
"""A session's key: a secret by its value."""

PLACEHOLDERS = ("ollama", "lm-studio", "openai", "not-needed", "EMPTY", "12345", "sk-no-key-required", "x")
"""What local servers document as a key, or let be one."""

_LOT = "Zx81kQ7mB2vT9cLp4RwN6dHs3YgJ5fKe"
_HEAD = base64.urlsafe_b64encode(b'{"alg":"HS256"}').decode().rstrip("=")
_BODY = base64.urlsafe_b64encode(b'{"sub":"1234567"}').decode().rstrip("=")

SECRETS = {
    "a known key": KEY,
    "OpenAI": "sk" + "-" + _LOT,
    "OpenAI, of a project": "sk" + "-proj-" + _LOT[:16] + "_" + _LOT + "-" + _LOT[:9],
    "Anthropic": "sk" + "-ant-api03-" + _LOT + "-" + _LOT,
    "xAI": "xai" + "-" + _LOT * 2,
    "Groq": "gsk" + "_" + _LOT,
    "GitHub": "gh" + "p_" + "a" * 36,
    "GitHub, OAuth": "gh" + "o_" + _LOT + "abcd",
    "GitHub, server": "gh" + "s_" + _LOT + "abcd",
    "GitHub, fine-grained": "github" + "_pat_" + _LOT[:22] + "_" + _LOT * 2,
    "AWS": "AK" + "IA" + "A" * 15 + "7",
    "AWS, temporary": "AS" + "IA" + "Q7XB" * 4,
    "Google": "AI" + "za" + _LOT + "abc",
    "Google, OAuth": "ya" + "29." + _LOT,
    "Slack": "xo" + "xb-123456789012-" + _LOT,
    "Slack's hook": "hooks.slack" + ".com/services/T00000000/B00000000/" + _LOT[:24],
    "Hugging Face": "h" + "f_" + _LOT + "ab",
    "GitLab": "gl" + "pat-" + _LOT[:20],
    "GitLab, trigger": "gl" + "ptt-" + _LOT,
    "npm": "np" + "m_" + _LOT + "abcd",
    "PyPI": "py" + "pi-AgEIcHlwaS5vcmc" + _LOT * 2,
    "Stripe": "sk" + "_live_" + _LOT[:24],
    "SendGrid": "S" + "G." + _LOT[:22] + "." + _LOT + "abcdefghijk",
    "Databricks": "da" + "pi" + "0a1b2c3d" * 4,
    "Twilio": "S" + "K" + "0a1b2c3d" * 4,
    "Mailgun": "key" + "-" + "0a1b2c3d" * 4,
    "ElevenLabs": "sk" + "_" + "0a1b2c3d" * 6,
    "Gemini": "A" + "Q." + _LOT + "abcdefgh",
    "Google, refresh": "1/" + "/0" + _LOT + "abcdefgh",
    "Tavily": "tv" + "ly-" + _LOT,
    "Figma": "fi" + "gd_" + _LOT,
    "Grafana": "gl" + "sa_" + _LOT + "_0a1b2c3d",
    "Sentry": "sn" + "trys_" + _LOT,
    "Atlassian": "AT" + "ATT3xFfGF0" + _LOT,
    "age": "AGE-SECRET" + "-KEY-1" + "Q7XB" * 14,
    "JWT": f"{_HEAD}.{_BODY}.{_LOT}",
    "PEM": "-----BEGIN PRIVATE" + f" KEY-----\n{_LOT * 2}\n{_LOT}==\n-----END PRIVATE" + " KEY-----",
}
"""Kind → a secret that is found wherever it stands."""

FRAGMENTS = {
    "a password in a URL": ("postgres://ada:%s@db.example/x", "hunter2"),
    "a query": ("https://example.org/v1?api_key=%s&x=1", "ollama"),
    "a signature": ("https://x.blob.core.windows.net/c?sv=2024&sig=%s&se=1", "aB3%2FcD4eF5gH6iJ7kL8"),
    "Bearer": ("Authorization: Bearer %s", "ollama"),
    "Basic": ("Authorization: Basic %s", base64.b64encode(b"ada:hunter2").decode()),
    "a cookie": ("Cookie: session=%s; theme=dark", "0a1b2c3d"),
    "JSON": ('{"user": "ada", "password": "%s"}', "swordfish"),
    "JSON in JSON": ('{"arguments": "{\\"password\\": \\"%s\\"}"}', "swordfish"),
    "an argument": ('connect(api_key="%s")', "lm-studio"),
    "the environment": ("export DB_PASSWORD=%s", "hunter2"),
    "AWS, by name": ("aws_secret_access_key = %s", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYzzzzzzzzzz"),
    "AWS, beside its id": ("AK" + "IA" + "Q7XB" * 4 + ",%s", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYzzzzzzzzzz"),
    "Azure, a client's": ("client abc%s", "8Q~" + _LOT),
    "Telegram": ("bot 123456789:%s", "AA" + _LOT + "a"),
    "Terraform": ("Zx81kQ7mB2vT9c.atlasv1.%s", _LOT * 2),
    "Azure, storage": ("DefaultEndpointsProtocol=https;AccountKey=%s;EndpointSuffix=x", "a1B2c3D4e5F6g7H8=="),
}
"""Place → a text with a gap, and a secret that is one only there."""

UNCHANGED = {
    "placeholders": "Start the server, then pip install openai ollama lm-studio; the key is 12345 or sk-no-key-required.",
    "scikit-learn": (
        "<style>#sk-container-id-1 {color: var(--sklearn-color-text);} #sk-container-id-12 label.sk-toggleable__label"
        ' {--sk-a1b2c3d4e5f6a7b8: 1}</style><div id="sk-container-id-1" class="sk-top-container"><div class="'
        'sk-text-repr-fallback"><pre>Pipeline()</pre></div><div class="sk-item sk-dashed-wrapped sk-estimator-doc-link'
        ' fitted"><input class="sk-toggleable__control sk-hidden--visually" id="sk-estimator-id-1" type="checkbox">'
    ),
    "minified JavaScript": (
        '!function(e,t){"use strict";var n=e.token=t.token,r={password:e.password,apiKey:null,secret:!1,auth:function(e)'
        '{return e.auth===t}};n.accessToken=r.getToken(e),t.key=e.key||"sk-"+r.id,o.headers={Authorization:`Bearer ${n}`}}'
    ),
    "npm's lock file": (
        '{"node_modules/registry-auth-token": {"version": "5.0.2", "resolved": "https://example.org/r/-/r-5.0.2.tgz",'
        '"integrity": "sha512-zDqCV9wFzg0rxkQj0WmMTnQ2Qnm1Zxp0sK8aIzAHIFGKGSYqk5vXeNpJm4TrXA3BwUIvL6lcEyMkPZ/FSf5XQw==",'
        '"dependencies": {"cookie": "~0.6.0", "registry-auth-token": "^4.2.1", "js-tokens": "^4.0.0"}}}'
    ),
    "yarn's lock file": '"js-tokens@npm:^3.0.0 || ^4.0.0":\n  version: 4.0.0\n  checksum: 10/af37d0d913fb56aec6dc0074c163cc71',
    "Python's lock files": (
        'name = "keyring"\n[package.extras]\ncompletion = ["shtab (>=1.1.0)"]\nfiles = [{file = "tokenize_rt-6.0.tar.gz", '
        'hash = "sha256:b9711bdfc51210211137499b5e355d3de5ec88a85d2025c520cbb921b5194367"}]\nidna==3.7 \\\n    '
        "--hash=sha256:82fee1fc78add43492d3a1898bfa6d8a904cc97d8427f683ed8e798d07761aa0"
    ),
    "digests": (
        "commit 7c5a9ff0b3c0de8f1d2e4a5b6c7d8e9f0a1b2c3d 550e8400-e29b-41d4-a716-446655440000 "
        "d41d8cd98f00b204e9800998ecf8427e sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    ),
    "a picture": "data:image/png;base64," + base64.b64encode(bytes(range(256)) * 40).decode(),
    "a source map": "//# sourceMappingURL=data:application/json;base64,eyJ2ZXJzaW9uIjozLCJzb3VyY2VzIjpbXX0=",
    "an integrity hash": '<script src="x.js" integrity="sha384-oqVuAfXRKap7fdgcCY5uykM6+R9GqQ8K/uxy9rx7HNQlGYl1kPzQho1w'
    'x4JwY8wC" crossorigin></script>',
    "CSS": ".sk-toggleable__content.fitted:hover{--sk-fitted:#a1b2c3;color:#1f2e3d4c}.token.keyword{color:#07a}",
    "Spinkit": ".sk-cube-grid .sk-cube1, .sk-fading-circle .sk-circle12:before {animation-delay: -0.1s}",
    "headers": 'ETag: W/"0815-abc1234567890def"\nContent-Type: text/html; charset=utf-8\nX-Request-Id: req_0a1b2c3d4e5f',
    "a notebook": '{"id": "a1b2c3d4-e5f6", "cell_type": "code", "metadata": {"tags": ["hide-input"]}, "outputs": []}',
    "names": (
        "mail ada.lovelace+notes@example.org, C:\\Users\\ada\\AppData\\token.py, /srv/data/secret_santa_2024.csv, "
        "HuggingFaceFW/fineweb-edu-score-2, meta-llama/Llama-3.1-8B-Instruct-GGUF, gpt-4.1-mini-2025-04-14"
    ),
    "prose": "Token: the smallest unit. Bearer authentication needs a password: choose one. Basic knowledge is the key.",
    "tokens": '[{"token": "Hello", "logprob": -0.1, "token_id": 15496}, {"token": "<|im_end|>", "max_tokens": 512}]',
    "pages of an API": '{"items": [], "next_page_token": "CAUQAA1234567890", "nextToken": "a1b2c3d4e5f6g7h8", "key": "k12345678"}',
    "a schema": '{"properties": {"password": {"type": "string"}, "token": {"type": "string"}}, "required": ["password"]}',
    "code": 'def login(user, password=None, token: str = ""):\n    self.token = client.get_token(user)\n    key = os.environ',
    "Kubernetes": "apiVersion: v1\nkind: Secret\nmetadata:\n  name: my-app-tls-v1\nsecretName: my-app-tls-v1\n",
    "addresses": "http://localhost:11434/v1 https://registry.example/@scope/pkg git+ssh://git@github.com/a/b.git",
    "an UPPER constant": "OPENAI_API_KEY is read from the environment; set OPENAI_API_KEY=$KEY or OPENAI_API_KEY=<your key>",
}
"""Texts in which nothing is a secret."""
