//! Fields that break readers of numbers and addresses.

use leadkit::contact::{
    Email, Phone, PhoneFault, PhoneOptions, Wechat, read_emails, read_phones, read_wechats,
};
use proptest::prelude::*;

use super::pieces::PIECES;

#[test]
fn digits_of_every_script_are_digits() {
    let decimal = regex::Regex::new(r"^\p{Nd}$").unwrap();
    let (mut start, mut digits) = (None, 0);
    for c in '0'..=char::MAX {
        if !decimal.is_match(c.encode_utf8(&mut [0; 4])) {
            start = None;
            continue;
        }
        // Rows of ten stand side by side.
        let start = *start.get_or_insert(u32::from(c));
        let value = (u32::from(c) - start) % 10;
        let phone = Phone::parse(&format!("1392746185{c}"), &PhoneOptions::default());
        assert_eq!(phone.key(), Some(&*format!("+861392746185{value}")), "{c} {:x}", u32::from(c));
        digits += 1;
    }
    assert!(digits >= 680, "{digits}");
}

#[test]
fn places_and_keys_of_a_megabyte_are_sound() {
    let options = PhoneOptions::default();
    for piece in PIECES {
        let text = piece.repeat((1 << 20) / piece.len());
        for (span, key) in read_phones(&text, &options)
            .into_iter()
            .map(|one| (one.span, one.value.key().map(str::to_owned)))
            .chain(
                read_emails(&text)
                    .into_iter()
                    .map(|one| (one.span, one.value.ok().map(|email| email.key().to_owned()))),
            )
        {
            assert!(text.get(span).is_some());
            assert!(key.is_none_or(|key| key.len() <= 254 && !key.contains(['\r', '\n'])));
        }
        let _ = Wechat::parse(&text);
    }
}

/// Two pieces, again and again, on a small stack: no piece is read by a call for each time it comes.
#[test]
fn what_is_repeated_takes_no_more_stack() {
    const TOKENS: [&str; 24] = [
        "+1 ",
        "+86-",
        "+",
        "00",
        "0",
        "(",
        ")",
        "1-",
        "138",
        "x1",
        " ext 1 ",
        "转1",
        "@1",
        "a@b.cn",
        "*",
        "¥1",
        "，",
        "/",
        "\n",
        " or ",
        "电话:",
        "wx:",
        "13812349876 ",
        "①",
    ];
    let read = || {
        let options = PhoneOptions::default();
        for text in TOKENS.iter().flat_map(|a| TOKENS.iter().map(move |b| format!("{a}{b}"))) {
            let text = text.repeat(4_096 / text.len());
            let _ = read_phones(&text, &options);
            let _ = read_emails(&text);
            let _ = read_wechats(&text);
            let _ = Phone::parse(&text, &options);
        }
    };
    std::thread::Builder::new().stack_size(512 << 10).spawn(read).unwrap().join().unwrap();
}

/// The numbers of a list in brackets are read one by one, however many there are.
#[test]
fn numbers_in_brackets_take_no_more_stack() {
    let read = || {
        for unit in ["(1)", "(1) ", "(110)", "[12] ", "(1)2 "] {
            let text = unit.repeat(16_384 / unit.len());
            assert!(read_phones(&text, &PhoneOptions::default()).len() <= 64, "{unit}");
        }
    };
    std::thread::Builder::new().stack_size(256 << 10).spawn(read).unwrap().join().unwrap();
}

