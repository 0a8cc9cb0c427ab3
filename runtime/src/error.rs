//! Why a request was refused, and its status on the wire (`docs/abi.md`). A leaf: it knows nothing of the rest.

use std::borrow::Cow;

/// Why a request is not answered with a result. Two words, so that most results stay in registers.
#[derive(Debug)]
pub enum Fault {
    /// Statuses 3 to 5.
    Refused(Box<Refused>),
    /// Status 1: Rust returned an `Err`, and the answer already holds it.
    Failed,
    /// Another thread's call uses a handle or a lock: everything is let go, and the call tried again.
    Busy,
    /// The shim was asked to describe itself: nothing was done.
    Described,
}

const _: () = assert!(size_of::<Result<u64, Fault>>() <= 16);

/// What a request was refused for.
#[derive(Debug)]
pub enum Refused {
    /// Status 3: an argument is unusable.
    Argument {
        /// Which kind of unusable.
        kind: ArgumentFault,
        /// What was expected and what came.
        message: Cow<'static, str>,
    },
    /// Status 4: a handle is unusable.
    Handle {
        /// Which kind of unusable.
        code: HandleFault,
        /// What is the matter, and what to do.
        message: Cow<'static, str>,
    },
    /// Status 5: the request itself is wrong.
    Request {
        /// Which kind of wrong.
        code: RequestFault,
        /// What is wrong.
        message: Cow<'static, str>,
    },
}

/// Kinds of unusable arguments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ArgumentFault {
    /// Of another type.
    Type,
    /// An integer that does not fit.
    Range,
    /// Right type, unusable value.
    Value,
}

/// Kinds of unusable handles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HandleFault {
    /// Dropped, moved, or never there.
    Closed,
    /// A handle of another type.
    Type,
    /// A living handle borrows the value.
    Borrowed,
    /// A panic left the value halfway.
    Poisoned,
    /// A call that is inside an upcall uses it: it may be this thread's own.
    Busy,
    /// The value belongs to another thread.
    Thread,
    /// The value belongs to the parent process.
    Fork,
}

/// Kinds of wrong requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestFault {
    /// Not the MessagePack that was expected.
    Malformed,
    /// Beyond a limit.
    Limit,
    /// No such operation.
    Operation,
    /// No such callable.
    Callable,
    /// Another number of arguments.
    Arity,
    /// Another ABI version.
    Version,
}

impl ArgumentFault {
    /// The word on the wire.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Type => "type",
            Self::Range => "range",
            Self::Value => "value",
        }
    }
}

impl HandleFault {
    /// The word on the wire.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Type => "type",
            Self::Borrowed => "borrowed",
            Self::Poisoned => "poisoned",
            Self::Busy => "busy",
            Self::Thread => "thread",
            Self::Fork => "fork",
        }
    }
}

impl RequestFault {
    /// The word on the wire.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Malformed => "malformed",
            Self::Limit => "limit",
            Self::Operation => "operation",
            Self::Callable => "callable",
            Self::Arity => "arity",
            Self::Version => "version",
        }
    }
}

impl Refused {
    /// Its message.
    const fn message(&self) -> &Cow<'static, str> {
        match self {
            Self::Argument { message, .. } | Self::Handle { message, .. } | Self::Request { message, .. } => {
                message
            }
        }
    }
}

impl From<Refused> for Fault {
    #[cold]
    fn from(refused: Refused) -> Self {
        Self::Refused(Box::new(refused))
    }
}

impl Fault {
    /// The same of what a host object answered; `what` says which.
    #[cold]
    pub(crate) fn about(self, what: &str) -> Self {
        let message = Cow::from(format!("{what}: {}", self.text()));
        match self {
            Self::Refused(refused) => match *refused {
                Refused::Argument { kind, .. } => Refused::Argument { kind, message }.into(),
                Refused::Handle { code, .. } => Refused::Handle { code, message }.into(),
                Refused::Request { .. } => Self::value(message),
            },
            Self::Failed | Self::Busy | Self::Described => Self::value(message),
        }
    }

    /// The same when Rust ran: then the request was not to blame.
    #[cold]
    pub(crate) fn after(self) -> Self {
        match &self {
            Self::Refused(refused) if !matches!(**refused, Refused::Request { .. }) => self,
            other => Self::value(other.text()),
        }
    }

    /// Its message.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Refused(refused) => refused.message().clone().into_owned(),
            Self::Failed => "it failed".to_owned(),
            Self::Busy => "it is busy".to_owned(),
            Self::Described => "nothing was done".to_owned(),
        }
    }

    /// An argument of another type.
    #[cold]
    pub fn expected(what: impl Into<Cow<'static, str>>) -> Self {
        Refused::Argument {
            kind: ArgumentFault::Type,
            message: format!("expected {}", what.into()).into(),
        }
        .into()
    }

    /// An integer that does not fit.
    #[cold]
    pub fn range(what: &str) -> Self {
        Refused::Argument {
            kind: ArgumentFault::Range,
            message: format!("does not fit into {what}").into(),
        }
        .into()
    }

    /// An unusable value of the right type.
    #[cold]
    pub fn value(message: impl Into<Cow<'static, str>>) -> Self {
        Refused::Argument {
            kind: ArgumentFault::Value,
            message: message.into(),
        }
        .into()
    }

    /// An unusable handle.
    #[cold]
    pub fn handle(code: HandleFault, message: impl Into<Cow<'static, str>>) -> Self {
        Refused::Handle {
            code,
            message: message.into(),
        }
        .into()
    }

    /// A wrong request.
    #[cold]
    pub fn request(code: RequestFault, message: impl Into<Cow<'static, str>>) -> Self {
        Refused::Request {
            code,
            message: message.into(),
        }
        .into()
    }

    /// A request that is not the MessagePack that was expected.
    #[cold]
    pub fn malformed(message: impl Into<Cow<'static, str>>) -> Self {
        Self::request(RequestFault::Malformed, message)
    }
}
