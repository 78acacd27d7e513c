"""Makes the papers of lesson 30 in data/samples: PDFs, a scanned page, a letter, a table.

python -m tests.authoring.standin.make_orchestra

What they say stands here once. The answers of lesson 30 are written from it.
"""

import io
import textwrap
import zipfile
from collections.abc import Iterable
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

SAMPLES = Path(__file__).parents[3] / "data" / "samples"

AGREEMENT = [
    [
        "LOAN AGREEMENT 114",
        "Lender: Halden Foundation for Young Musicians. Borrower: Rowan Hill Youth Orchestra.",
        "1 Instrument. Viola by Anna Berg, made in 1987, with a bow by H. Lotz and a hard case.",
        "2 Period. From 1 September 2026 to 30 June 2027.",
        "3 Use. The viola is played by members of the orchestra only. "
        "It is not lent to anyone else.",
        "4 Insurance. The borrower insures viola and bow for EUR 18,500 before the case leaves "
        "the house. The insurance covers the whole period.",
    ],
    [
        "5 Travel. The viola travels in its hard case. By air it goes in the cabin, "
        "never in the hold.",
        "6 Care. Humidity is kept between 45 and 60 percent. "
        "Strings are changed at the borrower's cost.",
        "7 Damage. Every damage is reported to the lender within 48 hours. "
        "No repair is made without the lender's consent in writing.",
        "8 Return. The viola is brought back by 4 pm on the last day of the period. "
        "Each day late costs EUR 25.",
    ],
]
LETTER = [
    "Fjord Mutual, insurance of instruments",
    "To the Rowan Hill Youth Orchestra, 27 August 2026",
    "Policy 7-2210 covers the viola of loan agreement 114 and its bow for EUR 18,500.",
    "The cover ends on the day in the stamp below.",
]
STAMP = ["COVERED UNTIL", "31 MAY 2027"]
CONDITION = [
    "CONDITION REPORT",
    "viola, agreement 114",
    "1  old scratch, 14 mm",
    "2  open seam, 30 mm",
    "31 Aug 2026   T. Moe",
]
SHEET = "on loan"
ROWS: list[list[str | int]] = [
    ["instrument", "owner", "value EUR", "due back"],
    ["viola", "Halden Foundation", 18500, "2027-06-30"],
    ["bass clarinet", "Town of Varn", 6200, "2027-03-15"],
    ["harp", "K. Lunde", 22400, "2027-12-31"],
    ["piccolo", "Town of Varn", 1900, "2027-03-15"],
    ["french horn", "Halden Foundation", 7300, "2027-06-30"],
]

A4 = (8.27, 11.69)  # inches
_WHEN = (2026, 8, 27, 12, 0, 0)  # of every file inside a docx or xlsx
_WORDS = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_CELLS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def pdf(pages: Iterable["Figure"]) -> bytes:
    """The same bytes each time: no date, no name of a program, no font inside."""
    import matplotlib
    from matplotlib.backends.backend_pdf import PdfPages

    bare = dict.fromkeys(("CreationDate", "Creator", "Producer"))
    stream = io.BytesIO()
    with (
        matplotlib.rc_context({"pdf.use14corefonts": True}),
        PdfPages(stream, metadata=bare) as file,
    ):
        for page in pages:
            file.savefig(page)
    return stream.getvalue()


def page(paragraphs: list[str]) -> "Figure":
    from matplotlib.figure import Figure

    figure, height = Figure(figsize=A4), 0.92
    for paragraph in paragraphs:
        for line in textwrap.wrap(paragraph, 72):
            figure.text(0.1, height, line, fontsize=11, family="Helvetica", weight="medium")
            height -= 0.022
        height -= 0.018
    return figure


