use usecrate_manifest::{Entry, Manifest, Target};

use super::*;

/// A crate whose root and whose module `inner` have names for one type, `Shop`; the module's is `name`.
fn manifest(name: &str) -> Manifest {
    let text = include_str!("../../describe/sample.expected.json");
    let mut manifest: Manifest = serde_json::from_str(text).unwrap();
    manifest.modules[1].entries.push(Entry {
        name: name.to_owned(),
        target: Target::Type(0),
    });
    manifest
}

#[test]
fn what_is_in_a_crowded_file_goes_where_it_has_its_name_too() {
    let manifest = manifest("Shop");
    let mut tree = Tree::new(&manifest);
    let before: Vec<Home> = (0..6).map(|index| tree.home(index).clone()).collect();
    assert_eq!(before[0].place, 0, "its path says so");
    tree.spread(1);
    assert_eq!(tree.home(0).place, 0, "there is no room either");
    tree.spread(13);
    assert_eq!(tree.home(0).place, 1);
    for index in 1..6 {
        assert_eq!(*tree.home(index), before[index as usize], "has one name");
    }
}

#[test]
fn what_has_another_name_elsewhere_stays() {
    let manifest = manifest("Store");
    let mut tree = Tree::new(&manifest);
    tree.spread(13);
    assert_eq!(tree.home(0).place, 0);
}
