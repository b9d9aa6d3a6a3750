//! Mailboxes that a team reads.

/// Local parts that name a task, not a person: those of RFC 2142, and what companies use besides.
const ROLES: [&str; 142] = [
    "abuse",
    "account",
    "accounting",
    "accounts",
    "accueil",
    "achats",
    "acquisti",
    "admin",
    "administracion",
    "administration",
    "admission",
    "admissions",
    "amministrazione",
    "atendimento",
    "bangong",
    "bestellung",
    "bestellungen",
    "bewerbung",
    "billing",
    "booking",
    "bookings",
    "buchhaltung",
    "buero",
    "bureau",
    "business",
    "caigou",
    "caiwu",
    "career",
    "careers",
    "ceo",
    "clientes",
    "clienti",
    "comercial",
    "commercial",
    "company",
    "compras",
    "comptabilite",
    "contabilidad",
    "contabilita",
    "contact",
    "contacts",
    "customer",
    "customerservice",
    "datenschutz",
    "devis",
    "edv",
    "einkauf",
    "empfang",
    "enquiries",
    "enquiry",
    "export",
    "facturacion",
    "facturas",
    "facturation",
    "factures",
    "fatture",
    "feedback",
    "finance",
    "financeiro",
    "frontdesk",
    "general",
    "gerencia",
    "hello",
    "help",
    "helpdesk",
    "hr",
    "import",
    "info",
    "information",
    "inkoop",
    "inquiries",
    "inquiry",
    "invoice",
    "invoices",
    "it",
    "jobs",
    "kefu",
    "kontakt",
    "kundendienst",
    "kundenservice",
    "legal",
    "logistics",
    "logistik",
    "mail",
    "mailbox",
    "manager",
    "marketing",
    "media",
    "noreply",
    "office",
    "order",
    "orders",
    "partner",
    "partners",
    "payable",
    "post",
    "postmaster",
    "prensa",
    "press",
    "presse",
    "privacy",
    "purchase",
    "purchasing",
    "receivable",
    "reception",
    "rechnung",
    "rechnungen",
    "recruiting",
    "recruitment",
    "renshi",
    "rezeption",
    "rh",
    "sales",
    "secretaria",
    "secretariat",
    "security",
    "segreteria",
    "sekretariat",
    "service",
    "shangwu",
    "shichang",
    "shipping",
    "shop",
    "store",
    "studio",
    "suporte",
    "support",
    "team",
    "vendas",
    "vendite",
    "ventas",
    "verkauf",
    "verkoop",
    "versand",
    "vertrieb",
    "verwaltung",
    "warehouse",
    "webmaster",
    "xiaoshou",
    "xingzheng",
    "yewu",
    "zhaopin",
];

/// Those that nobody puts before a name: whatever follows is a place or a language.
const OF_MANY: [&str; 4] = ["buero", "info", "support", "team"];

/// Whether a local part names a task, such as `info`, `sales.cn` or `accounts.payable`, so that several people read the mailbox.
/// `local` is in lower case.
pub(super) fn is_role(local: &str) -> bool {
    let bare = local.split('+').next().unwrap_or_default();
    let without_number = |word: &str| word.trim_end_matches(|c: char| c.is_ascii_digit()).to_owned();
    let known = |word: &str| ROLES.binary_search(&word).is_ok();
    let mut words = bare.split('.').flat_map(|part| {
        let joined = without_number(&part.replace(['-', '_'], ""));
        let is_one = known(&joined) || !part.contains(['-', '_']);
        // `no-reply` is one word, `support-eu` are two.
        if is_one { vec![joined] } else { part.split(['-', '_']).map(without_number).collect() }
    });
    let first = words.next().unwrap_or_default();
    // `sales.cn`, `info2`: a place or a number follows the task.
    known(&first) && (OF_MANY.contains(&first.as_str()) || words.all(|word| word.len() <= 3 || known(&word)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tasks_are_told_from_people() {
        assert!(ROLES.is_sorted());
        for role in [
            "info",
            "sales",
            "sales.cn",
            "info2",
            "no-reply",
            "customer_service",
            "sales+web",
            "info.sales",
            "einkauf",
            "support-eu",
            "accounts.payable",
            "team.berlin",
            "store12",
        ] {
            assert!(is_role(role), "{role}");
        }
        for person in ["zhang.san", "infantino", "sales.zhang", "it.anna", "hrvoje", "li", "", "sallyhelp"] {
            assert!(!is_role(person), "{person}");
        }
    }
}
