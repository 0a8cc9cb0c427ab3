//! Subscripts: `f["usize", "String"]`, the instance of a generic function or type that its Rust arguments name.
//!
//! Keys are compared without spaces. A type may be named by its last name where that means one alone, or by a class: one
//! of a Rust crate, or Python's for a plain value.

use pyo3::exceptions::{PyKeyError, PyTypeError};
use pyo3::types::{
    PyAnyMethods, PyBool, PyBoolMethods, PyBytes, PyDict, PyDictMethods, PyFloat, PyInt, PyList,
    PyListMethods, PyModule, PyModuleMethods, PyString, PyStringMethods, PyTuple, PyTupleMethods, PyType,
    PyTypeMethods,
};
use pyo3::{Bound, Py, PyAny, PyErr, PyResult, Python, intern, pyfunction, wrap_pyfunction};

use crate::refusal::type_name;

/// How many keys a message lists.
const LISTED: usize = 12;

/// The instances of a function, each made when it is asked for.
pub(crate) struct Subscripts {
    /// What makes functions of an artifact.
    opened: Py<PyAny>,
    /// Keys and callables, as the manifest has them.
    instances: Py<PyList>,
    /// What was made, by the text of the key: of objects, those are equal that name different types (`1` and `True`).
    made: Py<PyDict>,
}

/// What an instance's function is called.
pub(crate) struct Called<'a> {
    pub(crate) name: &'a str,
    pub(crate) qualname: &'a str,
    pub(crate) module: &'a str,
}

impl Subscripts {
    /// Of a function whose instances the manifest lists so.
    pub(crate) fn new(opened: &Bound<'_, PyAny>, instances: &Bound<'_, PyList>) -> Self {
        Self {
            opened: opened.clone().unbind(),
            instances: instances.clone().unbind(),
            made: PyDict::new(opened.py()).unbind(),
        }
    }

    /// The function of that key.
    pub(crate) fn get<'py>(
        &self,
        key: &Bound<'py, PyAny>,
        called: &Called<'_>,
        whole: &str,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = key.py();
        let made = self.made.bind(py);
        let wanted = text(key)?;
        if let Some(found) = made.get_item(&wanted)? {
            return Ok(found);
        }
        let instances = self.instances.bind(py);
        let Some(at) = find(instances, &wanted)? else {
            let item = self.path(py)?;
            return Err(unknown(instances, &wanted, whole, item.as_deref()));
        };
        let instance = instances.get_item(at)?;
        let about = PyDict::new(py);
        about.set_item("name", called.name)?;
        about.set_item("qualname", called.qualname)?;
        about.set_item("module", called.module)?;
        let callables = instance.get_item(intern!(py, "callables"))?;
        let function = self
            .opened
            .bind(py)
            .call_method("function", (callables,), Some(&about))?;
        made.set_item(wanted, &function)?;
        Ok(function)
    }

    /// What the function is called in Rust, as an instance of it is asked for; nothing where a trait's name comes first.
    fn path(&self, py: Python<'_>) -> PyResult<Option<String>> {
        let instance = self.instances.bind(py).get_item(0)?;
        let number = instance.get_item(intern!(py, "callables"))?.get_item(0)?;
        let manifest = self.opened.bind(py).getattr(intern!(py, "manifest"))?;
        let callable = manifest.get_item("callables")?.get_item(number)?;
        Ok(requested(&callable.get_item("id")?.extract::<String>()?))
    }

    /// The keys, as they would be written: `["i64"], ["usize", "String"]`.
    pub(crate) fn keys(&self, py: Python<'_>) -> PyResult<Vec<String>> {
        keys(self.instances.bind(py))
    }
}

fn keys(instances: &Bound<'_, PyList>) -> PyResult<Vec<String>> {
    let mut all = Vec::new();
    for instance in instances.iter() {
        let parts: Vec<String> = instance.get_item("key")?.extract()?;
        let quoted: Vec<String> = parts.iter().map(|part| format!("\"{part}\"")).collect();
        all.push(format!("[{}]", quoted.join(", ")));
    }
    Ok(all)
}

