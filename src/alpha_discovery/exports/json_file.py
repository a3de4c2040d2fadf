"""An alpha as JSON: the rule, everything that decides its trades, and its numbers; read back by `subject_of`."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from alpha_discovery.core.costs import Costs
from alpha_discovery.core.timeframe import Timeframe
from alpha_discovery.errors import UserError
from alpha_discovery.exports.subject import Subject
from alpha_discovery.rules.strategy import Rules

VERSION = 1


def file_name(subject: Subject) -> str:
    """By its id."""
    return f"alpha_{subject.id[:12]}.json"


def json_file(subject: Subject) -> str:
    """The text of the file."""
    told = {
        "format": "alpha-discovery-alpha", "version": VERSION, "id": subject.id, "name": subject.name,
        "rules": subject.rules.to_json(), "words": subject.words, "parameters": dict(subject.parameters),
        "costs": asdict(subject.costs), "timeframe": str(subject.timeframe),
        "markets": [list(sleeve) for sleeve in subject.sleeves], "intrabar": subject.intrabar,
        "is_continuous": subject.is_continuous,
    }  # fmt: skip
    return json.dumps(told, indent=1, ensure_ascii=False) + "\n"


def subject_of(text: str) -> Subject:
    """What `json_file` wrote; units and names of the rule are checked again.

    Raises
    ------
    UserError
        If the text is not such a file, or of a version that is not known here.
    """
    try:
        told: dict[str, Any] = json.loads(text)
        if told["format"] != "alpha-discovery-alpha" or told["version"] != VERSION:
            raise UserError(f"needs an exported alpha of version {VERSION}; found {told['format']} {told['version']}")
        return Subject(
            told["id"], told["name"], Rules.from_json(told["rules"]), told["parameters"], Costs(**told["costs"]),
            Timeframe.parse(told["timeframe"]), tuple(tuple(sleeve) for sleeve in told["markets"]), told["intrabar"],
            told["is_continuous"],
        )  # fmt: skip
    except (json.JSONDecodeError, KeyError, TypeError) as error:
        raise UserError(f"needs an exported alpha in JSON; {type(error).__name__}: {error}") from None
