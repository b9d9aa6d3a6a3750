//! A value that names nobody joins nobody: what systems write where they have no id, and what people write where they
//! have no account. One number is one person, wherever it stands.

use super::*;

/// Two strangers, each with a number and a mailbox of their own.
fn strangers(change: impl Fn(&mut Lead)) -> [Lead; 2] {
    [("L1", 1, "陈明", "13927461853"), ("L2", 2, "李娜", "15088672341")].map(|(id, at, name, phone)| {
        let mut lead = Lead { name: Some(name.into()), ..caller(id, at, phone) };
        lead.emails = vec![format!("{id}.person@example-{id}.cn").as_str().into()];
        change(&mut lead);
        lead
    })
}

/// Whether the second is a lead of its own after both came in.
fn stay_two(change: impl Fn(&mut Lead)) -> bool {
    [companies(), consumers()].iter().all(|rules| {
        let mut desk = Desk::new(rules);
        let outcomes = strangers(&change).map(|lead| desk.submit(&lead).outcome);
        outcomes
            .iter()
            .all(|outcome| outcome.resolution().is_some_and(|found| found.action().owner().is_none()))
            && desk.book.leads().filter(|lead| lead.is_on_file()).count() == 2
    })
}

#[test]
fn an_id_that_is_no_id_is_no_event_and_no_person() {
    for name in ["clue_id", "form_entry_id", "call_id", "wechat_openid", "unionid"] {
        for none in [
            "null",
            "NULL",
            "undefined",
            "0",
            "000",
            "N/A",
            "none",
            "-",
            "--",
            "anonymous",
            "NaN",
            " nil ",
            "(none)",
            "无",
            "00000000-0000-0000-0000-000000000000",
            "{{clue_id}}",
            "${id}",
            "%%ID%%",
            "[object Object]",
            "<null>",
            "未知",
        ] {
            assert!(
                stay_two(|lead| _ = lead.external_ids.insert(name.to_owned(), none.to_owned())),
                "{name} {none}"
            );
        }
        let same = "8f14e45f-ceea";
        assert!(!stay_two(|lead| _ = lead.external_ids.insert(name.to_owned(), same.to_owned())), "{name}");
    }
}

#[test]
fn an_invented_wechat_id_is_nobody_s() {
    for none in [
        "unknown",
        "WeChat",
        "weixin",
        "123456",
        "111111",
        "12345678",
        "88888888",
        "10001",
        "aaaaaa",
        "abcdef",
        "abc123",
        "test123",
        "nothing",
        "noname",
        "qwerty",
        "xxxxxx",
        "Telegram",
        "whatsapp",
        "13800138000",
        "13911111111",
    ] {
        assert!(stay_two(|lead| lead.wechat = Some(none.into())), "{none}");
    }
    for own in ["zhang_san88", "2026718843", "wxid_9k2m4c7q1x"] {
        assert!(!stay_two(|lead| lead.wechat = Some(own.into())), "{own}");
    }
}

#[test]
fn a_mobile_number_is_one_person_s_whether_as_phone_or_as_wechat() {
    for rules in [companies(), consumers()] {
        for is_first_phone in [true, false] {
            let mut desk = Desk::new(&rules);
            let by_phone = caller("P", 1, "13927461853");
            let by_wechat = Lead {
                phones: Vec::new(),
                wechat: Some("微信 139 2746 1853（同号）".into()),
                ..caller("W", 1, MOBILE)
            };
            let (first, second) = if is_first_phone { (by_phone, by_wechat) } else { (by_wechat, by_phone) };
            let second = Lead { created_at: hour(2), ..second };
            desk.submit(&first);
            let outcome = desk.submit(&second).outcome;
            assert_eq!(outcome.route().folded_into(), Some(&first.id), "{outcome}");
        }
    }
}

