"""Archives Chinese financial news as Jekyll posts; the journey of an article is in docs/architecture.md."""

__version__ = "0.1.0"
