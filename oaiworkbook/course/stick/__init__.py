"""A folder, such as one on a USB stick, from which the course is installed without a network.

`targets` says for which systems and Pythons and with what, `wheels` fetches it, `make` writes the
folder. `start.py`, `start.sh`, `start.cmd` and the texts are copied onto the stick as they are.
"""

PYTHONS = ("3.11", "3.12", "3.13", "3.14")
PLATFORMS = ("windows-x86_64", "macos-x86_64", "macos-arm64", "linux-x86_64", "linux-aarch64")
