"""A reader of the part of Pine Script v6 that exports are written in: parsed whole, evaluated bar by bar.

Written from the language reference, not from the exporter: a construct that it does not know is an error. Each call in
the text keeps its own history, as in Pine; `strategy.*` orders are only recorded.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

TOKEN = re.compile(r'\s*(\d+\.?\d*(?:e[-+]?\d+)?|"[^"]*"|[A-Za-z_][\w.]*|:=|=>|<=|>=|==|!=|[-+*/%<>?:()\[\],=])')
BINARY: list[dict[str, Callable[[Any, Any], Any]]] = [
    {"==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge},
    {"+": operator.add, "-": operator.sub},
    {"*": operator.mul, "/": operator.truediv, "%": operator.mod},
]
TYPES = ("float", "int", "bool")
Code = Callable[["Frame"], Any]


class Frame:
    """One call of a function, or the script: its variables with their past."""

    def __init__(self, script: Script) -> None:
        self.script, self.past, self.kept, self.calls = script, {}, {}, {}  # type: ignore[var-annotated]

    def set(self, name: str, value: Any) -> None:
        values, bar = self.past.setdefault(name, []), self.script.bar
        values.extend([math.nan] * (bar + 1 - len(values)))
        values[bar] = value

    def get(self, name: str, ago: int = 0) -> Any:
        at = self.script.bar - ago
        if name in self.past:
            return self.past[name][at] if 0 <= at < len(self.past[name]) else math.nan
        return self.script.outer(name, at)


class Script:
    """A parsed script; `run` goes over columns of bars."""

    def __init__(self, text: str) -> None:
        assert text.startswith("//@version=6\n")
        self.functions: dict[str, tuple[list[str], Code]] = {}
        self.bar, self.columns, self.orders = 0, {}, []  # type: ignore[var-annotated]
        self.state: dict[str, Any] = {}
        body = _Block(self, _lines(text), 0)
        self.code, self.root = body.code(), Frame(self)

    def run(self, columns: Mapping[str, Any], names: list[str], state: Mapping[str, Any]) -> dict[str, list[Any]]:
        """Values of global variables at every bar; ``state`` is what ``strategy.*`` says."""
        self.columns, self.state = dict(columns), dict(state)
        for bar in range(len(self.columns["close"])):
            self.bar = bar
            self.code(self.root)
        return {name: self.root.past[name] for name in names}

    def outer(self, name: str, at: int) -> Any:
        if name == "na" or at < 0:
            return math.nan
        if name in ("true", "false"):
            return name == "true"
        if name in self.columns:
            return self.columns[name][at]
        if name == "bar_index":
            return at
        if name in self.state:
            return self.state[name]
        if name in self.root.past:
            return self.root.past[name][at]
        raise NameError(name)


class _Block:
    """Lines of one depth or deeper, as code."""

    def __init__(self, script: Script, lines: list[tuple[int, str]], depth: int) -> None:
        self.script, self.lines, self.depth, self.at = script, lines, depth, 0

    def code(self) -> Code:
        steps: list[Code] = []
        while self.at < len(self.lines):
            depth, text = self.lines[self.at]
            assert depth == self.depth, text
            self.at += 1
            steps.append(self._statement(text))

        def run(frame: Frame) -> Any:
            value: Any = None
            for step in steps:
                value = step(frame)
            return value

        return run

    def _inner(self) -> Code:
        begin = self.at
        while self.at < len(self.lines) and self.lines[self.at][0] > self.depth:
            self.at += 1
        return _Block(self.script, self.lines[begin : self.at], self.depth + 1).code()

    def _statement(self, text: str) -> Code:
        if match := re.fullmatch(r"(\w+)\(((?:(?:float|int|bool) \w+(?:, )?)*)\) =>", text):
            names = [part.split()[1] for part in match[2].split(", ")]
            self.script.functions[match[1]] = (names, self._inner())
            return lambda frame: None
        if text.startswith("if "):
            return self._if(text)
        if match := re.fullmatch(r"for (\w+) = (.+) to (.+)", text):
            return self._for(match[1], match[2], match[3])
        if match := re.fullmatch(r"(var )?(?:(float|int|bool) )?(\w+) (=|:=) (.+)", text):
            return self._assign(bool(match[1]), match[3], expression(self.script, match[5]))
        return expression(self.script, text)

    def _if(self, text: str) -> Code:
        test, then = expression(self.script, text[3:]), self._inner()
        other: Code = lambda frame: None  # noqa: E731
        if self.at < len(self.lines) and self.lines[self.at] == (self.depth, "else"):
            self.at += 1
            other = self._inner()

        def run(frame: Frame) -> Any:
            told = test(frame)
            assert isinstance(told, bool), text  # v6: a condition is a bool and never na
            return then(frame) if told else other(frame)

        return run

    def _for(self, name: str, first: str, last: str) -> Code:
        low, high, inner = expression(self.script, first), expression(self.script, last), self._inner()

        def run(frame: Frame) -> None:
            for k in range(int(low(frame)), int(high(frame)) + 1):
                frame.set(name, k)
                inner(frame)

        return run

    def _assign(self, keeps: bool, name: str, value: Code) -> Code:
        def run(frame: Frame) -> Any:
            if keeps:
                frame.set(name, frame.past[name][frame.kept[name]] if name in frame.kept else value(frame))
            else:
                frame.set(name, value(frame))
            if keeps or name in frame.kept:
                frame.kept[name] = frame.script.bar
            return frame.get(name)

        return run


def _lines(text: str) -> list[tuple[int, str]]:
    """Depth and text of each statement; what brackets keep open goes on in the next line."""
    out: list[tuple[int, str]] = []
    open_text = ""
    for line in text.splitlines():
        code = line if line.count('"') else line.partition("//")[0]
        if code.lstrip().startswith("//") or not (code.strip() or open_text):
            continue
        joined = f"{open_text} {code.strip()}" if open_text else code.rstrip()
        bare = re.sub(r'"[^"]*"', "", joined)
        open_text = joined if bare.count("(") > bare.count(")") else ""
        if not open_text:
            spaces = len(joined) - len(joined.lstrip())
            assert spaces % 4 == 0, line
            out.append((spaces // 4, joined.strip()))
    assert not open_text
    return out


class _Expression:
    """One expression, read from left to right."""

    def __init__(self, script: Script, text: str) -> None:
        self.script, self.text, self.at = script, text, 0
        self.tokens = TOKEN.findall(text)
        assert re.sub(r"\s", "", text) == re.sub(r"\s", "", "".join(self.tokens)), text

    def next(self, wanted: str | None = None) -> str:
        token = self.tokens[self.at] if self.at < len(self.tokens) else ""
        assert wanted is None or token == wanted, (self.text, token, wanted)
        self.at += 1
        return token

    def peek(self, ahead: int = 0) -> str:
        return self.tokens[self.at + ahead] if self.at + ahead < len(self.tokens) else ""

    def whole(self) -> Code:
        made = self.choice()
        assert self.at == len(self.tokens), self.text
        return made

    def choice(self) -> Code:
        test = self.junction("or")
        if self.peek() != "?":
            return test
        self.next("?")
        yes = self.choice()
        self.next(":")
        no = self.choice()
        return lambda frame: yes(frame) if test(frame) else no(frame)

    def junction(self, word: str) -> Code:
        part = self.negation if word == "and" else lambda: self.junction("and")
        parts = [part()]
        while self.peek() == word:
            self.next()
            parts.append(part())
        if len(parts) == 1:
            return parts[0]
        return lambda frame: (all if word == "and" else any)(one(frame) for one in parts)

    def negation(self) -> Code:
        if self.peek() == "not":
            self.next()
            inner = self.negation()
            return lambda frame: not inner(frame)
        return self.binary(0)

    def binary(self, level: int) -> Code:
        if level == len(BINARY):
            return self.sign()
        left = self.binary(level + 1)
        while self.peek() in BINARY[level]:
            left = self._joined(BINARY[level][self.next()], left, self.binary(level + 1))
        return left

    def _joined(self, does: Callable[[Any, Any], Any], left: Code, right: Code) -> Code:
        return lambda frame: does(left(frame), right(frame))

    def sign(self) -> Code:
        if self.peek() == "-":
            self.next()
            inner = self.sign()
            return lambda frame: -inner(frame)
        return self.atom()

    def atom(self) -> Code:
        token = self.next()
        if token == "(":
            inner = self.choice()
            self.next(")")
            return inner
        if token[0].isdigit():
            number = float(token) if "." in token or "e" in token else int(token)
            return lambda frame: number
        if token[0] == '"':
            return lambda frame: token[1:-1]
        if self.peek() == "(":
            return self.call(token)
        if self.peek() == "[":
            self.next("[")
            ago = self.choice()
            self.next("]")
            return lambda frame: frame.get(token, int(ago(frame)))
        return lambda frame: frame.get(token)

    def call(self, name: str) -> Code:
        self.next("(")
        given: list[Code] = []
        named: dict[str, Code] = {}
        while self.peek() != ")":
            if self.peek(1) == "=":
                key = self.next()
                self.next("=")
                named[key] = self.choice()
            else:
                given.append(self.choice())
            if self.peek() == ",":
                self.next()
        self.next(")")
        return _called(self.script, name, given, named)


def expression(script: Script, text: str) -> Code:
    return _Expression(script, text).whole()


def _called(script: Script, name: str, given: list[Code], named: dict[str, Code]) -> Code:
    site = object()
    if name in script.functions:
        names, body = script.functions[name]
        assert len(names) == len(given), name

        def run(frame: Frame) -> Any:
            inner = frame.calls.setdefault(site, Frame(script))
            for key, value in zip(names, [one(frame) for one in given], strict=True):
                inner.set(key, value)
            return body(inner)

        return run
    if name.startswith("strategy"):

        def record(frame: Frame) -> None:
            told = {key: value(frame) for key, value in named.items()}
            script.orders.append((script.bar, name, [value(frame) for value in given], told))

        return record if name != "strategy.opentrades.entry_bar_index" else lambda frame: frame.get("entry bar")
    known = BUILT_IN[name]
    return lambda frame: known(*(one(frame) for one in given))


def _moment(time: float) -> datetime:
    return datetime.fromtimestamp(time / 1000, UTC)


BUILT_IN: dict[str, Callable[..., Any]] = {
    "na": lambda x: x != x, "int": int, "math.abs": abs, "math.sqrt": math.sqrt, "math.log": math.log,
    "math.max": lambda *v: math.nan if any(x != x for x in v) else max(v),
    "math.min": lambda *v: math.nan if any(x != x for x in v) else min(v),
    "input.int": lambda value, _: value, "input.float": lambda value, _: value,
    "hour": lambda time, zone: _moment(time).hour,
    "dayofweek": lambda time, zone: (_moment(time).weekday() + 1) % 7 + 1,
}  # fmt: skip
