//! Options, tuples, lists, sets, maps, ranges, owning pointers.

use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet, LinkedList, VecDeque};
use std::ops::{Bound, Range, RangeFrom, RangeFull, RangeInclusive, RangeTo, RangeToInclusive};
use std::rc::Rc;
use std::sync::Arc;

use super::{Lower, LowerMut, LowerRef};
use crate::describe::Describer;
use crate::group::store::Out;
use crate::shim::Answer;

impl<'h, B, T: Lower<'h, B>> Lower<'h, B> for Option<T> {
    const NIL: bool = true;
    const WHOLE: bool = T::WHOLE;
    const DATA: bool = T::DATA;

    fn lower(self, out: &mut Out<'_, 'h>) -> Answer {
        match self {
            None => {
                out.writer.nil();
                Ok(())
            }
            Some(value) => {
                if T::NIL {
                    out.writer.array(1);
                }
                value.lower(out)
            }
        }
    }

    fn describe(to: &mut Describer<'_>) {
        to.head("option", 1);
        T::describe(to);
    }
}

impl<'r, 'h, B, T: LowerRef<'r, 'h, B>> LowerRef<'r, 'h, B> for Option<T> {
    const NIL_REF: bool = true;
    const WHOLE_REF: bool = T::WHOLE_REF;
    const DATA_REF: bool = T::DATA_REF;

    fn lower_ref(&'r self, out: &mut Out<'_, 'h>) -> Answer {
        match self {
            None => {
                out.writer.nil();
                Ok(())
            }
            Some(value) => {
                if T::NIL_REF {
                    out.writer.array(1);
                }
                value.lower_ref(out)
            }
        }
    }

    fn describe_ref(to: &mut Describer<'_>) {
        to.head("option", 1);
        T::describe_ref(to);
    }
}

macro_rules! tuples {
    ($($count:literal: $($name:ident $at:tt),+;)+) => {$(
        impl<'h, B, $($name: Lower<'h, B>),+> Lower<'h, B> for ($($name,)+) {
            const WHOLE: bool = false $(|| $name::WHOLE)+;
            const DATA: bool = true $(&& $name::DATA)+;

            fn lower(self, out: &mut Out<'_, 'h>) -> Answer {
                out.writer.array($count);
                $(self.$at.lower(out)?;)+
                Ok(())
            }

            fn describe(to: &mut Describer<'_>) {
                to.head("tuple", $count);
                $($name::describe(to);)+
            }
        }

        impl<'r, 'h, B, $($name: LowerRef<'r, 'h, B>),+> LowerRef<'r, 'h, B> for ($($name,)+) {
            const WHOLE_REF: bool = false $(|| $name::WHOLE_REF)+;
            const DATA_REF: bool = true $(&& $name::DATA_REF)+;

            fn lower_ref(&'r self, out: &mut Out<'_, 'h>) -> Answer {
                out.writer.array($count);
                $(self.$at.lower_ref(out)?;)+
                Ok(())
            }

            fn describe_ref(to: &mut Describer<'_>) {
                to.head("tuple", $count);
                $($name::describe_ref(to);)+
            }
        }
    )+};
}

tuples! {
    1: T0 0;
    2: T0 0, T1 1;
    3: T0 0, T1 1, T2 2;
    4: T0 0, T1 1, T2 2, T3 3;
    5: T0 0, T1 1, T2 2, T3 3, T4 4;
    6: T0 0, T1 1, T2 2, T3 3, T4 4, T5 5;
    7: T0 0, T1 1, T2 2, T3 3, T4 4, T5 5, T6 6;
    8: T0 0, T1 1, T2 2, T3 3, T4 4, T5 5, T6 6, T7 7;
}

impl<'h, B, T: Lower<'h, B>> Lower<'h, B> for Vec<T> {
    const WHOLE: bool = T::WHOLE;
    const DATA: bool = T::DATA;

    fn lower(self, out: &mut Out<'_, 'h>) -> Answer {
        T::lower_list(self, out)
    }

    fn describe(to: &mut Describer<'_>) {
        T::describe_list(to);
    }
}

impl<'h, B, T: Lower<'h, B>> Lower<'h, B> for Box<[T]> {
    const WHOLE: bool = T::WHOLE;
    const DATA: bool = T::DATA;

    fn lower(self, out: &mut Out<'_, 'h>) -> Answer {
        T::lower_list(self.into_vec(), out)
    }

    fn describe(to: &mut Describer<'_>) {
        T::describe_list(to);
    }
}

