//! Traits as types: trait objects given and taken, and results that only their bounds are known of.

pub mod visit;

use std::cell::Cell;
use std::fmt::{self, Debug, Display};
use std::rc::Rc;
use std::sync::Arc;

/// What has a name.
pub trait Named {
    /// The name.
    fn name(&self) -> String;
}

/// What has an area.
pub trait Shape: Named + Debug {
    /// How big it is.
    fn area(&self) -> f64;

    /// Makes it bigger.
    fn grow(&mut self, factor: f64);

    /// Its label, which it may have from somebody else.
    fn label(&self) -> &str {
        "no label"
    }

    /// Twice the area.
    fn doubled(&self) -> f64 {
        self.area() * 2.0
    }

    /// Another one like it, in a box.
    fn boxed_clone(&self) -> Box<dyn Shape>;

    /// Only for those whose type is known.
    fn sized(self) -> f64
    where
        Self: Sized,
    {
        self.area()
    }

    /// What is left of it.
    fn melt(self: Box<Self>) -> String;
}

/// A circle.
#[derive(Debug, Clone)]
pub struct Circle {
    radius: f64,
}

impl Circle {
    /// Of that radius.
    pub fn new(radius: f64) -> Self {
        Self { radius }
    }
}

impl Named for Circle {
    fn name(&self) -> String {
        "circle".to_owned()
    }
}

impl Shape for Circle {
    fn area(&self) -> f64 {
        3.0 * self.radius * self.radius
    }

    fn grow(&mut self, factor: f64) {
        self.radius *= factor;
    }

    fn boxed_clone(&self) -> Box<dyn Shape> {
        Box::new(self.clone())
    }

    fn melt(self: Box<Self>) -> String {
        format!("a drop of {}", self.radius)
    }
}

/// A square, which is moved.
#[derive(Debug)]
pub struct Square {
    side: f64,
    label: String,
}

impl Square {
    /// Of that side.
    pub fn new(side: f64, label: &str) -> Self {
        Self {
            side,
            label: label.to_owned(),
        }
    }
}

impl Named for Square {
    fn name(&self) -> String {
        "square".to_owned()
    }
}

impl Shape for Square {
    fn area(&self) -> f64 {
        self.side * self.side
    }

    fn grow(&mut self, factor: f64) {
        self.side *= factor;
    }

    fn label(&self) -> &str {
        &self.label
    }

    fn boxed_clone(&self) -> Box<dyn Shape> {
        Box::new(Self::new(self.side, &self.label))
    }

    fn melt(self: Box<Self>) -> String {
        self.label
    }
}

/// A frame around a shape that it borrows.
#[derive(Debug)]
pub struct Frame<'a> {
    around: &'a Circle,
    width: f64,
}

impl<'a> Frame<'a> {
    /// Around a circle.
    pub fn new(around: &'a Circle) -> Self {
        Self { around, width: 1.0 }
    }
}

impl Named for Frame<'_> {
    fn name(&self) -> String {
        format!("frame of a {}", self.around.name())
    }
}

impl Shape for Frame<'_> {
    fn area(&self) -> f64 {
        self.around.area() + self.width
    }

    fn grow(&mut self, factor: f64) {
        self.width *= factor;
    }

    fn boxed_clone(&self) -> Box<dyn Shape> {
        Box::new(self.around.clone())
    }

    fn melt(self: Box<Self>) -> String {
        "a frame".to_owned()
    }
}

/// What nobody can name: only its traits are public.
#[derive(Debug)]
struct Hidden(f64);

impl Named for Hidden {
    fn name(&self) -> String {
        "hidden".to_owned()
    }
}

impl Shape for Hidden {
    fn area(&self) -> f64 {
        self.0
    }

    fn grow(&mut self, factor: f64) {
        self.0 *= factor;
    }

    fn boxed_clone(&self) -> Box<dyn Shape> {
        Box::new(Self(self.0))
    }

