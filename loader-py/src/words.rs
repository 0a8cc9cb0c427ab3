//! What a function's documentation says: types and signatures as Python spells them.
//!
//! It knows the manifest's shape, nothing of what is loaded. It is here rather than in Python because every function has
//! documentation, and the first one is made before any other module of Python is needed.

use pyo3::exceptions::PyKeyError;
use pyo3::types::{PyAnyMethods, PyDict, PyDictMethods, PyList, PyListMethods, PyModule, PyModuleMethods};
use pyo3::{Bound, PyAny, PyResult, pyfunction, wrap_pyfunction};

use crate::twins::Twin;

type Any<'py> = Bound<'py, PyAny>;
type Dict<'py> = Bound<'py, PyDict>;

/// The type as Python spells it: `list[int]`, `Version | None`.
#[pyfunction]
#[pyo3(name = "type_text")]
fn spell(manifest: &Any<'_>, ty: &Any<'_>) -> PyResult<String> {
    let Ok(parts) = ty.cast::<PyList>() else {
        return Ok(plain(ty.extract()?).to_owned());
    };
    let part = |at: usize| parts.get_item(at);
    let spelled = |at: usize| spell(manifest, &part(at)?);
    let head = part(0)?;
    let head = head.extract::<&str>()?;
    Ok(match head {
        "handle" | "record" | "enum" => {
            let types = manifest.get_item("types")?;
            types.get_item(part(1)?)?.get_item("name")?.extract()?
        }
        "class" => class(part(1)?.extract()?).to_owned(),
        "option" if is_nested(&part(1)?)? => format!("tuple[{}] | None", spelled(1)?),
        "option" => format!("{} | None", spelled(1)?),
        "result" | "out" => spelled(1)?,
        "array" if is(&part(1)?, &["u8"]) => "bytes".to_owned(),
        "array" => format!("list[{}]", spelled(1)?),
        "range" => "range".to_owned(),
        "bounds" => "slice".to_owned(),
        "file" if is(&part(1)?, &["t"]) => "text file".to_owned(),
        "file" => "binary file".to_owned(),
        "buffer" => format!("writable buffer of {}", part(1)?.extract::<&str>()?),
        "object" => {
            let path = manifest
                .get_item("objects")?
                .get_item(part(1)?)?
                .get_item("trait")?;
            let path = path.extract::<&str>()?;
            path.rsplit("::").next().unwrap_or(path).to_owned()
        }
        "callable" => {
            let given = spell_all(manifest, part(1)?.cast()?, 0)?.join(", ");
            format!("Callable[[{given}], {}]", spelled(2)?)
        }
        _ => {
            let mut inner = spell_all(manifest, parts, 1)?;
            match head {
                "union" => {
                    let mut seen = Vec::new();
                    for one in inner {
                        if !seen.contains(&one) {
                            seen.push(one);
                        }
                    }
                    return Ok(seen.join(" | "));
                }
                "tuple" if inner.is_empty() => inner.push("()".to_owned()),
                _ => {}
            }
            let name = match head {
                "iterable" | "items" => "Iterable",
                "iterator" => "Iterator",
                other => other,
            };
            format!("{name}[{}]", inner.join(", "))
        }
    })
}

/// The types in a list, from that position on.
fn spell_all(manifest: &Any<'_>, list: &Bound<'_, PyList>, from: usize) -> PyResult<Vec<String>> {
    list.iter()
        .skip(from)
        .map(|part| spell(manifest, &part))
        .collect()
}

fn plain(word: &str) -> &str {
    match word {
        "unit" => "None",
        "bool" | "str" | "bytes" => word,
        "f32" | "f64" => "float",
        "char" => "str",
        "path" => "pathlib.Path",
        "duration" => "datetime.timedelta",
        "system_time" => "datetime.datetime",
        "ip" => "ipaddress.IPv4Address | ipaddress.IPv6Address",
        "socket_addr" => "tuple[str, int]",
        "any" | "dynamic" => "Any",
        "io_error" => "usecrate.IoError",
        "never" => "NoReturn",
        _ => "int",
    }
}

fn class(name: &str) -> &'static str {
    Twin::named(name).map_or("Any", Twin::spelled)
}

fn is(value: &Any<'_>, words: &[&str]) -> bool {
    value.extract::<&str>().is_ok_and(|found| words.contains(&found))
}

/// Whether a type is a list with that word in front.
fn begins(ty: &Any<'_>, word: &str) -> bool {
    ty.cast::<PyList>()
        .is_ok_and(|list| list.get_item(0).is_ok_and(|head| is(&head, &[word])))
}

