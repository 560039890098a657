"""Makes up function calls: mostly with arguments that fit, nested now and then."""

from __future__ import annotations

from random import Random

TEXTS = [
    '"a/b.c"',
    '" x\\ty "',
    '"ÅÉ😀"',
    '"%s"',
    '"/a+/"',
    '"${1 + 1}"',
    '"1.50"',
    '""',
    '"a"',
    '"b"',
    '"10.0.0.0/16"',
    '"a,b"',
    '"Hello World"',
    '"5"',
    '"true"',
    '"é\\n"',
    '"2001:db8::/32"',
    '"x-y_z"',
]
SMALL = ["0", "1", "2", "5"]
NUMBERS = ["1e20", "-2.5", "length([1])", "1 / 3", "0", "1", "2", "-1", "8", "24", "2.5", '"3"', "443", "65535", "0.1"]
ODD = ["null", "true", "{}", "[]"]
SHAPES = {
    **dict.fromkeys(
        [
            "upper",
            "lower",
            "title",
            "strrev",
            "chomp",
            "trimspace",
            "base64encode",
            "urlencode",
            "md5",
            "sha1",
            "length",
            "jsonencode",
            "yamlencode",
        ],
        "t",
    ),
    **dict.fromkeys(["trim", "trimprefix", "trimsuffix", "startswith", "endswith", "strcontains", "split"], "tt"),
    **dict.fromkeys(["abs", "ceil", "floor", "signum"], "n"),
    **dict.fromkeys(
        [
            "length",
            "distinct",
            "flatten",
            "reverse",
            "sort",
            "compact",
            "alltrue",
            "anytrue",
            "one",
            "sum",
            "tolist",
            "toset",
            "jsonencode",
            "yamlencode",
        ],
        "l",
    ),
    **dict.fromkeys(["keys", "values", "tomap", "jsonencode", "transpose", "yamlencode", "length"], "m"),
    **dict.fromkeys(["concat", "setunion", "setintersection", "setsubtract", "setproduct", "coalescelist"], "ll"),
    **dict.fromkeys(["tostring", "tonumber", "tobool", "nonsensitive", "type", "jsonencode"][:4], "a"),
    "substr": "tnn",
    "replace": "ttt",
    "join": "tl",
    "indent": "nt",
    "max": "nn",
    "min": "nn",
    "pow": "nk",
    "parseint": "tn",
    "cidrsubnet": "cnn",
    "cidrhost": "cn",
    "cidrnetmask": "c",
    "cidrsubnets": "cnn",
    "range": "nnn",
    "element": "lk",
    "index": "la",
    "contains": "la",
    "chunklist": "ln",
    "slice": "lnn",
    "lookup": "mta",
    "merge": "mm",
    "zipmap": "ll",
    "coalesce": "aa",
    "matchkeys": "lll",
    "format": "fa",
    "formatlist": "fl",
    "regex": "pt",
    "regexall": "pt",
    "base64decode": "B",
    "base64sha256": "t",
    "base64sha512": "t",
    "sha512": "t",
    "basename": "P",
    "dirname": "P",
    "csvdecode": "C",
    "formatdate": "FD",
    "log": "nn",
    "textdecodebase64": "BE",
    "textencodebase64": "tE",
    "timeadd": "DU",
    "timecmp": "DD",
    "uuidv5": "Nt",
    "jsondecode": "J",
    "yamldecode": "Y",
}
SPECIAL = {
    "B": ['"aGVsbG8="', '"aGk"', '"!!"', '""', '"/w=="', '"aABpAA=="', '"w6k="'],
    "C": [
        '"a,b\\n1,2"',
        '"a\\n\\"x, \\"\\"y\\"\\"\\"\\n"',
        '"a,b\\n1"',
        '"a,a\\n1,2"',
        '""',
        '"a\\r\\n\\r\\n1"',
        '" a , b\\n 1, 2 "',
        '"a\\n\\"x"',
    ],
    "D": [
        '"2024-02-29T23:59:59Z"',
        '"2020-01-01T00:00:00+02:00"',
        '"0001-01-01T12:00:00.5-01:30"',
        '"2024-13-01T00:00:00Z"',
        '"x"',
    ],
    "E": ['"UTF-16LE"', '"ISO-8859-1"', '"utf-8"', '"Windows-1252"', '"Shift_JIS"', '"UTF-16"', '"x"'],
    "F": [
        "\"YYYY-MM-DD'T'hh:mm:ssZ\"",
        '"EEE, D MMM YY hh:mm:ss ZZZ"',
        '"EEEE MMMM H:m:s aa ZZZZZ"',
        "\"'it''s' HH AA ZZZZ\"",
        '"Q"',
        '"\'open"',
        '"YYY"',
        '""',
    ],
    "J": [
        '"[1, null, {\\"a\\": true}]"',
        '"1e400"',
        '"-0.10"',
        '"\\"\\\\u00e9\\\\ud83d\\\\ude00\\""',
        '"{\\"a\\": 1, \\"a\\": 2}"',
        '"{"',
        '"[1] 2"',
        '" null "',
        '"[1, \\"a\\"]"',
    ],
    "N": ['"dns"', '"url"', '"oid"', '"x500"', '"6ba7b810-9dad-11d1-80b4-00c04fd430c8"', '"x"'],
    "P": ['"/a/b.c"', '"a/"', '"../x"', '""', '"/"', '"a//b/./c/"', '"a"', '".."'],
    "U": ['"1h"', '"-1h30m"', '"1.5s"', '"1d"', '"0"', '"100ns"', '"1us2ms"', '""', '"9999999h"'],
    "Y": [
        '"a: 1\\nb: [x, ~, yes, 0x1F, 1_000, .5, 1e3]"',
        '"- 2001-01-01\\n- 12:30\\n- 010\\n- 0o17\\n- -.inf"',
        '"a: &x {b: 1}\\nc: *x\\nd:\\n  <<: *x\\n  e: 2"',
        '"!!str 5"',
        '"- !!int \\"5\\"\\n- !!bool no\\n- !!float 1\\n- !x y"',
        '"a: |\\n  x\\n  y\\nb: >-\\n  x\\n  y\\n"',
        "\"\\\"q\\\\n\\\": 'it''s'\"",
        '"a: 1\\na: 2"',
        '"[1, {a: }]"',
        '"a: [1"',
        '""',
        '"--- 1\\n--- 2"',
        '"? a\\n: b"',
        '"{1: 2, true: 3, null: 4}"',
        '"- - 1\\n  - 2\\n-\\n  a: b # c"',
        '"#"',
    ],
}
NETWORKS = [
    '"10.1.2.3/8"',
    '"2001:db8::1:0/112"',
    '"010.0.0.0/8"',
    '"10.0.0.0/33"',
    '"fe80::1/64"',
    '"10.0.0.0/16"',
    '"192.168.1.77/24"',
    '"2001:db8::/32"',
    '"10.0.0.0"',
    '"0.0.0.0/0"',
]
FORMATS = [
    '"%+d|%x"',
    '"%-8s|"',
    '"%08.3f"',
    '"%[2]s%[1]s"',
    '"%e"',
    '"%g"',
    '"%t"',
    '"%b %o %X"',
    '"%.3s"',
    '"%"',
    '"%z"',
    '"% d"',
    '"%s"',
    '"%d"',
    '"%v"',
    '"%5.1f|"',
    '"%#v"',
    '"%q"',
    '"%x"',
    '"%%"',
    '"%05d"',
    '"a%sb"',
]
PATTERNS = [
    '"(?i)A(?P<n>.)?"',
    '"[[:alpha:]]+"',
    '"(?s).*"',
    '"("',
    '"\\\\bx"',
    '"(?P<a>x)|(?P<b>y)"',
    '"é|\\\\pL"',
    '"^.{2,3}$"',
    '"(?m)^"',
    '"(?=a)"',
    '"[a-z]+"',
    '"(\\\\d+)"',
    '"(?P<x>l+)"',
    '"a*"',
    '"^$"',
    '"\\\\w"',
    '"(a)|(b)"',
]


