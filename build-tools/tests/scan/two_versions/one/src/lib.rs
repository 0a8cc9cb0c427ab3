//! Version one of a dependency.

pub struct Same {
    pub one: u8,
}
impl Same {
    pub fn only_in_one(&self) {}
}
