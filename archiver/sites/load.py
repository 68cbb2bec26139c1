"""Reads profiles from YAML. Every mistake is reported in one sentence that names the file and the key."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from archiver.errors import BadArgument
from archiver.sites.part import WrongKey
from archiver.sites.profile import Profile


def bundled() -> list[str]:
    """The names of the bundled profiles; ``-a site=`` accepts them."""
    files = resources.files("archiver.sites").iterdir()
    return sorted(file.name.removesuffix(".yaml") for file in files if file.name.endswith(".yaml"))


def load(site: str) -> Profile:
    """Loads a bundled profile by its name, or a file if ``site`` contains ``/`` or ends in ``.yaml``.

    Raises BadArgument if the file cannot be read, or as :func:`parse` does.
    """
    return parse(_in_file(site) if _is_path(site) else _in_package(site), site)


def place_of(site: str) -> Path:
    """Where the file of a profile is, bundled or not."""
    if _is_path(site):
        return Path(site).expanduser()
    return Path(str(resources.files("archiver.sites").joinpath(f"{site}.yaml")))


def _is_path(site: str) -> bool:
    return "/" in site or site.endswith((".yaml", ".yml"))


def _in_package(name: str) -> str:
    if name not in bundled():
        names = ", ".join(bundled())
        raise BadArgument(f"unknown site {name!r}: write one of {names}, or the path of a .yaml file")
    return resources.files("archiver.sites").joinpath(f"{name}.yaml").read_text(encoding="utf-8")


def _in_file(path: str) -> str:
    try:
        return Path(path).expanduser().read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as exc:
        raise BadArgument(f"cannot read the site profile {path}: it is not UTF-8") from exc
    except (OSError, RuntimeError) as exc:  # RuntimeError: no user has the name after ~
        why = getattr(exc, "strerror", None) or exc
        raise BadArgument(f"cannot read the site profile {path}: {why}") from exc


def parse(text: str, name: str) -> Profile:
    """Reads the profile from a YAML text; ``name`` is the name of the file in errors.

    Raises BadArgument with one sentence that names the file and the key.
    """
    return validated(_keys(text, name), name)


def validated(keys: dict[str, Any], name: str) -> Profile:
    """The profile with these keys; raises BadArgument as :func:`parse` does."""
    try:
        return Profile.model_validate(keys)
    except ValidationError as exc:
        raise BadArgument(f"{name}: {_sentence(exc.errors(include_url=False)[0])}") from exc


def _keys(text: str, name: str) -> dict[str, Any]:
    try:
        data: Any = yaml.safe_load(text)
    except yaml.YAMLError as exc:
        raise BadArgument(f"{name} is not valid YAML: {' '.join(str(exc).split())}") from exc
    if not isinstance(data, dict):
        raise BadArgument(f"{name}: a site profile must be a mapping of keys, see docs/sites.md")
    return data


def _sentence(error: ErrorDetails) -> str:
    key = [str(part) for part in error["loc"] if part != "[key]"]
    what = error["msg"].removeprefix("Value error, ")
    match error:
        case {"ctx": {"error": WrongKey() as wrong}}:
            key, what = [*key, wrong.key], wrong.what
        case {"type": "extra_forbidden"}:
            what = "unknown key"
        case {"type": "missing"}:
            what = "this key is missing"
        case {"type": "literal_error"}:
            what = f"{error['input']!r} is unknown; known here: {error['ctx']['expected']}"
    return f"{'.'.join(key)}: {' '.join(what.split())}"
