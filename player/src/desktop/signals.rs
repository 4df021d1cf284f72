//! SIGTERM and Ctrl-C end the program as closing its window does: places and settings are kept.

use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::thread;

use signal_hook::consts::TERM_SIGNALS;
use signal_hook::flag;
use signal_hook::iterator::Signals;

use super::{OnWish, Wish};

/// Exit status of a program that is told to end a second time, before it has.
const IN_HASTE: i32 = 1;

/// Listens from now on, on a thread of its own. A second signal ends the program at once.
///
/// # Errors
/// As the system has it.
pub fn listen(on_wish: OnWish) -> io::Result<()> {
    let told = Arc::<AtomicBool>::default();
    for signal in TERM_SIGNALS {
        flag::register_conditional_shutdown(*signal, IN_HASTE, told.clone())?;
        flag::register(*signal, told.clone())?;
    }
    let mut signals = Signals::new(TERM_SIGNALS)?;
    thread::Builder::new().name("signals".into()).spawn(move || {
        for _ in signals.forever() {
            on_wish(Wish::Quit);
        }
    })?;
    Ok(())
}
