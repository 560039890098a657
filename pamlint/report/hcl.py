"""Blocks of Terraform's language, written by python-hcl2 and laid out as `terraform fmt` leaves them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pamlint.model.errors import UserError

if TYPE_CHECKING:
    from hcl2.formatter import BaseFormatter


class Expression(str):
    """Text that stands in the code as it is."""

    __slots__ = ()


Value = str | int | Expression | Sequence[str | Expression]
NO_LIBRARY = "`pamlint generate` writes Terraform with python-hcl2, which is not installed: pip install 'pamlint[generate]'"


def block(kind: str, labels: Sequence[str], arguments: Mapping[str, Value], inner: Sequence[str] = ()) -> str:
    """One block that ends in a line break; `inner` are the names of empty blocks in it. UserError without the library."""
    try:
        import hcl2
        from hcl2.formatter import FormatterOptions
    except ImportError:
        raise UserError(NO_LIBRARY) from None
    builder = hcl2.Builder()
    made = builder.block(kind, [_quoted(label) for label in labels], **{name: _value(value) for name, value in arguments.items()})
    for name in inner:
        made.block(name, [])
    tree = hcl2.from_dict(builder.build(), apply_format=False)  # type: ignore[no-untyped-call]
    _formatter(FormatterOptions(open_empty_blocks=False)).format_tree(tree)
    return f"{hcl2.reconstruct(tree).strip()}\n"


def _formatter(options: Any) -> BaseFormatter:
    """python-hcl2's layout but for lists, which stand on one line: `terraform fmt` does not align what takes several."""
    from hcl2.formatter import BaseFormatter
    from hcl2.rules.tokens import COMMA

    class OneLine(BaseFormatter):
        def format_tuple_rule(self, rule: Any, indent_level: int = 0) -> None:
            items = rule.children
            if isinstance(items[-2], COMMA):
                self._set_children(rule, [*items[:-2], items[-1]])

    return OneLine(options)


def _value(value: Value) -> Any:
    if isinstance(value, Expression):
        return f"${{{value}}}"
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, int):
        return value
    return [_value(item) for item in value]


def _quoted(text: str) -> str:
    """A string of Terraform's language in which nothing is a template."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("${", "$${").replace("%{", "%%{")
    return f'"{escaped}"'
