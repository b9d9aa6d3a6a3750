//! Other services that people have accounts at, beside WeChat.

/// Services whose accounts have names or numbers: digits after such a name are not a phone number by themselves. A
/// display name (昵称) does not find anybody either.
pub(super) const NAMED: [&str; 37] = [
    "skype",
    "instagram",
    "ins",
    "ig",
    "facebook",
    "fb",
    "messenger",
    "twitter",
    "linkedin",
    "tiktok",
    "snapchat",
    "discord",
    "youtube",
    "github",
    "抖音",
    "快手",
    "小红书",
    "小紅書",
    "微博",
    "知乎",
    "b站",
    "淘宝",
    "闲鱼",
    "陌陌",
    "旺旺",
    "飞书",
    "钉钉",
    "公众号",
    "公眾號",
    "订阅号",
    "服务号",
    "视频号",
    "小程序",
    "昵称",
    "网名",
    "支付宝",
    "alipay",
];
/// Services where people are found by their phone number, and `line`, which is as often a telephone's.
const DIALLED: [&str; 10] =
    ["telegram", "tg", "电报", "whatsapp", "viber", "signal", "zalo", "kakao", "kakaotalk", "line"];

/// Whether a word is the name of a service.
pub(super) fn is_service(word: &str) -> bool {
    NAMED.contains(&word) || DIALLED.contains(&word)
}

/// Whether a text ends with the name of a service. A Latin name has to be all of the text.
pub(super) fn ends_in_service(text: &str) -> bool {
    is_service(text) || NAMED.iter().chain(&DIALLED).any(|name| !name.is_ascii() && text.ends_with(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_stands_on_one_list() {
        let all = [NAMED.as_slice(), &DIALLED].concat();
        let once: std::collections::BTreeSet<&str> = all.iter().copied().collect();
        assert_eq!(once.len(), all.len());
    }
}
