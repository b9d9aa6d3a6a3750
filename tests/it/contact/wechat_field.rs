//! WeChat fields as people fill them in, and masked addresses.

use leadkit::contact::{EmailFault, Wechat, read_emails, read_wechats};
use proptest::prelude::*;

fn keys(field: &str) -> Vec<String> {
    let found = read_wechats(field);
    found.iter().filter_map(|one| one.value.as_ref().ok()).map(|id| id.key().to_owned()).collect()
}

#[test]
fn every_id_of_a_field_is_read() {
    for (field, wanted) in [
        ("zhangsan88", &["zhangsan88"][..]),
        ("vx: zhangsan88", &["zhangsan88"]),
        ("VX：ZhangSan88", &["zhangsan88"]),
        ("微信号：zhangsan88", &["zhangsan88"]),
        ("我的微信号是 zhangsan88", &["zhangsan88"]),
        ("加微信zhangsan", &["zhangsan"]),
        // A sign before or behind a word is between the two.
        ("lei_wang88-王磊", &["lei_wang88"]),
        ("lei_wang88_王磊", &["lei_wang88"]),
        ("leiwang88－工作", &["leiwang88"]),
        ("微信-lei_wang88", &["lei_wang88"]),
        ("微信 - lei_wang88", &["lei_wang88"]),
        ("微信_lei_wang88", &["lei_wang88"]),
        ("wx - lei_wang88", &["lei_wang88"]),
        ("wechat (lei_wang88)", &["lei_wang88"]),
        ("wxid:lei_wang88", &["lei_wang88"]),
        ("微信13927461853", &["+8613927461853"]),
        ("微信同号 139 2746 1853", &["+8613927461853"]),
        ("+86 139-2746-1853", &["+8613927461853"]),
        ("QQ 3982017465", &["qq:3982017465"]),
        ("zhangsan88（手机同号）", &["zhangsan88"]),
        ("zhangsan（手机同号）", &["zhangsan"]),
        ("13927461853(李娜)", &["+8613927461853"]),
        ("（zhangsan88）", &["zhangsan88"]),
        ("zhangsan88/13927461853", &["zhangsan88", "+8613927461853"]),
        ("zhangsan88、lisi_99；wangwu-1", &["zhangsan88", "lisi_99", "wangwu-1"]),
        ("zhangsan88 或 lisi_99", &["zhangsan88", "lisi_99"]),
        ("wxid_a1b2c3d4e5f6g7", &["wxid_a1b2c3d4e5f6g7"]),
        ("张三zhangsan88", &["zhangsan88"]),
        // Nobody knows which of the words is an id, or whether one is.
        ("+44 7400 183652", &[]),
        ("0755 26718843", &[]),
        ("0755-2671 8843 / zhangsan88", &["zhangsan88"]),
        ("010 13927461853", &["+8613927461853"]),
        ("398201746 13927461853", &["qq:398201746", "+8613927461853"]),
        // A sign is missing: nobody knows which.
        ("lei wang88", &[]),
        ("lei.wang88", &[]),
        ("微信 lei wang88", &[]),
        ("Lei wang88", &["wang88"]),
        ("lei vx wang88", &["wang88"]),
        ("please add me", &[]),
        ("张三 zhangsan", &[]),
        ("我在google工作", &[]),
        ("same as phone", &[]),
        ("同手机号", &[]),
        ("微信同号", &[]),
        ("zh***88", &[]),
        ("12", &[]),
        (" ", &[]),
    ] {
        assert_eq!(keys(field), wanted, "{field:?}");
    }
    for note in [" ", "无", "没有微信", "同手机号", "手机号就是微信", "same as phone", "N/A", "-"]
    {
        assert_eq!(read_wechats(note).len(), 0, "{note}");
    }
    assert_eq!(read_wechats("please add me").len(), 1, "what holds no id is told");
    let field = "微信号：Zhang_San88（手机同号）/ 139 2746 1853";
    let places: Vec<&str> = read_wechats(field).into_iter().map(|one| &field[one.span]).collect();
    assert_eq!(places, ["Zhang_San88", "139 2746 1853"]);
}

