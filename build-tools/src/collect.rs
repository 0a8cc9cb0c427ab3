//! Removes what nobody needs any more: artifacts that a later build of the same local crate replaced, what killed
//! builders left behind, and working files that were not used for long.
//!
//! Nothing of a living builder is touched: its folders carry the mark of a lock that it holds (`lock::Session`), its
//! bridge is locked. Nothing here makes a build fail; what cannot be removed is noted and tried again by the next one.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use fs_err as fs;
use walkdir::WalkDir;

use crate::cache::{Layout, TARGET_LOCKS};
use crate::files::{self, TEMPORARY_FILE, TEMPORARY_FOLDERS};
use crate::lock::{self, Lock};
use crate::progress::{Event, Progress};

/// The record, in a bridge's folder, of the artifacts that came from it, the latest first.
const PUBLISHED: &str = "published.json";
/// How many artifacts of one local crate stay: the latest, and the one before, which a process may be about to load.
const KEPT: usize = 2;
/// How old something without a sign of its builder must be.
const STALE: Duration = Duration::from_secs(24 * 60 * 60);
/// How long the working files of a bridge stay unused: they save compiling what is below it.
const UNUSED: Duration = Duration::from_secs(14 * 24 * 60 * 60);

/// Notes that `leaf` came from the bridge in `work`, and removes what it replaces in the cache's own folder of artifacts.
pub fn published(layout: &Layout, work: &Path, leaf: &Path, progress: &dyn Progress) {
    let before = published_from(work);
    let mut all = vec![leaf.to_owned()];
    all.extend(before.into_iter().filter(|one| one != leaf));
    let own = layout.artifacts.clone();
    let replaced = |(at, one): (usize, PathBuf)| {
        let removable = at >= KEPT && layout.is_own() && one.starts_with(&own);
        if removable {
            note(progress, &one, files::retire(&one));
        }
        (!removable).then_some(one)
    };
    let kept: Vec<PathBuf> = all.into_iter().enumerate().filter_map(replaced).collect();
    if let Ok(text) = serde_json::to_vec(&kept) {
        let record = work.join(PUBLISHED);
        note(progress, &record, files::write_record(&record, &text));
    }
}

/// The artifacts that came from the bridge in `work`, the latest first.
pub fn published_from(work: &Path) -> Vec<PathBuf> {
    files::read_record(&work.join(PUBLISHED))
        .and_then(|text| serde_json::from_slice(&text).ok())
        .unwrap_or_default()
}

/// Removes the temporary files in a bridge's folder, whose lock is held: nobody can be writing them.
pub fn temporary_files(work: &Path) {
    for entry in WalkDir::new(work).max_depth(3).into_iter().flatten() {
        let name = entry.file_name().to_string_lossy();
        if name.starts_with(TEMPORARY_FILE) || name.starts_with(".partial-") {
            // What cannot be removed is in nobody's way.
            let _ = files::remove_any(entry.path());
        }
    }
}

/// Removes what killed builders left, and working files that nobody used for long.
pub fn leftovers(layout: &Layout, progress: &dyn Progress) {
    let locks = layout.locks();
    let working = layout.working_folders();
    for folder in folders_of_artifacts(&layout.artifacts).iter().chain(&working) {
        for path in children(folder).filter(|path| is_left(path, &locks)) {
            note(progress, &path, files::remove_any(&path));
        }
    }
    for path in children(&layout.cache.join("index")).chain(children(&layout.cache)) {
        if name_of(&path).starts_with(TEMPORARY_FILE) && is_older(&path, STALE) {
            note(progress, &path, files::remove_file(&path));
        }
    }
    // The file of a session outlives it for a while: it says that what carries its name can go.
    for path in children(&locks) {
        let name = name_of(&path);
        let dead = lock::session_of(&name).is_some_and(|session| lock::ended(&locks, session) == Some(true));
        if (dead || name.starts_with('.')) && is_older(&path, STALE) {
            note(progress, &path, files::remove_file(&path));
        }
    }
    let [work, target, _, scripts] = working;
    for path in children(&work).filter(|path| is_unused(path)) {
        note(progress, &path, remove_work(layout, &path).map(drop));
    }
    // A toolchain that is used no more. Each build with it leaves its time in the folder of its locks.
    for path in children(&target).filter(|path| is_older(&path.join(TARGET_LOCKS), UNUSED)) {
        note(progress, &path, files::retire(&path));
    }
    // A file or text that is imported no more: each import leaves its time, and would write the folder again.
    for path in children(&scripts).filter(|path| is_older(path, UNUSED)) {
        note(progress, &path, files::retire(&path));
    }
}

