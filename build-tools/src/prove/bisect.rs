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

/// The shims without which compiling works, each with what was said of it. `fails` gives what is said of the given
/// ones, or nothing when they compile; `said` is what was said of all.
///
/// Adding a shim never repairs a bridge, so the shortest failing prefix ends with a culprit; what is before it is
/// innocent, and the search for the next one begins behind it.
pub(super) fn culprits<M, E>(
    all: &[ShimId],
    most: usize,
    said: M,
    mut fails: impl FnMut(&[ShimId]) -> Result<Option<M>, E>,
) -> Result<Vec<(ShimId, M)>, Failed<E>> {
    let mut tries = 0;
    let mut fails = |some: &[ShimId]| {
        if tries == most {
            return Err(Failed::Endless(most));
        }
        tries += 1;
        fails(some).map_err(Failed::Compile)
    };
    if fails(&[])?.is_some() {
        return Err(Failed::Nobody);
    }
    let mut left = all.to_vec();
    let mut found = Vec::new();
    let mut good = 0;
    let mut whole = Some(said);
    while let Some(mut said) = whole {
        let mut bad = left.len();
        while bad > good + 1 {
            let middle = good + (bad - good) / 2;
            match fails(&left[..middle])? {
                Some(words) => (bad, said) = (middle, words),
                None => good = middle,
            }
        }
        // Nothing is left that could be to blame: the compiler is not of one mind.
        if bad <= good {
            return Err(Failed::Nobody);
        }
        good = bad - 1;
        found.push((left.remove(good), said));
        whole = fails(&left)?;
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;

    /// Of a failing set it is said which the last bad one is.
    fn search(len: usize, bad: &[usize], most: usize) -> (Result<Vec<usize>, Failed<Infallible>>, usize) {
        let all: Vec<_> = (0..len).collect();
        let mut tries = 0;
        let found = culprits(&all, most, bad[bad.len() - 1], |some| {
            tries += 1;
            Ok(some.iter().copied().rfind(|id| bad.contains(id)))
        });
        let found = found.map(|all| {
            assert!(
                all.iter()
                    .all(|(id, said)| said == id || Some(said) == bad.last()),
                "{all:?}"
            );
            all.into_iter().map(|(id, _)| id).collect()
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
        let found = culprits::<_, Infallible>(&[4, 5, 6], 96, (), |some| {
            Ok((some.contains(&4) && some.contains(&6)).then_some(()))
        });
        assert_eq!(found.unwrap(), [(6, ())]);
    }

    #[test]
    fn a_failure_without_shims_is_nobodys() {
        assert_eq!(
            culprits::<_, Infallible>(&[1, 2], 96, (), |_| Ok(Some(()))),
            Err(Failed::Nobody)
        );
    }

    #[test]
    fn the_bound_holds() {
        let bad: Vec<_> = (0..1000).collect();
        assert_eq!(search(1000, &bad, 50).0, Err(Failed::Endless(50)));
    }
}