def _grey(figure: "Figure") -> "NDArray[Any]":
    """The figure in four greys: small, and with the look of a copier."""
    import numpy as np
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    canvas: Any = FigureCanvasAgg(figure)
    canvas.draw()
    grey = np.asarray(canvas.buffer_rgba())[:, :, 0]
    return (grey // 64 * 85).astype("uint8")


def png(pixels: "NDArray[Any]") -> bytes:
    from PIL import Image

    stream = io.BytesIO()
    Image.fromarray(pixels).quantize(4).save(stream, "PNG", optimize=True)
    return stream.getvalue()


def stamp() -> "NDArray[Any]":
    from matplotlib.figure import Figure

    figure = Figure(figsize=(3, 1), dpi=100)
    for height, words in zip((0.62, 0.22), STAMP, strict=True):
        figure.text(0.5, height, words, ha="center", fontsize=16, family="DejaVu Sans Mono")
    figure.patches.append(_frame(figure))
    return _grey(figure)


def _frame(figure: "Figure") -> Any:
    from matplotlib.patches import Rectangle

    return Rectangle((0.03, 0.06), 0.94, 0.88, fill=False, lw=3, transform=figure.transFigure)


def condition() -> "NDArray[Any]":
    """A sheet as a copier sees it: a viola with two marks, and what they mean."""
    import numpy as np
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5.2, 7.35), dpi=100)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, 520), ylim=(735, 0))
    axes.axis("off")
    written: dict[str, Any] = {"family": "DejaVu Sans Mono", "color": "black"}
    axes.text(40, 60, CONDITION[0], fontsize=17, **written)
    axes.text(40, 95, CONDITION[1], fontsize=13, **written)
    turn = np.linspace(-np.pi / 2, np.pi / 2, 60)
    # Half of the body, from the neck down, and its mirror image.
    side = 62 + 14 * np.sin(turn) - 26 * np.exp(-((turn + 0.1) ** 2) / 0.06)
    side *= np.sqrt(np.clip(np.cos(turn), 0, 1)) ** 0.5
    down = 330 + 125 * np.sin(turn)
    for sign in (1, -1):
        axes.plot(260 + sign * side * 1.35, down, color="black", lw=2)
        axes.plot(260 + sign * np.array([9, 9]), [206, 135], color="black", lw=2)
    axes.plot([214, 236], [412, 420], color="black", lw=3)
    axes.text(180, 430, "1", fontsize=17, **written)
    axes.plot([318, 330], [262, 285], color="black", lw=3)
    axes.text(345, 270, "2", fontsize=17, **written)
    for number, line in enumerate(CONDITION[2:]):
        axes.text(40, 540 + 50 * number, line, fontsize=15, **written)
    return _grey(figure)


def scanned(pixels: "NDArray[Any]") -> "Figure":
    """A page that is a picture and nothing else."""
    from matplotlib.figure import Figure

    high, wide = pixels.shape
    figure = Figure(figsize=(wide / 72, high / 72), dpi=72)
    figure.figimage(pixels, cmap="gray", vmin=0, vmax=255)
    return figure


def stamped(paragraphs: list[str], pixels: "NDArray[Any]") -> "Figure":
    figure = page(paragraphs)
    axes = figure.add_axes((0.1, 0.6, 0.36, 0.12))
    axes.imshow(pixels, cmap="gray", vmin=0, vmax=255, interpolation="none")
    axes.axis("off")
    return figure


