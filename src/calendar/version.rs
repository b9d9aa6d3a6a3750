//! The version of a calendar that was made from another.

use std::fmt::{self, Display, Write};

/// FNV-1a, 64 bits (Fowler, Noll and Vo): the same everywhere and for ever.
struct Fnv(u64);

impl Write for Fnv {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for byte in text.bytes() {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
        Ok(())
    }
}

/// The version of a calendar in which something was replaced: `cn-2023-2026+hours-5d1c9f0a3b72`. What is computed
/// from it names this version, so it must not be that of the calendar it was made from.
pub(super) fn derived<T: Display>(version: &str, what: &str, parts: impl IntoIterator<Item = T>) -> String {
    let mut hash = Fnv(0xcbf2_9ce4_8422_2325);
    for part in parts {
        // Writing to a number does not fail.
        let _ = write!(hash, "{part},");
    }
    let joint = if version.is_empty() { "" } else { "+" };
    format!("{version}{joint}{what}-{:012x}", hash.0 >> 16)
}
