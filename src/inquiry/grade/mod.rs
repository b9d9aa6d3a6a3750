//! Inquiry grades: how likely an inquiry is to be won.

mod compile;
mod engine;
mod finding;
mod preset;
mod rules;

pub use engine::Grades;
pub use finding::GradeFinding;
pub use rules::{GradeMove, GradeRule, GradeRules};
