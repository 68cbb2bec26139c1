"""The pages of eastmoney's articles, in three templates."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

NEWEST = """\
<div class="contentwrap">
<div class="title">{title}</div>
<div class="tipbox"><div class="infos">
<div class="item">{date}</div><div class="item">来源：{source}</div>
</div></div>
<div class="abstract"><div class="label">摘要</div><div class="txt">{lead}</div></div>
<div class="txtinfos" id="ContentBody">{body}</div>
</div>
"""
OLDER = """\
<div class="newsContent">
<h1>{title}</h1>
<div class="time">{date}</div>
<div class="source">来源：{source}</div>
<div class="b-review">{lead}</div>
<div id="ContentBody" class="Body">{body}</div>
</div>
"""
OLDEST = """\
<div class="content_text">{body}</div>
"""

_PAGE = """\
<!DOCTYPE html>
<html>
<head>
<meta charset="utf-8">
<title>{title}_东方财富网</title>
</head>
<body>
<div class="header"><a href="/">财经首页</a></div>
{article}<div class="zwothers">原标题：{title}</div>
</body>
</html>
"""

FRONT = """\
<!DOCTYPE html>
<html>
<head>
<meta charset="utf-8">
<title>财经_东方财富网</title>
</head>
<body>
<div class="header"><a href="/">财经首页</a></div>
</body>
</html>
"""


def page(template: str, *, title: str, date: datetime, source: str, lead: str, body: str) -> str:
    """The time has minutes only, unlike in the list and in JSON."""
    shown = html.escape(title)
    article = template.format(
        title=shown,
        date=f"{date:%Y年%m月%d日 %H:%M}",
        source=html.escape(source),
        lead=html.escape(lead),
        body=body,
    )
    return _PAGE.format(title=shown, article=article)
