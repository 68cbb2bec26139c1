"""The page of the share host. It contains no article text: its script requests that from the text service."""

from __future__ import annotations

import json
from urllib.parse import quote


def share(info_code: str) -> str:
    return _SHELL.format(address=json.dumps(f"/NewsData/GetNewsText.do?id={quote(info_code)}"))


_SHELL = """\
<!DOCTYPE html>
<html lang="zh-CN">
<head>
<meta charset="UTF-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>资讯正文</title>
<style>
body {{ max-width: 42em; margin: 1em auto; padding: 0 1em; font: 16px/1.8 sans-serif; }}
#info {{ color: #777; }}
img {{ max-width: 100%; }}
</style>
</head>
<body>
<h1 id="title"></h1>
<p id="info"></p>
<div id="content"></div>
<script>
fetch({address}).then(function (answer) {{
  return answer.ok ? answer.json() : {{}};
}}).then(function (news) {{
  var found = {{}};
  Object.keys(news).forEach(function (key) {{ found[key.toLowerCase()] = news[key]; }});
  var body = found.text || found.content || "<p>没有找到这篇文章。</p>";
  document.getElementById("title").textContent = found.title || "";
  document.getElementById("info").textContent = [found.date, found.medianame].filter(Boolean).join("　");
  body = body.replace(/(<img src=")https?:\\/\\/[^\\/"]+/g, "$1/pictures");
  document.getElementById("content").innerHTML = body;
}});
</script>
</body>
</html>
"""
