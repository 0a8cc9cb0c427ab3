//! Which slots are free. (They do not stand in `free`, which is compiled with models of what it is made of, too.)

use std::collections::HashSet;

use super::free::Free;
use super::sync::NEAR;

#[test]
fn a_slot_is_nobody_elses_until_it_is_given_back() {
    let free = Free::new();
    let mut begun = Vec::new();
    let all: Vec<u32> = (0..3 * NEAR)
        .map(|_| free.claim(|slot| begun.push(slot)))
        .collect();
    assert_eq!(all, begun);
    assert_eq!(all.iter().collect::<HashSet<_>>().len(), all.len());
    assert_eq!(free.used(), all.len());
    all.iter().for_each(|slot| free.give(*slot));
    assert_eq!(free.used(), 0);
    let again: HashSet<u32> = all
        .iter()
        .map(|_| free.claim(|_| panic!("there are free ones")))
        .collect();
    assert_eq!(again, all.into_iter().collect());
}

#[test]
fn who_finds_somebody_at_the_near_ones_does_not_wait() {
    let free = Free::new();
    let first = free.claim(|_| {});
    free.give(first);
    let _for_ever = free.near.at().expect("nobody is there");
    let other = free.claim(|_| {});
    assert_ne!(other, first, "the near one is not looked at");
    free.give(other);
    assert_eq!(free.claim(|_| panic!("there is a free one")), other);
    assert_eq!(free.used(), 1);
}

#[test]
fn a_slot_that_is_given_up_does_not_come_back() {
    let free = Free::new();
    let slot = free.claim(|_| {});
    free.give_up();
    assert_eq!(free.used(), 0);
    assert_ne!(free.claim(|_| {}), slot);
}

#[test]
fn threads_never_share_a_slot() {
    let free = Free::new();
    let held: Vec<std::sync::atomic::AtomicBool> = (0..64)
        .map(|_| std::sync::atomic::AtomicBool::new(false))
        .collect();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..10_000 {
                    let slot = free.claim(|_| {});
                    let place = &held[slot as usize];
                    assert!(!place.swap(true, std::sync::atomic::Ordering::Relaxed));
                    assert!(place.swap(false, std::sync::atomic::Ordering::Relaxed));
                    free.give(slot);
                }
            });
        }
    });
    assert_eq!(free.used(), 0);
}
