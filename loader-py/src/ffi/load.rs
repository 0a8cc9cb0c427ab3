//! Loads a library from bytes that were verified: exactly those, whatever happens to the file meanwhile.
//!
//! On Linux they go into a sealed memory file, elsewhere into a private copy. Either stays open for the life of the
//! process, because glibc knows libraries by path: a descriptor number used again would give the old library.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use super::symbol::Symbol;

/// Why the system did not load a library.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LoadFailure {
    /// Neither a memory file nor a private copy could be made.
    #[error("cannot make the private copy it is loaded from: {0}")]
    Copy(#[source] std::io::Error),
    /// The system's loader refused it.
    #[error("the system refuses it: {0}")]
    Open(#[source] libloading::Error),
    /// It is not an artifact's library.
    #[error("it exports no `usecrate_call`")]
    NoSymbol(#[source] libloading::Error),
}

/// Loads the library that `content` is.
pub(crate) fn load(content: &[u8], name: &str) -> Result<Symbol, LoadFailure> {
    #[cfg(target_os = "linux")]
    if let Ok(file) = memory_file(content, name) {
        use std::os::fd::AsRawFd;
        let path = format!("/proc/self/fd/{}", file.as_raw_fd());
        if Path::new(&path).exists() {
            let symbol = open(Path::new(&path))?;
            std::mem::forget(file);
            return Ok(symbol);
        }
    }
    let (path, file) = private_copy(content, name).map_err(LoadFailure::Copy)?;
    let symbol = open(&path)?;
    std::mem::forget(file);
    Ok(symbol)
}

#[cfg(target_os = "linux")]
fn memory_file(content: &[u8], name: &str) -> std::io::Result<File> {
    use std::os::fd::{AsRawFd, FromRawFd};
    let label = std::ffi::CString::new(format!("usecrate-{name}")).unwrap_or_default();
    // SAFETY: a C string that lives through the call.
    let descriptor =
        unsafe { libc::memfd_create(label.as_ptr(), libc::MFD_CLOEXEC | libc::MFD_ALLOW_SEALING) };
    if descriptor < 0 {
        return Err(std::io::Error::last_os_error());
    }
    // SAFETY: a new descriptor that nothing else owns.
    let mut file = unsafe { File::from_raw_fd(descriptor) };
    file.write_all(content)?;
    let seals = libc::F_SEAL_WRITE | libc::F_SEAL_GROW | libc::F_SEAL_SHRINK | libc::F_SEAL_SEAL;
    // SAFETY: `fcntl` on an open descriptor with integer arguments.
    if unsafe { libc::fcntl(file.as_raw_fd(), libc::F_ADD_SEALS, seals) } != 0 {
        return Err(std::io::Error::last_os_error());
    }
    Ok(file)
}

/// A copy in a folder that only this user can enter; the open file is the one that is loaded.
fn private_copy(content: &[u8], name: &str) -> std::io::Result<(std::path::PathBuf, File)> {
    use std::sync::atomic::{AtomicU32, Ordering};
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let mut builder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let folder = std::env::temp_dir().join(format!("usecrate-{}-{number}-{}", std::process::id(), unique()));
    builder.create(&folder)?;
    let path = folder.join(format!(
        "{}{name}{}",
        std::env::consts::DLL_PREFIX,
        std::env::consts::DLL_SUFFIX
    ));
    let mut options = fs_err::OpenOptions::new();
    let mut file = options.write(true).create_new(true).open(&path)?;
    file.write_all(content)?;
    file.sync_all()?;
    drop(file);
    let file = fs_err::File::open(&path)?;
    Ok((path, file.into_parts().0))
}

fn unique() -> u128 {
    std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .map_or(0, |time| time.as_nanos())
}

fn open(path: &Path) -> Result<Symbol, LoadFailure> {
    #[cfg(unix)]
    // SAFETY: loading runs the library's initialisers; its bytes are those of a verified artifact.
    let library: libloading::Library =
        unsafe { libloading::os::unix::Library::open(Some(path), libc::RTLD_NOW | libc::RTLD_LOCAL) }
            .map_err(LoadFailure::Open)?
            .into();
    #[cfg(not(unix))]
    // SAFETY: as above.
    let library = unsafe { libloading::Library::new(path) }.map_err(LoadFailure::Open)?;
    // SAFETY: only the address is taken here.
    let address = unsafe { library.get::<*mut std::os::raw::c_void>(b"usecrate_call\0") }
        .map(|symbol| *symbol)
        .map_err(LoadFailure::NoSymbol)?;
    // Never unloaded: handles, threads and destructors of the library outlive any owner we could name.
    std::mem::forget(library);
    // SAFETY: an artifact's symbol, of a library that stays loaded.
    Ok(unsafe { Symbol::from_address(address) })
}
