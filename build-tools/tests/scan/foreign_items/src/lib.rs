//! Re-exports a dependency's items in every way, and implements its traits.

pub use dependency::Hasher;
pub use dependency::many::*;
pub use dependency::tools;
pub use dependency::tools::sub as below;

pub mod reexports {
    pub extern crate dependency as whole;
}

#[derive(Default)]
pub struct Sum {
    total: u8,
}

impl dependency::Update for Sum {
    fn state(&self) -> Vec<u8> {
        vec![self.total]
    }
}

pub fn digest(sum: Sum) -> dependency::Output {
    sum.finish()
}
