//! Rules of memory that Rust writes to, and of out-parameters. A bridge of its own; each test is a rule, driven through the
//! C symbol.

use rmpv::Value;
use usecrate_runtime::private::{self as __uc, Buffer};
use usecrate_soundness::client::{self, Alone, encoded, taken_apart, try_call_with};
use usecrate_soundness::shim;
use usecrate_soundness::symbol::{Channel, buffer};

pub struct Marker;

fn invert(bytes: &mut [u8]) -> usize {
    bytes.iter_mut().for_each(|byte| *byte = !*byte);
    bytes.len()
}

fn copy(from: &[u8], to: &mut [u8]) {
    to[..from.len()].copy_from_slice(from);
}

fn merge(one: &mut [u32], two: &mut [u32]) {
    for (one, two) in one.iter_mut().zip(two) {
        std::mem::swap(one, two);
    }
}

/// The sum, and whether the numbers are where the client has them.
fn total(numbers: &[u64], bytes: &[u8]) -> (u64, bool) {
    assert!(numbers.as_ptr().is_aligned());
    let there = std::ptr::eq(numbers.as_ptr().cast(), bytes.as_ptr());
    (
        numbers.iter().fold(0, |sum, number| sum.wrapping_add(*number)),
        there,
    )
}

/// Long bytes, and what comes of it where the second are wanted.
fn doubled(bytes: &[u8], second: u8) -> (Vec<u8>, Result<Vec<u8>, String>) {
    let second = match second {
        0 => Ok(bytes.to_vec()),
        _ => Err("no".to_owned()),
    };
    (bytes.to_vec(), second)
}

shim!(doubled_(__uc_arg a, __uc_arg b) doubled(a.take(), b.take()));
shim!(invert_(__uc_arg a) invert(a.take()));
shim!(copy_(__uc_arg a, __uc_arg b) copy(a.take(), b.take()));
shim!(merge_(__uc_arg a, __uc_arg b) merge(a.take(), b.take()));
shim!(total_(__uc_arg a, __uc_arg b) total(a.take(), b.take()));
shim!(append(__uc_arg a, __uc_arg b: __uc::Initial<_, true>) {
    let mut b = b.take().start();
    (String::push_str(&mut b, a.take()), b).1
});
shim!(next(__uc_arg a: __uc::Initial<u8, false>) {
    let mut a = a.take().start();
    (std::mem::replace(&mut a, 7), a)
});

__uc::artifact! {
    name: "subject", marker: Marker, types: [],
    callables: ["invert" => invert_, "copy" => copy_, "merge" => merge_, "append" => append, "next" => next,
        "total" => total_, "doubled" => doubled_],
}

fn nth(index: u8) -> Value {
    Value::Ext(2, vec![index, 0, 0, 0])
}

fn alone() -> Alone {
    client::alone(usecrate_call)
}

/// The call is refused with status 3: kind and message.
fn wrong(name: &str, arguments: &[Value], buffers: &[Buffer]) -> (String, String) {
    let (status, payload) = try_call_with(name, arguments, buffers);
    assert_eq!(status, 3, "`{name}` gave {payload}");
    let text = |at: usize| payload[at].as_str().expect("text").to_owned();
    (text(0), text(2))
}

#[test]
fn memory_is_filled_in_place() {
    let _alone = alone();
    let mut memory = vec![0_u8; 5000];
    assert_eq!(
        try_call_with("invert", &[nth(0)], &[buffer(&mut memory, true)]),
        (0, 5000.into())
    );
    assert!(memory.iter().all(|byte| *byte == 0xff));
    assert_eq!(
        try_call_with("invert", &[nth(0)], &[buffer(&mut [], true)]),
        (0, 0.into())
    );
}

#[test]
fn only_writable_memory_is_written() {
    let _alone = alone();
    let mut memory = vec![0_u8; 16];
    let (kind, message) = wrong("invert", &[nth(0)], &[buffer(&mut memory, false)]);
    assert_eq!(kind, "type");
    assert!(message.contains("writable"), "{message}");
    assert_eq!(wrong("invert", &[Value::Binary(vec![1, 2])], &[]).0, "type");
    assert_eq!(memory, [0; 16]);
}

#[test]
fn what_is_written_is_used_once() {
    let _alone = alone();
    let mut memory = vec![1_u8; 16];
    let one = [buffer(&mut memory, true)];
    for arguments in [[nth(0), nth(0)], [Value::Binary(vec![1]), nth(0)]] {
        let (status, payload) = try_call_with("copy", &arguments, &one);
        assert_eq!(status, u64::from(arguments[0] == nth(0)) * 3, "{payload}");
    }
    assert!(wrong("merge", &[nth(0), nth(0)], &one).1.contains("twice"));
    assert_eq!(
        try_call_with("copy", &[Value::Binary(vec![9]), nth(0)], &one).0,
        0,
        "the next call has it again"
    );
    assert_eq!(memory[0], 9);
}

