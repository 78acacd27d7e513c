"""One JupyterLab and one headless Chromium for all lessons, and what a learner does with them.

JupyterLab is started by `oaiworkbook lab`, with the settings that ship, on copies of the lessons, so
that its autosave writes into no one's notebooks.
"""

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, Playwright, Request, WebSocket

from ..authoring import surroundings
from ..authoring.course import NOTEBOOKS

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge")
WIDTH, HEIGHT = 1280, 900
TALLEST = 16_000  # px; Chromium draws nothing below 16,384
PATIENCE = 60_000  # ms; ten times what a slow machine needs

# Python's own record of what a kernel asks of the network; a line each, for hosts but this one.
WATCH = """
import sys

def _watch(event, args, log={log!r}):
    if event == "socket.connect" and isinstance(args[1], tuple):
        host = args[1][0]
    elif event == "socket.getaddrinfo":
        host = args[0]
    else:
        return
    host = host.decode() if isinstance(host, bytes) else str(host or "localhost")
    if host not in ("127.0.0.1", "::1", "localhost"):
        with open(log, "a", encoding="utf-8") as file:
            print(event, host, file=file)

sys.addaudithook(_watch)
"""

# Pop-ups come and go: each one is noted when it enters the page.
NOTE_POPUPS = """
window.popups = [];
new MutationObserver(changes => changes.forEach(change => change.addedNodes.forEach(node => {
  if (node.nodeType !== 1) return;
  for (const found of [node, ...node.querySelectorAll('.jp-Dialog, .Toastify__toast')])
    if (found.matches('.jp-Dialog, .Toastify__toast')) window.popups.push(found.textContent);
}))).observe(document, {childList: true, subtree: true});
"""


def find_chromium(playwright: Playwright) -> str | None:
    """A Chromium of this machine, or the one that `playwright install chromium` put there."""
    own = playwright.chromium.executable_path
    return next(filter(None, map(shutil.which, NAMES)), own if os.path.exists(own) else None)


def launch(playwright: Playwright) -> Browser | None:
    """A Chromium for which no name but this machine's leads anywhere; None where there is none."""
    path = find_chromium(playwright)
    if path is None:
        return None
    alone = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
    return playwright.chromium.launch(
        executable_path=path, args=["--disable-gpu", "--no-proxy-server", alone]
    )


@dataclass(frozen=True, slots=True)
class Lesson:
    """A lesson open in JupyterLab, the only one."""

    page: Page

    def panel(self, script: str) -> Any:
        """What `script` gives, the body of an async function of the notebook's panel."""
        return self.page.evaluate(
            f"(async panel => {{ {script} }})(jupyterapp.shell.currentWidget)"
        )

    def open(self, name: str) -> None:
        """Waits until the kernel can be used, which the indicator in the toolbar does not tell."""
        self.page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
        self.page.evaluate("popups.length = 0")
        self.command("docmanager:open", path=name)
        self.page.wait_for_function("jupyterapp.shell.currentWidget?.sessionContext")
        self.panel(
            "await panel.revealed; await panel.context.ready; await panel.sessionContext.ready"
        )
        self.wait_until_idle()

    def wait_until_idle(self) -> None:
        self.page.wait_for_function(
            "jupyterapp.shell.currentWidget.sessionContext.session?.kernel?.status === 'idle'"
        )

    def command(self, name: str, **args: Any) -> None:
        """One of JupyterLab's commands; returns when it is done."""
        self.page.evaluate(
            "([name, args]) => jupyterapp.commands.execute(name, args).then(() => null)",
            [name, args],
        )

    def change_theme(self, title: str) -> None:
        """Returns when JupyterLab has taken away the sheet that it lays over the page meanwhile."""
        self.command("apputils:change-theme", theme=title)
        self.page.wait_for_selector("#jupyterlab-splash", state="detached")

    def run_all(self) -> None:
        self.command("notebook:run-all-cells")
        # The command is done as soon as a cell has failed, with others still waiting their turn. The
        # kernel takes requests in order, so what is asked now is answered after all of them.
        self.panel(
            "await panel.sessionContext.session.kernel.requestExecute({code: '', silent: true}).done"
        )
        self.wait_until_idle()

    def unroll(self, width: int = WIDTH) -> None:
        """Makes the window as tall as the notebook: JupyterLab draws what is in view, no more."""
        for _ in range(2):  # the height of what was never drawn is a guess
            end = self.panel(
                "panel.node.querySelector('.jp-WindowedPanel-outer').scrollTop = 0;"
                "return Math.ceil(panel.content.widgets.at(-1).node.getBoundingClientRect().bottom)"
            )
            self.page.set_viewport_size({"width": width, "height": min(end + 60, TALLEST)})
            # Two frames: one that draws, and one that shows that it was drawn.
            self.page.evaluate(
                "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
            )

    def cells(self) -> list[dict[str, Any]]:
        """The notebook's cells as they would be saved now."""
        cells: list[dict[str, Any]] = self.panel("return panel.content.model.toJSON().cells")
        return cells

    def shown(self) -> list[str]:
        """The text that each cell's outputs show, in the cells' order."""
        texts: list[str] = self.panel(
            "return panel.content.widgets.map(cell => [...cell.node.querySelectorAll("
            "'.jp-OutputArea-output')].map(node => node.innerText).join('\\n'))"
        )
        return texts

    def trusted(self) -> bool:
        return bool(
            self.panel(
                "return panel.content.widgets.every(c => c.model.type !== 'code' || c.model.trusted)"
            )
        )

    def popups(self) -> list[str]:
        found: list[str] = self.page.evaluate("window.popups")
        return found

    def picture(self, path: Path) -> None:
        """The whole notebook in one picture, cut off where Chromium draws no further."""
        self.unroll()
        self.page.wait_for_timeout(500)
        self.page.screenshot(path=path)

    def close(self) -> None:
        self.panel("await panel.sessionContext.shutdown(); panel.dispose()")


