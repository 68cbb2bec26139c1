"""Files of the site that do not depend on its articles."""

from __future__ import annotations

ROBOTS = "User-agent: *\nDisallow:\n"

STYLE = """/* Hides the text that the unescaped og:description of a post leaves in the page body. */
body { margin: 0; padding: 32px; font: 0/1.7 "Noto Sans CJK SC", sans-serif; color: #444; }
body > :not(.wrapper) { display: none; }
.wrapper { max-width: 46em; margin: 0 auto; font-size: 16px; }
header { border-bottom: 1px solid #e5e5e5; margin-bottom: 1.5em; }
h1, h2 { color: #222; line-height: 1.4; }
header h1 a, a { color: #267cb9; text-decoration: none; }
a:hover { text-decoration: underline; }
blockquote { margin: 0 0 1em; padding-left: 1em; border-left: 3px solid #e5e5e5; color: #666; }
img { max-width: 100%; height: auto; }
pre { overflow-x: auto; font-size: 12px; }
hr { border: 0; border-top: 1px solid #e5e5e5; }
footer, small { color: #777; }
"""

PICTURE = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="578" height="276" viewBox="0 0 578 276">'
    '<rect width="578" height="276" fill="#f4f4f4"/>'
    '<polyline points="20,220 90,180 160,205 230,120 300,150 370,90 440,110 558,40" fill="none"'
    ' stroke="#b9b9b9" stroke-width="3"/></svg>'
)
