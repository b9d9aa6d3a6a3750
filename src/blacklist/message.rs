//! The message of a lead, made ready once for all that read it.

use std::cell::OnceCell;

use super::letters::{head, push_letters};
use crate::document::Digest;
use crate::rule::Facts;
use crate::text::{Folded, fold_into};

/// The message of a lead, folded when it is first read.
pub(super) struct Message<'f> {
    text: &'f str,
    folded: OnceCell<Folded>,
    letters: OnceCell<String>,
    digest: OnceCell<Digest>,
}

impl<'f> Message<'f> {
    pub(super) fn of(facts: &'f Facts<'_>) -> Message<'f> {
        let text = facts.read().message.as_deref().unwrap_or_default();
        Message { text, folded: OnceCell::new(), letters: OnceCell::new(), digest: OnceCell::new() }
    }

    pub(super) fn folded(&self) -> &Folded {
        self.folded.get_or_init(|| Folded::new(self.text))
    }

    /// The folded letters and digits of its beginning, by which messages are compared.
    pub(super) fn letters(&self) -> &str {
        self.letters.get_or_init(|| {
            let head = head(self.text);
            let mut letters = String::with_capacity(head.len());
            if head.len() == self.text.len() {
                push_letters(self.folded().as_str(), &mut letters);
            } else {
                let mut folded = String::new();
                fold_into(head, &mut folded);
                push_letters(&folded, &mut letters);
            }
            letters
        })
    }

    /// A digest of the [letters](Message::letters), for all that compare them.
    pub(super) fn digest(&self) -> Digest {
        *self.digest.get_or_init(|| Digest::of(self.letters()))
    }
}
