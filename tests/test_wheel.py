"""The wheel, installed elsewhere: everything that a user needs is in it."""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

from pamlint import __version__

PROJECT = Path(__file__).parents[1]
SHIPPED = ("pamlint", "policies", "docs", "pyproject.toml", "README.md", "CHANGELOG.md", "LICENSE")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy of what is shipped, with the build tools that the tests run beside."""
    copy = tmp_path_factory.mktemp("source")
    for name in SHIPPED:
        source = PROJECT / name
        if source.is_dir():
            shutil.copytree(source, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, copy / name)
    built = run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", "dist", cwd=copy)
    assert built.returncode == 0, built.stdout + built.stderr
    (found,) = (copy / "dist").glob("*.whl")
    return found


@pytest.fixture(scope="module")
def pamlint(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The installed command, in an environment that has pamlint from the wheel and borrows only its dependencies."""
    place = tmp_path_factory.mktemp("elsewhere") / "venv"
    venv.create(place, symlinks=True)
    python = place / "bin" / "python"
    installed = run(
        sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-deps", "--no-index", str(wheel)
    )
    assert installed.returncode == 0, installed.stderr
    packages = run(str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").stdout.strip()
    borrowed = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (Path(packages) / "borrowed.pth").write_text("\n".join(sorted(borrowed)))
    return place / "bin" / "pamlint"


def run(*command: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


def test_the_wheel_holds_data_and_nothing_else_than_the_package(wheel: Path) -> None:
    """Policies, pages and schemas are in the package; tests and fixtures are not."""
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {"pamlint/policies/netiq-pam-3.yaml", "pamlint/check_pages/extra-access.md", "pamlint/py.typed"} <= names
    assert {f"pamlint/documents/schemas/{kind}.json" for kind in ("policy", "site", "report", "rules")} <= names
    assert {name.split("/")[0].partition("-")[0] for name in names} == {"pamlint"}


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        ("--version", 0, f"pamlint {__version__}\n"),
        ("schema policy", 0, '"$schema": "https://json-schema.org/draft/2020-12/schema"'),
        ("explain extra-access", 0, "# extra-access"),
        ("policy list", 0, "netiq-pam-3"),
        ("policy check netiq-pam-3", 0, "netiq-pam-3 is right"),
        ("rules demo", 0, "aws_security_group.ssh_relay"),
        ("lint demo --format json", 1, '"extra-access"'),
        ("lint demo/absent", 2, ""),
    ],
)
def test_the_installed_command_needs_no_checkout(arguments: str, code: int, told: str, pamlint: Path, tmp_path: Path) -> None:
    """Each command finds its data inside the package, and judges an estate that lies anywhere."""
    shutil.copytree(PROJECT / "fixtures" / "demo", tmp_path / "demo")
    done = run(str(pamlint), *arguments.split(), cwd=tmp_path)
    assert (done.returncode, told in done.stdout) == (code, True), done.stdout + done.stderr


def test_the_installed_package_is_the_wheels(pamlint: Path, tmp_path: Path) -> None:
    """What runs is what was installed, and not the checkout that the tests run in."""
    done = run(str(pamlint.parent / "python"), "-c", "import pamlint; print(pamlint.__file__)", cwd=tmp_path)
    assert Path(done.stdout.strip()).is_relative_to(pamlint.parents[1])
