//! What bounds a script, and what it may not use.

/// Longest script, in bytes.
pub(super) const MAX_SOURCE: usize = 16 * 1024;
/// Most operations of one run.
pub(super) const MAX_OPERATIONS: u64 = 10_000;
/// Most bytes of all scripts of one rules document.
pub(super) const MAX_DOCUMENT: usize = 1024 * 1024;
/// As how many bytes the shortest script counts there: compiling one takes as long as some bytes of a long one.
pub(super) const MIN_COUNTED: usize = 64;
/// Most operations of the scripts that are run for the activities of one lead, all together.
pub(super) const MAX_OF_ACTIVITIES: u64 = 10 * MAX_OPERATIONS;
/// Most operations of the scripts of all other rules that are run for one lead.
pub(super) const MAX_OF_LEAD: u64 = 20 * MAX_OPERATIONS;
/// Most text that the functions of either group read, in bytes.
pub(super) const MAX_SHARED_READ: usize = 10 * MAX_READ;
/// Most text the functions of one run read, in bytes.
pub(super) const MAX_READ: usize = 1024 * 1024;
/// Most bytes of source that are parsed to find all mistakes of one script: the parser stops at each unknown name.
pub(super) const MAX_PARSED: usize = 4 * MAX_SOURCE;
/// Longest text, in bytes; longer texts of a lead are handed in cut off.
pub(super) const MAX_TEXT: usize = 4 * 1024;
/// Most items of a list; longer lists of a lead are handed in cut off.
pub(super) const MAX_LIST: usize = 256;
/// Most problems that are reported for one script.
pub(super) const MAX_PROBLEMS: usize = 20;

/// Words that a script may not use, with their messages.
pub(super) const FORBIDDEN: &[(&str, &str)] = &[
    ("eval", "a script cannot run texts as scripts"),
    ("import", "a script stands alone"),
    ("export", "a script stands alone"),
    ("Fn", "functions cannot be passed around: call them by name"),
    ("call", "functions cannot be passed around: call them by name"),
    ("curry", "functions cannot be passed around: call them by name"),
    ("print", "a script prints nothing: use `reason(points, \"…\")`"),
    ("debug", "a script prints nothing: use `reason(points, \"…\")`"),
    ("try", "what fails is reported beside the score"),
    ("catch", "what fails is reported beside the score"),
    ("throw", "give no points instead"),
    ("this", "functions take what they need as parameters"),
    ("global", "functions take what they need as parameters"),
    ("private", "a script stands alone"),
    ("sleep", "scripts never wait"),
    ("type_of", "test with `known(x)` whether there is a value"),
    ("is_shared", "nothing is shared"),
    ("is_def_var", "fields are known when the script is read"),
    ("is_def_fn", "functions are known when the script is read"),
];