/// Keys for a message.
pub(crate) fn listed(keys: &[String]) -> String {
    let shown: Vec<&str> = keys.iter().take(LISTED).map(String::as_str).collect();
    match keys.len().checked_sub(LISTED) {
        Some(more) if more > 0 => format!("{} and {more} more", shown.join(", ")),
        _ => shown.join(", "),
    }
}

/// The place of the instance that a key names, in a list of them; nothing where none is meant alone.
fn find(instances: &Bound<'_, PyList>, wanted: &str) -> PyResult<Option<usize>> {
    let mut known = Vec::new();
    for instance in instances.iter() {
        let parts: Vec<String> = instance.get_item("key")?.extract()?;
        known.push(without_spaces(&parts.join(",")));
    }
    if let Some(at) = known.iter().position(|one| *one == wanted) {
        return Ok(Some(at));
    }
    let short = last_names(wanted);
    let alike = known
        .iter()
        .enumerate()
        .filter(|(_, one)| last_names(one) == short);
    let alike: Vec<usize> = alike.map(|(at, _)| at).collect();
    // Of several, that which as much of the path as both say agrees about.
    let agreed = alike.iter().copied();
    let agreed: Vec<usize> = agreed.filter(|at| ends_alike(&known[*at], wanted)).collect();
    let alike = if agreed.is_empty() { alike } else { agreed };
    // Several spellings of one are one.
    let leads = |at: usize| -> PyResult<Option<u32>> {
        let instance = instances.get_item(at)?;
        let ty = instance.cast::<PyDict>()?.get_item("type")?;
        ty.map(|ty| ty.extract()).transpose()
    };
    match alike[..] {
        [at] => Ok(Some(at)),
        [first, ..] => {
            let to = leads(first)?;
            let mut same = to.is_some();
            for at in &alike {
                same &= leads(*at)? == to;
            }
            Ok(same.then_some(first))
        }
        [] => Ok(None),
    }
}

/// Says which instances there are, and how another is asked for: not all that fit are compiled.
#[cold]
fn unknown(instances: &Bound<'_, PyList>, wanted: &str, whole: &str, item: Option<&str>) -> PyErr {
    let keys = match keys(instances) {
        Ok(keys) => listed(&keys),
        Err(error) => return error,
    };
    let entry = format!("{}<{}>", item.unwrap_or("PATH"), wanted.replace(',', ", "));
    PyKeyError::new_err(format!(
        "`{whole}` has no instance for `{wanted}`: there are {keys}. Not all that fit are compiled, but those that are \
         likely; ask for this one by `usecrate build SPEC --instantiate \"{entry}\"`, \
         `import_(…, instantiate=[\"{entry}\"])`, or `[instantiate]` in `usecrate.toml`"
    ))
}

/// What follows the crate's name in the path of an item, without what stands between `<` and `>`.
fn requested(path: &str) -> Option<String> {
    let mut out = String::new();
    let mut depth = 0_usize;
    let mut before = ' ';
    for c in path.chars() {
        match c {
            '<' => depth += 1,
            '>' if before != '-' => depth = depth.checked_sub(1)?,
            _ if depth == 0 => out.push(c),
            _ => {}
        }
        before = c;
    }
    let (krate, item) = out.split_once("::")?;
    (!krate.is_empty()).then(|| item.to_owned())
}

/// A key as Rust would write it, without spaces.
fn text(key: &Bound<'_, PyAny>) -> PyResult<String> {
    let Ok(parts) = key.cast::<PyTuple>() else {
        return part(key);
    };
    let parts = parts.iter().map(|one| part(&one));
    Ok(parts.collect::<PyResult<Vec<_>>>()?.join(","))
}

