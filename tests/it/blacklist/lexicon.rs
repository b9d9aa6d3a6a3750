//! Words of a lexicon: each way of writing them, the places where they are none, and what must hold of any text.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use leadkit::blacklist::{
    Blacklist, BlacklistCheck, BlacklistRule, BlacklistRules, Lexicon, LexiconCheck, LexiconHit,
    LexiconMatch, LexiconPass, Severity, Suppression, harmless_phrases,
};
use leadkit::text::{Folded, fold};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::json;

use super::{check, engine};
use crate::support::{assert_round_trip, data, snapshot, texts};

fn unescaped(text: &str) -> String {
    let (mut out, mut rest) = (String::new(), text);
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(code) = rest.strip_prefix("u{") {
            let (code, after) = code.split_once('}').unwrap();
            out.push(char::from_u32(u32::from_str_radix(code, 16).unwrap()).unwrap());
            rest = after;
        } else {
            out.push(if rest.starts_with('t') { '\t' } else { '\\' });
            rest = &rest[1..];
        }
    }
    out + rest
}

fn all(words: &[&str]) -> LexiconCheck {
    LexiconCheck { words: texts(words), separated: true, repeated: true, ..LexiconCheck::default() }
}

fn compile(check: &LexiconCheck) -> Lexicon {
    Lexicon::compile(check).unwrap()
}

fn found(lexicon: &Lexicon, text: &str) -> Vec<String> {
    let line = |hit: &LexiconHit| {
        let by = hit.allowed_by().map_or(String::new(), |phrase| format!(" in {phrase}"));
        format!("{} {}: {}{by}", hit.pass(), hit.word(), &text[hit.span()])
    };
    lexicon.find(text).iter().map(line).collect()
}

/// What no pass looks for.
const OUT_OF_SCOPE: [&str; 7] =
    ["letters_between", "digits_between", "backwards", "look_alikes", "leet", "pinyin", "two_repeated"];

#[test]
fn a_word_is_found_however_it_is_written_and_where_it_stands() {
    let words = ["代写论文", "刷好评", "办假章", "花呗提额", "miracle pill", "jackpot", "hotdeal", "wx"];
    let lexicon = compile(&LexiconCheck { allowed: texts(&["杜绝办假章"]), ..all(&words) });
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    for line in data("lexicon_texts.tsv").lines().filter(|line| !line.starts_with('#')) {
        let [kind, word, before, hit, after] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("{line}")
        };
        let [before, hit, after] = [before, hit, after].map(unescaped);
        let text = format!("{before}{hit}{after}");
        let hits: Vec<LexiconHit> =
            lexicon.find(&text).into_iter().filter(|hit| hit.allowed_by().is_none()).collect();
        *kinds.entry(kind.to_owned()).or_default() += 1;
        if hit.is_empty() {
            assert!(hits.is_empty(), "{line}: {hits:?}");
        } else {
            let expected = (before.len()..before.len() + hit.len(), word);
            let hits: Vec<_> = hits.iter().map(|hit| (hit.span(), hit.word())).collect();
            assert_eq!(hits, [expected], "{line}");
        }
    }
    assert!(OUT_OF_SCOPE.iter().all(|kind| kinds.contains_key(*kind)), "{kinds:?}");
    assert_eq!(kinds.len(), 42, "{kinds:?}");
}

/// A sign that folds to letters is no letter of the original; a letter in a circle is one.
#[test]
fn a_sign_ends_a_word_whatever_it_folds_to() {
    let lexicon = compile(&all(&["viagra", "casino", "free money"]));
    for text in
        ["viagra™", "casino™", "casino℠", "casino№", "free money™ now", "℡casino", "casino㎎", "viagra®"]
    {
        assert_eq!(found(&lexicon, text).len(), 1, "{text}");
    }
    for text in ["casinotm", "viagraⓉⓂ", "casinos", "тcasino"] {
        assert_eq!(found(&lexicon, text), [""; 0], "{text}");
    }
}

