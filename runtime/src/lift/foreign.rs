//! Values of foreign crates that have a Python twin, each behind a feature that the bridge turns on when the crate is
//! in its graph.

#[cfg(feature = "bytes")]
mod bytes {
    use crate::lift::{by_value, plain};

    plain! {
        [] bytes::Bytes, "bytes", |scope| scope.bytes().map(bytes::Bytes::copy_from_slice);
        [] bytes::BytesMut, "bytes", |scope| scope.bytes().map(bytes::BytesMut::from);
    }
    by_value!([] bytes::Bytes, [] bytes::BytesMut);
}

#[cfg(feature = "serde_json")]
mod json {
    use serde_json::{Map, Number, Value};

    use crate::describe::Describer;
    use crate::error::Fault;
    use crate::group::scope::{Scope, utf8};
    use crate::lift::{Lift, by_value};
    use crate::wire::{MAX_DEPTH, Token, deeper};

    fn text(bytes: &[u8]) -> Result<String, Fault> {
        utf8(bytes).map(str::to_owned)
    }

    fn object(scope: Scope<'_, '_>, count: usize, depth: u32) -> Result<Map<String, Value>, Fault> {
        let depth = deeper(depth)?;
        let mut object = Map::new();
        for _ in 0..count {
            let key = match scope.next()? {
                Token::Str(key) => text(key)?,
                other => return Err(Fault::expected(format!("a string as key, not {}", other.name()))),
            };
            object.insert(key, value(scope, depth)?);
        }
        Ok(object)
    }

    fn value(scope: Scope<'_, '_>, depth: u32) -> Result<Value, Fault> {
        Ok(match scope.next()? {
            Token::Nil => Value::Null,
            Token::Bool(value) => Value::Bool(value),
            Token::Int(value) => match (i64::try_from(value), u64::try_from(value)) {
                (Ok(value), _) => value.into(),
                (_, Ok(value)) => value.into(),
                _ => return Err(Fault::range("64 bits")),
            },
            Token::Float(value) => Number::from_f64(value)
                .map(Value::Number)
                .ok_or_else(|| Fault::value("JSON has no infinity and no NaN"))?,
            Token::Str(bytes) => Value::String(text(bytes)?),
            Token::Array(count) => {
                let depth = deeper(depth)?;
                (0..count)
                    .map(|_| value(scope, depth))
                    .collect::<Result<_, _>>()
                    .map(Value::Array)?
            }
            Token::Map(count) => Value::Object(object(scope, count, depth)?),
            other => return Err(Fault::expected(format!("plain data, not {}", other.name()))),
        })
    }

    impl<'s, 'h, B> Lift<'s, 'h, B> for Value {
        type Held = Self;
        const NIL: bool = true;
        const STD: bool = true;

        fn hold(scope: Scope<'s, 'h>) -> Result<Self, Fault> {
            value(scope, MAX_DEPTH)
        }

        fn take(held: Self) -> Self {
            held
        }

        fn describe(to: &mut Describer<'_>) {
            to.plain("any");
        }
    }

    impl<'s, 'h, B> Lift<'s, 'h, B> for Map<String, Value> {
        type Held = Self;
        const STD: bool = true;

        fn hold(scope: Scope<'s, 'h>) -> Result<Self, Fault> {
            match scope.next()? {
                Token::Map(count) => object(scope, count, MAX_DEPTH),
                other => Err(Fault::expected(format!("a dict, not {}", other.name()))),
            }
        }

        fn take(held: Self) -> Self {
            held
        }

        fn describe(to: &mut Describer<'_>) {
            to.head("dict", 2);
            to.plain("str");
            to.plain("any");
        }
    }

    by_value!([] Value, [] Map<String, Value>);
}
