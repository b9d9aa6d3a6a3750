//! Addresses of sites as people type them.

use super::domain::canonical_domain;

/// Sites on which anybody may have a page: only the path says whose page it is.
const PLATFORMS: [&str; 68] = [
    "1688.com",
    "about.me",
    "alibaba.com",
    "amap.com",
    "amazon.com",
    "angel.co",
    "apple.com",
    "baidu.com",
    "behance.net",
    "bilibili.com",
    "bluesky.app",
    "bsky.app",
    "canva.site",
    "crunchbase.com",
    "dianping.com",
    "discord.gg",
    "dnb.com",
    "douban.com",
    "douyin.com",
    "dribbble.com",
    "ebay.com",
    "etsy.com",
    "facebook.com",
    "fb.com",
    "fb.me",
    "feishu.cn",
    "g.page",
    "gitee.com",
    "github.com",
    "gitlab.com",
    "goo.gl",
    "google.com",
    "indiamart.com",
    "instagram.com",
    "jd.com",
    "kuaishou.com",
    "linkedin.com",
    "linktr.ee",
    "made-in-china.com",
    "maimai.cn",
    "medium.com",
    "meituan.com",
    "notion.site",
    "pinterest.com",
    "qcc.com",
    "qq.com",
    "reddit.com",
    "substack.com",
    "t.me",
    "taobao.com",
    "threads.net",
    "tianyancha.com",
    "tiktok.com",
    "tmall.com",
    "toutiao.com",
    "twitter.com",
    "vk.com",
    "wa.me",
    "weibo.cn",
    "weibo.com",
    "x.com",
    "xhslink.com",
    "xiaohongshu.com",
    "xing.com",
    "yelp.com",
    "youtu.be",
    "youtube.com",
    "zhihu.com",
];

/// The domain of an address of a site or of a mailbox: `acme.com` of `https://WWW.acme.com:8443/x?y=1` and of
/// `info@acme.com`. `None` for a page on a [platform](PLATFORMS), whose domain all of its pages share.
pub(crate) fn site_domain(address: &str) -> Option<String> {
    let address = address.trim();
    let host = address.rsplit_once("://").map_or(address, |(_, host)| host);
    let (host, page) = host.split_once(['/', '?', '#']).unwrap_or((host, ""));
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    let host = host.split(':').next().unwrap_or_default().to_lowercase();
    let domain = canonical_domain(host.strip_prefix("www.").unwrap_or(&host)).ok()?;
    let is_page = page.chars().any(char::is_alphanumeric);
    (!is_page || !is_of_a_platform(&domain)).then_some(domain)
}

fn is_of_a_platform(domain: &str) -> bool {
    let is_part_of = |platform: &&str| {
        let before = domain.strip_suffix(*platform);
        before.is_some_and(|before| before.is_empty() || before.ends_with('.'))
    };
    PLATFORMS.iter().any(is_part_of)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_on_a_platform_is_no_company_s_domain() {
        for page in [
            "https://www.facebook.com/acme",
            "https://zh-cn.facebook.com/acme/",
            "facebook.com/profile.php?id=7",
            "linkedin.com/company/acme",
            "https://weibo.com/u/123",
            "https://mp.weixin.qq.com/s/abc",
            "https://sites.google.com/view/acme",
            "https://www.xiaohongshu.com/user/1",
        ] {
            assert_eq!(site_domain(page), None, "{page}");
        }
        for (address, domain) in [
            ("https://www.facebook.com/", "facebook.com"),
            ("pat.lee@facebook.com", "facebook.com"),
            ("https://acme.com/facebook.com", "acme.com"),
            ("https://notfacebook.com/acme", "notfacebook.com"),
            ("https://WWW.acme.com:8443/x?y=1", "acme.com"),
        ] {
            assert_eq!(site_domain(address).as_deref(), Some(domain), "{address}");
        }
        assert!(PLATFORMS.is_sorted());
    }
}