/// Whether an option of that type holds its value in a tuple, to tell it from none.
fn is_nested(inner: &Any<'_>) -> PyResult<bool> {
    let held = if begins(inner, "result") {
        inner.get_item(1)?
    } else {
        inner.clone()
    };
    Ok(is(&held, &["unit", "any"]) || begins(&held, "option"))
}

fn required<'py>(map: &Dict<'py>, key: &str) -> PyResult<Any<'py>> {
    map.get_item(key)?
        .ok_or_else(|| PyKeyError::new_err(key.to_owned()))
}

fn holds(map: &Dict<'_>, key: &str) -> PyResult<bool> {
    map.get_item(key)?.map_or(Ok(false), |found| found.is_truthy())
}

/// The signature as Python spells it: `parse(text: str) -> Version`.
#[pyfunction]
#[pyo3(signature = (manifest, callable, *, name=None, skip_self=false))]
fn signature(
    manifest: &Any<'_>,
    callable: &Dict<'_>,
    name: Option<&str>,
    skip_self: bool,
) -> PyResult<String> {
    let mut words = Vec::new();
    // Passed by keyword alone: the initial values, which may be left out, of what Rust leaves in them.
    let mut named = Vec::new();
    for (at, param) in required(callable, "params")?.cast::<PyList>()?.iter().enumerate() {
        let param = param.cast::<PyDict>()?;
        let own = required(param, "name")?;
        let own = own.extract::<&str>()?;
        if own == "self" {
            if at > 0 || !skip_self {
                words.push("self".to_owned());
            }
            continue;
        }
        let ty = required(param, "type")?;
        let default = match param.get_item("default")? {
            Some(value) => format!(" = {}", value.repr()?),
            None if holds(param, "optional")? => " = None".to_owned(),
            None => String::new(),
        };
        let text = format!("{own}: {}{default}", spell(manifest, &ty)?);
        let list = if begins(&ty, "out") && ty.get_item(2)?.is_truthy()? {
            &mut named
        } else {
            &mut words
        };
        list.push(text);
    }
    if !named.is_empty() {
        words.push("*".to_owned());
        words.append(&mut named);
    }
    let own = required(callable, "name")?;
    let result = spell(manifest, &required(callable, "result")?)?;
    let name = name.map_or_else(|| own.extract(), Ok)?;
    Ok(format!("{name}({}) -> {result}", words.join(", ")))
}

/// Which handles a call takes by value, and what becomes of them: "clones `self`, moves `other`".
#[pyfunction]
fn taken(callable: &Dict<'_>) -> PyResult<String> {
    let mut parts = Vec::new();
    for param in required(callable, "params")?.cast::<PyList>()? {
        let param = param.cast::<PyDict>()?;
        let ty = required(param, "type")?;
        if !begins(&ty, "handle") {
            continue;
        }
        let mode = ty.get_item(2)?;
        let verb = match mode.extract()? {
            "clone" => "clones",
            "move" => "moves",
            _ => continue,
        };
        parts.push(format!(
            "{verb} `{}`",
            required(param, "name")?.extract::<&str>()?
        ));
    }
    Ok(parts.join(", "))
}

/// The documentation of a callable: its own, what it does to its arguments, its types. `None` where there is nothing.
#[pyfunction]
pub(crate) fn doc_text(manifest: &Any<'_>, callable: &Dict<'_>) -> PyResult<Option<String>> {
    let text = |key: &str| -> PyResult<String> {
        callable
            .get_item(key)?
            .map_or(Ok(String::new()), |found| found.extract())
    };
    let mut parts = vec![text("docs")?.trim().to_owned()];
    let deprecated = text("deprecated")?;
    if !deprecated.is_empty() {
        parts.push(format!("Deprecated: {deprecated}"));
    }
    let by_value = taken(callable)?;
    if !by_value.is_empty() {
        parts.push(format!("The call {by_value}."));
    }
    if holds(callable, "keeps_lock")? {
        parts.push("It keeps the interpreter lock.".to_owned());
    }
    let rust = text("signature")?;
    if !rust.is_empty() {
        parts.push(format!("Python: {}", signature(manifest, callable, None, false)?));
        parts.push(format!("Rust: {rust}"));
    }
    parts.retain(|part| !part.is_empty());
    Ok((!parts.is_empty()).then(|| parts.join("\n\n")))
}

/// Adds the functions to the extension module.
pub(crate) fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(spell, module)?)?;
    module.add_function(wrap_pyfunction!(signature, module)?)?;
    module.add_function(wrap_pyfunction!(taken, module)?)?;
    module.add_function(wrap_pyfunction!(doc_text, module)?)
}
