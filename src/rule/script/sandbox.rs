//! The engine scripts run in: no packages, a whitelist of functions, and limits that are always on.

use std::sync::LazyLock;

use rhai::{Engine, OptimizationLevel};

use super::functions;
use super::limits::{FORBIDDEN, MAX_LIST, MAX_OPERATIONS, MAX_TEXT};

// Some other crate of the build may switch rhai to 32-bit numbers; scripts would then mean something else.
const _: () =
    assert!(size_of::<rhai::INT>() == 8, "the feature `only_i32` of rhai cannot be used with `script`");
const _: () =
    assert!(size_of::<rhai::FLOAT>() == 8, "the feature `f32_float` of rhai cannot be used with `script`");

/// Deepest nesting of expressions and blocks.
const DEEPEST: usize = 32;
/// Deepest nesting inside functions.
const DEEPEST_IN_FUNCTION: usize = 16;
/// Most calls of functions inside functions.
const MOST_CALLS: usize = 8;

/// Operators with a platform-dependent result, and constructs whose size the limits do not bound.
const DISABLED_SYMBOLS: &[&str] = &["**", "**=", "#{", "::", "<<", ">>", "<<=", ">>=", "=>>", "?.", "?["];

/// The engine every script of the process runs in.
pub(super) static ENGINE: LazyLock<Engine> = LazyLock::new(engine);

/// A new engine as [`ENGINE`] is.
pub(super) fn engine() -> Engine {
    let mut engine = Engine::new_raw();
    engine
        .set_max_operations(MAX_OPERATIONS)
        .set_max_expr_depths(DEEPEST, DEEPEST_IN_FUNCTION)
        .set_max_call_levels(MOST_CALLS)
        .set_max_functions(32)
        .set_max_modules(0)
        .set_max_variables(256)
        .set_max_string_size(MAX_TEXT)
        .set_max_array_size(MAX_LIST)
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
