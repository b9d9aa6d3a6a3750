//! The fields that rules compare.

use crate::model::open_enum::closed_enum;

closed_enum! {
    /// A field of the lead that can identify it.
    LeadKey {
        /// Any of its phone numbers.
        Phone = "phone",
        /// Any of its e-mail addresses.
        Email = "email",
        /// Its WeChat id.
        Wechat = "wechat",
        /// The domain of any of its e-mail addresses that is not a public mail domain.
        Domain = "domain",
        /// Its company name.
        Company = "company",
    }
}

closed_enum! {
    /// A field of the records on file.
    Target {
        /// Phone numbers of leads.
        LeadPhone = "lead.phone",
        /// E-mail addresses of leads.
        LeadEmail = "lead.email",
        /// WeChat ids of leads.
        LeadWechat = "lead.wechat",
        /// Company names of leads.
        LeadCompany = "lead.company",
        /// Company names and aliases of accounts.
        AccountCompany = "account.company",
        /// Domains of accounts.
        AccountDomain = "account.domain",
        /// Phone numbers of the contacts of accounts.
        ContactPhone = "contact.phone",
        /// E-mail addresses of the contacts of accounts.
        ContactEmail = "contact.email",
        /// WeChat ids of the contacts of accounts.
        ContactWechat = "contact.wechat",
    }
}

impl Target {
    /// The lead field that can be compared with it.
    #[must_use]
    pub fn lead_key(self) -> LeadKey {
        match self {
            Target::LeadPhone | Target::ContactPhone => LeadKey::Phone,
            Target::LeadEmail | Target::ContactEmail => LeadKey::Email,
            Target::LeadWechat | Target::ContactWechat => LeadKey::Wechat,
            Target::LeadCompany | Target::AccountCompany => LeadKey::Company,
            Target::AccountDomain => LeadKey::Domain,
        }
    }

    /// Whether the records are leads; else they are accounts.
    #[must_use]
    pub fn is_lead(self) -> bool {
        matches!(self, Target::LeadPhone | Target::LeadEmail | Target::LeadWechat | Target::LeadCompany)
    }
}
