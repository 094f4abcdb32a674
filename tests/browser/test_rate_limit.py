"""A provider that asks for a pause: the cell waits, counts down, and answers."""

from __future__ import annotations

import re

from browser.cells import MIME
from browser.lab import Lab, Server
from playwright.sync_api import expect
from support.server import running_server

SETUP = """%load_ext ws_notebook
import ws_notebook as wsn
session = wsn.Session(provider={url!r}, profile="local", api_key={token!r})"""
ASK = '%%responses -s session\nsay "here after all"'


def test_a_rate_limit_is_waited_out_with_a_countdown(lab: Lab, server: Server) -> None:
    with running_server("--fault", "limit 6 at response.create") as provider:
        server.write("limit.ipynb", [SETUP.format(url=provider.base_url, token=provider.token), ASK])
        lab.open("limit.ipynb")
        lab.run_cell(0)
        lab.run_cell(1, wait=False)
        status = lab.output(1).locator(".wsn-status")
        expect(status).to_have_text(re.compile(r"Rate limit: asks again in \d s"))
        lab.screenshot("rate-limit")
        first = status.inner_text()
        expect(status).not_to_have_text(first)
        lab.wait_cell(1)
        expect(lab.output(1)).to_contain_text("here after all")
        run = lab.save().cells[1].outputs[0].data[MIME]
        assert [turn.get("recovered") for turn in run["turns"]] == ["rate_limit_exceeded"]
