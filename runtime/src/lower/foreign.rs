//! Values of foreign crates that have a Python twin, as in `lift`.

#[cfg(feature = "bytes")]
mod bytes {
    use crate::describe::Describer;
    use crate::group::store::Out;
    use crate::lower::{Lower, LowerRef};
    use crate::shim::Answer;
    use crate::wire::Writer;

    crate::lower::plain::plain! {
        [] bytes::Bytes, "bytes", |value, writer| writer.lent_bin(value);
        [] bytes::BytesMut, "bytes", |value, writer| writer.lent_bin(value);
    }
}

#[cfg(feature = "serde_json")]
mod json {
    use serde_json::{Map, Value};

    use crate::describe::Describer;
    use crate::error::{Fault, RequestFault};
    use crate::group::store::Out;
    use crate::lower::{Lower, LowerRef};
    use crate::shim::Answer;
    use crate::wire::{MAX_DEPTH, Writer};

    fn object(object: &Map<String, Value>, writer: &mut Writer, depth: u32) -> Answer {
        writer.map(object.len());
        object.iter().try_for_each(|(key, item)| {
            writer.str(key);
            value(item, writer, depth)
        })
    }

    fn value(item: &Value, writer: &mut Writer, depth: u32) -> Answer {
        let Some(depth) = depth.checked_sub(1) else {
            let message = "the result is nested deeper than an answer may be; Rust has run";
            return Err(Fault::request(RequestFault::Limit, message));
        };
        match item {
            Value::Null => writer.nil(),
            Value::Bool(flag) => writer.bool(*flag),
            Value::Number(number) => match (number.as_u64(), number.as_i64(), number.as_f64()) {
                (Some(number), _, _) => writer.uint(number),
                (_, Some(number), _) => writer.int(number),
                (_, _, Some(number)) => writer.f64(number),
                _ => writer.str(&number.to_string()),
            },
            Value::String(text) => writer.str(text),
            Value::Array(items) => {
                writer.array(items.len());
                return items.iter().try_for_each(|item| value(item, writer, depth));
            }
            Value::Object(map) => return object(map, writer, depth),
        }
        Ok(())
    }

    macro_rules! json {
        ($ty:ty, $nil:literal, $write:path, |$to:ident| $describe:expr) => {
            impl<'h, B> Lower<'h, B> for $ty {
                const NIL: bool = $nil;

                fn lower(self, out: &mut Out<'_, 'h>) -> Answer {
                    $write(&self, out.writer, MAX_DEPTH)
                }

                fn describe($to: &mut Describer<'_>) {
                    $describe;
                }
            }

            impl<'r, 'h, B> LowerRef<'r, 'h, B> for $ty {
                const NIL_REF: bool = $nil;

                fn lower_ref(&'r self, out: &mut Out<'_, 'h>) -> Answer {
                    $write(self, out.writer, MAX_DEPTH)
                }

                fn describe_ref($to: &mut Describer<'_>) {
                    $describe;
                }
            }
        };
    }

    json!(Value, true, value, |to| to.plain("any"));
    json!(Map<String, Value>, false, object, |to| {
        to.head("dict", 2);
        to.plain("str");
        to.plain("any");
    });
}
