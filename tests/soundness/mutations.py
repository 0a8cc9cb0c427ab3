"""Switches the soundness rules off, one at a time, and shows that each one's test then fails.

`python3 tests/soundness/mutations.py [RULE ...]`: copies the runtime and the rules' tests into a temporary
folder, makes one change to the runtime, and runs the one test under AddressSanitizer. Exit code 1 if a
test passes without its rule, or if a change no longer applies. Linux alone.
"""

from __future__ import annotations

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
from typing import NamedTuple

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent


class Mutation(NamedTuple):
    """A rule, the change that breaks it, and the test that must notice."""

    rule: str
    file: str
    old: str
    new: str
    test: str
    suite: str = "rules"


MUTATIONS = [
    Mutation(
        "kept bytes are copied into the group",
        "group/scope.rs",
        "        Ok(if let Some(keeper) = self.keeper {\n            let copy",
        "        Ok(if let Some(keeper) = self.keeper.filter(|_| false) {\n            let copy",
        "kept_bytes_outlive_the_request",
    ),
    Mutation(
        "a group holds the owners of what it borrows",
        "group/frame.rs",
        "                if let Some(group) = group {",
        "                if let Some(group) = group.as_ref().filter(|_| false) {",
        "an_owner_lives_as_long_as_what_borrows_it",
    ),
    Mutation(
        "an exclusive hold needs the value free",
        "group/table.rs",
        "let taken = word & EXCLUSIVE != 0 || (exclusive && word & SHARED != 0);",
        "let taken = false;",
        "what_is_borrowed_cannot_be_changed_moved_or_closed",
    ),
    Mutation(
        "an exclusive loan shuts readers out",
        "group/table.rs",
        "let taken = word & EXCLUSIVE != 0 || (exclusive && word & SHARED != 0);",
        "let taken = exclusive && word & SHARED != 0;",
        "what_is_borrowed_exclusively_cannot_be_read",
    ),
    Mutation(
        "one call does not hold a value twice to change it",
        "group/table.rs",
        "let taken = word & EXCLUSIVE != 0 || (exclusive && word & SHARED != 0);",
        "let taken = exclusive && word & SHARED != 0;",
        "one_handle_is_not_lent_twice_if_one_changes_it",
    ),
    Mutation(
        "groups that meet become one",
        "group/frame.rs",
        "Some(own) if !self.meets_lent.get() => own.join(group),",
        "Some(_) if !self.meets_lent.get() => {}",
        "groups_that_meet_are_one",
    ),
    Mutation(
        "a value is dropped before its group",
        "group/table.rs",
        "let _after = After(group);",
        "drop(After(group));",
        "a_value_is_dropped_before_what_it_borrows",
    ),
    Mutation(
        "a handle has a generation",
        "group/table.rs",
        "if generation(word) != id.generation || word & LIVE == 0 || word & ORPHAN != 0 {",
        "if word & LIVE == 0 || word & ORPHAN != 0 {",
        "a_stale_handle_is_refused_when_its_slot_is_used_again",
    ),
    Mutation(
        "a handle's type is the value's",
        "group/frame.rs",
        "if entry.type_id != type_id || entry.info.index != id.type_index {",
        "if false {",
        "a_handle_of_another_type_is_refused",
    ),
    Mutation(
        "the type number on the wire proves nothing",
        "group/frame.rs",
        "if entry.type_id != type_id || entry.info.index != id.type_index {",
        "if entry.type_id != type_id && id.type_index == entry.info.index {",
        "a_forged_type_number_changes_nothing",
    ),
    Mutation(
        "a moved value is no longer the slot's",
        "group/frame.rs",
        "|hold| hold.moved = true",
        "|_| ()",
        "a_moved_value_is_gone_once",
    ),
    Mutation(
        "nothing is taken before everything is held",
        "group/scope.rs",
        "        Ok(Taken {",
        "        if clone.is_none() { frame.moved(id.slot); }\n        Ok(Taken {",
        "nothing_is_moved_when_a_later_argument_is_wrong",
    ),
    Mutation(
        "a panic poisons",
        "group/frame.rs",
        "TABLE.release(hold.slot, hold.exclusive, panicked && hold.exclusive);",
        "TABLE.release(hold.slot, hold.exclusive, false);",
        "a_panic_poisons_what_was_lent_exclusively",
    ),
    Mutation(
        "what is not `Sync` has a lock",
        "group/store.rs",
        "lock: (!info.sync).then(Arc::default),",
        "lock: None,",
        "what_is_not_sync_is_used_by_one_thread_at_a_time",
    ),
    Mutation(
        "a holder that is a call is waited for",
        "group/frame.rs",
        "Refusal::Busy => busy(inside::holder_of_slot(slot), wanted),",
        'Refusal::Busy => Fault::handle(HandleFault::Borrowed, "busy"),',
        "an_exclusive_call_is_waited_for",
    ),
    Mutation(
        "what is not `Send` stays on its thread",
        "group/frame.rs",
        "if entry.home.is_some_and(|home| home != thread::current()) {",
        "if false {",
        "what_is_not_send_stays_on_its_thread",
    ),
    Mutation(
        "what is not `Send` is dropped on its thread",
        "group/table.rs",
        "Some(home) if home != thread::current() => thread::send_home(home, entry),",
        "Some(home) if home != thread::current() && false => thread::send_home(home, entry),",
        "what_is_not_send_stays_on_its_thread",
    ),
    Mutation(
        "no lock is held while a destructor runs",
        "group/table.rs",
        "        let entry = self.take(slot, state);\n        dispose(entry);",
        "        let entry = self.take(slot, state);\n"
        "        let _held = self.free.lock().unwrap_or_else(PoisonError::into_inner);\n"
        "        dispose(entry);",
        "a_destructor_may_call_the_library",
    ),
    Mutation(
        "no panic crosses the symbol",
        "panic.rs",
        "catch_unwind(AssertUnwindSafe(work)).map_err(caught)",
        "Ok::<T, Box<dyn Any + Send>>(work()).map_err(caught)",
        "a_panicking_destructor_is_reported_and_the_value_is_gone",
    ),
    Mutation(
        "a buffer is only what was lent",
        "group/frame.rs",
        "        self.buffers.get(index as usize).ok_or_else(",
        "        self.buffers.get(index as usize % self.buffers.len().max(1)).ok_or_else(",
        "lent_buffers_are_read_in_place_and_their_numbers_checked",
    ),
    Mutation(
        "a child leaves the parent's values alone",
        "group/table.rs",
        "self.forks.fetch_add(1, Ordering::Relaxed);",
        "self.forks.fetch_add(0, Ordering::Relaxed);",
        "after_a_fork_handles_of_the_parent_are_refused_and_nothing_is_dropped",
    ),
    Mutation(
        "a call that was made passes its loans on",
        "dispatch.rs",
        "    frame.run()?;\n",
        "",
        "a_call_that_was_refused_keeps_nothing",
    ),
    Mutation(
        "nesting is bounded",
        "wire.rs",
        "depth.checked_sub(1)",
        "depth.checked_sub(0)",
        "no_bytes_do_harm_on_a_small_stack",
    ),
    Mutation(
        "a child keeps its parents alive",
        "group/owners.rs",
        "state.parents.push(parent);",
        "drop(parent);",
        "a_child_of_a_loan_keeps_what_was_lent",
        "views",
    ),
    Mutation(
        "a child owns what it borrows of its parent",
        "group/scope.rs",
        "            frame.keep(slot, keeper);\n            return Ok(());",
        "            return Ok(());",
        "a_child_holds_only_what_it_borrows",
        "views",
    ),
    Mutation(
        "a child follows its parents' rules",
        "group/owners.rs",
        "ahead.append(&mut next.say(&mut rules));",
        "ahead.append(&mut next.say(&mut Rules::default()));",
        "a_child_stays_on_its_parents_thread",
        "views",
    ),
    Mutation(
        "groups end one after another, not one inside another",
        "group/owners.rs",
        "            Ok(true) => {}\n",
        "            Ok(true) => {\n"
        "                while let Some(next) = LEAVING.with(|all| all.borrow_mut().as_mut()?.pop()) {\n"
        "                    next.let_go();\n                }\n            }\n",
        "views_are_nested_as_deeply_as_memory_allows",
        "views",
    ),
    Mutation(
        "a destructor that panics stops no other",
        "group/owners.rs",
        "catch_unwind(AssertUnwindSafe(|| leaving.let_go()))",
        "Ok::<(), Box<dyn std::any::Any + Send>>(leaving.let_go())",
        "a_destructor_that_panics_does_not_keep_the_rest",
        "views",
    ),
    Mutation(
        "memory is written to by one argument",
        "group/lent.rs",
        "if overlaps || self.used.get() != Use::Free {",
        "if overlaps {",
        "what_is_written_is_used_once",
        "memory",
    ),
    Mutation(
        "memory that two buffers share is not written to",
        "group/lent.rs",
        "if overlaps || self.used.get() != Use::Free {",
        "if self.used.get() != Use::Free {",
        "memory_that_is_lent_twice_is_not_written",
        "memory",
    ),
    Mutation(
        "memory that may only be read is not written to",
        "group/lent.rs",
        "if !self.writable {",
        "if false {",
        "only_writable_memory_is_written",
        "memory",
    ),
    Mutation(
        "memory is aligned as its numbers need it",
        "group/lent.rs",
        "if !self.data.cast::<T>().is_aligned() && self.len > 0 {",
        "if false {",
        "numbers_are_whole_and_aligned",
        "memory",
    ),
    Mutation(
        "what is lent to a callable ends with it",
        "group/frame.rs",
        "temporary::end(group);",
        "drop(group);",
        "a_reference_ends_when_the_callable_returns",
        "upcalls",
    ),
    Mutation(
        "calls on what was lent are waited for",
        "group/temporary.rs",
        "Err(shared) => group = shared,",
        "Err(_) => break,",
        "a_call_on_what_was_lent_is_waited_for",
        "upcalls",
    ),
    Mutation(
        "what was lent is tied to nothing else",
        "group/frame.rs",
        "} else if lent(&own) || lent(&other) {",
        "} else if false && lent(&own) {",
        "what_was_lent_is_tied_to_nothing_else",
        "upcalls",
    ),
    Mutation(
        "what was lent comes to refer to nothing that does not last",
        "group/frame.rs",
        "if self.keeps.get() && group",
        "if false && group",
        "what_was_lent_is_not_made_to_refer_to_what_does_not_last",
        "upcalls",
    ),
    Mutation(
        "what is not `Sync` and lent stays on its thread",
        "group/store.rs",
        "let bound = access == Access::Shared",
        "let bound = false && access == Access::Shared",
        "what_is_not_sync_and_lent_stays_on_its_thread",
        "upcalls",
    ),
    Mutation(
        "a call inside a callback is not waited for",
        "group/inside.rs",
        "call.upcalls.load(Ordering::Acquire) > 0",
        "call.upcalls.load(Ordering::Acquire) > 99",
        "what_is_in_use_by_a_call_inside_a_callback_is_refused_at_once",
        "upcalls",
    ),
    Mutation(
        "a thread of the library waits for no call",
        "group/current.rs",
        "calls.adrift.get() > 0",
        "calls.adrift.get() > 99",
        "files::an_upcall_from_a_thread_of_the_library_never_waits_for_its_call",
        "upcalls",
    ),
    Mutation(
        "an exception poisons nothing",
        "dispatch.rs",
        "matches!(**caught, Caught::Panic(_)) && !raised()",
        "true",
        "an_exception_poisons_nothing_and_a_panic_does",
        "upcalls",
    ),
    Mutation(
        "a fatal exception is not swallowed",
        "group/inside.rs",
        "record.leaves |= leaves || raised.is_fatal();",
        "record.leaves |= leaves;",
        "an_exception_leaves_the_call_from_any_thread",
        "upcalls",
    ),
    Mutation(
        "an exception is released if it is not given back",
        "host/mod.rs",
        "        if self.epoch == TABLE.epoch() {",
        "        if false && self.epoch == TABLE.epoch() {",
        "an_exception_that_is_not_given_back_is_released",
        "upcalls",
    ),
    Mutation(
        "a child of fork asks nothing of its parent's objects",
        "host/mod.rs",
        "        if self.epoch != TABLE.epoch() {",
        "        if false {",
        "files::a_child_of_fork_asks_and_releases_nothing_of_its_parents",
        "upcalls",
    ),
    Mutation(
        "a child of fork releases nothing of its parent's objects",
        "host/mod.rs",
        "        if self.epoch == TABLE.epoch() {",
        "        if true {",
        "files::a_child_of_fork_asks_and_releases_nothing_of_its_parents",
        "upcalls",
    ),
    Mutation(
        "a child of fork waits for nobody of its parent",
        "group/temporary.rs",
        "if temporary.is_inherited() {",
        "if false {",
        "a_child_of_fork_that_a_callable_made_goes_on",
        "upcalls",
    ),
    Mutation(
        "references of a refused call stay the client's",
        "group/frame.rs",
        "refusals.into_iter().for_each(|forget| forget());",
        "drop(refusals);",
        "files::a_file_that_a_refused_call_had_stays_the_clients",
        "upcalls",
    ),
    Mutation(
        "what was written arrives before the call ends",
        "dispatch.rs",
        "let settles = outermost && frame.known().is_some();",
        "let settles = false && outermost;",
        "files::a_kept_file_is_settled_after_every_call_and_goes_back_as_it_was",
        "upcalls",
    ),
    Mutation(
        "items are fetched ahead as far as they are promised",
        "lower/iterators.rs",
        "items.size_hint().0.min(want).clamp(1, MOST)",
        "want.clamp(1, MOST)",
        "items_are_fetched_ahead_only_as_far_as_they_are_promised",
        "iterators",
    ),
    Mutation(
        "nothing is fetched ahead through what may wait or call back",
        "lower/iterators.rs",
        ".any(|part| name.contains(part))",
        ".any(|part| part.is_empty())",
        "nothing_is_fetched_ahead_through_a_trait_object",
        "iterators",
    ),
    Mutation(
        "an end is an end",
        "lower/iterators.rs",
        "self.done = !fetch",
        "self.done = false & !fetch",
        "an_end_is_an_end_whatever_the_iterator_says_next",
        "iterators",
    ),
    Mutation(
        "an exhausted iterator is dropped",
        "dispatch.rs",
        "if out.borrow().is(&[0x92, 0x00, 0x90]) {",
        "if out.borrow().is(&[0xc1]) {",
        "an_exhausted_iterator_is_dropped_and_holds_nothing",
        "iterators",
    ),
    Mutation(
        "an iterator that is not `Send` stays on its thread",
        "pending.rs",
        "Local [&] [] LOCAL;",
        "Local [&] [] SHARED;",
        "what_is_not_send_is_asked_by_its_own_thread",
        "iterators",
    ),
]


