#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| usecrate_fuzz::manifest::run(data));
