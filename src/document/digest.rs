//! A digest of a value, which shows whether it was damaged or a row has changed.
//!
//! The value is fed as serde visits it, without being written out: a row takes a few hundred nanoseconds. Every piece is
//! fed with its kind and its length, so that no two values run into each other.

use std::fmt::{self, Write as _};

use serde::ser::{self, Serialize, Serializer};
use serde::{Deserialize, Deserializer};

/// 128 bits that name the content of a value. They reveal damage and change; they do not protect against somebody who
/// forges one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub(crate) struct Digest(u128);

impl Digest {
    /// The digest of a value. O(its size).
    pub(crate) fn of<T: Serialize + ?Sized>(value: &T) -> Digest {
        let mut feed = Feed::new();
        match value.serialize(&mut feed) {
            Ok(()) => Digest(feed.finish()),
            // No type of this crate fails to serialise.
            Err(Refused) => Digest::default(),
        }
    }

    /// The digest of values of which the order does not matter.
    pub(crate) fn and(self, other: Digest) -> Digest {
        Digest(self.0.wrapping_add(other.0))
    }

    /// All bits of it, to go into another digest.
    pub(crate) fn bits(self) -> u128 {
        self.0
    }

    /// The last bits of it, for what is small and stored by the thousand.
    pub(crate) fn short(self) -> u32 {
        (self.0 & u128::from(u32::MAX)) as u32
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Digest, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        let digits = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        let fits = text.len() == 32 && text.bytes().all(digits);
        let read = fits.then(|| u128::from_str_radix(&text, 16).ok()).flatten();
        read.map(Digest).ok_or_else(|| serde::de::Error::custom("a digest is 32 hexadecimal digits"))
    }
}

/// A type that cannot be serialised at all.
#[derive(Debug)]
struct Refused;

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the value cannot be serialised")
    }
}

impl std::error::Error for Refused {}

impl ser::Error for Refused {
    fn custom<T: fmt::Display>(_: T) -> Refused {
        Refused
    }
}

/// Two lanes of 64 bits, each mixed by a multiplication of which both halves are kept.
struct Feed {
    lanes: [u64; 2],
}

const SEEDS: [u64; 2] = [0x243f_6a88_85a3_08d3, 0x1319_8a2e_0370_7344];
const FACTORS: [u64; 2] = [0x9e37_79b9_7f4a_7c15, 0xd6e8_feb8_6659_fd93];

impl Feed {
    fn new() -> Feed {
        Feed { lanes: SEEDS }
    }

    #[inline]
    fn word(&mut self, word: u64) {
        for (lane, factor) in self.lanes.iter_mut().zip(FACTORS) {
            let product = u128::from(*lane ^ word) * u128::from(factor);
            *lane = (product as u64) ^ ((product >> 64) as u64) ^ lane.rotate_left(23);
        }
    }

    /// Adds the kind of the next piece, and its length or number.
    #[inline]
    fn mark(&mut self, kind: Kind, number: u64) {
        self.word(number.wrapping_mul(32).wrapping_add(kind as u64));
    }

    fn bytes(&mut self, bytes: &[u8]) {
        let mut chunks = bytes.chunks_exact(8);
        for chunk in &mut chunks {
            self.word(chunk.try_into().map_or(0, u64::from_le_bytes));
        }
        let rest = chunks.remainder();
        if !rest.is_empty() {
            self.word(rest.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte)));
        }
    }

    fn text(&mut self, text: &str) {
        self.mark(Kind::Text, text.len() as u64);
        self.bytes(text.as_bytes());
    }

    fn finish(mut self) -> u128 {
        self.word(SEEDS[0]);
        self.word(SEEDS[1]);
        let [high, low] = self.lanes;
        u128::from(high) << 64 | u128::from(low)
    }
}

#[derive(Clone, Copy)]
enum Kind {
    Nothing,
    Some,
    Bool,
    Signed,
    Unsigned,
    Wide,
    Float,
    Text,
    Bytes,
    List,
    Map,
    Struct,
    Variant,
    End,
}