impl<'h, B, T: Lower<'h, B>, const N: usize> Lower<'h, B> for [T; N] {
    const WHOLE: bool = T::WHOLE;
    const DATA: bool = T::DATA;

    fn lower(self, out: &mut Out<'_, 'h>) -> Answer {
        T::lower_list(Vec::from(self), out)
    }

    fn describe(to: &mut Describer<'_>) {
        to.head("array", 2);
        T::describe(to);
        to.number(N as u64);
    }
}

impl<'r, 'h, B, T: LowerRef<'r, 'h, B>, const N: usize> LowerRef<'r, 'h, B> for [T; N] {
    const WHOLE_REF: bool = T::WHOLE_REF;
    const DATA_REF: bool = T::DATA_REF;

    fn lower_ref(&'r self, out: &mut Out<'_, 'h>) -> Answer {
        T::lower_slice(self, out)
    }

    fn describe_ref(to: &mut Describer<'_>) {
        to.head("array", 2);
        T::describe_ref(to);
        to.number(N as u64);
    }
}

macro_rules! slices {
    ($($ty:ty)+) => {$(
        impl<'r, 'h, B, T: LowerRef<'r, 'h, B>> LowerRef<'r, 'h, B> for $ty {
            const WHOLE_REF: bool = T::WHOLE_REF;
            const DATA_REF: bool = T::DATA_REF;

            fn lower_ref(&'r self, out: &mut Out<'_, 'h>) -> Answer {
                T::lower_slice(self, out)
            }

            fn describe_ref(to: &mut Describer<'_>) {
                T::describe_slice(to);
            }
        }
    )+};
}

slices!([T] Vec<T> Box<[T]> Arc<[T]> Rc<[T]>);

/// Collections that are walked. `described` says how their type is written.
macro_rules! walked {
    ($($word:literal [$($generics:tt)*] $ty:ty;)+) => {$(
        impl<'h, B, T: Lower<'h, B>, $($generics)*> Lower<'h, B> for $ty {
            const WHOLE: bool = T::WHOLE;
            const DATA: bool = T::DATA;

            fn lower(self, out: &mut Out<'_, 'h>) -> Answer {
                out.writer.array(self.len());
                self.into_iter().try_for_each(|item| item.lower(out))
            }

            fn describe(to: &mut Describer<'_>) {
                to.head($word, 1);
                T::describe(to);
            }
        }

        impl<'r, 'h, B, T: LowerRef<'r, 'h, B>, $($generics)*> LowerRef<'r, 'h, B> for $ty {
            const WHOLE_REF: bool = T::WHOLE_REF;
            const DATA_REF: bool = T::DATA_REF;

            fn lower_ref(&'r self, out: &mut Out<'_, 'h>) -> Answer {
                out.writer.array(self.len());
                self.iter().try_for_each(|item| item.lower_ref(out))
            }

            fn describe_ref(to: &mut Describer<'_>) {
                to.head($word, 1);
                T::describe_ref(to);
            }
        }
    )+};
}

walked! {
    "list" [] LinkedList<T>;
    "list" [] BinaryHeap<T>;
    "set" [] BTreeSet<T>;
    "set" [S] HashSet<T, S>;
}

/// A deque of bytes is bytes, so it goes through the same hooks as a vector.
impl<'h, B, T: Lower<'h, B>> Lower<'h, B> for VecDeque<T> {
    const WHOLE: bool = T::WHOLE;
    const DATA: bool = T::DATA;

    fn lower(self, out: &mut Out<'_, 'h>) -> Answer {
        T::lower_list(self.into(), out)
    }

    fn describe(to: &mut Describer<'_>) {
        T::describe_list(to);
    }
}

