//! Types that call back: with values, with references, from threads, while something unwinds.

use std::cell::Cell;
use std::io::{self, BufRead, Read, Seek, SeekFrom, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// Owns text.
pub struct Book {
    pub text: String,
}

/// Borrows text, and reads it when it is dropped.
pub struct Page<'a>(&'a str);

/// Keeps text that it is given; all clones are one.
pub struct Shelf<'a>(Arc<Mutex<Vec<&'a str>>>);

/// `Send`, not `Sync`.
pub struct Turnstile(Cell<u32>);

/// Bytes that pages read when they were dropped.
pub static READ_ON_DROP: AtomicUsize = AtomicUsize::new(0);

impl Drop for Page<'_> {
    fn drop(&mut self) {
        READ_ON_DROP.fetch_add(self.0.bytes().map(usize::from).sum(), Ordering::Relaxed);
    }
}

impl<'a> Page<'a> {
    pub fn text(&self) -> &'a str {
        self.0
    }
}

impl Book {
    pub fn new(text: String) -> Self {
        Self { text }
    }
    pub fn page(&self) -> Page<'_> {
        Page(&self.text)
    }
    pub fn text(&self) -> &str {
        &self.text
    }
    pub fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }
    /// Lends itself, and is changed afterwards.
    pub fn edit(&mut self, change: impl FnOnce(&mut Book)) -> usize {
        change(self);
        self.text.push('.');
        self.text.len()
    }
    /// Lends a book that is gone afterwards.
    pub fn lend(text: String, read: impl FnOnce(&Book)) {
        let mut book = Book { text };
        read(&book);
        book.text.replace_range(.., "");
    }
    /// A page of text that is gone afterwards.
    pub fn lend_page(text: String, read: impl FnOnce(Page<'_>)) {
        read(Page(&text));
    }
    /// Both at once.
    pub fn compare(&self, other: &Book, compare: impl Fn(&Book, &Book) -> bool) -> bool {
        compare(self, other)
    }
    /// Leaves the text empty if it unwinds.
    pub fn rewrite(&mut self, rewrite: impl FnOnce(String) -> String) {
        let text = std::mem::take(&mut self.text);
        self.text = rewrite(text);
    }
    /// Calls back, and panics.
    pub fn tear(&mut self, before: impl FnOnce()) {
        let _ = catch_unwind(AssertUnwindSafe(before));
        self.text.clear();
        panic!("torn");
    }
}

impl<'a> Shelf<'a> {
    #[allow(clippy::new_without_default, reason = "a constructor is what is tried here")]
    pub fn new() -> Self {
        Self(Arc::default())
    }
    pub fn add(&self, text: &'a str) {
        self.0.lock().unwrap().push(text);
    }
    pub fn put(&self, page: &Page<'a>) {
        self.add(page.0);
    }
    pub fn all(&self) -> Vec<&'a str> {
        self.0.lock().unwrap().clone()
    }
    /// Gives a shelf away that is its own, too, and reads afterwards what is on it.
    pub fn filled(own: &str, fill: impl FnOnce(Shelf<'_>)) -> String {
        let shelf = Shelf(Arc::new(Mutex::new(vec![own])));
        fill(Shelf(Arc::clone(&shelf.0)));
        shelf.all().concat()
    }
}

impl Turnstile {
    #[allow(clippy::new_without_default, reason = "a constructor is what is tried here")]
    pub fn new() -> Self {
        Self(Cell::new(0))
    }
    pub fn pass(&self) -> u32 {
        self.0.set(self.0.get() + 1);
        self.0.get()
    }
    pub fn with(&self, work: impl FnOnce(&Turnstile)) -> u32 {
        work(self);
        self.pass()
    }
}

pub fn each(count: u32, mut call: impl FnMut(u32) -> u32) -> u64 {
    (0..count).map(|at| u64::from(call(at))).sum()
}

/// From threads of its own; a panic of one of them goes on here.
pub fn spread(count: u32, call: impl Fn(u32) -> u32 + Sync) -> u64 {
    let sum = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        let work = |at| sum.fetch_add(call(at) as usize, Ordering::Relaxed);
        let threads: Vec<_> = (0..count).map(|at| scope.spawn(move || work(at))).collect();
        for thread in threads {
            if let Err(panic) = thread.join() {
                std::panic::resume_unwind(panic);
            }
        }
    });
    sum.into_inner() as u64
}

/// The same, but what the thread panicked with is lost.
pub fn spread_lossy(call: impl Fn(u32) -> u32 + Sync) -> u32 {
    std::thread::scope(|scope| scope.spawn(|| call(0)).join().unwrap())
}

