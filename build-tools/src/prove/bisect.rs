//! Finds the shims behind an error that has no place, by compiling without some of them.

use crate::plan::model::ShimId;

/// Why nothing was found.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Failed<E> {
    /// Something else failed.
    Compile(E),
    /// It fails without any shim.
    Nobody,
    /// The bound on compilations was reached.
    Endless(usize),
}

/// The shims without which compiling works. `fails` says whether it fails with the given ones.
///
/// Adding a shim never repairs a bridge, so the shortest failing prefix ends with a culprit; what is before it is
/// innocent, and the search for the next one begins behind it.
pub(super) fn culprits<E>(
    all: &[ShimId],
    most: usize,
    mut fails: impl FnMut(&[ShimId]) -> Result<bool, E>,
) -> Result<Vec<ShimId>, Failed<E>> {
    let mut tries = 0;
    let mut fails = |some: &[ShimId]| {
        if tries == most {
            return Err(Failed::Endless(most));
        }
        tries += 1;
        fails(some).map_err(Failed::Compile)
    };
    if fails(&[])? {
        return Err(Failed::Nobody);
    }
    let mut left = all.to_vec();
    let mut found = Vec::new();
    let mut good = 0;
    // The caller saw the whole fail; later wholes are tried.
    while found.is_empty() || fails(&left)? {
        let mut bad = left.len();
        while bad > good + 1 {
            let middle = good + (bad - good) / 2;
            if fails(&left[..middle])? {
                bad = middle;
            } else {
                good = middle;
            }
        }
        let Some(at) = bad.checked_sub(1) else {
            return Err(Failed::Nobody);
        };
        if at >= left.len() || at < good {
            return Err(Failed::Nobody);
        }
        found.push(left.remove(at));
        good = at;
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;

    fn search(len: usize, bad: &[usize], most: usize) -> (Result<Vec<usize>, Failed<Infallible>>, usize) {
        let all: Vec<_> = (0..len).collect();
        let mut tries = 0;
        let found = culprits(&all, most, |some| {
            tries += 1;
            Ok(some.iter().any(|id| bad.contains(id)))
        });
        (found, tries)
    }

    #[test]
    fn finds_all_in_few_compilations() {
        let (found, tries) = search(1000, &[0, 7, 500, 999], 96);
        assert_eq!(found.unwrap(), [0, 7, 500, 999]);
        assert!(tries <= 48, "{tries}");
        assert_eq!(search(1, &[0], 96).0.unwrap(), [0]);
    }

    #[test]
    fn finds_one_of_two_that_only_fail_together() {
        let found = culprits::<Infallible>(&[4, 5, 6], 96, |some| Ok(some.contains(&4) && some.contains(&6)));
        assert_eq!(found.unwrap(), [6]);
    }

    #[test]
    fn a_failure_without_shims_is_nobodys() {
        assert_eq!(
            culprits::<Infallible>(&[1, 2], 96, |_| Ok(true)),
            Err(Failed::Nobody)
        );
    }

    #[test]
    fn the_bound_holds() {
        let bad: Vec<_> = (0..1000).collect();
        assert_eq!(search(1000, &bad, 50).0, Err(Failed::Endless(50)));
    }
}
