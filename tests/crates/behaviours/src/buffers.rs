//! Memory that is lent while something else happens.

/// Fills memory with ones, calls `meanwhile`, and says what the memory holds then.
pub fn fill_while(memory: &mut [u8], meanwhile: impl FnOnce()) -> u64 {
    memory.fill(1);
    meanwhile();
    memory.iter().copied().map(u64::from).sum()
}

/// Calls `meanwhile`, and adds up what the memory holds then.
pub fn read_while(memory: impl AsRef<[u8]>, meanwhile: impl FnOnce()) -> u64 {
    let memory = memory.as_ref();
    meanwhile();
    memory.iter().copied().map(u64::from).sum()
}

/// Doubles numbers.
pub fn double(numbers: &mut [i64]) {
    numbers.iter_mut().for_each(|number| *number *= 2);
}

/// Adds numbers to others.
pub fn add(to: &mut [f32], from: &[f32]) {
    to.iter_mut().zip(from).for_each(|(to, from)| *to += from);
}

/// Panics halfway.
pub fn half(memory: &mut [u8]) {
    memory[0] = 1;
    panic!("halfway");
}
