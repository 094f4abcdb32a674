"""Page objects: a JupyterLab server of the test's own, and a browser page on it.

Elements are found by role, by text, or by the classes and data attributes that JupyterLab documents for themes and
extensions; waits are for what is visible, never for a time.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

import nbformat
import pytest
from nbformat.sign import NotebookNotary
from playwright.sync_api import Locator, Page, Request, ViewportSize, expect
from support.sessions import free_port

import ws_notebook

__all__ = ["APPS", "VIEWPORT", "App", "Lab", "Server", "Theme"]

App = Literal["lab", "notebook"]
APPS = ("lab", pytest.param("notebook", marks=pytest.mark.nightly))
"""For tests of what both have from the same code: in Notebook 7 each night."""
Theme = Literal["light", "dark"]

PACKAGE = Path(ws_notebook.__file__).resolve().parent
START_SECONDS = 150
WAIT_MS = 60_000
READY = "is running at"
NUMBERED = re.compile(r"\[\d+\]")
KERNEL_IS_IDLE = """() => {
  const session = window.jupyterapp.shell.currentWidget?.context?.sessionContext?.session;
  return session?.kernel?.status === "idle";
}"""
COMMAND = "async ([name, args]) => { await window.jupyterapp.commands.execute(name, args); }"
EMPTIED = """async () => {
  const app = window.jupyterapp;
  if (!app?.commands.hasCommand("docmanager:open")) return false;
  const shown = selector => document.querySelector(selector)?.checkVisibility() ?? false;
  for (const widget of [...app.shell.widgets("main")]) {
    if (widget.context?.model) widget.context.model.dirty = false;
    widget.close();
  }
  if (!shown("#jp-left-stack")) await app.commands.execute("application:toggle-left-area");
  if (shown("#jp-right-stack")) await app.commands.execute("application:toggle-right-area");
  await new Promise(done => setTimeout(done, 50));
  localStorage.clear();
  sessionStorage.clear();
  const open = [...app.shell.widgets("main")].filter(widget => widget.context);
  return open.length === 0 && !shown(".jp-Dialog") && !shown("#jupyterlab-splash") && shown("#jp-left-stack")
    && !shown("#jp-right-stack") && document.body.dataset.jpThemeLight === "true"
    && app.shell.mode === "multiple-document" && !app.shell.presentationMode;
}"""
"""Closes what is open in a page; whether it stands then as JupyterLab does when it is loaded."""
VIEWPORT: ViewportSize = {"width": 1280, "height": 900}
THEMES: dict[Theme, str] = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}
SETTINGS: dict[str, dict[str, object]] = {
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False, "doNotDisturbMode": True},
    "docmanager-extension/plugin": {"autosave": False},
}


class Server:
    """A `jupyter lab` process on a free loopback port, with its own token, folder, configuration and settings.

    It runs the package that this process imports: from a source tree, the kernels get that tree on their path and
    JupyterLab its built extension; an installed package needs neither. A context manager.
    """

    def __init__(self, home: Path) -> None:
        self.root = home / "work"
        """The folder of the notebooks."""
        self.token = secrets.token_hex(16)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._home = home
        self._log = home / "server.log"
        self._ready = threading.Event()
        self._process: subprocess.Popen[str] | None = None
        self.settings_are_usual = True
        """Whether no test has chosen others since they were reset."""

    def __enter__(self) -> Self:
        self.root.mkdir(parents=True)
        self.reset_settings()
        self._process = subprocess.Popen(
            self._command(), env=self._environment(), cwd=self.root, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        self._copier = threading.Thread(target=self._copy_log, daemon=True)
        self._copier.start()
        if not self._ready.wait(START_SECONDS) or self._process.poll() is not None:
            self._process.kill()
            raise RuntimeError(f"JupyterLab did not start:\n{self.log_tail()}")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is None:
            return
        self.shutdown_kernels()
        self._process.terminate()
        try:
            self._process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._copier.join()

    def write(self, name: str, cells: list[str], *, kernel: bool = True) -> Path:
        """Write a notebook of code cells under the server's folder. Without `kernel` its metadata names none."""
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in cells])
        if kernel:
            notebook.metadata["kernelspec"] = {
                "name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python",
            }  # fmt: skip
        return self.put(name, notebook)

    def put(self, name: str, notebook: nbformat.NotebookNode, *, trusted: bool = False) -> Path:
        """Write a notebook as it is; `trusted` signs it, else JupyterLab treats its outputs as foreign."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, path)
        if trusted:
            NotebookNotary(data_dir=str(self._home / "data")).sign(nbformat.read(path, as_version=4))
        return path

    def put_outputs(self, name: str, *outputs: Mapping[str, Any], source: str = "…", trusted: bool = False) -> Path:
        """Write a notebook of cells that were run, each with one output, by mime type."""
        shown = [[nbformat.v4.new_output("display_data", data=data)] for data in outputs]
        cells = [nbformat.v4.new_code_cell(source, outputs=each, execution_count=1) for each in shown]
        return self.put(name, nbformat.v4.new_notebook(cells=cells), trusted=trusted)

    def read(self, name: str) -> nbformat.NotebookNode:
        """The notebook as it is saved now."""
        return nbformat.read(self.root / name, as_version=4)

    def forget_kernel(self, name: str, *, trusted: bool = False) -> None:
        """End all kernels and take the kernel's and the language's names out of a saved notebook.

        The front ends then start none by themselves: `Lab.open(…, kernel=False)`. What was trusted is so no longer,
        unless `trusted` signs it again.
        """
        self.shutdown_kernels()
        notebook = self.read(name)
        for key in ("kernelspec", "language_info"):
            notebook.metadata.pop(key, None)
        self.put(name, notebook, trusted=trusted)

    def reset_settings(self) -> None:
        """Back to the rig's settings, whatever a test chose."""
        shutil.rmtree(self._home / "settings", ignore_errors=True)
        self._write_settings()
        self.settings_are_usual = True

    def set_settings(self, package: str, plugin: str, **values: object) -> None:
        """The user's settings of a plugin, for pages that are opened from now on."""
        self.settings_are_usual = False
        path = self._home / "settings" / package / f"{plugin}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values))

    def shutdown_kernels(self) -> None:
        """End every kernel: one left waiting for input would keep its session busy."""
        for session in self._call("GET", "/api/sessions"):
            self._call("DELETE", f"/api/sessions/{session['id']}")

    def running_kernels(self) -> int:
        """How many kernels the server runs now."""
        return len(self._call("GET", "/api/kernels"))

    def log_tail(self, lines: int = 60) -> str:
        """The server's last lines, without its token."""
        text = self._log.read_text() if self._log.exists() else ""
        return "\n".join(text.replace(self.token, "…").splitlines()[-lines:])

    def _command(self) -> list[str]:
        command = [
            sys.executable, "-m", "jupyterlab", "--no-browser", "--expose-app-in-browser",
            "--ServerApp.ip=127.0.0.1", f"--ServerApp.port={self.port}", "--ServerApp.port_retries=0",
            f"--ServerApp.root_dir={self.root}",
            "--JupyterNotebookApp.expose_app_in_browser=True",
            # A kernel whose port another server's took meanwhile is started again on another.
            "--KernelManager.cache_ports=False",
        ]  # fmt: skip
        if (PACKAGE / "labextension" / "package.json").is_file():
            folder = self._home / "labextensions"
            folder.mkdir()
            (folder / "ws-notebook").symlink_to(PACKAGE / "labextension", target_is_directory=True)
            command += [f"--{name}.extra_labextensions_path={folder}" for name in ("LabApp", "JupyterNotebookApp")]
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            command.append("--allow-root")
        return command

    def _environment(self) -> dict[str, str]:
        own = {
            "IPYTHONDIR": self._home / "ipython",
            "JUPYTER_CONFIG_DIR": self._home / "config",
            "JUPYTER_DATA_DIR": self._home / "data",
            "JUPYTER_RUNTIME_DIR": self._home / "runtime",
            "JUPYTERLAB_SETTINGS_DIR": self._home / "settings",
            "JUPYTERLAB_WORKSPACES_DIR": self._home / "workspaces",
        }
        environment = {name: value for name, value in os.environ.items() if not name.endswith("_API_KEY")}
        environment |= {name: str(path) for name, path in own.items()}
        environment |= {"JUPYTER_TOKEN": self.token, "PYTHONUNBUFFERED": "1"}
        if not PACKAGE.is_relative_to(sys.prefix):
            environment["PYTHONPATH"] = str(PACKAGE.parent)
        return environment

    def _write_settings(self) -> None:
        for name, values in SETTINGS.items():
            self.set_settings("@jupyterlab", name, **values)

    def _copy_log(self) -> None:
        process = self._process
        assert process is not None
        assert process.stdout is not None
        with process.stdout, self._log.open("w") as log:
            for line in process.stdout:
                log.write(line)
                log.flush()
                if READY in line:
                    self._ready.set()
        # The process has ended: whoever waits for it learns so.
        self._ready.set()

    def _call(self, method: str, path: str) -> Any:
        request = urllib.request.Request(
            self.url + path, method=method, headers={"Authorization": f"token {self.token}"}
        )
        with urllib.request.urlopen(request, timeout=30) as response:
            body = response.read()
        return json.loads(body) if body else None