#[test]
fn a_longer_harmless_phrase_suppresses_and_is_named() {
    let lexicon = compile(&all(&["诈骗", "传销", "发票", "代开发票", "ass"]));
    assert_eq!(found(&lexicon, "反诈骗、诈骗"), ["plain 诈骗: 诈骗 in 反诈骗", "plain 诈骗: 诈骗"]);
    assert_eq!(found(&lexicon, "反诈-骗"), ["separated 诈骗: 诈-骗 in 反诈骗"]);
    assert_eq!(found(&lexicon, "提高宣传销售额"), ["plain 传销: 传销 in 宣传销售"]);
    // The phrase lies over the shorter word only.
    assert_eq!(
        found(&lexicon, "代开发票打印机"),
        ["plain 代开发票: 代开发票", "plain 发票: 发票 in 发票打印机"]
    );
    assert_eq!(found(&lexicon, "assessment class"), [""; 0]);
    let bare = compile(&LexiconCheck { allow_common: false, ..all(&["诈骗"]) });
    assert_eq!(found(&bare, "反诈骗"), ["plain 诈骗: 诈骗"]);
    // A phrase as long as the word allows nothing.
    let same =
        compile(&LexiconCheck { allowed: texts(&["诈骗"]), allow_common: false, ..all(&["诈骗"]) });
    assert_eq!(found(&same, "诈骗"), ["plain 诈骗: 诈骗"]);
    let phrases: Vec<&str> = harmless_phrases().collect();
    assert!(phrases.len() > 100 && phrases.iter().all(|phrase| phrase.chars().count() >= 2));
}

/// The phrases that are built in allow what is meant by chance, and no sentence of who sells it.
#[test]
fn the_phrases_that_are_built_in_let_nobody_through() {
    let words = [
        "传销",
        "套现",
        "操你",
        "口交",
        "刷单",
        "办证",
        "洗钱",
        "返利",
        "代孕",
        "发票",
        "枪支",
        "加微信",
        "六合彩",
        "色情",
        "毒品",
        "自杀",
        "贷款",
        "骗子",
        "诈骗",
    ];
    let lexicon = compile(&LexiconCheck { words: texts(&words), ..LexiconCheck::default() });
    let counts = |text: &str| lexicon.find(text).iter().filter(|hit| hit.allowed_by().is_none()).count();
    for text in [
        "网络传销项目加盟",
        "花呗套现有需要的加我",
        "信用卡套现成功率高",
        "专业套现代办",
        "信用卡套现有优惠",
        "信用卡套现场办理",
        "我操你们全家",
        "操你们全家",
        "上门口交",
        "约炮窗口交易",
        "刷单机器人软件",
        "兼职刷单机会多",
        "代办证明文件",
        "快速办证中心",
        "买枪支架子",
        "洗钱包过",
        "专业洗钱风险低",
        "高返利用户领取",
        "渠道返利,佣金日结",
        "当代孕妈妈招募",
        "提供发票代开",
        "代开增值税发票",
        "专业代开电子发票",
        "提供发票,点数低",
        "可开发票各种行业",
        "代开发票务必联系",
        "加微信公众号领红包",
        "六合彩色情",
    ] {
        assert!(counts(text) > 0, "{text}");
    }
    for text in [
        "提高宣传销售额",
        "请上传销售合同",
        "做一套现有系统的改造",
        "这套现有的系统",
        "两套现成方案",
        "承办证券业务",
        "举办证书培训",
        "带孩子做早操你们有课吗",
        "系统接口交付时间",
        "进口交货期",
        "印刷单价多少",
        "往返利用率",
        "现代孕妇用品",
        "喷枪支架",
        "需要开具发票吗",
        "发票据给客户",
        "提供开发票据系统",
        "请问有没有发票打印机",
        "颜色情况说明",
        "角色情感分析",
        "特色情怀民宿",
        "消毒品牌代理",
        "病毒品种检测",
        "自杀毒软件更新后",
        "信贷款项管理系统",
        "反骗子平台",
        "反诈骗宣传",
        "上市长虹电视",
    ] {
        assert_eq!(counts(text), 0, "{text}: {:?}", found(&lexicon, text));
    }
}

