//! Loads a library whose bytes are verified: exactly those, whatever happens to the file meanwhile.
//!
//! They are copied while they are hashed: on Linux into a memory file, sealed then, elsewhere into a private copy. Either
//! stays open for the life of the process, because glibc knows libraries by path: a descriptor number used again would
//! give the old library.
//!
//! A library ends with the names of its functions. Nothing but the backtrace of a panic reads them, from the path that the
//! library was loaded from: on Linux that path then leads to the file they are in, and they are neither copied nor hashed.

use std::fs::File;
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};

use super::symbol::Symbol;

/// What is read, hashed and written at a time: it stays in the processor's cache, and is enough for every vector unit. More
/// would be memory that is touched for the first time, page by page, which costs as much as to hash what is in it.
const STEP: usize = 32 << 10;

/// What a library must be, or the part of it that is loaded.
pub(crate) struct Expected<'e> {
    /// Its bytes.
    pub(crate) size: u64,
    /// Its BLAKE3 hash, in hexadecimal digits.
    pub(crate) blake3: &'e str,
}

/// Why a library was not loaded.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LoadFailure {
    /// The file cannot be read.
    #[error("cannot be read ({0})")]
    Read(#[source] std::io::Error),
    /// It is not as long as it must be.
    #[error("has {0} bytes, where its manifest says {1}")]
    Size(u64, u64),
    /// It is another file.
    #[error("has the BLAKE3 hash {0}, where its manifest says {1}")]
    Hash(String, String),
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

/// Loads the library at `path`, once it is known to be what is expected; of which `loaded`, the first bytes, may be all that
/// has to be loaded.
pub(crate) fn load(
    path: &Path,
    expected: &Expected<'_>,
    loaded: Option<&Expected<'_>>,
    name: &str,
) -> Result<Symbol, LoadFailure> {
    let mut source = fs_err::File::open(path).map_err(LoadFailure::Read)?;
    #[cfg(target_os = "linux")]
    if let Some(symbol) = from_memory(&mut source, expected, loaded, name)? {
        return Ok(symbol);
    }
    #[cfg(not(target_os = "linux"))]
    let _ = loaded;
    let (place, mut file) = private_file(name).map_err(LoadFailure::Copy)?;
    source.rewind().map_err(LoadFailure::Read)?;
    copy(&mut source, &mut file, expected)?;
    let file = reopened(file, &place).map_err(LoadFailure::Copy)?;
    let symbol = open(&place)?;
    std::mem::forget(file);
    Ok(symbol)
}

/// Loads it from a sealed memory file. `None` where there are none, or nothing leads to them.
#[cfg(target_os = "linux")]
fn from_memory(
    source: &mut fs_err::File,
    expected: &Expected<'_>,
    loaded: Option<&Expected<'_>>,
    name: &str,
) -> Result<Option<Symbol>, LoadFailure> {
    use std::os::fd::AsRawFd;
    let Ok(mut file) = memory_file(name) else {
        return Ok(None);
    };
    match loaded {
        Some(part) => copy_part(source, &mut file, expected, part)?,
        None => copy(source, &mut file, expected)?,
    }
    seal(&file).map_err(LoadFailure::Copy)?;
    let place = format!("/proc/self/fd/{}", file.as_raw_fd());
    let symbol = match open(Path::new(&place)) {
        Err(LoadFailure::Open(_)) if !Path::new(&place).exists() => return Ok(None),
        opened => opened?,
    };
    if loaded.is_some() {
        lead_to(&file, source.file());
    }
    std::mem::forget(file);
    Ok(Some(symbol))
}

/// Copies the part of a library that is loaded, and refuses all else. What is behind it is not looked at.
#[cfg(target_os = "linux")]
fn copy_part(
    source: &mut fs_err::File,
    to: &mut File,
    expected: &Expected<'_>,
    part: &Expected<'_>,
) -> Result<(), LoadFailure> {
    let size = source.metadata().map_err(LoadFailure::Read)?.len();
    if size != expected.size {
        return Err(LoadFailure::Size(size, expected.size));
    }
    copy(&mut source.take(part.size), to, part).map_err(|failure| {
        // Who looks for what is wrong has a hash of the whole file.
        let whole = source
            .rewind()
            .map_err(LoadFailure::Read)
            .and_then(|()| copy(source, &mut std::io::sink(), expected));
        whole.err().unwrap_or(failure)
    })
}

/// Copies what is expected, and refuses all else: what was hashed is what was written.
fn copy(source: &mut impl Read, to: &mut impl Write, expected: &Expected<'_>) -> Result<(), LoadFailure> {
    let mut hasher = blake3::Hasher::new();
    let mut buffer = vec![0; STEP];
    let mut size = 0;
    loop {
        let filled = fill(source, &mut buffer).map_err(LoadFailure::Read)?;
        size += filled as u64;
        // One that is longer is read to its end, for the message alone.
        if size <= expected.size {
            hasher.update(&buffer[..filled]);
            to.write_all(&buffer[..filled]).map_err(LoadFailure::Copy)?;
        }
        if filled < buffer.len() {
            break;
        }
    }
    if size != expected.size {
        return Err(LoadFailure::Size(size, expected.size));
    }
    let hash = hasher.finalize().to_hex();
    if hash.as_str().eq_ignore_ascii_case(expected.blake3) {
        Ok(())
    } else {
        Err(LoadFailure::Hash(hash.to_string(), expected.blake3.to_owned()))
    }
}

/// Reads until the buffer is full, or to the end of the file.
fn fill(source: &mut impl Read, buffer: &mut [u8]) -> std::io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match source.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

#[cfg(target_os = "linux")]
fn memory_file(name: &str) -> std::io::Result<File> {
    use std::os::fd::FromRawFd;
    let label = std::ffi::CString::new(format!("usecrate-{name}")).unwrap_or_default();
    // SAFETY: a C string that lives through the call.
    let descriptor =
        unsafe { libc::memfd_create(label.as_ptr(), libc::MFD_CLOEXEC | libc::MFD_ALLOW_SEALING) };
    if descriptor < 0 {
        return Err(std::io::Error::last_os_error());
    }
    // SAFETY: a new descriptor that nothing else owns.
    Ok(unsafe { File::from_raw_fd(descriptor) })
}

/// Lets nobody change a memory file any more.
#[cfg(target_os = "linux")]
fn seal(file: &File) -> std::io::Result<()> {
    use std::os::fd::AsRawFd;
    let seals = libc::F_SEAL_WRITE | libc::F_SEAL_GROW | libc::F_SEAL_SHRINK | libc::F_SEAL_SEAL;
    // SAFETY: `fcntl` on an open descriptor with integer arguments.
    if unsafe { libc::fcntl(file.as_raw_fd(), libc::F_ADD_SEALS, seals) } != 0 {
        return Err(std::io::Error::last_os_error());
    }
    Ok(())
}

/// From now on the path of a memory file leads to `other`: what is mapped of it stays as it is.
#[cfg(target_os = "linux")]
fn lead_to(file: &File, other: &File) {
    use std::os::fd::AsRawFd;
    // SAFETY: two open descriptors. The first is this function's caller's, who reads and writes it no more. Where this fails,
    // panics tell no names.
    unsafe { libc::dup3(other.as_raw_fd(), file.as_raw_fd(), libc::O_CLOEXEC) };
}

/// A new file in a folder that only this user can enter.
fn private_file(name: &str) -> std::io::Result<(PathBuf, fs_err::File)> {
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
    let file = options.write(true).create_new(true).open(&path)?;
    Ok((path, file))
}

/// The written file, open for reading alone: the one that is loaded.
fn reopened(file: fs_err::File, path: &Path) -> std::io::Result<File> {
    file.sync_all()?;
    drop(file);
    Ok(fs_err::File::open(path)?.into_parts().0)
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
