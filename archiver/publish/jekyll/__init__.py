"""The archive as a Jekyll site: its skeleton, its category pages, and which file an address names."""
