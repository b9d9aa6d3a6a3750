//! All the addresses of an e-mail field.

use std::ops::Range;

use super::domain::is_public_mail_domain;
use super::email::{Email, is_apostrophe};
use super::email_fault::EmailFault;
use super::email_text::{
    CHINESE_TOPS, Seen, WORDS, escaped, is_dividing, is_domain, is_ideographic, is_label, is_local,
    is_other_script, is_picture, seen,
};
use super::no_value::has_no_value;
use super::value::{ContactValue, MAX_FIELD, MAX_VALUES, REVERSED, head, trimmed};

/// Characters of a local part or a domain that are looked at.
const MAX_PART: usize = 320;
/// Characters looked through for the `://` of a URL or the word before an address.
const MAX_BEFORE: usize = 64;
/// Punctuation that the standard allows in a local part and people write before it.
const LEADING: &[char] = &['\'', '`', '=', '/', '|', '&', '*', '#', '-', '+', '~', '!', '$', '%', '^', '{'];
/// Signs that people set a word in between: `*lei@x.cn*`, `__lei@x.cn__`.
const EMPHASIS: [char; 3] = ['*', '_', '~'];
/// Characters that replace those that are not shown.
const MASKS: [char; 9] = ['*', '#', '•', '·', '●', '○', '■', '…', '×'];
/// Characters that replace an end that is left out.
const ELLIPSES: [char; 3] = ['…', '⋯', '‥'];
/// Punctuation that the standard allows in a local part and people divide addresses by.
const DIVIDING: &[char] = &['/', '|', '&', '=', '?'];
/// Fewest letters of a label in another script than that of the address: fewer are letters that look alike.
const MIN_LABEL: usize = 3;
/// Top-level domains that nobody writes for a word.
const TOPS: [&str; 6] = ["com", "cn", "net", "org", "edu", "gov"];
/// Characters of the longest of them.
const TOPS_LENGTH: usize = 3;
type Read = Result<Email, EmailFault>;

/// Reads every address of a field as people write it.
///
/// A field may hold several addresses, divided by `,`, `;`, `、`, `/`, `|`, line breaks, words or blanks; display names
/// (`"Lei" <lei@x.cn>`), `mailto:`, labels, notes and trailing punctuation; and format characters. Values come in the
/// order of the text, at most 64 of them from the first 16 KiB; the rest is one value that cannot be read. A blank field
/// has none, and neither has one that says so (`无`, `N/A`).
///
/// An unreadable value is an error. If two readings are possible, none is returned, because a wrong address is worse
/// than no address. `zhang san@x.cn` may have lost a dot, so it is not `san@x.cn`; `lei@x.co…` was cut off somewhere,
/// so it is not `lei@x.co`.
///
/// ```
/// use leadkit::contact::read_emails;
///
/// let field = "\"Lei\" <lei@jingye-x.cn>、mailto:Wang@jingye-x.cn。";
/// let found = read_emails(field);
/// let keys: Vec<&str> = found.iter().flat_map(|one| &one.value).map(|email| email.key()).collect();
/// assert_eq!(keys, ["lei@jingye-x.cn", "wang@jingye-x.cn"]);
/// assert_eq!(&field[found[0].span.clone()], "lei@jingye-x.cn");
/// ```
#[must_use]
pub fn read_emails(field: &str) -> Vec<ContactValue<Read>> {
    match plain_email(field).or_else(|| without_blank(field)) {
        Some(email) => vec![ContactValue { span: trimmed(field), value: Ok(email) }],
        None => Reader::read(field),
    }
}

/// The address of a field that holds nothing else and has a blank where none can be: `lei @x.cn`, `lei@ x.cn`, `lei@qq .com`.
/// Blanks on both sides are read below, behind a label as well.
fn without_blank(field: &str) -> Option<Email> {
    let (head, tail) = field.trim_ascii().split_once(' ')?;
    let tail = tail.trim_ascii_start();
    let is_divided = match head.split_once('@') {
        None => tail.starts_with('@'),
        Some((_, "")) => true,
        Some((_, domain)) => is_public_mail_domain(&format!("{domain}{tail}")),
    };
    is_divided.then(|| plain_email(&format!("{head}{tail}"))).flatten()
}