/// Signs between the characters of a word, wherever they stand; one blank in a Latin word is the gap between two others.
#[test]
fn signs_hide_no_word() {
    let check = LexiconCheck {
        words: texts(&[
            "free money",
            "casino",
            "fuck",
            "bitcoin",
            "penis",
            "казино",
            "代开 发票",
            "some bad word",
            "scam",
        ]),
        separated: true,
        allow_common: false,
        ..LexiconCheck::default()
    };
    let lexicon = compile(&check);
    let hits = |text: &str| -> Vec<String> {
        lexicon.find(text).iter().map(|hit| format!("{} {}", hit.word(), &text[hit.span()])).collect()
    };
    for (text, word) in [
        ("free-money", "free money"),
        ("free_money", "free money"),
        ("free.money", "free money"),
        ("free\nmoney", "free money"),
        ("free\tmoney", "free money"),
        ("free  money", "free money"),
        ("free--money", "free money"),
        ("freemoney", "free money"),
        ("fr-ee money", "free money"),
        ("some_bad_word", "some bad word"),
        ("代开-发票", "代开 发票"),
        ("cas-ino", "casino"),
        ("ca.sino", "casino"),
        ("f.uck", "fuck"),
        ("f u ck", "fuck"),
        ("f u c k", "fuck"),
        ("bit-coin", "bitcoin"),
        ("ка-зино", "казино"),
        // The Chinese ellipsis is two signs, and folded six.
        ("代……开…。发票", "代开 发票"),
        ("cas……ino", "casino"),
        ("cas(…)ino", "casino"),
        ("cas………ino", "casino"),
    ] {
        assert_eq!(hits(&format!("so {text} you")), [format!("{word} {text}")], "{text}");
    }
    for text in [
        "the pen is red",
        "this is cam footage",
        "bit coin",
        "cas ino",
        "cas----ino",
        "cas…………ino",
        "cas……––ino",
        "pencasino",
    ] {
        assert_eq!(hits(text), [""; 0], "{text}");
    }
}

#[test]
fn where_a_word_counts_is_the_lists_to_say() {
    let with = |mode| compile(&LexiconCheck { mode, ..all(&["69", "sb", "套现", "mp3"]) });
    let count = |mode, text: &str| with(mode).find(text).len();
    for (text, words, anywhere, standalone) in [
        ("订购695个", 1, 1, 0),
        ("订购69个", 1, 1, 1),
        ("卖69元", 1, 1, 1),
        ("69", 1, 1, 1),
        ("卖69.5元", 1, 1, 0),
        ("卖69。5月到货", 1, 1, 1),
        ("1,069", 1, 1, 0),
        ("型号A69", 1, 1, 0),
        ("编号 69 。", 1, 1, 1),
        ("usb", 0, 1, 0),
        ("用SB骂人", 1, 1, 0),
        ("SB!", 1, 1, 1),
        ("急需套现吗", 1, 1, 0),
        ("急需，套现！", 1, 1, 1),
        ("mp34", 0, 1, 0),
        ("mp3s", 0, 1, 0),
        ("sb1234", 0, 1, 0),
        ("sb12345", 1, 1, 0),
        ("12345sb", 1, 1, 0),
        ("12345sbc", 0, 1, 0),
        ("Ｍｐ３", 1, 1, 1),
    ] {
        let counts = [LexiconMatch::Words, LexiconMatch::Anywhere, LexiconMatch::Standalone];
        assert_eq!(counts.map(|mode| count(mode, text)), [words, anywhere, standalone], "{text}");
    }
}

#[test]
fn a_rule_reads_every_text_of_a_lead_and_weighs_later_passes_less() {
    let lexicon = BlacklistCheck::Lexicon(all(&["刷好评", "jackpot"]));
    let plain =
        BlacklistCheck::Lexicon(LexiconCheck { words: texts(&["诈骗"]), ..LexiconCheck::default() });
    let blacklist = engine([("words", Severity::Block, lexicon), ("fraud", Severity::Flag, plain)]);
    let verdict = check(
        &blacklist,
        json!({
            "message": "刷*好*评", "company": "上海 Ｊａｃｋｐｏｔ 有限公司", "tags": ["ok", "刷好评"],
            "attributes": {"remark": "欺诈骗人", "notes": ["-", "反诈骗"]}, "wechat": "jackpot",
        }),
    );
    assert_eq!(verdict.severity(), Severity::Block);
    snapshot("blacklist_lexicon", &verdict);
    assert!(matches!(
        verdict.hits().last().and_then(|hit| hit.suppressed_by()),
        Some(Suppression::Phrase { phrase }) if phrase == "反诈骗"
    ));
    assert_round_trip(&verdict);
    assert_eq!(check(&blacklist, json!({"message": "刷*好*评"})).severity(), Severity::Flag);
    assert_eq!(check(&blacklist, json!({"message": "反诈骗"})).severity(), Severity::Pass);
}

