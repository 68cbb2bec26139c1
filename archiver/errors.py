"""The decisions a caller can take, one exception each.

    ArchiverError
    ├── BadArgument        what the user typed cannot be meant             exit 2
    ├── ArticleError       one article ends here; the run goes on
    │   ├── Quarantined    the answer is wrong: kept raw, for a human      exit 4
    │   ├── Deferred       the answer did not come: the next run asks      exit 3
    │   └── Skipped        decided: nothing to archive                     exit 0
    └── StorageError       the disk says no: the run stops                 exit 6

Pure functions raise them; the Scrapy components turn them into the ledger's words.
"""

from __future__ import annotations

from archiver.safe_text import redact


class ArchiverError(Exception):
    """Base of every error this package raises on purpose. Its text has no password (faults Q13)."""

    def __init__(self, text: str = "") -> None:
        super().__init__(redact(text))


class BadArgument(ArchiverError):
    """A spider argument, setting or site profile that cannot be meant; the text is one sentence."""


class ArticleError(ArchiverError):
    """One article ends without a post.

    ``reason`` is a word of the ledger (``[a-z0-9_]+``, listed in docs/reasons.md); ``detail`` is for the
    person who reads the log and may quote hostile text: whoever prints it escapes it.
    """

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = redact(detail)


class Quarantined(ArticleError):
    """The answer came and is no article; the raw answer is kept and the next run tries again."""


class Deferred(ArticleError):
    """The answer did not come, or not whole; the next run asks again."""


class Skipped(ArticleError):
    """There is nothing to archive, and nothing went wrong."""


class StorageError(ArchiverError):
    """The archive cannot be read or written; the text names the path and the system's reason."""