/// The address of a field that holds nothing else, written as most are.
#[inline]
pub(crate) fn plain_email(field: &str) -> Option<Email> {
    let text = field.trim_ascii();
    let first = text.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let last = text.bytes().next_back().is_some_and(|byte| byte.is_ascii_alphabetic());
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-' | b'+' | b'@');
    // `u003clei@…` is read more carefully below.
    if !first || !last || !text.bytes().all(fits) || text.starts_with("u00") {
        return None;
    }
    Email::parse(text).ok()
}

struct Reader {
    text: Vec<Seen>,
    values: Vec<ContactValue<Read>>,
    /// Characters before this one belong to values that were read.
    from: usize,
}

impl Reader {
    fn read(field: &str) -> Vec<ContactValue<Read>> {
        let text = head(field);
        let report = |fault| vec![ContactValue { span: trimmed(field), value: Err(fault) }];
        if text.contains(REVERSED) {
            return report(EmailFault::InvisibleCharacter);
        }
        let mut reader = Reader { text: seen(text), values: Vec::new(), from: 0 };
        reader.join_signs();
        reader.keep_inner_signs();
        reader.hide_quoted_names();
        let mut at = 0;
        while let Some(sign) = reader.find(at, '@') {
            if reader.values.len() >= MAX_VALUES {
                break;
            }
            at = reader.address(sign);
        }
        let done = reader.find(at, '@').is_none() && field.len() <= MAX_FIELD;
        if reader.values.is_empty() {
            return match Email::parse(text) {
                Err(EmailFault::Empty) if done => Vec::new(),
                Err(EmailFault::NoAt) if done && has_no_value(field) => Vec::new(),
                _ if !done => report(EmailFault::TooLong),
                Err(fault) => report(fault),
                Ok(_) => report(EmailFault::LocalCharacter),
            };
        }
        let mut values = reader.values;
        if !done {
            let rest = values.last().map_or(0, |value| value.span.end);
            values.truncate(MAX_VALUES - 1);
            values.push(ContactValue { span: rest..field.len(), value: Err(EmailFault::TooLong) });
        }
        values
    }

    fn char(&self, at: usize) -> Option<char> {
        self.text.get(at).map(|seen| seen.c)
    }

    fn find(&self, from: usize, c: char) -> Option<usize> {
        let found = self.text.get(from..)?.iter().position(|seen| seen.c == c)?;
        Some(from + found)
    }