    fn melt(self: Box<Self>) -> String {
        "nothing".to_owned()
    }
}

/// A box of a shape, chosen by name.
pub fn by_name(name: &str) -> Option<Box<dyn Shape>> {
    match name {
        "circle" => Some(Box::new(Circle::new(1.0))),
        "square" => Some(Box::new(Square::new(2.0, "by name"))),
        _ => None,
    }
}

/// The same, or an error.
///
/// # Errors
///
/// There is none of that name.
pub fn found(name: &str) -> Result<Box<dyn Shape>, String> {
    by_name(name).ok_or_else(|| format!("there is no {name}"))
}

/// Of any shape, lent.
pub fn area_of(shape: &dyn Shape) -> f64 {
    shape.area()
}

/// Grows any shape in place.
pub fn grow(shape: &mut dyn Shape, factor: f64) {
    shape.grow(factor);
}

/// Of several.
pub fn total(shapes: &[&dyn Shape]) -> f64 {
    shapes.iter().map(|shape| shape.area()).sum()
}

/// The bigger of two, lent on.
pub fn bigger<'a>(one: &'a dyn Shape, other: &'a dyn Shape) -> &'a dyn Shape {
    if one.area() > other.area() { one } else { other }
}

/// A shape of no type that can be named.
pub fn hidden(area: f64) -> impl Shape {
    Hidden(area)
}

/// The same that borrows.
pub fn framed(circle: &Circle) -> impl Shape + '_ {
    Frame::new(circle)
}

/// The same in a box that borrows.
pub fn framed_box<'a>(circle: &'a Circle) -> Box<dyn Shape + 'a> {
    Box::new(Frame::new(circle))
}

/// One that others have too, of no type that can be named.
pub struct Holder(Hidden);

impl Holder {
    /// With a shape in it.
    pub fn new(area: f64) -> Self {
        Self(Hidden(area))
    }

    /// Lent to be looked at.
    pub fn shape(&self) -> &impl Shape {
        &self.0
    }

    /// Lent to be changed.
    pub fn shape_mut(&mut self) -> &mut impl Shape {
        &mut self.0
    }
}

/// Text that is put together when it is asked for.
pub fn said(name: &str, times: usize) -> impl Display + '_ {
    struct Said<'a>(&'a str, usize);
    impl Display for Said<'_> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            (0..self.1).try_for_each(|_| f.write_str(self.0))
        }
    }
    Said(name, times)
}

/// Something that can be looked at as text.
pub fn as_text(name: &str) -> impl AsRef<str> + use<> {
    name.to_uppercase()
}

/// A drawing owns shapes.
#[derive(Default)]
pub struct Drawing {
    shapes: Vec<Box<dyn Shape>>,
}

impl Drawing {
    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }

    /// Of all of these.
    pub fn of(shapes: Vec<Box<dyn Shape>>) -> Self {
        Self { shapes }
    }

    /// One more.
    pub fn add(&mut self, shape: Box<dyn Shape>) -> &mut Self {
        self.shapes.push(shape);
        self
    }

    /// One of them, lent.
    pub fn get(&self, at: usize) -> Option<&dyn Shape> {
        self.shapes.get(at).map(|shape| &**shape)
    }

    /// One of them, to be changed.
    pub fn get_mut(&mut self, at: usize) -> Option<&mut (dyn Shape + 'static)> {
        self.shapes.get_mut(at).map(|shape| &mut **shape)
    }

    /// The first, in its box.
    pub fn first(&self) -> Option<&Box<dyn Shape>> {
        self.shapes.first()
    }

    /// All of them, lent one by one.
    pub fn iter(&self) -> impl Iterator<Item = &dyn Shape> {
        self.shapes.iter().map(|shape| &**shape)
    }

    /// Takes the last out.
    pub fn pop(&mut self) -> Option<Box<dyn Shape>> {
        self.shapes.pop()
    }

    /// How big all of them are.
    pub fn area(&self) -> f64 {
        self.shapes.iter().map(|shape| shape.area()).sum()
    }

    /// Shows each to a callable.
    pub fn visit(&self, mut visit: impl FnMut(&dyn Shape)) {
        self.shapes.iter().for_each(|shape| visit(&**shape));
    }
}

