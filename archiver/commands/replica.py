"""``finews replica``: serves a copy of the site with invented articles, to try the archiver on."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event
from typing import TYPE_CHECKING

from archiver.commands.base import ArchiverCommand
from archiver.errors import BadArgument

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping, Sequence

    from archiver.replica.server import Replica

_MIN_ARTICLES = 10

_SITES = ("finews", "eastmoney")

_SERVING = """\
A replica of {articles} invented articles is at {url}/ (Ctrl-C ends it).
Crawl it from another terminal:

    {environment} finews crawl category {arguments}-s ARCHIVER_PACE=full
"""
_ARGUMENTS = {"finews": "", "eastmoney": "-a site=eastmoney -a category=cgnjj "}
"""Name of a site → the arguments of a crawl that reads its replica."""


class Command(ArchiverCommand):
    example = "--articles 100 -- finews crawl category -s ARCHIVER_PACE=full"

    def syntax(self) -> str:
        return "[options] [-- COMMAND ...]"

    def short_desc(self) -> str:
        return "Serve a small copy of the site with invented articles, or run a command against it"

    def long_desc(self) -> str:
        return (
            "Serve a small copy of the site with invented articles on a port of this machine, until Ctrl-C. "
            "With a command after --, run that command with the copy as its proxy, and exit with its status."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        group = parser.add_argument_group(title="Replica")
        group.add_argument(
            "--articles", type=int, default=40, metavar="N", help="how many, 10 or more (default: 40)"
        )
        group.add_argument(
            "--seed", type=int, default=1, metavar="S", help="the same seed gives the same bytes (default: 1)"
        )
        group.add_argument("--plain", action="store_true", help="leave the odd articles out")
        group.add_argument(
            "--site",
            choices=_SITES,
            default="finews",
            help="eastmoney has the same articles and half as many later ones (default: finews)",
        )
        group.add_argument(
            "--switch",
            action="append",
            default=[],
            metavar="NAME=VALUE",
            help="a fault of eastmoney, such as api=no_rows or burst=429,403; may be given several times",
        )
        group.add_argument("--port", type=int, default=0, metavar="P", help="default: a free one")

    def work(self, args: list[str], opts: argparse.Namespace) -> None:
        command = command_after_dashes(args)
        if opts.articles < _MIN_ARTICLES:
            raise BadArgument(f"--articles must be {_MIN_ARTICLES} or more, not {opts.articles}")
        if not 0 <= opts.port < 65536:
            raise BadArgument(f"--port must be from 0 to 65535, not {opts.port}")
        with ExitStack() as running:
            replica, environment = self._replica(opts, running)
            try:
                running.enter_context(replica)
            except OSError as error:
                why = os.strerror(error.errno or 0)
                raise BadArgument(f"cannot listen on port {opts.port}: {why}") from error
            if command:
                self.exitcode = run_against(replica, command, {**os.environ, **environment})
            else:
                self.exitcode = serve(replica, environment, _ARGUMENTS[opts.site])

    def _replica(self, opts: argparse.Namespace, running: ExitStack) -> tuple[Replica, dict[str, str]]:
        """The replica, and what the environment of its clients needs besides the proxy."""
        from archiver.replica.articles import Site  # every scrapy command loads this module
        from archiver.replica.server import Replica

        if opts.site == "eastmoney":
            folder = Path(running.enter_context(TemporaryDirectory(prefix="replica-")))
            return _eastmoney(opts, folder)
        if opts.switch:
            raise BadArgument("--switch needs --site eastmoney")
        return Replica(Site(opts.articles, opts.seed, plain=opts.plain), opts.port), {}


def _eastmoney(opts: argparse.Namespace, folder: Path) -> tuple[Replica, dict[str, str]]:
    """Its clients trust the certificate that is made for it in the folder."""
    from archiver.replica import certificates
    from archiver.replica.articles import Site
    from archiver.replica.eastmoney import Columns
    from archiver.replica.eastmoney_server import EastmoneyReplica
    from archiver.replica.eastmoney_switches import switched

    try:
        switches = switched(opts.switch)
    except ValueError as exc:
        raise BadArgument(f"--switch: {exc}") from exc
    site = Site(opts.articles, opts.seed, plain=True)
    site.add(opts.articles // 2)
    authority, trusted = certificates.authority(), folder / "authority.pem"
    trusted.write_bytes(certificates.pem(authority))
    tls = certificates.context(folder, "*.eastmoney.com", authority)
    replica = EastmoneyReplica(Columns(site, plain=opts.plain, switches=switches), tls, opts.port)
    return replica, {"SSL_CERT_FILE": str(trusted)}


def command_after_dashes(args: Sequence[str]) -> list[str]:
    """The words after ``--``. Raises BadArgument for any other argument."""
    if not args:
        return []
    if args[0] != "--":
        raise BadArgument(f"{args[0]!r} is not an option; a command is written after --")
    return list(args[1:])


def serve(replica: Replica, environment: Mapping[str, str], arguments: str) -> int:
    """Serves until Ctrl-C; returns the exit status. ``arguments``: of a crawl that reads the replica."""
    said = {"https_proxy" if environment else "http_proxy": replica.url, **environment}
    words = " ".join(f"{name}={value}" for name, value in said.items())
    try:
        articles = len(replica.site)
        sys.stdout.write(
            _SERVING.format(articles=articles, url=replica.url, environment=words, arguments=arguments)
        )
        sys.stdout.flush()
        Event().wait()
    except KeyboardInterrupt:
        sys.stdout.write("\n")
    return 0


def run_against(replica: Replica, command: Sequence[str], environ: Mapping[str, str] = os.environ) -> int:
    """Runs the command with the replica as its proxy. Returns its exit status, or as in a shell 128 + n if
    signal n ended it."""
    from archiver.replica.server import proxied

    path = f"{environ.get('PATH', os.defpath)}{os.pathsep}{Path(sys.executable).parent}"
    environ = {**environ, "PATH": path}  # finews is found in a virtual environment that is not active
    try:
        process = subprocess.Popen(command, env=proxied(replica.url, environ))  # noqa: S603 - the user's own
    except OSError as error:
        raise BadArgument(f"cannot run {command[0]!r}: {error.strerror}") from error
    status = _ended(process)
    return status if status >= 0 else 128 - status


def _ended(process: subprocess.Popen[bytes]) -> int:
    """Goes on waiting after Ctrl-C: the command receives it too, and needs the replica until it ends."""
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue
