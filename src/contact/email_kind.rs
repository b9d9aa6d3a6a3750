//! What kind of mailbox an address is.

use super::email::Email;
use crate::model::open_enum::closed_enum;

closed_enum! {
    /// What kind of mailbox an address is.
    EmailKind {
        /// At a domain of no public provider, and not read by a team as far as its name shows.
        Company = "company",
        /// At a public provider: qq.com, gmail.com.
        Public = "public",
        /// Read by a team, wherever it is: `info@`, `sales@`.
        Role = "role",
    }
}

impl Email {
    /// Which kind of mailbox the address is.
    ///
    /// ```
    /// use leadkit::contact::{Email, EmailKind};
    ///
    /// assert_eq!(Email::parse("wang@qq.com")?.kind(), EmailKind::Public);
    /// assert_eq!(Email::parse("wang@huawei.com")?.kind(), EmailKind::Company);
    /// assert_eq!(Email::parse("sales@huawei.com")?.kind(), EmailKind::Role);
    /// # Ok::<(), leadkit::contact::EmailFault>(())
    /// ```
    #[must_use]
    pub fn kind(&self) -> EmailKind {
        if self.is_role() {
            EmailKind::Role
        } else if self.is_public() {
            EmailKind::Public
        } else {
            EmailKind::Company
        }
    }
}