/// A source of numbers that any thread may ask.
pub trait Source: Send + Sync {
    /// The next.
    fn next(&self) -> u64;

    /// It, and another reference to it.
    fn twice(self: Arc<Self>) -> u64;
}

/// It counts.
#[derive(Debug, Default)]
pub struct Counter {
    count: std::sync::atomic::AtomicU64,
}

impl Counter {
    /// From nothing.
    pub fn new() -> Self {
        Self::default()
    }
}

impl Source for Counter {
    fn next(&self) -> u64 {
        self.count.fetch_add(1, std::sync::atomic::Ordering::Relaxed)
    }

    fn twice(self: Arc<Self>) -> u64 {
        self.next() + self.next()
    }
}

/// Many own it.
pub fn source() -> Arc<dyn Source> {
    Arc::new(Counter::default())
}

/// Asks on another thread.
pub fn ask_elsewhere(source: Arc<dyn Source>) -> u64 {
    std::thread::spawn(move || source.next()).join().unwrap_or(u64::MAX)
}

/// What stays on its thread.
pub trait Local {
    /// How often it was asked.
    fn asked(&self) -> u32;
}

struct Here(Cell<u32>);

impl Local for Here {
    fn asked(&self) -> u32 {
        self.0.set(self.0.get() + 1);
        self.0.get()
    }
}

/// It cannot be sent.
pub fn local() -> Rc<dyn Local> {
    Rc::new(Here(Cell::new(0)))
}

/// A trait with a type of its own.
pub trait Convert<T> {
    /// What becomes of it.
    fn convert(&self) -> T;
}

impl Convert<String> for Circle {
    fn convert(&self) -> String {
        format!("{}", self.radius)
    }
}

impl Convert<f64> for Circle {
    fn convert(&self) -> f64 {
        self.radius
    }
}

/// One that gives text.
pub fn converter() -> Box<dyn Convert<String>> {
    Box::new(Circle::new(7.0))
}

/// Uses one that gives a number.
pub fn converted(from: &dyn Convert<f64>) -> f64 {
    from.convert()
}

/// What is known of any shape.
pub fn describe(shape: &impl Shape) -> String {
    format!("{shape:?}, a {} of {}, doubled {}", shape.name(), shape.area(), shape.doubled())
}

/// Keeps a shape of whatever type.
pub fn kept<T: Shape + 'static>(shape: T) -> Box<dyn Shape> {
    Box::new(shape)
}

/// Why there is no greeting.
#[derive(Debug)]
pub struct Rude(String);

impl Display for Rude {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "rude to {}", self.0)
    }
}

impl std::error::Error for Rude {}

/// Who greets.
pub trait Greeter: Send + Sync {
    /// Greets somebody.
    ///
    /// # Errors
    ///
    /// Not this one.
    fn greet(&self, name: &str) -> Result<String, Rude>;

    /// Greets loudly.
    ///
    /// # Errors
    ///
    /// As [`Self::greet`].
    fn shout(&self, name: &str) -> Result<String, Rude> {
        self.greet(name).map(|text| text.to_uppercase())
    }

    /// Greets all, loudly.
    ///
    /// # Errors
    ///
    /// As [`Self::greet`].
    fn shout_at(&self, names: &[String]) -> Result<Vec<String>, Rude> {
        names.iter().map(|name| self.shout(name)).collect()
    }

    /// Something only Rust can say.
    fn motto(&self) -> &str {
        "be polite"
    }

    /// What it has been.
    fn shared(self: &Arc<Self>) -> usize
    where
        Self: Sized,
    {
        Arc::strong_count(self)
    }
}

