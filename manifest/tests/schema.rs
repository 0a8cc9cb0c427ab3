//! The checked-in JSON Schema is the model's. `USECRATE_BLESS=1` rewrites it.

#[test]
fn the_checked_in_schema_is_the_models() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("manifest.schema.json");
    let schema = serde_json::to_string_pretty(&usecrate_manifest::schema::schema()).unwrap() + "\n";
    if std::env::var_os("USECRATE_BLESS").is_some() {
        write(&path, &schema);
    }
    let checked_in = read(&path);
    assert!(
        checked_in == schema,
        "`manifest.schema.json` is not the model's: run with USECRATE_BLESS=1"
    );
}

#[expect(
    clippy::disallowed_methods,
    reason = "this crate does no I/O and so has no fs_err"
)]
fn read(path: &std::path::Path) -> String {
    std::fs::read_to_string(path).expect("the schema is checked in")
}

#[expect(
    clippy::disallowed_methods,
    reason = "this crate does no I/O and so has no fs_err"
)]
fn write(path: &std::path::Path, text: &str) {
    std::fs::write(path, text).expect("the repository can be written");
}
