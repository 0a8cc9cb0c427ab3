//! Types that borrow from types that borrow.

use std::cell::RefCell;
use std::marker::PhantomData;
use std::sync::MutexGuard;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// Owns text.
pub struct Source(String);

/// Borrows text, and has data of its own.
pub struct Env<'s> {
    texts: Vec<&'s str>,
    names: Vec<String>,
}

/// Borrows an environment, and reads it when it is dropped.
pub struct Template<'e, 's> {
    env: &'e Env<'s>,
    more: Vec<&'s str>,
}

/// Borrows something that borrows, and so on.
pub struct View<'v>(&'v str);

/// Changes an environment's own data.
pub struct Filler<'e>(&'e mut Vec<String>);

/// Stores borrowed environments.
pub struct Board<'b>(RefCell<Vec<&'b Env<'b>>>);

/// Gives out its parts.
pub struct Library(Vec<Source>);

/// May be looked at from other threads, but not sent there.
pub struct Local<'s>(&'s str, PhantomData<MutexGuard<'static, ()>>);

pub static READ_ON_DROP: AtomicUsize = AtomicUsize::new(0);
pub static BRITTLE: AtomicBool = AtomicBool::new(false);

impl Source {
    pub fn new(text: &str) -> Self {
        Self(text.to_owned())
    }
    pub fn env(&self) -> Env<'_> {
        Env {
            texts: vec![&self.0],
            names: Vec::new(),
        }
    }
    pub fn add(&mut self, more: &str) {
        self.0.push_str(more);
    }
    pub fn bind(&self) -> Local<'_> {
        Local(&self.0, PhantomData)
    }
}

impl<'s> Env<'s> {
    pub fn template(&self, name: &str) -> Template<'_, 's> {
        assert!(!name.is_empty());
        Template {
            env: self,
            more: Vec::new(),
        }
    }
    pub fn beside<'e>(&'e self, other: &Env<'s>, more: &'s str) -> Template<'e, 's> {
        let more = other.texts.iter().copied().chain([more]).collect();
        Template { env: self, more }
    }
    pub fn fill(&mut self) -> Filler<'_> {
        Filler(&mut self.names)
    }
    pub fn names(&self) -> Vec<String> {
        self.names.clone()
    }
    pub fn rename(&mut self, name: &str) {
        self.names = vec![name.to_owned()];
    }
}

impl<'e, 's> Template<'e, 's> {
    pub fn env(&self) -> &'e Env<'s> {
        self.env
    }
    pub fn text(&self) -> String {
        self.env.texts.concat() + &self.more.concat()
    }
    pub fn view(&self) -> View<'_> {
        View(self.env.texts[0])
    }
}

impl Drop for Template<'_, '_> {
    fn drop(&mut self) {
        READ_ON_DROP.fetch_add(
            self.env.texts[0].bytes().map(usize::from).sum(),
            Ordering::Relaxed,
        );
        assert!(!BRITTLE.load(Ordering::Relaxed), "brittle");
    }
}

impl View<'_> {
    pub fn inner(&self) -> View<'_> {
        View(self.0)
    }
    pub fn text(&self) -> &str {
        self.0
    }
}

impl Filler<'_> {
    pub fn push(&mut self, name: &str) {
        self.0.push(name.to_owned());
    }
}

impl<'b> Board<'b> {
    #[allow(clippy::new_without_default, reason = "a constructor is what is tried here")]
    pub fn new() -> Self {
        Self(RefCell::default())
    }
    pub fn pin(&self, env: &'b Env<'b>) {
        self.0.borrow_mut().push(env);
    }
    pub fn all(&self) -> Vec<String> {
        self.0.borrow().iter().map(|env| env.texts.concat()).collect()
    }
    pub fn note(&self, text: &'b str) -> Env<'b> {
        Env {
            texts: vec![text],
            names: Vec::new(),
        }
    }
}

impl Library {
    pub fn new(text: &str) -> Self {
        Self(vec![Source::new(text)])
    }
    pub fn first(&mut self) -> &mut Source {
        &mut self.0[0]
    }
    pub fn count(&self) -> usize {
        self.0.len()
    }
}

impl Local<'_> {
    pub fn view(&self) -> View<'_> {
        View(self.0)
    }
}
