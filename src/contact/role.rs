//! Mailboxes that a team reads.

use std::borrow::Cow;

/// Local parts that name a task, not a person: those of RFC 2142, and what companies use besides.
const ROLES: [&str; 62] = [
    "abuse",
    "account",
    "accounting",
    "accounts",
    "admin",
    "admission",
    "admissions",
    "billing",
    "booking",
    "bookings",
    "business",
    "caigou",
    "career",
    "careers",
    "company",
    "contact",
    "contacts",
    "customer",
    "customerservice",
    "enquiries",
    "enquiry",
    "export",
    "feedback",
    "finance",
    "general",
    "hello",
    "help",
    "helpdesk",
    "hr",
    "import",
    "info",
    "information",
    "inquiries",
    "inquiry",
    "invoice",
    "invoices",
    "it",
    "jobs",
    "kefu",
    "kontakt",
    "legal",
    "mail",
    "mailbox",
    "manager",
    "marketing",
    "media",
    "noreply",
    "office",
    "order",
    "orders",
    "post",
    "postmaster",
    "press",
    "purchase",
    "purchasing",
    "sales",
    "service",
    "shichang",
    "support",
    "team",
    "webmaster",
    "xiaoshou",
];

/// Whether a local part names a task, such as `info` or `sales.cn`, so that several people read the mailbox.
/// `local` is in lower case.
pub(super) fn is_role(local: &str) -> bool {
    let bare = local.split('+').next().unwrap_or_default();
    let joins = |c: char| matches!(c, '-' | '_');
    let plain = if bare.contains(joins) { Cow::Owned(bare.replace(joins, "")) } else { Cow::Borrowed(bare) };
    let known = |word: &str| ROLES.binary_search(&word).is_ok();
    // `sales.cn`, `info2`: a place or a number follows the task.
    let first = plain.split('.').next().unwrap_or_default();
    let rest = plain.get(first.len()..).unwrap_or_default().trim_start_matches('.');
    let first = first.trim_end_matches(|c: char| c.is_ascii_digit());
    known(first) && (rest.len() <= 3 || known(rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tasks_are_told_from_people() {
        assert!(ROLES.is_sorted());
        for role in
            ["info", "sales", "sales.cn", "info2", "no-reply", "customer_service", "sales+web", "info.sales"]
        {
            assert!(is_role(role), "{role}");
        }
        for person in ["zhang.san", "infantino", "sales.zhang", "it.anna", "hrvoje", "li", "", "sallyhelp"] {
            assert!(!is_role(person), "{person}");
        }
    }
}
