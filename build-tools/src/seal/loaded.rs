//! What of a library the system loads.
//!
//! Behind it are the names of its functions, for backtraces: a quarter of a small library, which nobody reads but who wants to
//! know where a panic came from. The loader verifies and copies what is loaded alone.

use object::elf;
use object::read::elf::{FileHeader, ProgramHeader as _};

/// How many of its first bytes are loaded, if that is known, and not all of it.
pub(super) fn size(library: &[u8]) -> Option<usize> {
    let end = match object::FileKind::parse(library).ok()? {
        object::FileKind::Elf32 => end::<elf::FileHeader32<object::Endianness>>(library)?,
        object::FileKind::Elf64 => end::<elf::FileHeader64<object::Endianness>>(library)?,
        // Others are loaded from a file in a folder, whole.
        _ => return None,
    };
    let end = usize::try_from(end).ok()?;
    (0 < end && end < library.len()).then_some(end)
}

/// Where the last segment ends. What is in none, the table of sections among it, is for other tools.
fn end<H: FileHeader<Endian = object::Endianness>>(library: &[u8]) -> Option<u64> {
    let header = H::parse(library).ok()?;
    let endian = header.endian().ok()?;
    let segments = header.program_headers(endian, library).ok()?;
    let ends = segments.iter().map(|segment| {
        let (offset, size) = (segment.p_offset(endian).into(), segment.p_filesz(endian).into());
        offset.checked_add(size)
    });
    ends.collect::<Option<Vec<u64>>>()?.into_iter().max()
}