#[test]
fn a_flood_of_light_hits_hides_no_heavy_one() {
    let blacklist = engine([("words", Severity::Block, BlacklistCheck::Lexicon(all(&["诈骗"])))]);
    let flood =
        |light: &str| json!({"company": light.repeat(100), "message": "诈骗", "name": "反诈骗".repeat(90)});
    for light in ["诈-骗 ", "反诈骗"] {
        let verdict = check(&blacklist, flood(light));
        assert_eq!((verdict.severity(), verdict.hits().len()), (Severity::Block, 64), "{light}");
    }
}

#[test]
fn words_that_cannot_be_looked_for_are_refused_and_spellings_merge() {
    let words = texts(&["\u{200b}\u{301}", " ", "发票", "發票", "ＦＡＰＩＡＯ", &"长".repeat(100)]);
    let allowed = texts(&["\u{feff}"]);
    let rules = |words: Vec<String>| BlacklistRules {
        rules: vec![BlacklistRule::new(
            "words",
            BlacklistCheck::Lexicon(LexiconCheck {
                words,
                allowed: allowed.clone(),
                ..LexiconCheck::default()
            }),
        )],
        ..BlacklistRules::default()
    };
    let document = |words| serde_json::to_value(rules(words)).unwrap();
    let errors = BlacklistRules::load(document(words)).unwrap_err();
    snapshot("blacklist_lexicon_mistakes", &errors);
    assert!(BlacklistRules::load(document(Vec::new())).unwrap_err().to_string().contains("no words"));
    let lexicon = compile(&all(&["发票", "fapiao", "發票", "ＦＡＰＩＡＯ"]));
    assert_eq!(lexicon.len(), 2);
    let hits: Vec<_> = lexicon.find("FAPIAO發票").iter().map(|hit| hit.indexes().to_vec()).collect();
    assert_eq!(hits, [vec![1, 3], vec![0, 2]]);
    let with = |check: LexiconCheck| BlacklistRules {
        rules: vec![BlacklistRule::new("w", BlacklistCheck::Lexicon(check))],
        ..BlacklistRules::default()
    };
    assert_eq!(with(all(&["发票", "發票"])).lint()[0].code, "duplicate_entry");
}

fn check_text(blacklist: &Blacklist, text: &str) -> Severity {
    check(blacklist, json!({"message": text})).severity()
}

/// What every hit must be, whatever the text.
fn assert_lawful(text: &str, words: &[&str], hits: &[LexiconHit]) {
    for hit in hits {
        let matched = fold(text.get(hit.span()).expect("a character boundary"));
        let word = fold(words[hit.indexes()[0]]);
        let read = |text: &str| -> String {
            match hit.pass() {
                LexiconPass::Separated => text.chars().filter(|c| c.is_alphanumeric()).collect(),
                LexiconPass::Repeated => {
                    let mut chars: Vec<char> = text.chars().collect();
                    chars.dedup();
                    chars.into_iter().collect()
                }
                _ => text.to_owned(),
            }
        };
        assert_eq!(read(&matched), read(&word), "{text:?} {hit:?}");
    }
}