/// Swallows what unwinds, and fails or succeeds all the same.
pub fn swallow(fail: bool, call: impl FnOnce()) -> Result<u32, String> {
    let unwound = catch_unwind(AssertUnwindSafe(call)).is_err();
    if fail {
        Err(format!("unwound: {unwound}"))
    } else {
        Ok(u32::from(unwound))
    }
}

/// Twice what it gives.
pub fn kinds(call: impl Fn(i8, u64, f32, bool, usize) -> f64) -> f64 {
    call(-1, u64::MAX, 0.25, true, 7) + call(1, 0, -1.5, false, 0)
}

pub fn pick(choose: impl FnOnce() -> Book) -> String {
    choose().text
}

pub fn eight(call: impl Fn(u8, u8, u8, u8, u8, u8, u8, u8) -> String) -> String {
    call(1, 2, 3, 4, 5, 6, 7, 8)
}

/// Reads byte by byte.
pub fn sip(mut from: impl Read, count: u32) -> io::Result<Vec<u8>> {
    let mut all = Vec::new();
    for _ in 0..count {
        let mut byte = [0];
        if from.read(&mut byte)? == 0 {
            break;
        }
        all.push(byte[0]);
    }
    Ok(all)
}

pub fn gulp(from: &mut dyn Read, size: u32) -> io::Result<Vec<u8>> {
    let mut all = vec![0; size as usize];
    from.read_exact(&mut all)?;
    Ok(all)
}

pub fn line(mut from: impl BufRead) -> io::Result<String> {
    let mut line = String::new();
    from.read_line(&mut line)?;
    Ok(line)
}

/// Writes byte by byte, and calls back in between.
pub fn drip(mut to: impl Write, bytes: &[u8], between: impl FnOnce()) -> io::Result<()> {
    bytes.chunks(1).try_for_each(|byte| to.write_all(byte))?;
    between();
    Ok(())
}

/// Reads on a thread of its own.
pub fn sip_elsewhere(book: &mut Book, mut from: impl Read + Send) -> io::Result<u32> {
    let mut read = |_: &mut Book| sip(&mut from, 1).map(|read| read.len() as u32);
    std::thread::scope(|scope| scope.spawn(|| read(book)).join().unwrap())
}

/// Goes to a thread that outlives the call, and is used there.
pub fn elsewhere(mut to: impl Write + Send + 'static, from: impl Fn() -> u32) -> u32 {
    let waits = from();
    std::thread::spawn(move || {
        std::thread::sleep(std::time::Duration::from_millis(waits.into()));
        to.write_all(b"a").unwrap();
        to.write_all(b"b").unwrap();
    });
    waits
}

/// Keeps what it reads from and writes to.
pub struct Tap<F: Read + Write + Seek>(F);

impl<F: Read + Write + Seek> Tap<F> {
    pub fn new(inner: F) -> Self {
        Self(inner)
    }
    pub fn read(&mut self, count: u32) -> io::Result<Vec<u8>> {
        sip(&mut self.0, count)
    }
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.write_all(bytes)
    }
    pub fn seek(&mut self, by: i64) -> io::Result<u64> {
        self.0.seek(SeekFrom::Current(by))
    }
    /// Reads, tells, goes back, reads, writes, reads.
    pub fn dance(&mut self) -> io::Result<String> {
        let mut told = sip(&mut self.0, 4)?;
        told.extend(self.0.stream_position()?.to_string().bytes());
        self.0.seek(SeekFrom::Current(-2))?;
        told.extend(sip(&mut self.0, 2)?);
        self.0.write_all(b"XY")?;
        told.extend(sip(&mut self.0, 2)?);
        Ok(String::from_utf8_lossy(&told).into_owned())
    }
    pub fn into_inner(self) -> F {
        self.0
    }
    pub fn get_ref(&self) -> &F {
        &self.0
    }
    /// Writes, then lends what it writes to; or fails.
    pub fn get_mut(&mut self, bytes: &[u8]) -> Result<&mut F, u32> {
        let count = self.0.write(bytes).map_err(|_| 0_u32)?;
        if count == 3 { Err(3) } else { Ok(&mut self.0) }
    }
    /// Two looks at it, and one at nothing.
    pub fn twice(&self) -> (&F, Vec<&F>, Option<&F>) {
        (&self.0, vec![&self.0], None)
    }
    /// Tries to read, and does not mind.
    pub fn try_read(&mut self) -> u32 {
        self.read(1).map_or(0, |read| read.len() as u32)
    }
    /// Writes what a book says.
    pub fn take_in(&mut self, book: &Book) -> io::Result<()> {
        self.0.write_all(book.text.as_bytes())
    }
    /// Leaves its file alone.
    pub fn touch(&self) {}
    /// Tries to read on a thread of its own, and waits for that.
    pub fn try_read_elsewhere(&mut self) -> u32
    where
        F: Send,
    {
        std::thread::scope(|scope| scope.spawn(|| self.try_read()).join().unwrap())
    }
}
