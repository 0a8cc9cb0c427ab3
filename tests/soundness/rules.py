"""The rules that keep calls sound, and what shows that each one is needed: changes to the runtime that
switch it off, each with the test that must notice.

Data alone: `mutations.py` makes the changes, and writes `docs/internals/soundness.md` out of this.
"""

from __future__ import annotations

from typing import NamedTuple


class Mutation(NamedTuple):
    """What is switched off, the change that does it, and the test that must notice."""

    what: str
    file: str
    old: str
    new: str
    test: str
    suite: str = "rules"


class Rule(NamedTuple):
    """A rule, what switches it off, and tests of it that stand elsewhere, or stand alone."""

    name: str
    promise: str
    mutations: tuple[Mutation, ...]
    also: tuple[str, ...] = ()


RULES = (
    Rule(
        "Honest lifetimes",
        (
            "A shim is generic over real lifetimes, and the compiler judges it; only `keep` makes one "
            "longer, by making the group an owner."
        ),
        (
            Mutation(
                "what a result borrows must be kept",
                "shim.rs",
                "std::marker::PhantomData<(fn(&'h ()) -> &'h (), fn(&'p ()) -> &'p (), &'c &'h &'p ())>;",
                "std::marker::PhantomData<&'c &'h &'p ()>;",
                "shim::shim",
                "doc",
            ),
            Mutation(
                "kept bytes are copied into the group",
                "group/scope.rs",
                "= self.keeper {\n            return self.keep_bytes",
                "= self.keeper.filter(|_| false) {\n            return self.keep_bytes",
                "kept_bytes_outlive_the_request",
            ),
        ),
        ("`python/test_hostile.py::test_what_would_borrow_itself_for_good_is_refused_by_the_compiler`",),
    ),
    Rule(
        "Groups",
        (
            "Handles whose types share a lifetime are one group, which holds what they borrow until the "
            "last of them is gone."
        ),
        (
            Mutation(
                "a group holds the owners of what it borrows",
                "group/leaving.rs",
                "                if let Some(group) = group {",
                "                if let Some(group) = group.as_ref().filter(|_| false) {",
                "an_owner_lives_as_long_as_what_borrows_it",
            ),
            Mutation(
                "a group lets go when its last handle is gone",
                "group/owners.rs",
                "=> TABLE.give_back(slot, holder, exclusive),",
                "=> drop((slot, holder, exclusive)),",
                "an_owner_lives_as_long_as_what_borrows_it",
            ),
            Mutation(
                "groups that meet become one",
                "group/holding.rs",
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
                ("            frame.keep(slot, keeper);\n            return Ok(());"),
                "            return Ok(());",
                "a_child_holds_only_what_it_borrows",
                "views",
            ),
            Mutation(
                "a call that was made passes its loans on",
                "shim.rs",
                "    frame.run()\n",
                "    Ok(())\n",
                "a_call_that_was_refused_keeps_nothing",
            ),
            Mutation(
                "groups end one after another, not one inside another",
                "group/owners.rs",
                "            Ok(true) => {}\n",
                (
                    "            Ok(true) => {\n"
                    "                let next = || LEAVING.with(|all| all.borrow_mut().as_mut()?.pop());\n"
                    "                while let Some(next) = next() {\n"
                    "                    next.let_go();\n"
                    "                }\n"
                    "            }\n"
                ),
                "views_are_nested_as_deeply_as_memory_allows",
                "views",
            ),
        ),
        (
            "`views::a_ring_of_groups_is_leaked_and_never_dangles`: what keeps itself alive is leaked",
            "`python/test_hostile.py`: swaps, cells and guards that store borrows",
        ),
    ),
    Rule(
        "Borrow states",
        (
            "Every handle has many shared holds or one exclusive one; a result holds what it borrows in "
            "the way in which that was taken."
        ),
        (
            Mutation(
                "an exclusive hold needs the value free",
                "group/slots.rs",
                "let taken = word & EXCLUSIVE != 0 || (exclusive && word & SHARED != 0);",
                "let taken = false;",
                "what_is_borrowed_cannot_be_changed_moved_or_closed",
            ),
            Mutation(
                "an exclusive loan shuts readers out",
                "group/slots.rs",
                "let taken = word & EXCLUSIVE != 0 || (exclusive && word & SHARED != 0);",
                "let taken = exclusive && word & SHARED != 0;",
                "what_is_borrowed_exclusively_cannot_be_read",
            ),
            Mutation(
                "one call does not hold a value twice to change it",
                "group/slots.rs",
                "let taken = word & EXCLUSIVE != 0 || (exclusive && word & SHARED != 0);",
                "let taken = exclusive && word & SHARED != 0;",
                "one_handle_is_not_lent_twice_if_one_changes_it",
            ),
            Mutation(
                "what is closed is free",
                "group/slots.rs",
                "if held && only_if_free {",
                "if false && only_if_free {",
                "what_is_borrowed_cannot_be_changed_moved_or_closed",
            ),
            Mutation(
                "the error names the holder",
                "group/slots.rs",
                "lent.add(holder);",
                'lent.add(if holder.is_empty() { holder } else { "" });',
                "the_error_names_the_holder_and_how_to_let_go",
            ),
            Mutation(
                "a moved value is no longer the slot's",
                "group/holding.rs",
                "|hold| hold.0 |= Hold::MOVED",
                "|_| ()",
                "a_moved_value_is_gone_once",
            ),
            Mutation(
                "nothing is taken before everything is held",
                "group/scope.rs",
                "        Ok(Taken {",
                ("        if clone.is_none() { frame.moved(id.slot()); }\n        Ok(Taken {"),
                "nothing_is_moved_when_a_later_argument_is_wrong",
            ),
            Mutation(
                "the form of a mapped type is plain data",
                "macros/mapped.rs",
                'DATA,\n                        "the form',
                'DATA || true,\n                        "the form',
                "shim::mapped",
                "doc",
            ),
            Mutation(
                "a panic poisons",
                "group/leaving.rs",
                "TABLE.release(hold.slot(), hold.is_exclusive(), panicked && hold.is_exclusive());",
                "TABLE.release(hold.slot(), hold.is_exclusive(), false);",
                "a_panic_poisons_what_was_lent_exclusively",
            ),
        ),
        ("`python/test_views.py::test_every_way_to_let_go`",),
    ),
    Rule(
        "The table of handles",
        (
            "Threads hold, change, drop and make values at once without a lock. Each order in which they may "
            "come, with all that memory may show each of them then, is gone through by models of the very "
            "sources: `tests/models`."
        ),
        (
            Mutation(
                "what a call has changed is seen by the next one",
                "group/slots.rs",
                "state.word.store(word & !EXCLUSIVE, Ordering::Release);",
                "state.word.store(word & !EXCLUSIVE, Ordering::Relaxed);",
                "who_changes_a_value_is_alone_with_it",
                "models",
            ),
            Mutation(
                "who takes hold of a value sees what was changed",
                "group/slots.rs",
                ".compare_exchange(free, held, Ordering::Acquire, Ordering::Relaxed)",
                ".compare_exchange(free, held, Ordering::Relaxed, Ordering::Relaxed)",
                "who_changes_a_value_is_alone_with_it",
                "models",
            ),
            Mutation(
                "what was read is not gone before",
                "group/slots.rs",
                ".compare_exchange(word, word - 1, Ordering::AcqRel, Ordering::Relaxed)",
                ".compare_exchange(word, word - 1, Ordering::Relaxed, Ordering::Relaxed)",
                "what_is_read_does_not_go",
                "models",
            ),
            Mutation(
                "a call that finds the mark ends its hold with it",
                "group/slots.rs",
                "        if word & ORPHAN != 0 {\n            return false;\n        }\n",
                "",
                "what_is_read_does_not_go",
                "models",
            ),
            Mutation(
                "a mark that may be run over is known",
                "group/slots.rs",
                "let exclusive = word & EXCLUSIVE != 0;",
                "let exclusive = false;",
                "what_is_dropped_while_it_is_changed_goes_once",
                "models",
            ),
            Mutation(
                "what is noted goes when no call changes it any more",
                "group/slots.rs",
                "        if self.is_exclusive(slot, wanted) {\n            return None;\n        }\n",
                "",
                "what_is_dropped_while_it_is_changed_goes_once",
                "models",
            ),
            Mutation(
                "a slot is used again under another generation",
                "group/slots.rs",
                "state.word.store(u64::from(next) << 32, Ordering::Release);",
                "state.word.store(u64::from(next - 1) << 32, Ordering::Release);",
                "a_stale_handle_names_nothing",
                "models",
            ),
            Mutation(
                "a value is whole before its slot is live",
                "group/slots.rs",
                ".store(u64::from(generation) << 32 | LIVE, Ordering::Release);",
                ".store(u64::from(generation) << 32 | LIVE, Ordering::Relaxed);",
                "a_forged_handle_names_nothing_or_a_whole_value",
                "models",
            ),
            Mutation(
                "slots are made before anybody looks at them",
                "group/slots.rs",
                "self.chunks[chunk].store(Box::into_raw(slots).cast(), Ordering::Release);",
                "self.chunks[chunk].store(Box::into_raw(slots).cast(), Ordering::Relaxed);",
                "a_forged_handle_names_nothing_or_a_whole_value",
                "models",
            ),
            Mutation(
                "one thread at a time takes a slot that is near",
                "group/free.rs",
                "(!self.taken.swap(true, Ordering::Acquire)).then(|| At(self))",
                "(!self.taken.load(Ordering::Acquire)).then(|| At(self))",
                "a_slot_is_one_values",
                "models",
            ),
        ),
        (
            "`models::of_two_who_drop_a_value_one_does`",
            "`models::what_a_call_moves_out_is_dropped_by_nobody_else`",
            "`models::what_a_group_borrows_stays_until_that_ends`",
        ),
    ),
    Rule(
        "Threads",
        (
            "A group has one lock if a member is not `Sync`, one home if one is not `Send`. A call takes "
            "all its handles or none, and never waits for one that may wait for it."
        ),
        (
            Mutation(
                "what is not `Sync` has a lock",
                "group/store.rs",
                "lock: (!info.sync).then(Arc::default),",
                "lock: None,",
                "what_is_not_sync_is_used_by_one_thread_at_a_time",
            ),
            Mutation(
                "a group has a lock if a member is not `Sync`",
                "group/store.rs",
                "if !info.sync && group.rules().locks.is_empty() {",
                "if false && group.rules().locks.is_empty() {",
                "a_group_has_a_lock_when_a_member_is_not_sync",
            ),
            Mutation(
                "a group has the locks of its owners",
                "group/scope.rs",
                "            group.add_lock(Arc::clone(lock));",
                "            let _ = Arc::clone(lock);",
                "what_is_lent_has_its_owners_lock",
            ),
            Mutation(
                "what is not `Send` stays on its thread",
                "group/holding.rs",
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
                "what outlives the only thread that may drop it is leaked",
                "group/table.rs",
                "Some(home) if home != thread::current() => thread::send_home(home, entry),",
                "Some(home) if home != thread::current() && false => thread::send_home(home, entry),",
                "what_outlives_the_only_thread_that_may_drop_it_is_leaked",
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
                "a holder that is a call is waited for",
                "group/holding.rs",
                "Refusal::Busy => busy(inside::holder_of_slot(slot), wanted),",
                'Refusal::Busy => Fault::handle(HandleFault::Borrowed, "busy"),',
                "an_exclusive_call_is_waited_for",
            ),
            Mutation(
                "what is dropped at the moment when a call lets go of it is gone",
                "group/table.rs",
                "overtaken::note(id);",
                "let _ = overtaken::note;",
                "what_is_dropped_while_it_is_changed_is_gone_in_the_end",
            ),
            Mutation(
                "a call waits for nothing while it holds something",
                "group/holding.rs",
                "            Err(refusal) => return Err(self.refused(refusal, id, wanted)),",
                (
                    "            Err(Refusal::Busy) if !self.holds(id.slot()) => {\n"
                    "                thread::WAITERS.wait();\n"
                    "                return self.hold_used(id, type_id, wanted, exclusive, side);\n"
                    "            }\n"
                    "            Err(refusal) => return Err(self.refused(refusal, id, wanted)),"
                ),
                "calls_that_need_two_values_never_wait_for_each_other",
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
                "who is inside a callback is counted, unless it holds nothing",
                "group/inside.rs",
                "self.holds.get().is_some_and(Holds::is_empty)",
                "self.holds.get().is_some()",
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
                "an iterator that is not `Send` stays on its thread",
                "pending.rs",
                "Local [&] [] LOCAL;",
                "Local [&] [] SHARED;",
                "what_is_not_send_is_asked_by_its_own_thread",
                "iterators",
            ),
        ),
        ("`python/test_processes.py::test_threads_that_end_while_their_handles_live`",),
    ),
    Rule(
        "The interpreter lock",
        (
            "It is released around Rust, unless the call cannot block. A call that keeps it is prompt: it "
            "waits for no other call and drops nothing of others; what it would have to wait for is sent "
            "again with the lock released. It calls back on its own thread alone, which the compiler sees to "
            "(what it calls is not `Send`), and with data alone: no reference is lent that would have to "
            "end, and no handle comes back that somebody may be using. What the runtime itself locks, it "
            "holds for a few steps in which no code but its own runs: no destructor, no upcall, and so "
            "nobody who waits for the interpreter."
        ),
        (
            Mutation(
                "a prompt call waits for no other",
                "dispatch.rs",
                "Stop::Fault(Fault::Busy, _) if call.frame.is_prompt() =>",
                "Stop::Fault(Fault::Busy, _) if false =>",
                "a_prompt_call_does_not_wait_for_another_call",
                "prompt",
            ),
            Mutation(
                "a prompt call drops nothing of others",
                "group/table.rs",
                "home if runs && current::is_prompt() =>",
                "home if runs && false =>",
                "a_prompt_drop_leaves_destructors_to_others",
                "prompt",
            ),
            Mutation(
                "a prompt call takes in nothing that was left",
                "dispatch.rs",
                "if host::has_objects() || (has_orphans() && (is_awaited() || overtaken::any())) {",
                "if host::has_objects() {",
                "a_prompt_call_takes_in_nothing_that_was_left",
                "prompt",
            ),
            Mutation(
                "what is `Copy` is copied, whatever its `Clone` does",
                "macros/handle.rs",
                "} else if Probe::<$ty>::COPY.is_some() {",
                "} else if false {",
                "what_is_copy_is_copied_without_its_code",
                "prompt",
            ),
            Mutation(
                "a prompt call is lent nothing that might have to wait",
                "host/mod.rs",
                "Some(_) if !prompt && current::is_prompt() => Err(Fault::Busy),",
                "Some(_) if false => Err(Fault::Busy),",
                "a_prompt_call_calls_nobody_back",
                "prompt",
            ),
            Mutation(
                "a prompt call calls back on its own thread alone",
                "host/callable.rs",
                "let prompt = P::LOCAL && A::DATA && R::DATA;",
                "let prompt = A::DATA && R::DATA;",
                "a_prompt_call_calls_nobody_back",
                "prompt",
            ),
            Mutation(
                "a prompt call lends no references",
                "host/callable.rs",
                "let prompt = P::LOCAL && A::DATA && R::DATA;",
                "let prompt = P::LOCAL && R::DATA;",
                "a_prompt_call_lends_no_reference_and_gets_no_handle",
                "prompt",
            ),
            Mutation(
                "a prompt call gets no handles of what it calls back",
                "host/callable.rs",
                "let prompt = P::LOCAL && A::DATA && R::DATA;",
                "let prompt = P::LOCAL && A::DATA;",
                "a_prompt_call_lends_no_reference_and_gets_no_handle",
                "prompt",
            ),
            Mutation(
                "no call is prompt while the library owns what calls back",
                "dispatch.rs",
                "if host::has_objects() || (has_orphans() && (is_awaited() || overtaken::any())) {",
                "if has_orphans() && is_awaited() {",
                "a_prompt_call_calls_nobody_back",
                "prompt",
            ),
        ),
        (
            "`prompt::prompt_calls_and_others_come_to_an_end_together`: a lock stands for the interpreter's",
            "`python/test_quick.py`: values in use, callables, files, destructors, forks",
            "`python/test_soundness.py::test_the_interpreter_goes_on_while_rust_runs`",
            "`python/test_hostile.py::test_waiting_for_a_channel_lets_others_work`",
            "`python/test_hostile.py::test_a_destructor_that_waits_lets_others_work`",
        ),
    ),
    Rule(
        "Memory lent",
        (
            "Buffers are lent for one call; what Rust writes to is lent to one argument alone. Numbers "
            "are read where they are if they are aligned, else from a copy."
        ),
        (
            Mutation(
                "a buffer is only what was lent",
                "group/reading.rs",
                "        self.buffers.get(index as usize).ok_or_else(",
                "        self.buffers.get(index as usize % self.buffers.len().max(1)).ok_or_else(",
                "lent_buffers_are_read_in_place_and_their_numbers_checked",
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
                "numbers that are not aligned are copied",
                "group/lent.rs",
                "(before.is_empty() && behind.is_empty()).then_some(numbers)",
                "Some(numbers)",
                "numbers_are_read_in_place_where_they_are_aligned",
                "memory",
            ),
        ),
        (
            (
                "`python/test_buffers.py::test_memory_that_is_filled_is_lent_to_one_call`: the loader's "
                "table of all memory that is lent"
            ),
            "`python/test_buffers.py::test_what_is_not_aligned_is_copied_in_and_back`",
        ),
    ),
    Rule(
        "Long bytes of an answer",
        (
            "They belong to the library until the client has them freed, or asks something else with the "
            "same response; and are freed once."
        ),
        (
            Mutation(
                "what was freed is not freed again",
                "abi/pieces.rs",
                "*piece = Piece::FREED;",
                "drop(Piece { ..*piece });",
                "long_bytes_beside_an_answer_are_freed_once",
                "memory",
            ),
            Mutation(
                "an answer that failed has nothing beside it",
                "wire/write.rs",
                "beside.clear();",
                "let _ = beside;",
                "an_answer_that_failed_has_nothing_beside_it",
                "memory",
            ),
        ),
        (
            "`abi_client/test_client.py::test_long_bytes_of_an_answer_travel_beside_it`",
            (
                "`native/test_native_memory.py` of the loader: views of them hold them, each is freed once, "
                "and none in a child of `fork`"
            ),
        ),
    ),
    Rule(
        "Direct calls",
        (
            "Words say nothing of themselves, so a shim reads those that it has asked for, and no others; "
            "what they name is readable for the call, which the client promises. Every other rule holds as "
            "it does for a message."
        ),
        (
            Mutation(
                "a type without words makes the callable one without direct calls",
                "direct.rs",
                "None => self.never = true,",
                "None => {}",
                "the_library_says_which_words_it_wants",
                "direct",
            ),
            Mutation(
                "what has no words reads none",
                "shim.rs",
                "            Some(_) => T::hold_direct(scope),\n            None => Err(no_words(frame)),",
                "            _ => T::hold_direct(scope),",
                "no_shim_reads_words_that_it_did_not_ask_for",
                "direct",
            ),
            Mutation(
                "a call that has waited reads its words from the first",
                "group/reading.rs",
                "        self.words.at.set(self.words.first);\n",
                "",
                "a_call_waits_for_another_and_reads_its_words_again",
                "direct",
            ),
            Mutation(
                "kept text of a direct call is copied into the group",
                "group/scope.rs",
                "let lasting = self.own(text.as_bytes())?;",
                "let lasting = Self { keeper: None, ..self }.own(text.as_bytes())?;",
                "what_is_kept_is_copied",
                "direct",
            ),
            Mutation(
                "kept memory of a direct call is copied into the group",
                "group/scope.rs",
                "self.own(self.frame().memory())",
                "Self { keeper: None, ..self }.own(self.frame().memory())",
                "what_is_kept_is_copied",
                "direct",
            ),
            Mutation(
                "memory of no length has no address",
                "group/reading.rs",
                "        if length == 0 {\n            return &[];\n        }\n",
                "",
                "no_memory_is_none_wherever_it_is_said_to_be",
                "direct",
            ),
            Mutation(
                "a panic behind a word takes it back",
                "dispatch.rs",
                "    frame.give_nothing();\n",
                "",
                "a_destructor_that_panics_behind_a_word_is_told_of",
                "direct",
            ),
            Mutation(
                "a direct call knows that it must not wait",
                "abi/direct.rs",
                "let prompt = flags & PROMPT != 0;",
                "let prompt = flags & PROMPT > 1;",
                "a_prompt_call_does_not_wait",
                "direct",
            ),
            Mutation(
                "a word says that values wait",
                "abi/direct.rs",
                "return if outcome == Outcome::Leaves {",
                "return if false {",
                "what_a_prompt_call_lets_go_of_last_is_left_behind_a_word",
                "direct",
            ),
        ),
        (
            (
                "`direct::handles_are_checked`, `direct::what_is_borrowed_is_not_changed` and others: the "
                "rules of handles, by words"
            ),
            "`abi_client/test_client_direct.py`: each letter, by a client that knows the page alone",
            (
                "`native/test_native_direct.py` of the loader: it makes words of what the manifest and the "
                "library agree about, and lends what nobody changes"
            ),
        ),
    ),
    Rule(
        "References lent to a callable",
        "They end when it returns, with all that was made of them; calls that use them are waited for.",
        (
            Mutation(
                "what is lent to a callable ends with it",
                "group/frame.rs",
                "temporary::end(group);",
                "drop(group);",
                "a_reference_ends_when_the_callable_returns",
                "upcalls",
            ),
            Mutation(
                "what was made of it ends with it",
                "group/store.rs",
                "entry.group.clone().filter(|_| self.frame.meets_lent())",
                "entry.group.clone().filter(|group| group.temporary().is_some())",
                "what_borrows_an_exclusive_reference_ends_with_it",
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
                "what no callable got is taken back",
                "host/callable.rs",
                "                    frame.undo();\n",
                "                    let _ = frame;\n",
                "what_no_callable_got_is_taken_back",
                "values",
            ),
            Mutation(
                "what was lent is tied to nothing else",
                "group/holding.rs",
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
                "a child of fork waits for nobody of its parent",
                "group/temporary.rs",
                "if temporary.is_inherited() {",
                "if false {",
                "a_child_of_fork_that_a_callable_made_goes_on",
                "upcalls",
            ),
        ),
        ("`upcalls::others_who_use_what_was_lent_never_see_it_gone`: the race",),
    ),
    Rule(
        "Callables that Rust keeps",
        (
            "The reference is the library's from the call that passes it until the last share is dropped. "
            "Any thread may call it; what is lent to it ends when it returns; no exception is lost."
        ),
        (
            Mutation(
                "what is lent on a thread of the library ends, too",
                "group/frame.rs",
                "temporary::end(group);",
                "drop(group);",
                "what_is_lent_to_it_on_a_thread_of_the_library_ends_when_it_returns",
                "keeping",
            ),
            Mutation(
                "what borrows and may be changed is lent in a group of its own",
                "group/store.rs",
                "let group = Group::lent();\n        if let Some(lent) = group.temporary() {\n            "
                "lent.stiffen();\n        }\n        if !info.sync {",
                "let group = self.frame.joined_group();\n        if !info.sync {",
                "what_borrows_and_may_be_changed_comes_to_refer_to_nothing_else",
                "keeping",
            ),
            Mutation(
                "what is lent so has one lifetime",
                "group/lent_mut.rs",
                "pub fn new<'b>(value: &'a mut F::Of<'b>) -> Self {",
                "pub fn new<T>(value: &'a mut T) -> Self {",
                "shim::lending",
                "doc",
            ),
            Mutation(
                "each of those groups ends",
                "group/frame.rs",
                "groups.extend(group);",
                "groups.clear();",
                "what_borrows_and_may_be_changed_comes_to_refer_to_nothing_else",
                "keeping",
            ),
            Mutation(
                "an exception that no call ends with is told",
                "host/keeper.rs",
                "raised.tell_of(&self.kept);",
                "let _ = raised;",
                "an_exception_that_no_call_ends_with_is_told_once",
                "keeping",
            ),
            Mutation(
                "the call that waits ends with what its error says nothing of",
                "host/keeper.rs",
                "record(raised, false);",
                "let _ = raised;",
                "an_exception_leaves_the_call_that_waits",
                "keeping",
            ),
            Mutation(
                "each has a function of its own behind a function pointer",
                "host/places.rs",
                "Ok(false) => {}",
                "Ok(false) => return at,",
                "what_is_behind_a_function_pointer_stays",
                "keeping",
            ),
            Mutation(
                "an iterator that holds one gives one item at a time",
                "lower/iterators.rs",
                '"usecrate_runtime::"',
                '"no such crate"',
                "an_iterator_that_holds_one_gives_one_at_a_time",
                "keeping",
            ),
        ),
        (
            "`keeping::it_is_the_librarys_until_its_owner_is_dropped`: released once",
            "`keeping::any_thread_may_call_it_and_drop_it`",
            "`keeping::a_host_that_is_gone_stops_the_thread_alone`",
            "`python/test_kept_callables.py`: the interpreter's end, a child of fork",
            "`python/test_pointers.py`: a child of fork and what is behind function pointers",
        ),
    ),
    Rule(
        "Dropping is a call",
        "A destructor runs with no lock of the runtime held, may panic, and never runs in a child of `fork`.",
        (
            Mutation(
                "no lock is held while a destructor runs",
                "group/table.rs",
                "            Dropped::Gone(entry) => {\n",
                (
                    "            Dropped::Gone(entry) => {\n"
                    "                static HELD: std::sync::Mutex<()> = std::sync::Mutex::new(());\n"
                    "                let _held = HELD.lock();\n"
                ),
                "a_destructor_may_call_the_library",
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
                "a child leaves the parent's values alone",
                "group/table.rs",
                "self.forks.fetch_add(1, Ordering::Relaxed);",
                "self.forks.fetch_add(0, Ordering::Relaxed);",
                "after_a_fork_handles_of_the_parent_are_refused_and_nothing_is_dropped",
            ),
            Mutation(
                "a child drops nothing that was left for its thread",
                "group/table.rs",
                "        thread::disown();\n",
                "",
                "a_child_of_fork_drops_nothing_that_was_left",
                "prompt",
            ),
        ),
        (
            "`python/test_processes.py::test_exit_is_silent`",
            "`python/test_soundness.py::test_after_fork_a_child_works_and_drops_nothing_of_its_parent`",
        ),
    ),
    Rule(
        "Values stay put",
        (
            "Each is in an allocation of its own, and nothing but a call that takes it moves it. There is "
            "nothing to switch off."
        ),
        (),
        (
            "`rules::values_stay_put_while_the_table_grows`",
            "`python/test_hostile.py::test_pinning_is_skipped_and_says_so`",
        ),
    ),
    Rule(
        "Batches",
        "Items are fetched ahead as far as they are promised, and never through what may wait or call back.",
        (
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
                "what an item without a form had made goes, and no other item",
                "lower/iterators.rs",
                "out.back_to(mark);",
                "out.writer.back_to(mark.0);",
                "an_item_without_a_form_costs_no_other",
                "iterators",
            ),
            Mutation(
                "an exhausted iterator is dropped",
                "operations.rs",
                "if out.borrow().is(&[0x92, 0x00, 0x90]) {",
                "if out.borrow().is(&[0xc1]) {",
                "an_exhausted_iterator_is_dropped_and_holds_nothing",
                "iterators",
            ),
        ),
        (
            "`iterators::nothing_is_fetched_ahead_through_a_channel`",
            "`iterators::an_iterator_over_another_one_fetches_nothing_ahead`",
        ),
    ),
    Rule(
        "Calls that may be abandoned",
        "There are none yet: no call is asynchronous.",
        (),
        (),
    ),
    Rule(
        "The symbol",
        "Any bytes are harmless, and no panic crosses.",
        (
            Mutation(
                "a handle has a generation",
                "group/slots.rs",
                "if generation(word) != wanted || word & LIVE == 0 || word & ORPHAN != 0 {",
                "if word & LIVE == 0 || word & ORPHAN != 0 {",
                "a_stale_handle_is_refused_when_its_slot_is_used_again",
            ),
            Mutation(
                "a handle's type is the value's",
                "group/holding.rs",
                "if entry.type_id != type_id || entry.info.index != id.type_index() {",
                "if false {",
                "a_handle_of_another_type_is_refused",
            ),
            Mutation(
                "the type number on the wire proves nothing",
                "group/holding.rs",
                "if entry.type_id != type_id || entry.info.index != id.type_index() {",
                "if entry.type_id != type_id && id.type_index() == entry.info.index {",
                "a_forged_type_number_changes_nothing",
            ),
            Mutation(
                "no panic crosses the symbol",
                "panic.rs",
                "catch_unwind(AssertUnwindSafe(work)).map_err(caught)",
                "Ok::<T, Box<dyn Any + Send>>(work()).map_err(caught)",
                "a_panicking_destructor_is_reported_and_the_value_is_gone",
            ),
            Mutation(
                "nesting is bounded",
                "wire/mod.rs",
                "depth.checked_sub(1)",
                "depth.checked_sub(0)",
                "no_bytes_do_harm_on_a_small_stack",
            ),
        ),
        (
            "`tests/fuzz`: the request target",
            "`tests/abi_client`",
            "`python/test_pickling.py::test_hostile_data_ends_in_a_value_or_an_error`: what pickles hold",
        ),
    ),
    Rule(
        "Host objects",
        (
            "A reference has one owner at a time, what one raises leaves the call, and no file is waited "
            "for by what it waits for."
        ),
        (
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
                "        if self.ends() {",
                "        if self.ends() && false {",
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
                "        if self.ends() {",
                "        if self.ends() || true {",
                "files::a_child_of_fork_asks_and_releases_nothing_of_its_parents",
                "upcalls",
            ),
            Mutation(
                "references of a refused call stay the client's",
                "group/leaving.rs",
                "refusals.into_iter().for_each(|forget| forget());",
                "drop(refusals);",
                "files::a_file_that_a_refused_call_had_stays_the_clients",
                "upcalls",
            ),
            Mutation(
                "what Rust refers to comes back with a reference of its own",
                "host/buffered.rs",
                "            self.object.again()",
                "            Ok(self.object.own())",
                "files::a_file_that_rust_refers_to_comes_back_with_a_reference_of_its_own",
                "upcalls",
            ),
            Mutation(
                "no argument is blamed for a result",
                "dispatch.rs",
                "(Ok(Err(fault)), None) if ran =>",
                "(Ok(Err(fault)), None) if false =>",
                "settling::a_file_that_its_own_object_takes_back_is_released",
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
                "a file is not used by its own object",
                "host/buffered.rs",
                "if is_waited_for() || ",
                "if false || ",
                "settling::a_file_is_not_used_by_its_own_object",
                "upcalls",
            ),
            Mutation(
                "two files whose objects use each other do not wait for each other",
                "host/buffered.rs",
                "if is_waited_for() || ",
                "if SETTLING.with_borrow(|all| all.iter().any(|it| std::ptr::eq(&**it, self))) || ",
                "settling::two_files_whose_objects_use_each_other_do_not_wait_for_each_other",
                "upcalls",
            ),
            Mutation(
                "a call that waits for a file is inside an upcall",
                "host/buffered.rs",
                "frame.map(|frame| frame.calls_back().upcall())",
                "frame.filter(|_| false).map(|frame| frame.calls_back().upcall())",
                "settling::what_is_held_by_a_call_that_waits_for_a_file_is_refused",
                "upcalls",
            ),
            Mutation(
                "what uses a reference does not wait for who waits for its end",
                "group/temporary.rs",
                "waits.get_or_insert_with(host::stuck);",
                "if false {\n            waits.get_or_insert_with(host::stuck);\n        }",
                "settling::what_uses_a_reference_does_not_wait_for_who_waits_for_its_end",
                "upcalls",
            ),
            Mutation(
                "who settles what is waited for waits for no handle",
                "group/holding.rs",
                "None if host::is_waited_for() =>",
                "None if false && host::is_waited_for() =>",
                "settling::a_thread_that_settles_what_a_thread_of_the_library_waits_for_does_not_wait",
                "upcalls",
            ),
        ),
        ("`python/test_upcalls.py`, `python/test_files.py`",),
    ),
    Rule(
        "Trait objects",
        (
            "What arrives as one is a handle of a type that implements the trait: what the handle says of "
            "its type chooses the conversion, and is then checked like that of any other handle. What holds "
            "one that borrows is a member of its group, as any type with a lifetime. An object of the host "
            "that implements a trait is owned like the callables that it is made of, by the call, the group "
            "or the value that Rust puts it in."
        ),
        (
            Mutation(
                "the type that an object's handle says is that of its value",
                "group/holding.rs",
                "if entry.type_id != type_id || entry.info.index != id.type_index() {",
                "if false {",
                "an_object_is_what_it_is_whatever_its_handle_says",
                "traits",
            ),
            Mutation(
                "what is lent to a value is owned by its group",
                "group/scope.rs",
                "= self.keeper {\n            let drop = std_data",
                "= self.keeper.filter(|_| false) {\n            let drop = std_data",
                "an_object_of_the_hosts_lives_as_long_as_what_it_was_lent_to",
                "traits",
            ),
            Mutation(
                "it is released when its group ends",
                "group/scope.rs",
                "        self.store_mut(value, true)\n",
                "        self.store_mut(value, false)\n",
                "an_object_of_the_hosts_lives_as_long_as_what_it_was_lent_to",
                "traits",
            ),
        ),
        (
            "`traits::what_an_object_is_lent_from_stays`",
            "`traits::what_implements_a_trait_and_borrows_is_its_groups`",
            "`traits::an_object_of_the_hosts_stays_the_clients_if_the_call_is_refused`",
        ),
    ),
    Rule(
        "Values that are shared, last or are kept",
        (
            "What an `Arc` or `Rc` points to is lent by a handle for as long as its group lives, which owns"
            " the pointer; it is never changed, and stays on its thread if the pointer does. What lasts for"
            " ever is a copy that is never freed, one for the same bytes of the same type. Lists that are "
            "changed where they are kept are the group's."
        ),
        (
            Mutation(
                "the group owns the pointer",
                "group/store.rs",
                "        TABLE.lend(slot, info.path, false);\n",
                "        TABLE.lend(slot, info.path, false);\n        TABLE.give_back(slot, false);\n",
                "what_a_pointer_shares_lives_as_long_as_its_handles",
                "values",
            ),
            Mutation(
                "the pointer ends with its group",
                "group/store.rs",
                "        let _ = TABLE.drop_handle(id, false);\n        self.store_borrowed",
                "        self.store_borrowed",
                "what_a_pointer_shares_lives_as_long_as_its_handles",
                "values",
            ),
            Mutation(
                "what is shared is not changed",
                "group/store.rs",
                "self.store_borrowed(value, TypeId::of::<T>(), info, Access::Shared);\n        Ok(())",
                "self.store_borrowed(value, TypeId::of::<T>(), info, Access::Exclusive);\n        Ok(())",
                "what_a_pointer_shares_is_not_changed",
                "values",
            ),
            Mutation(
                "what is not `Sync` stays on the thread of its `Arc`",
                "lower/counted.rs",
                "if T::INFO.send && T::INFO.sync {",
                "if true || T::INFO.send && T::INFO.sync {",
                "what_a_pointer_shares_stays_on_its_thread_if_the_pointer_does",
                "values",
            ),
            Mutation(
                "an `Rc` stays on its thread",
                "lower/counted.rs",
                "counted!(Arc GOES Rc STAYS);",
                "counted!(Arc GOES Rc GOES);",
                "what_a_pointer_shares_stays_on_its_thread_if_the_pointer_does",
                "values",
            ),
            Mutation(
                "what lasts is found by its type, too",
                "lift/forever.rs",
                "let key = (TypeId::of::<T>(), beside, key);",
                "let key = (TypeId::of::<()>(), beside, key);",
                "what_lasts_is_made_once_of_the_same",
                "values",
            ),
            Mutation(
                "what lasts is found by how it was sent, too",
                "lift/forever.rs",
                "let key = (TypeId::of::<T>(), beside, key);",
                "let key = (TypeId::of::<T>(), beside && false, key);",
                "what_lasts_is_not_taken_for_what_is_sent_in_another_way",
                "values",
            ),
            Mutation(
                "what is kept is the group's",
                "group/scope.rs",
                "        if let Some(keeper) = self.keeper {\n            let drop =",
                "        if let Some(keeper) = self.keeper.filter(|_| false) {\n            let drop =",
                "items_that_are_changed_in_place_are_the_groups",
                "values",
            ),
        ),
        (
            "`values::a_buffer_that_a_result_borrows_is_the_groups`",
            "`values::a_pointer_that_is_lent_ends_with_the_callable`",
        ),
    ),
    Rule(
        "Values of one of several types",
        (
            "What is tried as one type and is none of it is let go before the next is tried, and no "
            "reference that was met is owned twice. Plain data that a library has a type of its own for is "
            "bounded like all other, and made only of what that type has."
        ),
        (
            Mutation(
                "what was tried as another type is let go",
                "group/leaving.rs",
                "while self.count.get() > point.holds {",
                "while false {",
                "what_is_no_value_of_the_first_type_is_free_for_the_next",
                "values",
            ),
            Mutation(
                "a reference that is read twice is owned once",
                "group/leaving.rs",
                "            back.coming.borrow_mut().truncate(point.coming);\n",
                "            let _ = back;\n",
                "a_reference_that_is_read_twice_is_owned_once",
                "values",
            ),
            Mutation(
                "plain data nests no deeper than other values",
                "data.rs",
                "            let depth = deeper(depth)?;\n            let items",
                "            let items",
                "plain_data_is_refused_where_it_is_too_deep_or_none",
                "values",
            ),
            Mutation(
                "plain data is made only of what its type has",
                "lift/any_data.rs",
                "if KINDS & bit == 0 {",
                "if KINDS & bit == 0 && false {",
                "plain_data_is_refused_where_it_is_too_deep_or_none",
                "values",
            ),
        ),
    ),
    Rule(
        "Objects kept with values",
        (
            "Each reference is owned once: by the client until the call is made, then by the values that "
            "hold the object, until it is released or goes back; one more is asked for what leaves twice. No "
            "lock is held while an object is asked."
        ),
        (
            Mutation(
                "a reference is the library's when the call is made, before any argument is",
                "host/kept.rs",
                "scope.when_made(Arc::clone(&kept));",
                "kept.own();",
                "a_refused_call_takes_no_reference",
                "dynamic",
            ),
            Mutation(
                "what is passed is owned once the call is made",
                "group/leaving.rs",
                "            self.receive();\n",
                "",
                "each_reference_ends_once_when_an_argument_cannot_be_made",
                "dynamic",
            ),
            Mutation(
                "a call that is tried again forgets what it was passed before",
                "group/leaving.rs",
                "            drop(back.coming.take());\n",
                "",
                "a_call_that_is_tried_again_takes_each_reference_once",
                "dynamic",
            ),
            Mutation(
                "a reference of its own goes with what stays, too",
                "host/kept.rs",
                "        self.ask(Operation::Retain, 0, |_| ())?;\n",
                "",
                "a_reference_goes_with_each_object",
                "dynamic",
            ),
            Mutation(
                "the last reference goes back, and is released no more",
                "dynamic/lower.rs",
                "Arc::get_mut(kept).and_then(Kept::give_up)",
                "Arc::get_mut(kept).filter(|_| false).and_then(Kept::give_up)",
                "the_same_object_goes_back",
                "dynamic",
            ),
            Mutation(
                "a prompt call is passed no object",
                "host/kept.rs",
                'Promised::hold(&scope, "an object", false)',
                'Promised::hold(&scope, "an object", true)',
                "a_prompt_call_meets_no_object",
                "dynamic",
            ),
            Mutation(
                "what objects hash like ends",
                "dynamic/ask.rs",
                "if depth == DEEPEST {",
                "if depth == u32::MAX {",
                "what_objects_hash_like_is_bounded",
                "dynamic",
            ),
            Mutation(
                "dynamic values nest no deeper than others",
                "dynamic/lift.rs",
                "Token::Array(count) => items(scope, count, deeper(depth)?)?,",
                "Token::Array(count) => items(scope, count, depth)?,",
                "what_is_forged_is_refused",
                "dynamic",
            ),
        ),
        ("`dynamic`: the other tests there", "`python/test_dynamic.py`"),
    ),
)

MUTATIONS = tuple(mutation for rule in RULES for mutation in rule.mutations)
