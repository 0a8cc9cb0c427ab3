//! Operation *describe*: the types of parameters and results as rustc resolved them, in the manifest's type language.

use crate::ABI_VERSION;
use crate::group::frame::Frame;
use crate::group::value::TypeInfo;
use crate::wire::Writer;

/// Writes one type.
pub struct Describer<'d> {
    writer: &'d mut Writer,
    /// The traits whose objects are being described: a method may take or give another of them.
    objects: Vec<&'static str>,
}

impl<'d> Describer<'d> {
    /// Onto `writer`.
    pub(crate) fn new(writer: &'d mut Writer) -> Self {
        Self {
            writer,
            objects: Vec::new(),
        }
    }

    /// A type without parts.
    pub fn plain(&mut self, word: &str) {
        self.writer.str(word);
    }

    /// The head of a type with `parts` parts, which follow.
    pub fn head(&mut self, word: &str, parts: usize) {
        self.writer.array(parts + 1);
        self.writer.str(word);
    }

    /// A list of `count` types, which follow, among the parts.
    pub fn list(&mut self, count: usize) {
        self.writer.array(count);
    }

    /// A number among the parts.
    pub fn number(&mut self, value: u64) {
        self.writer.uint(value);
    }

    /// A flag among the parts.
    pub fn flag(&mut self, value: bool) {
        self.writer.bool(value);
    }

    /// An object of the host's that implements `name`, by `count` methods, which `methods` writes. Within itself it is its name
    /// alone.
    pub fn object(&mut self, name: &'static str, count: usize, methods: impl FnOnce(&mut Self)) {
        let known = self.objects.contains(&name);
        self.head("object", if known { 1 } else { 1 + count });
        self.plain(name);
        if !known {
            self.objects.push(name);
            methods(self);
            self.objects.pop();
        }
    }

    /// A handle.
    pub fn handle(&mut self, info: &TypeInfo, mode: &str) {
        self.head("handle", 2);
        self.number(u64::from(info.index));
        self.writer.str(mode);
    }
}

/// A description of one type of the bridge.
pub struct Described {
    /// What is known of it.
    pub info: &'static TypeInfo,
    /// `handle`, `record` or `enum`.
    pub kind: &'static str,
    /// Writes its fields or variants.
    pub data: fn(&mut Writer),
}

/// A callable of the bridge.
pub struct Served {
    /// Its id in the manifest.
    pub id: &'static str,
    /// The shim.
    pub shim: crate::shim::Shim,
}

/// A bridge's tables.
pub struct Artifact {
    /// The crate's library name.
    pub name: &'static str,
    /// Types by number.
    pub types: &'static [Described],
    /// Callables by number.
    pub callables: &'static [Served],
    /// The entry for direct calls.
    pub direct: crate::abi::DirectEntry,
}

/// The payload of *describe*.
pub(crate) fn describe(artifact: &Artifact, writer: &mut Writer) {
    writer.array(3);
    writer.uint(u64::from(ABI_VERSION));
    writer.array(artifact.types.len());
    for described in artifact.types {
        let info = described.info;
        writer.array(4);
        writer.str(info.path);
        writer.str(described.kind);
        let flags = [info.send, info.sync, info.clone, info.borrows, info.trivial_drop];
        writer.uint(
            flags
                .iter()
                .enumerate()
                .map(|(at, set)| u64::from(*set) << at)
                .sum(),
        );
        (described.data)(writer);
    }
    writer.array(artifact.callables.len());
    for callable in artifact.callables {
        let frame = Frame::describing(callable.id);
        let (parameters, result) = crate::shim::describe(&frame, callable.shim);
        writer.array(4);
        writer.str(callable.id);
        writer.array(parameters.0);
        writer.raw(&parameters.1);
        writer.raw(&result);
        writer.uint(0);
    }
}