/// All that is kept to build faster, whatever it was built for: bridges, cargo's target folders, carried sources, the
/// crates of single files and texts.
pub fn working_files(layout: &Layout) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = layout
        .working_folders()
        .iter()
        .flat_map(|folder| children(folder))
        .filter(|path| !name_of(path).starts_with('.'))
        .collect();
    found.sort();
    found
}

/// Removes one of these, unless a build may be using it. Says whether it did.
///
/// # Errors
/// When it cannot be removed.
pub fn remove_working_files(layout: &Layout, path: &Path) -> io::Result<bool> {
    let [work, ..] = layout.working_folders();
    if path.parent() == Some(&work) {
        return remove_work(layout, path);
    }
    if lock::any_session(&layout.locks()) {
        return Ok(false);
    }
    // In one step: a build that begins now begins with nothing, not with half of it.
    files::retire(path).map(|()| true)
}

/// Removes a bridge's folder, unless a build uses it. Says whether it did.
///
/// # Errors
/// When it cannot be removed.
pub fn remove_work(layout: &Layout, work: &Path) -> io::Result<bool> {
    let Some(_lock) = Lock::try_acquire(&layout.work_lock(&name_of(work)))? else {
        return Ok(false);
    };
    files::remove_folder(work).map(|()| true)
}

/// The folders that hold artifacts, `<root>/<package>/<version>`, with the root and the packages' own.
fn folders_of_artifacts(root: &Path) -> Vec<PathBuf> {
    WalkDir::new(root)
        .max_depth(2)
        .into_iter()
        .filter_entry(|entry| entry.depth() == 0 || !entry.file_name().to_string_lossy().starts_with('.'))
        .flatten()
        .filter(|entry| entry.file_type().is_dir())
        .map(walkdir::DirEntry::into_path)
        .collect()
}

/// Whether a temporary folder's builder is gone. Without its mark in this cache, only its age tells.
fn is_left(path: &Path, locks: &Path) -> bool {
    let name = name_of(path);
    let Some(rest) = TEMPORARY_FOLDERS.iter().find_map(|kind| name.strip_prefix(kind)) else {
        return false;
    };
    let mark = rest.rsplit_once('-').map_or("", |(mark, _)| mark);
    lock::ended(locks, mark).unwrap_or_else(|| is_older(path, STALE))
}

fn is_unused(work: &Path) -> bool {
    let record = work.join(PUBLISHED);
    !name_of(work).starts_with('.') && is_older(if record.exists() { &record } else { work }, UNUSED)
}

fn is_older(path: &Path, age: Duration) -> bool {
    fs::symlink_metadata(path)
        .and_then(|found| found.modified())
        .is_ok_and(|time| time.elapsed().is_ok_and(|since| since > age))
}

fn children(folder: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
}

fn name_of(path: &Path) -> String {
    path.file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default()
}

