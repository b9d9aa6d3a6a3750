//! What the example `check_contacts` prints.

use std::io;
use std::path::Path;

#[path = "../../../examples/check_contacts/program/mod.rs"]
mod program;

fn run(arguments: &[&str], file: &'static [u8]) -> Result<String, String> {
    let read = |path: &Path| match path.to_str() {
        Some("in.txt") => Ok(file.to_vec()),
        Some("words.txt") => Ok("诈骗\tfraud\n\njackpot\n骗局\tfraud\n评估骗局\tallowed\n".into()),
        Some("rules.json") => Ok(RULES.into()),
        Some("old.json") => Ok(format!("{{\"blacklist\": {}}}", RULES.replace("+86170", "+86150")).into()),
        Some("map.json") => Ok(r#"{"columns": {"when": "created_at"}}"#.into()),
        Some("released.txt") => Ok("L-3
L-4
"
        .into()),
        _ => Err(io::ErrorKind::NotFound.into()),
    };
    let mut out = Vec::new();
    program::run(arguments.iter().map(|&text| text.to_owned()), &read, &mut out)
        .map_err(|error| error.to_string())?;
    Ok(String::from_utf8(out).unwrap())
}

/// What is printed where nobody judges numbers of other countries. With `phone-world` the example's judge does, and
/// finds no fault with the one number that is from abroad.
fn judged(printed: &str) -> String {
    if cfg!(feature = "phone-world") {
        assert_eq!(printed.matches("pass\t-\t+44 20").count(), 1, "{printed}");
        return printed.replace("pass\t-\t+44 20", "pass\tphone.unknown_country\t+44 20");
    }
    printed.to_owned()
}

#[test]
fn every_line_of_numbers_appears() {
    let file = "\u{FEFF}13927461853\n\n13800138000\n139 2746 1853(李娜) / 0755-26718843转801\r\n\
                +44 20 7946 0958\n139****1853\n87654301\n\t无 \n"
        .as_bytes();
    expect_test::expect![[r#"
        line	severity	rule	matched	span_start	span_end	normalised
        0	pass	-	13927461853	0	11	+8613927461853
        1	flag	phone.format	-	0	0	-
        2	flag	fake.sample_number	13800138000	0	11	+8613800138000
        3	pass	-	139 2746 1853	0	13	+8613927461853
        3	pass	-	0755-26718843转801	24	43	+8675526718843;ext=801
        4	pass	phone.unknown_country	+44 20 7946 0958	0	16	+442079460958
        5	flag	phone.format	139****1853	0	11	-
        6	flag	phone.format	87654301	0	8	-
        7	flag	phone.format	-	0	0	-
    "#]]
    .assert_eq(&judged(&run(&["--phones", "in.txt"], file).unwrap()));
    let local = run(&["--phones", "in.txt", "--region", "CN-SC-510100"], "87654301".as_bytes()).unwrap();
    assert!(local.ends_with("0\tpass\t-\t87654301\t0\t8\t+862887654301\n"), "{local}");
}

#[test]
fn every_line_of_addresses_appears() {
    let file = "\"Lei\" <lei@xinghe.cn>\nzhang san@xinghe.cn\nzhang@gmial.com\ntest@test.com\na\u{0}\\b@xinghe.cn\n \n\
                lei@xinghe.cn、wu@localhost"
        .as_bytes();
    expect_test::expect![[r"
        line	severity	rule	matched	span_start	span_end	normalised
        0	pass	-	lei@xinghe.cn	7	20	lei@xinghe.cn
        1	flag	email.format	zhang san@xinghe.cn	0	19	-
        2	flag	fake.mistyped_domain	zhang@gmial.com	0	15	zhang@gmial.com
        3	flag	fake.placeholder	test@test.com	0	13	test@test.com
        4	flag	email.format	\\b@xinghe.cn	2	14	-
        5	flag	email.format	-	0	0	-
        6	pass	-	lei@xinghe.cn	0	13	lei@xinghe.cn
        6	flag	email.format	wu@localhost	16	28	-
    "]]
    .assert_eq(&run(&["--emails", "in.txt"], file).unwrap());
}

const RULES: &str = r#"{"rules": [
    {"id": "words", "category": "fraud", "severity": "block", "check": {"lexicon": {"words": ["诈骗"], "separated": true}}},
    {"id": "prefix", "severity": "block", "check": {"prefix": {"phones": ["+86170"]}}},
    {"id": "format", "check": {"phone_format": {}}}
], "no_usable_contact": "pass"}"#;

#[test]
fn every_row_of_leads_appears_and_a_change_of_rules_is_told() {
    let table = "id,when,name,phone,message,tags\n\
                 L-1,2026-03-02T09:00:00Z,王磊,15088672341,请报价,\n\
                 L-2,2026-03-01T09:00:00Z,李娜,1392746 / 13927461853,\"我们反诈骗, 不诈-骗\",\n\
                 L-3,2026-03-01T09:00:00Z,李娜,17012349876,诈骗,a;诈骗\n\
                 L-4,2026-03-01T10:00:00Z,,17012349876,,\n\
                 L-5,yesterday,,17012349876,,\n";
    let run = |arguments: &[&str]| {
        let all: Vec<&str> = [&["--csv", "in.txt", "--rules", "rules.json"], arguments].concat();
        run(&all, table.as_bytes()).unwrap()
    };
    let said = run(&["--map", "map.json", "--dry-run", "old.json", "--released", "released.txt"]);
    expect_test::expect![[r#"
        line	severity	rule	matched	span_start	span_end	normalised	field	lead	code	detail	why
        0	pass	-	-	0	0	-	-	L-1	-	-	-
        1	flag	format	1392746	0	7	****46	phone	L-2	phone_not_assigned	unassigned_prefix	the phone number cannot be called because the prefix is not assigned
        1	flag	words	诈-骗	20	27	诈骗	message	L-2	lexicon	separated	the text contains a word on its list, with symbols between the characters
        1	pass	words	诈骗	9	15	诈骗	message	L-2	lexicon	plain	the text contains a word on its list
        2	block	prefix	17012349876	0	11	+86170	phone	L-3	listed_prefix	phone	a prefix of the phone number is on its list
        2	block	words	诈骗	0	6	诈骗	tags	L-3	lexicon	plain	the text contains a word on its list
        2	block	words	诈骗	0	6	诈骗	message	L-3	lexicon	plain	the text contains a word on its list
        3	block	prefix	17012349876	0	11	+86170	phone	L-4	listed_prefix	phone	a prefix of the phone number is on its list
        4	flag	row.not_a_time	-	0	0	-	when	-	not_a_time	-	`yesterday` is not a time: write it as `2026-03-01 09:00`

        change	lead	was	is
        newly_blocked	L-4	pass	block
        newly_released	L-1	block	pass

        rule	blocked	released	precision
        prefix	2	2	0.0000
        words	1	1	0.0000
    "#]]
    .assert_eq(&said);
    let plain = run(&["--map", "map.json"]);
    assert!(said.starts_with(&plain) && !plain.contains("precision"));
}

#[test]
fn every_line_of_texts_appears() {
    let file = "请报价\n反诈骗，是诈骗\n\n詐騙 J.A.C.K.P.O.T\njackpots\n评估骗局\n诈骗骗骗局\n".as_bytes();
    expect_test::expect![[r#"
        line	severity	rule	matched	span_start	span_end	normalised
        0	pass	-	-	0	0	-
        1	block	lexicon.fraud	诈骗	15	21	诈骗
        2	pass	-	-	0	0	-
        3	block	lexicon.fraud	詐騙	0	6	诈骗
        3	flag	lexicon.violation	J.A.C.K.P.O.T	7	20	jackpot
        4	pass	-	-	0	0	-
        5	pass	-	-	0	0	-
        6	block	lexicon.fraud	诈骗	0	6	诈骗
        6	block	lexicon.fraud	骗局	9	15	骗局
    "#]]
    .assert_eq(&run(&["--texts", "in.txt", "--lexicon", "words.txt"], file).unwrap());
}

/// Words of another encoding would be looked for in vain.
#[test]
fn a_file_that_is_no_utf8_is_named_with_its_line_and_a_cure() {
    // 请报价, 诈骗 in GBK.
    let gbk = b"\xc7\xeb\xb1\xa8\xbc\xdb\n\xd5\xa9\xc6\xad\n";
    let words = &["--texts", "in.txt", "--lexicon", "words.txt"];
    expect_test::expect!["in.txt: line 1, byte 1: found the byte 0xc7, expected UTF-8; if it is GBK: iconv -f GB18030 -t UTF-8 in.txt > utf8.txt"]
        .assert_eq(&run(words, gbk).unwrap_err());
    let late = b"ok\nplease \xb1\xa8\xbc\xdb\n";
    assert!(run(words, late).unwrap_err().starts_with("in.txt: line 2, byte 8: found the byte 0xb1"));
    let table = b"id,phone,message\nL-1,13927461853,\xb1\xa8\xbc\xdb\n";
    let error = run(&["--csv", "in.txt", "--rules", "rules.json"], table).unwrap_err();
    assert!(error.starts_with("in.txt: line 2, byte 17: found the byte 0xb1"), "{error}");
    assert!(run(&["--texts", "gbk.txt", "--lexicon", "in.txt"], gbk).is_err());
    let utf16 = b"\xff\xfeq\0";
    assert!(run(words, utf16).unwrap_err().contains("found UTF-16, expected UTF-8: iconv -f UTF-16"));
    // Numbers and addresses are ASCII in any encoding, and every line appears.
    let numbers = run(&["--phones", "in.txt"], b"13927461853(\xc0\xee\xc4\xc8)\n\xff\n").unwrap();
    assert!(
        numbers.contains("0\tpass\t-\t13927461853\t0\t11\t+8613927461853\n1\tflag\tphone.format"),
        "{numbers}"
    );
}

#[test]
fn wrong_arguments_are_explained() {
    for (arguments, text) in [
        (&[][..], "leads.csv: "),
        (&["--phones"], "--phones needs a value"),
        (&["--phones", "in.txt", "--emails", "in.txt"], "one file at a time"),
        (&["--emails", "in.txt", "--region", "CN"], "--region goes with --phones"),
        (&["--phones", "in.txt", "--region", "Atlantis"], "--region: "),
        (&["--texts", "in.txt"], "--texts needs --lexicon"),
        (&["--phones", "in.txt", "--lexicon", "words.txt"], "--lexicon goes with --texts"),
        (&["--csv", "in.txt"], "--csv needs --rules"),
        (&["--csv", "in.txt", "--rules", "in.txt"], "in.txt: "),
        (&["--emails", "in.txt", "--emails", "in.txt"], "--emails is given twice"),
        (&["--phones", "other.txt"], "other.txt: "),
        (&["--telephones", "in.txt"], "unknown argument `--telephones`"),
    ] {
        let error = run(arguments, b"").unwrap_err();
        assert!(error.contains(text), "{arguments:?}: {error}");
    }
}