fn part(key: &Bound<'_, PyAny>) -> PyResult<String> {
    let py = key.py();
    if let Ok(text) = key.cast::<PyString>() {
        return Ok(without_spaces(text.to_str()?));
    }
    if key.is_none() {
        return Ok("()".to_owned());
    }
    if let Ok(flag) = key.cast::<PyBool>() {
        return Ok(flag.is_true().to_string());
    }
    if key.is_instance_of::<PyInt>() {
        return Ok(key.str()?.to_str()?.to_owned());
    }
    if let Ok(class) = key.cast::<PyType>() {
        let plain = [
            (py.get_type::<PyBool>(), "bool"),
            (py.get_type::<PyInt>(), "i64"),
            (py.get_type::<PyFloat>(), "f64"),
            (py.get_type::<PyString>(), "String"),
            (py.get_type::<PyBytes>(), "Vec<u8>"),
            (py.get_type::<PyDict>(), "Dict"),
            (py.get_type::<PyList>(), "Vec<Dynamic>"),
            (py.None().bind(py).get_type(), "()"),
        ];
        if let Some((_, name)) = plain.iter().find(|(one, _)| one.is(class)) {
            return Ok((*name).to_owned());
        }
        if let Some(info) = class.getattr_opt(intern!(py, "__usecrate__"))? {
            let path: String = info.getattr("model")?.get_item("path")?.extract()?;
            return Ok(without_spaces(&path));
        }
        return Err(PyKeyError::new_err(format!(
            "the class `{}` stands for no Rust type: name that as text",
            class.name()?
        )));
    }
    Err(PyTypeError::new_err(format!(
        "a subscript names Rust types, as text (\"u32\") or by a class, not {}",
        type_name(key)
    )))
}

fn without_spaces(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// Each path in a text by its last name: `&graph::DiGraph<std::string::String>` is `&DiGraph<String>`.
fn last_names(text: &str) -> String {
    let mut out = String::new();
    let mut word = 0;
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if let Some(behind) = rest.strip_prefix("::") {
            out.truncate(word);
            rest = behind;
            continue;
        }
        out.push(c);
        if !c.is_alphanumeric() && c != '_' {
            word = out.len();
        }
        rest = &rest[c.len_utf8()..];
    }
    out
}

/// One path is the end of the other.
fn ends_alike(one: &str, other: &str) -> bool {
    let ends = |long: &str, short: &str| {
        let before = long.strip_suffix(short);
        before.is_some_and(|before| before.is_empty() || before.ends_with("::"))
    };
    ends(one, other) || ends(other, one)
}

/// The number of the type that a key names, in a class's list of instances; `whole` is the class, `path` its type in Rust.
#[pyfunction]
fn type_instance(
    instances: &Bound<'_, PyList>,
    key: &Bound<'_, PyAny>,
    whole: &str,
    path: &str,
) -> PyResult<u32> {
    let wanted = text(key)?;
    let Some(at) = find(instances, &wanted)? else {
        return Err(unknown(instances, &wanted, whole, requested(path).as_deref()));
    };
    instances.get_item(at)?.get_item("type")?.extract()
}

/// Adds the function to the extension module.
pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(type_instance, module)?)
}

#[cfg(test)]
mod tests {
    use super::{ends_alike, last_names, requested};

    #[test]
    fn an_item_is_asked_for_by_its_path_alone() {
        let path = |id| requested(id);
        assert_eq!(path("generics::parse<i64>").as_deref(), Some("parse"));
        let nested = "generics::Stack<Box<dyn Fn(u8) -> u8>>::convert<u16>";
        assert_eq!(path(nested).as_deref(), Some("Stack::convert"));
        assert_eq!(path("<generics::Row as generics::Read>::get<u8>"), None);
    }

    #[test]
    fn a_path_is_its_last_name() {
        assert_eq!(
            last_names("&graph::DiGraph<std::string::String,f64>,_"),
            "&DiGraph<String,f64>,_"
        );
        assert_eq!(last_names("(a::B,[c::d::E;3])"), "(B,[E;3])");
        assert_eq!(last_names("u32"), "u32");
    }

    #[test]
    fn paths_agree_where_one_is_the_end_of_the_other() {
        assert!(ends_alike("svg::Color", "x::render::svg::Color"));
        assert!(ends_alike("svg::Color", "Color"));
        assert!(!ends_alike("svg::Color", "pic::Color"));
        assert!(!ends_alike("svg::Color", "g::Color"));
    }
}
