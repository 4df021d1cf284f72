//! Tributary: a player that draws one title from several servers at once.
fn main() {}
