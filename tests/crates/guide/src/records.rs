//! Records and enums.

/// Where things go.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Address {
    pub street: String,
    pub city: String,
    pub floor: Option<u8>,
}

/// How large a parcel is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Size {
    Small = 1,
    Large = 5,
}

/// How it is paid.
#[derive(Debug, Clone, PartialEq)]
pub enum Payment {
    Cash,
    Voucher(u32),
    Card { number: String },
}

/// What is written on a parcel.
pub fn label(address: &Address, size: Size) -> String {
    format!("{size:?}: {}, {}", address.street, address.city)
}

/// What remains to be paid.
pub fn rest(price: u32, payment: Payment) -> u32 {
    match payment {
        Payment::Voucher(worth) => price.saturating_sub(worth),
        _ => 0,
    }
}

/// A voucher for what was paid too much.
pub fn change(price: u32, paid: u32) -> Option<Payment> {
    paid.checked_sub(price)
        .filter(|over| *over > 0)
        .map(Payment::Voucher)
}
