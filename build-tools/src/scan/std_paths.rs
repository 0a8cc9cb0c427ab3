//! Public paths of standard library items.
//!
//! rustdoc names them by where they are defined, which is often a private module
//! (`core::iter::traits::iterator::Iterator`). The standard library has no document of its own here, but its
//! layout is regular: below each top-level module nearly everything is re-exported right there, and the few
//! public modules further down are listed.

/// Public modules below the top level, without the leading `std`.
const NESTED: &[&str] = &[
    "collections::binary_heap",
    "collections::btree_map",
    "collections::btree_set",
    "collections::hash_map",
    "collections::hash_set",
    "collections::linked_list",
    "collections::vec_deque",
    "os::fd",
    "os::linux",
    "os::linux::fs",
    "os::linux::net",
    "os::linux::process",
    "os::macos",
    "os::macos::fs",
    "os::raw",
    "os::unix",
    "os::unix::ffi",
    "os::unix::fs",
    "os::unix::net",
    "os::unix::process",
    "os::unix::thread",
    "os::windows",
    "os::windows::ffi",
    "os::windows::fs",
    "os::windows::io",
    "os::windows::process",
    "os::windows::thread",
    "str::pattern",
    "sync::atomic",
    "sync::mpmc",
    "sync::mpsc",
    "sync::nonpoison",
];

/// Modules whose public name is another: what stands before the item, and under which name it is public.
const RENAMED: &[(&str, &str)] = &[
    ("collections::btree::map", "collections::btree_map"),
    ("collections::btree::set", "collections::btree_set"),
    ("collections::hash::map", "collections::hash_map"),
    ("collections::hash::set", "collections::hash_set"),
];

/// The path by which a program names the item that is defined at `path`.
pub(super) fn public_path(path: &[String]) -> String {
    let Some((krate, rest)) = path.split_first() else {
        return String::new();
    };
    let Some((name, modules)) = rest.split_last() else {
        return krate.clone();
    };
    if !matches!(krate.as_str(), "core" | "alloc" | "std") {
        return path.join("::");
    }
    let mut written = modules.join("::");
    for (from, to) in RENAMED {
        let inside = written
            .strip_prefix(from)
            .filter(|rest| rest.is_empty() || rest.starts_with("::"));
        if let Some(rest) = inside {
            written = format!("{to}{rest}");
            break;
        }
    }
    let mut public = String::new();
    for module in written.split("::").filter(|module| !module.is_empty()) {
        let deeper = if public.is_empty() {
            module.to_owned()
        } else {
            format!("{public}::{module}")
        };
        if public.is_empty() || NESTED.contains(&deeper.as_str()) {
            public = deeper;
        }
    }
    if public.is_empty() {
        format!("std::{name}")
    } else {
        format!("std::{public}::{name}")
    }
}

#[cfg(test)]
mod tests {
    use super::public_path;

    fn of(path: &str) -> String {
        public_path(&path.split("::").map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn private_modules_are_left_out() {
        assert_eq!(
            of("core::iter::traits::iterator::Iterator"),
            "std::iter::Iterator"
        );
        assert_eq!(
            of("std::io::buffered::bufreader::BufReader"),
            "std::io::BufReader"
        );
        assert_eq!(of("std::sync::poison::mutex::Mutex"), "std::sync::Mutex");
        assert_eq!(of("alloc::string::String"), "std::string::String");
    }

    #[test]
    fn public_modules_stay() {
        assert_eq!(
            of("std::collections::hash::map::HashMap"),
            "std::collections::hash_map::HashMap"
        );
        assert_eq!(
            of("alloc::collections::btree::map::entry::Entry"),
            "std::collections::btree_map::Entry"
        );
        assert_eq!(of("core::sync::atomic::AtomicU8"), "std::sync::atomic::AtomicU8");
        assert_eq!(of("proc_macro::TokenStream"), "proc_macro::TokenStream");
    }
}
