//! The workload through PyO3, as one would write it by hand. Functions keep the interpreter lock; those whose names end
//! in `released` give it up around the Rust code.

use pyo3::buffer::PyBuffer;
use pyo3::create_exception;
use pyo3::exceptions::{PyRuntimeError, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

create_exception!(bench_pyo3, Failure, PyRuntimeError);

fn failure(error: workload::Failure) -> PyErr {
    Failure::new_err(error.to_string())
}

/// The contents of a contiguous, read-only buffer.
fn contents<'b, T: pyo3::buffer::Element>(buffer: &'b PyBuffer<T>) -> PyResult<&'b [T]> {
    if !buffer.readonly() || !buffer.is_c_contiguous() {
        return Err(PyTypeError::new_err("expected a read-only contiguous buffer"));
    }
    // SAFETY: it is contiguous and of that type, the export keeps it there, and nobody writes to what is read-only.
    Ok(unsafe { std::slice::from_raw_parts(buffer.buf_ptr().cast(), buffer.item_count()) })
}

/// A record as a dict, both ways.
#[derive(FromPyObject, IntoPyObject)]
struct Row {
    #[pyo3(item)]
    id: u64,
    #[pyo3(item)]
    name: String,
    #[pyo3(item)]
    score: f64,
    #[pyo3(item)]
    active: bool,
}

impl From<Row> for workload::Record {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            name: row.name,
            score: row.score,
            active: row.active,
        }
    }
}

impl From<workload::Record> for Row {
    fn from(record: workload::Record) -> Self {
        Self {
            id: record.id,
            name: record.name,
            score: record.score,
            active: record.active,
        }
    }
}

/// A record as an instance of a class, both ways.
#[pyclass(get_all, set_all)]
struct Record {
    id: u64,
    name: String,
    score: f64,
    active: bool,
}

#[pymethods]
impl Record {
    #[new]
    fn new(id: u64, name: String, score: f64, active: bool) -> Self {
        Self {
            id,
            name,
            score,
            active,
        }
    }
}

impl From<&Record> for workload::Record {
    fn from(record: &Record) -> Self {
        Self {
            id: record.id,
            name: record.name.clone(),
            score: record.score,
            active: record.active,
        }
    }
}

impl From<workload::Record> for Record {
    fn from(record: workload::Record) -> Self {
        Self {
            id: record.id,
            name: record.name,
            score: record.score,
            active: record.active,
        }
    }
}

#[pyclass]
struct Counter(workload::Counter);

#[pymethods]
impl Counter {
    #[new]
    fn new(value: i64) -> Self {
        Self(workload::Counter::new(value))
    }

    fn inc(&mut self) -> i64 {
        self.0.inc()
    }

    fn inc_released(&mut self, py: Python<'_>) -> i64 {
        py.detach(|| self.0.inc())
    }
}

#[pyclass]
struct Numbers(Box<dyn Iterator<Item = i64> + Send + Sync>);

#[pyclass]
struct NumbersReleased(Box<dyn Iterator<Item = i64> + Send + Sync>);

