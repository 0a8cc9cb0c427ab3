//! plasmite through PyO3, as one writes it by hand: pools, their messages, and following them. Data goes as JSON text.

use std::time::Duration;

use plasmite::api::{self, PoolApiExt as _};
use pyo3::create_exception;
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;

create_exception!(hand, Error, PyRuntimeError);

fn refused(error: api::Error) -> PyErr {
    Error::new_err(error.to_string())
}

/// A message.
#[pyclass(get_all, frozen)]
struct Message {
    seq: u64,
    time: String,
    tags: Vec<String>,
    data: String,
}

impl From<api::Message> for Message {
    fn from(message: api::Message) -> Self {
        Self {
            seq: message.seq,
            time: message.time,
            tags: message.meta.tags,
            data: message.data.to_string(),
        }
    }
}

/// A pool.
#[pyclass]
struct Pool(api::Pool);

#[pymethods]
impl Pool {
    fn append(&mut self, py: Python<'_>, data: &str, tags: Vec<String>, fast: bool) -> PyResult<Message> {
        let durability = if fast {
            api::Durability::Fast
        } else {
            api::Durability::Flush
        };
        let data = data
            .parse()
            .map_err(|error| Error::new_err(format!("the data is no JSON: {error}")))?;
        py.detach(|| self.0.append_json_now(&data, &tags, durability))
            .map(Message::from)
            .map_err(refused)
    }

    fn get(&self, py: Python<'_>, seq: u64) -> PyResult<Message> {
        py.detach(|| self.0.get_message(seq))
            .map(Message::from)
            .map_err(refused)
    }

    #[pyo3(signature = (since_seq=None, tags=Vec::new(), limit=None, timeout=1.0))]
    fn tail(
        &self,
        py: Python<'_>,
        since_seq: Option<u64>,
        tags: Vec<String>,
        limit: Option<usize>,
        timeout: f64,
    ) -> PyResult<Vec<Message>> {
        let mut options = api::TailOptions::new();
        options.since_seq = since_seq;
        options.tags = tags;
        options.max_messages = limit;
        options.timeout = Some(Duration::from_secs_f64(timeout));
        py.detach(|| {
            let mut tail = self.0.tail(options);
            let mut found = Vec::new();
            while let Some(message) = tail.next_message().map_err(refused)? {
                found.push(message.into());
            }
            Ok(found)
        })
    }
}

/// What opens pools of a folder.
#[pyclass(frozen)]
struct LocalClient(api::LocalClient);

#[pymethods]
impl LocalClient {
    #[new]
    fn new(folder: std::path::PathBuf) -> Self {
        Self(api::LocalClient::new().with_pool_dir(folder))
    }

    fn create_pool(&self, py: Python<'_>, name: &str, size: u64) -> PyResult<()> {
        py.detach(|| {
            self.0
                .create_pool(&api::PoolRef::name(name), api::PoolOptions::new(size))
        })
        .map(drop)
        .map_err(refused)
    }

    fn open_pool(&self, py: Python<'_>, name: &str) -> PyResult<Pool> {
        py.detach(|| self.0.open_pool(&api::PoolRef::name(name)))
            .map(Pool)
            .map_err(refused)
    }

    fn list_pools(&self, py: Python<'_>) -> PyResult<Vec<std::path::PathBuf>> {
        py.detach(|| self.0.list_pools())
            .map(|pools| pools.into_iter().map(|pool| pool.path).collect())
            .map_err(refused)
    }

    fn delete_pool(&self, py: Python<'_>, name: &str) -> PyResult<()> {
        py.detach(|| self.0.delete_pool(&api::PoolRef::name(name)))
            .map_err(refused)
    }
}

#[pymodule]
mod hand {
    #[pymodule_export]
    use super::{Error, LocalClient, Message, Pool};
}
