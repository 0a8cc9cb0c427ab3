//! What objects have to have: a library writes it out wherever it takes one, a manifest says it once.

use std::cell::RefCell;

use serde_json::Value;
use usecrate_manifest::{Object, ObjectMethod, TypeRef};

/// The traits that objects implement, in the order in which they were met.
#[derive(Default)]
pub(super) struct Implementors(RefCell<Vec<Object>>);

impl Implementors {
    /// The type that the library wrote.
    pub(super) fn ty(&self, written: &Value) -> Result<TypeRef, String> {
        TypeRef::from_value(&self.numbered(written)?)
    }

    /// The same with the number of each object in place of what it has to have.
    fn numbered(&self, written: &Value) -> Result<Value, String> {
        let Value::Array(parts) = written else {
            return Ok(written.clone());
        };
        match parts.as_slice() {
            [Value::String(head), Value::String(path), methods @ ..] if head == "object" => {
                Ok(Value::from(vec![
                    Value::from("object"),
                    self.number(path, methods)?.into(),
                ]))
            }
            // A method is no type, and the parameters of a callable are a list of them.
            parts => parts.iter().map(|part| self.numbered(part)).collect(),
        }
    }

    /// The number of the object of that trait: a bridge has one for each. Its methods may take and give such objects in turn,
    /// so it has its number before they are read.
    fn number(&self, path: &str, methods: &[Value]) -> Result<usize, String> {
        let known = self.0.borrow().iter().position(|one| one.trait_ == path);
        if let Some(known) = known {
            return Ok(known);
        }
        let number = self.0.borrow().len();
        self.0.borrow_mut().push(Object {
            trait_: path.to_owned(),
            methods: Vec::new(),
        });
        let read = |method: &Value| match method.as_array().map(Vec::as_slice) {
            Some([Value::String(name), ty]) => Ok(ObjectMethod {
                name: name.clone(),
                ty: self.ty(ty)?,
            }),
            _ => Err(format!("not a method: `{method}`")),
        };
        let read = methods.iter().map(read).collect::<Result<_, String>>()?;
        self.0.borrow_mut()[number].methods = read;
        Ok(number)
    }

    /// All of them, by their numbers.
    pub(super) fn into_objects(self) -> Vec<Object> {
        self.0.into_inner()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn parsed(form: &Value) -> TypeRef {
        TypeRef::from_value(form).unwrap()
    }

    #[test]
    fn each_trait_is_told_once() {
        let met = Implementors::default();
        let kept = |parts: Value| json!(["callable", [], parts, "kept"]);
        let leaf = json!(["object", "x::Leaf", ["own", kept(json!("u8"))]]);
        let branch = json!([
            "object",
            "x::Branch",
            ["same", kept(json!(["object", "x::Branch"]))],
            ["leaf", ["option", kept(leaf.clone())]],
        ]);
        let both = json!(["tuple", branch, ["list", leaf]]);
        assert_eq!(
            met.ty(&both),
            Ok(parsed(&json!(["tuple", ["object", 0], ["list", ["object", 1]]])))
        );
        assert_eq!(met.ty(&branch), Ok(parsed(&json!(["object", 0]))));
        let told = serde_json::to_value(met.into_objects()).unwrap();
        assert_eq!(
            told,
            json!([
                { "trait": "x::Branch", "methods": [
                    { "name": "same", "type": kept(json!(["object", 0])) },
                    { "name": "leaf", "type": ["option", kept(json!(["object", 1]))] },
                ] },
                { "trait": "x::Leaf", "methods": [{ "name": "own", "type": kept(json!("u8")) }] },
            ])
        );
    }

    #[test]
    fn what_is_no_method_is_refused() {
        let met = Implementors::default();
        let found = met.ty(&json!(["object", "x::T", ["f"]])).unwrap_err();
        assert!(found.contains("not a method: `[\"f\"]`"), "{found}");
    }
}
