//! All the ids of a WeChat field.

use std::ops::Range;

use super::email_field::read_emails;
use super::no_value::{has_no_value, names_the_phone};
use super::phone::check_cn_mobile;
use super::scan::{is_cut, is_invisible, narrow};
use super::value::{ContactValue, MAX_FIELD, MAX_VALUES, REVERSED, head, trimmed};
use super::wechat::{Wechat, WechatFault, WechatKind};
use super::wechat_words::{ends_in_label, is_around, is_label, is_spoken, names_service};
use crate::model::WechatId;

/// Words that separate two ids.
const JOINS: [&str; 6] = ["or", "and", "或", "或者", "和", "及"];
/// Most digits that an id may have lost by a blank: `lei_wang 88`.
const MAX_TAIL: usize = 4;
/// Most groups of digits that blanks divide in one number.
const MAX_GROUPS: usize = 4;

type Read = Result<Wechat, WechatFault>;

/// Reads every id of a WeChat field as people write it.
///
/// A field may hold several ids, divided by `/`, `、`, `,`, `;`, `|`, line breaks or words; labels (`vx:`, `微信号：`, `QQ`);
/// and notes next to them, in brackets or not (`zhangsan88（手机同号）`). Values come in the order of the text, at most 64 of
/// them from the first 16 KiB. A blank field has none, and neither has one that says so (`无`, `微信同号`, `手机号`).
///
/// A wrong id is worse than none: letters alone are an id only with nothing but a label next to them (`微信号：zhangsan`), and
/// not when the label is a word before a blank (`wechat preferred`). A text without an id is one value that cannot be
/// read; one that is cut off (`zhang_sa…`), torn (`zhang—san88`), or an account of another service
/// (`Telegram: zhangsan88`) is not an id.
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
    let mut places = addresses(field);
    places.extend(links(field));
    // `微信/抖音：zhangsan88`: the id is for both services.
    let mut is_ours = false;
    for segment in segments(&pieces(head(field), &places)) {
        let ids = ids_of(segment, field, is_ours);
        is_ours = matches!(segment, [Piece::Words(word) | Piece::Run(word, _)] if is_label(word) || ends_in_label(word));
        values.extend(ids.into_iter().map(|(span, id)| ContactValue { span, value: Ok(id) }));
    }
    values.truncate(MAX_VALUES);
    if values.is_empty() { whole(Err(fault)) } else { values }
}

/// The ids of a record's field, in the order they are written.
pub(crate) fn wechat_ids(field: Option<&WechatId>) -> impl Iterator<Item = Wechat> {
    let found = field.map(|id| read_wechats(id.as_str())).unwrap_or_default();
    found.into_iter().filter_map(|one| one.value.ok())
}

/// A part of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    /// Characters an id may have, folded.
    Run(String, Range<usize>),
    /// Other letters: a label, a note, a name.
    Words(String),
    /// A divider between two values.
    Divider,
}

/// The places of e-mail addresses: `wu@lvhu-x.cn` holds no id `lvhu-x`.
fn addresses(field: &str) -> Vec<Range<usize>> {
    if !field.contains(['@', '＠', '﹫']) {
        return Vec::new();
    }
    read_emails(field).into_iter().filter(|one| one.value.is_ok()).map(|one| one.span).collect()
}

/// The places of links: `facebook.com/leiwang88` is not an id, and neither is any part of it.
fn links(field: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    for (slash, _) in field.match_indices('/') {
        let head = field.get(..slash).unwrap_or_default();
        let is_host = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':');
        let host = head.trim_end_matches(is_host);
        let name = head.get(host.len()..).unwrap_or_default();
        let top = name.rsplit('.').next().unwrap_or_default();
        let is_link = name.ends_with(':') && !host.ends_with(is_host)
            || name.contains('.') && top.len() >= 2 && top.bytes().all(|byte| byte.is_ascii_alphabetic());
        // `lei@163.com/lei_wang88`: an address and an id.
        let is_domain = host.ends_with(['@', '＠', '﹫']);
        if !is_link || is_domain || found.last().is_some_and(|last| last.end > slash) {
            continue;
        }
        let rest = field.get(slash..).unwrap_or_default();
        let length = rest.find(|c: char| !c.is_ascii_graphic()).unwrap_or(rest.len());
        found.push(host.len()..slash + length);
    }
    found
}

