//! An index as bytes: magic, version, lengths, a checksum; postings are built anew when it is read.

use std::hash::Hash;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::record::{HEADER, View, slice};
use super::{NameIndex, Tuning};
use crate::company::Gazetteer;
use crate::model::Region;

const MAGIC: &[u8; 8] = b"LKNAMES\n";
const VERSION: u16 = 1;
/// Magic, version, two bytes of padding, then the lengths of the sections and the number of names.
const HEAD: usize = 12 + 8 * 5;

/// Why bytes are not an index.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IndexError {
    /// The bytes do not begin as an index does.
    #[error("these bytes are not a name index")]
    NotAnIndex,
    /// The index was written by a version that this one cannot read.
    #[error("the index has version {found}, this is version {supported}")]
    Version {
        /// Version of the format in the bytes.
        found: u16,
        /// Version of the format that can be read.
        supported: u16,
    },
    /// Cut off, or longer than they say.
    #[error("the index should have {expected} bytes and has {found}")]
    Length {
        /// Length that the bytes announce.
        expected: u64,
        /// Length of the bytes.
        found: u64,
    },
    /// The checksum does not match the content.
    #[error("the index is damaged: its checksum does not match")]
    Checksum,
    /// A section has invalid content.
    #[error("the index is damaged: {section} cannot be read")]
    Section {
        /// The section that cannot be read.
        section: &'static str,
    },
    /// The keys cannot be written or read as the wanted type.
    #[error("the keys of the index cannot be converted to this type: {message}")]
    Keys {
        /// Why serde cannot convert them.
        message: String,
    },
}