/// Every place of a word in the folded text, character by character.
fn oracle(text: &str, words: &[&str], pass: LexiconPass) -> Vec<(usize, usize, usize)> {
    let folded: Vec<char> = fold(text).chars().collect();
    // The words are short: up to four digits beside them make a model.
    let continues = |beside: Vec<char>| {
        let digits = beside.iter().take_while(|c| c.is_ascii_digit()).count();
        beside.first().is_some_and(char::is_ascii_alphabetic) || (1..=4).contains(&digits)
    };
    let mut found = Vec::new();
    for (index, word) in words.iter().enumerate() {
        let word: Vec<char> = fold(word).chars().collect();
        for start in 0..folded.len() {
            let mut ends = Vec::new();
            go_on(&folded, &word, start, 0, pass, &mut ends);
            for (end, signs) in ends {
                let latin = word[0].is_ascii_alphabetic();
                let before = folded[..start].iter().rev().copied().collect();
                if latin && (continues(before) || continues(folded[end..].to_vec())) {
                    continue;
                }
                let gaps: usize = signs.iter().sum();
                let (mut at, mut blanks, mut signed) = (start, 0, false);
                for skipped in &signs {
                    let gap = &folded[at + 1..at + 1 + skipped];
                    signed |= gap.iter().any(|c| !c.is_whitespace());
                    blanks += usize::from(!gap.is_empty() && gap.iter().all(|c| c.is_whitespace()));
                    at += 1 + skipped;
                }
                // One blank stands between two words as well.
                let mixed = latin && signs.contains(&0) && !signed && blanks == 1;
                if (gaps > 0) == (pass == LexiconPass::Separated) && !mixed {
                    found.push((index, start, end));
                }
            }
        }
    }
    found
}

/// The ends of a word from a place on, with the signs before each of its characters but the first.
fn go_on(
    folded: &[char],
    word: &[char],
    at: usize,
    done: usize,
    pass: LexiconPass,
    ends: &mut Vec<(usize, Vec<usize>)>,
) {
    let mut stack = vec![(at, done, Vec::new())];
    while let Some((at, done, signs)) = stack.pop() {
        if folded.get(at) != Some(&word[done]) {
            continue;
        }
        if done + 1 == word.len() {
            ends.push((at + 1, signs));
            continue;
        }
        let most = if pass == LexiconPass::Separated { 3 } else { 0 };
        for skipped in 0..=most {
            let between = folded.get(at + 1..at + 1 + skipped);
            if between.is_some_and(|between| between.iter().all(|c| !c.is_alphanumeric())) {
                let mut signs: Vec<usize> = signs.clone();
                signs.push(skipped);
                stack.push((at + 1 + skipped, done + 1, signs));
            }
        }
    }
}

// Compiled once: in a debug build that takes longer than all the searches.
const FEW_WORDS: [&str; 5] = ["发票", "as", "asb", "票票", "a"];
static FEW: LazyLock<Lexicon> =
    LazyLock::new(|| compile(&LexiconCheck { repeated: false, allow_common: false, ..all(&FEW_WORDS) }));
