"""``finews``, also ``python -m archiver``: Scrapy's command line with the archiver's settings, in any folder.

In a folder with a ``scrapy.cfg`` (there or in a parent folder) the settings of that project are used, as
``scrapy`` does. They must include those of the archiver.
"""

from __future__ import annotations

import difflib
import os
import pkgutil
import sys
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points, version
from pathlib import Path

import scrapy.commands
from scrapy.cmdline import execute
from scrapy.utils.conf import closest_scrapy_cfg
from scrapy.utils.project import get_project_settings

from archiver.errors import BadArgument
from archiver.terminal import tell, write

_HELP = """\
finews {version}: archives Chinese financial news as a Jekyll site (Scrapy {scrapy})

Usage: finews COMMAND [options]

Crawl
  finews crawl category             archive what the category pages of a site list
  finews crawl category -a site=eastmoney -a category=350 -a limit=20
  finews crawl share -a infocode=ID archive single articles, by id, address (url=) or list (file=)

The archive, in ./output or where -s ARCHIVER_OUTPUT=DIR says
{archive}

Your own site
{site}

Try it without the network
  finews replica -- finews crawl category

Scrapy's own commands work too: list, shell, fetch, parse, settings and others.
finews COMMAND --help explains a command."""


def main(words: list[str] | None = None) -> None:
    """Runs the command and exits with its status; 2 if the command or the folder is wrong."""
    words = sys.argv[1:] if words is None else words
    sys.argv = ["finews", *words]  # help and error messages begin with the name of the program
    try:
        _use_project()
        _answer(words)
    except BadArgument as exc:
        tell(f"finews: {exc}")
        sys.exit(2)
    execute(sys.argv)


def _answer(words: list[str]) -> None:
    """Prints the overview or the version and exits. Raises BadArgument for an unknown command."""
    if not words or words[0] in ("-h", "--help", "help"):
        write(_overview())
        sys.exit(0)
    if words[0] == "--version":
        write(f"finews-archiver {version('finews-archiver')}, Scrapy {version('scrapy')}")
        sys.exit(0)
    known = sorted({*_ours(), *_scrapys()})
    if not words[0].startswith("-") and words[0] not in known:
        nearest, *_ = difflib.get_close_matches(words[0], known, n=1, cutoff=0)
        raise BadArgument(f"there is no command {words[0]!r}; did you mean {nearest!r}? finews --help")


def _use_project() -> None:
    """Chooses the settings. Raises BadArgument for a project that is not one of the archiver."""
    if config := closest_scrapy_cfg():
        _check_project(config)
        return
    os.environ["SCRAPY_SETTINGS_MODULE"] = "archiver.settings"
    here = str(Path.cwd())
    # Classes of the user (ARCHIVER_RECORDERS) are found in the working directory. It comes last, and
    # `spiders` is imported before: a folder of that name does not hide the archiver's spiders.
    import_module("spiders")
    sys.path[:] = [*(path for path in sys.path if path not in ("", here)), here]


def _check_project(config: str) -> None:
    try:
        settings = get_project_settings()
    except ImportError as exc:
        raise BadArgument(f"the settings that {config} names cannot be imported: {exc}") from exc
    if "ARCHIVER_OUTPUT" not in settings:
        raise BadArgument(
            f"{config} is another Scrapy project, without the archiver's settings; run finews in a folder "
            "outside of it"
        )


def _overview() -> str:
    width = max(map(len, _ours()))
    lines = [
        (name, f"  finews {name:<{width}}  {command.load()().short_desc()}")
        for name, command in _ours().items()
    ]
    return _HELP.format(
        version=version("finews-archiver"),
        scrapy=version("scrapy"),
        archive="\n".join(line for name, line in lines if name.startswith("archive-")),
        site="\n".join(line for name, line in lines if name.startswith("site-")),
    )


def _ours() -> dict[str, EntryPoint]:
    entries = sorted(entry_points(group="scrapy.commands"), key=lambda entry: entry.name)
    return {entry.name: entry for entry in entries if entry.value.startswith("archiver.")}


def _scrapys() -> list[str]:
    return [module.name for module in pkgutil.iter_modules(scrapy.commands.__path__)]


if __name__ == "__main__":
    main()
