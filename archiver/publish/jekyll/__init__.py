"""The archive as a Jekyll site: its skeleton, its category pages, and the file for each address."""
