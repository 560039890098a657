"""`python -m benchmarks.bounds`: what hostile Terraform costs, whole processes, and the limit that each is answered with.

Fails if one takes more than 2 seconds of processor time or 300 MB.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.speed import installed_pamlint, machine

SECONDS = 2.0
MEGABYTES = 300
_GROUP = 'resource "aws_security_group" "x" {\n  %s\n}\n'
_RULE = '%s {\n    from_port = 1\n    to_port = 1\n    protocol = "tcp"\n    cidr_blocks = [%s]\n  }'
_MANY = 'count = 1000\n  dynamic "ingress" {\n    for_each = range(1000)\n    content {\n      from_port = 1\n    }\n  }'
_RANGE = "  r = range(1000)\n"
_WRAPPER = (
    "import os, resource, sys\n"
    "process = os.spawnv(os.P_WAIT, sys.argv[1], sys.argv[1:])\n"
    "used = resource.getrusage(resource.RUSAGE_CHILDREN)\n"
    "print(used.ru_utime + used.ru_stime, used.ru_maxrss // 1024, file=sys.stderr)\n"
)


def _local(value: str, before: str = "") -> dict[str, str]:
    return {"main.tf": f"locals {{\n{before}  a = {value}\n}}\n{_GROUP % (_RULE % ('ingress', 'local.a'))}"}


def _nested(opening: str, middle: str, closing: str) -> dict[str, str]:
    return _local(opening * 10_000 + middle + closing * 10_000)


CASES: Mapping[str, Mapping[str, str]] = {
    "a product of 10^12": _local("[for a in local.r : [for b in local.r : [for c in local.r : [for d in local.r : a]]]]", _RANGE),
    "strings that double 60 times": _local(
        "local.a59",
        '  a0 = "xxxxxxxxxx"\n' + "".join(f'  a{i} = "${{local.a{i - 1}}}${{local.a{i - 1}}}"\n' for i in range(1, 60)),
    ),
    "lists that double 30 times": _local(
        "local.a29", '  a0 = ["x"]\n' + "".join(f"  a{i} = [local.a{i - 1}, local.a{i - 1}]\n" for i in range(1, 30))
    ),
    "calls over and over": _local("[for a in local.r : [for b in local.r : index(local.r, 999)]]", _RANGE),
    "10,000 brackets": _nested("[", "1", "]"),
    "10,000 templates": _nested('"${', "1", '}"'),
    "10,000 negations": _nested("!", "true", ""),
    "10,000 locals in a chain": _local(
        "local.a9999", "  a0 = 1\n" + "".join(f"  a{i} = local.a{i - 1} + 1\n" for i in range(1, 10_000))
    ),
    "a heredoc of 50 MB": _local("<<EOT\n" + ("y" * 79 + "\n") * 655_360 + "EOT\n"),
    "an indented heredoc of 50 MB": _local("<<-EOT\n" + ("  " + "y" * 77 + "\n") * 655_360 + "  EOT\n"),
    "a heredoc of 50 MB in lines of three letters": _local("<<EOT\n" + "yyy\n" * 13_107_200 + "EOT\n"),
    "a heredoc of 50 MB in signs of four bytes": _local("<<EOT\n" + ("\U0001f600" * 19 + "\n") * 680_893 + "EOT\n"),
    "a string of 50 MB of escapes": _local('"' + "\\n" * 26_214_400 + '"'),
    "numbers of 1,000 digits": _local(f"[{('9' * 1000 + ',') * 50_000}]"),
    "squares of small numbers": _local(
        "local.a59", "  a0 = 0.123456789\n" + "".join(f"  a{i} = local.a{i - 1} * local.a{i - 1}\n" for i in range(1, 60))
    ),
    "equal objects that double": _local(
        "[for a in local.r : local.a16 == local.a16]",
        _RANGE + "  a0 = {x = 1}\n" + "".join(f"  a{i} = {{l = local.a{i - 1}, r = local.a{i - 1}}}\n" for i in range(1, 17)),
    ),
    "loops that may be empty and double": _local(
        "local.a59[0].l.r",
        "  a0 = [{x = 1}]\n"
        + "".join(f"  a{i} = [for v in local.a{i - 1} : {{l = v, r = v}} if can(timestamp().x)]\n" for i in range(1, 60)),
    ),
    "a large file read over and over": {
        **_local('[for a in local.r : filesha256("${path.module}/large")]', _RANGE),
        "large": "x" * 52_428_800,
    },
    "a string of 50 MB": _local('"' + "y" * 52_428_800 + '"'),
    "10,000,000 blank lines": {"main.tf": "\n" * 10_000_000 + _GROUP % 'name = "x"'},
    "4,000,000 locals": {"main.tf": "locals {\n" + "".join(f"a{i}=1\n" for i in range(4_000_000)) + "}\n"},
    "20,000 groups": {"main.tf": _GROUP % f"count = 20000\n  {_RULE % ('ingress', '')}"},
    "1,000 groups of 1,000 rules": {"main.tf": _GROUP % _MANY},
    "1,000 modules of 50 groups": {
        "main.tf": 'module "a" {\n  source = "./m"\n  count = 1000\n}\n',
        "m/main.tf": "".join((_GROUP % (_RULE % ("ingress", '"10.0.0.0/8"'))).replace('"x"', f'"x{i}"') for i in range(50)),
    },
    "modules counted ten deep": {
        "main.tf": 'module "a" {\n  source = "./m0"\n  count = 10\n}\n',
        **{f"m{i}/main.tf": f'module "a" {{\n  source = "../m{i + 1}"\n  count = 10\n}}\n' for i in range(10)},
        "m10/main.tf": _GROUP % 'name = "x"',
    },
}


def main() -> int:
    """Prints the table; exit code 1 if a case costs too much."""
    pamlint = str(installed_pamlint())
    print(f"{machine()}\n\n| case | seconds | MB | told |\n| --- | --- | --- | --- |")
    kept = True
    for name, files in CASES.items():
        with tempfile.TemporaryDirectory() as scratch:
            for place, text in files.items():
                path = Path(scratch) / place
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
            seconds, megabytes, told = cost([pamlint, "rules", scratch])
        kept &= seconds <= SECONDS and megabytes <= MEGABYTES
        print(f"| {name} | {seconds:.1f} | {megabytes} | {told} |", flush=True)
    return int(not kept)


def cost(command: Sequence[str]) -> tuple[float, int, str]:
    """Processor seconds and megabytes of a command, and the limit that it names, if any."""
    done = subprocess.run([sys.executable, "-S", "-c", _WRAPPER, *command], capture_output=True, text=True, check=False)
    *notes, used = done.stderr.splitlines()
    seconds, megabytes = used.split()
    limit = next((note.partition("more than")[2] for note in notes if "more than" in note), "")
    deep = "nested too deeply" if any("nested too deeply" in note for note in notes) else "everything"
    return float(seconds), int(megabytes), f"more than{limit.split(' (')[0].split(';')[0]}" if limit else deep


if __name__ == "__main__":
    sys.exit(main())
