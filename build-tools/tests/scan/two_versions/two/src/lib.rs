//! Version two of a dependency.

pub struct Same {
    pub two: u8,
}
impl Same {
    pub fn only_in_two(&self) {}
}
