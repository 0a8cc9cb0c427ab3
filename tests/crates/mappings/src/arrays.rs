//! Arrays of any dimensions.

use ndarray::{Array1, Array2, Array3, ArrayD, ArrayView1, ArrayView2, Axis};

crate::echoes! {
    array_1 array_1_ref: Array1<f64>;
    array_2 array_2_ref: Array2<f64>;
    array_3 array_3_ref: Array3<i32>;
    array_d array_d_ref: ArrayD<u8>;
    words words_ref: Array2<String>;
}

/// The sums of the rows.
pub fn row_sums(rows: ArrayView2<'_, f64>) -> Array1<f64> {
    rows.sum_axis(Axis(1))
}

/// The scalar product.
pub fn dot(a: ArrayView1<'_, f64>, b: ArrayView1<'_, f64>) -> f64 {
    a.dot(&b)
}

/// The other way round, which is not how the items lie in memory.
pub fn transposed(rows: Array2<i64>) -> Array2<i64> {
    rows.reversed_axes()
}

/// Many zeros.
pub fn zeros(rows: usize, columns: usize) -> Array2<f32> {
    Array2::zeros((rows, columns))
}

/// A matrix.
#[derive(Debug, Clone)]
pub struct Matrix(Array2<f64>);

impl Matrix {
    /// From its rows.
    pub fn new(rows: Array2<f64>) -> Self {
        Self(rows)
    }

    /// Its rows.
    pub fn rows(&self) -> &Array2<f64> {
        &self.0
    }

    /// A view of it.
    pub fn view(&self) -> ArrayView2<'_, f64> {
        self.0.view()
    }

    /// A row of it.
    pub fn row(&self, at: usize) -> ArrayView1<'_, f64> {
        self.0.row(at)
    }
}