/// What stands behind a label may be any word.
#[test]
fn a_word_beside_others_is_no_id() {
    for (field, wanted) in [
        ("wechat preferred", &[][..]),
        ("WeChat please", &[]),
        ("please add WeChat", &[]),
        ("V personal", &[]),
        ("wechat available 13927461853", &["+8613927461853"]),
        ("wechat account: leiwang88", &["leiwang88"]),
        ("WeChat account leiwang88", &["leiwang88"]),
        ("wechat number: lei_wang88", &["lei_wang88"]),
        ("WeChat username hao_wu99", &["hao_wu99"]),
        ("personal wechat leiwang88", &["leiwang88"]),
        ("please add leiwang88", &["leiwang88"]),
        ("wechat account: leiwang", &["leiwang"]),
        ("WeChat: leiwang", &["leiwang"]),
        ("WeChat ID leiwang", &["leiwang"]),
        ("微信 leiwang", &["leiwang"]),
        ("微信leiwang", &["leiwang"]),
        ("leiwang 微信", &["leiwang"]),
        ("wechat leiwang88 preferred", &["leiwang88"]),
    ] {
        assert_eq!(keys(field), wanted, "{field:?}");
    }
}

#[test]
fn an_account_of_another_service_is_no_id() {
    for field in [
        "Telegram: @leiwang88",
        "抖音号：leiwang88",
        "Line: leiwang88",
        "Line ID: leiwang88",
        "公众号：xinghe_tech",
        "微信公众号 xinghe_tech",
        "Skype lei_wang88",
        "ins：leiwang88",
        "FB leiwang88",
        "facebook.com/leiwang88",
        "https://www.instagram.com/leiwang88/",
        "小红书 leiwang88",
        "微博@leiwang88",
        "飞书：leiwang88",
        "钉钉号 leiwang88",
        "微信昵称：leiwang88",
        "抖音账号是leiwang88",
    ] {
        assert_eq!(keys(field), [""; 0], "{field:?}");
        assert_eq!(read_wechats(field).len(), 1, "{field:?}");
    }
    for (field, wanted) in [
        ("微信/抖音：leiwang88", &["leiwang88"][..]),
        ("抖音号：leiwang88，微信：hao_wu99", &["hao_wu99"]),
        ("Line: leiwang88 / WeChat: hao_wu99", &["hao_wu99"]),
        ("hao_wu99（抖音同号）", &["hao_wu99"]),
        ("Telegram 13927461853", &["+8613927461853"]),
        ("微信号：line_wang88", &["line_wang88"]),
        ("客服微信 lei_wang88", &["lei_wang88"]),
    ] {
        assert_eq!(keys(field), wanted, "{field:?}");
    }
}

#[test]
fn a_part_of_a_torn_id_is_none() {
    for field in [
        "lei(下划线)wang88",
        "lei下划线wang88",
        "lei—wang88",
        "lei·wang88",
        "lei~wang88",
        "lei*wang88",
        "lei﹍wang88",
        "lei’wang88",
        "lei_ wang88",
        "lei:wang88",
        "L小写ei_wang88",
        "lei_wang 88",
        "lei_wang八八",
        "lei_lei—wang88",
        "微信：lei—wang88",
        "lei underscore wang88",
    ] {
        assert_eq!(keys(field), [""; 0], "{field:?}");
    }
    for (field, wanted) in [
        ("Lei：wang88", &["wang88"][..]),
        ("Lei: wang88", &["wang88"]),
        ("vx:wang88", &["wang88"]),
        ("vx·wang88", &["wang88"]),
        ("lei_wang88—手机同号", &["lei_wang88"]),
        ("lei_wang88 25岁", &["lei_wang88"]),
        ("lei_wang88~13927461853", &["lei_wang88", "+8613927461853"]),
        ("lei_wang88*hao_wu99", &["lei_wang88", "hao_wu99"]),
        ("王磊·wang88", &["wang88"]),
    ] {
        assert_eq!(keys(field), wanted, "{field:?}");
    }
}

