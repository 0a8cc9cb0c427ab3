//! A callable, prepared once: it knows its index, how its parameters are written and how its result is read.

use std::sync::OnceLock;

use pyo3::exceptions::PyTypeError;
use pyo3::types::{PyAnyMethods, PyString, PyStringMethods};
use pyo3::{Borrowed, Bound, Py, PyAny, PyErr, PyResult, Python};

use crate::core::{Core, Scratch};
use crate::decode::{Decoder, Form};
use crate::directly::{Directly, WORD, WORD_AND_LEAVES};
use crate::encode::Encoder;
use crate::ffi::arguments::Arguments;
use crate::ffi::direct::{Given, Words};
use crate::ffi::handle::{HandleRef, State};
use crate::ffi::lent::Lent;
use crate::ffi::memory::Kept;
use crate::ffi::symbol::Response;
use crate::inside::{ANSWERED_AND_LEAVES, LATER, Lock};
use crate::kin::{self, Mended, Wants};
use crate::plain_data;
use crate::refusal::Refusal;
use crate::shape::{Mode, Shape};
use crate::status::{self, Answer};
use crate::thrown::{Raised, Refused, Thrown};
use crate::wire::{self, Reader};

/// A parameter.
pub(crate) struct Param {
    /// Its name in Python.
    pub(crate) name: String,
    pub(crate) shape: Shape,
    /// Left out, it is sent as nil.
    pub(crate) optional: bool,
    /// Left out, it is this.
    pub(crate) default: Option<Default>,
    /// It is passed by keyword alone.
    pub(crate) keyword: bool,
}

impl Param {
    /// A call may leave it out.
    fn may_miss(&self) -> bool {
        self.optional || self.default.is_some()
    }
}

/// What an argument is that is left out.
pub(crate) struct Default {
    pub(crate) value: Py<PyAny>,
    /// As Python writes it.
    text: String,
}

impl Default {
    pub(crate) fn new(value: &Bound<'_, PyAny>) -> PyResult<Self> {
        Ok(Self {
            text: value.repr()?.to_string(),
            value: value.clone().unbind(),
        })
    }
}

/// What is known of a callable before its first call.
pub(crate) struct Spec {
    pub(crate) core: &'static Core,
    /// `Class.name`, or `name`.
    pub(crate) qualname: String,
    pub(crate) module: String,
    /// Module and qualified name, for messages.
    pub(crate) full_name: String,
    pub(crate) params: Vec<Param>,
    pub(crate) result: Shape,
    /// How many positional parameters must be passed: all up to the last that is not optional.
    required: usize,
    /// How many parameters are passed by position.
    positional: usize,
    fluent: bool,
    /// It lends what is behind its first parameter exclusively.
    lends: bool,
    keeps_lock: bool,
    wrap: Option<Py<PyAny>>,
    /// Its result is what it returns: nothing is wrapped, and the receiver is not asked.
    pub(crate) plain: bool,
    /// The request up to the first argument.
    head: Head,
    /// Its number in the library.
    pub(crate) index: u32,
    /// How it is called directly, if it can be, once that was asked.
    directly: OnceLock<Option<Directly>>,
}

/// How a request begins: of fixed size, so that it is copied without a loop.
struct Head {
    bytes: [u8; Self::ROOM],
    length: usize,
}

impl Head {
    /// The longest: two lengths in five bytes each, and the operation between them.
    const ROOM: usize = 16;

    fn new(params: usize, operation: u8, index: u32) -> Self {
        let mut head = Vec::with_capacity(Self::ROOM);
        wire::put_array(&mut head, params + 2);
        head.push(operation);
        wire::put_unsigned(&mut head, u64::from(index));
        let length = head.len();
        head.resize(Self::ROOM, 0);
        let mut bytes = [0; Self::ROOM];
        bytes.copy_from_slice(&head);
        Self { bytes, length }
    }