#[pymethods]
impl NumbersReleased {
    fn __iter__(this: PyRef<'_, Self>) -> PyRef<'_, Self> {
        this
    }

    fn __next__(&mut self, py: Python<'_>) -> Option<i64> {
        py.detach(|| self.0.next())
    }
}

#[pymethods]
impl Numbers {
    fn __iter__(this: PyRef<'_, Self>) -> PyRef<'_, Self> {
        this
    }

    fn __next__(&mut self) -> Option<i64> {
        self.0.next()
    }
}

/// Two functions of each: one that keeps the lock, and one that releases it around `$work`.
macro_rules! both {
    ($($name:ident, $released:ident($($arg:ident: $ty:ty),*) -> $out:ty
        = [$py:ident $(, $given:ident = $prepared:expr)*] $work:expr => |$result:ident| $back:expr;)*) => {
        $(
            #[pyfunction]
            fn $name($py: Python<'_>, $($arg: $ty),*) -> PyResult<$out> {
                let _ = $py;
                $(let $given = $prepared;)*
                let $result = $work;
                $back
            }

            #[pyfunction]
            fn $released($py: Python<'_>, $($arg: $ty),*) -> PyResult<$out> {
                $(let $given = $prepared;)*
                let $result = $py.detach(|| $work);
                $back
            }
        )*

        #[pymodule]
        fn bench_pyo3(m: &Bound<'_, PyModule>) -> PyResult<()> {
            $(
                m.add_function(wrap_pyfunction!($name, m)?)?;
                m.add_function(wrap_pyfunction!($released, m)?)?;
            )*
            m.add_function(wrap_pyfunction!(numbers, m)?)?;
            m.add_function(wrap_pyfunction!(numbers_released, m)?)?;
            m.add_function(wrap_pyfunction!(each, m)?)?;
            m.add_function(wrap_pyfunction!(each_released, m)?)?;
            m.add_class::<Record>()?;
            m.add_class::<Counter>()?;
            m.add("Failure", m.py().get_type::<Failure>())
        }
    };
}

both! {
    noop, noop_released() -> () = [py] workload::noop() => |done| Ok(done);
    add, add_released(left: i64, right: i64) -> i64 = [py] workload::add(left, right) => |sum| Ok(sum);
    greet, greet_released(name: &str) -> String = [py] workload::greet(name) => |text| Ok(text);
    sum, sum_released(numbers: Vec<i64>) -> i64
        = [py] workload::sum(&numbers) => |total| Ok(total);
    sum_view, sum_view_released(numbers: PyBuffer<i64>) -> i64
        = [py, view = contents(&numbers)?] workload::sum(view) => |total| Ok(total);
    echo, echo_released(data: &[u8]) -> Py<PyBytes>
        = [py] workload::echo(data) => |copy| Ok(PyBytes::new(py, &copy).unbind());
    length, length_released(data: &[u8]) -> usize = [py] workload::length(data) => |length| Ok(length);
    length_view, length_view_released(data: PyBuffer<u8>) -> usize
        = [py, view = contents(&data)?] workload::length(view) => |length| Ok(length);
    touch_dicts, touch_dicts_released(rows: Vec<Row>) -> Vec<Row>
        = [py, records = rows.into_iter().map(Into::into).collect()] workload::touch(records)
        => |records| Ok(records.into_iter().map(Into::into).collect());
    touch, touch_released(rows: Vec<PyRef<'_, Record>>) -> Vec<Record>
        = [py, records = rows.iter().map(|row| (&**row).into()).collect()] workload::touch(records)
        => |records| Ok(records.into_iter().map(Into::into).collect());
    fail, fail_released(code: u32) -> u32 = [py] workload::fail(code) => |done| done.map_err(failure);
}

#[pyfunction]
fn numbers(end: i64) -> Numbers {
    Numbers(Box::new(workload::numbers(end)))
}

#[pyfunction]
fn numbers_released(end: i64) -> NumbersReleased {
    NumbersReleased(Box::new(workload::numbers(end)))
}

/// What the callable raises ends the call.
#[pyfunction]
fn each(end: i64, call: &Bound<'_, PyAny>) -> PyResult<i64> {
    let mut raised = None;
    let total = workload::each(end, |number| {
        if raised.is_some() {
            return 0;
        }
        call.call1((number,))
            .and_then(|made| made.extract())
            .unwrap_or_else(|error| {
                raised = Some(error);
                0
            })
    });
    raised.map_or(Ok(total), Err)
}

/// The same, with the lock released while Rust runs: the callable may be called by any thread then.
#[pyfunction]
fn each_released(py: Python<'_>, end: i64, call: Py<PyAny>) -> PyResult<i64> {
    let mut raised = None;
    let total = py.detach(|| {
        workload::each(end, |number| {
            if raised.is_some() {
                return 0;
            }
            Python::attach(|py| call.call1(py, (number,)).and_then(|made| made.extract(py))).unwrap_or_else(
                |error| {
                    raised = Some(error);
                    0
                },
            )
        })
    });
    raised.map_or(Ok(total), Err)
}
