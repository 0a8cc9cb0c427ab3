//! Tells the compiler which interpreter and platform the extension is for.

fn main() {
    pyo3_build_config::use_pyo3_cfgs();
    let target = std::env::var("TARGET").expect("cargo sets it for build scripts");
    println!("cargo::rustc-env=USECRATE_TARGET={target}");
}