def environment(target: pathlib.Path) -> dict[str, str]:
    """The sanitizer works on a stable compiler, unlocked as rustdoc's JSON is."""
    return {
        **os.environ,
        "RUSTC_BOOTSTRAP": "1",
        "RUSTFLAGS": "-Zsanitizer=address",
        "RUST_BACKTRACE": "0",
        "CARGO_TARGET_DIR": str(target),
    }


def run(folder: pathlib.Path, target: pathlib.Path, mutation: Mutation | None) -> tuple[bool, str]:
    """Whether the tests pass, and the last lines that they printed."""
    host = subprocess.run(["rustc", "-vV"], capture_output=True, text=True, check=True).stdout
    triple = next(line.split()[1] for line in host.splitlines() if line.startswith("host:"))
    command = ["cargo", "test", "--target", triple]
    command += ["--test", mutation.suite, "--", "--exact", mutation.test] if mutation else ["--tests"]
    result = subprocess.run(
        command,
        cwd=folder,
        env=environment(target),
        capture_output=True,
        text=True,
        errors="replace",
        timeout=600,
    )
    output = result.stdout + result.stderr
    if "error: could not compile" in output:
        raise SystemExit(f"the changed runtime does not compile:\n{output}")
    return result.returncode == 0, output


def reason(output: str) -> str:
    """The line that says how the test noticed."""
    for sign in (
        "ERROR: AddressSanitizer",
        "panicked at",
        "SIGSEGV",
        "SIGABRT",
        "stack overflow",
        "assertion",
    ):
        for line in output.splitlines():
            if sign in line:
                return line.strip()[:100]
    return "the test failed"


