//! What killed builders left running: cargo, compilers and linkers, which go on writing to cargo's target folder.
//!
//! Cargo's own lock ends with cargo. A compiler that outlives it could put the library of older sources in the place of
//! one that the next build has just made, and cargo would take it for fresh. So who follows a killed builder waits first
//! for what that one started: all of it has inherited a lock of its session (`lock::Session`).

use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use fs_err as fs;

use crate::files;
use crate::lock::{self, QUIET, TRY};
use crate::progress::{Event, Progress};

/// How long it is waited for. What runs longer is taken for a service that a compiler wrapper started, and forgotten.
const PATIENCE: Duration = Duration::from_secs(60);

/// Waits until nothing runs any more that a killed builder had started, and says so.
///
/// # Errors
/// When the folder of locks cannot be read or written.
pub fn wait(locks: &Path, progress: &dyn Progress) -> io::Result<()> {
    wait_for(locks, progress, PATIENCE)
}

fn wait_for(locks: &Path, progress: &dyn Progress, patience: Duration) -> io::Result<()> {
    for entry in fs::read_dir(locks)?.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let Some(session) = lock::session_of_children(&name) else {
            continue;
        };
        // One whose builder lives is that builder's affair.
        if lock::ended(locks, session) == Some(false) {
            continue;
        }
        let (start, mut told) = (Instant::now(), false);
        while lock::is_held(&entry.path()) && start.elapsed() < patience {
            if !told && start.elapsed() >= QUIET {
                let message = "waiting for what a killed build started: it is still compiling".to_owned();
                progress.event(&Event::Warning { message });
                told = true;
            }
            std::thread::sleep(TRY);
        }
        files::remove_file(&entry.path())?;
    }
    Ok(())
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::process::{Child, Command};

    use super::*;
    use crate::lock::Session;
    use crate::progress::Silent;

    /// What a killed builder leaves: its files, and a program that it started.
    fn killed(locks: &Path) -> Child {
        files::write_atomic(&locks.join("session-killed.lock"), b"").unwrap();
        let lock = lock::inherited(&locks.join("session-killed.children")).unwrap();
        let child = Command::new("sleep").arg("2").spawn().unwrap();
        drop(lock);
        child
    }

    #[test]
    fn who_follows_a_killed_builder_waits_for_what_it_started() {
        let folder = tempfile::tempdir().unwrap();
        let locks = folder.path().join("locks");
        let mut child = killed(&locks);
        let living = Session::open(&locks).unwrap();
        wait(&locks, &Silent).unwrap();
        assert!(child.try_wait().unwrap().is_some(), "it has ended");
        assert!(!locks.join("session-killed.children").exists());
        let start = Instant::now();
        wait(&locks, &Silent).unwrap();
        assert!(start.elapsed() < Duration::from_secs(1));
        drop(living);
        let left: Vec<_> = fs::read_dir(&locks).unwrap().flatten().collect();
        assert_eq!(left.len(), 1, "{left:?}");
    }

    #[test]
    fn what_never_ends_is_waited_for_once() {
        let folder = tempfile::tempdir().unwrap();
        let mut child = killed(folder.path());
        assert!(lock::any_session(folder.path()));
        wait_for(folder.path(), &Silent, QUIET).unwrap();
        assert!(child.try_wait().unwrap().is_none(), "it runs on");
        let start = Instant::now();
        wait(folder.path(), &Silent).unwrap();
        assert!(start.elapsed() < QUIET);
        child.kill().unwrap();
        child.wait().unwrap();
    }
}
