"""Random expressions over the whole grammar, mostly of the types that their places want, sometimes not."""

from __future__ import annotations

import random
import re

LOCALS = """
s = "text"
n = 3
b = true
z = null
l = tolist(["a", "b", "c"])
m = tomap({ x = "1", y = "2" })
e = toset(["q", "p"])
o = { k = "v", n = 5, l = [1, "2"], nested = { a = [{ b = 1 }, { b = 2 }] } }
t = ["a", 1, true, null]
g = tolist([{ b = ["x"], c = { d = 1 } }, { b = [], c = { d = null } }])
h = tomap({ a = { b = [1, 2] }, k = { b = [] } })
"""
_STRINGS = [
    '"a"',
    '"10"',
    '"true"',
    '""',
    '"x y"',
    '"é"',
    '"10.0.0.0/8"',
    "local.s",
    "local.o.k",
    "local.l[0]",
    'local.m["x"]',
    "local.t[0]",
    "local.t.0",
    '"e\u0301\\"\\\\ \\U0001F600"',
    '"$${q}%%{w}$$%%"',
    '"%{ if local.b }yes%{ else }no%{ endif }"',
]
_NUMBERS = [
    "0",
    "1",
    "-1",
    "2.5",
    "443",
    "1e3",
    "local.n",
    "local.o.n",
    "0.1",
    "65535",
    "local.t[1]",
    "local.t.1",
    "1.50",
    "2E-3",
    "007",
]
_BOOLS = ["true", "false", "local.b", '"true"']
_LISTS = [
    "[]",
    "local.l",
    "local.t",
    '["a", "b"]',
    "[1, 2, 3]",
    "local.e",
    "local.o.l",
    "[[1], [2]]",
    "local.o.nested.a",
    "local.g",
    "local.o.l",
]
_OBJECTS = [
    "{}",
    "local.m",
    "local.o",
    "{ a = 1 }",
    '{ a = "x", b = [1] }',
    "{ (local.s) = 1, 5 = 6 }",
    "local.o.nested",
    "local.h",
]
_FUNCTIONS = {
    "string": [
        "upper({s})",
        'join("-", {l})',
        'format("%s/%v", {s}, {a})',
        "tostring({n})",
        "jsonencode({a})",
        'replace({s}, "a", "b")',
        "coalesce({s}, {s})",
        "trimspace({s})",
        'lookup({o}, "a", {s})',
        "substr({s}, 0, 2)",
        'format("%s-%s", {l}...)',
        "yamlencode({a})",
        'trimprefix({s}, "t")',
        "element({l}, {n})",
        "base64encode({s})",
        "templatestring(local.s, {o})",
        "core::lower({s})",
        "sha256({s})",
        "chomp({s})",
        'split("", {s})[0]',
        "cidrsubnet({s}, 8, {n})",
        "one({l})",
        "nonsensitive(sensitive({s}))",
    ],
    "number": [
        "length({l})",
        "max({n}, {n})",
        "floor({n})",
        "tonumber({s})",
        "length({o})",
        "abs({n})",
        "max({l}...)",
        "sum({l})",
        "index({l}, {a})",
        "ceil({n})",
        "pow({n}, 2)",
        "parseint({s}, 16)",
        "signum({n})",
        "min({n}, {n})",
        "length({s})",
        "element({l}, {n})",
        "lookup({o}, {s}, {n})",
        "one({l})",
    ],
    "bool": [
        "contains({l}, {a})",
        "can({a})",
        "startswith({s}, {s})",
        "alltrue([{b}, {b}])",
        "tobool({a})",
        "anytrue({l})",
        "endswith({s}, {s})",
        "strcontains({s}, {s})",
        "issensitive(sensitive({a}))",
        "issensitive({a})",
    ],
    "list": [
        "concat({l}, {l})",
        "flatten([{l}, {l}])",
        "keys({o})",
        "values({o})",
        "tolist({l})",
        "toset({l})",
        "distinct({l})",
        "slice({l}, 0, 1)",
        "reverse({l})",
        "range(3)",
        "setproduct({l}, {l})",
        "compact({l})",
        "concat({l}, {l}...)",
        "chunklist({l}, 2)",
        "matchkeys({l}, {l}, {l})",
        "coalescelist({l}, {l})",
        "setunion({l}, {l})",
        "setintersection({l}, {l})",
        "setsubtract({l}, {l})",
        "sort({l})",
        "range({n}, {n})",
        'split(",", {s})',
        "transpose({o})",
        "values({o})[*]",
        "flatten({a})",
        'regexall("[a-z]", {s})',
        "jsondecode(jsonencode({l}))",
        "yamldecode(yamlencode({l}))",
        "sensitive({l}) == null ? [] : {l}",
    ],
    "object": [
        "merge({o}, {o})",
        "tomap({o})",
        'zipmap(["a", "b"], [{a}, {a}])',
        "merge({o}, {o}...)",
        "merge([{o}, {o}]...)",
        "jsondecode(jsonencode({o}))",
        "yamldecode(yamlencode({o}))",
        "transpose({o})",
        "zipmap({l}, {l})",
        "zipmap(keys({o}), values({o}))",
        "try({o}, {l})",
    ],
}