macro_rules! maps {
    ($([$($generics:tt)*] $ty:ty;)+) => {$(
        impl<'h, B, K: Lower<'h, B>, V: Lower<'h, B>, $($generics)*> Lower<'h, B> for $ty {
            const WHOLE: bool = K::WHOLE || V::WHOLE;
            const DATA: bool = K::DATA && V::DATA;

            fn lower(self, out: &mut Out<'_, 'h>) -> Answer {
                out.writer.map(self.len());
                self.into_iter().try_for_each(|(key, value)| {
                    key.lower(out)?;
                    value.lower(out)
                })
            }

            fn describe(to: &mut Describer<'_>) {
                to.head("dict", 2);
                K::describe(to);
                V::describe(to);
            }
        }

        impl<'r, 'h, B, K: LowerRef<'r, 'h, B>, V: LowerRef<'r, 'h, B>, $($generics)*> LowerRef<'r, 'h, B> for $ty {
            const WHOLE_REF: bool = K::WHOLE_REF || V::WHOLE_REF;
            const DATA_REF: bool = K::DATA_REF && V::DATA_REF;

            fn lower_ref(&'r self, out: &mut Out<'_, 'h>) -> Answer {
                out.writer.map(self.len());
                self.iter().try_for_each(|(key, value)| {
                    key.lower_ref(out)?;
                    value.lower_ref(out)
                })
            }

            fn describe_ref(to: &mut Describer<'_>) {
                to.head("dict", 2);
                K::describe_ref(to);
                V::describe_ref(to);
            }
        }
    )+};
}

maps! {
    [S] HashMap<K, V, S>;
    [] BTreeMap<K, V>;
}

impl<'h, B, T: Lower<'h, B>> Lower<'h, B> for Range<T> {
    fn lower(self, out: &mut Out<'_, 'h>) -> Answer {
        out.writer.array(2);
        self.start.lower(out)?;
        self.end.lower(out)
    }

    fn describe(to: &mut Describer<'_>) {
        to.head("range", 1);
        T::describe(to);
    }
}

impl<'r, 'h, B, T: LowerRef<'r, 'h, B>> LowerRef<'r, 'h, B> for Range<T> {
    fn lower_ref(&'r self, out: &mut Out<'_, 'h>) -> Answer {
        out.writer.array(2);
        self.start.lower_ref(out)?;
        self.end.lower_ref(out)
    }

    fn describe_ref(to: &mut Describer<'_>) {
        to.head("range", 1);
        T::describe_ref(to);
    }
}

/// Writes an end of a range, or that there is none.
macro_rules! end {
    ($out:ident) => {
        $out.writer.nil()
    };
    ($out:ident $lowered:expr) => {
        $lowered?
    };
}

/// Ranges that are not plain ones: their ends, as far as they are there, and whether the end is included.
macro_rules! open_ranges {
    ($($ty:ident [$($start:ident)?] [$($end:ident)?] $inclusive:literal;)+) => {$(
        impl<'h, B, T: Lower<'h, B>> Lower<'h, B> for $ty<T> {
            fn lower(self, out: &mut Out<'_, 'h>) -> Answer {
                out.writer.array(3);
                end!(out $(self.$start.lower(out))?);
                end!(out $(self.$end.lower(out))?);
                out.writer.bool($inclusive);
                Ok(())
            }

            fn describe(to: &mut Describer<'_>) {
                to.head("bounds", 1);
                T::describe(to);
            }
        }

        impl<'r, 'h, B, T: LowerRef<'r, 'h, B>> LowerRef<'r, 'h, B> for $ty<T> {
            fn lower_ref(&'r self, out: &mut Out<'_, 'h>) -> Answer {
                out.writer.array(3);
                end!(out $(self.$start.lower_ref(out))?);
                end!(out $(self.$end.lower_ref(out))?);
                out.writer.bool($inclusive);
                Ok(())
            }

            fn describe_ref(to: &mut Describer<'_>) {
                to.head("bounds", 1);
                T::describe_ref(to);
            }
        }
    )+};
}

open_ranges! {
    RangeFrom [start] [] false;
    RangeTo [] [end] false;
    RangeToInclusive [] [end] true;
}

impl<'h, B, T: Lower<'h, B>> Lower<'h, B> for RangeInclusive<T> {
    fn lower(self, out: &mut Out<'_, 'h>) -> Answer {
        let (start, end) = self.into_inner();
        out.writer.array(3);
        start.lower(out)?;
        end.lower(out)?;
        out.writer.bool(true);
        Ok(())
    }

    fn describe(to: &mut Describer<'_>) {
        to.head("bounds", 1);
        T::describe(to);
    }
}

impl<'r, 'h, B, T: LowerRef<'r, 'h, B>> LowerRef<'r, 'h, B> for RangeInclusive<T> {
    fn lower_ref(&'r self, out: &mut Out<'_, 'h>) -> Answer {
        out.writer.array(3);
        self.start().lower_ref(out)?;
        self.end().lower_ref(out)?;
        out.writer.bool(true);
        Ok(())
    }

