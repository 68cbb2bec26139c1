"""Downloading: each request becomes a complete response, or ends with a named reason."""