def _zipped(files: dict[str, str | bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as file:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, _WHEN)
            entry.compress_type, entry.create_system = zipfile.ZIP_DEFLATED, 3
            file.writestr(entry, content)
    return stream.getvalue()


def _types(*rows: tuple[str, str]) -> str:
    """`[Content_Types].xml`: a row is a part, or an ending, and its type."""
    kinds = [("rels", "application/vnd.openxmlformats-package.relationships+xml")]
    kinds += [("xml", "application/xml"), *rows]
    listed = "".join(
        f'<Override PartName="{name}" ContentType="{kind}"/>'
        if name.startswith("/")
        else f'<Default Extension="{name}" ContentType="{kind}"/>'
        for name, kind in kinds
    )
    return f'{_XML}<Types xmlns="{_PACKAGE}/content-types">{listed}</Types>'


def _relations(*rows: tuple[str, str]) -> str:
    listed = "".join(
        f'<Relationship Id="rId{n}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(rows, 1)
    )
    return f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">{listed}</Relationships>'


def docx(paragraphs: list[str], picture: bytes) -> bytes:
    word = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    text = "".join(f"<w:p><w:r><w:t>{escape(each)}</w:t></w:r></w:p>" for each in paragraphs)
    size = 'cx="2743200" cy="914400"'
    shown = (
        f'<w:p><w:r><w:drawing><wp:inline xmlns:wp="{_DRAWING}/wordprocessingDrawing">'
        f'<wp:extent {size}/><wp:docPr id="1" name="stamp"/>'
        f'<a:graphic xmlns:a="{_DRAWING}/main"><a:graphicData uri="{_DRAWING}/picture">'
        f'<pic:pic xmlns:pic="{_DRAWING}/picture"><pic:nvPicPr><pic:cNvPr id="1" name="stamp"/>'
        f'<pic:cNvPicPr/></pic:nvPicPr><pic:blipFill><a:blip xmlns:r="{_OFFICE}" r:embed="rId1"/>'
        "<a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr><a:xfrm>"
        f'<a:off x="0" y="0"/><a:ext {size}/></a:xfrm><a:prstGeom prst="rect"><a:avLst/>'
        "</a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline>"
        "</w:drawing></w:r></w:p>"
    )
    body = f'{_XML}<w:document xmlns:w="{_WORDS}"><w:body>{text}{shown}</w:body></w:document>'
    return _zipped(
        {
            "[Content_Types].xml": _types(("png", "image/png"), ("/word/document.xml", word)),
            "_rels/.rels": _relations(("officeDocument", "word/document.xml")),
            "word/document.xml": body,
            "word/_rels/document.xml.rels": _relations(("image", "media/stamp.png")),
            "word/media/stamp.png": picture,
        }
    )


def xlsx(rows: list[list[str | int]]) -> bytes:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml."
    lines = "".join(f"<row>{''.join(map(_cell, row))}</row>" for row in rows)
    sheet = f'{_XML}<worksheet xmlns="{_CELLS}"><sheetData>{lines}</sheetData></worksheet>'
    book = (
        f'{_XML}<workbook xmlns="{_CELLS}" xmlns:r="{_OFFICE}"><sheets>'
        f'<sheet name="{SHEET}" sheetId="1" r:id="rId1"/></sheets></workbook>'
    )
    return _zipped(
        {
            "[Content_Types].xml": _types(
                ("/xl/workbook.xml", kind + "sheet.main+xml"),
                ("/xl/worksheets/sheet1.xml", kind + "worksheet+xml"),
            ),
            "_rels/.rels": _relations(("officeDocument", "xl/workbook.xml")),
            "xl/workbook.xml": book,
            "xl/_rels/workbook.xml.rels": _relations(("worksheet", "worksheets/sheet1.xml")),
            "xl/worksheets/sheet1.xml": sheet,
        }
    )


def _cell(value: str | int) -> str:
    if isinstance(value, int):
        return f"<c><v>{value}</v></c>"
    return f'<c t="inlineStr"><is><t>{escape(value)}</t></is></c>'


def main() -> None:
    sheet, seal = condition(), stamp()
    for name, content in {
        "viola_loan.pdf": pdf(page(each) for each in AGREEMENT),
        "viola_condition.png": png(sheet),
        "viola_condition.pdf": pdf([scanned(sheet)]),
        "insurer_letter.docx": docx(LETTER, png(seal)),
        "insurer_letter.pdf": pdf([stamped(LETTER, seal)]),
        "instruments.xlsx": xlsx(ROWS),
    }.items():
        (SAMPLES / name).write_bytes(content)
        print(name, len(content))


if __name__ == "__main__":
    main()
