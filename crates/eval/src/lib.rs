//! The evaluation engine of Assent: mergeable statistics and the metrics that are functions of them.
