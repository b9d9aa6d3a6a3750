//! Origins and companies that identify nobody: placeholders people write, and networks that everybody shares.

use std::net::IpAddr;

use super::letters::FewLetters;
use crate::contact::folded_names_company;

/// Texts in place of a company's name, folded: `xx公司`, `我的公司`, `My Company`.
const NO_BRAND: [&str; 34] = [
    "x",
    "xx",
    "xxx",
    "xxxx",
    "xxxxx",
    "某",
    "某某",
    "某某某",
    "我",
    "我的",
    "我们",
    "我们的",
    "我司",
    "你的",
    "自己的",
    "本",
    "贵",
    "该",
    "一家",
    "一个",
    "请输入",
    "请填写",
    "输入",
    "填写",
    "abc",
    "xyz",
    "my",
    "your",
    "our",
    "the",
    "name",
    "a",
    "some",
    "sole",
];
/// Texts that programs write for an unknown origin, folded: letters and digits alone.
const NO_ORIGIN: [&str; 11] =
    ["notset", "notprovided", "null", "undefined", "unknown", "none", "nan", "na", "未知", "其他", "无"];
/// Signs that templates put around names: `{keyword}`, `[campaign]`, `%page%`, `$term`.
const PLACEHOLDERS: [(char, char); 4] = [('{', '}'), ('[', ']'), ('%', '%'), ('<', '>')];

/// Whether what a company is called, folded and without its legal form, is what strangers write in that place.
pub(super) fn is_nobodys_company(brand: &str) -> bool {
    let letters = FewLetters::of(brand);
    letters.is_one_of(&NO_BRAND) || !folded_names_company(brand, brand)
}

/// Whether a text names a page, a campaign, a keyword or a source; `folded` is the form for comparing.
pub(super) fn names_origin(folded: &str) -> bool {
    // `/` is the page that everybody sees first.
    let letters = FewLetters::of(folded);
    let is_blank = letters.is_one_of(&[""]) && folded != "/";
    let inner = folded.trim_start_matches('$');
    let is_unfilled =
        PLACEHOLDERS.iter().any(|(open, close)| inner.starts_with(*open) && inner.ends_with(*close));
    !is_blank && !is_unfilled && !letters.is_one_of(&NO_ORIGIN)
}

/// Whether an address is one on the internet: behind the host's proxy every lead comes from one that is not.
pub(super) fn is_somebodys(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(ip) => {
            let [a, b, ..] = ip.octets();
            let is_shared = a == 100 && (64..128).contains(&b);
            !(ip.is_private()
                || ip.is_loopback()
                || ip.is_link_local()
                || ip.is_broadcast()
                || a == 0
                || is_shared)
        }
        IpAddr::V6(ip) => {
            let [first, ..] = ip.segments();
            let is_local = first & 0xfe00 == 0xfc00 || first & 0xffc0 == 0xfe80;
            !(ip.is_unspecified() || ip.is_loopback() || is_local)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::fold;

    #[test]
    fn what_says_none_names_nothing() {
        for name in [
            "无",
            "个人",
            "学生",
            "自由职业",
            "个体户",
            "没有",
            "暂无",
            "N/A",
            "-",
            "none",
            "self",
            "Self-employed",
            "Private",
            "test",
            "公司",
            "某公司",
            "其他",
            "请选择",
        ] {
            assert!(!folded_names_company(name, &fold(name)), "{name}");
        }
        for name in
            ["深圳市星河软件有限公司", "Private Label GmbH", "学生之家", "无锡一中", "Home Depot", "其他山"]
        {
            assert!(folded_names_company(name, &fold(name)), "{name}");
        }
        for origin in [
            "(not set)",
            "(not provided)",
            "-",
            "null",
            "Undefined",
            "{keyword}",
            "{{campaign}}",
            "${term}",
            "无",
            "unknown",
            "",
        ] {
            assert!(!names_origin(&fold(origin)), "{origin}");
        }
        for origin in ["/", "/quote", "price", "spring-2026", "none of the above"] {
            assert!(names_origin(&fold(origin)), "{origin}");
        }
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        for nobodys in [
            "127.0.0.1",
            "10.0.0.5",
            "192.168.1.7",
            "172.16.3.4",
            "100.64.0.9",
            "0.0.0.0",
            "169.254.1.1",
            "::1",
            "::",
            "fe80::1",
            "fd00::7",
            "::ffff:10.0.0.5",
        ] {
            assert!(!is_somebodys(ip(nobodys)), "{nobodys}");
        }
        for somebodys in ["8.8.8.8", "203.0.113.7", "100.128.0.1", "172.32.0.1", "2001:db8::1"] {
            assert!(is_somebodys(ip(somebodys)), "{somebodys}");
        }
    }
}
