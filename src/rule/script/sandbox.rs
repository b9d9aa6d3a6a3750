//! The engine scripts run in: no packages, a whitelist of functions, and limits that are always on.

use std::sync::LazyLock;

use rhai::{Engine, OptimizationLevel};

use super::functions;

// Some other crate of the build may switch rhai to 32-bit numbers; scripts would then mean something else.
const _: () =
    assert!(size_of::<rhai::INT>() == 8, "the feature `only_i32` of rhai cannot be used with `script`");
const _: () =
    assert!(size_of::<rhai::FLOAT>() == 8, "the feature `f32_float` of rhai cannot be used with `script`");

/// Longest script, in bytes. The parser is quadratic in some constructs, so the length is what bounds it.
pub(super) const LONGEST_SOURCE: usize = 16 * 1024;
/// Most operations of one run.
pub(super) const MOST_OPERATIONS: u64 = 10_000;
/// Longest text, in bytes; longer texts of a lead are handed in cut off.
pub(super) const LONGEST_TEXT: usize = 4 * 1024;
/// Most items of a list; longer lists of a lead are handed in cut off.
pub(super) const LONGEST_LIST: usize = 256;
/// Deepest nesting of expressions and blocks.
const DEEPEST: usize = 32;
/// Deepest nesting inside functions.
const DEEPEST_IN_FUNCTION: usize = 16;
/// Most calls of functions inside functions.
const MOST_CALLS: usize = 8;

/// What a script may not use, with what to say about it.
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

/// Operators with a platform-dependent result, and constructs whose size the limits do not bound.
const DISABLED_SYMBOLS: &[&str] = &["**", "**=", "#{", "::", "<<", ">>", "<<=", ">>=", "=>>", "?.", "?["];

/// The engine every script of the process runs in.
pub(super) static ENGINE: LazyLock<Engine> = LazyLock::new(engine);

/// A new engine as [`ENGINE`] is.
pub(super) fn engine() -> Engine {
    let mut engine = Engine::new_raw();
    engine
        .set_max_operations(MOST_OPERATIONS)
        .set_max_expr_depths(DEEPEST, DEEPEST_IN_FUNCTION)
        .set_max_call_levels(MOST_CALLS)
        .set_max_functions(32)
        .set_max_modules(0)
        .set_max_variables(256)
        .set_max_string_size(LONGEST_TEXT)
        .set_max_array_size(LONGEST_LIST)
        .set_max_map_size(1)
        .set_max_strings_interned(256)
        .set_optimization_level(OptimizationLevel::Simple)
        .set_strict_variables(true)
        .set_allow_shadowing(false)
        .set_allow_anonymous_fn(false);
    for (symbol, _) in FORBIDDEN {
        engine.disable_symbol(*symbol);
    }
    for symbol in DISABLED_SYMBOLS {
        engine.disable_symbol(*symbol);
    }
    functions::register(&mut engine);
    #[cfg(test)]
    engine.register_fn("panic_on_purpose", || -> rhai::INT { panic!("on purpose") });
    engine
}
