"""The bundled site profile, changed so that the archiver sends its requests to another address."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING, Any

import yaml

from archiver.sites.load import load

if TYPE_CHECKING:
    from pathlib import Path

_FINEWS = "finews.yaml"
_HOME = "http://finews.withounder.com"


def write(base: str, path: Path) -> None:
    """Writes the profile of finews with ``base`` as its only origin and without the rolling news."""
    values: dict[str, Any] = yaml.safe_load(
        resources.files("archiver.sites").joinpath(_FINEWS).read_text(encoding="utf-8")
    )
    values["origins"] = [base]
    del values["feeds"]
    home, listing, (answer, post_page) = values["home"], values["listing"], values["steps"]
    home["url"] = f"{base}/"
    home["ignore"].append("emnews")
    home["articles"]["rows"] += ':not([href^="/emnews/"])'
    listing["url"] = listing["url"].replace(_HOME, base)
    answer["urls"] = [f"{base}/NewsData/GetNewsText.do?id={{id}}"]
    post_page["address"] = "^" + base.replace(".", r"\.") + "/"
    path.write_text(yaml.safe_dump(values, allow_unicode=True, sort_keys=False), encoding="utf-8")
    load(str(path))