/// Greeters that stay.
#[derive(Default, Clone)]
pub struct Hall {
    greeters: Vec<Arc<dyn Greeter>>,
}

impl Hall {
    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }

    /// One more.
    pub fn add(&mut self, greeter: impl Greeter + 'static) -> usize {
        self.greeters.push(Arc::new(greeter));
        self.greeters.len()
    }

    /// One more, which others may have.
    pub fn add_shared(&mut self, greeter: Arc<dyn Greeter>) {
        self.greeters.push(greeter);
    }

    /// Everybody greets.
    ///
    /// # Errors
    ///
    /// The first that does not.
    pub fn greet(&self, name: &str) -> Result<Vec<String>, Rude> {
        self.greeters.iter().map(|greeter| greeter.greet(name)).collect()
    }

    /// Everybody shouts, on another thread.
    ///
    /// # Errors
    ///
    /// The first that does not.
    pub fn shout_elsewhere(&self, names: Vec<String>) -> Result<Vec<Vec<String>>, Rude> {
        std::thread::scope(|scope| {
            let all = scope.spawn(|| self.greeters.iter().map(|one| one.shout_at(&names)).collect());
            all.join().unwrap_or_else(|_| Err(Rude("a panic".to_owned())))
        })
    }

    /// What they live by.
    pub fn mottos(&self) -> Vec<String> {
        self.greeters.iter().map(|one| one.motto().to_owned()).collect()
    }

    /// One of them.
    pub fn get(&self, at: usize) -> Option<Arc<dyn Greeter>> {
        self.greeters.get(at).cloned()
    }
}

/// A tree.
pub struct Node {
    /// Its name.
    name: String,
    children: Vec<Node>,
}

impl Node {
    /// With children of that names.
    pub fn new(name: &str, children: &[String]) -> Self {
        Self {
            name: name.to_owned(),
            children: children
                .iter()
                .map(|name| Self {
                    name: name.clone(),
                    children: Vec::new(),
                })
                .collect(),
        }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// Who walks over a tree. Nothing of Rust's does.
pub trait Visitor {
    /// A node begins; whether to look at its children.
    fn enter(&mut self, node: &Node) -> bool;

    /// A node ends.
    fn leave(&mut self, _node: &Node) {}

    /// How deep it may go.
    fn limit(&self) -> Option<u32> {
        None
    }
}

/// Walks over a tree.
pub fn walk(node: &Node, visitor: &mut dyn Visitor) -> u32 {
    if visitor.limit() == Some(0) || !visitor.enter(node) {
        return 0;
    }
    let count = node.children.iter().map(|child| walk(child, visitor)).sum::<u32>();
    visitor.leave(node);
    count + 1
}

/// The same with a type of one's own.
pub fn walk_with<V: Visitor>(node: &Node, visitor: &mut V) -> u32 {
    walk(node, visitor)
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::Circle {}
}

/// Nobody else may.
pub trait Closed: sealed::Sealed {
    /// Says so.
    fn closed(&self) -> bool {
        true
    }
}

impl Closed for Circle {}

/// Of what nobody else may be.
pub fn is_closed(it: &dyn Closed) -> bool {
    it.closed()
}

/// What text is written to.
pub trait Output {
    /// Writes some.
    fn put(&mut self, text: &str);
}

impl Output for String {
    fn put(&mut self, text: &str) {
        self.push_str(text);
    }
}

/// How far a page has come: a type with several lifetimes.
#[derive(Debug)]
pub struct State<'page, 'call> {
    page: &'page Page<'page>,
    word: &'call str,
    count: usize,
}

impl State<'_, '_> {
    /// The word that is being rendered.
    pub fn word(&self) -> &str {
        self.word
    }

    /// How many helpers the page has.
    pub fn helpers(&self) -> usize {
        self.page.helpers.len()
    }

    /// Counts one more.
    pub fn count(&mut self) -> usize {
        self.count += 1;
        self.count
    }
}

/// What renders a word: any such function.
pub trait Helper {
    /// Renders it.
    ///
    /// # Errors
    ///
    /// It may be rude.
    fn run(&self, word: &str, state: &mut State<'_, '_>, out: &mut dyn Output) -> Result<(), Rude>;
}

impl<F> Helper for F
where
    F: for<'page, 'call> Fn(&str, &mut State<'page, 'call>, &mut dyn Output) -> Result<(), Rude>,
{
    fn run(&self, word: &str, state: &mut State<'_, '_>, out: &mut dyn Output) -> Result<(), Rude> {
        self(word, state, out)
    }
}

/// One of Rust's own.
pub struct Reversed;

impl Helper for Reversed {
    fn run(&self, word: &str, _: &mut State<'_, '_>, out: &mut dyn Output) -> Result<(), Rude> {
        out.put(&word.chars().rev().collect::<String>());
        Ok(())
    }
}

/// Renders words by helpers that it keeps.
#[derive(Default)]
pub struct Page<'reg> {
    helpers: Vec<(String, Box<dyn Helper + Send + Sync + 'reg>)>,
}

impl Debug for Page<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.helpers.iter().map(|(name, _)| name)).finish()
    }
}

