"""Texts that break posts if they are not escaped."""

from __future__ import annotations

from archiver.normalise import text

_LINES = [
    "湖滨市：多措并举稳增长",
    '他说"涨停"了', "it's 'quoted' \"twice\"", "反斜杠\\n与\\", "a\\\\b", "冒号: 空格 #注释", "结尾冒号:", "# 标题", "#1 号",
    "- 列表", "-5.1%", "+ 加", "+3%", "* 星", "*ST海航与*ST康美", "**粗**", "_斜_", "a_b_c", "__init__", "`代码`", "``", "```", "~~~", "~~删~~", "5~10%",
    "---", "...", "----", "- - -", "===", "--", "破折--号", "省略...号", "a---b", "<<引>>", "<< 引 >>", "\\<<x", ">>", "> 引", "a>b", "1<2",
    "| 表 | 格 |", "甲|乙", "{: .cls}", "{:.cls}", "{::options x=1 /}", "{:/}", "{::comment}", "{#id}", "{{ site.time }}", "{% foo %}", "{% include x %}",
    "{{", "{%", "{%- endraw -%}", "{{{{", "{{%", "{ {x} }", "[^1]", "[^1]: 注", "*[HTML]: 词", "[链接](javascript:alert(1))", "[x]: http://e.com", "![图](x)",
    "[x][y]", "]", "[", "甲]乙", "[]()", "](x)", "[ ] 任务", ": 定义", ":sym", "!ruby/object:X", "!!python/none", "&锚", "*别名", "@x", "%x", "%YAML 1.1", "? 键",
    "$$x$$", "$$", "$100", "$", "<b>粗</b>", "</title><script>alert(1)</script>", "<!-- 注 -->", "<http://e.com>", "<x@e.com>", "http://e.com/a_b_c", "a@e.com",
    "AT&T", "R&D投入", "A&amp;B", "&lt;b&gt;", "&copy;", "&copy", "&#65;", "&#x41;", "&nosuch;", "&", "&&", "&#", "&;", "1. 第一", "12. 第十二", "2022. 年", "3.5亿元", "1.",
    "1) 一", "^", "^x", "no", "yes", "on", "off", "true", "null", "~", "y", "n", "1e3", "0x1F", "0o17", "017", "1_000", "1,234", "1,2", "-.5", ".5", "+1", "12:30:45", "190:20:30",
    ".inf", "-.inf", ".nan", "2022-02-22", "2022-2-2", "2022-02-22 17:47:15", "2022-02-22T17:47:15Z", "2022-02-30", "=", "<<", "[a, b]", "{a: b}", "a: b", "- a\n- b", "a\nb: c",
    'x"\n---\n<script>', "x\r---\r", "x\u2028---\u2028", "x\npublished: false", "x\nlayout: x", "a\tb", "a\0b", "a\x1b[31mb", "a\x7fb\x85c", "\ufeffa", "a\u200bb", "a\u202eb", "\ufffea",
    "😀🇨🇳", "𠮷野家", "\ud800x", "a\ud83d", "é e\u0301", "甲　乙", "甲\xa0乙", "　　甲", "甲" * 400, "长 " * 2500, "'", '"', "\\", "''", '""', "'x", '"x', "x'", "`x", "x\\",
    "% 5", "a, b", "甲 乙 丙", "Career In 投行", "21财经 新闻", "上海证券报·中国证券网", "(xianggang)", "甲「乙」", "【丙】丁", "\\*x", "\\[x\\]", "x  ", "  x", "x \\", "1*2*3", "甲 * 乙 * 丙", "a ** b",
    "{{ 7 | times: 6 }}", "{% raw %}{{ x }}{% endraw %}", "甲{", "{", "}", "}}", "%}", "{%", "+++", "***", "___", "||", "a | b | c", "|-|", ":---:", "\\", "\\\\", "\\`", "#", "##", "####### x",
    "TODO(x): y", "H₂O", "ﬁ", "\u00ad软", "１２３", "no:", "no #x", "'no'", "a 'b' c", 'a "b" c', "the '80s", "He said, \"'Quoted' words\"", "'s", "s's", "甲'乙'丙", '甲"乙"丙', "(c) (r) (tm)", "...x", "x...", "....", ".....", "-->", "<--", "->", "=>",
]  # fmt: skip

TEXTS = list(dict.fromkeys(filter(None, map(text.clean, _LINES))))
"""The texts in the form that reaches a post: one clean line each."""

RAW_TEXTS = [line for line in dict.fromkeys(_LINES) if "\ud800" not in line and "\ud83d" not in line]
"""The texts before cleaning, except those with lone surrogates, which no file can contain."""
