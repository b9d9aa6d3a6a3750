//! Codes of countries, marks and numbers of items that stand apart from the number they belong to.

use leadkit::contact::{PhoneFault, PhoneOptions, read_phones};

fn keys(field: &str) -> Vec<String> {
    let found = read_phones(field, &PhoneOptions::default());
    found.iter().filter_map(|one| one.value.key()).map(str::to_owned).collect()
}

#[track_caller]
fn all_read(rows: &[(&str, &[&str])]) {
    for (field, expected) in rows {
        assert_eq!(keys(field), *expected, "{field}");
    }
}

/// A picker of countries exports `+1 (United States)`.
#[test]
fn a_code_alone_belongs_to_the_next_number() {
    all_read(&[
        ("+49 (DE) 15088672341", &["+4915088672341"]),
        ("+49（德国）15088672341", &["+4915088672341"]),
        ("+49: 15088672341", &["+4915088672341"]),
        ("+1(美国)4155552671", &["+14155552671"]),
        ("+1 US 4155552671", &["+14155552671"]),
        ("+1-US-4155552671", &["+14155552671"]),
        ("+1 (USA) 415-555-2671", &["+14155552671"]),
        ("+1: (415) 555-2671", &["+14155552671"]),
        ("+1 mobile 4155552671", &["+14155552671"]),
        ("<+1> 4155552671", &["+14155552671"]),
        ("+1 (Toronto) 416-388-6723", &["+14163886723"]),
        ("+1 🇺🇸 4155552671", &["+14155552671"]),
        ("+44 (London) 20 7388 6723", &["+442073886723"]),
        ("+44 (UK) 07911 123457", &["+447911123457"]),
        ("+81(日本)9038867234", &["+819038867234"]),
        ("+7 (Россия) 9138867234", &["+79138867234"]),
        ("+20 Egypt 1001234567", &["+201001234567"]),
        ("+63 PH 9171234567", &["+639171234567"]),
        ("+852(香港)60987654", &["+85260987654"]),
        ("+852 电话：60987654", &["+85260987654"]),
        ("国家/地区：+852 手机号：60987654", &["+85260987654"]),
        ("country code: +852; phone: 6098 7654", &["+85260987654"]),
        ("00852（香港）60987654", &["+85260987654"]),
        ("60987654 (+852)", &["+85260987654"]),
        ("60987654（+852） / 13927461853", &["+85260987654", "+8613927461853"]),
        ("+86(中国)13927461853", &["+8613927461853"]),
        ("13927461853（+86）", &["+8613927461853"]),
        ("+1(美国)4155552671 / +86 13927461853", &["+14155552671", "+8613927461853"]),
        // A country before a number of its plan.
        ("US 4155552671", &["+14155552671"]),
        ("🇺🇸 (415) 555-2671", &["+14155552671"]),
        ("香港电话：60987654", &["+85260987654"]),
        ("UK: 07911 123457", &["+447911123457"]),
        ("🇨🇳 13927461853", &["+8613927461853"]),
        // What is no code, and what is no country.
        ("13927461853 +1", &["+8613927461853"]),
        ("孩子+1人 13927461853", &["+8613927461853"]),
        ("NO 0755-26718843", &["+8675526718843"]),
        ("ID 13927461853", &[]),
        ("美国王磊 13927461853", &["+8613927461853"]),
        ("+86 13927461853 王磊 0755-26718843", &["+8613927461853", "+8675526718843"]),
        ("+86 QQ 2026718843", &[]),
        // Nobody knows of which number it is: a guess.
        ("+49 lei@xinghe.cn 15088672341", &["+8615088672341"]),
        ("+1 QQ 2026718843 电话 13927461853", &["+8613927461853"]),
        ("🇺🇸 13927461853", &["+8613927461853"]),
    ]);
    let field = "+852(香港)60987654，王磊";
    assert_eq!(&field[read_phones(field, &PhoneOptions::default())[0].span.clone()], "+852(香港)60987654");
    let field = "王磊 60987654（+852）";
    assert_eq!(&field[read_phones(field, &PhoneOptions::default())[0].span.clone()], "60987654");
    let open = read_phones("+49 lei@xinghe.cn 15088672341", &PhoneOptions::default());
    assert_eq!(open[0].value.fault(), Some(PhoneFault::AssumedCountry));
    // No American number begins so.
    let other = read_phones("🇺🇸 13927461853", &PhoneOptions::default());
    assert_eq!(other[0].value.fault(), None);
}