    fn chars(&self, range: Range<usize>) -> impl DoubleEndedIterator<Item = char> + '_ {
        self.text.get(range).unwrap_or_default().iter().map(|seen| seen.c)
    }

    fn string(&self, range: Range<usize>) -> String {
        self.chars(range).collect()
    }

    /// `lei @ x.cn`: the sign between two blanks belongs to both sides.
    fn join_signs(&mut self) {
        let is_blank = |at: usize| self.char(at) == Some(' ');
        let is_part = |at: usize| self.char(at).is_some_and(|c| c.is_ascii_alphanumeric());
        let is_apart = |at: &usize| {
            let at = *at;
            self.char(at) == Some('@')
                && at >= 2
                && is_blank(at - 1)
                && is_blank(at + 1)
                && is_part(at - 2)
                && is_part(at + 2)
                && !self.has_own_sign(at + 2)
        };
        let signs: Vec<usize> = (0..self.text.len()).filter(is_apart).collect();
        for at in signs.into_iter().rev() {
            self.text.remove(at + 1);
            self.text.remove(at - 1);
        }
    }

    /// Whether the word from a character on has a sign of its own: `call me @ lei@x.cn`. It ends where addresses are divided, and
    /// behind a whole domain: `lei @ 163.com,info@x.cn`, `lei @ 163.com+info@x.cn`.
    fn has_own_sign(&self, from: usize) -> bool {
        let word = |fits: fn(char) -> bool| {
            self.chars(from..self.text.len()).take(MAX_PART).take_while(|c| fits(*c)).count()
        };
        let length = word(|c| is_local(c) && !DIVIDING.contains(&c));
        let host = self.string(from..from + word(is_domain));
        let is_host = |(_, top): (&str, &str)| TOPS.contains(&top.to_ascii_lowercase().as_str());
        let is_divided = host.chars().count() < length && host.rsplit_once('.').is_some_and(is_host);
        self.char(from + length) == Some('@')
            && !is_divided
            && self.domain_length(from..from + length, true) == length
    }

    /// A typographic apostrophe between two letters is one, and a long dash no divider: `o’brien@…`, `lei–wang@…`.
    fn keep_inner_signs(&mut self) {
        let latin = |seen: Option<&Seen>| seen.is_some_and(|seen| seen.c.is_ascii_alphanumeric());
        for at in 1..self.text.len() {
            let Some(c) = self.char(at) else { return };
            let dash = matches!(c, '—' | '–');
            if !dash && !is_apostrophe(c) || !latin(self.text.get(at - 1)) || !latin(self.text.get(at + 1)) {
                continue;
            }
            let word = self
                .chars(0..at)
                .rev()
                .take(MAX_BEFORE)
                .take_while(char::is_ascii_alphanumeric)
                .collect::<Vec<char>>();
            let word: String = word.into_iter().rev().collect();
            let behind_address = self
                .chars(0..at)
                .rev()
                .take(MAX_PART)
                .take_while(|c| is_domain(*c) || *c == '@')
                .any(|c| c == '@');
            // `O’Brien`: a single letter is not a word before an address.
            let known = word.len() > 1 && WORDS.contains(&word.to_ascii_lowercase().as_str())
                || word.len() >= 7 && word.bytes().all(|byte| byte.is_ascii_digit());
            // `mail‘lei@x.cn’`: two of them are quotation marks.
            let ahead = self.chars(at + 1..self.text.len()).take(MAX_PART);
            let closes = ahead.skip_while(|c| is_local(*c)).find(|c| !is_domain(*c) && *c != '@');
            let quotes = !dash && closes.is_some_and(is_apostrophe);
            if known || behind_address || quotes {
                continue;
            }
            if let Some(seen) = self.text.get_mut(at) {
                // Nobody knows which address a long dash belongs to: it stays in the local part, where no sign may be.
                seen.c = if dash { '\u{2010}' } else { '\'' };
            }
        }
    }

    /// A quoted name before an address in angle brackets is not an address, whatever it looks like.
    fn hide_quoted_names(&mut self) {
        let mut open: Option<usize> = None;
        for at in 0..self.text.len() {
            let Some(c) = self.char(at) else { return };
            if c == '\n' {
                open = None;
            }
            if c != '"' {
                continue;
            }
            let Some(begin) = open.take() else {
                open = Some(at);
                continue;
            };
            let mut after = (at + 1..).map_while(|next| self.char(next)).skip_while(|c| *c == ' ');
            if after.next() == Some('<') {
                let name = self.text.get_mut(begin..=at).unwrap_or_default();
                name.iter_mut().for_each(|seen| seen.c = ' ');
            }
        }
    }

    /// Reads the address around an `@` and returns where to continue.
    fn address(&mut self, sign: usize) -> usize {
        let run = self.chars(sign + 1..self.text.len()).take(MAX_PART).take_while(|c| is_domain(*c)).count();
        let run_end = sign + 1 + run;
        let meets = self.char(run_end) == Some('@');
        let end = sign + 1 + self.domain_length(sign + 1..run_end, meets);
        let local = self.local_start(sign);
        let paired = self.emphasis(local, sign, end);
        let local =
            if self.char(local).is_some_and(|c| EMPHASIS.contains(&c)) { local + paired } else { local };
        if meets && end == run_end {
            // `a@b@c.cn`: nobody knows which of the two is meant.
            let mut end = run_end;
            while self.char(end).is_some_and(|c| is_domain(c) || c == '@') {
                end += 1;
            }
            return self.push(local..end, Err(EmailFault::SeveralAt), end);
        }
        let doubt = if paired > 0 { None } else { self.doubt_before(local, sign) };
        if let Some((start, fault)) = doubt {
            return self.push(start..end.max(sign + 1), Err(fault), end);
        }
        if self.continues(end) {
            return self.push(local..end, Err(EmailFault::DomainCharacter), end);
        }
        if let Some(marks) = self.cut_at(end).filter(|_| paired == 0) {
            return self.push(local..end + marks, Err(EmailFault::CutOff), end + marks);
        }
        let mut address = self.string(local..sign).replace('。', ".");
        address.extend(self.chars(sign..end));
        if end == sign + 1 && self.char(end) == Some('[') {
            address.push('[');
        }
        self.push(local..end.max(sign + 1), Email::parse(&address), self.query_end(end))
    }

    /// The number of signs on each side of an address that is set between signs.
    fn emphasis(&self, local: usize, sign: usize, end: usize) -> usize {
        let sign_at = |at: Option<usize>| at.and_then(|at| self.char(at)).filter(|c| EMPHASIS.contains(c));
        let Some(mark) = sign_at(Some(end)) else { return 0 };
        let behind = self.chars(end..self.text.len()).take(MAX_BEFORE).take_while(|c| *c == mark).count();
        let inside = self.chars(local..sign).take_while(|c| *c == mark).count();
        let before = self.chars(self.from..local).rev().take(MAX_BEFORE).take_while(|c| *c == mark).count();
        if behind == inside.max(before) && end > sign + 1 && inside < sign - local { behind } else { 0 }
    }

    /// The end of what `mailto:` writes behind an address: `?subject=…`.
    fn query_end(&self, end: usize) -> usize {
        if self.char(end) != Some('?') {
            return end;
        }
        let is_query = |c: &char| c.is_ascii_graphic() && !is_dividing(*c) || *c == '。';
        let length = self.chars(end..self.text.len()).take(MAX_PART).take_while(is_query).count();
        let holds_address = self.chars(end..end + length).any(|c| c == '@');
        if holds_address { end } else { end + length }
    }

    /// Notes a value and passes it; a domain that is missing does not swallow what follows.
    fn push(&mut self, range: Range<usize>, value: Read, from: usize) -> usize {
        let start = self.text.get(range.start).map_or(0, |seen| seen.start);
        let end =
            range.end.checked_sub(1).and_then(|last| self.text.get(last)).map_or(start, |seen| seen.end);
        self.values.push(ContactValue { span: start..end.max(start), value });
        self.from = from.max(range.end);
        self.from
    }

    /// The characters of a run that are the domain, without the punctuation at its end and the words glued to it.
    fn domain_length(&self, run: Range<usize>, meets: bool) -> usize {
        let chars: Vec<char> = self.chars(run).collect();
        let dots = |c: &char| matches!(c, '.' | '。');
        let mut length = chars.len();
        // A top-level domain in Latin letters has no other labels behind it.
        for (dot, _) in chars.iter().enumerate().filter(|(_, c)| dots(c)) {
            let label = chars.get(dot + 1..).unwrap_or_default();
            let latin = label.iter().take_while(|c| c.is_ascii_alphanumeric()).count();
            let letters = label.iter().take(latin).all(char::is_ascii_alphabetic);
            if latin >= 2 && letters && label.get(latin).is_some_and(|c| !c.is_ascii() && !dots(c)) {
                length = dot + 1 + latin;
                break;
            }
        }
        let meets = meets && length == chars.len();
        let all_dots = || chars.iter().enumerate().take(length).filter(|(_, c)| dots(c)).map(|(at, _)| at);
        let stops = || all_dots().filter(|at| chars.get(*at) == Some(&'。'));
        let before = |at: usize| chars.get(..at).unwrap_or_default();
        // `lei@x.cn。谢谢`
        let sentence = all_dots().find(|at| {
            let after: String =
                chars.get(at + 1..length).unwrap_or_default().iter().take_while(|c| !dots(c)).collect();
            let latin = before(*at).last().is_some_and(char::is_ascii_alphanumeric);
            let foreign = chars.get(*at) == Some(&'。') || after.chars().next().is_some_and(is_ideographic);
            latin && !after.is_ascii() && foreign && !CHINESE_TOPS.contains(&after.as_str())
        });
        // `a@x.cn。b@x.cn`, where only one dot can separate the two.
        let mut dividing = stops().filter(|at| meets && before(*at).iter().any(dots));
        let divides = dividing.next().filter(|_| dividing.next().is_none());
        length = sentence.or(divides).unwrap_or(length);
        let kept = chars.get(..length).unwrap_or_default();
        let is_tail = |c: &char| dots(c) || matches!(c, '-' | '_' | '…' | '·');
        // `x@163..com` is faulty in another way; dots at the end belong to a sentence.
        length - kept.iter().rev().take_while(|c| is_tail(c)).count()
    }

    /// Where the local part before an `@` begins.
    fn local_start(&self, sign: usize) -> usize {
        let least = self.from.max(sign.saturating_sub(MAX_PART));
        let fits = |at: &usize| {
            // Input methods type `。` for a dot.
            let dot = self.char(*at) == Some('。')
                && self.char(at + 1).is_some_and(|c| c.is_ascii_alphanumeric())
                && at.checked_sub(1).and_then(|at| self.char(at)).is_some_and(|c| c.is_ascii_alphanumeric());
            dot || self.char(*at).is_some_and(is_local)
        };
        let count = (least..sign).rev().take_while(fits).count();
        let mut start = sign - count;
        let chars: Vec<char> = self.chars(start..sign).collect();
        let glued = start > 0 && start == self.from;
        // `a@x.cn/b@x.cn`, `何望/a@x.cn`. The standard allows a slash in an address, but no provider gives one out: `139…/a@x.cn`
        // is a number and an address.
        let cut = chars.iter().rposition(|c| DIVIDING.contains(c)).filter(|at| {
            let before = chars.get(..*at).unwrap_or_default();
            before.iter().any(|c| !c.is_ascii()) || (glued && *at > 0)
        });
        let is_value =
            |at: &usize| at.checked_sub(1).and_then(|at| chars.get(at)).is_some_and(|c| c.is_alphanumeric());
        let cut = cut.max(chars.iter().rposition(|c| *c == '/').filter(is_value));
        start += cut.map_or(0, |at| at + 1);
        start += self.path_before(start, sign);
        let rest: Vec<char> = self.chars(start..sign).collect();
        // The dot behind an address ends its sentence.
        let leads = |c: char| LEADING.contains(&c) || is_picture(c) || glued && c == '.';
        let lead = rest.iter().take_while(|c| leads(**c)).count();
        if rest.get(lead).is_some_and(|c| c.is_alphanumeric()) {
            start += lead;
        }
        start + self.words_before(start..sign, glued)
    }

    /// The characters of a local part that are the path of a URL or a name before its value: `x.cn/u/lei@…`, `email=lei@…`.
    fn path_before(&self, start: usize, sign: usize) -> usize {
        let chars: Vec<char> = self.chars(start..sign).collect();
        let is_label = |at: &usize| {
            let before = chars.get(..*at).unwrap_or_default();
            let word: Vec<char> = before
                .iter()
                .rev()
                .take_while(|c| c.is_ascii_alphanumeric() || **c == '-')
                .copied()
                .collect();
            let word: String = word.into_iter().rev().collect();
            chars.get(*at) == Some(&'=') && is_label(&word)
        };
        if let Some(at) = (0..chars.len()).rev().find(is_label) {
            return at + 1;
        }
        let Some(slash) = chars.iter().rposition(|c| *c == '/') else { return 0 };
        let host = chars.split(|c| *c == '/').find(|part| !part.is_empty()).unwrap_or_default();
        let top = host.iter().rev().take_while(|c| c.is_ascii_alphabetic()).count();
        let is_host = top >= 2 && host.iter().rev().nth(top) == Some(&'.');
        let is_path = chars.first() == Some(&'/') && chars.get(1) == Some(&'/') || is_host;
        if is_path { slash + 1 } else { 0 }
    }

    /// The characters of a local part that are words glued to it: `QQ邮箱lei@x.cn`, `Leo王磊lei@x.cn`, `почтаlei@x.cn`. One local part
    /// never has two scripts.
    fn words_before(&self, local: Range<usize>, glued: bool) -> usize {
        let chars: Vec<char> = self.chars(local).collect();
        let word = chars.iter().rposition(|c| is_ideographic(*c)).map_or(0, |last| last + 1);
        let rest = chars.get(word..).unwrap_or_default();
        if word > 0 && rest.iter().all(|c| c.is_ascii() || *c == '。') {
            let signs = rest.iter().take_while(|c| LEADING.contains(c) || matches!(c, '_' | '.')).count();
            if rest.get(signs).is_some_and(char::is_ascii_alphanumeric) {
                return word + signs;
            }
        }
        let other = chars.iter().take_while(|c| is_other_script(**c)).count();
        let rest = chars.get(other..).unwrap_or_default();
        if other >= MIN_LABEL
            && rest.first().is_some_and(char::is_ascii_alphanumeric)
            && rest.iter().all(char::is_ascii)
        {
            return other;
        }
        let text: String = chars.iter().collect();
        let joins = ["或者", "以及", "或", "和", "与", "與", "及", "跟"];
        let join = joins.iter().find(|join| glued && text.len() > join.len() && text.starts_with(**join));
        join.map_or(0, |join| join.chars().count())
    }

    /// Why the text before a local part makes it doubtful, and from where on.
    fn doubt_before(&self, local: usize, sign: usize) -> Option<(usize, EmailFault)> {
        let hidden = self.chars(self.from..local).rev().take_while(|c| MASKS.contains(c)).count();
        // A single one belongs to a footnote or a list, an ellipsis never does.
        if hidden > 1 || (hidden == 1 && self.char(local - 1) == Some('…')) {
            let before = self.chars(self.from..local - hidden).rev().take_while(|c| is_local(*c)).count();
            return Some((local - hidden - before, EmailFault::Masked));
        }
        // `u003clei@…` has lost the backslash of `\u003c`.
        let code: String = self.chars(local..sign.min(local + 6)).collect();
        if escaped(&format!("\\{code}")).is_some() {
            return Some((local, EmailFault::LocalCharacter));
        }
        let before = local.checked_sub(1).filter(|at| *at >= self.from).and_then(|at| self.char(at));
        if local == sign {
            return match before {
                Some('"') => Some((self.quote_start(local), EmailFault::QuotedLocalPart)),
                Some(c) if !c.is_whitespace() && !is_dividing(c) => {
                    Some((local - 1, EmailFault::LocalCharacter))
                }
                _ => None,
            };
        }
        match before? {
            // `\nwu@…` may be a line break or Nwu's address behind a backslash.
            '\\' => {
                let escapes = self.char(local).is_some_and(|c| "nrtubfvx0".contains(c.to_ascii_lowercase()));
                (escapes || self.is_typed_for_dot('\\', local, sign))
                    .then_some((local - 1, EmailFault::LocalCharacter))
            }
            c @ (',' | ';' | ':' | '、') if self.is_typed_for_dot(c, local, sign) => {
                let word = self.chars(self.from..local - 1).rev().take_while(|c| is_local(*c)).count();
                Some((local - 1 - word, EmailFault::LocalCharacter))
            }
            '"' => {
                let quotes = self.chars(self.from..local).filter(|c| *c == '"').count();
                let closes = quotes % 2 == 0;
                closes.then(|| (self.quote_start(local), EmailFault::QuotedLocalPart))
            }
            ':' => {
                let word =
                    self.chars(self.from..local).rev().take(MAX_BEFORE).take_while(|c| !c.is_whitespace());
                let word: String = word.collect();
                word.contains("//:").then_some((local - 1, EmailFault::LocalCharacter))
            }
            ')' => {
                // `zhang(work)san@x.cn`: the note is inside the address.
                let inside = self.chars(self.from..local).rev().take_while(|c| *c != '(').count();
                let open = local.checked_sub(inside + 1)?;
                let within = open.checked_sub(1).filter(|at| *at >= self.from).and_then(|at| self.char(at));
                let word: Vec<char> =
                    self.chars(self.from..open).rev().take(MAX_BEFORE).take_while(|c| is_local(*c)).collect();
                let word: String = word.into_iter().rev().collect();
                // `邮箱（工作）lei@x.cn`, `E-mail(work)lei@x.cn`: the note is the label's.
                let is_label = is_label(&word) || word.ends_with(is_other_script);
                (within.is_some_and(is_local) && !is_label).then_some((open, EmailFault::LocalCharacter))
            }
            ' ' => self.folded_before(local).or_else(|| self.word_before(local, sign)),
            _ => None,
        }
    }

    /// Whether the separator before a local part may be a dot of it: `john,smith@x.cn` is not Smith's. After a name of
    /// the address, a label or a number it divides.
    fn is_typed_for_dot(&self, divider: char, local: usize, sign: usize) -> bool {
        let own = self.string(local..sign);
        let before = || self.chars(self.from..local - 1).rev().take(MAX_BEFORE);
        let word: Vec<char> = before().take_while(|c| is_local(*c)).collect();
        let word: String = word.into_iter().rev().collect();
        if !own.bytes().any(|byte| byte.is_ascii_alphanumeric()) {
            return !word.is_empty();
        }
        let is_word = word.is_ascii() && word.ends_with(|c: char| c.is_ascii_alphanumeric());
        let number = word.bytes().all(|byte| byte.is_ascii_digit());
        if self.from > 0 || !is_word || number || !own.is_ascii() {
            return false;
        }
        let is_capital = |text: &str| text.starts_with(|c: char| c.is_ascii_uppercase());
        // `M:lei@…`: a single capital letter abbreviates a word.
        let is_letter = || word.len() == 1 && is_capital(&word);
        let is_label = WORDS.contains(&word.to_ascii_lowercase().as_str())
            || divider == ':' && (is_label(&word) || is_letter());
        // `Wang,Lei,wlei@…`, `Lei,lei@…`
        let other: Vec<char> = before()
            .skip(word.len())
            .skip_while(|c| matches!(c, ' ' | ',' | ';' | '、'))
            .take_while(|c| is_local(*c))
            .collect();
        let other: String = other.into_iter().rev().collect();
        let repeats = || own.split(['.', '_', '-']).any(|part| part.eq_ignore_ascii_case(&word));
        let is_name = is_capital(&word) && (is_capital(&other) || repeats());
        !is_label && !is_name
    }

    /// A line that begins with a blank continues the one before: `Test.⏎ Folding@x.cn` has lost a part of the address.
    fn folded_before(&self, local: usize) -> Option<(usize, EmailFault)> {
        let chars: Vec<char> = self.chars(self.from..local).rev().take(MAX_BEFORE).collect();
        let blanks = chars.iter().take_while(|c| matches!(c, ' ' | '\n')).count();
        let rest = chars.get(blanks..).unwrap_or_default();
        let is_folded = chars.iter().take(blanks).any(|c| *c == '\n');
        let word = rest.iter().take_while(|c| is_local(**c)).count();
        let ends = rest.first() == Some(&'.') && rest.get(1).is_some_and(char::is_ascii_alphanumeric);
        (is_folded && ends).then(|| (local - blanks - word, EmailFault::LocalCharacter))
    }

    /// A Latin word before a blank may belong to the address, unless it is known or a number.
    fn word_before(&self, local: usize, sign: usize) -> Option<(usize, EmailFault)> {
        let chars: Vec<char> = self.chars(self.from..local).rev().take(MAX_BEFORE).collect();
        let blanks = chars.iter().take_while(|c| **c == ' ').count();
        let rest = chars.get(blanks..).unwrap_or_default();
        let length = rest.iter().take_while(|c| is_local(**c)).count();
        let word: String = rest.iter().take(length).rev().collect();
        // The dot of the address before.
        let follows = self.from > 0 && local - blanks - length == self.from;
        let word = word.trim_start_matches(|c| LEADING.contains(&c) || (follows && c == '.'));
        let latin = word.is_ascii() || !self.chars(local..sign).all(|c| c.is_ascii() || c == '。');
        let digits = word.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'.'));
        // A phone number, an account behind its label (`QQ:123456`), or the number of an item.
        let account = word.len() >= 5 && rest.get(length) == Some(&':');
        let number = digits && (word.len() >= 7 || account || (word.ends_with('.') && word.len() > 1));
        let known = WORDS.contains(&word.trim_end_matches('.').to_ascii_lowercase().as_str());
        let ends = word.ends_with(|c: char| c.is_alphanumeric() || c == '.');
        if rest.first() == Some(&'\\') {
            return Some((local - blanks - 1, EmailFault::LocalCharacter));
        }
        if !ends || !latin || number || known || self.is_name(local..sign, rest, length) {
            return None;
        }
        Some((local - blanks - length, EmailFault::LocalCharacter))
    }

    /// Whether the words before an address are a name: two that begin with capitals before one that does not, or one that
    /// the address repeats. One word may have lost its dot.
    fn is_name(&self, local: Range<usize>, before: &[char], length: usize) -> bool {
        let own = self.string(local);
        let word: String = before.iter().take(length).rev().collect();
        let is_capital = |word: &str| {
            word.starts_with(|c: char| c.is_ascii_uppercase())
                && word.chars().all(|c| c.is_ascii_alphabetic() || matches!(c, '\'' | '-' | '.'))
        };
        let other: String = before
            .get(length..)
            .unwrap_or_default()
            .iter()
            .skip_while(|c| **c == ' ')
            .take_while(|c| is_local(**c))
            .copied()
            .collect::<Vec<char>>()
            .into_iter()
            .rev()
            .collect();
        if !is_capital(&word) || word.ends_with('.') || !own.starts_with(|c: char| c.is_ascii_lowercase()) {
            return false;
        }
        let parts = || own.split(['.', '_', '-']);
        is_capital(&other) || parts().count() > 1 && parts().any(|part| part.eq_ignore_ascii_case(&word))
    }

    fn quote_start(&self, local: usize) -> usize {
        let before = self.chars(self.from..local.saturating_sub(1)).rev().take(MAX_BEFORE);
        let inside = before.take_while(|c| *c != '"').count();
        local.saturating_sub(inside + 2).max(self.from)
    }

    /// The number of marks behind a domain that say its end is left out: `lei@x.co…`, `lei@x.co...`, `lei@x.c***`. One full
    /// stop ends a sentence, one star is a footnote's.
    fn cut_at(&self, end: usize) -> Option<usize> {
        let is_mark = |c: &char| *c == '.' || ELLIPSES.contains(c) || MASKS.contains(c);
        let marks = self.chars(end..self.text.len()).take(MAX_PART).take_while(is_mark).count();
        let is_cut = marks > 1 || self.char(end).is_some_and(|c| ELLIPSES.contains(&c));
        is_cut.then_some(marks)
    }

    /// Whether a domain continues behind a blank or a comma typed for a dot: `lei@x.com .cn`, `lei@mail.x,com`.
    fn continues(&self, end: usize) -> bool {
        let next = self.chars(end + 1..self.text.len()).take(TOPS_LENGTH + 1);
        let top: String = next.take_while(|c| is_domain(*c) || *c == '@').collect();
        let top = top.to_ascii_lowercase();
        match self.char(end) {
            Some(',') if TOPS.contains(&top.as_str()) => return true,
            Some(' ') if top == "com" => return true,
            _ => {}
        }
        let mut after = (end..).map_while(|at| self.char(at)).skip_while(|c| *c == ' ');
        self.char(end) == Some(' ')
            && after.next() == Some('.')
            && after.next().is_some_and(|c| c.is_ascii_alphabetic())
    }
}
