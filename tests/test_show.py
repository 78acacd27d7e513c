"""What lessons show: alt text, no formula out of prices, the whole stream kept, prints elsewhere."""

import base64
import io
import os
import re
import subprocess
import sys
import time
import wave
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from oaiworkbook import show
from oaiworkbook.show import Table

WAV = b"RIFF\x24\x00\x00\x00WAVEfmt "

CELLS = [
    """
    from matplotlib import pyplot as plt
    from oaiworkbook import show
    fig, ax = plt.subplots()
    ax.bar([1, 2], [3, 4], **show.palette(1)[0])
    show.figure(fig, 'B is "twice" A <at $3 and $4>', "Costs, $3 & $4")
    len(plt.get_fignums())
    """,
    """
    import time
    def slow():
        for i in range(40):
            yield f"{i} "
            time.sleep(0.01)
        yield "costs $3 or $4"
    show.markdown_stream(slow()) == "".join(f"{i} " for i in range(40)) + "costs $3 or $4"
    """,
    """
    def cut():
        yield None
        yield "```python\\nprint(1"
        raise ConnectionError("cut")
    show.markdown_stream(cut())
    """,
    "show.markdown_stream(['all', ' at once']);",
    r"show.audio(b'RIFF\x24\x00\x00\x00WAVEfmt ', 'A voice says <yes>')",
    "show.table([{'a': 'x < $1', 'b': 2}], ['a', 'b'], 'Two $ signs $')",
]


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Any]]:
    """What a real kernel displays for each of CELLS, and all messages it sent for it."""
    home = tmp_path_factory.mktemp("kernel")
    old = dict(os.environ)
    for name in ("IPYTHONDIR", "JUPYTER_RUNTIME_DIR", "JUPYTER_DATA_DIR", "JUPYTER_CONFIG_DIR"):
        os.environ[name] = str(home / name)
    cells = [nbformat.v4.new_code_cell(dedented(source)) for source in CELLS]
    messages: list[list[str]] = []

    class Listening(NotebookClient):
        def process_message(self, msg: Any, cell: Any, cell_index: int) -> Any:
            messages[-1].append(msg["msg_type"])
            return super().process_message(msg, cell, cell_index)

    notebook = nbformat.v4.new_notebook(cells=cells)
    client = Listening(notebook, kernel_name="python3", timeout=60, allow_errors=True)
    try:
        with client.setup_kernel():
            for index, cell in enumerate(cells):
                messages.append([])
                client.execute_cell(cell, index)
        yield [(cell.outputs, sent) for cell, sent in zip(cells, messages, strict=True)]
    finally:
        os.environ.clear()
        os.environ.update(old)


def dedented(source: str) -> str:
    return re.sub(r"^    ", "", source.strip("\n"), flags=re.M).strip()


def test_a_figure_has_alt_text_and_is_closed(outputs: list[Any]) -> None:
    (picture, left_open), _ = outputs[0]
    html = picture["data"]["text/html"]
    assert 'alt="B is &quot;twice&quot; A &lt;at $3 and $4&gt;"' in html
    assert html.startswith('<figure class="mathjax_ignore"><img alt=')
    assert html.endswith("<figcaption>Costs, $3 &amp; $4</figcaption></figure>")
    png = base64.b64decode(re.search('base64,([^"]+)"', html)[1])  # type: ignore[index]
    assert png.startswith(b"\x89PNG")
    assert picture["data"]["text/plain"] == 'B is "twice" A <at $3 and $4>\nCosts, $3 & $4'
    assert left_open["data"]["text/plain"] == "0"
    assert "image/png" not in picture["data"]  # a picture of its own would have no alt text


def test_a_stream_is_drawn_a_few_times_and_stored_whole(outputs: list[Any]) -> None:
    (shown, whole), sent = outputs[1]
    text = "".join(f"{i} " for i in range(40)) + "costs $3 or $4"
    assert shown["data"]["text/plain"] == text
    assert shown["data"]["text/markdown"] == f'<div class="mathjax_ignore">\n\n{text}\n\n</div>'
    assert whole["data"]["text/plain"] == "True"
    assert 3 <= sent.count("update_display_data") <= 20  # 0.4 s at 20 a second, 41 pieces


