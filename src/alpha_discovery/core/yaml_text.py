"""YAML as people write it here."""

from __future__ import annotations

import re
from typing import Any

import yaml


def read_yaml(text: str) -> Any:
    """YAML in which ``off`` is the word that parameters have for it, as in YAML 1.2; raises `yaml.YAMLError`."""
    loader = _Words(text)
    try:
        return loader.get_single_data()
    finally:
        loader.dispose()


class _Words(yaml.SafeLoader):
    """`yaml.SafeLoader` that takes true and false for yes and no, and no other word."""

    yaml_implicit_resolvers = {  # noqa: RUF012  (PyYAML's way of declaring it)
        first: [
            (tag, re.compile(r"(true|True|TRUE|false|False|FALSE)$") if tag.endswith(":bool") else form)
            for tag, form in forms
        ]
        for first, forms in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