/// A masked address is nobody's: what is left of it is somebody else's.
#[test]
fn what_is_hidden_is_no_address() {
    for field in [
        "***ng@qq.com",
        "…ng@qq.com",
        "•••ng@qq.com",
        "##ng@qq.com",
        "zh…ng@qq.com",
        "z***g@qq.com",
        "zh***@qq.com",
        "zh＊＊＊@qq.com",
        "****@qq.com",
        "z*g@qq.com",
        "●●ng@qq.com",
        "zh••ng@qq.com",
        "邮箱：z**g@qq.com",
    ] {
        let found = read_emails(field);
        assert_eq!(found.len(), 1, "{field}");
        assert_eq!(found[0].value, Err(EmailFault::Masked), "{field}");
    }
    for (field, key) in [
        ("• ng@qq.com", "ng@qq.com"),
        ("•ng@qq.com", "ng@qq.com"),
        ("#ng@qq.com", "ng@qq.com"),
        ("-ng@qq.com", "ng@qq.com"),
        ("邮箱…… ng@qq.com", "ng@qq.com"),
    ] {
        let found = read_emails(field);
        assert_eq!(found[0].value.as_ref().map(|email| email.key()), Ok(key), "{field}");
    }
}

/// A label or a name in Chinese is none of the address, whatever stands before it.
#[test]
fn words_that_end_in_chinese_are_cut_off() {
    for (field, key) in [
        ("QQ邮箱2026718843@qq.com", "2026718843@qq.com"),
        ("163邮箱lei.wang@163.com", "lei.wang@163.com"),
        ("Email地址lei.wang@163.com", "lei.wang@163.com"),
        ("QQ号2026718843@qq.com", "2026718843@qq.com"),
        ("Leo王磊leiwang@163.com", "leiwang@163.com"),
        ("IT部leiwang@xinghe.cn", "leiwang@xinghe.cn"),
        ("HR王磊leiwang@xinghe.cn", "leiwang@xinghe.cn"),
        ("VIP邮箱leiwang@xinghe.cn", "leiwang@xinghe.cn"),
        ("3号楼leiwang@xinghe.cn", "leiwang@xinghe.cn"),
        ("2026年leiwang@xinghe.cn", "leiwang@xinghe.cn"),
        ("王磊lei@xinghe.cn", "lei@xinghe.cn"),
        ("邮箱lei@xinghe.cn", "lei@xinghe.cn"),
        ("M：leiwang@gmail.com", "leiwang@gmail.com"),
        ("P：leiwang@gmail.com", "leiwang@gmail.com"),
        ("E:leiwang@gmail.com", "leiwang@gmail.com"),
        ("leiwang@qq .com", "leiwang@qq.com"),
        ("lei @xinghe.cn", "lei@xinghe.cn"),
        ("lei@ xinghe.cn", "lei@xinghe.cn"),
        ("lei王@例子.中国", "lei王@例子.中国"),
    ] {
        let found = read_emails(field);
        assert_eq!(found.len(), 1, "{field}");
        let read = found[0].value.clone().map(|email| email.key().to_owned());
        let wanted = leadkit::contact::Email::parse(key).map(|email| email.key().to_owned());
        assert_eq!(read, wanted, "{field}");
    }
    for field in ["j:smith@xinghe.cn", "lei wang@xinghe.cn", "lei@xinghe.com .cn", "lei wang @xinghe.cn"] {
        assert!(read_emails(field).iter().all(|one| one.value.is_err()), "{field}");
    }
}

/// What is cut off is somebody else's, or nobody's.
#[test]
fn what_is_cut_off_is_no_id() {
    for field in ["lei_wang8…", "微信 lei_wang8...", "1392746…", "lei_wang88 / ‥"] {
        let is_cut = !field.starts_with("lei_wang88 ");
        let found = read_wechats(field);
        assert_eq!(found.iter().all(|one| one.value.is_err()), is_cut, "{field}: {found:?}");
    }
    assert_eq!(keys("13927461853…"), ["+8613927461853"]);
    assert_eq!(keys("lei_wang8…, li_na_88"), ["li_na_88"]);
}

proptest! {
    #[test]
    fn a_key_is_read_as_itself_and_spans_are_whole(field in "[ a-zA-Z0-9_微信号：/（）(),+*…-]{0,40}") {
        let mut end = 0;
        for one in read_wechats(&field) {
            prop_assert!(one.span.start >= end && field.get(one.span.clone()).is_some());
            end = one.span.end;
            if let Ok(id) = one.value {
                let again = Wechat::parse(id.key()).unwrap();
                prop_assert_eq!(again.key(), id.key());
                let alone = read_wechats(id.key());
                prop_assert_eq!(alone.len(), 1);
                prop_assert_eq!(&alone[0].value, &Ok(id));
            }
        }
    }
}
