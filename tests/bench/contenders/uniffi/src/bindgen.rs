//! Writes the Python half.

fn main() {
    uniffi::uniffi_bindgen_main();
}
