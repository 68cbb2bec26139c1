"""The docs agree with the code: settings, reasons, doubts, exit statuses, commands, links."""

from __future__ import annotations

import re
from importlib.metadata import entry_points

import pytest

from archiver import settings
from archiver.options import OPTIONS
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


def test_every_doubt_is_documented() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES)
    doubts = set(re.findall(r'"((?:date|source|digest|link|encoding)/[a-z]+|text/repeated)"', code))
    assert len(doubts) > 8
    assert not {doubt for doubt in doubts if f"| `{doubt}` |" not in docs("docs/reasons.md")}


def test_every_exit_status_is_documented() -> None:
    rows = re.findall(r"^\| (\d) \|", docs("docs/exit-status.md"), re.MULTILINE)
    assert [int(row) for row in rows] == [int(status) for status in Status]


def test_every_command_is_in_the_readme() -> None:
    ours = {
        entry.name for entry in entry_points(group="scrapy.commands") if entry.value.startswith("archiver.")
    }
    assert ours
    for name in ours:
        assert f"scrapy {name}" in docs("README.md")


@pytest.mark.parametrize("path", [path.name for path in PROJECT.glob("*.md")] + ["docs/architecture.md"])
def test_links_in_the_docs_point_to_existing_files(path: str) -> None:
    prose = re.sub(r"^```.*?^```", "", docs(path), flags=re.DOTALL | re.MULTILINE)
    for target in re.findall(r"\]\(((?!https?:)[^)#]+)", prose):
        assert (PROJECT / path).parent.joinpath(target).exists(), target


def test_every_path_in_the_architecture_exists() -> None:
    for room in re.findall(r"`((?:archiver|spiders|tests|docs)/[\w/.]+)`", docs("docs/architecture.md")):
        assert (PROJECT / room).exists(), room