def test_a_cut_stream_leaves_what_had_arrived(outputs: list[Any]) -> None:
    (shown, failure), _ = outputs[2]
    assert shown["data"]["text/plain"] == "```python\nprint(1"
    assert shown["data"]["text/markdown"].endswith("print(1\n```\n\n</div>")
    assert failure["ename"] == "ConnectionError"


def test_a_stream_without_pauses_is_drawn_once(outputs: list[Any]) -> None:
    (shown,), sent = outputs[3]
    assert shown["data"]["text/plain"] == "all at once"
    assert sent.count("update_display_data") <= 1  # 0, but for a pause of the machine


def test_sound_has_a_label(outputs: list[Any]) -> None:
    (shown,), _ = outputs[4]
    html = shown["data"]["text/html"]
    assert "<figcaption>A voice says &lt;yes&gt;</figcaption>" in html
    assert (
        '<audio controls aria-label="A voice says &lt;yes&gt;" src="data:audio/wav;base64,' in html
    )
    assert shown["data"]["text/plain"] == "Sound: A voice says <yes> (audio/wav, 16 bytes)"


def test_a_table_is_html_and_text(outputs: list[Any]) -> None:
    (shown,), _ = outputs[5]
    assert shown["data"]["text/html"] == (
        '<table class="mathjax_ignore"><caption>Two $ signs $</caption><thead><tr>'
        '<th scope="col" style="text-align:left">a</th>'
        '<th scope="col" style="text-align:right">b</th></tr></thead><tbody><tr>'
        '<td style="text-align:left">x &lt; $1</td><td style="text-align:right">2</td></tr></tbody>'
        "</table>"
    )
    assert shown["data"]["text/plain"] == "Two $ signs $\na       b\n---------\nx < $1  2"


# Outside Jupyter


class Drawing:
    """As much of a figure as `show.figure` needs."""

    def savefig(self, file: Any, **options: Any) -> None:
        file.write(b"\x89PNG")


