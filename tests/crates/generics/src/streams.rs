//! Streams whose items are lent, and what is generic over those and over what they look for.

/// What gives one item after another, each lent until the next.
pub trait Stream<'a> {
    /// What is lent.
    type Item: 'a;

    /// The next.
    fn next(&'a mut self) -> Option<Self::Item>;
}

/// What a stream is made of.
pub trait IntoStream<'a> {
    /// What is lent.
    type Item: 'a;
    /// The stream.
    type Into: Stream<'a, Item = Self::Item>;

    /// Makes it.
    fn into_stream(self) -> Self::Into;
}

impl<'a, S: Stream<'a>> IntoStream<'a> for S {
    type Item = S::Item;
    type Into = S;

    fn into_stream(self) -> S {
        self
    }
}

/// What words are looked for.
pub trait Rule {
    /// It is one of them.
    fn takes(&self, word: &str) -> bool;

    /// All others.
    fn not(self) -> Not<Self>
    where
        Self: Sized,
    {
        Not(self)
    }
}

/// Whatever.
#[derive(Clone)]
pub struct All;

impl Rule for All {
    fn takes(&self, _: &str) -> bool {
        true
    }
}

/// Words that begin so.
#[derive(Clone)]
pub struct Begins<'r>(&'r str);

impl<'r> Begins<'r> {
    /// With that.
    pub fn new(with: &'r str) -> Self {
        Self(with)
    }
}

impl Rule for Begins<'_> {
    fn takes(&self, word: &str) -> bool {
        word.starts_with(self.0)
    }
}

/// What another rule does not take.
#[derive(Clone)]
pub struct Not<R>(R);

impl<R: Rule> Rule for Not<R> {
    fn takes(&self, word: &str) -> bool {
        !self.0.takes(word)
    }
}

/// Words, held in some way.
pub struct Words<D> {
    data: D,
}

impl Words<Vec<String>> {
    /// Of a list.
    pub fn of(words: Vec<String>) -> Self {
        Self { data: words }
    }
}

impl<D: AsRef<[String]>> Words<D> {
    /// Those that a rule takes.
    pub fn search<R: Rule>(&self, rule: R) -> Search<'_, R> {
        Search {
            left: self.data.as_ref(),
            rule,
        }
    }

    /// How long each is.
    pub fn lengths(&self) -> Lengths<'_> {
        Lengths(self.data.as_ref())
    }
}

impl<'a, 'w, D: AsRef<[String]>> IntoStream<'a> for &'w Words<D> {
    type Item = &'a str;
    type Into = Search<'w, All>;

    fn into_stream(self) -> Search<'w, All> {
        self.search(All)
    }
}

/// A search.
pub struct Search<'w, R = All> {
    left: &'w [String],
    rule: R,
}

impl<'a, R: Rule> Stream<'a> for Search<'_, R> {
    type Item = &'a str;

    fn next(&'a mut self) -> Option<&'a str> {
        loop {
            let (first, rest) = self.left.split_first()?;
            self.left = rest;
            if self.rule.takes(first) {
                return Some(first);
            }
        }
    }
}

/// A stream of something else.
pub struct Lengths<'w>(&'w [String]);

impl<'a> Stream<'a> for Lengths<'_> {
    type Item = usize;

    fn next(&'a mut self) -> Option<usize> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(first.len())
    }
}

type Boxed<'w> = Box<dyn for<'a> Stream<'a, Item = &'a str> + 'w>;

/// One stream after another.
#[derive(Default)]
pub struct Chain<'w> {
    all: Vec<Boxed<'w>>,
}

impl<'w> Chain<'w> {
    /// Of none.
    pub fn new() -> Self {
        Self::default()
    }

    /// One more.
    pub fn add<I, S>(mut self, stream: I) -> Self
    where
        I: for<'a> IntoStream<'a, Into = S, Item = &'a str>,
        S: 'w + for<'a> Stream<'a, Item = &'a str>,
    {
        self.all.push(Box::new(stream.into_stream()));
        self
    }

    /// All that they give.
    pub fn words(mut self) -> Vec<String> {
        let mut out = Vec::new();
        for stream in &mut self.all {
            while let Some(word) = stream.next() {
                out.push(word.to_owned());
            }
        }
        out
    }
}