const STRANGE_WORDS: [&str; 8] = ["a", "ab", "fi", "株", "发票", "1", "ガ", "الله"];
static STRANGE: LazyLock<Lexicon> = LazyLock::new(|| {
    compile(&LexiconCheck { mode: LexiconMatch::Anywhere, allow_common: false, ..all(&STRANGE_WORDS) })
});

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn a_phrase_more_never_raises_what_a_text_weighs(
        parts in prop::collection::vec(select(vec!["反", "诈", "骗", "-", "a", "s", "c", " "]), 0..14),
        phrases in prop::collection::vec(select(vec!["反诈骗", "诈骗", "骗反", "ascs", "a s", "反诈"]), 0..3),
        more in select(vec!["反诈骗", "诈骗反", "骗诈", "ass", "sca", "as as"]),
    ) {
        let text = parts.concat();
        let weight = |phrases: &[&str]| {
            let words = texts(&["诈骗", "as", "骗诈", "反"]);
            let allowed = texts(phrases);
            let check = LexiconCheck { words, allowed, separated: true, allow_common: false, ..LexiconCheck::default() };
            let rules = [("words", Severity::Block, BlacklistCheck::Lexicon(check))];
            check_text(&engine(rules), &text)
        };
        let with: Vec<&str> = phrases.iter().copied().chain([more]).collect();
        prop_assert!(weight(&with) <= weight(&phrases));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(160))]

    #[test]
    fn a_slow_search_finds_the_same(
        parts in prop::collection::vec(
            select(vec!["发", "發", "票", "Ａ", "a", "s", "ｓ", "b", "\u{200b}", "-", "。", " ", "\u{301}", "é", "1", "11111"]),
            0..16,
        ),
    ) {
        let text = parts.concat();
        let words = FEW_WORDS;
        let hits = FEW.find(&text);
        assert_lawful(&text, &words, &hits);
        let folded = Folded::new(&text);
        for pass in [LexiconPass::Plain, LexiconPass::Separated] {
            let at = |chars: usize| folded.as_str().char_indices().nth(chars).map_or(folded.as_str().len(), |(at, _)| at);
            let mut expected: Vec<_> = oracle(&text, &words, pass)
                .into_iter()
                .map(|(word, start, end)| (word, folded.original_span(at(start)..at(end))))
                .collect();
            let mut found: Vec<_> =
                hits.iter().filter(|hit| hit.pass() == pass).map(|hit| (hit.indexes()[0], hit.span())).collect();
            let key = |one: &(usize, std::ops::Range<usize>)| (one.0, one.1.start, one.1.end);
            expected.sort_by_key(key);
            found.sort_by_key(key);
            prop_assert_eq!(found, expected, "{:?} {}", text, pass);
        }
    }

    #[test]
    fn spans_are_whole_characters_of_any_text(
        text in "[a-cA-Cａ-ｃ发發票㈱ﬁ①ﷺ́҉\u{200d}\u{202e}\u{feff} 　。*à-ü가-나ｶﾞ]{0,40}",
    ) {
        let hits = STRANGE.find(&text);
        assert_lawful(&text, &STRANGE_WORDS, &hits);
        // Reading it again says the same.
        prop_assert_eq!(STRANGE.find(&text), hits);
    }
}

/// Who writes a sign into a harmless phrase does no harm by it.
#[test]
fn a_phrase_is_read_through_signs() {
    let words = ["诈骗", "洗钱", "发票", "传销"];
    for check in [all(&words), LexiconCheck { words: texts(&words), ..LexiconCheck::default() }] {
        let lexicon = compile(&check);
        for harmless in [
            "反“诈骗”",
            "反「诈骗」系统",
            "反 诈骗",
            "反-诈骗",
            "反 洗钱",
            "需要 发票",
            "需要：发票",
            "宣 传销售",
            "宣传销 售",
        ] {
            let hits = lexicon.find(harmless);
            assert!(!hits.is_empty(), "{harmless}");
            assert!(hits.iter().all(|hit| hit.allowed_by().is_some()), "{harmless}: {hits:?}");
        }
        // Two sentences, and a sign too many.
        for harmful in ["我们反对。诈骗", "需要。发票", "反----诈骗", "代开 发票"] {
            let hits = lexicon.find(harmful);
            assert!(hits.iter().any(|hit| hit.allowed_by().is_none()), "{harmful}: {hits:?}");
        }
    }
}

#[test]
fn the_best_known_traps_are_harmless() {
    let words = ["性交", "做爱", "台独", "阳具", "口交", "传销", "套现", "刷单", "诈骗", "毒品", "发票"];
    let lexicon = compile(&LexiconCheck { words: texts(&words), ..LexiconCheck::default() });
    for harmless in [
        "一次性交付",
        "线性交叉",
        "可能性交给他",
        "异性交友",
        "做爱心公益",
        "一台独立服务器",
        "两台独立站",
        "朝阳具体地址",
        "接口交期",
        "进口交通工具",
        "流传销量",
        "手套现货",
        "外套现货",
        "一套现金流",
        "刷单词",
        "反电信网络诈骗法",
        "防电信诈骗",
        "毒品检测试剂盒",
        "请开具增值税专用发票",
        "能开发票吗",
    ] {
        let hits = lexicon.find(harmless);
        assert!(hits.iter().all(|hit| hit.allowed_by().is_some()), "{harmless}: {hits:?}");
    }
    for harmful in ["电信诈骗", "毒品交易", "代开增值税专用发票", "刷单返利", "一次性套现"]
    {
        let hits = lexicon.find(harmful);
        assert!(hits.iter().any(|hit| hit.allowed_by().is_none()), "{harmful}: {hits:?}");
    }
}