def test_outside_jupyter_everything_prints(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    show.figure(Drawing(), "B is twice A")
    assert capsys.readouterr().out == "B is twice A\n"
    (tmp_path / "hello.wav").write_bytes(WAV)
    show.audio(tmp_path / "hello.wav", "Hello")
    assert capsys.readouterr().out == "Sound: Hello (audio/wav, 16 bytes)\n"
    show.table([["x", 1.5], ["y", None]], ["name", "n"])
    assert capsys.readouterr().out == "name    n\n---------\nx     1.5\ny\n"


def test_outside_jupyter_a_stream_prints_as_it_comes(capsys: pytest.CaptureFixture[str]) -> None:
    seen = []

    def chunks() -> Iterator[str | None]:
        yield "one "
        seen.append(capsys.readouterr().out)
        yield None
        yield "two"

    assert show.markdown_stream(chunks()) == "one two"
    assert seen == ["one "]
    assert capsys.readouterr().out == "two\n"


def test_nothing_heavy_loads_before_it_is_used() -> None:
    code = """if True:
        import sys
        import oaiworkbook.money.report, oaiworkbook.show, oaiworkbook.money.limits
        oaiworkbook.show.table([[1]], ["a"])
        print({"matplotlib", "IPython", "numpy", "genai_prices"} & set(sys.modules))
    """
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.endswith("\nset()\n")


# What goes wrong


def test_alt_text_and_label_are_asked_for() -> None:
    with pytest.raises(ValueError, match="needs alt text: one sentence that says the finding"):
        show.figure(Drawing(), " ")
    with pytest.raises(ValueError, match="needs a label"):
        show.audio(WAV, "")


@pytest.mark.parametrize("sound", [b"", b"\x00\x01\x02\x03", b"RIFF\x24\x00\x00\x00AVI "])
def test_sound_that_no_browser_plays_is_refused(sound: bytes) -> None:
    with pytest.raises(ValueError, match="Raw PCM needs a WAV header"):
        show.audio(sound, "Hello")


def test_bare_sound_of_a_known_rate_gets_a_header(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []
    monkeypatch.setattr(show, "_show", lambda *texts: shown.extend(texts))
    show.audio(b"\x00\x01" * 24_000, "A second", rate=24_000)
    assert shown[0] == "Sound: A second (audio/wav, 48,044 bytes)"
    sound = base64.b64decode(shown[1].split("base64,")[1].split('"')[0])
    with wave.open(io.BytesIO(sound)) as file:
        assert file.getparams()[:4] == (1, 2, 24_000, 24_000)
        assert file.readframes(1) == b"\x00\x01"


@pytest.mark.parametrize(
    ("start", "kind"),
    [
        (b"ID3\x04", "mpeg"),
        (b"\xff\xfb\x90", "mpeg"),
        (b"\xff\xf3\x84", "mpeg"),
        (b"\xff\xf1\x50", "aac"),
        (b"fLaC", "flac"),
        (b"OggS", "ogg"),
    ],
)
def test_the_kind_of_sound_is_read_from_its_first_bytes(
    start: bytes, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    show.audio(start, "Hello")
    assert f"(audio/{kind}," in capsys.readouterr().out


@pytest.mark.parametrize(
    ("start", "kind"),
    [
        (b"\x89PNG\r\n", "png"),
        (b"\xff\xd8\xff\xe0", "jpeg"),
        (b"RIFF\x24\x00\x00\x00WEBP", "webp"),
        (b"GIF89a", "gif"),
    ],
)
def test_a_picture_is_shown_as_it_is(
    start: bytes, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[str] = []
    monkeypatch.setattr(show, "_show", lambda plain, html: shown.append(html))
    file = tmp_path / "badly.named"
    file.write_bytes(start)
    for image in (start, file, str(file)):
        show.picture(image, 'A "cat" & a dog', "<Drawn>")
    data = base64.b64encode(start).decode()
    assert f'alt="A &quot;cat&quot; &amp; a dog" src="data:image/{kind};base64,{data}"' in shown[0]
    assert "<figcaption>&lt;Drawn&gt;</figcaption>" in shown[0]
    assert shown[0] == shown[1] == shown[2]


def test_a_picture_needs_alt_text_and_a_known_kind() -> None:
    with pytest.raises(ValueError, match="needs alt text"):
        show.picture(b"GIF89a", " ")
    with pytest.raises(ValueError, match="no PNG, JPEG, WebP or GIF"):
        show.picture(b"RIFF\x24\x00\x00\x00WAVE", "A cat")


def test_events_instead_of_text_are_refused() -> None:
    with pytest.raises(TypeError, match=r"not dict.*e\.delta for e in stream"):
        show.markdown_stream([{"type": "response.output_text.delta"}])  # type: ignore[list-item]


@pytest.mark.parametrize("row", [["only one"], "ab", {"a": 1, "b": 2, "c": 3}.values()])
def test_a_row_that_does_not_fit_is_named(row: Any) -> None:
    with pytest.raises(ValueError, match="does not have a cell for each of: a, b"):
        show.table([row], ["a", "b"])


# Looks


def test_neighbours_differ_in_more_than_colour() -> None:
    looks = show.palette(20)
    assert len({(look["facecolor"], look["hatch"]) for look in looks}) == 20
    for left, right in pairwise(looks):
        assert left["hatch"] != right["hatch"]
        assert left["facecolor"] != right["facecolor"]


def test_numbers_and_amounts_stand_to_the_right() -> None:
    table = Table([["a-1", "USD 0.0042", "1,024", "2026-11-22"], ["b", "unknown", "", "x"]], "wxyz")
    assert repr(table).splitlines()[2:] == [
        "a-1  USD 0.0042  1,024  2026-11-22",
        "b       unknown         x",
    ]


def test_a_table_without_rows_is_its_heading() -> None:
    assert repr(Table([], ["a", "b"])) == "a  b\n----"


def test_the_same_figure_makes_the_same_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    from matplotlib.figure import Figure

    shown: list[str] = []
    monkeypatch.setattr(show, "_show", lambda plain, html: shown.append(html))
    for _ in range(2):
        fig = Figure()
        fig.add_subplot().plot([1, 2, 3])
        show.figure(fig, "It rises")
        time.sleep(0.01)
    assert shown[0] == shown[1]