/// The parts of a field outside `others`, without notes in brackets when anything else is there.
fn pieces(text: &str, others: &[Range<usize>]) -> Vec<Piece> {
    let (mut outside, mut inside, mut depth) = (Vec::new(), Vec::new(), 0_u32);
    for (at, c) in text.char_indices() {
        if is_invisible(c) {
            continue;
        }
        if let Some(address) = others.iter().find(|address| address.contains(&at)) {
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
    part_signs(&mut outside, text);
    part_signs(&mut inside, text);
    // `wechat (lei_wang88)`: a label alone has its id in the brackets.
    let holds_id =
        |pieces: &[Piece]| pieces.iter().any(|one| matches!(one, Piece::Run(run, _) if !is_label(run)));
    let is_label_alone = outside.iter().any(|one| matches!(one, Piece::Run(..)));
    match (holds_id(&outside), is_label_alone && holds_id(&inside)) {
        (true, _) => outside,
        (false, true) => outside.into_iter().chain(inside).collect(),
        (false, false) => inside,
    }
}

/// Takes the signs off the runs that a word or a blank stands next to: `lei_wang88-王磊`, `微信-lei_wang88`, `微信 - lei_wang88`. An id
/// begins with no sign, and one ends with a sign only where nothing follows.
fn part_signs(pieces: &mut Vec<Piece>, text: &str) {
    let is_sign = |c: char| matches!(c, '-' | '_');
    let count = pieces.len();
    for at in 0..count {
        let is_followed = matches!(pieces.get(at + 1), Some(Piece::Words(words)) if !words.is_empty());
        let Some(Piece::Run(run, span)) = pieces.get_mut(at) else { continue };
        let written = text.get(span.clone()).unwrap_or_default();
        let is_written_sign = |c: char| is_sign(narrow(c));
        let (bare, own) = (run.trim_start_matches(is_sign), written.trim_start_matches(is_written_sign));
        span.start += written.len() - own.len();
        let (bare, own) = match is_followed {
            true => (bare.trim_end_matches(is_sign), own.trim_end_matches(is_written_sign)),
            false => (bare, own),
        };
        span.end = span.start + own.len();
        *run = bare.to_owned();
    }
    pieces.retain(|one| !matches!(one, Piece::Run(run, _) if run.is_empty()));
}

/// A text that is cut off at a place is not an id, unless nothing can follow it.
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

/// An id that was read.
struct Found {
    span: Range<usize>,
    id: Wechat,
    /// It has a digit, `_` or `-`, so it is not a word.
    tells: bool,
    /// A Latin word before a blank is its only label: `wechat preferred`.
    is_loose: bool,
}

/// The ids between two dividers. `is_ours`: a label of WeChat comes before the first id.
fn ids_of(segment: &[Piece], field: &str, is_ours: bool) -> Vec<(Range<usize>, Wechat)> {
    let mut ids: Vec<Found> = Vec::new();
    // `labelled` by the word before it, `foreign` if that names another service.
    let (mut labelled, mut foreign, mut others, mut at) = (false, false, 0, 0);
    let is_label_of_id = |word: &str, foreign: &mut bool, labelled: &mut bool| {
        if names_service(word) && !is_ours {
            (*foreign, *labelled) = (true, false);
            return true;
        }
        // `Line ID`, `抖音 号`: still an id of that service.
        let is_weak = *foreign && matches!(word, "id" | "is" | "no" | "号" | "是") || is_around(word);
        if is_label(word) || ends_in_label(word) {
            (*foreign, *labelled) = (*foreign && is_weak, !(*foreign && is_weak));
            return true;
        }
        is_weak
    };
    while let Some(piece) = segment.get(at) {
        let before = at.checked_sub(1).and_then(|at| segment.get(at));
        let torn = !labelled && before.is_some_and(|_| is_split(segment, at, field));
        at += 1;
        let (run, span) = match piece {
            Piece::Run(run, span) => (run, span.clone()),
            Piece::Words(words) => {
                if !is_label_of_id(words, &mut foreign, &mut labelled) {
                    (labelled, foreign) = (false, foreign && words.is_empty());
                    others += 1;
                }
                continue;
            }
            Piece::Divider => continue,
        };
        if is_label_of_id(run, &mut foreign, &mut labelled) {
            others += usize::from(is_around(run) && !labelled || foreign);
            continue;
        }
        // A number in groups: as many groups as make one number.
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
            // A person who is found here by a number may be found by it on other services too.
            Some((_, id)) if foreign && !matches!(id.kind(), WechatKind::Phone) => others += 1,
            Some((span, id)) => {
                let is_whole = !torn && !is_split(segment, at, field) && !is_open(segment, at - 1, field);
                let tells = is_whole && run.chars().any(|c| !c.is_ascii_alphabetic());
                others += usize::from(!is_whole);
                let is_loose = labelled && !is_right_behind(field, &span);
                ids.push(Found { span, id, tells, is_loose });
            }
            None => {
                others += 1;
                // `+44 7400 183652`, `0755 26718843`: groups of one number are not accounts.
                let is_dialled = is_number(run) && run.starts_with(['+', '0']);
                let own = |piece: &&Piece| matches!(piece, Piece::Run(run, _) if is_number(run) && check_cn_mobile(run).is_none());
                at += if is_dialled { segment.iter().skip(at).take_while(own).count() } else { 0 };
            }
        }
        (labelled, foreign) = (false, false);
    }
    let is_alone = ids.len() == 1 && others == 0;
    ids.retain(|found| found.tells || is_alone && !found.is_loose);
    ids.into_iter().map(|found| (found.span, found.id)).collect()
}

/// Whether a label is more than a Latin word before a blank: a sign or a Chinese word leads to the id, or `id`.
fn is_right_behind(field: &str, span: &Range<usize>) -> bool {
    let before = field.get(..span.start).unwrap_or_default();
    let label = before.trim_end();
    label.len() == before.len()
        || !label.ends_with(|c: char| c.is_ascii_alphanumeric())
        || label.to_ascii_lowercase().ends_with("id")
}

/// Whether the run at a place may be the end of the id before it: `lei wang88`, `lei.wang88`, `lei—wang88` and `lei下划线wang88`
/// have lost a sign, `Lei wang88` is a name and an id.
fn is_split(segment: &[Piece], at: usize, field: &str) -> bool {
    let Some(Piece::Run(run, span)) = segment.get(at) else { return false };
    let Some(before) = at.checked_sub(1).and_then(|at| segment.get(at)) else { return false };
    let (word, own) = match before {
        Piece::Run(word, own) => (word, own),
        Piece::Words(words) if is_spoken(words) => match at.checked_sub(2).and_then(|at| segment.get(at)) {
            Some(Piece::Run(word, own)) if !is_label(word) => {
                return !word.is_empty() && own.end < span.start;
            }
            _ => return false,
        },
        _ => return false,
    };
    let between = field.get(own.end..span.start).unwrap_or_default();
    let is_small = field.get(own.clone()).is_some_and(|word| word.starts_with(|c: char| c.is_lowercase()));
    let is_word = word.bytes().all(|byte| byte.is_ascii_alphabetic());
    // An id with digits is complete; a lone number belongs to a phone.
    let may_go_on = word.bytes().all(|byte| !byte.is_ascii_digit()) && !is_label(word) && !is_around(word);
    if !may_go_on || !run.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return false;
    }
    if between.chars().all(char::is_whitespace) {
        return is_small && is_word || word.ends_with(['_', '-']);
    }
    // `Lei：wang88` is a name and an id.
    let is_named = !is_small && between.contains([':', '：']);
    between.contains('.') || !is_named && !between.contains(char::is_whitespace)
}

/// Whether an id continues behind its end: `lei_wang 88`, `lei_wang八八`.
fn is_open(segment: &[Piece], at: usize, field: &str) -> bool {
    let Some(Piece::Run(run, span)) = segment.get(at) else { return false };
    if is_number(run) {
        return false;
    }
    match segment.get(at + 1) {
        Some(Piece::Words(words)) => {
            let is_attached =
                field.get(span.end..).is_some_and(|rest| rest.starts_with(char::is_alphanumeric));
            is_attached && is_spoken(words)
        }
        Some(Piece::Run(next, place)) => {
            let is_blank = field
                .get(span.end..place.start)
                .is_some_and(|between| between.chars().all(char::is_whitespace));
            let has_none = run.bytes().all(|byte| !byte.is_ascii_digit());
            is_blank && has_none && next.len() <= MAX_TAIL && next.bytes().all(|byte| byte.is_ascii_digit())
        }
        _ => false,
    }
}

fn is_number(run: &str) -> bool {
    let digits = run.trim_start_matches('+');
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-')
}
