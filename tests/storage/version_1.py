"""An archive that the program wrote when the index had version 1, in the folder ``version_1``.

It has seven posts, and six articles without a post: deferred, quarantined, gone, listed, given up, and one that
the user named. Only the Jekyll skeleton and the empty lock file were left out.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.storage.archives import listed

FOLDER = Path(__file__).parent / "version_1"
POSTS = sorted(path.name for path in (FOLDER / "_posts").iterdir())
OPEN = {
    listed(9001).id: ("deferred", "timeout", "", 1),
    listed(9002).id: ("quarantined", "not_json", "", 1),
    listed(9003).id: ("skipped", "gone", "", 1),
    listed(9004).id: ("listed", "", "", 0),
    listed(9005).id: ("skipped", "gave_up", "timeout", 3),
    listed(9006).id: ("deferred", "http_5xx", "", 1),
}
"""Id → state, reason, cause, attempts."""
SLUGS = {"样例日报": "yangliribao", "样例晚报": "yangliwanbao", "样例财经": "yanglicaijing"}


def copied(root: Path) -> Path:
    shutil.copytree(FOLDER, root)
    (root / ".archive/lock").touch()
    return root
