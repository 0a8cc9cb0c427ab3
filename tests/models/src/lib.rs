//! The runtime's table of handles, gone through in every order in which threads may come, and with all that each may find in
//! memory then. The sources are the runtime's own; [`sync`] is made of loom's types here.

#[allow(dead_code, unreachable_pub, reason = "the runtime uses all of it")]
#[path = "../../../runtime/src/group/free.rs"]
mod free;
#[allow(dead_code, unreachable_pub, reason = "the runtime uses all of it")]
#[path = "../../../runtime/src/group/slots.rs"]
mod slots;
mod sync;

#[cfg(test)]
mod table;