/// What a word of common lexicons is part of by chance has its kind: what stands before it and what stands behind it.
#[test]
fn what_meets_by_chance_is_harmless_by_its_kind() {
    let words = "台独 枪支 套现 性交 口交 做爱 色情 刷单 发票 代开发票 毒品 赌博 毒药 博彩 成人 射精 阴道 春药 阳具 大麻 诈骗 共产";
    let words: Vec<&str> = words.split(' ').collect();
    let lexicon = compile(&LexiconCheck { words: texts(&words), ..LexiconCheck::default() });
    let counts = |text: &str| lexicon.find(text).iter().filter(|hit| hit.allowed_by().is_none()).count();
    let harmless = "平台独立部署多少钱 后台独立部署 你们的平台独家代理怎么谈 舞台独特的设计 扫码枪支持二维码吗 扫描枪支持安卓吗 喷枪支持定制吗 洗车水枪支持批发 \
        这套现在多少钱 一套现在什么价 刚需三套现在要 一次性交押金吗 学费一次性交完有优惠吗 一次性交全款 项目要阶段性交付 弹性交付 柔性交期 周期性交易数据 \
        公司地址：营口交通大厦 海口交付可以吗 周口交通局 张家口交通集团 户口交给谁 出口交税怎么算 接口交接文档 我是做爱普生代理 我们是做爱玛电动车的 \
        粉色情侣装定做 红色情人节礼盒 涂刷单价 丝网刷单色 有发票吗 有电子发票吗 能开增值税专用发票吗 需代开发票管理系统 毒品检测仪 防赌博软件 \
        色情识别API 消毒药剂 中博彩印实业 众成人才咨询 雷射精机 江阴道达汽车饰件 长春药业采购 沈阳具备资质的安装队 不想惹那么大麻烦 远离毒品 公共产品";
    for text in harmless.split_whitespace() {
        assert!(!lexicon.find(text).is_empty(), "{text}");
        assert_eq!(counts(text), 0, "{text}: {:?}", found(&lexicon, text));
    }
    for text in "支持台独 台独立场 买枪支 枪支持有 花呗套现 信用卡套现现在办 强制性交 长期性交易 安全性交 上门口交 约炮窗口交易 做爱情侣 黄色情趣 刷单 \
        代开发票 代开增值税发票 可开发票各种行业 毒品交易 网络赌博 博彩平台 成人视频 成人才能看 大麻出售 诈骗平台 卖春药 春药店"
        .split_whitespace()
    {
        assert!(counts(text) > 0, "{text}");
    }
    // Every phrase is one that some word stands in, and no phrase is there twice.
    let phrases: Vec<&str> = harmless_phrases().collect();
    assert!(phrases.is_sorted_by(|a, b| a < b) && phrases.iter().all(|phrase| !phrase.contains('×')));
}

/// From five digits on a number is itself however it is grouped; a shorter one may be two others.
#[test]
fn a_long_number_is_found_in_groups() {
    let words = ["13927461853", "2026718843", "69", "2016", "95588"];
    let lexicon = compile(&LexiconCheck {
        separated: true,
        ..LexiconCheck { words: texts(&words), ..LexiconCheck::default() }
    });
    for (text, word) in [
        ("请打139 2746 1853", "13927461853"),
        ("139-2746-1853", "13927461853"),
        ("139.2746.1853", "13927461853"),
        ("1.3.9.2.7.4.6.1.8.5.3", "13927461853"),
        ("139*2746*1853", "13927461853"),
        ("1 3 9 2 7 4 6 1 8 5 3", "13927461853"),
        ("QQ 202-671-8843", "2026718843"),
        ("QQ 2026 718 843", "2026718843"),
        ("9 5 5 8 8", "95588"),
        ("13927461853", "13927461853"),
    ] {
        let hits: Vec<String> = lexicon.find(text).iter().map(|hit| hit.word().to_owned()).collect();
        assert_eq!(hits, [word], "{text}");
    }
    for text in ["6-9岁", "6.9折", "6 9", "20-16", "20 16", "139-----2746-----1853", "139 2746 185"] {
        assert!(lexicon.find(text).is_empty(), "{text}");
    }
}
