"""Runs one command and writes what it cost. The process is so small that no peak RSS is ever its own.

``python -I -S launcher.py FIGURES SECONDS COMMAND…`` writes the figures as JSON; a command that takes longer
than SECONDS is killed with all it started.
"""

import json
import os
import signal
import sys
import time

FIGURES, SECONDS, *COMMAND = sys.argv[1:]

began = time.perf_counter()
pid = os.posix_spawnp(COMMAND[0], COMMAND, os.environ, setpgroup=0)
signal.signal(signal.SIGALRM, lambda *_: os.killpg(pid, signal.SIGKILL))
signal.alarm(int(SECONDS))
_, status, usage = os.wait4(pid, 0)
wall = time.perf_counter() - began
signal.alarm(0)
figures = {
    "wall": wall,
    "user": usage.ru_utime,
    "system": usage.ru_stime,
    "written": usage.ru_oublock * 512,
    "peak_rss": usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024),
    "status": os.waitstatus_to_exitcode(status),
}
with open(FIGURES, "w", encoding="utf-8") as file:  # noqa: PTH123 - pathlib would double the process
    json.dump(figures, file)
