//! Iterators over a channel: they block, and an item that is fetched is gone.

use std::sync::mpsc::{Iter, Receiver, Sender, TryIter, channel};

/// Both ends of a channel.
#[derive(Debug)]
pub struct Pipe {
    sender: Option<Sender<String>>,
    receiver: Receiver<String>,
}

impl Pipe {
    /// A new channel.
    pub fn new() -> Self {
        let (sender, receiver) = channel();
        Self {
            sender: Some(sender),
            receiver,
        }
    }

    /// Sends; nothing happens when it is shut.
    pub fn send(&self, text: &str) -> bool {
        self.sender
            .as_ref()
            .is_some_and(|sender| sender.send(text.repeat(20)).is_ok())
    }

    /// Nothing more is sent.
    pub fn shut(&mut self) {
        self.sender = None;
    }

    /// What is there.
    pub fn ready(&self) -> TryIter<'_, String> {
        self.receiver.try_iter()
    }

    /// Waits for each.
    pub fn all(&self) -> Iter<'_, String> {
        self.receiver.iter()
    }

    /// What is there, as it comes.
    pub fn each(&self) -> impl Iterator<Item = String> + '_ {
        self.receiver.try_iter()
    }
}

impl Default for Pipe {
    fn default() -> Self {
        Self::new()
    }
}
