//! Where a lead came from and how its owner got it.

use serde::{Deserialize, Serialize};

use super::open_enum::open_enum;

/// Where a lead came from. Every part is optional.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Source {
    /// Broad class of the source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub class: Option<SourceClass>,
    /// The team whose pipeline (开源管道) brought it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pipeline: Option<SourcePipeline>,
    /// The party that runs the channel it came by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel_type: Option<ChannelType>,
    /// First level of the source, an [`OnlineSource`] or [`EventSource`] name or the host's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub primary: Option<String>,
    /// Second level of the source, below `primary`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secondary: Option<String>,
    /// The campaign, live stream or exhibition.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub campaign: Option<super::CampaignId>,
    /// The page of the form.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page: Option<String>,
}

impl Source {
    /// Whether no part of the source is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Source::default()
    }
}

/// Campaign parameters of the followed link, and the advertisement behind it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Utm {
    /// `utm_source`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// `utm_medium`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub medium: Option<String>,
    /// `utm_campaign`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub campaign: Option<String>,
    /// `utm_term`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub term: Option<String>,
    /// `utm_content`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
    /// Plan of the advertisement, as the platform names it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ad_plan: Option<String>,
    /// Unit of the plan, as the platform names it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ad_unit: Option<String>,
    /// Keyword that the advertiser bought.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keyword: Option<String>,
}

impl Utm {
    /// Whether the link had no campaign parameters.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Utm::default()
    }
}

open_enum! {
    /// Broad class of a source.
    SourceClass {
        /// Online channels.
        Online = "online",
        /// Events.
        Event = "event",
        /// Named accounts.
        NamedAccount = "named_account",
    }
}

open_enum! {
    /// The team whose pipeline (开源管道) brought the lead.
    SourcePipeline {
        /// Marketing.
        Marketing = "marketing",
        /// Sales.
        Sales = "sales",
        /// Channel agents.
        ChannelAgent = "channel_agent",
        /// Partners.
        Partner = "partner",
        /// Executives.
        Executive = "executive",
    }
}

open_enum! {
    /// Who runs a channel.
    ChannelType {
        /// The company's own online channels.
        OwnOnline = "own_online",
        /// Offline channels.
        Offline = "offline",
        /// Inside the company.
        Internal = "internal",
        /// Outside the company.
        External = "external",
    }
}

open_enum! {
    /// Online sources.
    OnlineSource {
        /// Form on the desktop site.
        PcForm = "pc_form",
        /// Mobile site.
        MobileSite = "mobile_site",
        /// Mini program (小程序).
        MiniProgram = "mini_program",
        /// WeChat official account (公众号).
        WechatAccount = "wechat_account",
        /// WeChat Channels (视频号).
        VideoAccount = "video_account",
        /// Douyin (抖音).
        Douyin = "douyin",
        /// 400 hotline.
        Hotline400 = "hotline_400",
        /// Chat on the site.
        SiteIm = "site_im",
        /// Zhihu (知乎).
        Zhihu = "zhihu",
        /// Xiaohongshu (小红书).
        Xiaohongshu = "xiaohongshu",
        /// Article in the media.
        MediaArticle = "media_article",
        /// The product's app.
        App = "app",
        /// An app store.
        AppStore = "app_store",
    }
}

open_enum! {
    /// Events as a source.
    EventSource {
        /// Live stream.
        Live = "live",
        /// Sponsored exhibition or forum.
        SponsoredExpoOrForum = "sponsored_expo_or_forum",
        /// The company's own seminar.
        OwnSeminar = "own_seminar",
    }
}

open_enum! {
    /// How an owner got a lead (获取方式).
    Acquisition {
        /// Entered it by hand.
        Created = "created",
        /// Imported it from a table.
        Imported = "imported",
        /// Claimed it from a pool (领取).
        Claimed = "claimed",
        /// Was given it by an administrator.
        AssignedByAdmin = "assigned_by_admin",
        /// Was given it by the rules.
        AutoAssigned = "auto_assigned",
        /// Took it over from another owner.
        OwnerChanged = "owner_changed",
        /// Stands in while the owner is away; the owner stays the owner.
        Cover = "cover",
        /// A partner (渠道伙伴) works on what the channel manager owns.
        PassedOn = "passed_on",
    }
}
