//! All the ids of a WeChat field.

use std::ops::Range;

use super::email_field::read_emails;
use super::no_value::{has_no_value, names_the_phone};
use super::phone::check_cn_mobile;
use super::scan::{is_cut, is_invisible, narrow};
use super::value::{ContactValue, MAX_FIELD, MAX_VALUES, REVERSED, head, trimmed};
use super::wechat::{Wechat, WechatFault};
use crate::model::WechatId;

/// What people write before an id.
const LABELS: [&str; 24] = [
    "vx",
    "wx",
    "v",
    "w",
    "weixin",
    "wechat",
    "weixinhao",
    "qq",
    "id",
    "is",
    "no",
    "tel",
    "phone",
    "mobile",
    "微信",
    "微信号",
    "微信號",
    "薇信",
    "威信",
    "维信",
    "加",
    "号",
    "是",
    "電話",
];
/// Words that stand between two ids.
const JOINS: [&str; 6] = ["or", "and", "或", "或者", "和", "及"];
/// Most groups of digits that blanks divide in one number.
const MAX_GROUPS: usize = 4;

type Read = Result<Wechat, WechatFault>;

/// Reads every id of a WeChat field as people write it.
///
/// A field may hold several ids, divided by `/`, `、`, `,`, `;`, `|`, line breaks or words; labels (`vx:`, `微信号：`, `QQ`);
/// and notes beside them, in brackets or not (`zhangsan88（手机同号）`). Values come in the order of the text, at most 64 of
/// them from the first 16 KiB. A blank field has none, and neither has one that says so (`无`, `微信同号`, `手机号`).
///
/// A wrong id is worse than none: a word among others is an id only after a label or if it has a digit, `_`
/// or `-`. A text without an id is one value that cannot be read, and a text that is cut off (`zhang_sa…`) is not an id.
///
/// ```
/// use leadkit::contact::read_wechats;
///
/// let field = "微信号：Zhang_San88（手机同号） / 139 2746 1853";
/// let found = read_wechats(field);
/// let keys: Vec<&str> = found.iter().flat_map(|one| &one.value).map(|id| id.key()).collect();
/// assert_eq!(keys, ["zhang_san88", "+8613927461853"]);
/// assert_eq!(&field[found[0].span.clone()], "Zhang_San88");
/// ```
#[must_use]
pub fn read_wechats(field: &str) -> Vec<ContactValue<Read>> {
    let whole = |value| vec![ContactValue { span: trimmed(field), value }];
    let fault = match Wechat::parse(field) {
        Ok(id) => return whole(Ok(id)),
        Err(WechatFault::Empty) => return Vec::new(),
        Err(_) if has_no_value(field) || names_the_phone(field) => return Vec::new(),
        Err(fault) => fault,
    };
    if field.len() > MAX_FIELD || field.contains(REVERSED) {
        return whole(Err(fault));
    }
    let mut values: Vec<ContactValue<Read>> = Vec::new();
    for segment in segments(&pieces(head(field), &addresses(field))) {
        let ids = ids_of(segment, field).into_iter().map(|(span, id)| ContactValue { span, value: Ok(id) });
        values.extend(ids);
    }
    values.truncate(MAX_VALUES);
    if values.is_empty() { whole(Err(fault)) } else { values }
}

/// The ids of a record's field, in the order they are written.
pub(crate) fn wechat_ids(field: Option<&WechatId>) -> impl Iterator<Item = Wechat> {
    let found = field.map(|id| read_wechats(id.as_str())).unwrap_or_default();
    found.into_iter().filter_map(|one| one.value.ok())
}

/// The keys of a field, however it is written; `None` when it holds no id.
pub(crate) fn wechat_keys(field: &str) -> Option<String> {
    let found = read_wechats(field).into_iter().filter_map(|one| one.value.ok());
    let mut keys: Vec<String> = found.map(|id| id.key().to_owned()).collect();
    keys.sort();
    keys.dedup();
    (!keys.is_empty()).then(|| keys.join(","))
}

/// A part of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    /// Characters an id may have, folded.
    Run(String, Range<usize>),
    /// Other letters: a label, a note, a name.
    Words(String),
    /// What divides one value from the next.
    Divider,
}

/// Where e-mail addresses stand: `wu@lvhu-x.cn` holds no id `lvhu-x`.
fn addresses(field: &str) -> Vec<Range<usize>> {
    if !field.contains(['@', '＠', '﹫']) {
        return Vec::new();
    }
    read_emails(field).into_iter().filter(|one| one.value.is_ok()).map(|one| one.span).collect()
}

