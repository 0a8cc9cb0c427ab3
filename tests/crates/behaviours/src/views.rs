//! Values that borrow from values that borrow.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

/// No such template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotFound {
    name: String,
}

impl std::fmt::Display for NotFound {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "there is no template {:?}", self.name)
    }
}

impl std::error::Error for NotFound {}

/// Templates by name; their text is borrowed.
#[derive(Debug, Clone, Default)]
pub struct Environment<'source> {
    templates: BTreeMap<&'source str, &'source str>,
    debug: bool,
}

/// A template, seen through its environment.
#[derive(Debug, Clone)]
pub struct Template<'env, 'source> {
    env: &'env Environment<'source>,
    name: &'source str,
    text: &'source str,
}

/// What a template knows while it is rendered.
#[derive(Debug)]
pub struct State<'template, 'env> {
    template: &'template Template<'env, 'env>,
    line: usize,
}

static STATES: AtomicUsize = AtomicUsize::new(0);

/// How many states live.
pub fn states() -> usize {
    STATES.load(Ordering::Relaxed)
}

impl<'source> Environment<'source> {
    /// One without templates.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a template.
    pub fn add_template(&mut self, name: &'source str, text: &'source str) {
        self.templates.insert(name, text);
    }

    /// One of the templates.
    ///
    /// # Errors
    ///
    /// There is none of that name.
    pub fn get_template(&self, name: &str) -> Result<Template<'_, 'source>, NotFound> {
        let (name, text) = self.templates.get_key_value(name).ok_or_else(|| NotFound {
            name: name.to_owned(),
        })?;
        Ok(Template {
            env: self,
            name,
            text,
        })
    }

    /// All of them.
    pub fn all(&self) -> Vec<Template<'_, 'source>> {
        let one = |(name, text): (&&'source str, &&'source str)| Template {
            env: self,
            name,
            text,
        };
        self.templates.iter().map(one).collect()
    }

    /// The first of them.
    pub fn first(&self) -> Option<Template<'_, 'source>> {
        self.all().into_iter().next()
    }

    /// Says more, or not.
    pub fn set_debug(&mut self, debug: bool) {
        self.debug = debug;
    }

    /// Whether it says more.
    pub fn debug(&self) -> bool {
        self.debug
    }

    /// Exchanges the templates of two.
    pub fn exchange(&mut self, other: &mut Environment<'source>) {
        std::mem::swap(self, other);
    }

    /// The names.
    pub fn names(&self) -> Vec<&'source str> {
        self.templates.keys().copied().collect()
    }
}

impl<'env, 'source> Template<'env, 'source> {
    /// Its name.
    pub fn name(&self) -> &str {
        self.name
    }

    /// Its text.
    pub fn text(&self) -> &'source str {
        self.text
    }

    /// The environment that it came from.
    pub fn env(&self) -> &'env Environment<'source> {
        self.env
    }

    /// Its state at the beginning.
    pub fn state(&self) -> State<'_, 'env> {
        STATES.fetch_add(1, Ordering::Relaxed);
        State {
            template: self,
            line: 0,
        }
    }
}

impl<'template, 'env> State<'template, 'env> {
    /// The name of its template.
    pub fn name(&self) -> &str {
        self.template.name
    }

    /// The template.
    pub fn template(&self) -> &Template<'env, 'env> {
        self.template
    }

    /// The next line.
    pub fn next_line(&mut self) -> Option<&'template str> {
        self.line += 1;
        self.template.text.lines().nth(self.line - 1)
    }

    /// What is left, a view of this view of a view.
    pub fn rest(&self) -> Rest<'_> {
        Rest {
            lines: self.template.text.lines().skip(self.line).collect(),
        }
    }
}

impl Drop for State<'_, '_> {
    fn drop(&mut self) {
        assert!(!self.template.name.is_empty());
        STATES.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Lines that are left.
#[derive(Debug, Clone)]
pub struct Rest<'s> {
    lines: Vec<&'s str>,
}

impl Rest<'_> {
    /// How many there are.
    pub fn count(&self) -> usize {
        self.lines.len()
    }

    /// Without the first: deeper by one.
    pub fn next(&self) -> Rest<'_> {
        Rest {
            lines: self.lines.iter().skip(1).copied().collect(),
        }
    }
}

/// A registry whose clones share what they hold.
#[derive(Debug, Clone, Default)]
pub struct Registry<'r> {
    names: std::rc::Rc<RefCell<Vec<&'r str>>>,
    environments: std::rc::Rc<RefCell<Vec<&'r Environment<'r>>>>,
}

