"""A small valid profile, and copies of it with one change."""

from __future__ import annotations

import copy
from typing import Any

import yaml

GOOD = """
name: mine
origins: [http://news.example.com, 'https://news.example.com:8443']
addresses: ['^https?://[^/]+/(?P<id>\\w+)\\.html']
listing:
  url: http://news.example.com/{category}/
  rows: li
  fields: {address: 'a::attr(href)'}
steps:
  - origin: answer
    urls: ['http://news.example.com/{id}.json']
    format: json
    fields: {body: text}
families:
  - {name: all, id: '\\w+', link: 'http://news.example.com/{id}'}
"""


def changed(key: str, value: Any) -> str:
    """The valid profile with one key changed; the key is removed if the value is None."""
    data = yaml.safe_load(GOOD)
    *parents, last = [int(part) if part.isdigit() else part for part in key.split(".")]
    inner = data
    for part in parents:
        inner = inner[part]
    if value is None:
        del inner[last]
    else:
        inner[last] = copy.deepcopy(value)
    return yaml.safe_dump(data, allow_unicode=True)