/// Numbers are fed by kind: signed or not.
macro_rules! numbers {
    ($($method:ident $type:ty => $kind:ident;)*) => {
        $(fn $method(self, number: $type) -> Result<(), Refused> {
            self.mark(Kind::$kind, 0);
            self.word(number as u64);
            Ok(())
        })*
    };
}

impl Serializer for &mut Feed {
    type Ok = ();
    type Error = Refused;
    type SerializeSeq = Self;
    type SerializeTuple = Self;
    type SerializeTupleStruct = Self;
    type SerializeTupleVariant = Self;
    type SerializeMap = Self;
    type SerializeStruct = Self;
    type SerializeStructVariant = Self;

    numbers! {
        serialize_i8 i8 => Signed; serialize_i16 i16 => Signed; serialize_i32 i32 => Signed;
        serialize_i64 i64 => Signed; serialize_u8 u8 => Unsigned; serialize_u16 u16 => Unsigned;
        serialize_u32 u32 => Unsigned; serialize_u64 u64 => Unsigned; serialize_bool bool => Bool;
    }

    fn serialize_i128(self, number: i128) -> Result<(), Refused> {
        self.serialize_u128(number as u128)
    }

    fn serialize_u128(self, number: u128) -> Result<(), Refused> {
        self.mark(Kind::Wide, 0);
        self.word(number as u64);
        self.word((number >> 64) as u64);
        Ok(())
    }

    fn serialize_f32(self, number: f32) -> Result<(), Refused> {
        self.serialize_f64(number.into())
    }

    fn serialize_f64(self, number: f64) -> Result<(), Refused> {
        self.mark(Kind::Float, 0);
        self.word(number.to_bits());
        Ok(())
    }

    fn serialize_char(self, letter: char) -> Result<(), Refused> {
        self.mark(Kind::Unsigned, 1);
        self.word(letter.into());
        Ok(())
    }

    fn serialize_str(self, text: &str) -> Result<(), Refused> {
        self.text(text);
        Ok(())
    }

    fn collect_str<T: fmt::Display + ?Sized>(self, value: &T) -> Result<(), Refused> {
        // Moments, ids and codes are short: most fit without an allocation.
        let mut short = Short::default();
        if write!(short, "{value}").is_ok() {
            self.text(short.as_str());
        } else {
            self.text(&value.to_string());
        }
        Ok(())
    }

    fn serialize_bytes(self, bytes: &[u8]) -> Result<(), Refused> {
        self.mark(Kind::Bytes, bytes.len() as u64);
        self.bytes(bytes);
        Ok(())
    }

