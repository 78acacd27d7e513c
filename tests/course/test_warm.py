"""Kernels that are forked from a warm process: as new as any other, and no wiser."""

import ast
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psutil
import pytest
import zmq
from nbformat.v4 import new_code_cell, new_notebook

from oaiworkbook.course.running import warm
from oaiworkbook.course.running.kernels import session
from oaiworkbook.course.running.run import run_cell

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="kernels are forked on Linux only")


@pytest.fixture
def nurseries(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[warm.Nursery]]:
    """Of this test alone: those of the whole run serve other environments."""
    monkeypatch.setattr(warm, "_nurseries", None)
    with warm.warm_kernels():
        made = warm._nurseries
        assert made is not None
        yield made


def shown(folder: Path, *cells: str, env: dict[str, str | None] | None = None) -> Any:
    """The value that the last of these cells prints, in a kernel of its own."""
    node = new_notebook(cells=[new_code_cell(textwrap.dedent(cell)) for cell in cells])
    with session(node, folder, mode="replay", lesson="90_warm", env=env) as client:
        for number, cell in enumerate(node.cells):
            failure = run_cell(client, cell, number, number + 1)
            assert failure is None, failure
    outputs = node.cells[-1].outputs
    assert len(outputs) == 1, outputs
    return ast.literal_eval(outputs[0].text)


ORIGIN = "import os, sys; print((os.getppid(), sorted(sys.modules)))"


def test_a_kernel_comes_from_the_warm_process(tmp_path: Path, nurseries: list[Any]) -> None:
    parent, modules = shown(tmp_path, ORIGIN)
    assert [each._process.pid for each in nurseries] == [parent]
    assert {"openai", "matplotlib.pyplot", "oaiworkbook.money.meter"} <= set(modules)
    assert shown(tmp_path, ORIGIN)[0] == parent
    for module in ("tests", "pytest", "matplotlib_inline.backend_inline"):
        assert module not in modules


def test_a_client_tries_again_soon_while_the_kernel_does_not_listen_yet(
    tmp_path: Path, nurseries: list[Any]
) -> None:
    with session(new_notebook(), tmp_path, mode="replay", lesson="90_warm") as client:
        assert client.kc is not None
        for channel in (client.kc.shell_channel, client.kc.iopub_channel):
            assert channel.socket.getsockopt(zmq.RECONNECT_IVL) == 5


def test_many_open_files_are_no_hindrance(tmp_path: Path, nurseries: list[Any]) -> None:
    with ExitStack() as opened:
        for _ in range(1_100):
            opened.enter_context(open(os.devnull))
        parent, _ = shown(tmp_path, ORIGIN)
        assert [each._process.pid for each in nurseries] == [parent]


SPOIL = """
    import builtins, locale, os, random, sys, tempfile, time, warnings
    import matplotlib, numpy, openai, oaiworkbook
    from oaiworkbook.money import ledger, price_table
    os.environ["OAIWORKBOOK_PACE"] = "7"
    os.environ["TZ"] = "Pacific/Kiritimati"; time.tzset()
    os.chdir("/"); os.umask(0)
    sys.path.insert(0, "/spoilt"); sys.argv.append("spoilt"); sys.modules["spoilt"] = os
    builtins.spoilt = openai.spoilt = oaiworkbook.spoilt = True
    openai.api_key = "spoilt"
    openai.OpenAI.__init__ = None
    matplotlib.rcParams["lines.linewidth"] = 99.0
    numpy.set_printoptions(precision=1); numpy.random.seed(1); random.seed(1)
    tempfile.gettempdir(); warnings.simplefilter("error")
    ledger._default["spoilt"] = 1; price_table.price_entries()
    print(1)
"""
LOOK = """
    import builtins, locale, os, random, sys, tempfile, threading, time, warnings
    import matplotlib.pyplot, numpy, openai, oaiworkbook
    from oaiworkbook.money import ledger, price_table
    mask = os.umask(0); os.umask(mask)
    print({
        "pace": os.environ["OAIWORKBOOK_PACE"], "zone": time.tzname, "folder": os.getcwd(),
        "mask": mask, "path": "/spoilt" in sys.path, "argv": "spoilt" in sys.argv,
        "modules": "spoilt" in sys.modules, "builtins": hasattr(builtins, "spoilt"),
        "openai": (hasattr(openai, "spoilt"), openai.api_key, openai.OpenAI.__init__ is None),
        "ours": hasattr(oaiworkbook, "spoilt"), "lines": matplotlib.rcParams["lines.linewidth"],
        "print": numpy.get_printoptions()["precision"], "temporary": tempfile.gettempdir() == os.environ["TMPDIR"],
        "filters": len(warnings.filters), "ledgers": len(ledger._default),
        "figures": matplotlib.pyplot.get_fignums(), "threads": len(threading.enumerate()),
        "prices": price_table.price_entries.cache_info().currsize,
        "user": [name for name in ("client", "OpenAI", "nonsense") if name in globals()],
    })
"""


def test_nothing_goes_from_one_kernel_to_the_next(tmp_path: Path, nurseries: list[Any]) -> None:
    before = shown(tmp_path, LOOK)
    assert shown(tmp_path, "nonsense = 1", SPOIL) == 1
    assert shown(tmp_path, LOOK) == before
    assert before["folder"] == str(tmp_path)
    assert len(nurseries) == 1


def test_a_forked_kernel_is_like_one_that_is_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    look = LOOK.replace('"builtins"', '"flags": str(sys.flags), "name": __name__, "builtins"')
    monkeypatch.setattr(warm, "_nurseries", None)
    started = shown(tmp_path, look), shown(tmp_path, "import sys; print((sys.path, sys.argv[1:2]))")
    with warm.warm_kernels():
        forked = (
            shown(tmp_path, look),
            shown(tmp_path, "import sys; print((sys.path, sys.argv[1:2]))"),
        )
    assert forked == started


