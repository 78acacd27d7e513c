"""The papers of lesson 30 say what its answers say of them, and its wrong quotations are wrong."""

import zipfile
from xml.etree import ElementTree

import pytest
from pypdf import PdfReader

from tests.authoring.standin import lesson_30
from tests.authoring.standin import make_orchestra as papers

SAMPLES = papers.SAMPLES
WORDS = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
CELLS = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def pages(name: str) -> list[str]:
    read = PdfReader(SAMPLES / name).pages
    return [" ".join(page.extract_text().split()) for page in read]


def inside(name: str, part: str) -> ElementTree.Element:
    with zipfile.ZipFile(SAMPLES / name) as file:
        for each in file.namelist():
            if each.endswith((".xml", ".rels")):
                ElementTree.fromstring(file.read(each))
        return ElementTree.fromstring(file.read(part))


def test_the_pdfs_hold_their_texts() -> None:
    assert pages("viola_loan.pdf") == [" ".join(page) for page in papers.AGREEMENT]
    assert pages("insurer_letter.pdf") == [" ".join(papers.LETTER)]


def test_the_scanned_page_holds_a_picture_and_no_text() -> None:
    assert pages("viola_condition.pdf") == [""]
    assert len(PdfReader(SAMPLES / "viola_condition.pdf").pages[0].images) == 1


def test_the_stamp_is_a_picture_in_both_letters() -> None:
    [page] = PdfReader(SAMPLES / "insurer_letter.pdf").pages
    assert len(page.images) == 1
    assert not any("2027" in text for text in (*papers.LETTER, page.extract_text()))
    body = inside("insurer_letter.docx", "word/document.xml")
    assert [each.text for each in body.iter(f"{WORDS}t")] == papers.LETTER
    with zipfile.ZipFile(SAMPLES / "insurer_letter.docx") as file:
        assert file.read("word/media/stamp.png").startswith(b"\x89PNG")


def test_the_table_holds_its_rows() -> None:
    sheet = inside("instruments.xlsx", "xl/worksheets/sheet1.xml")
    rows = [["".join(cell.itertext()) for cell in row] for row in sheet.iter(f"{CELLS}row")]
    assert rows == [[str(value) for value in row] for row in papers.ROWS]


@pytest.mark.parametrize("month", ["05", "07"])
def test_the_answers_name_what_is_due_back(month: str) -> None:
    name = {"05": "May", "07": "July"}[month]
    said = lesson_30.SAID[(f"What is due back before {name} 2027?", "instruments.xlsx")]
    for row in papers.ROWS[1:]:
        assert (str(row[0]) in said) is (str(row[3]) < f"2027-{month}-01")


def test_of_the_quotations_only_those_that_were_meant_to_be_wrong_are() -> None:
    texts = pages("viola_loan.pdf")
    fits = {
        question: [words in texts[page - 1] for page, words in quotes]
        for question, (_, quotes) in lesson_30.CITED.items()
    }
    assert fits == {lesson_30.FELL: [True, False, False], lesson_30.FLIES: [True, True]}
    _, [_, (_, elsewhere), (_, nowhere)] = lesson_30.CITED[lesson_30.FELL]
    assert elsewhere in texts[1]
    assert not any(nowhere in text for text in texts)


def test_they_are_small_and_the_same_each_time() -> None:
    assert papers.xlsx(papers.ROWS) == (SAMPLES / "instruments.xlsx").read_bytes()
    once, again = (papers.pdf(papers.page(each) for each in papers.AGREEMENT) for _ in range(2))
    assert once == again
    sizes = [path.stat().st_size for path in SAMPLES.glob("*.pdf")]
    assert max(sizes) < 10_000