def main() -> int:
    """Runs the chosen mutations, all if none are named."""
    wanted = sys.argv[1:]
    chosen = [mutation for mutation in MUTATIONS if not wanted or mutation.rule in wanted]
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR") or HERE / "target") / "asan"
    unnoticed = 0
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        shutil.copytree(ROOT / "runtime", folder / "runtime", ignore=shutil.ignore_patterns("target"))
        shutil.copytree(HERE, folder / "tests" / "soundness", ignore=shutil.ignore_patterns("target"))
        shutil.copy(ROOT / "Cargo.toml", folder / "Cargo.toml")
        workspace = (folder / "Cargo.toml").read_text().replace('"manifest", "build-tools"', "")
        workspace = "\n".join(line for line in workspace.splitlines() if "usecrate-manifest" not in line)
        (folder / "Cargo.toml").write_text(workspace)
        passes, output = run(folder / "tests" / "soundness", target, None)
        if not passes:
            print(output, file=sys.stderr)
            print("the rules' tests fail with every rule in place", file=sys.stderr)
            return 1
        for mutation in chosen:
            path = folder / "runtime" / "src" / mutation.file
            text = path.read_text()
            if mutation.old not in text:
                print(f"STALE     {mutation.rule}: `{mutation.file}` no longer has what is to be changed")
                unnoticed += 1
                continue
            path.write_text(text.replace(mutation.old, mutation.new))
            start = time.monotonic()
            passes, output = run(folder / "tests" / "soundness", target, mutation)
            path.write_text(text)
            unnoticed += passes
            verdict = "UNNOTICED" if passes else "noticed"
            why = "" if passes else reason(output)
            print(f"{verdict:9} {mutation.rule} ({time.monotonic() - start:.0f} s): {why}", flush=True)
    print(f"{len(chosen) - unnoticed} passed, {unnoticed} failed")
    return 1 if unnoticed else 0


if __name__ == "__main__":
    sys.exit(main())
