"""Work that is shared out to several processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from benchmarks.tree import write, write_estates

SEVERAL = pytest.mark.skipif(
    not hasattr(os, "sched_getaffinity") or len(os.sched_getaffinity(0)) < 2,
    reason="there is one processor, so nothing is shared out",
)
BEGINNING = """
    import os, signal, threading, time
    from pamlint.workers import ahead, each
    here = os.getpid()
    def slowly(item):
        time.sleep(0.02)
        return item * item, os.getpid() == here
"""


def python(program: str) -> subprocess.CompletedProcess[str]:
    """Runs a program in a process that has no other threads, as those of the tests have."""
    script = textwrap.dedent(BEGINNING) + textwrap.dedent(program)
    return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=60)


@SEVERAL
@pytest.mark.parametrize("items", [12, 2500])
def test_results_come_back_in_order(items: int) -> None:
    """Whoever did an item, what comes out of it stands at its place."""
    program = f"""
        def quickly(item):
            time.sleep(0.02 if item < 12 else 0)
            return slowly(item) if item == 5 else (item * item, os.getpid() == here)
        found = each(quickly, range({items}))
        assert [square for square, _ in found] == [item * item for item in range({items})]
        print(sorted({{mine for _, mine in found}}))
    """
    done = python(program)
    assert (done.stdout, done.stderr) == ("[False, True]\n", "")


@SEVERAL
def test_the_first_error_is_raised_as_if_there_were_one_process() -> None:
    """What fails elsewhere fails here again, the first of all that fail first, and nobody is left behind."""
    done = python("""
        def failing(item):
            if item in (7, 8, 9):
                raise ValueError(item)
            return slowly(item)
        try:
            each(failing, range(12))
        except ValueError as error:
            print(error)
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            print("nobody is left")
    """)
    assert (done.stdout, done.stderr) == ("7\nnobody is left\n", "")


@SEVERAL
@pytest.mark.parametrize("fault", ["os.kill(os.getpid(), signal.SIGKILL)", "os._exit(0)", "return lambda: 0, False"])
def test_what_another_process_cannot_hand_back_is_done_here(fault: str) -> None:
    """One that is killed, ends, or has something that cannot be handed back, costs time and nothing else."""
    done = python(f"""
        def dying(item):
            if os.getpid() != here:
                {fault}
            return slowly(item)
        print(each(dying, range(8)) == [(item * item, True) for item in range(8)])
    """)
    assert done.stdout == "True\n"


@pytest.mark.parametrize(
    "program",
    [
        "print({mine for _, mine in each(lambda item: (item, os.getpid() == here), range(1000))})",
        "threading.Thread(target=time.sleep, args=(1,), daemon=True).start()\nprint({mine for _, mine in each(slowly, range(8))})",
        "os.sched_setaffinity(0, [min(os.sched_getaffinity(0))])\nprint({mine for _, mine in each(slowly, range(8))})",
        "def outer(item):\n    return {mine for _, mine in each(slowly, range(4))}, os.getpid()\n"
        "print({len({process}) for inner, process in each(outer, range(4)) for mine in inner if mine == (process == here)})",
    ],
    ids=["quick work", "other threads", "one processor", "work that shares out work"],
)
def test_one_process_does_it_all(program: str) -> None:
    """Where another would not pay, would lack threads, would have no processor, or the processors are shared out already."""
    if "sched_setaffinity" in program and not hasattr(os, "sched_setaffinity"):
        pytest.skip("this system binds no process to a processor")
    assert python(textwrap.indent(program, "")).stdout in ("{True}\n", "{1}\n")


@SEVERAL
def test_work_ahead_is_done_while_this_process_does_something_else() -> None:
    """Its result is there when it is asked for, as often as that is, and nobody is left, even if it is not asked for."""
    done = python("""
        with ahead(lambda: slowly(7)) as asked:
            print(asked() == (49, False), asked() is asked())
        with ahead(lambda: time.sleep(9)):
            pass
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            print("nobody is left")
    """)
    assert (done.stdout, done.stderr) == ("True True\nnobody is left\n", "")


@pytest.mark.parametrize("fault", ["os.kill(os.getpid(), signal.SIGKILL)", "os._exit(0)", "raise ValueError"])
def test_work_ahead_that_fails_is_done_when_it_is_asked_for(fault: str) -> None:
    """So errors are raised where somebody can tell them, once, and not where nobody looks."""
    done = python(f"""
        def failing():
            if os.getpid() != here:
                {fault}
            raise KeyError("told")
        try:
            with ahead(failing) as asked:
                asked()
        except KeyError as error:
            print(error)
    """)
    assert (done.stdout, done.stderr) == ("'told'\n", "")


def lint(tree: Path, processors: int) -> tuple[int, bytes, bytes]:
    """What `pamlint lint` of a tree says where it may use so many processors."""
    own = sorted(os.sched_getaffinity(0))[:processors]
    command = [sys.executable, "-m", "pamlint", "lint", "--format", "json", "--today", "2026-11-23", "."]
    done = subprocess.run(command, cwd=tree, capture_output=True, check=False, preexec_fn=lambda: os.sched_setaffinity(0, own))
    return done.returncode, done.stdout, done.stderr


@SEVERAL
@pytest.mark.parametrize("tree", [write, write_estates])
def test_the_report_does_not_tell_how_many_processes_there_were(tree: object, tmp_path: Path) -> None:
    """Roots of one estate, and estates, give the same bytes whoever reads and judges them; so does one with errors in it."""
    assert callable(tree)
    tree(tmp_path, 200)
    (tmp_path / "root-03" / "variables.tf").write_text('variable "region" {\n  type = sting\n')
    (tmp_path / "root-04" / "network.tf").write_text('resource "aws_vpc" "main" {\n  cidr_block = element([], 0)\n}\n')
    alone = lint(tmp_path, 1)
    assert alone[0] == 1 or alone[0] == 3
    assert lint(tmp_path, 2) == alone


@SEVERAL
def test_an_interrupt_ends_all_processes(tmp_path: Path) -> None:
    """Control-C reaches everybody at a terminal; one of them says so, and none goes on."""
    write_estates(tmp_path, 1500)
    command = [sys.executable, "-m", "pamlint", "lint", "."]
    with subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    ) as process:
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        while process.poll() is None and not children.read_text():
            time.sleep(0.002)
        os.killpg(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (130, b"", b"pamlint: interrupted\n")
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)
