//! How many hits of a lead there is room for.

/// Most hits of one list in one pass, and most that a phrase suppresses.
const MAX_HITS: usize = 64;
/// Most hits of all lists together, unless they are more lists.
const MAX_TOGETHER: usize = 4_096;

/// The room for hits, of each pass apart: those of one that weighs less take none from another, and are not looked for once
/// the plain pass of their list, which weighs most, is full. Each list has room for one
/// hit at least, however many lists there are: what a lead weighs does not depend on it.
#[derive(Debug)]
pub(in crate::blacklist) struct Room(Vec<Layer>);

#[derive(Debug)]
struct Layer {
    /// What each list may still have.
    lists: Vec<Left>,
    /// How many of the lists may still have hits that count.
    open: usize,
    /// How many words there are.
    words: usize,
    /// The words that no open list has; empty until there is one.
    left: Vec<bool>,
}

#[derive(Debug, Clone, Copy)]
struct Left {
    counting: usize,
    suppressed: usize,
}

impl Room {
    /// Room for some lists; for each pass, which of them ask for it, and how many words there are.
    pub(super) fn new(lists: usize, layers: impl Iterator<Item = (Vec<bool>, usize)>) -> Room {
        let most = (MAX_TOGETHER / lists.max(1)).clamp(1, MAX_HITS);
        let layer = |(asks, words): (Vec<bool>, usize)| {
            let open = asks.iter().filter(|asks| **asks).count();
            let room = |asks: bool| if asks { most } else { 0 };
            let left = |asks| Left { counting: room(asks), suppressed: room(asks) };
            Layer { lists: asks.into_iter().map(left).collect(), open, words, left: Vec::new() }
        };
        Room(layers.map(layer).collect())
    }

    /// Whether no list has room in a pass.
    pub(super) fn is_full(&self, layer: usize) -> bool {
        // All lists ask for the plain pass, which is the first.
        let is_full = |layer: &Layer| layer.open == 0;
        self.0.first().is_none_or(is_full) || self.0.get(layer).is_none_or(is_full)
    }

    /// Whether a list may still have hits that count.
    pub(super) fn is_open(&self, layer: usize, list: usize) -> bool {
        let has_room = |layer: &Layer| layer.lists.get(list).is_some_and(|left| left.counting > 0);
        self.0.first().is_some_and(has_room) && self.0.get(layer).is_some_and(has_room)
    }

    /// Takes the place of a hit; whether there is one.
    pub(super) fn take(&mut self, layer: usize, list: usize, is_suppressed: bool) -> bool {
        let Some(layer) = self.0.get_mut(layer) else { return false };
        let Some(left) = layer.lists.get_mut(list) else { return false };
        let room = if is_suppressed { &mut left.suppressed } else { &mut left.counting };
        let Some(less) = room.checked_sub(1) else { return false };
        *room = less;
        if !is_suppressed && less == 0 {
            layer.open -= 1;
        }
        true
    }

    /// No list that has a word is open any more: the word is looked at no further.
    pub(super) fn leave(&mut self, layer: usize, word: usize) {
        let Some(layer) = self.0.get_mut(layer) else { return };
        layer.left.resize(layer.words, false);
        if let Some(left) = layer.left.get_mut(word) {
            *left = true;
        }
    }

    /// Whether a word is looked at no further.
    pub(super) fn has_been_left(&self, layer: usize, word: usize) -> bool {
        self.0.get(layer).is_some_and(|layer| layer.left.get(word).copied().unwrap_or_default())
    }
}
