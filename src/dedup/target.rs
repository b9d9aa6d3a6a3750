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
        /// Any of its identifiers of people in other systems, such as an OpenID.
        PersonId = "person_id",
        /// The domain of any of its e-mail addresses that is not a public mail domain.
        Domain = "domain",
        /// Its company name.
        Company = "company",
    }
}

closed_enum! {
    /// A field of the records on file.
    MatchTarget {
        /// Phone numbers of leads.
        LeadPhone = "lead.phone",
        /// E-mail addresses of leads.
        LeadEmail = "lead.email",
        /// WeChat ids of leads.
        LeadWechat = "lead.wechat",
        /// Identifiers of people in other systems, of leads.
        LeadPersonId = "lead.person_id",
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

impl MatchTarget {
    /// The lead field that can be compared with it.
    #[must_use]
    pub fn lead_key(self) -> LeadKey {
        match self {
            MatchTarget::LeadPhone | MatchTarget::ContactPhone => LeadKey::Phone,
            MatchTarget::LeadEmail | MatchTarget::ContactEmail => LeadKey::Email,
            MatchTarget::LeadWechat | MatchTarget::ContactWechat => LeadKey::Wechat,
            MatchTarget::LeadPersonId => LeadKey::PersonId,
            MatchTarget::LeadCompany | MatchTarget::AccountCompany => LeadKey::Company,
            MatchTarget::AccountDomain => LeadKey::Domain,
        }
    }

    /// Whether the records are leads; else they are accounts.
    #[must_use]
    pub fn is_lead(self) -> bool {
        matches!(
            self,
            MatchTarget::LeadPhone
                | MatchTarget::LeadEmail
                | MatchTarget::LeadWechat
                | MatchTarget::LeadPersonId
                | MatchTarget::LeadCompany
        )
    }
}