class Generator:
    """Makes expressions from a seed; the same seed makes the same ones."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.names: list[str] = []

    def expression(self, depth: int = 4) -> str:
        """Any expression."""
        return self.any(depth)

    def any(self, depth: int) -> str:
        return self.of(self.random.choice(["string", "number", "bool", "list", "object"]), depth)

    def of(self, kind: str, depth: int) -> str:
        """An expression that is mostly of a kind."""
        pick = self.random
        if pick.random() < 0.04:
            kind = pick.choice(["string", "number", "bool", "list", "object", "null"])
        if kind == "null":
            return pick.choice(["null", "local.z", "local.t[3]"])
        if self.names and pick.random() < 0.3:
            return pick.choice(self.names)
        if depth <= 0:
            return pick.choice({"string": _STRINGS, "number": _NUMBERS, "bool": _BOOLS, "list": _LISTS, "object": _OBJECTS}[kind])
        shared = [self.conditional, self.call, self.parentheses, self.attempt, self.step, self.path]
        own = {
            "string": [self.template, self.heredoc, self.directive],
            "number": [self.arithmetic, self.negative, self.terms],
            "bool": [self.comparison, self.logic, self.equality, self.negation, self.clauses],
            "list": [self.tuple, self.loop, self.splat],
            "object": [self.object, self.object_loop],
        }[kind]
        return pick.choice([*shared, *own, *own])(kind, depth - 1)

    def conditional(self, kind: str, depth: int) -> str:
        return f"{self.of('bool', depth)} ? {self.of(kind, depth)} : {self.of(kind, depth)}"

    def path(self, kind: str, depth: int) -> str:
        """A reference with steps of every form, of which some lead nowhere."""
        steps = [
            ".a",
            ".b",
            ".k",
            ".l",
            ".nested",
            ".c.d",
            ".0",
            ".1",
            ".0.b",
            "[0]",
            "[1]",
            "[-1]",
            '["a"]',
            '["x"]',
            "[local.n - 2]",
        ]
        splats = ["[*]", ".*", "[*].b", ".*.b", "[*].a", "[*][*]", "[*].c[*].d", ".*.c.d", "[*].b[*]"]
        text = f"local.{self.random.choice('smelotgh')}"
        for _ in range(self.random.randrange(4)):
            text += self.random.choice([*steps, *splats] if self.random.random() < 0.4 else steps)
        head, star, rest = re.sub(r"\.(\d)(?=\.\d)", r"[\1]", text).partition(".*")
        return head + star + rest.replace(".*", "[*]")

    def parentheses(self, kind: str, depth: int) -> str:
        return f"({self._gap()}{self.of(kind, depth)}{self._gap()})"

    def attempt(self, kind: str, depth: int) -> str:
        return f"try({self.of(kind, depth)}, {self.of(kind, depth)})"

    def call(self, kind: str, depth: int) -> str:
        template = self.random.choice(_FUNCTIONS[kind])
        for mark, wanted in (("{s}", "string"), ("{n}", "number"), ("{b}", "bool"), ("{l}", "list"), ("{o}", "object")):
            while mark in template:
                template = template.replace(mark, self.of(wanted, depth - 1), 1)
        while "{a}" in template:
            template = template.replace("{a}", self.any(depth - 1), 1)
        return template

    def step(self, kind: str, depth: int) -> str:
        source = self.of(self.random.choice(["list", "object"]), depth)
        return f"({source})" + self.random.choice(
            ["[0]", "[1]", '["a"]', ".a", ".k", ".0", ".nested.a[0].b", f"[{self.any(0)}]", "[*].b", '["l"][1]']
        )

    def arithmetic(self, kind: str, depth: int) -> str:
        return f"{self.of('number', depth)} {self.random.choice('+-*/%')} {self.of('number', depth)}"

    def terms(self, kind: str, depth: int) -> str:
        """A chain of operators, and nothing but their precedence to tell what belongs together."""
        parts = [self.of("number", 0) for _ in range(self.random.randrange(3, 6))]
        return parts[0] + "".join(
            f" {self.random.choice('+-*/%')} {self.random.choice(['', '', '-'])}{part}" for part in parts[1:]
        )

    def clauses(self, kind: str, depth: int) -> str:
        """The same of conditions."""
        text = self.of("bool", 0)
        for _ in range(self.random.randrange(1, 4)):
            sign = self.random.choice(["&&", "||", "==", "!=", "<", ">", "<=", ">=", "+"])
            text += f" {sign} {self.random.choice(['', '', '!', '-'])}{self.of(self.random.choice(['bool', 'number']), 0)}"
        return text

    def negative(self, kind: str, depth: int) -> str:
        return f"-({self.of('number', depth)})"

    def comparison(self, kind: str, depth: int) -> str:
        return f"({self.of('number', depth)}) {self.random.choice(['<', '>', '<=', '>='])} ({self.of('number', depth)})"

    def logic(self, kind: str, depth: int) -> str:
        return f"{self.of('bool', depth)} {self.random.choice(['&&', '||'])} {self.of('bool', depth)}"

    def equality(self, kind: str, depth: int) -> str:
        wanted = self.random.choice(["string", "number", "bool", "list", "object"])
        return f"({self.of(wanted, depth)}) {self.random.choice(['==', '!='])} ({self.of(wanted, depth)})"

    def negation(self, kind: str, depth: int) -> str:
        return f"!({self.of('bool', depth)})"

    def tuple(self, kind: str, depth: int) -> str:
        items = [self.any(depth) for _ in range(self.random.randrange(4))]
        return f"[{self._gap()}{f',{self._gap()}'.join(items)}{self.random.choice(['', ',']) if items else ''}{self._gap()}]"

    def object(self, kind: str, depth: int) -> str:
        keys = ["a", '"b c"', "7", "(local.s)", f'"${{{self.of("string", 0)}}}-k"', "true", "k"]
        pairs = [
            f"{self.random.choice(keys)} {self.random.choice('=:')} {self.any(depth)}" for _ in range(self.random.randrange(4))
        ]
        between = self.random.choice([", ", "\n", ",\n", " # end\n"])
        return f"{{{self._gap()}{between.join(pairs)}{between if pairs and self.random.random() < 0.2 else ''}{self._gap()}}}"

    def _gap(self) -> str:
        """Room, line ends and comments between what stands in brackets."""
        return self.random.choice(["", "", "", " ", "\n", " /* a, b */ ", " # [\n", "\n// ]\n  "])

    def loop(self, kind: str, depth: int) -> str:
        head, names = self._head(depth)
        before, self.names = self.names, [*self.names, *names]
        condition = f" if {self.of('bool', depth - 1)}" if self.random.random() < 0.4 else ""
        text = f"[{head} : {self.any(depth)}{condition}]"
        self.names = before
        return text

    def object_loop(self, kind: str, depth: int) -> str:
        head, names = self._head(depth)
        before, self.names = self.names, [*self.names, *names]
        condition = f" if {self.of('bool', depth - 1)}" if self.random.random() < 0.4 else ""
        dots = "..." if self.random.random() < 0.5 else ""
        text = f"{{{head} : {self.random.choice([*names, self.of('string', 0)])} => {self.any(depth)}{dots}{condition}}}"
        self.names = before
        return text

    def _head(self, depth: int) -> tuple[str, list[str]]:
        names = self.random.choice([["v1"], ["k1", "v1"], ["i", "x"], ["x"]])
        source = self.of(self.random.choice(["list", "list", "object"]), depth - 1)
        return f"for {', '.join(names)} in {source}", names

    def splat(self, kind: str, depth: int) -> str:
        source = self.random.choice([self.of("list", depth), self.any(depth), "local.o.nested.a", "null", "local.o"])
        return f"({source})" + self.random.choice(
            ["[*]", ".*", "[*].b", ".*.b", "[*].a[0]", ".*.l.0", "[*].nested[*].a[*].b", "[*][0]", ".*.b[0]"]
        )

    def template(self, kind: str, depth: int) -> str:
        return '"' + "".join(self._part(depth) for _ in range(self.random.randrange(1, 4))) + '"'

    def _part(self, depth: int) -> str:
        left, right = self.random.choice(["", "~"]), self.random.choice(["", "~"])
        plain = self.random.choice(["a", " ", "  b ", "\\n ", "$${x}", "%%{y}", "$ ", "% ", "\\u00e9", "\\t"])
        return self.random.choice([plain, f"${{{left} {self.any(depth - 1)} {right}}}"])

    def directive(self, kind: str, depth: int) -> str:
        return '"' + self._directive(depth) + '"'

    def _directive(self, depth: int) -> str:
        marks = [self.random.choice(["", "~"]) for _ in range(6)]
        inside = self._part(depth)
        if self.random.random() < 0.5:
            otherwise = f"%{{{marks[2]} else {marks[3]}}} {self._part(depth)} " if self.random.random() < 0.5 else ""
            start = f"%{{{marks[0]} if {self.of('bool', depth)} {marks[1]}}}"
            return f" {start} {inside} {otherwise}%{{{marks[4]} endif {marks[5]}}} "
        head, names = self._head(depth)
        before, self.names = self.names, [*self.names, *names]
        text = f" %{{{marks[0]} {head} {marks[1]}}} {self._part(depth)} %{{{marks[4]} endfor {marks[5]}}} "
        self.names = before
        return text

    def heredoc(self, kind: str, depth: int) -> str:
        end = self.random.choice(["\n", "\n", "\r\n"])
        flush = self.random.choice(["-", ""])
        lines = []
        for _ in range(self.random.randrange(4)):
            indent = " " * self.random.randrange(5)
            part = self._directive(depth - 1) if self.random.random() < 0.4 else self._part(depth - 1)
            lines.append(indent + self.random.choice(["", part, part + " tail", "\t" + part]) + end)
        return f"(<<{flush}EOT{end}{''.join(lines)}{' ' * self.random.randrange(3)}EOT{end})"