fn note(progress: &dyn Progress, path: &Path, done: io::Result<()>) {
    if let Err(error) = done {
        let message = format!("cannot clean up `{}`: {error}", path.display());
        progress.event(&Event::Note { message });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lock::Session;
    use crate::progress::Silent;

    fn layout(root: &Path) -> Layout {
        Layout {
            cache: root.to_owned(),
            artifacts: root.join("artifacts"),
        }
    }

    #[test]
    fn of_a_local_crate_the_latest_two_artifacts_stay() {
        let root = tempfile::tempdir().unwrap();
        let layout = layout(root.path());
        let work = layout.work("one");
        let leaf = |key: &str| layout.artifacts.join("one/0.1.0").join(key);
        for key in ["a", "b", "c", "b"] {
            files::write_atomic(&leaf(key).join("manifest.json"), b"{}").unwrap();
            published(&layout, &work, &leaf(key), &Silent);
        }
        assert_eq!(published_from(&work), [leaf("b"), leaf("c")]);
        assert!(!leaf("a").exists() && leaf("b").exists() && leaf("c").exists());
        let names: Vec<_> = children(&layout.artifacts.join("one/0.1.0")).collect();
        assert_eq!(names.len(), 2, "{names:?}");
    }

    #[test]
    fn nothing_is_removed_from_a_folder_of_the_user() {
        let root = tempfile::tempdir().unwrap();
        let layout = Layout {
            artifacts: root.path().join("mine"),
            ..layout(root.path())
        };
        for key in ["a", "b", "c"] {
            let leaf = layout.artifacts.join("one/0.1.0").join(key);
            files::write_atomic(&leaf.join("manifest.json"), b"{}").unwrap();
            published(&layout, &layout.work("one"), &leaf, &Silent);
        }
        assert_eq!(children(&layout.artifacts.join("one/0.1.0")).count(), 3);
    }

    #[test]
    fn the_target_folder_of_a_toolchain_that_is_used_no_more_goes() {
        let root = tempfile::tempdir().unwrap();
        let layout = layout(root.path());
        let target = |name: &str| layout.cache.join("target").join(name);
        for name in ["used", "unused"] {
            files::write_atomic(&target(name).join(TARGET_LOCKS).join("one.lock"), b"").unwrap();
        }
        let old = std::time::SystemTime::now() - UNUSED - STALE;
        std::fs::File::open(target("unused").join(TARGET_LOCKS))
            .and_then(|folder| folder.set_modified(old))
            .unwrap();
        leftovers(&layout, &Silent);
        assert_eq!(
            children(&layout.cache.join("target")).collect::<Vec<_>>(),
            [target("used")]
        );
    }

    #[test]
    fn the_crate_of_a_text_that_is_imported_no_more_goes() {
        let root = tempfile::tempdir().unwrap();
        let layout = layout(root.path());
        let script = |name: &str| layout.cache.join("scripts").join(name);
        for name in ["used", "unused"] {
            files::write_atomic(&script(name).join("Cargo.toml"), b"").unwrap();
        }
        let old = std::time::SystemTime::now() - UNUSED - STALE;
        std::fs::File::open(script("unused"))
            .and_then(|folder| folder.set_modified(old))
            .unwrap();
        leftovers(&layout, &Silent);
        let left: Vec<_> = children(&layout.cache.join("scripts")).collect();
        assert_eq!(left, [script("used")]);
    }

    #[test]
    fn working_files_stay_while_a_build_is_at_work() {
        let root = tempfile::tempdir().unwrap();
        let layout = layout(root.path());
        for name in [
            "work/one",
            "target/stable",
            "runtime/0011",
            "scripts/one",
            "artifacts/one",
        ] {
            files::write_atomic(&layout.cache.join(name).join("file"), b"x").unwrap();
        }
        let found = working_files(&layout);
        assert_eq!(found.len(), 4, "{found:?}");
        let remove = || -> Vec<bool> {
            let done = found.iter().map(|path| remove_working_files(&layout, path));
            done.map(Result::unwrap).collect()
        };
        let session = Session::open(&layout.locks()).unwrap();
        let lock = Lock::acquire(&layout.work_lock("one"), &Silent).unwrap();
        assert_eq!(remove(), [false; 4]);
        drop((session, lock));
        assert_eq!(remove(), [true; 4]);
        assert_eq!(working_files(&layout), [] as [PathBuf; 0]);
        assert!(layout.cache.join("artifacts/one/file").exists());
        let hidden = layout
            .working_folders()
            .iter()
            .flat_map(|folder| children(folder))
            .count();
        assert_eq!(hidden, 0);
    }

    #[test]
    fn what_a_killed_builder_left_goes_and_what_a_living_one_has_stays() {
        let root = tempfile::tempdir().unwrap();
        let layout = layout(root.path());
        let living = Session::open(&layout.locks()).unwrap();
        files::write_atomic(&layout.locks().join("session-killed.lock"), b"").unwrap();
        let version = layout.artifacts.join("one/0.1.0");
        let of = |mark: &str| version.join(format!(".staged-{mark}-abc"));
        for mark in [living.name(), "killed", "unknown"] {
            files::write_atomic(&of(mark).join("libone.so"), b"half").unwrap();
        }
        leftovers(&layout, &Silent);
        assert!(of(living.name()).exists(), "its builder lives");
        assert!(
            of("unknown").exists(),
            "its builder may live, and is of another cache"
        );
        assert!(!of("killed").exists());
    }
}
