//! The engine scripts run in: no packages, a whitelist of functions, and limits that are always on.

use std::sync::LazyLock;

use rhai::{AST, Engine, OptimizationLevel, ParseError, Scope};

use super::functions;
use super::guard;
use super::limits::{FORBIDDEN, MAX_LIST, MAX_OPERATIONS, MAX_TEXT};

// Another crate in the build may switch rhai to 32-bit numbers; scripts would then mean something else.
const _: () =
    assert!(size_of::<rhai::INT>() == 8, "the feature `only_i32` of rhai cannot be used with `script`");
const _: () =
    assert!(size_of::<rhai::FLOAT>() == 8, "the feature `f32_float` of rhai cannot be used with `script`");

/// Deepest nesting of expressions and blocks.
const DEEPEST: usize = 32;
/// Deepest nesting inside functions.
const DEEPEST_IN_FUNCTION: usize = 16;
/// Most calls of functions inside functions.
const MAX_CALLS: usize = 8;

/// Operators with a platform-dependent result, and constructs whose size the limits do not bound.
const DISABLED_SYMBOLS: &[&str] = &["**", "**=", "#{", "::", "<<", ">>", "<<=", ">>=", "=>>", "?.", "?["];

/// Longest script that is optimised, in bytes, and most of its blocks and statements.
const MAX_OPTIMISED: (usize, usize) = (4 * 1024, 128);

/// The engine every script of the process runs in, and that reads it as it was written.
pub(super) static ENGINE: LazyLock<Engine> = LazyLock::new(engine);

/// The engine that reads scripts with guards in them. They run in [`ENGINE`].
static GUARDED: LazyLock<Engine> = LazyLock::new(|| {
    let mut engine = engine();
    guard::read(&mut engine);
    engine
});

/// Parses a script, as one expression or as a whole program.
pub(super) fn parse(
    engine: &Engine,
    known: &Scope<'_>,
    source: &str,
    program: bool,
) -> Result<AST, ParseError> {
    if program {
        engine.compile_with_scope(known, source)
    } else {
        engine.compile_expression_with_scope(known, source)
    }
}

/// Parses a script with guards in it.
pub(super) fn parse_guarded(known: &Scope<'_>, source: &str, program: bool) -> Result<AST, ParseError> {
    parse(&GUARDED, known, source, program)
}

/// Computes in advance what is the same in every run. The optimiser takes a time that grows with the square of the
/// statements, so long scripts are left as they are; so are those with lists in variables, because it would turn
/// `a = a + b` into the `a += b` that nothing bounds.
pub(super) fn optimised(ast: AST, known: &Scope<'_>, source: &str, may_hold_lists: bool) -> AST {
    let (bytes, statements) = MAX_OPTIMISED;
    let counts = |byte: &u8| matches!(byte, b'{' | b';');
    if may_hold_lists
        || source.len() > bytes
        || source.bytes().filter(|byte| counts(byte)).count() > statements
    {
        return ast;
    }
    ENGINE.optimize_ast(known, ast, OptimizationLevel::Simple)
}

/// A new engine as [`ENGINE`] is.
pub(super) fn engine() -> Engine {
    let mut engine = Engine::new_raw();
    engine
        .set_max_operations(MAX_OPERATIONS)
        .set_max_expr_depths(DEEPEST, DEEPEST_IN_FUNCTION)
        .set_max_call_levels(MAX_CALLS)
        .set_max_functions(32)
        .set_max_modules(0)
        .set_max_variables(256)
        .set_max_string_size(MAX_TEXT)
        .set_max_array_size(MAX_LIST)
        .set_max_map_size(1)
        .set_max_strings_interned(256)
        .set_optimization_level(OptimizationLevel::None)
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
