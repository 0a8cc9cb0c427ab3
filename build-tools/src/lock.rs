//! File locks of the kernel, each with a named holder, and the mark that tells a living builder from a killed one.
//!
//! A lock ends with the process that holds it, however that ends, so nothing that a killed builder leaves can make
//! another wait. Who the holder is stands in a file beside the lock: it is for messages alone and decides nothing.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use fs_err as fs;
use fs4::{FileExt, TryLockError};
use serde::{Deserialize, Serialize};

use crate::files;
use crate::progress::{Event, Progress};

/// How often a waiting process tries again.
pub const TRY: Duration = Duration::from_millis(40);
/// A shorter wait is not worth a message, and the holder has written its name by then.
pub const QUIET: Duration = Duration::from_millis(300);
/// How often a waiting process says that it still waits.
const REMIND: Duration = Duration::from_secs(60);

/// A lock that this process holds.
#[derive(Debug)]
pub struct Lock {
    file: File,
    path: PathBuf,
}

/// Who holds a lock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// Its process.
    pub pid: u32,
    /// Its command line.
    pub command: String,
    /// Since when, in seconds since 1970.
    pub since: u64,
}

impl Holder {
    fn this_process() -> Holder {
        let mut words = std::env::args_os();
        let program = words
            .next()
            .and_then(|word| Some(Path::new(&word).file_name()?.to_string_lossy().into_owned()))
            .unwrap_or_default();
        let rest = words.map(|word| word.to_string_lossy().into_owned());
        Holder {
            pid: std::process::id(),
            command: std::iter::once(program).chain(rest).collect::<Vec<_>>().join(" "),
            since: now(),
        }
    }

    fn of(lock: &Path) -> Option<Holder> {
        serde_json::from_slice(&fs::read(holder_file(lock)).ok()?).ok()
    }
}

impl Lock {
    /// Takes the lock, waiting for whoever holds it, and says who that is.
    ///
    /// # Errors
    /// When the lock file cannot be made or locked.
    pub fn acquire(path: &Path, progress: &dyn Progress) -> io::Result<Lock> {
        let (start, mut told) = (Instant::now(), None::<(Option<Holder>, Instant)>);
        loop {
            if let Some(lock) = Lock::try_acquire(path)? {
                return Ok(lock);
            }
            if start.elapsed() >= QUIET {
                let holder = Holder::of(path);
                let news = told
                    .as_ref()
                    .is_none_or(|(known, when)| *known != holder || when.elapsed() >= REMIND);
                if news {
                    progress.event(&Event::Warning {
                        message: waiting(path, holder.as_ref()),
                    });
                    told = Some((holder, Instant::now()));
                }
            }
            std::thread::sleep(TRY);
        }
    }

    /// Takes the lock if nobody holds it.
    ///
    /// # Errors
    /// When the lock file cannot be made or locked.
    pub fn try_acquire(path: &Path) -> io::Result<Option<Lock>> {
        if let Some(parent) = path.parent() {
            files::create_folder(parent)?;
        }
        let at = |what: &str, error: io::Error| {
            io::Error::new(
                error.kind(),
                format!("cannot {what} the lock `{}`: {error}", path.display()),
            )
        };
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(path)
            .map_err(|error| at("open", error))?;
        match FileExt::try_lock(&file) {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => return Err(at("take", error)),
        }
        if let Ok(text) = serde_json::to_vec(&Holder::this_process()) {
            // A name is a courtesy: a full disk must not be the end of a lock.
            let _ = files::write_atomic(&holder_file(path), &text);
        }
        Ok(Some(Lock {
            file,
            path: path.to_owned(),
        }))
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // The name first: behind the unlocking it would be the next holder's.
        let _ = files::remove_file(&holder_file(&self.path));
        // Closing the file ends the lock anyway.
        let _ = FileExt::unlock(&self.file);
    }
}

fn holder_file(lock: &Path) -> PathBuf {
    lock.with_extension("holder")
}

fn waiting(path: &Path, holder: Option<&Holder>) -> String {
    let path = path.display();
    match holder {
        Some(Holder { pid, command, since }) => {
            let seconds = now().saturating_sub(*since);
            format!(
                "waiting for another build: process {pid} (`{command}`) has held `{path}` for {seconds} s"
            )
        }
        None => format!("waiting for another build, which holds `{path}`"),
    }
}

fn now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |time| time.as_secs())
}

/// A lock that a builder holds for its whole life, under a name that its temporary folders carry. What carries the
/// name of a lock that can be taken was left by a builder that was killed. Beside it a second lock, which all that the
/// builder starts holds with it: see [`crate::orphans`].
#[derive(Debug)]
pub struct Session {
    name: String,
    files: [PathBuf; 2],
    _locks: [File; 2],
}

