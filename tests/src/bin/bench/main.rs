//! What one machine can tell about speed, as tables. Run by `./dev bench`, in release mode.
//!
//! Figures are the best of a few runs: what disturbs a run only makes it slower. What needs links
//! with round trips and loss is measured elsewhere.

mod core;
mod network;

/// Prints one row: what was measured, the figure, and what it is held against.
fn row(what: &str, figure: &str, against: &str) {
    println!("{what:<52} {figure:>16}   {against}");
}

/// Prints the head of a table.
fn table(title: &str) {
    println!("\n{title}\n{}", "-".repeat(100));
}

fn main() {
    core::measure();
    network::measure();
}
