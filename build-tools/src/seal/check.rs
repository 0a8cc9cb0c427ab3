//! What a library shows to the process that loads it.

use std::path::Path;

use fs_err as fs;
use object::read::elf::{ElfFile, FileHeader};
use object::{BinaryFormat, Object as _, RelocationFlags, elf};

use super::{SYMBOL, SealError};

/// Refuses a library that shows more than its symbol, or that needs static thread-local storage.
///
/// # Errors
///
/// Says what is wrong with it.
pub fn check(path: &Path) -> Result<(), SealError> {
    let exported = exports(path)?;
    if !exported.iter().any(|name| name == SYMBOL) {
        return Err(SealError::NoSymbol {
            path: path.to_owned(),
        });
    }
    let names = foreign(exported);
    if !names.is_empty() {
        return Err(SealError::Exports {
            path: path.to_owned(),
            names,
        });
    }
    match static_tls(path)? {
        Some(why) => Err(SealError::StaticTls {
            path: path.to_owned(),
            why,
        }),
        None => Ok(()),
    }
}

/// The symbols that a library exports besides its own, sorted.
///
/// # Errors
///
/// When it cannot be read.
pub fn foreign_exports(path: &Path) -> Result<Vec<String>, SealError> {
    exports(path).map(foreign)
}

fn foreign(mut exported: Vec<String>) -> Vec<String> {
    exported.retain(|name| name != SYMBOL);
    exported.sort();
    exported.dedup();
    exported
}

fn exports(path: &Path) -> Result<Vec<String>, SealError> {
    let wrong = |source| SealError::Format {
        path: path.to_owned(),
        source,
    };
    let bytes = fs::read(path)?;
    let file = object::File::parse(&*bytes).map_err(wrong)?;
    let exports = file.exports().map_err(wrong)?;
    let names = exports.into_iter().map(|export| {
        let name = String::from_utf8_lossy(export.name()).into_owned();
        // Mach-O puts an underscore before every name of C.
        match file.format() {
            BinaryFormat::MachO => name.strip_prefix('_').map(str::to_owned).unwrap_or(name),
            _ => name,
        }
    });
    Ok(names.collect())
}

/// What says that the library needs static thread-local storage, if anything does.
fn static_tls(path: &Path) -> Result<Option<String>, SealError> {
    let wrong = |source| SealError::Format {
        path: path.to_owned(),
        source,
    };
    let bytes = fs::read(path)?;
    Ok(match object::File::parse(&*bytes).map_err(wrong)? {
        object::File::Elf32(file) => elf_static_tls(&file).map_err(wrong)?,
        object::File::Elf64(file) => elf_static_tls(&file).map_err(wrong)?,
        // Only ELF has it.
        _ => None,
    })
}

fn elf_static_tls<H: FileHeader>(file: &ElfFile<'_, H>) -> object::Result<Option<String>> {
    use object::read::elf::Dyn as _;
    let endian = file.endian();
    if let Some((entries, _)) = file.elf_section_table().dynamic(endian, file.data())? {
        for entry in entries {
            let flags = (entry.tag32(endian) == Some(elf::DT_FLAGS)).then(|| entry.d_val(endian).into());
            if flags.is_some_and(|flags| flags & u64::from(elf::DF_STATIC_TLS) != 0) {
                return Ok(Some("`DF_STATIC_TLS` is set".to_owned()));
            }
        }
    }
    let (machine, name) = match file.elf_header().e_machine(endian) {
        elf::EM_X86_64 => (elf::R_X86_64_TPOFF64, "R_X86_64_TPOFF64"),
        elf::EM_AARCH64 => (elf::R_AARCH64_TLS_TPREL, "R_AARCH64_TLS_TPREL"),
        _ => return Ok(None),
    };
    let found = file.dynamic_relocations().into_iter().flatten().any(
        |(_, relocation)| matches!(relocation.flags(), RelocationFlags::Elf { r_type } if r_type == machine),
    );
    Ok(found.then(|| format!("a relocation `{name}`")))
}
