//! Tuning by numbers: labelled names in; tables, operating points, calibration and weights out.
//!
//! ```
//! use leadkit::names::evaluate::{Scored, best_f1, calibration, for_precision, thresholds};
//!
//! let scored: Vec<Scored> = [(0.9, true), (0.8, true), (0.7, false), (0.2, true), (0.1, false)]
//!     .map(|(score, positive)| Scored { score, positive })
//!     .to_vec();
//! let best = best_f1(&scored, 0);
//! assert_eq!((best.threshold, best.true_positives, best.false_positives), (0.2, 3, 1));
//! assert_eq!(for_precision(&scored, 0, 0.99).map(|row| row.threshold), Some(0.8));
//! assert_eq!(thresholds(&scored, 0, 10).len(), 11);
//! assert!(calibration(&scored, 10).expected_error < 0.5);
//! ```

mod look_up;
mod regression;
mod table;
mod train;

pub use look_up::{Confusion, LookUpReport, look_up};
pub use table::{
    Bin, Calibration, OperatingPoint, Scored, best_f1, calibration, for_cost, for_precision, thresholds,
};
pub use train::Trainer;