def make_calls(seed: int, count: int) -> list[str]:
    """So many different calls."""
    random = Random(seed)
    found: dict[str, None] = {}
    while len(found) < count:
        found[_call(random, 2)] = None
    return list(found)


def _call(random: Random, depth: int) -> str:
    name, shape = random.choice(list(SHAPES.items()))
    return f"{name}({', '.join(_argument(random, letter, depth) for letter in shape)})"


def _argument(random: Random, letter: str, depth: int) -> str:
    chance = random.random()
    if chance < 0.03 and letter != "k":
        return random.choice(ODD)
    if chance < 0.2 and depth and letter != "k":
        return _call(random, depth - 1)
    if letter == "a":
        letter = random.choice("ttnnlm")
    if letter == "l":
        items = ", ".join(_element(random) for _ in range(random.randint(0, 4)))
        return random.choice(["[{}]", "[{}]", "tolist([{}])", "toset([{}])"]).format(items)
    if letter == "m":
        keys = random.sample(["a", "b", "c", "z"], random.randint(0, 3))
        items = ", ".join(f"{key} = {_element(random)}" for key in keys)
        return random.choice(["{{{}}}", "tomap({{{}}})"]).format(items)
    return random.choice({"t": TEXTS, "n": NUMBERS, "k": SMALL, "c": NETWORKS, "f": FORMATS, "p": PATTERNS, **SPECIAL}[letter])


def _element(random: Random) -> str:
    return random.choice([*TEXTS, *NUMBERS, "null", "true", "false", '["a"]', "[1, 2]", "{a = 1}", '{a = "x"}'])
