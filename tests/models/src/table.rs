//! What the table promises. A value that two threads reach at once, or that is reached when it is gone, is noticed by loom; how
//! often it went is counted.

use std::sync::Arc as Plain;
use std::sync::atomic::{AtomicUsize as Count, Ordering::Relaxed};

use loom::cell::UnsafeCell;
use loom::model;
use loom::sync::{Arc, Mutex};
use loom::thread;

use crate::slots::{Dropped, Refusal, Slots};

/// A value, of which loom knows who looks at it and who changes it.
struct Value {
    number: UnsafeCell<u32>,
    gone: Plain<Count>,
}

impl Value {
    fn read(&self) -> u32 {
        self.number.with(|number| {
            // SAFETY: loom ends the test if somebody else writes it.
            unsafe { *number }
        })
    }

    fn change(&self) {
        self.number.with_mut(|number| {
            // SAFETY: loom ends the test if somebody else reaches it.
            unsafe { *number += 10 };
        });
    }
}

// SAFETY: loom ends the test if threads reach the number at once.
unsafe impl Sync for Value {}

impl Drop for Value {
    fn drop(&mut self) {
        self.change();
        self.gone.fetch_add(1, Relaxed);
    }
}

/// A handle: a slot and its generation.
type Handle = (u32, u32);

/// The table, what was noted, and how many values are gone.
#[derive(Clone)]
struct World {
    slots: Arc<Slots<Value>>,
    /// Values that were marked while a call held them exclusively.
    noted: Arc<Mutex<Vec<Handle>>>,
    gone: Plain<Count>,
}

impl World {
    fn new() -> Self {
        Self {
            slots: Arc::new(Slots::new()),
            noted: Arc::new(Mutex::new(Vec::new())),
            gone: Plain::default(),
        }
    }

    fn insert(&self, number: u32) -> Handle {
        self.slots.insert(Value {
            number: UnsafeCell::new(number),
            gone: Plain::clone(&self.gone),
        })
    }

    /// A call that only reads: what it found.
    fn read(&self, (slot, generation): Handle) -> Option<u32> {
        let value = self.acquire((slot, generation), false).ok()?;
        let found = value.read();
        self.let_go(slot, false);
        Some(found)
    }

    /// A call that changes the value, if nobody has it.
    fn change(&self, handle: Handle) -> bool {
        let Ok(value) = self.acquire(handle, true) else {
            return false;
        };
        value.change();
        self.let_go(handle.0, true);
        true
    }

    fn acquire(&self, (slot, generation): Handle, exclusive: bool) -> Result<&Value, Refusal> {
        match self.slots.acquire_at_once(slot, generation, exclusive) {
            Some(value) => Ok(value),
            None => self.slots.acquire(slot, generation, exclusive),
        }
    }

    fn let_go(&self, slot: u32, exclusive: bool) {
        if !self.slots.release_at_once(slot, exclusive) {
            drop(self.slots.release(slot, exclusive, false));
        }
    }

    /// The client's drop. `false`: it was dropped before.
    fn drop(&self, handle: Handle) -> bool {
        self.dropped(handle, self.slots.end(handle.0, handle.1, false))
    }

    fn dropped(&self, handle: Handle, dropped: Result<Dropped<Value>, Refusal>) -> bool {
        if let Ok(Dropped::Marked { exclusive: true }) = dropped {
            self.noted.lock().expect("nobody panics").push(handle);
        }
        dropped.is_ok()
    }

    /// Any other call: what was noted goes, unless a call has it still.
    fn settle(&self) {
        let noted = std::mem::take(&mut *self.noted.lock().expect("nobody panics"));
        for handle in noted {
            match self.slots.drop_overtaken(handle.0, handle.1) {
                Some(dropped) => {
                    self.dropped(handle, dropped);
                }
                None => self.noted.lock().expect("nobody panics").push(handle),
            }
        }
    }

    /// All threads are at their ends, and so many values are gone, each once.
    fn ends_with(&self, gone: usize, live: usize) {
        self.settle();
        assert!(self.noted.lock().expect("nobody panics").is_empty());
        assert_eq!(self.gone.load(Relaxed), gone);
        assert_eq!(self.slots.used(), live);
    }
}

/// Goes through every order in which three threads may come, as far as no more than a few times one is stopped where it could
/// go on: there are too many others.
fn model_of_three(work: impl Fn() + Send + Sync + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(3);
    builder.check(work);
}

/// Runs each on a thread of its own, the last on this one, and waits for all.
fn together<const N: usize>(world: &World, work: [fn(&World, Handle); N], handle: Handle) {
    let [others @ .., last] = &work[..] else { return };
    let threads: Vec<_> = others
        .iter()
        .map(|work| {
            let (world, work) = (world.clone(), *work);
            thread::spawn(move || work(&world, handle))
        })
        .collect();
    last(world, handle);
    for thread in threads {
        thread.join().expect("no thread panics");
    }
}

