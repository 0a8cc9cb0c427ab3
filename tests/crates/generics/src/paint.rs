//! Results that nothing passed decides, over types of one name in several modules, and over what meets another trait.

/// What a picture is painted with.
pub trait Paint: Copy {
    /// What becomes of it.
    type Image: 'static;

    /// Paints.
    fn image(self, size: usize) -> Self::Image;

    /// Where nobody says which.
    fn default_paint() -> Self;
}

/// A sign that a picture is made of.
pub trait Sign: Copy {
    /// It, several times.
    fn times(self, count: usize) -> String;

    /// The usual one.
    fn usual() -> Self;
}

impl Sign for char {
    fn times(self, count: usize) -> String {
        std::iter::repeat_n(self, count).collect()
    }

    fn usual() -> Self {
        '#'
    }
}

impl<S: Sign> Paint for S {
    type Image = String;

    fn image(self, size: usize) -> String {
        self.times(size)
    }

    fn default_paint() -> Self {
        S::usual()
    }
}

/// Colours by number.
pub mod dots {
    /// One.
    #[derive(Clone, Copy)]
    pub struct Color(u8);

    impl super::Paint for Color {
        type Image = Vec<u8>;

        fn image(self, size: usize) -> Vec<u8> {
            vec![self.0; size]
        }

        fn default_paint() -> Self {
            Self(7)
        }
    }
}

/// Colours by name.
pub mod lines {
    /// One.
    #[derive(Clone, Copy)]
    pub struct Color<'n>(&'n str);

    impl super::Paint for Color<'_> {
        type Image = String;

        fn image(self, size: usize) -> String {
            format!("{size} {} lines", self.0)
        }

        fn default_paint() -> Self {
            Self("black")
        }
    }
}

/// A picture.
pub struct Picture {
    size: usize,
}

impl Picture {
    /// Of that size.
    pub fn new(size: usize) -> Self {
        Self { size }
    }

    /// Begins to paint it.
    pub fn render<P: Paint>(&self) -> Renderer<'_, P> {
        Renderer {
            picture: self,
            paint: P::default_paint(),
        }
    }
}

/// Paints a picture.
pub struct Renderer<'p, P: Paint> {
    picture: &'p Picture,
    paint: P,
}

impl<P: Paint> Renderer<'_, P> {
    /// Does it.
    pub fn build(&self) -> P::Image {
        self.paint.image(self.picture.size)
    }
}
