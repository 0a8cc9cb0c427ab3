"""Processes and their ends: fork, threads, exit, Ctrl-C. A child works or says plainly why not."""

from __future__ import annotations

import os
import pathlib
import signal
import subprocess
import sys
import textwrap
from typing import Any

import pytest

BEHAVIOURS = pathlib.Path(__file__).resolve().parents[1] / "crates" / "behaviours"
FORKS = pytest.mark.skipif(not hasattr(os, "fork"), reason="this platform has no fork")
POSIX = pytest.mark.skipif(os.name != "posix", reason="signals")

START = """
import gc, os, signal, sys, threading, time, traceback
import usecrate
m = usecrate.load_artifact(sys.argv[1])

def in_child(work):
    '''Runs it in a forked child, which must end within seconds, in order.'''
    child = os.fork()
    if child == 0:
        signal.alarm(20)
        code = 1
        try:
            work()
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(code)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert code == 0, f'the child ended with {code}'

def refused(work, kind=None, words=''):
    try:
        work()
    except (kind or usecrate.ForkError) as error:
        assert words in str(error), error
        return error
    raise AssertionError('not refused')
"""


@pytest.fixture(name="run")
def run_fixture(build: Any) -> Any:
    """`run(program)`: in a fresh interpreter; nothing on standard error, exit code 0."""
    artifact = str(build(str(BEHAVIOURS)))

    def run(program: str, *options: str, code: int = 0, errors: bool = False) -> str:
        text = START + textwrap.dedent(program)
        words = [sys.executable, "-W", "error", "-W", "ignore::DeprecationWarning"]
        done = subprocess.run(
            [*words, *options, "-c", text, artifact], capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == code, done.stderr
        assert errors or done.stderr == "", done.stderr
        return done.stdout

    return run


# ------------------------------------------------------------------------------------------------------ fork


@FORKS
def test_handles_of_the_parent_are_dead_in_a_child(run: Any) -> None:
    run("""
        guard = m.drops.Guard('parent')
        view = guard.view()
        lines = m.iterators.counted(9)
        next(lines)
        def child():
            refused(guard.name, words='forked')
            refused(view.name)
            refused(lambda: next(lines))
            refused(lambda: usecrate.close(guard))
            refused(lambda: usecrate.move(guard))
            own = m.drops.Guard('child')
            assert own.name() == 'child'
            assert len(list(m.iterators.counted(3))) == 3
            globals().update(guard=None, view=None, lines=None)
            gc.collect()
            assert m.drops.log() == [], 'what is of the parent was dropped'
            del own
            assert m.drops.log() == ['child']
            in_child(lambda: m.values.add(1, 2))
        in_child(child)
        assert guard.name() == view.name() == 'parent' and m.drops.log() == []
        next(lines)
    """)


@FORKS
def test_exceptions_that_hold_a_value_are_dead_in_a_child(run: Any) -> None:
    run("""
        try:
            m.errors.fail('x') if hasattr(m.errors, 'fail') else m.panics.boom('x')
        except Exception as error:
            kept = error
        text = str(kept)
        in_child(lambda: str(kept) == text or 1 / 0)
        assert str(kept) == text
    """)


@FORKS
def test_a_child_of_a_callable_that_is_called(run: Any) -> None:
    # The forking thread is inside itself: the library is not shut, and what Rust goes on with works in both.
    assert run("""
        def call(x):
            in_child(lambda: m.values.add(1, 2) == 3 or 1 / 0)
            return x + 1
        print(m.callables.apply(call, 1))
    """)


@FORKS
def test_forked_while_another_thread_was_inside(run: Any) -> None:
    run("""
        before = m.drops.Guard('before')
        thread = threading.Thread(target=m.threads.sleep, args=(1500,))
        thread.start()
        time.sleep(0.3)
        def child():
            count = lambda: m.iterators.counted(1)
            for call in (lambda: m.values.add(1, 2), lambda: m.drops.Guard('x'), count):
                refused(call, words='another thread of its parent was inside')
            refused(before.name, words='forked')
            in_child(lambda: refused(lambda: m.values.add(1, 2), words='another thread'))
        in_child(child)
        assert m.values.add(1, 2) == 3 and before.name() == 'before'
        thread.join()
        in_child(lambda: m.values.add(1, 2))
    """)


@FORKS
def test_forks_while_threads_call_without_a_pause(run: Any) -> None:
    # Whenever it happens: the child's call gives its answer, or is refused, at once.
    assert run("""
        stop = threading.Event()
        def busy():
            while not stop.is_set():
                with m.drops.Guard('busy') as guard:
                    guard.name()
                m.values.add(1, 2)
        threads = [threading.Thread(target=busy) for _ in range(3)]
        for thread in threads: thread.start()
        answers = {'refused': 0, 'answered': 0}
        def once():
            read, write = os.pipe()
            def child():
                try:
                    said = b'answered' if m.drops.Guard('mine').name() == 'mine' else b'wrong'
                except usecrate.ForkError:
                    said = b'refused'
                os.write(write, said)
            in_child(child)
            os.close(write)
            answers[os.read(read, 99).decode()] += 1
            os.close(read)
        try:
            for _ in range(20): once()
        finally:
            stop.set()
            for thread in threads: thread.join()
        print(sum(answers.values()))
    """).split() == ["20"]


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_multiprocessing(method: str, build: Any, tmp_path: pathlib.Path) -> None:
    import multiprocessing

    if method not in multiprocessing.get_all_start_methods():
        pytest.skip(f"this platform has no {method}")
    script = tmp_path / "main.py"
    script.write_text(
        textwrap.dedent(f"""
        import multiprocessing, sys, usecrate

        def work(number):
            m = usecrate.load_artifact(sys.argv[1])
            with m.drops.Guard(str(number)) as guard:
                return guard.name() + str(m.values.add(number, 1))

        if __name__ == "__main__":
            context = multiprocessing.get_context({method!r})
            m = usecrate.load_artifact(sys.argv[1])
            mine = m.drops.Guard("mine")
            with context.Pool(2) as pool:
                assert pool.map(work, range(4)) == ["01", "12", "23", "34"]
            assert mine.name() == "mine"
    """)
    )
    words = [sys.executable, "-W", "error", "-W", "ignore::DeprecationWarning"]
    done = subprocess.run(
        [*words, str(script), str(build(str(BEHAVIOURS)))],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


# --------------------------------------------------------------------------------------------- threads, exit


def test_threads_that_end_while_their_handles_live(run: Any) -> None:
    run("""
        kept = []
        def work():
            kept.append(m.threads.Local())
            kept.append(m.drops.Guard('of a thread'))
            kept.append(kept[-1].view())
        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads: thread.start()
        for thread in threads: thread.join()
        guard = next(one for one in kept if isinstance(one, m.drops.Guard))
        assert guard.name() == 'of a thread'
        locals_ = [one for one in kept if isinstance(one, m.threads.Local)]
        for one in locals_:
            refused(one.count, usecrate.ThreadError)
        living = m.threads.Local.living()
        del one, locals_, guard
        kept.clear(); gc.collect()
        assert m.drops.living() == 0
        # What only its own thread may drop, and which has ended, is left alone for ever.
        assert m.threads.Local.living() == living == 8
    """)


@pytest.mark.parametrize(
    "program",
    [
        "kept = m.drops.Guard('in a module')",
        "a = [m.drops.Guard('in a cycle')]; a.append(a); a.append(a[0].view()); del a",
        "class Node: pass\nn = Node(); n.me = n; n.it = m.iterators.counted(5); next(n.it); del n",
        "import builtins; builtins.kept = [m.threads.Local(), m.drops.Slow(1), m.threads.Single()]",
        "import sys; sys.modules['somewhere'] = m.drops.Guard('in sys.modules')",
        "import atexit; g = m.drops.Guard('x'); atexit.register(lambda: g.name()); atexit.register(g.name)",
        "import atexit; atexit.register(lambda: m.drops.Guard('made at exit'))",
        "class D:\n  def __init__(s): s.g = m.drops.Guard('x')\n  def __del__(s):\n    s.g.name()\n"
        "    m.values.add(1, 2); usecrate.close(s.g)\nd = D(); l = [d]; l.append(l)",
        "class D:\n  def __del__(s, m=m): m.drops.Guard('late').name()\nimport builtins; builtins.d = D()",
        "threading.Thread(target=m.threads.sleep, args=(10**6,), daemon=True).start(); time.sleep(0.1)",
        "def loop():\n  while True: m.drops.Guard('daemon').name()\n"
        "threading.Thread(target=loop, daemon=True).start(); time.sleep(0.2)",
        "def call(x): time.sleep(30); return x\n"
        "threading.Thread(target=m.callables.apply, args=(call, 1), daemon=True).start(); time.sleep(0.2)",
        "def loop():\n  while True: m.callables.apply(lambda x: x, 1)\n"
        "threading.Thread(target=loop, daemon=True).start(); time.sleep(0.2)",
        "t = threading.Thread(target=m.threads.sleep, args=(300,)); t.start(); g = m.drops.Guard('x')",
        "local = threading.local(); local.g = m.drops.Guard('x')",
        "import weakref; g = m.drops.Guard('x'); weakref.finalize(g, print, end='')",
        "g = m.drops.Guard('x'); raise SystemExit(0)",
        "try: m.panics.boom('x') if hasattr(m.panics, 'boom') else 1 / 0\nexcept Exception as e: kept = e",
    ],
)
def test_exit_is_silent(run: Any, program: str) -> None:
    # What a class is made of is imported with its first use, which is not to be in the last moments.
    run("\nm.drops.Guard('x').name(); m.values.add(1, 2); usecrate.close; m.drops.log()\n" + program + "\n")


def test_a_subinterpreter_is_refused(run: Any) -> None:
    said = run("""
        try:
            import _interpreters as interpreters
        except ImportError:
            import _xxsubinterpreters as interpreters
        program = '''
        try:
            import usecrate
            usecrate.load_artifact(%r)
        except ImportError as error:
            print('refused:', error, flush=True)
        ''' % sys.argv[1]
        import textwrap
        one = interpreters.create()
        interpreters.run_string(one, textwrap.dedent(program))
        interpreters.destroy(one)
        assert m.values.add(1, 2) == 3
        print('main goes on')
    """)
    assert "refused:" in said and "main goes on" in said and "interpreter" in said, said


# ---------------------------------------------------------------------------------------------------- Ctrl-C


@POSIX
@pytest.mark.parametrize(
    "call",
    [
        "m.callables.apply(work, 1)",
        "m.callables.times(10**9, lambda: work(0))",
        "m.callables.fold(list(range(10**6)), lambda a, b: work(a))",
        "[m.iterators.counted(1) for _ in iter(lambda: work(0), None)]",
    ],
)
def test_ctrl_c_where_a_callable_is_called(run: Any, call: str) -> None:
    run(f"""
        def work(x):
            time.sleep(0.001)
            return x
        guard = m.drops.Guard('kept')
        threading.Timer(0.4, os.kill, (os.getpid(), signal.SIGINT)).start()
        start = time.monotonic()
        try:
            while time.monotonic() < start + 20:
                {call}
        except KeyboardInterrupt:
            assert time.monotonic() < start + 5
        else:
            raise AssertionError('not interrupted')
        assert m.values.add(1, 2) == 3 and guard.name() == 'kept'
    """)


@POSIX
def test_ctrl_c_at_a_crossing_that_runs_no_bytecode(run: Any) -> None:
    # A callable in C never lets the interpreter look at signals by itself.
    run("""
        threading.Timer(0.4, os.kill, (os.getpid(), signal.SIGINT)).start()
        start = time.monotonic()
        try:
            m.callables.times(10**8, dict)
        except KeyboardInterrupt:
            assert time.monotonic() < start + 5
        else:
            raise AssertionError('not interrupted')
    """)


@POSIX
def test_ctrl_c_in_an_iterator(run: Any) -> None:
    run("""
        threading.Timer(0.4, os.kill, (os.getpid(), signal.SIGINT)).start()
        start = time.monotonic()
        numbers = m.iterators.naturals()
        try:
            sum(numbers)
        except KeyboardInterrupt:
            assert time.monotonic() < start + 5
        else:
            raise AssertionError('not interrupted')
        assert next(numbers) > 0
    """)


def test_signals_are_those_of_the_interpreter() -> None:
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