    fn serialize_none(self) -> Result<(), Refused> {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Refused> {
        self.mark(Kind::Some, 0);
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Refused> {
        self.mark(Kind::Nothing, 0);
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Refused> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<(), Refused> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Refused> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Refused> {
        self.mark(Kind::Variant, 0);
        self.text(variant);
        value.serialize(self)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Self, Refused> {
        self.mark(Kind::List, 0);
        Ok(self)
    }

    fn serialize_tuple(self, _: usize) -> Result<Self, Refused> {
        self.serialize_seq(None)
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Self, Refused> {
        self.serialize_seq(None)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Self, Refused> {
        self.mark(Kind::Variant, 1);
        self.text(variant);
        Ok(self)
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self, Refused> {
        self.mark(Kind::Map, 0);
        Ok(self)
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self, Refused> {
        self.mark(Kind::Struct, 0);
        Ok(self)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Self, Refused> {
        self.mark(Kind::Variant, 2);
        self.text(variant);
        Ok(self)
    }
}

/// Items, without a name of their own.
macro_rules! items {
    ($($trait:ident $method:ident)*) => {
        $(impl ser::$trait for &mut Feed {
            type Ok = ();
            type Error = Refused;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Refused> {
                value.serialize(&mut **self)
            }

            fn end(self) -> Result<(), Refused> {
                self.mark(Kind::End, 0);
                Ok(())
            }
        })*
    };
}

items! {
    SerializeSeq serialize_element
    SerializeTuple serialize_element
    SerializeTupleStruct serialize_field
    SerializeTupleVariant serialize_field
}

impl ser::SerializeMap for &mut Feed {
    type Ok = ();
    type Error = Refused;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Refused> {
        key.serialize(&mut **self)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Refused> {
        value.serialize(&mut **self)
    }

    fn end(self) -> Result<(), Refused> {
        self.mark(Kind::End, 1);
        Ok(())
    }
}

/// Members, each with its name.
macro_rules! members {
    ($($trait:ident)*) => {
        $(impl ser::$trait for &mut Feed {
            type Ok = ();
            type Error = Refused;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                name: &'static str,
                value: &T,
            ) -> Result<(), Refused> {
                self.text(name);
                value.serialize(&mut **self)
            }

            fn end(self) -> Result<(), Refused> {
                self.mark(Kind::End, 2);
                Ok(())
            }
        })*
    };
}

members! { SerializeStruct SerializeStructVariant }

/// A short text on its way to the feed.
struct Short {
    bytes: [u8; 64],
    length: usize,
}

impl Default for Short {
    fn default() -> Short {
        Short { bytes: [0; 64], length: 0 }
    }
}

impl Short {
    fn as_str(&self) -> &str {
        self.bytes.get(..self.length).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default()
    }
}

impl fmt::Write for Short {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let end = self.length + text.len();
        let Some(room) = self.bytes.get_mut(self.length..end) else { return Err(fmt::Error) };
        room.copy_from_slice(text.as_bytes());
        self.length = end;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    #[test]
    fn what_differs_has_another_digest_and_what_is_equal_the_same() {
        let lists: [&[&str]; 6] = [&[], &[""], &["a"], &["a", ""], &["", "a"], &["aa"]];
        let digests: BTreeSet<Digest> = lists.iter().map(Digest::of).collect();
        assert_eq!(digests.len(), lists.len());
        let nested = [Digest::of(&((1, 2), 3)), Digest::of(&(1, (2, 3))), Digest::of(&(1, 2, 3))];
        assert_eq!(nested.iter().collect::<BTreeSet<_>>().len(), 3);
        assert_ne!(Digest::of(&Some(0_u8)), Digest::of(&0_u8));
        assert_ne!(Digest::of(&-1_i64), Digest::of(&u64::MAX));
        let long = "x".repeat(100);
        assert_eq!(
            Digest::of(&BTreeMap::from([(1, &long)])),
            Digest::of(&BTreeMap::from([(1, long.clone())]))
        );
        assert_eq!(Digest::of("a").and(Digest::of("b")), Digest::of("b").and(Digest::of("a")));
    }

    #[test]
    fn no_byte_and_no_bit_is_left_out() {
        let text: Vec<u8> = (0..61).collect();
        let whole = Digest::of(std::str::from_utf8(&text).unwrap());
        let mut seen = BTreeSet::from([whole]);
        for place in 0..text.len() {
            for bit in 0..7 {
                let mut other = text.clone();
                other[place] ^= 1 << bit;
                assert!(seen.insert(Digest::of(std::str::from_utf8(&other).unwrap())), "{place} {bit}");
            }
        }
        let shorts: BTreeSet<u32> = seen.iter().map(|digest| digest.short()).collect();
        assert_eq!(shorts.len(), seen.len());
    }

    #[test]
    fn the_same_on_every_platform() {
        let digest = Digest::of(&("L-1", 1_772_841_600_000_i64, Some(true)));
        let text = serde_json::to_string(&digest).unwrap();
        assert_eq!(serde_json::from_str::<Digest>(&text).unwrap(), digest);
        assert!(serde_json::from_str::<Digest>("\"0\"").is_err());
        expect_test::expect![[r#""9b45733d0e755d580ce8db47c3232308""#]].assert_eq(&text);
    }
}
