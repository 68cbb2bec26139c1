"""``finews archive-refile``: moves posts to the source under which they would be filed today."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence

from archiver.audit.filing import Move
from archiver.audit.refile import Found, apply, find
from archiver.commands.base import ArchiveCommand
from archiver.sites.load import load
from archiver.storage.files import POSTS
from archiver.storage.redirects import REDIRECTS
from archiver.terminal import printable

_SHOWN = 3
"""Files of each move that the text names; JSON names all."""

_WHAT_TO_DO = {
    "edited": "your edit is kept: change categories, tags and the last line yourself",
    "missing": "finews archive-check says what to do",
    "form": "change categories, tags and the last line yourself",
}


class Command(ArchiveCommand):
    example = "--site mine.yaml --source 样例晚报客户端 --apply"

    def short_desc(self) -> str:
        return "Move posts to the source that an alias names today"

    def long_desc(self) -> str:
        return (
            "Read the credit of every post in the archive (ARCHIVER_OUTPUT) again, with the aliases of the "
            "site and the credit grammar of today, and print which posts belong to another source. Nothing "
            "is changed without --apply."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        group = parser.add_argument_group(title="Archive")
        group.add_argument(
            "--site",
            default="finews",
            metavar="NAME",
            help="a bundled site, or a profile as a .yaml file",
        )
        group.add_argument(
            "--source",
            default="",
            metavar="TEXT",
            help="only posts that are filed under this name, tag or category now",
        )
        group.add_argument(
            "--apply",
            action="store_true",
            help=f"move them; the addresses that change are in {REDIRECTS}",
        )
        group.add_argument("--json", action="store_true", help="write JSON")

    def work(self, args: list[str], opts: argparse.Namespace) -> None:
        root, site = self.root(args), load(opts.site)
        found = (apply if opts.apply else find)(root, site, opts.source)
        if opts.json:
            about = {"archive": str(root), "site": site.name, "applied": opts.apply}
            self.write_json({**about, **as_dict(found), "exit_status": self.exitcode})
        else:
            self.write(as_text(found, applied=opts.apply))


def _grouped(moves: Sequence[Move]) -> Mapping[tuple[str, ...], list[str]]:
    """Old and new category and tag → the files of the posts."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for move in moves:
        key = (move.row.category, move.row.tag, move.category, move.tag)
        groups.setdefault(key, []).append(f"{POSTS}/{move.row.name}")
    return groups


def as_dict(found: Found) -> dict[str, object]:
    return {
        "moves": [
            {
                "from": {"category": old_category, "tag": old_tag},
                "to": {"category": category, "tag": tag},
                "count": len(files),
                "posts": files,
            }
            for (old_category, old_tag, category, tag), files in _grouped(found.moves).items()
        ],
        "kept": [
            {
                "kind": kept.kind,
                "path": f"{POSTS}/{kept.move.row.name}",
                "id": kept.move.row.id,
                "detail": kept.detail,
                "todo": _WHAT_TO_DO[kept.kind],
                "category": kept.move.category,
                "tag": kept.move.tag,
            }
            for kept in found.kept
        ],
        "pages": {
            "removed": [page.path for page in found.pages],
            "kept": [page.path for page in found.edited_pages],
        },
        "other_sites": found.others,
        "cut_off": found.was_cut_off,
    }


def as_text(found: Found, *, applied: bool) -> str:
    return "\n".join([*_lines(found, applied=applied), _summary(found, applied=applied)])


def _lines(found: Found, *, applied: bool) -> Iterator[str]:
    for (old_category, old_tag, category, tag), files in _grouped(found.moves).items():
        shown = ", ".join(map(printable, files[:_SHOWN])) + (", …" if len(files) > _SHOWN else "")
        old, new = (f"{printable(t)} ({printable(c)})" for t, c in ((old_tag, old_category), (tag, category)))
        yield f"{old} → {new}: {len(files)} posts: {shown}"
    for kept in found.kept:
        path = printable(f"{POSTS}/{kept.move.row.name}")
        where = f"belongs to {printable(kept.move.tag)} ({printable(kept.move.category)})"
        yield f"{kept.kind}: {path}: {where}; {printable(kept.detail)}; {_WHAT_TO_DO[kept.kind]}"
    for page in found.pages:
        what = "page removed" if applied else "page to remove"
        yield f"{what}: {printable(page.path)}: its category has no posts"
    for page in found.edited_pages:
        yield f"page kept: {printable(page.path)}: its category has no posts, but you edited it"
    if found.was_cut_off:
        yield "an earlier --apply was cut off: the next run, or --apply, completes it"


def _summary(found: Found, *, applied: bool) -> str:
    line = f"{len(found.moves)} posts {'moved' if applied else 'to move'}"
    line += f", {len(found.kept)} kept" if found.kept else ""
    line += f", {found.others} of other sites left out" if found.others else ""
    if found.moves:
        line += f"; {REDIRECTS} has their old addresses" if applied else "; --apply moves them"
    return line
