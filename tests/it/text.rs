//! Folding and measures, from outside.

use leadkit::text::{Folded, closest, fold};
use proptest::prelude::*;

proptest! {
    #[test]
    fn folding_twice_changes_nothing(text in "\\PC{0,40}") {
        let once = fold(&text);
        prop_assert_eq!(fold(&once), once);
    }

    #[test]
    fn any_text_folds_and_maps_back(text in any::<String>()) {
        let folded = Folded::new(&text);
        prop_assert_eq!(folded.as_str(), fold(&text));
        let mut last = 0;
        for (i, c) in folded.as_str().char_indices() {
            let span = folded.original_span(i..i + c.len_utf8());
            prop_assert!(text.get(span.clone()).is_some_and(|s| !s.is_empty()), "{:?} {:?}", text, span);
            prop_assert!(span.start >= last);
            last = span.start;
        }
        let whole = folded.original_span(0..folded.as_str().len() + 9);
        prop_assert!(text.get(whole).is_some());
    }

    #[test]
    fn composed_and_decomposed_twins_fold_to_one(text in "[a-zé-üÀ-Ýが-ぽ가-힣ก-๛अ-ह]{0,20}") {
        use unicode_normalization::UnicodeNormalization;
        let nfd: String = text.nfd().collect();
        prop_assert_eq!(fold(&nfd), fold(&text));
    }

    #[test]
    fn a_suggestion_is_one_of_the_known_names(a in "\\PC{0,90}", b in "\\PC{0,90}") {
        prop_assert!(closest(&a, [b.as_str()]).is_none_or(|close| close == b));
    }
}

#[test]
fn what_must_not_be_folded_together() {
    for (a, b) in [("ガス", "カス"), ("ばす", "はす"), ("कि", "क"), ("第二", "第三"), ("가", "나")]
    {
        assert_ne!(fold(a), fold(b), "{a} {b}");
    }
}

#[test]
fn ascii_is_lowered_and_nothing_else() {
    assert_eq!(fold("Acme, Inc. (UK) & Co\t\"x\""), "acme, inc. (uk) & co\t\"x\"");
}