    #[inline(always)]
    fn begin(&self, request: &mut Vec<u8>) {
        request.clear();
        request.extend_from_slice(&self.bytes);
        request.truncate(self.length);
    }
}

/// Ways of a call that a manifest decides.
pub(crate) struct Manner {
    pub(crate) fluent: bool,
    pub(crate) keeps_lock: bool,
    pub(crate) wrap: Option<Py<PyAny>>,
}

/// Why arguments do not fit a callable.
pub(crate) enum Misfit {
    /// Too many, too few, or wrongly named.
    Binding(String),
    /// The one with this index is not usable.
    Argument(usize, Refusal),
}

type Values<'a, 'py> = Vec<Option<Borrowed<'a, 'py, PyAny>>>;

impl Spec {
    /// Prepares callable `index` of a library.
    pub(crate) fn new(
        core: &'static Core,
        index: u32,
        qualname: String,
        module: String,
        params: Vec<Param>,
        result: Shape,
        manner: Manner,
    ) -> &'static Self {
        let operation = if manner.keeps_lock {
            wire::PROMPT_CALL
        } else {
            wire::CALL
        };
        let head = Head::new(params.len(), operation, index);
        let mut required = 0;
        let mut positional = 0;
        for param in params.iter().filter(|param| !param.keyword) {
            positional += 1;
            if !param.may_miss() {
                required = positional;
            }
        }
        let full_name = if module.is_empty() {
            qualname.clone()
        } else {
            format!("{module}.{qualname}")
        };
        let Manner {
            fluent,
            keeps_lock,
            wrap,
        } = manner;
        for param in &params {
            param.shape.set_place(&param.name, format_args!("{full_name}()"));
        }
        let lends = !fluent
            && matches!(params.first(), Some(param) if param.shape.is_handle(&[Mode::Exclusive]))
            && result.is_handle(&[Mode::Shared, Mode::Exclusive]);
        // Functions and descriptors point to it, and the interpreter may keep those for ever.
        Box::leak(Box::new(Self {
            core,
            qualname,
            module,
            full_name,
            params,
            result,
            required,
            positional,
            fluent,
            lends,
            keeps_lock,
            plain: !fluent && !lends && wrap.is_none(),
            wrap,
            head,
            index,
            directly: OnceLock::new(),
        }))
    }

    /// Parameters as Python lists them, those that are passed by keyword alone at the end; and whether each may be left
    /// out.
    pub(crate) fn listed(&self) -> impl Iterator<Item = (&Param, bool)> {
        let by_position = self.params.iter().filter(|param| !param.keyword);
        let by_keyword = self.params.iter().filter(|param| param.keyword);
        by_position
            .enumerate()
            .map(|(at, param)| (param, at >= self.required))
            .chain(by_keyword.map(|param| (param, param.may_miss())))
    }

    /// The signature line: `(a, b=None, *, c)`, with `$self` in place of the first parameter of a method.
    pub(crate) fn signature(&self, method: bool) -> String {
        let mut parts: Vec<String> = Vec::with_capacity(self.params.len() + 1);
        for (at, (param, optional)) in self.listed().enumerate() {
            if at == self.positional {
                parts.push("*".into());
            }
            parts.push(match at {
                0 if method => "$self".into(),
                _ if optional => {
                    let default = param.default.as_ref().map_or("None", |default| &default.text);
                    format!("{}={default}", param.name)
                }
                _ => param.name.clone(),
            });
        }
        format!("({})", parts.join(", "))
    }

    /// Calls it. An exception is boxed, so that a result stays in registers.
    pub(crate) fn call<'py>(
        &'static self,
        py: Python<'py>,
        arguments: &Arguments<'_, 'py>,
    ) -> Raised<Bound<'py, PyAny>> {
        let done = match self.try_directly(py, arguments) {
            Some(done) => done,
            None => self.call_by_message(py, arguments),
        };
        done.or_else(|thrown| self.again(py, arguments, thrown))
    }

    /// Calls it again if the reason why an argument was refused can be mended.
    #[cold]
    #[inline(never)]
    pub(crate) fn again<'py>(
        &'static self,
        py: Python<'py>,
        arguments: &Arguments<'_, 'py>,
        mut thrown: Thrown,
    ) -> Raised<Bound<'py, PyAny>> {
        for _ in 0..kin::TRIES {
            let mended = self.mend(arguments, &thrown)?;
            if mended == Mended::No {
                break;
            }
            let done = self.call_by_message(py, arguments);
            if let Mended::Copied(at) = mended {
                kin::put_back(arguments.get(at), done.is_ok())?;
            }
            match done {
                Err(next) => thrown = next,
                done => return done,
            }
        }
        Err(thrown)
    }

    /// What was done about the argument that was refused, so that another call may end otherwise.
    fn mend(&self, arguments: &Arguments<'_, '_>, thrown: &Thrown) -> PyResult<Mended> {
        let Some(Refused {
            argument: at,
            borrowed,
        }) = thrown.0.as_ref().and_then(|leaving| leaving.refused)
        else {
            return Ok(Mended::No);
        };
        let exclusive = self
            .params
            .get(at)
            .is_some_and(|param| param.shape.is_handle(&[Mode::Exclusive]));
        let wants = Wants {
            borrowed,
            exclusive,
            gives_nothing: matches!(self.result, Shape::Unit),
            shows: self.qualname.ends_with(".__repr__"),
        };
        kin::mend(arguments, at, wants)
    }

    /// Calls it without a message. `None`: nothing was done, and a message must do it.
    #[inline(always)]
    pub(crate) fn try_directly<'py>(
        &'static self,
        py: Python<'py>,
        arguments: &Arguments<'_, 'py>,
    ) -> Option<Raised<Bound<'py, PyAny>>> {
        let directly = self.directly(py).filter(|_| !self.core.is_stuck())?;
        self.call_directly(py, directly, arguments)
    }

    /// Calls it with a message, which takes all that there is.
    #[inline(always)]
    pub(crate) fn call_by_message<'py>(
        &'static self,
        py: Python<'py>,
        arguments: &Arguments<'_, 'py>,
    ) -> Raised<Bound<'py, PyAny>> {
        let mut scratch = self.core.take_scratch(py);
        let done = match self.write(py, arguments, &mut scratch) {
            Ok(()) => self.send(py, arguments, &mut scratch),
            Err(misfit) => Err(self.misfit(misfit)),
        };
        self.core.give_scratch(py, scratch);
        done
    }

    #[inline(always)]
    fn directly(&'static self, py: Python<'_>) -> Option<&'static Directly> {
        match self.directly.get() {
            Some(directly) => directly.as_ref(),
            None => self.ask_directly(py),
        }
    }

    #[cold]
    fn ask_directly(&'static self, py: Python<'_>) -> Option<&'static Directly> {
        let directly = Directly::ask(py, self);
        self.directly.get_or_init(|| directly).as_ref()
    }

    #[inline(always)]
    fn call_directly<'py>(
        &'static self,
        py: Python<'py>,
        directly: &'static Directly,
        arguments: &Arguments<'_, 'py>,
    ) -> Option<Raised<Bound<'py, PyAny>>> {
        let mut words = Words::new(py);
        let Some(given) = directly.entry.fill(&mut words, arguments, self.keeps_lock) else {
            return words.take_raised().map(|error| Err(Thrown::from(error)));
        };
        if let Some(word) = directly.always {
            let mut response = Response::new(self.core.symbol);
            return match given.call(self.core, &mut response) {
                (WORD, value) => {
                    // It is as it was: empty.
                    std::mem::forget(response);
                    Some(Ok(word.read(py, value)))
                }
                end => self.ended(py, directly, *arguments, end, &mut Lent::default(), &response),
            };
        }
        self.call_for_answer(py, directly, given, arguments)
    }

    /// Calls it without a message where the result may be one.
    #[inline(never)]
    fn call_for_answer<'py>(
        &'static self,
        py: Python<'py>,
        directly: &'static Directly,
        given: Given<'_, 'py>,
        arguments: &Arguments<'_, 'py>,
    ) -> Option<Raised<Bound<'py, PyAny>>> {
        let mut scratch = self.core.take_scratch(py);
        let (lent, response) = (&mut scratch.lent, &mut scratch.response);
        let done = match (given.call(self.core, response), directly.word) {
            ((WORD, value), Some(word)) => Some(Ok(word.read(py, value))),
            ((0, _), _) => Some(self.answered(py, arguments, lent, 0, response)),
            (end, _) => self.ended(py, directly, *arguments, end, lent, response),
        };
        self.core.give_scratch(py, scratch);
        done
    }

    /// The result of a direct call that did not end as most do.
    #[cold]
    fn ended<'py>(
        &'static self,
        py: Python<'py>,
        directly: &'static Directly,
        arguments: Arguments<'_, 'py>,
        (code, value): (i32, u64),
        lent: &mut Lent,
        response: &Response,
    ) -> Option<Raised<Bound<'py, PyAny>>> {
        if matches!(code, ANSWERED_AND_LEAVES | WORD_AND_LEAVES) {
            self.core.let_go(py);
        }
        match (code, directly.word) {
            (LATER, _) => None,
            (WORD | WORD_AND_LEAVES, Some(word)) => Some(Ok(word.read(py, value))),
            (ANSWERED_AND_LEAVES, _) => Some(self.answered(py, &arguments, lent, 0, response)),
            (code, _) => Some(self.answered(py, &arguments, lent, code, response)),
        }
    }

    /// Reads the answer to a direct call.
    #[inline(always)]
    fn answered<'py>(
        &'static self,
        py: Python<'py>,
        arguments: &Arguments<'_, 'py>,
        lent: &mut Lent,
        code: i32,
        response: &Response,
    ) -> Raised<Bound<'py, PyAny>> {
        self.result(arguments, self.open(py, lent, code, response)?)
    }

    /// Writes the request. What it lends stays in `scratch`.
    #[inline(always)]
    pub(crate) fn write<'py>(
        &'static self,
        py: Python<'py>,
        arguments: &Arguments<'_, 'py>,
        scratch: &mut Scratch,
    ) -> Result<(), Misfit> {
        self.head.begin(&mut scratch.bytes);
        let mut out = Encoder::new(py, scratch);
        let count = self.params.len();
        if arguments.positional() != count || self.positional != count || arguments.has_keywords() {
            return self.write_bound(arguments, &mut out);
        }
        for (at, param) in self.params.iter().enumerate() {
            let value = arguments.get(at);
            if param.optional && value.is_none() {
                out.nil();
            } else if let Err(refusal) = param.shape.encode_argument(&value, &mut out) {
                return Err(Misfit::Argument(at, refusal));
            }
        }
        Ok(())
    }

    /// Writes the arguments of a call that names some or leaves some out.
    #[inline(never)]
    fn write_bound<'py>(
        &'static self,
        arguments: &Arguments<'_, 'py>,
        out: &mut Encoder<'_, 'py>,
    ) -> Result<(), Misfit> {
        let values = self.bind(arguments).map_err(Misfit::Binding)?;
        let py = out.py;
        for (at, (param, value)) in self.params.iter().zip(values).enumerate() {
            let default = || {
                param
                    .default
                    .as_ref()
                    .map(|default| default.value.bind_borrowed(py))
            };
            match value.or_else(default) {
                Some(value) if !(param.optional && value.is_none()) => {
                    param
                        .shape
                        .encode(&value, out)
                        .map_err(|refusal| Misfit::Argument(at, refusal))?;
                }
                _ => out.nil(),
            }
        }
        Ok(())
    }

    /// Sends the request in `scratch` and reads the answer.
    #[inline(always)]
    pub(crate) fn send<'py>(
        &'static self,
        py: Python<'py>,
        arguments: &Arguments<'_, 'py>,
        scratch: &mut Scratch,
    ) -> Raised<Bound<'py, PyAny>> {
        let from = self.exchange(py, scratch)?;
        self.result(arguments, from)
    }

    /// Reads the result.
    #[inline(always)]
    fn result<'py>(
        &'static self,
        arguments: &Arguments<'_, 'py>,
        mut from: Decoder<'_, 'py>,
    ) -> Raised<Bound<'py, PyAny>> {
        if self.plain
            && let Some(value) = self.result.decode_last(&mut from)
        {
            return Ok(value);
        }
        self.read(arguments, &mut from).map_err(Thrown::from)
    }

    /// Reads a result that is more than a small value.
    #[inline(never)]
    fn read<'py>(
        &'static self,
        arguments: &Arguments<'_, 'py>,
        from: &mut Decoder<'_, 'py>,
    ) -> PyResult<Bound<'py, PyAny>> {
        if self.fluent
            && let Some(receiver) = self.receiver(arguments)
            && let Some(same) = self.fluent_result(receiver, from)?
        {
            return Ok(same);
        }
        let value = self.result.decode(from)?;
        from.finish()?;
        if self.lends
            && let Some(owner) = self.receiver(arguments).and_then(HandleRef::of)
            && HandleRef::of(value.as_borrowed()).is_some()
        {
            kin::lent(owner, &value)?;
        }
        match &self.wrap {
            None => Ok(value),
            Some(wrap) => wrap.bind(from.py).call1((value,)),
        }
    }

    /// Sends the request in `scratch` and reads the answer in another form than usual.
    pub(crate) fn send_as<'py>(
        &'static self,
        form: Form,
        arguments: &Arguments<'_, 'py>,
        scratch: &mut Scratch,
        py: Python<'py>,
    ) -> Raised<Bound<'py, PyAny>> {
        if self.fluent || self.lends || self.wrap.is_some() {
            let value = self.send(py, arguments, scratch)?;
            return if form.plain {
                plain_data::of(value).map_err(Thrown::from)
            } else {
                Ok(value)
            };
        }
        let mut from = self.exchange(py, scratch)?;
        if !form.buffers || !from.has_beside() {
            return Ok(self.read_as(form, from)?);
        }
        // What is beside the answer outlives the call: the next one gets another response.
        let left = from.left();
        let kept = Kept::new(std::mem::replace(
            &mut scratch.response,
            Response::new(self.core.symbol),
        ));
        from = Decoder::again(py, self.core, &kept, left);
        Ok(self.read_as(form, from)?)
    }

    fn read_as<'py>(&'static self, form: Form, mut from: Decoder<'_, 'py>) -> PyResult<Bound<'py, PyAny>> {
        from.give(form);
        let value = self.result.decode(&mut from)?;
        from.finish()?;
        Ok(value)
    }

    /// Sends the request in `scratch`; gives what reads the result.
    #[inline(always)]
    fn exchange<'a, 'py>(
        &'static self,
        py: Python<'py>,
        scratch: &'a mut Scratch,
    ) -> Raised<Decoder<'a, 'py>> {
        let (lent, response) = (&scratch.lent, &mut scratch.response);
        let mut lock = Lock::Released;
        if self.keeps_lock {
            lock = lent.kept_lock();
            if lock == Lock::Released {
                wire::may_wait(&mut scratch.bytes);
            }
        }
        let code = self
            .core
            .enter(py, &mut scratch.bytes, lent.buffers(), response, lock)?;
        self.open(py, &mut scratch.lent, code, &scratch.response)
    }

    /// What reads the result, if there is one.
    #[inline(always)]
    fn open<'a, 'py>(
        &'static self,
        py: Python<'py>,
        lent: &mut Lent,
        code: i32,
        response: &'a Response,
    ) -> Raised<Decoder<'a, 'py>> {
        // As nearly every answer begins.
        let payload = match (code, response.bytes()) {
            (0, [0x92, 0, payload @ ..]) => Reader::new(payload),
            _ => self.unusual(py, lent, code, response)?,
        };
        lent.ran(py, Some(self));
        Ok(Decoder::new(py, self.core, payload).with(response))
    }

    /// The payload of an answer that does not begin as most do, if it is a success.
    #[cold]
    fn unusual<'a>(
        &'static self,
        py: Python<'_>,
        lent: &mut Lent,
        code: i32,
        response: &'a Response,
    ) -> Raised<Reader<'a>> {
        match status::answer(py, self.core, code, response) {
            Ok(answer) if answer.status == 0 => Ok(answer.payload),
            Ok(answer) => Err(self.failed(py, lent, &answer)),
            Err(error) => Err(error.into()),
        }
    }

    #[cold]
    fn failed(&'static self, py: Python<'_>, lent: &mut Lent, answer: &Answer<'_>) -> Thrown {
        // An argument that Rust refused was not moved; a call that failed or panicked has taken it.
        if matches!(answer.status, 0..=2 | 6) {
            lent.ran(py, Some(self));
        }
        if answer.status == 1 && !lent.is_used() {
            return status::throw(py, self.core, &self.result, answer);
        }
        let refused = status::refused_handle(answer).map(|argument| Refused {
            argument,
            borrowed: true,
        });
        Thrown::refused(status::call_error(py, self, answer), refused)
    }

    /// Calls it with a receiver and perhaps a number, and reads the result with `read`: how iterators are asked.
    pub(crate) fn ask<'py, R>(
        &'static self,
        receiver: Borrowed<'_, 'py, PyAny>,
        number: Option<u64>,
        read: impl FnOnce(&mut Decoder<'_, 'py>) -> PyResult<R>,
    ) -> PyResult<R> {
        let py = receiver.py();
        let mut scratch = self.core.take_scratch(py);
        self.head.begin(&mut scratch.bytes);
        let written = match self.params.first() {
            Some(param) => param.shape.encode(&receiver, &mut Encoder::new(py, &mut scratch)),
            None => Ok(()),
        };
        if let Some(number) = number {
            wire::put_unsigned(&mut scratch.bytes, number);
        }
        let done = match written {
            Ok(()) => match self.exchange(py, &mut scratch) {
                Ok(mut from) => read(&mut from).and_then(|read| from.finish().map(|()| read)),
                Err(error) => Err(error.into_error(py)),
            },
            Err(refusal) => Err(self.misfit_error(Misfit::Argument(0, refusal))),
        };
        self.core.give_scratch(py, scratch);
        done
    }

    fn receiver<'a, 'py>(&self, arguments: &Arguments<'a, 'py>) -> Option<Borrowed<'a, 'py, PyAny>> {
        if arguments.positional() > 0 {
            return Some(arguments.get(0));
        }
        let first = self.params.first()?;
        arguments
            .keywords()
            .find(|(name, _)| name.eq(&first.name).unwrap_or(false))
            .map(|(_, value)| value)
    }

    /// The receiver itself, where the answer says that the result is it.
    fn fluent_result<'py>(
        &'static self,
        receiver: Borrowed<'_, 'py, PyAny>,
        from: &mut Decoder<'_, 'py>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        if from.at_nil() {
            return Ok(Some(receiver.to_owned()));
        }
        let shape = match &self.result {
            Shape::Result(value, _) => value,
            shape => shape,
        };
        if let (Shape::Handle(slot, _), Some(handle)) = (shape, HandleRef::of(receiver))
            && matches!(handle.state(), State::Moved(by) if std::ptr::eq(by, self))
            && handle.slot().is_some_and(|own| std::ptr::eq(own, *slot))
        {
            let id = from.handle_id()?;
            handle.fill(slot, id);
            return Ok(Some(receiver.to_owned()));
        }
        Ok(None)
    }

    /// Puts arguments in the order of the parameters, with Python's own words where they do not fit.
    #[cold]
    fn bind<'a, 'py>(&self, arguments: &Arguments<'a, 'py>) -> Result<Values<'a, 'py>, String> {
        let name = &self.qualname;
        let given = arguments.positional();
        let mut place = 0;
        let mut values: Values<'a, 'py> = Vec::with_capacity(self.params.len());
        for param in &self.params {
            let passed = !param.keyword && place < given;
            values.push(passed.then(|| arguments.get(place)));
            place += usize::from(!param.keyword);
        }
        for (key, value) in arguments.keywords() {
            let key = key
                .cast::<PyString>()
                .map_or_else(|_| String::new(), |key| key.to_string_lossy().into_owned());
            let Some(at) = self.params.iter().position(|param| param.name == key) else {
                return Err(format!("{name}() got an unexpected keyword argument '{key}'"));
            };
            if values[at].replace(value).is_some() {
                return Err(format!("{name}() got multiple values for argument '{key}'"));
            }
        }
        if given > self.positional {
            return Err(self.too_many(given));
        }
        let missing = |keyword: bool| -> Vec<&str> {
            let mut place = 0;
            let mut names = Vec::new();
            for (param, value) in self.params.iter().zip(&values) {
                let needed = if keyword {
                    !param.may_miss()
                } else {
                    place < self.required
                };
                if param.keyword == keyword && needed && value.is_none() {
                    names.push(param.name.as_str());
                }
                place += usize::from(!param.keyword);
            }
            names
        };
        for (keyword, kind) in [(false, "positional"), (true, "keyword-only")] {
            let names = missing(keyword);
            if !names.is_empty() {
                return Err(format!("{name}() missing {}", counted(&names, kind)));
            }
        }
        Ok(values)
    }

    #[cold]
    fn too_many(&self, given: usize) -> String {
        let count = self.positional;
        let takes = if self.required == count {
            count.to_string()
        } else {
            format!("from {} to {count}", self.required)
        };
        let plural = if count == 1 && self.required == count {
            ""
        } else {
            "s"
        };
        let were = if given == 1 { "was" } else { "were" };
        format!(
            "{}() takes {takes} positional argument{plural} but {given} {were} given",
            self.qualname
        )
    }

    /// The same on its way out of the call.
    #[cold]
    pub(crate) fn misfit(&self, misfit: Misfit) -> Thrown {
        let refused = match &misfit {
            Misfit::Argument(at, _) => Some(Refused {
                argument: *at,
                borrowed: false,
            }),
            Misfit::Binding(_) => None,
        };
        Thrown::refused(self.misfit_error(misfit), refused)
    }

    /// The exception for arguments that do not fit.
    #[cold]
    pub(crate) fn misfit_error(&self, misfit: Misfit) -> PyErr {
        match misfit {
            Misfit::Binding(message) => PyTypeError::new_err(message),
            Misfit::Argument(at, refusal) => refusal.into_error(&self.full_name, &self.params[at].name),
        }
    }
}

/// `2 required positional arguments: 'a' and 'b'`, as Python says it.
fn counted(names: &[&str], kind: &str) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("'{name}'")).collect();
    match quoted.as_slice() {
        [one] => format!("1 required {kind} argument: {one}"),
        [one, two] => format!("2 required {kind} arguments: {one} and {two}"),
        [some @ .., last] => format!(
            "{} required {kind} arguments: {}, and {last}",
            quoted.len(),
            some.join(", ")
        ),
        [] => String::new(),
    }
}
