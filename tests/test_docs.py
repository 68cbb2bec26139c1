"""The docs agree with the code: settings, reasons, doubts, exit statuses, commands, links."""

from __future__ import annotations

import re
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from archiver import settings
from archiver.options import OPTIONS
from archiver.run.doubts import MEANINGS
from archiver.run.status import Status
from tests.crawling import PROJECT

SOURCES = [*PROJECT.glob("archiver/**/*.py"), *PROJECT.glob("spiders/*.py")]


def docs(name: str) -> str:
    return (PROJECT / name).read_text(encoding="utf-8")


def test_every_setting_is_documented_with_its_default_and_its_meaning() -> None:
    rows = [
        f"| `{name}` | {'empty' if option.default == '' else f'`{option.default}`'} | {option.meaning} |"
        for name, option in OPTIONS.items()
    ]
    assert re.findall(r"^\| `ARCHIVER_.*", docs("docs/settings.md"), re.MULTILINE) == rows


def test_the_project_has_every_setting_at_its_default() -> None:
    ours = {name: value for name, value in vars(settings).items() if name.startswith("ARCHIVER_")}
    assert ours == {name: option.default for name, option in OPTIONS.items()}


def test_every_reason_is_documented() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES)
    reasons = re.findall(r'(?:Quarantined|Deferred|Skipped)\(\s*"([a-z0-9_]+)"', code)
    assert len(set(reasons)) > 15
    missing = {reason for reason in reasons if f"`{reason}`" not in docs("docs/reasons.md")}
    assert not missing


def test_every_doubt_is_documented_in_the_words_of_the_report() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES)
    doubts = set(
        re.findall(
            r'"((?:date|source|digest|link|encoding|body|title)/[a-z]+|text/(?:guessed|repeated))"', code
        )
    )
    assert len(doubts) > 8
    assert doubts <= MEANINGS.keys()
    table = docs("docs/reasons.md").partition("| doubt | in the report |")[2].partition("\n\n")[0]
    rows = re.findall(r"^\| `([a-z]+/[a-z]+)` \| ([^|]+) \|", table, re.MULTILINE)
    assert dict(rows) == dict(MEANINGS)


def test_every_exit_status_is_documented() -> None:
    rows = re.findall(r"^\| (\d) \|", docs("docs/exit-status.md"), re.MULTILINE)
    assert [int(row) for row in rows] == [int(status) for status in Status]


def test_every_command_is_in_the_readme() -> None:
    ours = {
        entry.name for entry in entry_points(group="scrapy.commands") if entry.value.startswith("archiver.")
    }
    assert ours
    for name in ours:
        assert name in docs("README.md")


PAGES = [*PROJECT.glob("*.md"), *PROJECT.glob("docs/**/*.md"), PROJECT / "benchmarks/README.md"]
page = pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(PROJECT)))

_CODE_BLOCK = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)


def links(path: Path) -> list[tuple[Path, str]]:
    """File and anchor of every link that stays in the project."""
    prose = _CODE_BLOCK.sub("", path.read_text(encoding="utf-8"))
    found = re.findall(r"\]\((?!https?:)([^)#]*)#?([^)]*)\)", prose)
    return [((path.parent / file).resolve() if file else path, anchor) for file, anchor in found]


def anchors(path: Path) -> set[str]:
    """The anchors of the headings, as GitHub makes them."""
    prose = _CODE_BLOCK.sub("", path.read_text(encoding="utf-8"))
    headings = re.findall(r"^#+ (.*)", prose, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


@page
def test_links_in_the_docs_lead_to_a_file_and_a_heading(page: Path) -> None:
    for file, anchor in links(page):
        assert file.exists(), file
        assert not anchor or anchor in anchors(file), f"{file}#{anchor}"


def test_the_index_of_the_docs_links_to_every_page() -> None:
    linked = {file for file, _ in links(PROJECT / "docs/README.md")}
    pages = {path for path in (PROJECT / "docs").rglob("*") if path.suffix in (".md", ".yaml")}
    assert pages - linked == {PROJECT / "docs/README.md"}


@page
def test_every_path_in_the_docs_exists(page: Path) -> None:
    for path in re.findall(
        r"`((?:archiver|spiders|tests|docs|benchmarks)/[\w/.-]+)`", page.read_text("utf-8")
    ):
        assert (PROJECT / path).exists(), path


def test_every_table_of_test_inputs_in_contributing_exists() -> None:
    rows = re.findall(r"^\| [^|]+ \| `(tests/[^`]+)` \| (.+) \|$", docs("CONTRIBUTING.md"), re.MULTILINE)
    assert len(rows) > 15
    for path, names in rows:
        code = docs(path)
        for name in re.findall(r"`(\w+)`", names):
            assert re.search(rf"^(?:def )?{name}(?: =|:|\()", code, re.MULTILINE), f"{path}: {name}"