#[test]
fn memory_that_is_lent_twice_is_not_written() {
    let _alone = alone();
    let mut memory: Vec<u64> = vec![0; 4];
    let bytes = |memory: &mut Vec<u64>, from: usize, to: usize| {
        // SAFETY: in range, and of bytes.
        let all: &mut [u8] = unsafe { std::slice::from_raw_parts_mut(memory.as_mut_ptr().cast(), 32) };
        buffer(&mut all[from..to], true)
    };
    let both = [bytes(&mut memory, 0, 16), bytes(&mut memory, 12, 32)];
    assert!(wrong("merge", &[nth(0), nth(1)], &both).1.contains("twice"));
    let apart = [bytes(&mut memory, 0, 16), bytes(&mut memory, 16, 32)];
    assert_eq!(try_call_with("merge", &[nth(0), nth(1)], &apart).0, 0);
}

#[test]
fn numbers_are_whole_and_aligned() {
    let _alone = alone();
    let mut memory: Vec<u64> = vec![0; 4];
    // SAFETY: in range, and of bytes.
    let all: &mut [u8] = unsafe { std::slice::from_raw_parts_mut(memory.as_mut_ptr().cast(), 32) };
    let (front, back) = all.split_at_mut(16);
    let odd = [buffer(&mut front[1..9], true), buffer(back, true)];
    assert!(wrong("merge", &[nth(0), nth(1)], &odd).1.contains("aligned"));
    let torn = [buffer(&mut front[..6], true), buffer(back, true)];
    assert!(
        wrong("merge", &[nth(0), nth(1)], &torn)
            .1
            .contains("whole number")
    );
}

#[test]
fn numbers_are_read_in_place_where_they_are_aligned() {
    let _alone = alone();
    let mut memory: Vec<u64> = vec![0; 5];
    // SAFETY: in range, and of bytes.
    let all: &mut [u8] = unsafe { std::slice::from_raw_parts_mut(memory.as_mut_ptr().cast(), 40) };
    for (start, there) in [(0, true), (1, false), (4, false), (8, true)] {
        all.fill(0);
        for at in 0..4_u8 {
            let place = start + usize::from(at) * 8;
            all[place..place + 8].copy_from_slice(&u64::from(at + 1).to_ne_bytes());
        }
        let numbers = buffer(&mut all[start..start + 32], false);
        let (status, payload) = try_call_with("total", &[nth(0), nth(0)], &[numbers]);
        assert_eq!(
            (status, &payload[0], &payload[1]),
            (0, &10.into(), &there.into()),
            "from {start}"
        );
    }
    let torn = buffer(&mut all[..12], false);
    assert!(
        wrong("total", &[nth(0), nth(0)], &[torn])
            .1
            .contains("whole number")
    );
}

#[test]
fn an_out_parameter_comes_back() {
    let _alone = alone();
    let nil = Value::Nil;
    assert_eq!(
        try_call_with("append", &["b".into(), nil.clone()], &[]),
        (0, "b".into())
    );
    assert_eq!(
        try_call_with("append", &["b".into(), "a".into()], &[]),
        (0, "ab".into())
    );
    assert_eq!(
        try_call_with("next", &[3.into()], &[]),
        (0, Value::Array(vec![3.into(), 7.into()]))
    );
    assert!(wrong("next", &[nil], &[]).1.contains("to start with"));
}

/// Calls `doubled` with lent memory and keeps the channel, which holds the answer.
fn double(channel: &mut Channel, bytes: &mut [u8], second: u8) -> (u64, Value) {
    let request = encoded(&[1.into(), client::number("doubled").into(), nth(0), second.into()]);
    let lent = buffer(bytes, false);
    taken_apart(channel.send(&request, &[lent], None)).expect("an answer")
}

#[test]
fn long_bytes_beside_an_answer_are_freed_once() {
    let _alone = alone();
    let mut channel = Channel::new(usecrate_call);
    let mut bytes: Vec<u8> = (0..100_000_u32).map(|at| at as u8).collect();
    let both = Value::Array(vec![nth(0), nth(1)]);
    for _ in 0..3 {
        assert_eq!(double(&mut channel, &mut bytes, 0), (0, both.clone()));
        assert_eq!(channel.piece(0), Some(&bytes[..]));
        let message = channel.send(&[0x92, 3, 0], &[], None).to_vec();
        assert_eq!(taken_apart(&message), Some((0, both.clone())));
        assert_eq!(channel.piece(0), None);
        assert_eq!(channel.piece(1), Some(&bytes[..]));
        for nothing in [0, 2, 0xff] {
            channel.send(&[0x92, 3, nothing], &[], None);
        }
        assert_eq!(channel.piece(1), Some(&bytes[..]));
    }
}

#[test]
fn an_answer_that_failed_has_nothing_beside_it() {
    let _alone = alone();
    let mut channel = Channel::new(usecrate_call);
    let mut bytes = vec![7; 100_000];
    assert_eq!(double(&mut channel, &mut bytes, 0).0, 0);
    assert_eq!(double(&mut channel, &mut bytes, 1).0, 1);
    assert_eq!(channel.piece(0), None);
}