/// The parts of a field outside addresses, without notes in brackets when anything else is there.
fn pieces(text: &str, addresses: &[Range<usize>]) -> Vec<Piece> {
    let (mut outside, mut inside, mut depth) = (Vec::new(), Vec::new(), 0_u32);
    for (at, c) in text.char_indices() {
        if is_invisible(c) {
            continue;
        }
        if let Some(address) = addresses.iter().find(|address| address.contains(&at)) {
            if address.start == at {
                outside.push(Piece::Words(String::new()));
            }
            continue;
        }
        let folded = narrow(c).to_ascii_lowercase();
        match folded {
            '(' | '[' | '【' | '<' | '{' => {
                depth += 1;
                continue;
            }
            ')' | ']' | '】' | '>' | '}' => {
                depth = depth.saturating_sub(1);
                continue;
            }
            _ => {}
        }
        let pieces: &mut Vec<Piece> = if depth > 0 { &mut inside } else { &mut outside };
        let end = at + c.len_utf8();
        if folded.is_ascii_alphanumeric() || matches!(folded, '_' | '-' | '+') {
            match pieces.last_mut() {
                Some(Piece::Run(run, span)) if span.end == at => {
                    run.push(folded);
                    span.end = end;
                }
                _ => pieces.push(Piece::Run(folded.to_string(), at..end)),
            }
        } else if folded.is_alphanumeric() {
            match pieces.last_mut() {
                Some(Piece::Words(words)) => words.push(folded),
                _ => pieces.push(Piece::Words(folded.to_string())),
            }
        } else if matches!(folded, '/' | '、' | ',' | ';' | '|' | '\n' | '\r' | '。' | '&') {
            pieces.push(Piece::Divider);
        } else if is_cut(text.get(at..).unwrap_or_default()) {
            cut_off(pieces, at);
        }
    }
    let holds_run = |pieces: &[Piece]| pieces.iter().any(|one| matches!(one, Piece::Run(..)));
    if holds_run(&outside) { outside } else { inside }
}

/// What is cut off right before a place is no id, unless nothing can follow it.
fn cut_off(pieces: &mut [Piece], at: usize) {
    if let Some(last) = pieces.last_mut()
        && let Piece::Run(run, span) = last
        && span.end == at
        && check_cn_mobile(run).is_none()
    {
        *last = Piece::Words(std::mem::take(run));
    }
}

/// The parts between dividers.
fn segments(pieces: &[Piece]) -> impl Iterator<Item = &[Piece]> {
    let divides = |one: &Piece| match one {
        Piece::Divider => true,
        Piece::Words(words) => JOINS.contains(&words.as_str()),
        Piece::Run(run, _) => JOINS.contains(&run.as_str()),
    };
    pieces.split(divides).filter(|segment| !segment.is_empty())
}

/// The ids between two dividers.
fn ids_of(segment: &[Piece], field: &str) -> Vec<(Range<usize>, Wechat)> {
    let is_label = |text: &str| LABELS.contains(&text);
    let ends_in_label = |text: &str| LABELS.iter().any(|label| !label.is_ascii() && text.ends_with(label));
    let mut ids: Vec<(Range<usize>, Wechat, bool)> = Vec::new();
    let (mut labelled, mut others, mut at) = (false, 0, 0);
    while let Some(piece) = segment.get(at) {
        let torn = !labelled
            && at
                .checked_sub(1)
                .and_then(|at| segment.get(at))
                .is_some_and(|before| is_torn(before, piece, field));
        at += 1;
        let (run, span) = match piece {
            Piece::Run(run, span) => (run, span.clone()),
            Piece::Words(words) => {
                labelled = is_label(words) || ends_in_label(words);
                others += usize::from(!labelled);
                continue;
            }
            Piece::Divider => continue,
        };
        if is_label(run) {
            labelled = true;
            continue;
        }
        // A number in groups: as many of them as make one.
        let groups = segment.iter().skip(at).take(MAX_GROUPS).map_while(|piece| match piece {
            Piece::Run(run, span) if is_number(run) => Some(span.end),
            _ => None,
        });
        let groups: Vec<usize> = if is_number(run) { groups.collect() } else { Vec::new() };
        let joined = groups.iter().enumerate().rev().find_map(|(index, end)| {
            let span = span.start..*end;
            let id = Wechat::parse(field.get(span.clone())?).ok()?;
            Some((span, id, index + 1))
        });
        let found = match joined {
            Some((span, id, count)) => {
                at += count;
                Some((span, id))
            }
            None => Wechat::parse(run).ok().map(|id| (span, id)),
        };
        match found {
            Some((span, id)) => {
                let tells = labelled || !torn && run.chars().any(|c| !c.is_ascii_alphabetic());
                ids.push((span, id, tells));
            }
            None => {
                others += 1;
                // `+44 7400 183652`, `0755 26718843`: the groups of another number are no accounts.
                let is_dialled = is_number(run) && run.starts_with(['+', '0']);
                let own = |piece: &&Piece| matches!(piece, Piece::Run(run, _) if is_number(run) && check_cn_mobile(run).is_none());
                at += if is_dialled { segment.iter().skip(at).take_while(own).count() } else { 0 };
            }
        }
        labelled = false;
    }
    let is_alone = ids.len() == 1 && others == 0;
    ids.retain(|(.., tells)| is_alone || *tells);
    ids.into_iter().map(|(span, id, _)| (span, id)).collect()
}

/// Whether a word may be the beginning of the id behind it: `lei wang88` and `lei.wang88` have lost a sign, `Lei wang88` is a
/// name and an id.
fn is_torn(before: &Piece, piece: &Piece, field: &str) -> bool {
    let (Piece::Run(word, own), Piece::Run(run, span)) = (before, piece) else { return false };
    let between = field.get(own.end..span.start).unwrap_or_default();
    let is_small = field.get(own.clone()).is_some_and(|word| word.starts_with(|c: char| c.is_lowercase()));
    word.bytes().all(|byte| byte.is_ascii_alphabetic())
        && !LABELS.contains(&word.as_str())
        && run.starts_with(|c: char| c.is_ascii_alphabetic())
        && (between.contains('.') || is_small && between.chars().all(char::is_whitespace))
}

fn is_number(run: &str) -> bool {
    let digits = run.trim_start_matches('+');
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-')
}