/// A value that says there is none joins nobody, whoever gives a mobile number; any other is one person's, in letters only as well.
#[test]
fn a_word_for_none_joins_nobody_and_any_other_account_joins() {
    for word in ["notapplicable", "same-as-phone", "sameasabove", "customer", "meiyouweixin", "没有"] {
        assert!(stay_two(|lead| lead.wechat = Some(word.into())), "{word}");
    }
    for word in [
        "no.email@gmail.com",
        "notprovided@gmail.com",
        "guest@guest.com",
        "hi@hi.com",
        "meiyou@qq.com",
        "0@qq.com",
    ] {
        assert!(stay_two(|lead| lead.emails = vec![word.into()]), "{word}");
    }
    // One of them, or neither, gives a number.
    for word in ["meiyouweixin", "notapplicable"] {
        assert!(
            stay_two(|lead| {
                lead.wechat = Some(word.into());
                lead.phones.truncate(usize::from(lead.id.as_str() == "L1"));
            }),
            "{word}"
        );
    }
    for own in ["leiwang@163.com", "li.na88@gmail.com", "sunny.day@gmail.com"] {
        assert!(!stay_two(|lead| lead.emails = vec![own.into()]), "{own}");
    }
    for own in ["leiwang", "sunshine"] {
        assert!(!stay_two(|lead| lead.wechat = Some(own.into())), "{own}");
    }
}

/// A name that says nothing is no company, in a lead and in an account alike.
#[test]
fn a_placeholder_is_no_company() {
    for name in [
        "N/A",
        "个人",
        "--",
        "[not provided]",
        "无",
        "TBD",
        "None",
        "Unknown",
        "gmail.com",
        "Household",
        "Self employed",
        "Student",
        "Freelance",
        "Private person",
        "Test",
    ] {
        let mut desk = Desk::new(&companies());
        let account =
            Account { id: "A1".into(), company: name.into(), owner: Some("li".into()), ..Account::default() };
        desk.book.insert_account(account);
        let lead = Lead {
            name: Some("Fay Moe".into()),
            company: Some(name.into()),
            ..caller("L1", 1, "13927461853")
        };
        let outcome = desk.submit(&lead).outcome;
        assert!(outcome.resolution().is_some_and(|found| found.matches().is_empty()), "{name}: {outcome:?}");
        assert!(stay_two(|lead| lead.company = Some(name.into())), "{name}");
    }
}

/// Father and son on one phone are two people, and so are a child and who writes for it.
#[test]
fn a_generation_or_a_relative_is_another_person() {
    for (one, other) in
        [("John Smith Sr", "John Smith Jr"), ("John Smith", "John Smith Jr."), ("王小明", "王小明妈妈")]
    {
        let mut desk = Desk::new(&consumers());
        for (id, at, name) in [("L1", 1, one), ("L2", 2, other)] {
            desk.submit(&Lead { name: Some(name.into()), ..caller(id, at, "13927461853") });
        }
        assert_eq!(desk.book.leads().filter(|lead| lead.is_on_file()).count(), 2, "{one} {other}");
    }
}

/// A landline of another country is a company's as one of China is.
#[test]
fn two_strangers_behind_a_switchboard_abroad_stay_two() {
    for shared in
        ["+49 30 901820", "+44 20 7946 0958", "+852 2345 7788", "+33 1 42 68 53 00", "+49 800 3301000"]
    {
        let mut desk = Desk::new(&companies());
        let outcomes =
            strangers(|lead| lead.phones = vec![shared.into()]).map(|lead| desk.submit(&lead).outcome);
        assert!(outcomes.iter().all(|outcome| outcome.route().folded_into().is_none()), "{shared}");
    }
    assert!(!stay_two(|lead| lead.phones = vec!["+49 151 29437816".into()]));
}

#[test]
fn a_placeholder_of_any_language_joins_nobody() {
    for none in [
        "no@email.com",
        "keine@mail.de",
        "kein@web.de",
        "nein@danke.de",
        "abc@qq.com",
        "1@qq.com",
        "max.mustermann@gmx.de",
        "muster@mustermann.de",
        "john@doe.com",
        "foo@bar.com",
        "nobody@nowhere.com",
        "guest@gmail.com",
        "kunde@kunde.de",
    ] {
        assert!(stay_two(|lead| lead.emails = vec![none.into()]), "{none}");
    }
    for none in
        ["loading", "private", "privat", "secret", "hidden", "ninguno", "unbekannt", "none_none", "abcabc"]
    {
        assert!(stay_two(|lead| lead.wechat = Some(none.into())), "{none}");
    }
}
