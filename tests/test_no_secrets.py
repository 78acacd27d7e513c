"""Nothing that ships holds a key: not the package, not the lessons, not the recordings."""

import re
import subprocess

from .authoring.surroundings import ROOT

KEY = re.compile(
    rb"(?<![\w-])sk-(?=[A-Za-z0-9_-]*\d)[A-Za-z0-9_-]{16,}"
    rb"|(?i:authorization[\"']?\s*[:=]\s*[\"']?bearer) [A-Za-z0-9._-]{16,}"
    rb"|(?<!\w)(?:org|proj)[-_][A-Za-z0-9]{20,}"
)


def files() -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    names = [name for name in listed.stdout.decode().split("\0") if name]
    return names or [str(p.relative_to(ROOT)) for p in ROOT.rglob("*") if ".venv" not in p.parts]


def test_no_file_holds_something_like_a_key() -> None:
    found = []
    for name in files():
        path = ROOT / name
        if path.is_file():
            match = KEY.search(path.read_bytes())
            if match:
                found.append(f"{name}, at byte {match.start()}")
    assert files()
    assert found == []


def test_what_a_key_looks_like() -> None:
    keys = ["sk-" + "a1" * 10, "sk-proj-" + "b" * 40, "org-" + "c3" * 12, "proj_" + "d" * 24]
    keys += ["sk-" + "proj-Ab3-Ef9hIjKlMnQrStUv", "sk-" + "svcacct-a-1_b" * 3]
    assert all(KEY.search(key.encode()) for key in keys)
    assert KEY.search(b'"Authorization": "Bearer ' + b"e5" * 10 + b'"')
    assert not any(
        KEY.search(text) for text in (b"sk-test", b"task-force-of-twenty-people", b"sk-...")
    )
