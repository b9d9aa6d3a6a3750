//! Data of an index for training and evaluation: features of pairs, inputs of confidences.

use std::hash::Hash;

use super::search::Work;
use super::{NameIndex, SearchOptions};

/// One labelled example: its numbers, and which weights it belongs to.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Example {
    /// The query is in a script without spaces.
    pub(crate) unspaced: bool,
    pub(crate) inputs: Vec<f64>,
}

impl<K: Clone + Ord + Hash> NameIndex<K> {
    /// Features of two names, in the order of [`FEATURES`](super::FEATURES).
    pub(crate) fn pair_example(&self, a: &str, b: &str) -> Example {
        let (target, _, vector) = self.vector_of(a, b);
        Example { unspaced: target.unspaced, inputs: vector.to_vec() }
    }

    /// Features of the candidates of a lookup, and inputs of the confidence of each, best first.
    pub(crate) fn look_up_examples(&self, name: &str, options: &SearchOptions) -> Vec<(K, Example, Example)> {
        let target = self.target(name);
        let compared = self.compared(&target, options, &mut Work::default());
        let unspaced = target.unspaced;
        let inputs = self.inputs(&target, &compared);
        let mut out = Vec::new();
        for (c, inputs) in compared.iter().zip(inputs) {
            let Some(key) = self.key(c.record) else { continue };
            let features = Example { unspaced, inputs: c.vector.to_vec() };
            out.push((key.clone(), features, Example { unspaced, inputs: inputs.to_vec() }));
        }
        out
    }
}
