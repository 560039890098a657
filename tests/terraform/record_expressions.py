"""Records what the real terraform answers to the expressions of the tests: `python -m tests.terraform.record_expressions`.

`random_expressions.json` maps random expressions to [answer], `templates.json` strings and heredocs; null is a refusal. In
`numbers.json` and `wrong_arms.json` new expressions are added with any answer, then recorded.
"""

from __future__ import annotations

import json
from pathlib import Path

from tests.terraform.console import ask
from tests.terraform.random_expressions import LOCALS, Generator

HERE = Path(__file__).parent
COLLECTED = ("numbers.json", "wrong_arms.json")
_LINES = ["", " ", "  ", "x", "  x", "\tx", "    x y ", "$${a}", "  $ %d", "$ ", "x%\t", "é", "\\n", '"q"']
_SEQUENCES = [
    "${1}",
    "${~ 1}",
    "${1 ~}",
    "${~ 1 ~}",
    "%{ if true }a%{ endif }",
    "%{~ if false ~} a %{~ else ~} b %{~ endif ~}",
    "%{ for i in [1, 2] ~}\n  ${i},\n%{ endfor ~}",
]


def random_texts(seed: int, count: int) -> list[str]:
    """Random expressions that are not too long to read."""
    generator = Generator(seed)
    texts = (generator.expression(generator.random.choice([1, 2, 3])) for _ in range(count * 3))
    return [text for text in texts if len(text) < 400][:count]


def templates() -> list[str]:
    """Heredocs of every indentation with sequences at every place, with both line ends."""
    texts = []
    for end in ("\n", "\r\n"):
        for opening in ("<<EOT", "<<-EOT"):
            for sequence in _SEQUENCES:
                for line in _LINES:
                    for body in (
                        f"  {line}{sequence}{end}    z",
                        f"{sequence}{line}{end}  z",
                        f"  a{end}{line}{end}   {sequence}{end}  b",
                    ):
                        texts.append(f"({opening}{end}{body}{end}  EOT{end})")
    return texts


def main() -> None:
    """Writes both tables."""
    for name, texts, names in (
        *((name, list(json.loads((HERE / name).read_text(encoding="utf-8"))), LOCALS) for name in COLLECTED),
        ("random_expressions.json", random_texts(20261123, 1500), LOCALS),
        ("templates.json", templates(), ""),
    ):
        rows = dict(zip(texts, ask(texts, names), strict=True))
        lines = ",\n".join(f"{json.dumps(text)}: {json.dumps(answer)}" for text, answer in rows.items() if answer != "unknown")
        (HERE / name).write_text(f"{{\n{lines}\n}}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