class Lab:
    """A page on the server. `page` is Playwright's, for what is not here."""

    def __init__(self, server: Server, page: Page, pictures: Path | None, *, loaded: bool = False) -> None:
        """`pictures`: where screenshots go; None takes none. `loaded`: JupyterLab is there, with no notebook open."""
        self.server = server
        self.foreign_requests: list[str] = []
        """Addresses outside this machine that the page asked for; the browser resolves none of them."""
        self.console_errors: list[str] = []
        self.pictures = pictures
        self._name = ""
        self._empty = loaded
        self.page = page
        page.set_default_timeout(WAIT_MS)
        self._listeners: dict[str, Callable[[Any], None]] = {
            "request": self._note_request,
            "console": lambda message: self._note(message.type, message.text),
            "pageerror": lambda error: self._note("error", str(error)),
        }
        for event, listener in self._listeners.items():
            self.page.on(event, listener)  # type: ignore[call-overload]

    def open(self, name: str, *, app: App = "lab", kernel: bool = True) -> None:
        """Open a notebook of the server's folder; wait until it is shown and its kernel, if it is to have one, is idle.

        Without a kernel the notebook must name none (`Server.forget_kernel`): the front end then asks for one, and is
        told "No Kernel".
        """
        self._name = name
        if app == "lab" and self._empty and self.server.settings_are_usual:
            self.command("docmanager:open", {"path": name, "factory": "Notebook"})
        else:
            path = {"lab": f"/lab/workspaces/{secrets.token_hex(4)}/tree/{name}", "notebook": f"/notebooks/{name}"}[app]
            self.page.goto(f"{self.server.url}{path}?token={self.server.token}")
        self._empty = False
        if not kernel:
            self._choose_no_kernel()
        expect(self.cell(0)).to_be_visible(timeout=WAIT_MS)
        if kernel:
            self.wait_idle()

    def empty(self) -> bool:
        """Close what is open and let go of the page; whether JupyterLab stands there now as if just loaded."""
        for event, listener in self._listeners.items():
            self.page.remove_listener(event, listener)
        self.page.set_viewport_size(VIEWPORT)
        self.page.emulate_media(media="null", reduced_motion="null")
        self.page.context.clear_permissions()
        is_lab = self.page.url.startswith(f"{self.server.url}/lab/")
        return is_lab and len(self.page.context.pages) == 1 and bool(self.page.evaluate(EMPTIED))

    def leave(self) -> None:
        """Leave an empty tab, alone, of which the server's pages find nothing when they are loaded into it again."""
        for other in self.page.context.pages:
            if other != self.page:
                other.close()
        if self.page.url.startswith(self.server.url):
            self.page.evaluate("sessionStorage.clear()")
        self.page.goto("about:blank")
        self.page.unroute_all()
        session = self.page.context.new_cdp_session(self.page)
        session.send("Storage.clearDataForOrigin", {"origin": self.server.url, "storageTypes": "all"})
        session.detach()

    def set_theme(self, theme: Theme) -> None:
        """Switch to the light or the dark theme, where it is the other, and wait for it."""
        is_light = "true" if theme == "light" else "false"
        if self.page.locator("body").get_attribute("data-jp-theme-light") == is_light:
            return
        self.command("apputils:change-theme", {"theme": THEMES[theme]})
        self.page.wait_for_function("light => document.body.dataset.jpThemeLight === light", arg=is_light)
        # A change of theme puts JupyterLab's splash screen over the page.
        expect(self.page.locator("#jupyterlab-splash")).to_have_count(0)

    def cell(self, index: int) -> Locator:
        """The notebook's cell of this index, from 0."""
        return self.page.locator(".jp-Notebook .jp-Cell").nth(index)

    def output(self, index: int) -> Locator:
        """The outputs of a cell."""
        return self.cell(index).locator(".jp-Cell-outputArea")

    def run_cell(self, index: int, *, wait: bool = True) -> None:
        """Run a cell by Shift-Enter in its editor; with `wait`, until it has ended."""
        prompt = self.cell(index).locator(".jp-InputPrompt").first
        before = prompt.inner_text()
        self.cell(index).locator(".cm-content").click()
        self.page.keyboard.press("Control+Enter")
        # The prompt loses its number, or becomes a star, as soon as the request is on its way.
        expect(prompt).not_to_have_text(before or "never empty")
        if wait:
            self.wait_cell(index)

    def wait_cell(self, index: int) -> None:
        """Wait until a cell that was run has ended: its prompt shows a number."""
        prompt = self.cell(index).locator(".jp-InputPrompt").first
        expect(prompt).to_have_text(NUMBERED, timeout=WAIT_MS)

    def wait_idle(self) -> None:
        """Wait until the kernel is idle."""
        self.page.wait_for_function(KERNEL_IS_IDLE, timeout=WAIT_MS)

    def interrupt(self) -> None:
        """Click the notebook toolbar's ■."""
        self.page.get_by_role("button", name="Interrupt the kernel").first.click()

    def command(self, name: str, args: dict[str, object] | None = None) -> None:
        """Have a command of JupyterLab's executed; returns when it has been."""
        # What it returns may be a whole widget: to copy that to here takes seconds, on a busy machine minutes.
        self.page.evaluate(COMMAND, [name, args or {}])

    def choose_command(self, label: str) -> None:
        """Find a command in the palette and choose it."""
        self.page.keyboard.press("Control+Shift+C")
        search = self.page.locator(".lm-CommandPalette-input")
        search.fill(label)
        found = self.page.locator(".lm-CommandPalette-item", has_text=label)
        expect(found).to_have_count(1)
        search.press("Enter")

    def save(self) -> nbformat.NotebookNode:
        """Save the notebook as its user does (Control-S) and return what the file holds then."""
        path = self.server.root / self._name
        before = path.stat().st_mtime_ns
        with self.page.expect_response(lambda reply: reply.request.method == "PUT" and "/api/contents/" in reply.url):
            self.page.keyboard.press("Control+s")
        assert path.stat().st_mtime_ns != before, f"{path.name} was not written"
        return self.server.read(self._name)

    def screenshot(self, name: str, *, of: Locator | None = None) -> None:
        """Take a picture of the page, or of one element, as `name`.png, where pictures are wanted."""
        if self.pictures is not None:
            self.page.evaluate("document.fonts.ready.then(() => undefined)")
            (of or self.page).screenshot(path=self.pictures / f"{name}.png")

    def screenshots(self, name: str, *, of: Locator | None = None) -> None:
        """Take a picture in either theme, as `name`-dark.png and `name`-light.png; the page is light then."""
        for theme in reversed(THEMES) if self.pictures is not None else ():
            self.set_theme(theme)
            self.screenshot(f"{name}-{theme}", of=of)
        self.set_theme("light")

    def measure_work(self) -> Callable[[], float]:
        """What tells the seconds for which the page's main thread has had a processor since this call, loads included.

        Unlike the time that passes, they are the same while the machine does other things.
        """
        session = self.page.context.new_cdp_session(self.page)
        session.send("Performance.enable", {"timeDomain": "threadTicks"})

        def seconds() -> float:
            metrics = {each["name"]: each["value"] for each in session.send("Performance.getMetrics")["metrics"]}
            return float(metrics["TaskDuration"])

        begun = seconds()
        return lambda: seconds() - begun

    def violations(self, selector: str) -> list[str]:
        """What axe-core finds serious or critical in the elements of this selector: the rule and the first place."""
        # Here, so that only tests that ask need the package.
        from axe_playwright_python.sync_playwright import Axe

        found = Axe().run(self.page, selector).response["violations"]
        serious = [each for each in found if each["impact"] in ("serious", "critical")]
        return [f"{each['id']}: {each['nodes'][0]['html'][:200]}" for each in serious]

    def hide_side_bars(self) -> None:
        """Give the notebook the whole width."""
        self.command("application:toggle-left-area")
        expect(self.page.locator("#jp-left-stack")).to_be_hidden()

    def clip(self, name: str, first: Locator, last: Locator) -> None:
        """Take a picture of everything from one element to another below it."""
        if self.pictures is None:
            return
        top, bottom = first.bounding_box(), last.bounding_box()
        assert top is not None
        assert bottom is not None
        clip = {**top, "height": bottom["y"] + bottom["height"] - top["y"]}
        self.page.screenshot(path=self.pictures / f"{name}.png", clip=clip)

    def keep_evidence(self, folder: Path) -> None:
        """Write what helps to understand a failure: a picture, the console's errors, the server's last lines."""
        folder.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=folder / "page.png")
        (folder / "console.txt").write_text("\n".join(self.console_errors))
        (folder / "server.txt").write_text(self.server.log_tail())

    def _choose_no_kernel(self) -> None:
        dialog = self.page.get_by_role("dialog")
        dialog.get_by_role("combobox").select_option(label="No Kernel")
        dialog.get_by_role("button", name="Select").click()
        expect(dialog).to_have_count(0)
        # Only then has the notebook taken the focus for itself.
        expect(self.page.locator(".jp-Toolbar-kernelName")).to_have_text("No Kernel")

    def _note_request(self, request: Request) -> None:
        if not request.url.startswith((self.server.url, "data:", "blob:")):
            self.foreign_requests.append(request.url)

    def _note(self, kind: str, text: str) -> None:
        if kind == "error":
            self.console_errors.append(text)
