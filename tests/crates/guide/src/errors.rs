//! Errors.

use std::fmt;

/// Why an order cannot be taken.
#[derive(Debug)]
pub enum OrderError {
    OutOfStock { item: String, left: u32 },
    Unknown(String),
    BadCount(std::num::ParseIntError),
}

impl fmt::Display for OrderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            OrderError::OutOfStock { item, left } => write!(f, "only {left} of {item} left"),
            OrderError::Unknown(item) => write!(f, "there is no {item}"),
            OrderError::BadCount(_) => f.write_str("that is no count"),
        }
    }
}

impl std::error::Error for OrderError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            OrderError::BadCount(source) => Some(source),
            _ => None,
        }
    }
}

/// Takes an order such as `3 pears`; gives the price.
pub fn order(text: &str) -> Result<u32, OrderError> {
    let (count, item) = text.split_once(' ').unwrap_or((text, ""));
    let count: u32 = count.parse().map_err(OrderError::BadCount)?;
    match item {
        "pears" if count <= 5 => Ok(count * 2),
        "pears" => Err(OrderError::OutOfStock {
            item: item.to_owned(),
            left: 5,
        }),
        _ => Err(OrderError::Unknown(item.to_owned())),
    }
}

/// Reads a file of orders.
pub fn orders(path: &std::path::Path) -> std::io::Result<Vec<String>> {
    let text = std::fs::read_to_string(path)?;
    Ok(text.lines().map(str::to_owned).collect())
}

/// What is open as long as something is in it.
pub struct Till {
    sum: u32,
}

impl Till {
    /// With that in it.
    pub fn new(sum: u32) -> Self {
        Self { sum }
    }

    /// Takes that out of it.
    pub fn take(&mut self, sum: u32) -> Result<(), String> {
        self.sum = self.sum.checked_sub(sum).ok_or("there is not so much in it")?;
        Ok(())
    }

    /// Closes it, if nothing is left.
    pub fn close(self) -> Result<(), (Self, OrderError)> {
        match self.sum {
            0 => Ok(()),
            left => Err((
                self,
                OrderError::OutOfStock {
                    item: "coins".to_owned(),
                    left,
                },
            )),
        }
    }
}

/// The nth order of three.
pub fn nth(index: usize) -> &'static str {
    ["pears", "plums", "figs"][index]
}
