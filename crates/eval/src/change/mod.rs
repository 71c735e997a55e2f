//! Change detection in a stream: one number after another goes in, and each time the answer is whether the numbers have
//! changed; `docs/reference/drift.md` states each method with its source.
//!
//! A detector is its own state: it serialises, and what is read back goes on as if it had never stopped, bit for bit. Memory is
//! bounded by the parameters (and grows with the logarithm of the stream for [`Adwin`]), and nothing is drawn at random.

mod adwin;
mod detector;
mod error;
mod kswin;
mod page_hinkley;

pub use adwin::{Adwin, AdwinParameters};
pub use detector::Detector;
pub use error::{ChangeError, LARGEST_VALUE};
pub use kswin::{Kswin, KswinParameters, LARGEST_WINDOW};
pub use page_hinkley::{Direction, PageHinkley, PageHinkleyParameters};