#[test]
fn what_is_turned_round_or_broken_over_lines_is_no_contact() {
    let options = PhoneOptions::default();
    // What is seen is not what is stored.
    assert!(read_phones("\u{202e}35816472931", &options).iter().all(|one| !one.value.is_ok()));
    for injected in [
        "lei@xinghe.cn\r\nBcc: all@xinghe.cn",
        "lei@xing\r\nhe.cn",
        "lei\n@xinghe.cn",
        "lei@xinghe.cn\u{2028}x",
    ] {
        for one in read_emails(injected) {
            let key = one.value.map(|email| email.key().to_owned()).unwrap_or_default();
            assert!(!key.contains(|c: char| c.is_control() || c.is_whitespace()), "{injected:?}: {key:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn what_is_written_from_a_number_is_read_as_it(
        raw in prop_oneof![
            "(\\+86 ?|0086|86)?1[3-9][0-9]-?[0-9]{4} ?[0-9]{4}((转|ext|#|x)[0-9]{1,5})?",
            "\\(?0[1-9][0-9]{1,2}\\)?-?[0-9]{7,8}(转[0-9]{1,4})?",
            "(400|800)-?[0-9]{3}-?[0-9]{4}",
            "\\+[1-9][0-9]{6,14}",
        ],
    ) {
        let options = PhoneOptions::default();
        let phone = Phone::parse(&raw, &options);
        if let Some(key) = phone.key() {
            let written = match phone.extension() {
                Some(extension) => format!("{key};ext={extension}"),
                None => key.to_owned(),
            };
            let again = Phone::parse(&written, &options);
            let read = read_phones(&written, &options);
            prop_assert_eq!(read.len(), 1);
            prop_assert_eq!(&read[0].value, &again, "{} {}", raw, written);
            // A key says its country: what was guessed of `+18900000000` is no guess in `+8618900000000`.
            if phone.fault() == Some(PhoneFault::AssumedCountry) {
                prop_assert_eq!((again.key(), again.kind()), (phone.key(), phone.kind()), "{} {}", raw, written);
            } else {
                prop_assert_eq!(&again, &phone, "{} {}", raw, written);
            }
        }
    }
    #[test]
    fn what_is_written_from_an_address_or_an_account_is_read_as_it(
        email in "[A-Za-z0-9]([A-Za-z0-9_+.-]{0,10}[A-Za-z0-9])?[@＠]([A-Za-z0-9-]{1,8}[.。]){1,3}([a-z]{2,5}|公司|CN)",
        wechat in "(QQ[:：] ?)?[A-Za-z0-9_-]{5,20}|(\\+86 ?)?1[3-9][0-9]{9}",
    ) {
        if let Ok(email) = Email::parse(&email) {
            prop_assert_eq!(Email::parse(email.key()), Ok(email.clone()));
            for written in [email.key().to_owned(), format!("<{}>", email.key()), format!("mailto:{}", email.key())] {
                let read = read_emails(&written);
                prop_assert_eq!(read.len(), 1, "{}", written);
                prop_assert_eq!(read[0].value.as_ref(), Ok(&email), "{}", written);
            }
        }
        if let Ok(id) = Wechat::parse(&wechat) {
            prop_assert_eq!(Wechat::parse(id.key()), Ok(id.clone()));
            let read = read_wechats(id.key());
            prop_assert_eq!(read.len(), 1, "{}", id.key());
            prop_assert_eq!(read[0].value.as_ref(), Ok(&id));
        }
    }
}

/// The second entry of a person is filed with the first, whose values are read as far as those of an entry.
#[test]
fn what_is_filed_takes_no_more_stack_than_what_comes() {
    use leadkit::model::{Lead, WechatId};
    use leadkit::{Arrival, Intake, Roster, Rules, State};

    let work = || {
        let intake = Intake::compile(&Rules::b2b()).unwrap();
        let (mut book, mut state) = (intake.book(), State::default());
        let roster = Roster::from_ids(["li", "wang"]);
        for piece in ["+1 ", "(1)", "+86-", "1/"] {
            let arrivals = ["a", "b"].map(|id| {
                let long = piece.repeat(15_000 / piece.len());
                Arrival::new(Lead {
                    id: format!("{piece}{id}").as_str().into(),
                    name: Some("Ann Berg".into()),
                    phones: vec!["13812349876".into(), long.as_str().into()],
                    wechat: Some(WechatId::from(long.as_str())),
                    country: Some(long),
                    created_at: "2026-03-02T02:00:00Z".parse().unwrap(),
                    ..Lead::default()
                })
            });
            let done = intake.process_batch(&arrivals, &mut book, &roster, &mut state).unwrap();
            assert!(done.iter().last().unwrap().outcome.route().code() == "folded", "{piece}");
        }
    };
    std::thread::Builder::new().stack_size(1 << 20).spawn(work).unwrap().join().unwrap();
}
