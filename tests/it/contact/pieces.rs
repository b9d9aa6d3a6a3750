//! What breaks readers of numbers and addresses when a field holds it again and again.

pub(crate) const PIECES: [&str; 19] = [
    "1",
    "13927461853 ",
    "+",
    "转",
    "a@",
    "a@x.cn,",
    "a@x.cn…",
    "@",
    ".",
    "…",
    "1…",
    "\u{301}",
    "\u{202e}",
    "\r\n",
    "\u{0}",
    "＠",
    "((",
    "\"",
    "xn--",
];