/// Eight bytes at a time, multiply and fold: fast, and no attacker is at work.
fn checksum(bytes: &[u8]) -> u64 {
    let mut sum = 0x243f_6a88_85a3_08d3u64 ^ bytes.len() as u64;
    let mut chunks = bytes.chunks_exact(8);
    for chunk in &mut chunks {
        let word = chunk.try_into().map(u64::from_le_bytes).unwrap_or_default();
        sum = (sum ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        sum ^= sum >> 32;
    }
    for byte in chunks.remainder() {
        sum = (sum ^ u64::from(*byte)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        sum ^= sum >> 32;
    }
    sum
}

fn key_error(error: serde_json::Error) -> IndexError {
    IndexError::Keys { message: error.to_string() }
}

impl<K: Clone + Ord + Hash + Serialize> NameIndex<K> {
    /// The index as bytes: the same for the same names, whatever order they came in.
    ///
    /// The gazetteer is not among them: hand the same one to [`from_bytes`](NameIndex::from_bytes).
    ///
    /// # Errors
    /// When a key cannot be written (as JSON).
    pub fn to_bytes(&self) -> Result<Vec<u8>, IndexError> {
        let mut live: Vec<(&K, u32)> =
            self.keys.iter().zip(&self.offsets).filter_map(|(k, o)| Some((k.as_ref()?, *o))).collect();
        // By key, so that the bytes do not depend on the order in which names came.
        live.sort_unstable_by(|a, b| a.0.cmp(b.0));
        let (mut keys, mut records) = (Vec::new(), Vec::new());
        let mut regions: Vec<Region> = Vec::new();
        for (key, offset) in &live {
            serde_json::to_writer(&mut keys, key).map_err(key_error)?;
            keys.push(b'\n');
            let start = records.len();
            records.extend(slice(&self.bytes, *offset as usize));
            // Numbers of regions depend on the order of insertion: they are assigned anew.
            let number = self.view_region(*offset);
            let fresh = number.map_or(0, |region| match regions.iter().position(|r| *r == region) {
                Some(at) => at + 1,
                None => {
                    regions.push(region);
                    regions.len()
                }
            });
            let fresh = u16::try_from(fresh).unwrap_or(0).to_le_bytes();
            if let Some(slot) = records.get_mut(start + 6..start + 8) {
                slot.copy_from_slice(&fresh);
            }
        }
        let regions = serde_json::to_vec(&regions).map_err(key_error)?;
        let tuning = serde_json::to_vec(&self.tuning).map_err(key_error)?;
        let sections = [&tuning, &regions, &keys, &records];
        let mut out = Vec::with_capacity(HEAD + 8 + sections.iter().map(|s| s.len()).sum::<usize>());
        out.extend(MAGIC);
        out.extend(VERSION.to_le_bytes());
        out.extend([0, 0]);
        out.extend((live.len() as u64).to_le_bytes());
        for section in sections {
            out.extend((section.len() as u64).to_le_bytes());
        }
        for section in sections {
            out.extend(section);
        }
        out.extend(checksum(&out).to_le_bytes());
        Ok(out)
    }

    fn view_region(&self, offset: u32) -> Option<Region> {
        self.regions.get(View::new(slice(&self.bytes, offset as usize)).region)
    }
}

impl<K: Clone + Ord + Hash + DeserializeOwned> NameIndex<K> {
    /// Reads what [`to_bytes`](NameIndex::to_bytes) wrote. Builds the postings: some seconds for millions of names.
    ///
    /// ```
    /// use leadkit::company::Gazetteer;
    /// use leadkit::names::{IndexError, NameIndex};
    ///
    /// let mut index: NameIndex<u32> = NameIndex::new();
    /// index.insert(7, "北京纷扬科技有限公司");
    /// let mut bytes = index.to_bytes()?;
    /// let read: NameIndex<u32> = NameIndex::from_bytes(&bytes, Gazetteer::builtin())?;
    /// assert_eq!(read.normalised(&7), index.normalised(&7));
    ///
    /// // A damaged file is refused.
    /// *bytes.last_mut().unwrap() ^= 1;
    /// let refused = NameIndex::<u32>::from_bytes(&bytes, Gazetteer::builtin());
    /// assert!(matches!(refused, Err(IndexError::Checksum)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// When the bytes are not an index, of another version, cut off or damaged, or have keys of another type.
    pub fn from_bytes(bytes: &[u8], gazetteer: Gazetteer) -> Result<NameIndex<K>, IndexError> {
        if !bytes.starts_with(MAGIC) {
            return Err(IndexError::NotAnIndex);
        }
        let found = number::<2>(bytes, 8).map_or(0, u16::from_le_bytes);
        if found != VERSION {
            return Err(IndexError::Version { found, supported: VERSION });
        }
        let mut lengths = [0u64; 5];
        for (i, length) in lengths.iter_mut().enumerate() {
            *length = number::<8>(bytes, 12 + 8 * i).map_or(u64::MAX, u64::from_le_bytes);
        }
        let [count, sections @ ..] = lengths;
        // Before the checksum, to distinguish a cut-off file from a damaged one. Unchecked lengths may be anything.
        let expected = sections.iter().fold((HEAD + 8) as u64, |sum, len| sum.saturating_add(*len));
        if expected != bytes.len() as u64 {
            return Err(IndexError::Length { expected, found: bytes.len() as u64 });
        }
        let (body, sum) = bytes.split_at_checked(bytes.len() - 8).unwrap_or((bytes, &[]));
        if number::<8>(sum, 0).map(u64::from_le_bytes) != Some(checksum(body)) {
            return Err(IndexError::Checksum);
        }
        let mut rest = body.get(HEAD..).unwrap_or_default();
        // The sum of the lengths was checked, so no split falls short.
        let mut next = |length: u64| {
            let (section, tail) = rest.split_at_checked(length as usize).unwrap_or((rest, &[]));
            rest = tail;
            section
        };
        let [tuning, regions, keys, records] = sections.map(&mut next);
        let section = |section| IndexError::Section { section };
        let tuning: Tuning = serde_json::from_slice(tuning).map_err(|_| section("the tuning"))?;
        let regions: Vec<Region> = serde_json::from_slice(regions).map_err(|_| section("the regions"))?;
        let mut index: NameIndex<K> = NameIndex::builder().gazetteer(gazetteer).tuning(tuning).build();
        for region in &regions {
            index.regions.number(Some(*region));
        }
        let mut keys = keys.split(|b| *b == b'\n');
        let mut at = 0;
        for _ in 0..count {
            let key: K = serde_json::from_slice(keys.next().unwrap_or_default()).map_err(key_error)?;
            let record = slice(records, at);
            let text = record.get(HEADER..).ok_or(section("a record"))?;
            // A checksum is not a signature: a repeated key would leave a name that nothing removes.
            if record.is_empty() || std::str::from_utf8(text).is_err() || index.contains(&key) {
                return Err(section("a record"));
            }
            at += record.len();
            let offset = index.bytes.len();
            index.bytes.extend(record);
            index.append(key, offset);
        }
        if at != records.len() {
            return Err(section("a record"));
        }
        Ok(index)
    }
}

fn number<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..at + N)?.try_into().ok()
}