    fn describe_ref(to: &mut Describer<'_>) {
        to.head("bounds", 1);
        T::describe_ref(to);
    }
}

impl<'h, B> Lower<'h, B> for RangeFull {
    fn lower(self, out: &mut Out<'_, 'h>) -> Answer {
        out.writer.array(3);
        out.writer.nil();
        out.writer.nil();
        out.writer.bool(false);
        Ok(())
    }

    fn describe(to: &mut Describer<'_>) {
        to.head("bounds", 1);
        to.plain("i64");
    }
}

/// A word, and what it is said of; for none, nothing.
fn said<T>(bound: Bound<T>) -> Option<(&'static str, T)> {
    match bound {
        Bound::Included(value) => Some(("included", value)),
        Bound::Excluded(value) => Some(("excluded", value)),
        Bound::Unbounded => None,
    }
}

impl<'h, B, T: Lower<'h, B>> Lower<'h, B> for Bound<T> {
    const NIL: bool = true;
    const WHOLE: bool = T::WHOLE;
    const DATA: bool = T::DATA;

    fn lower(self, out: &mut Out<'_, 'h>) -> Answer {
        said(self).lower(out)
    }

    fn describe(to: &mut Describer<'_>) {
        <Option<(&'static str, T)> as Lower<'h, B>>::describe(to);
    }
}

impl<'r, 'h, B, T: LowerRef<'r, 'h, B>> LowerRef<'r, 'h, B> for Bound<T> {
    const NIL_REF: bool = true;
    const WHOLE_REF: bool = T::WHOLE_REF;
    const DATA_REF: bool = T::DATA_REF;

    fn lower_ref(&'r self, out: &mut Out<'_, 'h>) -> Answer {
        said(self.as_ref()).lower(out)
    }

    fn describe_ref(to: &mut Describer<'_>) {
        to.head("option", 1);
        to.head("tuple", 2);
        to.plain("str");
        T::describe_ref(to);
    }
}

impl<'h, B, T: Lower<'h, B>> Lower<'h, B> for Box<T> {
    const NIL: bool = T::NIL;
    const WHOLE: bool = T::WHOLE;
    const DATA: bool = T::DATA;

    fn lower(self, out: &mut Out<'_, 'h>) -> Answer {
        (*self).lower(out)
    }

    fn describe(to: &mut Describer<'_>) {
        T::describe(to);
    }
}

impl<'r, 'h, B, T: LowerRef<'r, 'h, B>> LowerRef<'r, 'h, B> for Box<T> {
    const NIL_REF: bool = T::NIL_REF;
    const WHOLE_REF: bool = T::WHOLE_REF;
    const DATA_REF: bool = T::DATA_REF;

    fn lower_ref(&'r self, out: &mut Out<'_, 'h>) -> Answer {
        (**self).lower_ref(out)
    }

    fn describe_ref(to: &mut Describer<'_>) {
        T::describe_ref(to);
    }
}

impl<'h, B, T: LowerMut<'h, B>> LowerMut<'h, B> for Box<T> {
    fn lower_mut(&'h mut self, out: &mut Out<'_, 'h>) -> Answer {
        (**self).lower_mut(out)
    }

    fn describe_mut(to: &mut Describer<'_>) {
        T::describe_mut(to);
    }
}

/// Shared pointers to plain values are copied out.
macro_rules! shared {
    ($($ty:ident)+) => {$(
        impl<'h, B, T: for<'r> LowerRef<'r, 'h, B>> Lower<'h, B> for $ty<T> {
            fn lower(self, out: &mut Out<'_, 'h>) -> Answer {
                (*self).lower_ref(out)
            }

            fn describe(to: &mut Describer<'_>) {
                T::describe_ref(to);
            }
        }

        impl<'r, 'h, B, T: LowerRef<'r, 'h, B>> LowerRef<'r, 'h, B> for $ty<T> {
            const WHOLE_REF: bool = T::WHOLE_REF;

            fn lower_ref(&'r self, out: &mut Out<'_, 'h>) -> Answer {
                (**self).lower_ref(out)
            }

            fn describe_ref(to: &mut Describer<'_>) {
                T::describe_ref(to);
            }
        }
    )+};
}

shared!(Arc Rc);
