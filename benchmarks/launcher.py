"""Runs one command and writes its figures: duration, CPU time, peak RSS, bytes written, exit status.

``python -I -S launcher.py FIGURES SECONDS COMMAND…`` writes them as JSON to the file FIGURES. After SECONDS,
the command and all processes that it started are killed. The launcher imports little, so that its own memory
is always smaller than the peak RSS of the command.
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
with open(FIGURES, "w", encoding="utf-8") as file:  # noqa: PTH123 - pathlib needs too much memory
    json.dump(figures, file)
