"""Makes up function calls: mostly with arguments that fit, nested now and then."""

from __future__ import annotations

from random import Random

TEXTS = ['""', '"a"', '"b"', '"10.0.0.0/16"', '"a,b"', '"Hello World"', '"5"', '"true"', '"é\\n"', '"2001:db8::/32"', '"x-y_z"']
SMALL = ["0", "1", "2", "5"]
NUMBERS = ["0", "1", "2", "-1", "8", "24", "2.5", '"3"', "443", "65535", "0.1"]
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
}
NETWORKS = ['"10.0.0.0/16"', '"192.168.1.77/24"', '"2001:db8::/32"', '"10.0.0.0"', '"0.0.0.0/0"']
FORMATS = ['"%s"', '"%d"', '"%v"', '"%5.1f|"', '"%#v"', '"%q"', '"%x"', '"%%"', '"%05d"', '"a%sb"']
PATTERNS = ['"[a-z]+"', '"(\\\\d+)"', '"(?P<x>l+)"', '"a*"', '"^$"', '"\\\\w"', '"(a)|(b)"']


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
    return random.choice({"t": TEXTS, "n": NUMBERS, "k": SMALL, "c": NETWORKS, "f": FORMATS, "p": PATTERNS}[letter])


def _element(random: Random) -> str:
    return random.choice([*TEXTS, *NUMBERS, "null", "true", "false", '["a"]', "[1, 2]", "{a = 1}", '{a = "x"}'])