impl Session {
    /// Opens one in the folder of locks.
    ///
    /// # Errors
    /// When its file cannot be made or locked.
    pub fn open(locks: &Path) -> io::Result<Session> {
        files::create_folder(locks)?;
        let file = tempfile::Builder::new().prefix(".session-").tempfile_in(locks)?;
        // Locked before it has its name: nobody ever finds it free while its owner lives.
        FileExt::lock(file.as_file())?;
        let name = format!("{:08x}{}", std::process::id(), unique(file.path()));
        let path = session_file(locks, &name);
        let lock = file.persist(&path).map_err(|error| error.error)?;
        let children = locks.join(format!("session-{name}.children"));
        Ok(Session {
            name,
            _locks: [lock, inherited(&children)?],
            files: [path, children],
        })
    }

    /// What its temporary folders carry in their names.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // Who ends in order has cleaned up: nothing carries the name any more, and cargo has ended.
        for file in self.files.iter().rev() {
            let _ = files::remove_file(file);
        }
    }
}

/// Whether the builder of that name is gone. Not known (`None`) where its file is not there: it may be another cache's.
pub fn ended(locks: &Path, session: &str) -> Option<bool> {
    let file = session_file(locks, session);
    file.exists().then(|| !is_held(&file))
}

/// Whether somebody holds the lock of that file.
pub fn is_held(file: &Path) -> bool {
    File::options()
        .write(true)
        .open(file)
        .is_ok_and(|file| FileExt::try_lock(&file).is_err())
}

/// Makes a lock that programs which this one starts inherit: it ends with the last of them.
///
/// # Errors
/// When its file cannot be made or locked.
pub fn inherited(path: &Path) -> io::Result<File> {
    let file = File::create(path)?;
    FileExt::lock(&file)?;
    // Elsewhere cargo's children end with it.
    #[cfg(unix)]
    rustix::io::fcntl_setfd(&file, rustix::io::FdFlags::empty())?;
    Ok(file)
}

/// Whether a builder, or what it started, is at work that shares this folder of locks.
pub fn any_session(locks: &Path) -> bool {
    let Ok(entries) = fs::read_dir(locks) else {
        return false;
    };
    entries.flatten().any(|entry| {
        let name = entry.file_name().to_string_lossy().into_owned();
        (session_of(&name).is_some() || session_of_children(&name).is_some()) && is_held(&entry.path())
    })
}

/// The session whose lock a file is.
pub fn session_of(file: &str) -> Option<&str> {
    file.strip_prefix("session-")?.strip_suffix(".lock")
}

/// The session for whose programs a file is the lock.
pub fn session_of_children(file: &str) -> Option<&str> {
    file.strip_prefix("session-")?.strip_suffix(".children")
}

fn session_file(locks: &Path, name: &str) -> PathBuf {
    locks.join(format!("session-{name}.lock"))
}

/// The random part of a temporary file's name.
fn unique(path: &Path) -> String {
    path.file_name()
        .map(|name| name.to_string_lossy().trim_start_matches(".session-").to_owned())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::progress::Silent;

    struct Heard(Mutex<Vec<String>>);

    impl Progress for Heard {
        fn event(&self, event: &Event) {
            if let Event::Warning { message } = event {
                self.0.lock().unwrap().push(message.clone());
            }
        }
    }

    #[test]
    fn a_lock_keeps_others_out_until_it_is_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/one.lock");
        let lock = Lock::acquire(&path, &Silent).unwrap();
        assert!(Lock::try_acquire(&path).unwrap().is_none());
        assert_eq!(Holder::of(&path).unwrap().pid, std::process::id());
        drop(lock);
        assert!(Holder::of(&path).is_none());
        assert!(Lock::try_acquire(&path).unwrap().is_some());
    }

    #[test]
    fn who_waits_is_told_for_whom() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("one.lock");
        let lock = Lock::acquire(&path, &Silent).unwrap();
        let heard = Heard(Mutex::default());
        std::thread::scope(|scope| {
            scope.spawn(|| Lock::acquire(&path, &heard).unwrap());
            std::thread::sleep(QUIET * 3);
            drop(lock);
        });
        let heard = heard.0.into_inner().unwrap();
        assert_eq!(heard.len(), 1, "{heard:?}");
        let pid = format!("process {} (`", std::process::id());
        assert!(heard[0].contains(&pid) && heard[0].ends_with(" s"), "{heard:?}");
    }

    #[test]
    fn a_session_has_ended_when_its_lock_is_free() {
        let folder = tempfile::tempdir().unwrap();
        let locks = folder.path().join("locks");
        let session = Session::open(&locks).unwrap();
        let name = session.name().to_owned();
        assert_eq!(ended(&locks, &name), Some(false));
        assert!(any_session(&locks));
        drop(session);
        assert_eq!(ended(&locks, &name), None);
        assert!(!any_session(&locks));
        // What a killed one leaves: the file, without its lock.
        files::write_atomic(&session_file(&locks, "killed"), b"").unwrap();
        assert_eq!(ended(&locks, "killed"), Some(true));
        assert!(!any_session(&locks));
    }
}
