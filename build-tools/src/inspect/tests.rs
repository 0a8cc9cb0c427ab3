use super::*;

fn manifest() -> Manifest {
    serde_json::from_str(include_str!("../describe/sample.expected.json")).unwrap()
}

#[test]
fn the_page_is_as_recorded() {
    let text = render(&manifest());
    let recorded = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/inspect/sample.expected.txt");
    if std::env::var_os("USECRATE_BLESS").is_some() {
        fs_err::write(&recorded, &text).unwrap();
    }
    let expected = fs_err::read_to_string(&recorded).unwrap();
    assert!(
        text == expected,
        "not as recorded; USECRATE_BLESS=1 rewrites it:\n{text}"
    );
}

#[test]
fn the_counts_are_the_manifests() {
    let manifest = manifest();
    let summary = summary(&manifest);
    assert_eq!((summary.served, summary.callables, summary.percent), (4, 5, 80.0));
    assert_eq!(summary.types["handle"], 3);
    assert_eq!(summary.skipped, [("unobtainable".to_owned(), 1)].into());
    assert_eq!(reasons(&manifest)["unsafe"].skips[0].path, "x::Lost::poke");
}

#[test]
fn results_and_modes_are_python_words() {
    let mut manifest = manifest();
    let ty = |text: &str| usecrate_manifest::TypeRef::from_value(&text.parse().unwrap()).unwrap();
    manifest.callables[0].result = ty(r#"["result", ["dict", "str", ["list", "u8"]], ["enum", 4]]"#);
    manifest.callables[0].params[0].ty = ty(r#"["handle", 0, "move"]"#);
    let text = signature(&manifest, "f", &manifest.callables[0]);
    assert_eq!(
        text,
        "f(name: moved Shop, limit: int | None = None) -> dict[str, list[int]]  # raises Op"
    );
}
