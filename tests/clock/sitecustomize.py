"""Imported by every Python process that starts with this folder on its path: moves its clock."""

import os
import time

AHEAD = "TEST_CLOCK_AHEAD"  # seconds


def move(seconds: float) -> None:
    """Sets this process's clock ahead by so much. It ticks on."""
    import time_machine

    time_machine.travel(time.time() + seconds, tick=True).start()


if __name__ == "sitecustomize" and AHEAD in os.environ:
    move(float(os.environ[AHEAD]))
