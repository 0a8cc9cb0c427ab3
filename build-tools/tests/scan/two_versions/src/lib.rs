//! Speaks in two versions of one dependency.

pub fn first() -> dependency_one::Same {
    dependency_one::Same { one: 1 }
}
pub fn second() -> dependency_two::Same {
    dependency_two::Same { two: 2 }
}
