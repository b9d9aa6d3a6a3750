//! Where things are in a script that was rewritten before the engine reads it.

use std::ops::Range;

use crate::error::Position;

/// A part of the source, in bytes, and its replacement. No part holds the end of a line.
pub(super) type Edit = (Range<usize>, String);

/// The way back from places in a rewritten script to those in its source.
#[derive(Debug, Clone, Default)]
pub(super) struct Places {
    shifts: Box<[Shift]>,
}

/// A part of a line that is longer or shorter than in the source.
#[derive(Debug, Clone, Copy)]
struct Shift {
    line: u32,
    /// Where it begins in the source.
    from: u32,
    /// How many columns it takes in the source, and when rewritten.
    was: u32,
    is: u32,
}

/// Rewrites a script. The edits must not overlap.
pub(super) fn rewrite(source: &str, mut edits: Vec<Edit>) -> (String, Places) {
    crate::order::sort_by_key(&mut edits, |(range, _)| range.start);
    let mut rewritten = String::with_capacity(source.len() + edits.len() * 4);
    let mut shifts = Vec::new();
    let (mut done, mut line, mut column) = (0, 1u32, 1u32);
    for (range, text) in edits {
        let (Some(before), Some(old)) = (source.get(done..range.start), source.get(range.clone())) else {
            continue;
        };
        for c in before.chars() {
            (line, column) = if c == '\n' { (line + 1, 1) } else { (line, column + 1) };
        }
        rewritten.push_str(before);
        rewritten.push_str(&text);
        let (was, is) = (width(old), width(&text));
        if was != is {
            shifts.push(Shift { line, from: column, was, is });
        }
        column += was;
        done = range.end;
    }
    rewritten.push_str(source.get(done..).unwrap_or_default());
    (rewritten, Places { shifts: shifts.into() })
}

fn width(text: &str) -> u32 {
    u32::try_from(text.chars().count()).unwrap_or(u32::MAX)
}

impl Places {
    /// The place in the source of a place in the rewritten script. Inserted text has the place where it begins.
    pub(super) fn in_source(&self, at: Position) -> Position {
        let first = self.shifts.partition_point(|shift| shift.line < at.line);
        let mut column = at.column;
        for shift in self.shifts.get(first..).unwrap_or_default() {
            if shift.line > at.line || column < shift.from {
                break;
            }
            if column < shift.from + shift.is {
                return Position { column: shift.from, ..at };
            }
            column = column + shift.was - shift.is;
        }
        Position { column, ..at }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_leads_back() {
        let source = "名 == b && c < d\nx == y";
        let edit = |part: &str, text: &str, from: usize| {
            let start = from + source[from..].find(part).unwrap();
            (start..start + part.len(), text.to_owned())
        };
        let edits = vec![edit("==", "=====", 20), edit("==", " === ", 0), edit("<", "<-", 0)];
        let (rewritten, places) = rewrite(source, edits);
        assert_eq!(rewritten, "名  ===  b && c <- d\nx ===== y");
        let lines: Vec<Vec<char>> = source.lines().map(|line| line.chars().collect()).collect();
        for (index, line) in rewritten.lines().enumerate() {
            for (column, c) in line.chars().enumerate().filter(|(_, c)| c.is_alphabetic()) {
                let at = Position { line: index as u32 + 1, column: column as u32 + 1 };
                let back = places.in_source(at);
                assert_eq!(lines[index][back.column as usize - 1], c, "{at:?} {back:?}");
            }
        }
        assert_eq!(places.in_source(Position { line: 1, column: 4 }), Position { line: 1, column: 3 });
        assert_eq!(places.in_source(Position { line: 9, column: 4 }), Position { line: 9, column: 4 });
    }
}
