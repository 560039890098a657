"""The page of each check: `docs/checks/<check>.md` in a checkout, beside the code in an installed package."""

from __future__ import annotations

from pathlib import Path

from pamlint.report.screen import Screen, coloured

PACKAGE = Path(__file__).parents[1]


def page(check: str) -> str:
    """The page as Markdown: a title, one paragraph that sums it up, then its sections."""
    inside = PACKAGE / "check_pages" / f"{check}.md"
    path = inside if inside.exists() else PACKAGE.parent / "docs" / "checks" / f"{check}.md"
    return path.read_text(encoding="utf-8")


def render(check: str, screen: Screen) -> str:
    """The page as it is, or laid out with colours where the screen has them."""
    if not screen.colour:
        return page(check)
    from rich.markdown import Markdown

    return coloured([Markdown(page(check), code_theme="ansi_dark")], screen)


def summary(check: str) -> str:
    """The page's first paragraph on one line."""
    return " ".join(page(check).split("\n\n")[1].split())