impl<'reg> Page<'reg> {
    /// Without any.
    pub fn new() -> Self {
        Self::default()
    }

    /// One more helper.
    pub fn register(&mut self, name: &str, helper: Box<dyn Helper + Send + Sync + 'reg>) {
        self.helpers.push((name.to_owned(), helper));
    }

    /// Every word by every helper.
    ///
    /// # Errors
    ///
    /// The first that is rude.
    pub fn render(&self, words: &[String]) -> Result<String, Rude> {
        let mut text = String::new();
        for word in words {
            let mut state = State { page: self, word, count: 0 };
            for (_, helper) in &self.helpers {
                helper.run(word, &mut state, &mut text)?;
            }
        }
        Ok(text)
    }
}

/// One word by a helper that is lent.
///
/// # Errors
///
/// It is rude.
pub fn rendered(word: &str, helper: &dyn Helper) -> Result<String, Rude> {
    let (page, mut text) = (Page::new(), String::new());
    helper.run(word, &mut State { page: &page, word, count: 0 }, &mut text)?;
    Ok(text)
}

/// Which numbers are meant. A method is generic, so there are no objects of it.
pub trait Numbers {
    /// Whether that one is.
    fn has(&self, number: u32) -> bool;

    /// All of them.
    fn all(&self) -> Listed<'_>;

    /// Those in a range.
    fn within<R: std::ops::RangeBounds<u32>>(&self, range: R) -> Vec<u32>;
}

/// Numbers, one by one.
pub struct Listed<'n> {
    rest: std::slice::Iter<'n, u32>,
}

impl Iterator for Listed<'_> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        self.rest.next().copied()
    }
}

struct Chosen(Vec<u32>);

impl Numbers for Chosen {
    fn has(&self, number: u32) -> bool {
        self.0.contains(&number)
    }

    fn all(&self) -> Listed<'_> {
        Listed { rest: self.0.iter() }
    }

    fn within<R: std::ops::RangeBounds<u32>>(&self, range: R) -> Vec<u32> {
        self.0.iter().copied().filter(|one| range.contains(one)).collect()
    }
}

/// When something is due.
pub struct Plan {
    hours: Chosen,
}

impl Plan {
    /// At those hours.
    pub fn new(hours: Vec<u32>) -> Self {
        Self { hours: Chosen(hours) }
    }

    /// The hours, of which nobody knows the type.
    pub fn hours(&self) -> &impl Numbers {
        &self.hours
    }

    /// The hours alone.
    pub fn into_hours(self) -> impl Numbers {
        self.hours
    }
}
