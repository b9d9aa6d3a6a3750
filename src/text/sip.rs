//! SipHash-2-4: a hash that only the holder of the key can compute.

/// SipHash-2-4 of some bytes under a key of 16 bytes.
pub(crate) fn sip_hash(key: &[u8; 16], bytes: &[u8]) -> u64 {
    let word = |bytes: &[u8]| bytes.iter().rev().fold(0_u64, |word, byte| word << 8 | u64::from(*byte));
    let (low, high) = key.split_at(8);
    let (k0, k1) = (word(low), word(high));
    let mut state = [
        k0 ^ 0x736f_6d65_7073_6575,
        k1 ^ 0x646f_7261_6e64_6f6d,
        k0 ^ 0x6c79_6765_6e65_7261,
        k1 ^ 0x7465_6462_7974_6573,
    ];
    let mut chunks = bytes.chunks_exact(8);
    for chunk in &mut chunks {
        compress(&mut state, word(chunk));
    }
    // The last word holds the remaining bytes and the length.
    compress(&mut state, word(chunks.remainder()) | (bytes.len() as u64) << 56);
    let [_, _, third, _] = &mut state;
    *third ^= 0xff;
    (0..4).for_each(|_| round(&mut state));
    let [a, b, c, d] = state;
    a ^ b ^ c ^ d
}

fn compress(state: &mut [u64; 4], word: u64) {
    let [_, _, _, last] = state;
    *last ^= word;
    round(state);
    round(state);
    let [first, ..] = state;
    *first ^= word;
}

fn round(state: &mut [u64; 4]) {
    let [a, b, c, d] = state;
    *a = a.wrapping_add(*b);
    *b = b.rotate_left(13) ^ *a;
    *a = a.rotate_left(32);
    *c = c.wrapping_add(*d);
    *d = d.rotate_left(16) ^ *c;
    *a = a.wrapping_add(*d);
    *d = d.rotate_left(21) ^ *a;
    *c = c.wrapping_add(*b);
    *b = b.rotate_left(17) ^ *c;
    *c = c.rotate_left(32);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_published_function() {
        // The vectors of its authors: the key 00 01 … 0f, the inputs empty, 00, 00 01 … 0e.
        let key: [u8; 16] = std::array::from_fn(|place| place as u8);
        let input: Vec<u8> = (0..15).collect();
        assert_eq!(sip_hash(&key, &[]), 0x726f_db47_dd0e_0e31);
        assert_eq!(sip_hash(&key, &input[..1]), 0x74f8_39c5_93dc_67fd);
        assert_eq!(sip_hash(&key, &input), 0xa129_ca61_49be_45e5);
    }
}
