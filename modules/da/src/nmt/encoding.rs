//! A proof as bytes: the message `Proof` of Celestia's `pb/proof.proto`, in the one form that its own encoder gives.
//!
//! Fields ascend, zero and empty values are left out, integers are as short as they can be, and nothing unknown is there. Other forms of
//! the same message are refused, so that a proof has one encoding.

use super::Proof;
use crate::Error;

const VARINT: u8 = 0;
const BYTES: u8 = 2;

const START: u8 = 1 << 3 | VARINT;
const END: u8 = 2 << 3 | VARINT;
const NODE: u8 = 3 << 3 | BYTES;
const LEAF_HASH: u8 = 4 << 3 | BYTES;
const IGNORE_MAX: u8 = 5 << 3 | VARINT;

impl Proof {
    /// This proof in Celestia's encoding.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(32 + self.nodes.iter().map(|node| node.len() + 3).sum::<usize>());
        put_number(&mut bytes, START, self.start);
        put_number(&mut bytes, END, self.end);
        self.nodes
            .iter()
            .for_each(|node| put_bytes(&mut bytes, NODE, node));
        if let Some(node) = self.leaf_hash.as_deref().filter(|node| !node.is_empty()) {
            put_bytes(&mut bytes, LEAF_HASH, node);
        }
        put_number(&mut bytes, IGNORE_MAX, self.ignore_max_namespace.into());
        bytes
    }

    /// The proof that [`to_bytes`](Proof::to_bytes) makes these bytes of.
    ///
    /// # Errors
    ///
    /// [`Error::MalformedProof`] when there is none, with the place of the first fault. The nodes may still be anything; verification
    /// looks at them.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        let mut reader = Reader { bytes, at: 0 };
        let mut proof = Proof::default();
        if reader.take(START) {
            proof.start = reader.number(i64::MAX as u64)?;
        }
        if reader.take(END) {
            proof.end = reader.number(i64::MAX as u64)?;
        }
        while reader.take(NODE) {
            proof.nodes.push(reader.bytes()?.to_vec());
        }
        if reader.take(LEAF_HASH) {
            let at = reader.at;
            let node = reader.bytes()?.to_vec();
            if node.is_empty() {
                return Err(malformed(at, "an empty field is left out"));
            }
            proof.leaf_hash = Some(node);
        }
        if reader.take(IGNORE_MAX) {
            proof.ignore_max_namespace = reader.number(1)? == 1;
        }
        match reader.bytes.len() {
            end if end == reader.at => Ok(proof),
            _ => Err(malformed(reader.at, "no field that may come here")),
        }
    }
}

fn put_number(bytes: &mut Vec<u8>, key: u8, number: u64) {
    if number != 0 {
        bytes.push(key);
        put_varint(bytes, number);
    }
}

fn put_bytes(bytes: &mut Vec<u8>, key: u8, value: &[u8]) {
    bytes.push(key);
    put_varint(bytes, value.len() as u64);
    bytes.extend_from_slice(value);
}

fn put_varint(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

fn malformed(offset: usize, reason: &'static str) -> Error {
    Error::MalformedProof { offset, reason }
}

struct Reader<'b> {
    bytes: &'b [u8],
    at: usize,
}

impl<'b> Reader<'b> {
    /// Steps over `key` if it is what comes.
    fn take(&mut self, key: u8) -> bool {
        let found = self.bytes.get(self.at) == Some(&key);
        self.at += usize::from(found);
        found
    }

    /// An integer that is not zero: that would be left out.
    fn number(&mut self, limit: u64) -> Result<u64, Error> {
        let at = self.at;
        match self.varint()? {
            0 => Err(malformed(at, "a zero is left out")),
            number if number > limit => Err(malformed(at, "the number is too large")),
            number => Ok(number),
        }
    }

    fn bytes(&mut self) -> Result<&'b [u8], Error> {
        let at = self.at;
        let length = self.varint()?;
        let rest = &self.bytes[self.at..];
        let Some(value) = usize::try_from(length).ok().and_then(|length| rest.get(..length)) else {
            return Err(malformed(at, "more bytes are announced than there are"));
        };
        self.at += value.len();
        Ok(value)
    }

    fn varint(&mut self) -> Result<u64, Error> {
        let at = self.at;
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let Some(&byte) = self.bytes.get(self.at) else {
                return Err(malformed(self.at, "the proof ends within a number"));
            };
            self.at += 1;
            let digits = u64::from(byte & 0x7f);
            if digits << shift >> shift != digits || (byte == 0 && shift > 0) {
                return Err(malformed(at, "the number is longer than it must be"));
            }
            number |= digits << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err(malformed(at, "the number is longer than it must be"))
    }
}
