"""One exception for each decision that a caller can take.

    ArchiverError
    ├── BadArgument        an argument, setting or profile is invalid            exit 2
    ├── ArticleError       this article gets no post; the run continues
    │   ├── Quarantined    the response is not an article: kept for inspection   exit 4
    │   ├── Deferred       no complete response: the next run tries again        exit 3
    │   └── Skipped        there is nothing to archive                           exit 0
    └── StorageError       the archive cannot be read or written: the run stops  exit 6

Pure functions raise them; the Scrapy components record them in the ledger.
"""

from __future__ import annotations

from archiver.safe_text import redact


class ArchiverError(Exception):
    """Base of every error this package raises on purpose. Its text has no password (faults Q13)."""

    def __init__(self, text: str = "") -> None:
        super().__init__(redact(text))


class BadArgument(ArchiverError):
    """A spider argument, setting or site profile is invalid; the text is one sentence."""


class ArticleError(ArchiverError):
    """An article ends without a post.

    ``reason`` is one of the reasons in docs/reasons.md (``[a-z0-9_]+``). ``detail`` explains it in words and
    may quote hostile text: code that prints it must escape it.
    """

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = redact(detail)


class Quarantined(ArticleError):
    """The response is not an article; the raw response is kept, and a later run tries again."""


class Deferred(ArticleError):
    """No complete response arrived; a later run tries again."""


class Skipped(ArticleError):
    """There is nothing to archive, and nothing went wrong."""


class StorageError(ArchiverError):
    """The archive cannot be read or written; the text names the path and the error of the system."""