impl<'r> Registry<'r> {
    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }

    /// Stores a name.
    pub fn add(&self, name: &'r str) {
        self.names.borrow_mut().push(name);
    }

    /// Stores an environment.
    pub fn enroll(&self, env: &'r Environment<'r>) {
        self.environments.borrow_mut().push(env);
    }

    /// What it holds.
    pub fn names(&self) -> Vec<String> {
        let environments = self.environments.borrow();
        let theirs = environments.iter().flat_map(|env| env.names());
        self.names
            .borrow()
            .iter()
            .copied()
            .chain(theirs)
            .map(str::to_owned)
            .collect()
    }

    /// The same one again.
    pub fn share(&self) -> Registry<'r> {
        self.clone()
    }
}

/// An address with a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    path: String,
}

/// Changes the path of an address; what was added is there when this goes.
#[derive(Debug)]
pub struct Segments<'a> {
    address: &'a mut Address,
    added: Vec<String>,
}

impl Address {
    /// With this path.
    pub fn new(path: &str) -> Self {
        Self {
            path: path.to_owned(),
        }
    }

    /// The path.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// A way to change it.
    pub fn segments_mut(&mut self) -> Result<Segments<'_>, NotFound> {
        Ok(Segments {
            address: self,
            added: Vec::new(),
        })
    }

    /// A view of the path.
    pub fn tail(&mut self) -> Tail<'_> {
        Tail { path: &mut self.path }
    }
}

impl Segments<'_> {
    /// Adds one.
    pub fn push(&mut self, segment: &str) -> &mut Self {
        self.added.push(segment.to_owned());
        self
    }

    /// Forgets what was added.
    pub fn clear(&mut self) -> &mut Self {
        self.added.clear();
        self
    }

    /// How many were added.
    pub fn added(&self) -> usize {
        self.added.len()
    }

    /// The address as it is until then: a view through the one that changes it.
    pub fn address(&self) -> &Address {
        self.address
    }

    /// An exclusive view through an exclusive view.
    pub fn tail(&mut self) -> Tail<'_> {
        Tail {
            path: &mut self.address.path,
        }
    }
}

impl Drop for Segments<'_> {
    fn drop(&mut self) {
        for segment in &self.added {
            self.address.path.push('/');
            self.address.path.push_str(segment);
        }
    }
}

/// The end of a path.
#[derive(Debug)]
pub struct Tail<'a> {
    path: &'a mut String,
}

impl Tail<'_> {
    /// Adds to it.
    pub fn add(&mut self, text: &str) -> usize {
        self.path.push_str(text);
        self.path.len()
    }
}

/// What a drawer is called: a name that somebody else has.
#[derive(Debug, Clone, Copy)]
pub struct Label<'l> {
    text: &'l str,
}

impl<'l> Label<'l> {
    /// Of that name.
    pub fn new(text: &'l str) -> Self {
        Self { text }
    }

    /// The name.
    pub fn text(&self) -> &str {
        self.text
    }
}

/// Drawers with numbers in them.
#[derive(Debug, Default)]
pub struct Cabinet {
    drawers: RefCell<BTreeMap<String, Vec<u32>>>,
}

/// An open drawer. It knows its name itself.
#[derive(Debug)]
pub struct Drawer<'c> {
    cabinet: &'c Cabinet,
    name: String,
}

impl Cabinet {
    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }

    /// Opens a drawer: what borrows the cabinet has nothing of what the label borrows.
    pub fn open<'c>(&'c self, label: Label<'_>) -> Drawer<'c> {
        self.look(&label)
    }

    /// The same.
    pub fn look<'c>(&'c self, label: &Label<'_>) -> Drawer<'c> {
        Drawer {
            cabinet: self,
            name: label.text.to_owned(),
        }
    }

    /// Locks it for good, and says how many numbers are in it.
    pub fn lock(self) -> usize {
        self.drawers.into_inner().values().map(Vec::len).sum()
    }
}

/// Goes from drawer to drawer, with one open at a time.
#[derive(Debug)]
pub struct Walk<'c> {
    left: Vec<Drawer<'c>>,
    now: Option<Drawer<'c>>,
}

impl<'c> Walk<'c> {
    /// Opens the next drawer.
    ///
    /// # Errors
    ///
    /// It is stuck.
    pub fn next(&mut self) -> Result<Option<&Drawer<'c>>, NotFound> {
        self.now = self.left.pop();
        match &self.now {
            Some(drawer) if drawer.name == "stuck" => Err(NotFound {
                name: drawer.name.clone(),
            }),
            other => Ok(other.as_ref()),
        }
    }
}

impl Cabinet {
    /// Goes through the drawers, the last one first.
    pub fn walk(&self) -> Walk<'_> {
        let names: Vec<String> = self.drawers.borrow().keys().cloned().collect();
        let open = |name: String| Drawer { cabinet: self, name };
        Walk {
            left: names.into_iter().map(open).collect(),
            now: None,
        }
    }
}

impl Drawer<'_> {
    /// What it is called.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Puts a number in.
    pub fn put(&self, number: u32) {
        let mut drawers = self.cabinet.drawers.borrow_mut();
        drawers.entry(self.name.clone()).or_default().push(number);
    }
}