@dataclass(frozen=True, slots=True)
class JupyterLab:
    page: Page
    watched: Path
    outside: list[str]  # addresses on other machines that the page has asked for

    @contextmanager
    def lesson(self, name: str) -> Iterator[Lesson]:
        """A lesson with a kernel that is ready."""
        lesson = Lesson(self.page)
        lesson.open(name)
        try:
            yield lesson
        finally:
            lesson.close()

    def left_the_machine(self) -> list[str]:
        """What the page and the kernels have asked of other machines since the last call."""
        asked = self.outside + self.watched.read_text("utf-8").splitlines()
        self.outside.clear()
        self.watched.write_text("", encoding="utf-8")
        return asked


@contextmanager
def jupyterlab(folder: Path, browser: Browser) -> Iterator[JupyterLab]:
    """JupyterLab on copies of the lessons in `folder`, with nothing of the user's."""
    lessons, home, log = folder / "lessons", folder / "home", folder / "jupyterlab.log"
    watched = folder / "connections"
    watched.touch()
    (folder / "temporary").mkdir()  # for what lessons leave there
    ignore = shutil.ignore_patterns("[!0-9]*", "*.mine-*", "*.md")
    shutil.copytree(NOTEBOOKS, lessons, ignore=ignore)
    startup = home / "ipython" / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "00-watch.py").write_text(WATCH.format(log=str(watched)), encoding="utf-8")
    options = [f"--ServerApp.root_dir={lessons}", "--LabApp.expose_app_in_browser=True"]
    with log.open("wb") as file:
        started = subprocess.Popen(
            [sys.executable, "-m", "oaiworkbook.cli.main", "lab", "--no-browser", "--", *options],
            cwd=folder,
            env=_environment(folder, home),
            stdout=file,
            stderr=subprocess.STDOUT,
        )
        try:
            root, token = _address(started, log)
            page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
            page.set_default_timeout(PATIENCE)
            page.add_init_script(NOTE_POPUPS)
            outside: list[str] = []
            own = (f"{root}/", f"ws{root.removeprefix('http')}/", "data:", "blob:", "about:")

            def note(asked: Request | WebSocket) -> None:
                if not asked.url.startswith(own):
                    outside.append(asked.url)

            page.on("request", note)
            page.on("websocket", note)
            page.goto(f"{root}/lab?token={token}&reset")
            page.wait_for_function("window.jupyterapp?.restored.then(() => true)")
            yield JupyterLab(page, watched, outside)
            page.close()
        finally:
            started.terminate()
            started.wait(timeout=30)


def _environment(folder: Path, home: Path) -> dict[str, str]:
    changes = surroundings.environment(folder) | {
        "TMPDIR": str(folder / "temporary"),
        "HOME": str(home),
        "USERPROFILE": str(home),
        "LOCALAPPDATA": str(home / "local"),
        "XDG_DATA_HOME": str(home / "share"),
        "XDG_CONFIG_HOME": str(home / "config"),
        "MPLCONFIGDIR": str(home / "matplotlib"),
        "IPYTHONDIR": str(home / "ipython"),
        "JUPYTER_CONFIG_DIR": str(home / "jupyter-config"),
        "JUPYTER_DATA_DIR": str(home / "jupyter-data"),
        "JUPYTER_RUNTIME_DIR": str(home / "jupyter-run"),
        "JUPYTER_CONFIG_PATH": None,
        "JUPYTER_PATH": None,
    }
    unchanged = {name: value for name, value in os.environ.items() if name not in changes}
    return unchanged | {name: value for name, value in changes.items() if value is not None}


def _address(started: subprocess.Popen[bytes], log: Path) -> tuple[str, str]:
    """Where the server answers, and its token. It says both itself, on whichever port was free."""
    for _ in range(PATIENCE // 100):
        said = log.read_text("utf-8", errors="replace")
        if found := re.search(r"(http://127\.0\.0\.1:\d+)/\S*token=(\w+)", said):
            return found[1], found[2]
        if started.poll() is not None:
            break
        time.sleep(0.1)
    raise RuntimeError(f"JupyterLab did not start:\n{log.read_text('utf-8', errors='replace')}")