#[test]
fn a_slot_is_one_values() {
    model(|| {
        let world = World::new();
        let own = |world: &World, _: Handle| {
            let mine = world.insert(7);
            assert_eq!(world.read(mine), Some(7));
            assert!(world.drop(mine));
        };
        together(&world, [own, own], (0, 0));
        world.ends_with(2, 0);
    });
}

#[test]
fn what_is_read_does_not_go() {
    model_of_three(|| {
        let world = World::new();
        let handle = world.insert(7);
        let read = |world: &World, handle| assert!(matches!(world.read(handle), Some(7) | None));
        together(
            &world,
            [read, read, |world, handle| assert!(world.drop(handle))],
            handle,
        );
        world.ends_with(1, 0);
    });
}

#[test]
fn who_changes_a_value_is_alone_with_it() {
    model_of_three(|| {
        let world = World::new();
        let handle = world.insert(7);
        let change = |world: &World, handle| {
            world.change(handle);
        };
        let read = |world: &World, handle| assert!(matches!(world.read(handle), Some(7 | 17 | 27) | None));
        together(&world, [change, change, read], handle);
        assert!(world.change(handle), "all let go");
        world.drop(handle);
        world.ends_with(1, 0);
    });
}

#[test]
fn what_is_dropped_while_it_is_changed_goes_once() {
    model(|| {
        let world = World::new();
        let handle = world.insert(7);
        together(
            &world,
            [
                |world, handle| {
                    world.change(handle);
                    world.change(handle);
                },
                |world, handle| {
                    assert!(world.drop(handle));
                    world.settle();
                },
            ],
            handle,
        );
        world.ends_with(1, 0);
    });
}

#[test]
fn a_mark_that_was_run_over_harms_no_later_value() {
    model(|| {
        let world = World::new();
        let handle = world.insert(7);
        together(
            &world,
            [
                |world, handle| {
                    world.change(handle);
                    // Perhaps where the first one was.
                    world.insert(5);
                },
                |world, handle| {
                    world.drop(handle);
                },
            ],
            handle,
        );
        world.ends_with(1, 1);
    });
}

#[test]
fn a_forged_handle_names_nothing_or_a_whole_value() {
    model(|| {
        let world = World::new();
        together(
            &world,
            [
                |world, first| assert_eq!(world.insert(7), first, "as it was guessed"),
                |world, first| {
                    assert!(matches!(world.read(first), Some(7) | None));
                    world.change(first);
                },
            ],
            (0, 1),
        );
        world.ends_with(0, 1);
    });
}

#[test]
fn a_stale_handle_names_nothing() {
    model(|| {
        let world = World::new();
        let handle = world.insert(7);
        together(
            &world,
            [
                |world, handle| {
                    assert!(world.drop(handle));
                    let next = world.insert(5);
                    assert_eq!(world.read(next), Some(5));
                },
                |world, handle| {
                    assert!(matches!(world.read(handle), Some(7) | None));
                    world.change(handle);
                },
            ],
            handle,
        );
        world.settle();
        assert!(!world.drop(handle), "it was dropped");
        world.ends_with(1, 1);
    });
}

#[test]
fn of_two_who_drop_a_value_one_does() {
    model_of_three(|| {
        let world = World::new();
        let handle = world.insert(7);
        let drop = |world: &World, handle| {
            world.drop(handle);
        };
        let read = |world: &World, handle| {
            world.read(handle);
        };
        together(&world, [drop, drop, read], handle);
        world.ends_with(1, 0);
    });
}

#[test]
fn what_a_call_moves_out_is_dropped_by_nobody_else() {
    model(|| {
        let world = World::new();
        let handle = world.insert(7);
        together(
            &world,
            [
                |world, handle| {
                    if world.acquire(handle, true).is_ok() {
                        drop(world.slots.release_moved(handle.0));
                    }
                },
                |world, handle| {
                    world.drop(handle);
                    world.settle();
                },
            ],
            handle,
        );
        world.ends_with(1, 0);
    });
}

#[test]
fn what_a_group_borrows_stays_until_that_ends() {
    model(|| {
        let world = World::new();
        let handle = world.insert(7);
        together(
            &world,
            [
                |world, handle| {
                    let Ok(value) = world.acquire(handle, false) else {
                        return;
                    };
                    world.slots.lend(handle.0, "view", false);
                    assert_eq!(value.read(), 7);
                    drop(world.slots.give_back(handle.0, "view", false));
                },
                |world, handle| {
                    let closed = world.slots.end(handle.0, handle.1, true);
                    if let Err(refusal) = &closed {
                        assert!(matches!(refusal, Refusal::Busy | Refusal::Borrowed("view")));
                        drop(closed);
                        assert!(world.drop(handle));
                    }
                },
            ],
            handle,
        );
        world.ends_with(1, 0);
    });
}
