//! Tells the compiler which interpreter the extension is for.

fn main() {
    pyo3_build_config::use_pyo3_cfgs();
}