/// These links and this app know numbers with their code and without `+`.
#[test]
fn the_number_of_a_chat_begins_with_its_code() {
    all_read(&[
        ("https://wa.me/85260987654", &["+85260987654"]),
        ("wa.me/14155552671", &["+14155552671"]),
        ("https://wa.me/8613927461853?text=hello", &["+8613927461853"]),
        ("https://api.whatsapp.com/send?phone=14155552671", &["+14155552671"]),
        ("https://api.whatsapp.com/send?phone=+14155552671&text=hi", &["+14155552671"]),
        ("whatsapp://send?phone=8613927461853", &["+8613927461853"]),
        ("whatsapp://send/?phone=14155552671&text=hi", &["+14155552671"]),
        ("https://web.whatsapp.com/send?phone=85260987654", &["+85260987654"]),
        ("https://api.whatsapp.com/send/?text=hi&phone=14155552671", &["+14155552671"]),
        ("tel:+8613927461853", &["+8613927461853"]),
        ("tel:13927461853", &["+8613927461853"]),
        ("sms:13927461853?body=hi", &["+8613927461853"]),
        ("weixin://dl/chat?13927461853", &["+8613927461853"]),
        ("WhatsApp 85260987654", &["+85260987654"]),
        ("WhatsApp：14155552671", &["+14155552671"]),
        ("WhatsApp 13927461853", &["+8613927461853"]),
        ("WhatsApp +44 7911 123457", &["+447911123457"]),
        ("wa 0755-26718843", &["+8675526718843"]),
        // Columns of a form are no link.
        ("whatsapp=yes&phone=13927461853", &["+8613927461853"]),
        ("name=lei&whatsapp=1&phone=15088672341&city=sz", &["+8615088672341"]),
        ("whatsapp phone=13927461853", &["+8613927461853"]),
        ("notwhatsapp.com/send?phone=13927461853", &["+8613927461853"]),
        ("(https://api.whatsapp.com/send?phone=14155552671)", &["+14155552671"]),
        ("微信/wa.me/85260987654", &["+85260987654"]),
    ]);
    let field = "wa.me/14155552671";
    assert_eq!(&field[read_phones(field, &PhoneOptions::default())[0].span.clone()], "14155552671");
}

#[test]
fn a_zero_in_brackets_is_read_as_the_plan_dials_it() {
    all_read(&[
        ("+44 (0)20 7946 0958", &["+442079460958"]),
        ("+39 (0)6 18349275", &["+390618349275"]),
        ("+86(0)755-26718843", &["+8675526718843"]),
    ]);
}

/// No American number begins so: the sign is one too many.
#[test]
fn a_mobile_number_of_china_behind_a_plus_is_a_guess() {
    for field in ["+13927461853", "+15900861347", "+1 3927461853"] {
        let found = read_phones(field, &PhoneOptions::default());
        assert_eq!(found[0].value.fault(), Some(PhoneFault::AssumedCountry), "{field}");
        assert!(found[0].value.key().is_some_and(|key| key.starts_with("+861")), "{field}");
    }
    let divided = read_phones("+1 392 746 1853", &PhoneOptions::default());
    assert_eq!((divided[0].value.key(), divided[0].value.fault()), (None, Some(PhoneFault::AssumedCountry)));
    for field in ["+14155552671", "+1 310 555 1234", "+13105551234", "+8613927461853"] {
        let found = read_phones(field, &PhoneOptions::default());
        assert_eq!(found[0].value.fault(), None, "{field}");
    }
}

#[test]
fn numbers_of_items_are_no_part_of_numbers() {
    let both: &[&str] = &["+8613927461853", "+8615088672341"];
    all_read(&[
        ("1.13927461853 2.15088672341", both),
        ("1. 13927461853 2. 15088672341", both),
        ("1：13927461853；2：15088672341", both),
        ("1.13927461853；2.15088672341", both),
        ("1.0755-26718843 2.13927461853", &["+8675526718843", "+8613927461853"]),
        (
            "1.13927461853 2.15088672341 3.0755-26718843",
            &["+8613927461853", "+8615088672341", "+8675526718843"],
        ),
        ("1.13927461853", &["+8613927461853"]),
        ("028-87654321；2", &["+862887654321"]),
    ]);
    let extension = read_phones("028-87654321；2", &PhoneOptions::default());
    assert_eq!(extension[0].value.extension(), Some("2"));
}

#[test]
fn a_number_behind_its_sign_and_code_goes_on_behind_dividers() {
    all_read(&[
        ("0049/151/29437816", &["+4915129437816"]),
        ("+49/151/29437816", &["+4915129437816"]),
        ("0049 / 151 / 29437816", &["+4915129437816"]),
        ("+49/151/294/378/16", &["+4915129437816"]),
        ("+49 151/29437816", &["+4915129437816"]),
        ("+49 (151) / 29437816", &["+4915129437816"]),
        ("+33/6/12/34/56/78", &["+33612345678"]),
        ("+33|6|12|34|56|78", &["+33612345678"]),
        ("+852/9123/4567", &["+85291234567"]),
        ("+44/(0)7911/123456", &["+447911123456"]),
        ("+39/333/1234567", &["+393331234567"]),
        ("＋１／４１５／５５５／２６７１", &["+14155552671"]),
        ("+86/139/2746/1853", &["+8613927461853"]),
        ("Tel +49/151/29437816", &["+4915129437816"]),
        // As `+1 138 87652419`, with the 1 twice; whose `+1 139 27461853` is, nobody knows.
        ("+1/138/87652419", &["+13887652419"]),
        ("+1/139/27461853", &[]),
        // Behind a whole number a divider parts.
        ("+49/151/29437816/13927461853", &["+4915129437816", "+8613927461853"]),
        ("13927461853/+49/151/29437816", &["+8613927461853", "+4915129437816"]),
        ("+85291234567/61234567", &["+85291234567"]),
        ("+8613927461853/15088672341", &["+8613927461853", "+8615088672341"]),
        ("+85291234567/13927461853", &["+85291234567", "+8613927461853"]),
    ]);
    assert_eq!(keys("+1 138 87652419"), keys("+1/138/87652419"));
    let desk = read_phones("+852/9123/4567/801", &PhoneOptions::default());
    assert_eq!(desk.iter().map(|one| one.value.extension()).collect::<Vec<_>>(), [Some("801")]);
    let field = "a +49/151/29437816 b";
    let found = read_phones(field, &PhoneOptions::default());
    assert_eq!(&field[found[0].span.clone()], "+49/151/29437816");
}