def test_chance_is_another_in_each_kernel(tmp_path: Path, nurseries: list[Any]) -> None:
    draw = """
        import os, random, secrets, uuid, numpy
        print((random.random(), float(numpy.random.rand()), str(uuid.uuid4()), secrets.token_hex()))
    """
    one, two = shown(tmp_path, draw), shown(tmp_path, draw)
    assert all(a != b for a, b in zip(one, two, strict=True))


def test_another_environment_is_another_process(tmp_path: Path, nurseries: list[Any]) -> None:
    parent, _ = shown(tmp_path, ORIGIN)
    same, _ = shown(tmp_path, ORIGIN, env={"OAIWORKBOOK_PACE": "3", "HOME": str(tmp_path)})
    assert same == parent
    others = {shown(tmp_path, ORIGIN, env={"OPENAI_LOG": level})[0] for level in ("info", "debug")}
    assert len({parent, *others}) == 3
    assert shown(tmp_path, ORIGIN, env={"LANGUAGE": "eo"})[0] == os.getpid(), (
        "one too many: as usual"
    )


def test_no_import_reads_what_may_differ() -> None:
    """But for the home, where matplotlib looks for its list of fonts."""
    code = f"""
        import os
        asked = set()
        class Noting(type(os.environ)):
            def __getitem__(self, name):
                asked.add(name)
                return super().__getitem__(name)
        os.environ.__class__ = Noting
        from oaiworkbook.course.running.forkserver import preload
        preload()
        print(sorted(name for name in asked if os.fsdecode(name).startswith({warm.MAY_DIFFER!r})))
    """
    out = subprocess.check_output([sys.executable, "-c", textwrap.dedent(code)], text=True)
    read = [n for n in ast.literal_eval(out) if n != "HOME" and not n.startswith("XDG_")]
    # Where Jupyter's own folders are is asked for again when a kernel starts.
    assert [name for name in read if not name.startswith("JUPYTER_")] == []
    assert set(read) <= {"JUPYTER_ALLOW_INSECURE_WRITES", "JUPYTER_PLATFORM_DIRS"} | {
        *("JUPYTER_USE_PROGRAMDATA", "JUPYTER_WIDGETS_ECHO", "JUPYTER_RUNTIME_DIR", "JUPYTER_PATH"),
        *("JUPYTER_DATA_DIR", "JUPYTER_CONFIG_DIR", "JUPYTER_CONFIG_PATH", "JUPYTER_NO_CONFIG"),
    }


def test_another_process_takes_kernels_from_it_too(tmp_path: Path, nurseries: list[Any]) -> None:
    parent, _ = shown(tmp_path, ORIGIN)
    code = f"""
        from pathlib import Path
        from oaiworkbook.course.running.warm import warm_kernels
        from tests.course.test_warm import ORIGIN, shown
        with warm_kernels({nurseries[0].handle!r}):
            print(shown(Path({str(tmp_path)!r}), ORIGIN)[0])
    """
    out = subprocess.check_output([sys.executable, "-c", textwrap.dedent(code)], text=True)
    assert int(out) == parent
    assert shown(tmp_path, ORIGIN)[0] == parent, "it lives on"


def test_where_the_warm_process_is_gone_kernels_start_as_usual(
    tmp_path: Path, nurseries: list[Any]
) -> None:
    parent, _ = shown(tmp_path, ORIGIN)
    os.kill(parent, signal.SIGKILL)
    psutil.wait_procs([psutil.Process(parent)] if psutil.pid_exists(parent) else [], timeout=5)
    again, _ = shown(tmp_path, ORIGIN)
    assert again != parent


def test_where_it_cannot_be_made_kernels_start_as_usual(
    tmp_path: Path, nurseries: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(warm, "COMMAND", [sys.executable, "-c", "print('no')"])
    assert shown(tmp_path, ORIGIN)[0] == os.getpid()


def test_without_a_safe_fork_kernels_start_as_usual(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(warm, "_nurseries", None)
    monkeypatch.setattr(warm.sys, "platform", "darwin")
    with warm.warm_kernels():
        assert shown(tmp_path, ORIGIN)[0] == os.getpid()


def test_a_kernel_that_dies_is_noticed(tmp_path: Path, nurseries: list[Any]) -> None:
    node = new_notebook(cells=[new_code_cell("import os; os._exit(3)")])
    with (
        pytest.raises(RuntimeError, match="the kernel died while running"),
        session(node, tmp_path, mode="replay", lesson="90_warm") as client,
    ):
        run_cell(client, node.cells[0], 0, 1)


def test_who_is_killed_leaves_no_process_behind(tmp_path: Path) -> None:
    code = f"""
        from pathlib import Path
        from nbformat.v4 import new_code_cell, new_notebook
        from oaiworkbook.course.running.kernels import session
        from oaiworkbook.course.running.run import run_cell
        from oaiworkbook.course.running.warm import warm_kernels
        node = new_notebook(cells=[new_code_cell("import os; print((os.getppid(), os.getpid()))")])
        with warm_kernels(), session(node, Path({str(tmp_path)!r}), mode="replay", lesson="x") as client:
            run_cell(client, node.cells[0], 0, 1)
            print(node.cells[0].outputs[0].text, flush=True)
            input()
    """
    owner = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code)],
        env=os.environ | {"TMPDIR": str(tmp_path)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert owner.stdout
    left = ast.literal_eval(owner.stdout.readline())
    assert all(map(psutil.pid_exists, left))
    owner.kill()
    owner.communicate()
    deadline = time.monotonic() + 20
    while any(map(psutil.pid_exists, left)) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not any(map(psutil.pid_exists, left))
